"""What is said of a run: summed folder by folder, so that it costs no more memory for a million items than for ten.

Means and normal intervals come from tallies that merge; up to `BOOTSTRAPPED` items the interval is the bootstrap's.
The plots' data are counts and sums by bin, and merge too. Only the worst items are kept by name, and the first points.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from seehear.bench.row import value_of
from seehear.bench.tally import Tally
from seehear.bench.task import Task

WORST = 6
POINTS = 2000
"""Points of a system that are drawn one by one."""

BIN = 10.0
"""Deg, width of the bins of error by azimuth."""

ASIDE = 10.0
"""Deg of lateral angle up to which a direction is in the centre."""

SIDES = ("left", "centre", "right")
BOOTSTRAPPED = 20000

Key = tuple[str, str]
K = TypeVar("K")


class Worst(NamedTuple):
    """An item that did badly: how far from good (larger is worse), its number, name and value."""

    badness: float
    number: int
    id: str
    value: float


@dataclass
class Summary:
    """A run, or a part of one.

    Attributes:
        items: how many.
        failed: how many failed, with the reasons and their counts.
        tallies: by system and metric.
        reasons: why values are undefined, by system and metric, with counts.
        bins: by system and bin (floor of the true azimuth / 10 deg): the tally of the absolute errors.
        sides: by system: counts of (true side, heard side).
        points: by system: the first (true, heard) pairs, deg.
        worst: of the tested system by the first metric, worst first.
    """

    items: int = 0
    failed: dict[str, int] = field(default_factory=dict)
    tallies: dict[Key, Tally] = field(default_factory=dict)
    reasons: dict[Key, dict[str, int]] = field(default_factory=dict)
    bins: dict[tuple[str, int], Tally] = field(default_factory=dict)
    sides: dict[tuple[str, str, str], int] = field(default_factory=dict)
    points: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    worst: list[Worst] = field(default_factory=list)

    def plus(self, other: "Summary") -> "Summary":
        """Give both together; the first one's points come first."""
        points = {
            name: (self.points.get(name, []) + other.points.get(name, []))[:POINTS]
            for name in {**self.points, **other.points}
        }
        reasons = {key: _added(self.reasons.get(key, {}), other.reasons.get(key, {}))
                   for key in {**self.reasons, **other.reasons}}  # fmt: skip
        return Summary(
            self.items + other.items,
            _added(self.failed, other.failed),
            _merged(self.tallies, other.tallies),
            reasons,
            _merged(self.bins, other.bins),
            _added(self.sides, other.sides),
            points,
            _leading([*self.worst, *other.worst]),
        )


def summary_of(rows: Iterable[Mapping[str, Any]], task: Task) -> Summary:
    """Sum rows up."""
    held = list(rows)
    whole = Summary(items=len(held))
    for row in held:
        if row.get("failed"):
            whole.failed = _added(whole.failed, {str(row["failed"]): 1})
    good = [row for row in held if not row.get("failed")]
    for system in task.systems:
        for metric in task.metrics:
            key = (system, metric.name)
            whole.tallies[key] = Tally.of(value_of(row, *key) for row in good)
            for row in good:
                reason = row["reasons"].get(system, {}).get(metric.name)
                if reason:
                    whole.reasons[key] = _added(whole.reasons.get(key, {}), {reason: 1})
        _take_points(whole, system, [(a, b) for row in good for a, b in row["points"].get(system, [])])
    whole.worst = _leading([one for row in good if (one := _worst(row, task)) is not None])
    return whole


def side_of(azimuth: float) -> str:
    """Name the side of a lateral angle, deg."""
    return "centre" if abs(azimuth) <= ASIDE else ("left" if azimuth > 0 else "right")


def _take_points(whole: Summary, system: str, points: list[tuple[float, float]]) -> None:
    whole.points[system] = points[:POINTS]
    by_bin: dict[int, list[float]] = {}
    for true, heard in points:
        by_bin.setdefault(math.floor(true / BIN), []).append(abs(true - heard))
        sides = (system, side_of(true), side_of(heard))
        whole.sides[sides] = whole.sides.get(sides, 0) + 1
    for number in sorted(by_bin):
        whole.bins[system, number] = Tally.of(by_bin[number])


def _worst(row: Mapping[str, Any], task: Task) -> Worst | None:
    metric = task.metrics[0]
    value = value_of(row, task.system, metric.name)
    if math.isnan(value):
        return None
    return Worst(-value if metric.higher_is_better else value, row["index"], row["id"], value)


def _leading(found: list[Worst]) -> list[Worst]:
    return sorted(found, key=lambda one: (-one.badness, one.number))[:WORST]


def _added(first: Mapping[K, int], second: Mapping[K, int]) -> dict[K, int]:
    return {name: first.get(name, 0) + second.get(name, 0) for name in {**first, **second}}


def _merged(first: Mapping[K, Tally], second: Mapping[K, Tally]) -> dict[K, Tally]:
    return {name: first.get(name, Tally()).plus(second.get(name, Tally())) for name in {**first, **second}}
