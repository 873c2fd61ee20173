"""Box layouts over time: objects matched once in a clip, then their overlap, place, motion and growth compared.

Matching is one-to-one between objects of the same label (unless told otherwise), by the largest sum of mean IoU over
the clip; objects that nowhere overlap are matched by the nearest mean centre. An object without a partner scores IoU 0
and is undefined in all else. Every score has one item for each true object (IoU also one for each predicted object
left over).
"""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.errors import InputError
from seehear.scene.direction import Array
from seehear.score.boxes import BoxTracks, iou
from seehear.score.score import Metric, Score

Indices = NDArray[np.int64]

MEAN_IOU = Metric("track_mean_iou", "", higher_is_better=True)
CENTRE_X = Metric("track_centre_x_error", "frame widths", higher_is_better=False)
CENTRE_Y = Metric("track_centre_y_error", "frame heights", higher_is_better=False)
MOTION = Metric("track_motion_accuracy", "", higher_is_better=True)
AREA_SLOPE = Metric("track_log_area_slope_error", "1/s", higher_is_better=False)

STILL = 0.05
"""Share of the frame's width below which a box's drift over its common time is no motion."""


class LayoutOverTime(NamedTuple):
    """What `layout_over_time` gives.

    Attributes:
        mean_iou: mean over the times at which either has a box (0 where only one has).
        centre_x: mean absolute difference of the box centres' x.
        centre_y: the same of y.
        motion: share of objects that move the same way: left, right or not (least-squares drift of x over the clip).
        area_slope: absolute difference of the least-squares slopes of the log of the box's area: approach and recede.
        pairs: (p, 2) indices, predicted and true, of the matched objects.
    """

    mean_iou: Score
    centre_x: Score
    centre_y: Score
    motion: Score
    area_slope: Score
    pairs: Indices


def layout_over_time(
    prediction: BoxTracks, truth: BoxTracks, *, labels: Literal["equal", "ignored"] = "equal"
) -> LayoutOverTime:
    """Compare two clips' boxes.

    Args:
        prediction: at the truth's times.
        truth: the clip as it is.
        labels: ``equal``: only objects of one label are matched; ``ignored``: any.

    Raises:
        InputError: times that differ.
    """
    if prediction.times.shape != truth.times.shape or not np.allclose(prediction.times, truth.times, atol=1e-6):
        raise InputError(
            f"expected boxes at the same times, got {len(prediction.times)} and {len(truth.times)}: read both with "
            "tracks_of(scene, times)"
        )
    overlap = iou(prediction.xyxy[:, None], truth.xyxy[None])
    pairs = _match(prediction, truth, overlap, labels)
    rows = [_compare(prediction.xyxy[i], truth.xyxy[j], truth.times) for i, j in pairs]
    table = np.full((len(truth.ids), 5), np.nan)
    table[pairs[:, 1]] = np.array(rows).reshape(-1, 5)
    lone = len(prediction.ids) - len(pairs)
    mean_iou = np.concatenate([np.nan_to_num(table[:, 0], nan=0.0), np.zeros(lone)])
    missing = len(truth.ids) - len(pairs)
    reason = f"{missing} of {len(truth.ids)} true objects without a partner" if missing else ""
    if not len(truth.ids):
        reason = "no true objects"
    centre_x, centre_y, motion, area_slope = (
        metric.mean(table[:, 1 + i], reason=reason or _hidden(table[:, 1 + i]))
        for i, metric in enumerate((CENTRE_X, CENTRE_Y, MOTION, AREA_SLOPE))
    )
    return LayoutOverTime(MEAN_IOU.mean(mean_iou, reason=reason), centre_x, centre_y, motion, area_slope, pairs)


def _hidden(column: Array) -> str:
    count = int(np.isnan(column).sum())
    return f"{count} of {len(column)} objects without enough common boxes" if count else ""


