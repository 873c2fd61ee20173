"""What was reached, kept by what it was made of: a run that ended early goes on, one that was finished is only read.

The name is a hash of everything that settles the pictures: the scene, the settings, the weights' files.
"""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from torch import Tensor

from seehear.draw.animatediff.settings import Settings
from seehear.errors import InputError
from seehear.media.atomic import written_whole
from seehear.scene import Scene, scene_to_json

_VERSION = 1
"""Raised when the same settings come to give other pictures."""

_END = 2**16


class Reached(NamedTuple):
    """How far a sample is.

    Attributes:
        steps: done.
        latents: after them.
    """

    steps: int
    latents: Tensor


class Work:
    """A folder of latents, one file a sample; without a folder nothing is kept.

    Args:
        folder: made if it is not there; None: keep nothing.
        name: of what is made, from `name_of`.
    """

    def __init__(self, folder: Path | str | None, name: str) -> None:
        self._home = None if folder is None else Path(folder) / name
        if self._home is not None:
            try:
                self._home.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise InputError(f"cannot keep work in '{folder}': {error.strerror or error}") from None

    def reached(self, sample: int) -> Reached | None:
        """Give what was kept of a sample; None: nothing, or nothing that can be read."""
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        if self._home is None:
            return None
        with suppress(SafetensorError, OSError, KeyError):
            held = load_file(self._home / f"{sample}.safetensors")
            return Reached(int(held["steps"]), held["latents"])
        return None

    def keep(self, sample: int, steps: int, latents: Tensor) -> None:
        """Keep what a sample has reached, in the place of what it had before."""
        import torch
        from safetensors.torch import save_file

        if self._home is None:
            return
        with written_whole(self._home / f"{sample}.safetensors", force=True) as part:
            save_file({"steps": torch.tensor(steps), "latents": latents.detach().cpu().contiguous()}, part)


def name_of(scene: Scene, wish: Settings, made_wh: tuple[int, int], weights: Mapping[str, Path], kind: str) -> str:
    """Give the name under which a run's latents are kept.

    Args:
        scene: what is drawn.
        wish: the settings; those that change no picture (samples, detector, work) do not count.
        made_wh: pixels.
        weights: row -> file or folder.
        kind: of the numbers and the device, as told by torch.
    """
    counted = (
        "grounding", "grounding_steps", "conditioning", "steps", "guidance", "sampler", "negative", "rate",
        "low_memory", "seed",
    )  # fmt: skip
    told = {
        "version": _VERSION,
        "scene": scene_to_json(scene),
        "wish": {name: getattr(wish, name) for name in counted},
        "size": list(made_wh),
        "weights": {name: fingerprint(place) for name, place in weights.items()},
        "kind": kind,
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:24]


def fingerprint(place: Path) -> str:
    """Tell weights apart without reading all of them: names, sizes, and the first and last 64 kB of each file."""
    digest = hashlib.sha256()
    files = [place] if place.is_file() else sorted(one for one in place.rglob("*") if one.is_file())
    for file in files:
        size = file.stat().st_size
        digest.update(f"{file.relative_to(place.parent).parts[1:]} {size}\n".encode())
        with file.open("rb") as stream:
            digest.update(stream.read(_END))
            stream.seek(max(size - _END, 0))
            digest.update(stream.read(_END))
    return digest.hexdigest()
