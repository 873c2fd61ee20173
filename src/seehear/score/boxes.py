"""Boxes with labels, one picture's and one clip's; overlap between them.

Boxes are ``[x0, y0, x1, y1]``, fractions of the frame, origin top left.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from seehear.errors import InputError
from seehear.scene import Path, Scene
from seehear.scene.direction import Array


class Boxes(NamedTuple):
    """What is where in one picture.

    Attributes:
        labels: of the n objects.
        xyxy: (n, 4).
    """

    labels: tuple[str, ...]
    xyxy: Array


class BoxTracks(NamedTuple):
    """What is where in a clip.

    Attributes:
        ids: of the n objects.
        labels: of the n objects; "" where unknown.
        times: (t,) s.
        xyxy: (n, t, 4); nan where an object is not visible.
    """

    ids: tuple[str, ...]
    labels: tuple[str, ...]
    times: Array
    xyxy: Array

    def frame(self, index: int) -> Boxes:
        """Give the visible boxes at one time."""
        seen = np.flatnonzero(~np.isnan(self.xyxy[:, index]).any(axis=-1))
        return Boxes(tuple(self.labels[i] for i in seen), self.xyxy[seen, index])


def boxes_of(labels: Sequence[str], xyxy: ArrayLike) -> Boxes:
    """Check and hold one picture's boxes.

    Raises:
        InputError: counts that differ, or a box that is not x0 <= x1, y0 <= y1 and finite.
    """
    boxes = np.asarray(xyxy, dtype=np.float64).reshape(-1, 4)
    if len(boxes) != len(labels):
        raise InputError(f"expected as many boxes as labels, got {len(boxes)} and {len(labels)}")
    if not (np.isfinite(boxes).all() and (boxes[:, :2] <= boxes[:, 2:]).all()):
        raise InputError("expected finite boxes [x0, y0, x1, y1] with x0 <= x1 and y0 <= y1, got one that is not")
    return Boxes(tuple(labels), boxes)


def tracks_of(scene: Scene, times: ArrayLike) -> BoxTracks:
    """Read a scene's boxes at (t,) times."""
    stamps = np.atleast_1d(np.asarray(times, dtype=np.float64))
    xyxy = np.array([Path(one).box_at(stamps) for one in scene.objects]).reshape(len(scene.objects), len(stamps), 4)
    return BoxTracks(
        tuple(one.id for one in scene.objects), tuple(one.label or "" for one in scene.objects), stamps, xyxy
    )


def iou(first: ArrayLike, second: ArrayLike) -> Array:
    """Give intersection over union of boxes (..., 4), broadcast; nan where either is.

    Example:
        >>> float(iou([0.0, 0.0, 0.2, 0.2], [0.1, 0.0, 0.3, 0.2]).round(6))
        0.333333
    """
    return _overlap(first, second)[0]


def giou(first: ArrayLike, second: ArrayLike) -> Array:
    """Give generalised intersection over union, [-1, 1], of boxes (..., 4), broadcast.

    Reference: Rezatofighi et al., "Generalized intersection over union", CVPR 2019, algorithm 1.

    Example:
        >>> float(giou([0.0, 0.0, 0.1, 0.1], [0.3, 0.0, 0.4, 0.1]).round(6))
        -0.5
    """
    overlap, union, hull = _overlap(first, second)
    return np.asarray(overlap - np.divide(hull - union, hull, out=np.zeros_like(hull), where=hull > 0))


def _overlap(first: ArrayLike, second: ArrayLike) -> tuple[Array, Array, Array]:
    """Give intersection over union, union and the area of the smallest box around both."""
    a, b = np.broadcast_arrays(np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64))
    inner = np.maximum(np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2]), 0.0).prod(axis=-1)
    outer = (np.maximum(a[..., 2:], b[..., 2:]) - np.minimum(a[..., :2], b[..., :2])).prod(axis=-1)
    union = _area(a) + _area(b) - inner
    ratio = np.divide(inner, union, out=np.zeros_like(inner), where=union > 0)
    return np.where(np.isnan(union), np.nan, ratio), union, outer


def _area(boxes: Array) -> Array:
    return np.asarray((boxes[..., 2:] - boxes[..., :2]).prod(axis=-1))
