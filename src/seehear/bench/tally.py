"""Statistics that merge: count, mean, spread, extremes and a histogram of values seen in pieces, in any order.

Reference: Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances",
COMPSTAT 1982, eq. 2.1.
"""

import math
from collections.abc import Iterable
from typing import NamedTuple, Self


class Tally(NamedTuple):
    """What is kept of values, however many.

    Attributes:
        n: defined values.
        n_undefined: nan ones.
        mean: of the defined.
        spread: sum of squared distances from the mean.
        low: the least; inf of none.
        high: the largest; -inf of none.
    """

    n: int = 0
    n_undefined: int = 0
    mean: float = 0.0
    spread: float = 0.0
    low: float = math.inf
    high: float = -math.inf

    @classmethod
    def of(cls, values: Iterable[float]) -> Self:
        """Tally values.

        Example:
            >>> Tally.of([1.0, 3.0, float("nan")])
            Tally(n=2, n_undefined=1, mean=2.0, spread=2.0, low=1.0, high=3.0)
        """
        given = list(values)
        known = [one for one in given if not math.isnan(one)]
        if not known:
            return cls(n_undefined=len(given))
        mean = math.fsum(known) / len(known)
        spread = math.fsum((one - mean) ** 2 for one in known)
        return cls(len(known), len(given) - len(known), mean, spread, min(known), max(known))

    def plus(self, other: "Tally") -> "Tally":
        """Give the tally of both."""
        n = self.n + other.n
        if not n:
            return Tally(n_undefined=self.n_undefined + other.n_undefined)
        gap = other.mean - self.mean
        return Tally(
            n,
            self.n_undefined + other.n_undefined,
            self.mean + gap * other.n / n,
            self.spread + other.spread + gap * gap * self.n * other.n / n,
            min(self.low, other.low),
            max(self.high, other.high),
        )

    @property
    def deviation(self) -> float:
        """Sample standard deviation; nan of fewer than two values."""
        return math.sqrt(self.spread / (self.n - 1)) if self.n > 1 else math.nan

    def interval(self, quantile: float = 1.959964) -> tuple[float, float]:
        """Give the normal interval of the mean, by default 95 %; nan of fewer than two values."""
        half = quantile * self.deviation / math.sqrt(self.n) if self.n > 1 else math.nan
        return self.mean - half, self.mean + half
