"""What every metric gives: a Score; and how sure a mean over items is.

Undefined (nothing to compare: silence, no objects, no onsets on either side) is nan with a reason, never 0. A mean is
over the defined items, and says how many were not.

References: Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13 (percentile interval).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from seehear.errors import InputError
from seehear.scene.direction import Array

_HELD = 2**21
"""Resampled values held at once."""


@dataclass(frozen=True)
class Score:
    """One metric's answer.

    Attributes:
        name: of the metric.
        value: in ``unit``; nan where it is undefined.
        unit: as in docs/scores.md; "" for a plain number.
        higher_is_better: whether more is better.
        n: items that the value rests on.
        n_undefined: items that had no value.
        version: of the metric; it rises whenever any number can change. A table never mixes versions.
        per_item: the items' own values, nan where undefined; what an item is, the metric says.
        reason: why the value is undefined, or what a reader must know of it; "" where there is nothing to say.
        extra: further numbers by name, such as ``chance`` (what a mono copy would score).
    """

    name: str
    value: float
    unit: str
    higher_is_better: bool
    n: int
    n_undefined: int
    version: int
    per_item: tuple[float, ...] = ()
    reason: str = ""
    extra: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse an undefined value without a reason."""
        if np.isnan(self.value) and not self.reason:
            raise InputError(f"an undefined score must say why, got {self.name!r} without a reason")


@dataclass(frozen=True)
class Metric:
    """What stays the same from one Score of a metric to the next.

    Attributes:
        name: of the metric.
        unit: of its values.
        higher_is_better: whether more is better.
        version: as in `Score`.
    """

    name: str
    unit: str
    higher_is_better: bool
    version: int = 1

    def mean(
        self,
        per_item: ArrayLike,
        *,
        weights: ArrayLike | None = None,
        reason: str = "",
        extra: Mapping[str, float] | None = None,
    ) -> Score:
        """Give the mean over the defined items.

        Args:
            per_item: (n,) values, nan where undefined.
            weights: (n,) at least 0; None: all alike.
            reason: kept as it is; needed where every item is undefined.
            extra: further numbers.
        """
        values = np.asarray(per_item, dtype=np.float64).reshape(-1)
        known = ~np.isnan(values)
        weight = np.ones(len(values)) if weights is None else np.asarray(weights, dtype=np.float64)
        defined = bool(known.any() and weight[known].sum() > 0)
        value = float((values[known] * weight[known]).sum() / weight[known].sum()) if defined else np.nan
        return self.at(value, per_item=values, reason=reason or ("" if defined else "no items"), extra=extra)

    def at(
        self,
        value: float,
        *,
        per_item: ArrayLike | None = None,
        reason: str = "",
        extra: Mapping[str, float] | None = None,
    ) -> Score:
        """Give a Score whose value is not the mean of its items."""
        items = tuple(np.asarray([value] if per_item is None else per_item, dtype=np.float64).reshape(-1).tolist())
        undefined = int(np.isnan(items).sum()) if items else 0
        return Score(
            name=self.name,
            value=float(value),
            unit=self.unit,
            higher_is_better=self.higher_is_better,
            n=len(items) - undefined,
            n_undefined=undefined,
            version=self.version,
            per_item=items,
            reason=reason,
            extra=dict(extra or {}),
        )

    def undefined(self, reason: str, *, extra: Mapping[str, float] | None = None) -> Score:
        """Give the Score of something that cannot be scored."""
        return self.at(np.nan, reason=reason, extra=extra)


class Interval(NamedTuple):
    """Where a mean lies; nan with fewer than two defined items."""

    low: float
    high: float


class Difference(NamedTuple):
    """A mean of paired differences, first less second.

    Attributes:
        value: the mean; nan without a pair.
        low: lower end of its interval.
        high: upper end.
        n: pairs with both sides defined.
        n_undefined: pairs without.
    """

    value: float
    low: float
    high: float
    n: int
    n_undefined: int