def _match(prediction: BoxTracks, truth: BoxTracks, overlap: Array, labels: str) -> Indices:
    """Give (p, 2) matched indices: the largest sum of mean IoU, ties by the nearest centres."""
    from scipy.optimize import linear_sum_assignment

    if not (len(prediction.ids) and len(truth.ids)):
        return np.zeros((0, 2), dtype=np.int64)
    worth = _mean_overlap(prediction.xyxy, truth.xyxy, overlap) - 1e-3 * _apart(prediction.xyxy, truth.xyxy)
    same = np.array([[a == b for b in truth.labels] for a in prediction.labels])
    allowed = same if labels == "equal" else np.ones_like(same)
    # an allowed pair is always worth more than none: the matching is as large as labels let it be
    rows, columns = linear_sum_assignment(np.where(allowed, 2.0 + worth, 0.0), maximize=True)
    keep = allowed[rows, columns]
    return np.stack([rows[keep], columns[keep]], axis=1).astype(np.int64)


def _mean_overlap(first: Array, second: Array, overlap: Array) -> Array:
    """Give (n, m) mean IoU over the times at which either has a box; 0 where none has."""
    seen_a, seen_b = ~np.isnan(first[:, None, :, 0]), ~np.isnan(second[None, :, :, 0])
    either = (seen_a | seen_b).sum(axis=-1)
    total = np.where(seen_a & seen_b, overlap, 0.0).sum(axis=-1)
    return np.asarray(np.divide(total, either, out=np.zeros_like(total), where=either > 0))


def _apart(first: Array, second: Array) -> Array:
    """Give (n, m) distances of the mean centres, at most sqrt 2; 2 where either is never seen."""
    centres = [np.array([_middle(track).mean(axis=0) for track in tracks]) for tracks in (first, second)]
    gap = np.linalg.norm(centres[0][:, None] - centres[1][None], axis=-1)
    return np.asarray(np.nan_to_num(gap, nan=2.0))


def _middle(track: Array) -> Array:
    """Give the centres, (k, 2), of the boxes that there are; one row of nan where there are none."""
    seen = track[~np.isnan(track[:, 0])]
    return (seen[:, :2] + seen[:, 2:]) / 2 if len(seen) else np.full((1, 2), np.nan)


def _compare(predicted: Array, true: Array, times: Array) -> tuple[float, ...]:
    """Give mean IoU, x and y error, same motion (1 or 0) and slope error of one matched pair, (t, 4) each."""
    either = ~(np.isnan(predicted[:, 0]) & np.isnan(true[:, 0]))
    both = ~(np.isnan(predicted[:, 0]) | np.isnan(true[:, 0]))
    if not either.any():
        return (np.nan,) * 5
    overlap = float(np.where(both, iou(predicted, true), 0.0)[either].mean())
    if not both.any():
        return (overlap, *(np.nan,) * 4)
    a, b, moment = predicted[both], true[both], times[both]
    gap = np.abs((a[:, :2] + a[:, 2:]) / 2 - (b[:, :2] + b[:, 2:]) / 2).mean(axis=0)
    if len(moment) < 2:
        return (overlap, float(gap[0]), float(gap[1]), np.nan, np.nan)
    same = float(_way(a, moment) == _way(b, moment))
    growth = abs(_slope(_log_area(a), moment) - _slope(_log_area(b), moment))
    return (overlap, float(gap[0]), float(gap[1]), same, growth)


def _way(boxes: Array, times: Array) -> int:
    """Say where a box goes: -1 left, 1 right, 0 neither."""
    drift = _slope((boxes[:, 0] + boxes[:, 2]) / 2, times) * float(times[-1] - times[0])
    return int(np.sign(drift)) if abs(drift) >= STILL else 0


def _log_area(boxes: Array) -> Array:
    return np.asarray(np.log(np.maximum((boxes[:, 2:] - boxes[:, :2]).prod(axis=-1), 1e-12)))


def _slope(values: Array, times: Array) -> float:
    """Give the least-squares slope."""
    centred = times - times.mean()
    return float((centred * values).sum() / (centred**2).sum())
