"""How sure a ranking of systems is: each one's share of bootstrap draws at each rank, and Kendall's tau of the draws.

Items are drawn with replacement, the same ones for every system, so that what is hard for all moves no rank.

References: Efron and Tibshirani, "An Introduction to the Bootstrap", 1993; Kendall, "A new measure of rank
correlation", Biometrika 30, 1938.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seehear.errors import InputError
from seehear.scene.direction import Array

_Ranks = NDArray[np.int64]


class RankStability(NamedTuple):
    """What `rank_stability` gives.

    Attributes:
        order: systems' numbers, best first, by the mean over all items.
        share: (systems, ranks) share of the draws in which a system has a rank.
        tau: mean Kendall tau between the draws' order and the whole's.
    """

    order: tuple[int, ...]
    share: Array
    tau: float


def rank_stability(
    values: ArrayLike, *, higher_is_better: bool, rng: np.random.Generator, draws: int = 1000
) -> RankStability:
    """Say how stable a ranking by the mean is.

    Args:
        values: (systems, items), nan where undefined; a system without a value in a draw is last there.
        higher_is_better: whether more is better.
        rng: draws the items.
        draws: how many.

    Raises:
        InputError: no systems or no items.

    Example:
        >>> rank_stability([[1.0] * 4, [0.0] * 4], higher_is_better=True, rng=np.random.default_rng(0)).order
        (0, 1)
    """
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2 or not table.size:
        raise InputError(f"expected values of shape (systems, items), got {table.shape}")
    sign = -1.0 if higher_is_better else 1.0
    whole = _ranks(sign * _means(table))
    share = np.zeros((len(table), len(table)))
    taus = []
    for _ in range(draws):
        ranks = _ranks(sign * _means(table[:, rng.integers(table.shape[1], size=table.shape[1])]))
        share[np.arange(len(table)), ranks] += 1.0 / draws
        taus.append(_tau(whole, ranks))
    return RankStability(tuple(int(one) for one in np.argsort(whole)), share, float(np.mean(taus)))


def _means(table: Array) -> Array:
    known = ~np.isnan(table)
    count = known.sum(axis=1)
    total = np.where(known, table, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _ranks(badness: Array) -> _Ranks:
    order = np.argsort(np.where(np.isnan(badness), np.inf, badness), kind="stable")
    ranks = np.empty(len(badness), dtype=np.int64)
    ranks[order] = np.arange(len(badness))
    return ranks


def _tau(first: _Ranks, second: _Ranks) -> float:
    if len(first) < 2:
        return 1.0
    a, b = (np.sign(np.subtract.outer(one, one)) for one in (first, second))
    return float((a * b).sum() / (len(first) * (len(first) - 1)))