def mean_score(scores: Sequence[Score]) -> Score:
    """Give the mean over clips: the items of the new Score are the values of those given.

    Args:
        scores: of one metric at one version, at least one.

    Raises:
        InputError: none, or metrics or versions that differ.

    Example:
        >>> metric = Metric("accuracy", "", higher_is_better=True)
        >>> both = mean_score([metric.mean([1.0, 0.0]), metric.undefined("silence")])
        >>> both.value, both.n, both.n_undefined, both.reason
        (0.5, 1, 1, 'undefined: silence (1)')
    """
    kinds = {(one.name, one.version, one.unit) for one in scores}
    if len(kinds) != 1:
        raise InputError(f"expected scores of one metric at one version, got {sorted(kinds) or 'none'}: split them")
    why: dict[str, int] = {}
    for one in scores:
        if np.isnan(one.value):
            why[one.reason] = why.get(one.reason, 0) + 1
    told = "; ".join(f"undefined: {reason} ({count})" for reason, count in sorted(why.items()))
    first = scores[0]
    metric = Metric(first.name, first.unit, first.higher_is_better, first.version)
    return metric.mean([one.value for one in scores], reason=told, extra=_shared_extra(scores))


def bootstrap_interval(
    per_item: ArrayLike, *, rng: np.random.Generator, share: float = 0.95, draws: int = 2000
) -> Interval:
    """Give the percentile bootstrap interval of the mean over the defined items.

    Args:
        per_item: (n,) values; nan ones are left out.
        rng: draws the samples.
        share: of the draws that the interval holds, in (0, 1).
        draws: how many samples of n items, drawn with replacement.

    Raises:
        InputError: a share outside (0, 1), or no draws.

    Example:
        >>> low, high = bootstrap_interval([1.0] * 5, rng=np.random.default_rng(0))
        >>> low, high
        (1.0, 1.0)
    """
    if not 0.0 < share < 1.0 or draws < 1:
        raise InputError(f"expected a share in (0, 1) and at least 1 draw, got {share} and {draws}")
    values = np.asarray(per_item, dtype=np.float64).reshape(-1)
    values = values[~np.isnan(values)]
    if len(values) < 2:
        return Interval(np.nan, np.nan)
    means = np.empty(draws)
    step = max(1, _HELD // len(values))
    for start in range(0, draws, step):
        count = min(step, draws - start)
        means[start : start + count] = values[rng.integers(len(values), size=(count, len(values)))].mean(axis=1)
    low, high = np.quantile(means, [(1 - share) / 2, (1 + share) / 2])
    return Interval(float(low), float(high))


def paired_difference(
    a: ArrayLike, b: ArrayLike, *, rng: np.random.Generator, share: float = 0.95, draws: int = 2000
) -> Difference:
    """Give the mean of a - b over items that both have, with its bootstrap interval over pairs.

    Args:
        a: (n,) values of one system, item by item.
        b: (n,) values of the other, the same items in the same order.
        rng: draws the samples.
        share: as in `bootstrap_interval`.
        draws: as in `bootstrap_interval`.

    Raises:
        InputError: lengths that differ.
    """
    first, second = (np.asarray(one, dtype=np.float64).reshape(-1) for one in (a, b))
    if len(first) != len(second):
        raise InputError(f"expected the same items on both sides, got {len(first)} and {len(second)}: pair them first")
    gap = first - second
    gap = gap[~np.isnan(gap)]
    interval = bootstrap_interval(gap, rng=rng, share=share, draws=draws)
    return Difference(float(gap.mean()) if len(gap) else np.nan, *interval, len(gap), len(first) - len(gap))


def weighted_mean(values: Array, weights: Array) -> float:
    """Give the mean of (n,) values by (n,) weights; nan where no weight lies on a defined value.

    Example:
        >>> weighted_mean(np.array([1.0, 3.0, np.nan]), np.array([1.0, 3.0, 5.0]))
        2.5
    """
    known = ~np.isnan(values)
    total = weights[known].sum()
    return float((values[known] * weights[known]).sum() / total) if total > 0 else float("nan")


def _shared_extra(scores: Sequence[Score]) -> dict[str, float]:
    """Give the mean of each further number that every defined score has."""
    defined = [one for one in scores if not np.isnan(one.value)]
    names = set.intersection(*(set(one.extra) for one in defined)) if defined else set()
    return {name: float(np.mean([one.extra[name] for one in defined])) for name in sorted(names)}
