"""Which objects are seen in which frame and where; and how much of each cell of a grid a box covers.

Boxes are fractions of the frame, xyxy; not-a-number where an object is not seen.
"""

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.draw.animatediff.settings import MOST_OBJECTS
from seehear.errors import InputError
from seehear.scene import Path, Scene

Array = NDArray[np.float64]

LEAST_FRAMES = 16
"""What AnimateDiff's motion modules were trained on."""

_FULL_FROM = 0.25
"""A box that covers less than this of its best cell speaks up as if it covered that much."""


class Places(NamedTuple):
    """What is seen.

    Attributes:
        times: (frames,) seconds.
        ids: of the objects that are seen at any time, sorted, so that the scene's order does not matter.
        labels: what they are.
        boxes: (objects, frames, 4) within the frame; not-a-number where not seen.
    """

    times: Array
    ids: tuple[str, ...]
    labels: tuple[str, ...]
    boxes: Array


def frame_times(duration: float, rate: float) -> Array:
    """Give the times, s, of the frames to make: from the first to the last moment, 16 of them at least.

    Args:
        duration: s of the scene.
        rate: frames a second, at least.

    Example:
        >>> len(frame_times(10.0, 8.0)), len(frame_times(1.2, 8.0)), float(frame_times(10.0, 8.0)[-1])
        (81, 16, 10.0)
    """
    return np.linspace(0.0, duration, max(LEAST_FRAMES, ceil(duration * rate - 1e-9) + 1))


def places_of(scene: Scene, times: Sequence[float] | Array) -> Places:
    """Say what of a scene is seen at the given times.

    Raises:
        InputError: more objects have boxes than can be held to them.
    """
    moments = np.asarray(times, np.float64)
    found = []
    for one in sorted(scene.objects, key=lambda thing: thing.id):
        boxes = np.clip(Path(one).box_at(moments), 0.0, 1.0)
        boxes[~((boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1]))] = np.nan
        if np.isfinite(boxes).any():
            found.append((one.id, (one.label or one.caption or "thing").strip(), boxes))
    if len(found) > MOST_OBJECTS:
        raise InputError(
            f"expected at most {MOST_OBJECTS} objects with boxes, got {len(found)}: leave some out of the scene"
        )
    boxes = np.stack([one[2] for one in found]) if found else np.empty((0, len(moments), 4))
    return Places(moments, tuple(one[0] for one in found), tuple(one[1] for one in found), boxes)


def coverage(boxes: Array, grid_hw: tuple[int, int]) -> NDArray[np.float32]:
    """Give how much of each cell each box covers, 0 to 1; all 0 where there is no box.

    A box much smaller than a cell is raised, so that its best cell holds what a quarter of a cell would.

    Args:
        boxes: (..., 4) fractions of the frame.
        grid_hw: cells down and across.

    Returns:
        (..., down, across).

    Example:
        >>> coverage(np.array([[0.0, 0.0, 0.5, 0.75]]), (2, 2)).tolist()
        [[[1.0, 0.0], [0.5, 0.0]]]
    """
    box = np.nan_to_num(boxes)
    down = _overlap(box[..., 1], box[..., 3], grid_hw[0])
    across = _overlap(box[..., 0], box[..., 2], grid_hw[1])
    cells = down[..., :, None] * across[..., None, :]
    best = cells.max(axis=(-2, -1), keepdims=True, initial=0.0)
    raised = np.where((best > 0) & (best < _FULL_FROM), cells * (_FULL_FROM / np.maximum(best, 1e-12)), cells)
    return raised.astype(np.float32)


def _overlap(low: Array, high: Array, cells: int) -> Array:
    edges = np.arange(cells + 1) / cells
    inside = np.minimum(high[..., None], edges[1:]) - np.maximum(low[..., None], edges[:-1])
    return np.asarray(np.maximum(inside, 0.0) * cells)
