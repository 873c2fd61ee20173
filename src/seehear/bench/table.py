"""A run's numbers: a mean with its interval for every system and metric."""

import json
import math
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from seehear.bench.row import value_of
from seehear.bench.summary import BOOTSTRAPPED, Summary
from seehear.bench.task import Task

SHARE = 0.95


class Cell(NamedTuple):
    """One number.

    Attributes:
        mean: over the defined items; nan of none.
        low: lower end of the interval of the mean.
        high: its upper end.
        n: defined items.
        n_undefined: the others.
        reason: the most frequent reason why one is undefined.
    """

    mean: float
    low: float
    high: float
    n: int
    n_undefined: int
    reason: str


class Table(NamedTuple):
    """The whole table.

    Attributes:
        task: its name.
        items: how many there are.
        failed: why items failed, with counts.
        systems: the rows, the tested one first.
        metrics: the columns: name, unit, whether more is better.
        cells: by system and metric.
        interval: how the intervals were made.
    """

    task: str
    items: int
    failed: dict[str, int]
    systems: tuple[str, ...]
    metrics: tuple[tuple[str, str, bool], ...]
    cells: dict[tuple[str, str], Cell]
    interval: str

    def to_dict(self) -> dict[str, Any]:
        """Give plain JSON; an undefined number is null."""
        systems = {
            system: {
                name: {key: _plain(value) for key, value in self.cells[system, name]._asdict().items()}
                for name, _, _ in self.metrics
            }
            for system in self.systems
        }
        metrics = [{"name": name, "unit": unit, "higher_is_better": up} for name, unit, up in self.metrics]
        return {
            "task": self.task, "items": self.items, "failed": self.failed, "interval": self.interval,
            "metrics": metrics, "systems": systems,
        }  # fmt: skip


def table_of(summary: Summary, task: Task, rows: Path, *, seed: int) -> Table:
    """Make a run's table.

    Args:
        summary: of all items.
        task: whose columns.
        rows: ``rows.jsonl``, read once more where the intervals are the bootstrap's.
        seed: of the bootstrap.
    """
    few = summary.items <= BOOTSTRAPPED
    intervals = _bootstrapped(rows, task, seed) if few else {}
    cells = {}
    for key, tally in summary.tallies.items():
        low, high = intervals[key] if few else tally.interval()
        reasons = summary.reasons.get(key, {})
        reason = max(reasons, key=lambda why: (reasons[why], why)) if reasons else ""
        cells[key] = Cell(tally.mean if tally.n else math.nan, low, high, tally.n, tally.n_undefined, reason)
    metrics = tuple((one.name, one.unit, one.higher_is_better) for one in task.metrics)
    how = "95 % bootstrap over items" if few else "95 % normal, from merged variances"
    return Table(task.name, summary.items, dict(sorted(summary.failed.items())), task.systems, metrics, cells, how)


def values_of(rows: Path, keys: list[tuple[str, str]]) -> tuple[list[str], dict[tuple[str, str], list[float]]]:
    """Read items' ids and numbers from ``rows.jsonl``, line by line; nan where undefined or failed."""
    ids: list[str] = []
    values: dict[tuple[str, str], list[float]] = {key: [] for key in keys}
    with rows.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            ids.append(row["id"])
            for key in keys:
                values[key].append(value_of(row, *key))
    return ids, values


def _bootstrapped(rows: Path, task: Task, seed: int) -> dict[tuple[str, str], tuple[float, float]]:
    from seehear.score.score import bootstrap_interval

    keys = [(system, metric.name) for system in task.systems for metric in task.metrics]
    _, values = values_of(rows, keys)
    intervals = {}
    for number, key in enumerate(keys):
        low, high = bootstrap_interval(values[key], rng=np.random.default_rng([seed, number]), share=SHARE)
        intervals[key] = (low, high)
    return intervals


def _plain(value: Any) -> Any:  # noqa: ANN401 - a number or a text
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value
