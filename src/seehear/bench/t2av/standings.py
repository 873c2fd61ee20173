"""Systems side by side: means with intervals, categories, paired differences with significance, stability of ranks.

Values lie in an array (systems, prompts) for each column, nan where undefined; clips that failed carry the column's
worst value under ``--missing zero``. Intervals and tests are over prompts.

References: Efron and Tibshirani 1993 (bootstrap); Fisher's sign-flip permutation test; Holm, "A simple sequentially
rejective multiple test procedure", Scandinavian Journal of Statistics 6, 1979.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from seehear.bench.t2av.prompts import TAXONOMY, Prompt
from seehear.bench.table import Cell
from seehear.scene.direction import Array
from seehear.score.score import Metric, bootstrap_interval, paired_difference

FLIPS = 2000
FEWEST = 6
"""Pairs below which no significance is told."""


class Pair(NamedTuple):
    """First less second over the prompts that both have.

    Attributes:
        first: a system.
        second: another.
        column: the metric.
        value: mean difference.
        low: lower end of its 95 % interval.
        high: upper end.
        n: pairs.
        p: of the sign-flip test; nan with too few pairs.
        holm: p corrected over all pairs of this column.
    """

    first: str
    second: str
    column: str
    value: float
    low: float
    high: float
    n: int
    p: float
    holm: float


def cells_of(values: Array, reasons: Sequence[str], *, seed: int) -> list[Cell]:
    """Give each system's mean and interval.

    Args:
        values: (systems, prompts).
        reasons: why values are undefined, the most frequent one of each system.
        seed: of the bootstrap.
    """
    cells = []
    for number, row in enumerate(values):
        known = row[~np.isnan(row)]
        low, high = bootstrap_interval(row, rng=np.random.default_rng([seed, number]))
        mean = float(known.mean()) if len(known) else float("nan")
        cells.append(Cell(mean, low, high, len(known), len(row) - len(known), reasons[number]))
    return cells


def categories_of(
    values: Mapping[str, Array], prompts: Sequence[Prompt], systems: Sequence[str], *, seed: int
) -> list[dict[str, Any]]:
    """Give a table for each category of each taxonomy field: ``{"field", "category", "prompts", "systems"}``.

    Args:
        values: (systems, prompts) by column.
        prompts: in the arrays' order.
        systems: in the arrays' order.
        seed: of the bootstrap.
    """
    tables = []
    for field in TAXONOMY:
        names = sorted({name for one in prompts for name in one.categories[field]})
        for name in names:
            mine = np.array([name in one.categories[field] for one in prompts])
            shown = {column: cells_of(table[:, mine], [""] * len(systems), seed=seed)
                     for column, table in values.items()}  # fmt: skip
            by_system = {
                system: {column: plain_cell(cells[number]) for column, cells in shown.items()}
                for number, system in enumerate(systems)
            }
            tables.append({"field": field, "category": name, "prompts": int(mine.sum()), "systems": by_system})
    return tables


def pairs_of(values: Array, metric: Metric, systems: Sequence[str], *, seed: int) -> list[Pair]:
    """Compare every two systems on one column.

    Args:
        values: (systems, prompts).
        metric: of the column.
        systems: in the array's order.
        seed: of bootstrap and test.
    """
    found = []
    for number, (a, b) in enumerate(combinations(range(len(systems)), 2)):
        rng = np.random.default_rng([seed, number])
        gap = paired_difference(values[a], values[b], rng=rng)
        p = sign_flip_p(values[a] - values[b], rng=rng)
        found.append(Pair(systems[a], systems[b], metric.name, gap.value, gap.low, gap.high, gap.n, p, p))
    corrected = holm([one.p for one in found])
    return [one._replace(holm=p) for one, p in zip(found, corrected, strict=True)]


def sign_flip_p(gaps: Array, *, rng: np.random.Generator) -> float:
    """Give the two-sided p of "no difference" by flipping signs of paired differences; nan with fewer than 6.

    Args:
        gaps: (n,) differences, nan where there is no pair.
        rng: draws the signs.

    Example:
        >>> sign_flip_p(np.ones(20), rng=np.random.default_rng(0)) < 0.01
        True
    """
    known = gaps[~np.isnan(gaps)]
    if len(known) < FEWEST:
        return float("nan")
    signs = rng.choice([-1.0, 1.0], size=(FLIPS, len(known)))
    as_far = np.abs(signs @ known) >= abs(known.sum()) - 1e-12
    return float((as_far.sum() + 1) / (FLIPS + 1))


def holm(ps: Sequence[float]) -> list[float]:
    """Correct p-values for how many there are; nan stays nan.

    Example:
        >>> [round(one, 3) for one in holm([0.01, 0.04, 0.03])]
        [0.03, 0.06, 0.06]
    """
    order = sorted((p, place) for place, p in enumerate(ps) if not np.isnan(p))
    corrected, last = [float("nan")] * len(ps), 0.0
    for rank, (p, place) in enumerate(order):
        last = max(last, min(1.0, p * (len(order) - rank)))
        corrected[place] = last
    return corrected


def plain_cell(cell: Cell) -> dict[str, Any]:
    """Give a cell as plain JSON; undefined is null."""
    return {
        name: (round(value, 6) if np.isfinite(value) else None) if isinstance(value, float) else value
        for name, value in cell._asdict().items()
    }
