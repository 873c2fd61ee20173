"""How far raters agree: Cohen's weighted kappa of two, intraclass correlations of several.

References: Cohen, "Weighted kappa", Psychological Bulletin 70(4), 1968; Shrout and Fleiss, "Intraclass correlations:
uses in assessing rater reliability", Psychological Bulletin 86(2), 1979 (cases 2 and 3, single rater); Fleiss and
Cohen, "The equivalence of weighted kappa and the intraclass correlation coefficient", 1973.
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seehear.errors import InputError
from seehear.scene.direction import Array
from seehear.score.score import Metric, Score

KAPPA = Metric("weighted_kappa", "", higher_is_better=True)
ICC = Metric("intraclass_correlation", "", higher_is_better=True)
ABSOLUTE = Metric("mean_absolute_difference", "", higher_is_better=False)


def weighted_kappa(
    first: ArrayLike,
    second: ArrayLike,
    *,
    categories: tuple[float, ...] = (1.0, 2.0, 3.0, 4.0, 5.0),
    weights: Literal["linear", "quadratic"] = "quadratic",
) -> Score:
    """Give Cohen's weighted kappa of two raters: 1 agreement, 0 what chance gives, below 0 worse than chance.

    Args:
        first: (n,) one rater's categories; nan where it did not rate.
        second: (n,) the other's, of the same items.
        categories: of the scale, in order; kappa goes by their places.
        weights: of a disagreement over k places: k, or k squared.

    Returns:
        Over the items that both rated; undefined without any, or where both always said the same one category.

    Raises:
        InputError: lengths that differ, or a value that is no category.

    Example:
        >>> weighted_kappa([1, 2, 3, 4], [1, 2, 3, 4]).value
        1.0
    """
    a, b = _paired(first, second)
    if not len(a):
        return KAPPA.undefined("no item was rated by both")
    size = len(categories)
    seen = np.zeros((size, size))
    np.add.at(seen, (_places(a, categories), _places(b, categories)), 1.0 / len(a))
    apart = np.abs(np.subtract.outer(np.arange(size), np.arange(size))) ** (1 if weights == "linear" else 2)
    chance = float((apart * np.outer(seen.sum(axis=1), seen.sum(axis=0))).sum())
    if chance == 0.0:
        return KAPPA.undefined("both raters gave one and the same score to every item")
    return KAPPA.at(1.0 - float((apart * seen).sum()) / chance, extra={"n_items": float(len(a))})


def intraclass_correlation(ratings: ArrayLike, *, kind: Literal["agreement", "consistency"] = "agreement") -> Score:
    """Give the intraclass correlation of single raters: ICC(2,1) for agreement, ICC(3,1) for consistency.

    Args:
        ratings: (items, raters); items that a rater left out (nan) are dropped whole.
        kind: ``agreement`` counts a rater who is always one point higher as disagreeing; ``consistency`` does not.

    Returns:
        Undefined with fewer than two whole items, or where nothing varies.

    Raises:
        InputError: fewer than two raters.
    """
    table = np.asarray(ratings, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] < 2:
        raise InputError(f"expected ratings of shape (items, raters) with two raters or more, got {table.shape}")
    table = table[~np.isnan(table).any(axis=1)]
    n, k = table.shape
    if n < 2:
        return ICC.undefined("fewer than two items were rated by all")
    grand = table.mean()
    rows = k * float(((table.mean(axis=1) - grand) ** 2).sum()) / (n - 1)
    columns = n * float(((table.mean(axis=0) - grand) ** 2).sum()) / (k - 1)
    total = float(((table - grand) ** 2).sum())
    rest = (total - rows * (n - 1) - columns * (k - 1)) / ((n - 1) * (k - 1))
    below = rows + (k - 1) * rest + (k * (columns - rest) / n if kind == "agreement" else 0.0)
    if below <= 1e-12:
        return ICC.undefined("all ratings are the same")
    return ICC.at((rows - rest) / below, extra={"n_items": float(n), "n_raters": float(k)})


def mean_absolute_difference(first: ArrayLike, second: ArrayLike) -> Score:
    """Give the mean absolute difference of two raters over the items that both rated.

    Args:
        first: (n,) nan where it did not rate.
        second: (n,).

    Raises:
        InputError: lengths that differ.
    """
    a, b = _paired(first, second)
    return ABSOLUTE.mean(np.abs(a - b)) if len(a) else ABSOLUTE.undefined("no item was rated by both")


def _paired(first: ArrayLike, second: ArrayLike) -> tuple[Array, Array]:
    a, b = (np.asarray(one, dtype=np.float64).reshape(-1) for one in (first, second))
    if len(a) != len(b):
        raise InputError(f"expected two raters of the same items, got {len(a)} and {len(b)} ratings")
    both = ~(np.isnan(a) | np.isnan(b))
    return a[both], b[both]


def _places(values: Array, categories: tuple[float, ...]) -> NDArray[np.int64]:
    scale = np.asarray(categories, dtype=np.float64)
    places = np.asarray(np.abs(values[:, None] - scale[None]).argmin(axis=1), dtype=np.int64)
    wrong = ~np.isclose(scale[places], values)
    if wrong.any():
        raise InputError(f"expected ratings among {categories}, got {values[wrong][0]:g}")
    return places
