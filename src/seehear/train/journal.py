"""The log of a run as JSON lines, one for each step and each look at held-back worlds, and the curves drawn of it."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.media.atomic import written_whole

SMOOTHED = 0.98
"""Of the running mean that is drawn."""


class Journal:
    """The log.

    Args:
        file: made if it is not there.
        step: that the run goes on from; lines of later steps are of work that was lost, and go.
    """

    def __init__(self, file: Path, *, step: int) -> None:
        self.file = file
        kept = [row for row in rows_of(file) if row["step"] <= step]
        with written_whole(file, force=True) as beside:
            beside.write_text("".join(map(_line, kept)), "utf-8")

    def write(self, row: Mapping[str, Any]) -> None:
        """Add a line; ``step`` counts the steps done."""
        with self.file.open("a", encoding="utf-8") as file:
            file.write(_line(row))


def rows_of(file: Path) -> list[dict[str, Any]]:
    """Give a log's rows; a line cut short by a kill counts for nothing."""
    rows = []
    for line in file.read_text("utf-8").splitlines() if file.is_file() else ():
        with suppress(json.JSONDecodeError):
            rows.append(json.loads(line))
    return rows


def draw_curves(rows: Sequence[Mapping[str, Any]], file: Path, *, title: str) -> None:
    """Draw loss, smoothed loss, validation loss and learning rate over the steps, as PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    steps = np.array([row["step"] for row in rows if "loss" in row])
    losses = np.array([row["loss"] for row in rows if "loss" in row])
    looks = [(row["step"], row["validation"]) for row in rows if "validation" in row]
    figure = Figure(figsize=(8, 5), layout="constrained")
    FigureCanvasAgg(figure)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    above.plot(steps, losses, color="0.8", linewidth=0.7, label="loss of a step")
    above.plot(steps, smoothed(losses), color="tab:blue", label="running mean")
    above.plot(*zip(*looks, strict=True) if looks else ((), ()), "o-", color="tab:red", markersize=3,
               label="held-back worlds, averaged weights")  # fmt: skip
    if len(losses):
        low, high = np.quantile(losses, [0.0, 0.99])
        above.set_ylim(0.95 * low, 1.05 * max(high, *(loss for _, loss in looks), low + 1e-9))
    above.set_ylabel("loss")
    above.set_title(title, loc="left", fontsize="medium")
    above.legend(frameon=False, fontsize="small")
    below.plot(steps, [row["rate"] for row in rows if "loss" in row], color="0.3")
    below.set_ylabel("learning rate")
    below.set_xlabel("step")
    for one in (above, below):
        one.spines[["top", "right"]].set_visible(False)
    with written_whole(file, force=True) as beside:
        figure.savefig(beside, dpi=120)


def smoothed(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the running mean, without the pull of its start.

    Example:
        >>> smoothed(np.array([2.0, 2.0, 2.0])).round(6).tolist()
        [2.0, 2.0, 2.0]
    """
    means, mean, weight = [], 0.0, 0.0
    for value in values:
        mean, weight = SMOOTHED * mean + (1 - SMOOTHED) * value, SMOOTHED * weight + 1 - SMOOTHED
        means.append(mean / weight)
    return np.array(means)


def _line(row: Mapping[str, Any]) -> str:
    return json.dumps(row) + "\n"
