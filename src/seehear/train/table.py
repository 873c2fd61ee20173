"""Runs measured on the same held-back worlds, with the same noise, and set beside one another, worlds paired."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from seehear.errors import InputError
from seehear.media.atomic import written_whole
from seehear.train.batches import Batches
from seehear.train.flow import CHECKPOINT, sight_of, worlds_of
from seehear.train.learning import encoder, trained_learner
from seehear.train.measuring import Row, differing_by, fitted_reader, means, measured
from seehear.train.worlds import Progress

MEASURED = "measured.json"
COLUMNS = ("side", "ild", "mono", "azimuth", "mirror", "onset", "chance")


def measure_run(
    folder: Path,
    *,
    worlds: Path | None = None,
    count: int = 200,
    steps: int = 25,
    strength: float = 1.0,
    progress: Progress = lambda stage, done: None,
) -> dict[str, Any]:
    """Measure a run's averaged weights, and keep what was found as ``measured.json`` in its folder.

    Args:
        folder: of the run.
        worlds: folder of the rendered worlds; None: in the run's folder.
        count: held-back worlds, from the first.
        steps: of the flow.
        strength: of guidance.
        progress: told how far it is.

    Raises:
        InputError: no run, or fewer held-back worlds than asked for.
    """
    if not (folder / CHECKPOINT).is_file():
        raise InputError(f"expected the folder of a run with a {CHECKPOINT}, got '{folder}'")
    learner, config = trained_learner(folder / CHECKPOINT)
    if not 1 <= count <= config.held_back:
        raise InputError(f"expected from 1 to {config.held_back} held-back worlds, asked for {count}")
    place = worlds or folder / "worlds"
    data, held_back = worlds_of(config, place, 1, progress)
    sight = sight_of(config, place, data, held_back, progress)
    reader = fitted_reader(learner, data, held_back)
    batches = Batches(held_back, encoder(learner), size=config.batch, seed=0, memory=sight and sight.held_back)
    rows = measured(learner, batches, reader, count=count, steps=steps, strength=strength)
    found = {
        "config": config.model_dump(), "count": count, "steps": steps, "strength": strength,
        "azimuth_floor": reader.floor, "means": means(rows), "rows": rows,
    }  # fmt: skip
    with written_whole(folder / MEASURED, force=True) as fresh:
        fresh.write_text(json.dumps(plain(found), allow_nan=False) + "\n", "utf-8")
    return found


def beside(first: Sequence[Row], second: Sequence[Row]) -> dict[str, tuple[float, float, float]]:
    """Give, for each measure, how much more of it the second has, and the ends of the 95 % interval.

    Example:
        >>> rows = [{"side": 0.5}, {"side": 1.0}]
        >>> beside(rows, rows)["side"]
        (0.0, 0.0, 0.0)
    """
    found = {}
    for name in COLUMNS:
        if name in first[0]:
            gap = differing_by(first, second, name)
            found[name] = (gap.value, gap.low, gap.high)
    return found


def plain(found: Any) -> Any:  # noqa: ANN401 - any JSON
    """Put None in the place of what is undefined, as JSON has no nan.

    Example:
        >>> plain([1.0, {"a": float("nan")}])
        [1.0, {'a': None}]
    """
    if isinstance(found, dict):
        return {name: plain(value) for name, value in found.items()}
    if isinstance(found, list | tuple):
        return [plain(value) for value in found]
    return None if isinstance(found, float) and math.isnan(found) else found
