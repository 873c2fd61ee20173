"""Box layouts, predicted against true, picture by picture: LTSim, MaxIoU, DocSim.

All three are blind to how far a wrong box is off once it no longer overlaps, and nearly blind to a left-right swap:
a fully mirrored pair still scores LTSim 0.7 to 0.9. Read them beside `layout_over_time`.

References: Otani et al., "LTSim: layout transportation-based similarity measure", arXiv 2407.12356, 2024 (LTSim);
Kikuchi et al., "Constrained graphic layout generation via latent optimization", ACM MM 2021, section 4.3 (MaxIoU);
Patil et al., "READ: recursive autoencoders for document layout generation", CVPRW 2020, section 4 (DocSim).
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from seehear.errors import InputError
from seehear.scene.direction import Array
from seehear.score.boxes import Boxes, giou, iou
from seehear.score.score import Metric, Score

LTSIM = Metric("ltsim", "", higher_is_better=True)
MAX_IOU = Metric("max_iou", "", higher_is_better=True)
DOCSIM = Metric("docsim", "", higher_is_better=True)

FAR_COUNTS = 3
"""DocSim is 0 where the numbers of boxes differ by this many or more."""

_LARGEST_ASSIGNMENT = 512


def ltsim(
    prediction: Sequence[Boxes], truth: Sequence[Boxes], *, empty: Literal["published", "zero"] = "published"
) -> Score:
    """Give LTSim: exp(-cost) of the cheapest transport between two pictures' boxes, uniform weights.

    The cost between two boxes is (1 - GIoU) / 4, plus 1/2 where labels differ.

    Args:
        prediction: a picture's boxes, one entry for each picture.
        truth: the same pictures.
        empty: ``published``: one side empty gives exp(-1) = 0.368, both give 1. ``zero``: one side empty gives 0, both
            are undefined.

    Raises:
        InputError: numbers of pictures that differ.
    """
    lone, both = (math.exp(-1.0), 1.0) if empty == "published" else (0.0, math.nan)
    return _by_picture(LTSIM, prediction, truth, lambda a, b: _ltsim(a, b, lone, both))


def max_iou(
    prediction: Sequence[Boxes], truth: Sequence[Boxes], *, mismatch: Literal["zero", "undefined"] = "zero"
) -> Score:
    """Give MaxIoU: mean IoU of the best one-to-one matching within each label.

    Args:
        prediction: a picture's boxes, one entry for each picture.
        truth: the same pictures.
        mismatch: what a picture scores whose labels (as a multiset) differ: 0, or undefined as in the published code.

    Raises:
        InputError: numbers of pictures that differ.
    """
    other = 0.0 if mismatch == "zero" else math.nan
    return _by_picture(MAX_IOU, prediction, truth, lambda a, b: _max_iou(a, b, other))


def docsim(prediction: Sequence[Boxes], truth: Sequence[Boxes]) -> Score:
    """Give DocSim: mean over the best matching of sqrt(smaller area) * 2^(-centre distance - 2 size difference).

    Equal boxes score the square root of their area, so ``extra["truth"]`` gives what the truth scores against itself.

    Args:
        prediction: a picture's boxes, one entry for each picture.
        truth: the same pictures.

    Raises:
        InputError: numbers of pictures that differ.
    """
    own = [_docsim(one, one) for one in truth]
    extra = {"truth": float(np.nanmean(own)) if np.isfinite(own).any() else math.nan}
    return _by_picture(DOCSIM, prediction, truth, _docsim, extra)


def _by_picture(
    metric: Metric,
    prediction: Sequence[Boxes],
    truth: Sequence[Boxes],
    one: Callable[[Boxes, Boxes], float],
    extra: dict[str, float] | None = None,
) -> Score:
    if len(prediction) != len(truth):
        raise InputError(f"expected as many predicted pictures as true ones, got {len(prediction)} and {len(truth)}")
    values = [one(a, b) for a, b in zip(prediction, truth, strict=True)]
    count = int(np.isnan(values).sum()) if values else 0
    reason = f"{count} of {len(values)} pictures without boxes on either side, or with other labels" if count else ""
    return metric.mean(values, reason=reason or ("" if values else "no pictures"), extra=extra)


def _ltsim(a: Boxes, b: Boxes, lone: float, both: float) -> float:
    if not (a.labels and b.labels):
        return lone if a.labels or b.labels else both
    cost = (1.0 - giou(a.xyxy[:, None], b.xyxy[None])) / 4.0 + 0.5 * ~_same_label(a, b)
    return math.exp(-_transport(cost))


def _transport(cost: Array) -> float:
    """Give the least mean cost of moving uniform weights on n rows to uniform weights on m columns.

    Some best plan moves whole shares of 1 / lcm(n, m) (the constraints are totally unimodular): an assignment.
    """
    rows, columns = cost.shape
    shares = math.lcm(rows, columns)
    if shares > _LARGEST_ASSIGNMENT:
        return _transport_by_program(cost)
    from scipy.optimize import linear_sum_assignment

    wide = np.repeat(np.repeat(cost, shares // rows, axis=0), shares // columns, axis=1)
    return float(wide[linear_sum_assignment(wide)].mean())


def _transport_by_program(cost: Array) -> float:
    from scipy.optimize import linprog

    rows, columns = cost.shape
    sums = np.vstack([np.kron(np.eye(rows), np.ones((1, columns))), np.kron(np.ones((1, rows)), np.eye(columns))])
    wanted = np.concatenate([np.full(rows, 1.0 / rows), np.full(columns, 1.0 / columns)])
    return float(cost.ravel() @ np.asarray(linprog(cost.ravel(), A_eq=sums, b_eq=wanted, method="highs").x))


def _max_iou(a: Boxes, b: Boxes, other: float) -> float:
    if Counter(a.labels) != Counter(b.labels):
        return other
    if not a.labels:
        return math.nan
    overlap = iou(a.xyxy[:, None], b.xyxy[None])
    # a wrong pair costs more than all others can bring, and equal multisets can do without one
    return float(_matched(np.where(_same_label(a, b), overlap, -float(len(a.labels)))).sum() / len(a.labels))


def _docsim(a: Boxes, b: Boxes) -> float:
    if not (a.labels or b.labels):
        return math.nan
    if abs(len(a.labels) - len(b.labels)) >= FAR_COUNTS or not (a.labels and b.labels):
        return 0.0
    size_a, size_b = ((one.xyxy[:, 2:] - one.xyxy[:, :2]) for one in (a, b))
    centre_a, centre_b = ((one.xyxy[:, 2:] + one.xyxy[:, :2]) / 2 for one in (a, b))
    apart = np.linalg.norm(centre_a[:, None] - centre_b[None], axis=-1)
    differ = np.abs(size_a[:, None] - size_b[None]).sum(axis=-1)
    area = np.minimum(size_a.prod(axis=-1)[:, None], size_b.prod(axis=-1)[None])
    return float(_matched(np.where(_same_label(a, b), np.sqrt(area) * 2.0 ** (-apart - 2.0 * differ), 0.0)).mean())


def _matched(worth: Array) -> Array:
    """Give the worth of each pair of the best one-to-one matching."""
    from scipy.optimize import linear_sum_assignment

    return np.asarray(worth[linear_sum_assignment(worth, maximize=True)])


def _same_label(a: Boxes, b: Boxes) -> NDArray[np.bool_]:
    return np.array([[one == other for other in b.labels] for one in a.labels], dtype=bool)
