"""How far a thing is: from its apparent size and how large such a thing is as a rule.

A box gives two measures, by height and by width. They disagree by how the thing is turned (a car from the front is less
wide than from the side), so one is brought onto the other over the whole track before a measure falls out at the
frame's edge; otherwise the thing would jump there. What a track says of speed is held against what things do.
"""

import numpy as np
from numpy.typing import NDArray

from seehear.scene import Camera
from seehear.scene.labels import typical_size
from seehear.watch.smoothing import smoothed, without_outliers
from seehear.watch.working import Reals

Flags = NDArray[np.bool_]

AT_EDGE = 0.012
"""Fraction of the frame within which a box counts as cut by its edge."""

FASTEST = 70.0
"""m/s that nothing in an everyday picture passes; a faster track only shows that its size cannot be trusted."""

_NEAREST, _FARTHEST = 0.3, 300.0
_REACH = 0.3  # seconds smoothed over


def distances(label: str | None, boxes: Reals, times: Reals, camera: Camera) -> Reals | None:
    """Give the distance at which a thing of the label's typical size looks as large as its box.

    Args:
        label: what it is; None: unknown.
        boxes: (n, 4) fractions of the frame.
        times: (n,) s, rising.
        camera: ties boxes to angles.

    Returns:
        (n,) metres, smooth; None where the label has no typical size, or the thing is never seen whole in any way.
    """
    size = typical_size(label) if label else None
    if size is None:
        return None
    width, height = np.deg2rad(np.clip(camera.angular_size(boxes), 0.05, 170.0)).T
    by_height, by_width = (np.log(m / 2 / np.tan(a / 2)) for m, a in ((size.height, height), (size.width, width)))
    cut_x, cut_y = _cut(boxes, 0), _cut(boxes, 1)
    if (cut_x & cut_y).all():
        return None
    metres = np.exp(_even(np.where(cut_x & cut_y, np.nan, _joined(by_height, by_width, cut_x, cut_y)), times))
    metres = np.clip(metres, _NEAREST, _FARTHEST)
    for held in (metres, np.full_like(metres, np.exp(np.median(np.log(metres))))):
        if _fastest(held, boxes, times, camera) <= FASTEST:
            return np.asarray(held)
    return None


def _cut(boxes: Reals, axis: int) -> Flags:
    return np.asarray((boxes[:, axis] < AT_EDGE) | (boxes[:, axis + 2] > 1 - AT_EDGE))


def _joined(by_height: Reals, by_width: Reals, cut_x: Flags, cut_y: Flags) -> Reals:
    """Join both measures (logarithms): their mean where both hold, else the one that holds, brought onto the mean."""
    whole = ~(cut_x | cut_y)
    apart = float(np.median((by_height - by_width)[whole])) / 2 if whole.any() else 0.0
    mean = (by_height + by_width) / 2
    return np.asarray(np.where(whole, mean, np.where(cut_y, by_width + apart, by_height - apart)))


def _even(logs: Reals, times: Reals) -> Reals:
    """Fill the gaps and smooth, (n,) in and out."""
    known = np.isfinite(logs)
    filled = np.interp(times, times[known], logs[known])[:, None]
    return np.asarray(smoothed(times, without_outliers(filled), _REACH)[:, 0])


def _fastest(metres: Reals, boxes: Reals, times: Reals, camera: Camera) -> float:
    """Give the highest speed, m/s, of the track in the world."""
    if len(times) < 2:
        return 0.0
    places = camera.direction_of_box(boxes, times) * metres[:, None]
    return float((np.linalg.norm(np.diff(places, axis=0), axis=1) / np.diff(times)).max())
