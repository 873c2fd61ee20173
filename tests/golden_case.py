"""One golden case: a network's key table, its pseudo-random weights and inputs, and the original's outputs."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from tests.golden import pseudo

FOLDER = Path(__file__).resolve().parent / "golden"


class GoldenCase:
    """Weights, inputs and wanted outputs of one original network, all from the seed its file names.

    The outputs are read from the folder that SEEHEAR_GOLDEN names, else from `tests/golden`; the test is skipped
    where that folder lacks the case.
    """

    def __init__(self, name: str, *, table: str | None = None) -> None:
        file = Path(os.environ.get("SEEHEAR_GOLDEN") or FOLDER) / f"{name}.npz"
        if not file.is_file():
            pytest.skip(f"no golden outputs of {name}")
        self.name = name
        self.stored = np.load(file)
        self.seed = str(self.stored["seed"])
        self.table = json.loads((FOLDER / "keys" / f"{table or name}.json").read_text())
        self.pseudo: ModuleType = pseudo

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Every key of the original's state dict and its shape."""
        return {key: tuple(entry["shape"]) for key, entry in self.table["keys"].items()}

    def weights(self, only: Callable[[str], bool] | None = None) -> dict[str, np.ndarray]:
        """The pseudo-random state dict, without the entries that a module makes itself."""
        return pseudo.state_dict(self.table, self.seed, only)

    def normal(self, name: str, shape: tuple[int, ...], mean: float = 0.0, std: float = 1.0) -> np.ndarray:
        return pseudo.normal(self.name, name, shape, mean, std, seed=self.seed)

    def uniform(self, name: str, shape: tuple[int, ...], low: float = 0.0, high: float = 1.0) -> np.ndarray:
        return pseudo.uniform(self.name, name, shape, low, high, seed=self.seed)

    def integers(self, name: str, shape: tuple[int, ...], low: int, high: int) -> np.ndarray:
        return pseudo.integers(self.name, name, shape, low, high, seed=self.seed)

    def signal(self, name: str, samples: int, rate: int, channels: int = 1) -> np.ndarray:
        return pseudo.signal(self.name, name, samples, rate, channels, seed=self.seed)

    def check(self, output: str, value: object, *, max_rel: float = 1e-4, rms_rel: float = 2e-5) -> None:
        """Compare one output with the original's float64 run, relative to the output's root mean square."""
        array = np.asarray(value.detach() if hasattr(value, "detach") else value, np.float64)
        errors = pseudo.compare(self.stored, output, array)
        assert np.isfinite(array).all(), f"{self.name} {output}: not finite"
        assert errors["max_rel"] <= max_rel, f"{self.name} {output}: {errors}"
        assert errors["rms_rel"] <= rms_rel, f"{self.name} {output}: {errors}"
