"""Frames as they are analysed: small, of one size, in one handedness, so that a mirrored clip gives a mirrored scene.

The handedness of a clip is decided once, from the first frame that differs from its own mirror image: the frame or
its mirror, whichever has the greater moment. What is found is turned back at the end.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from seehear.watch.door import SightFrame

LONG_SIDE = 320
LARGE_EVERY = 0.99  # seconds
_AHEAD = 4  # views
_LARGE = 960  # pixels at most
_SHORTEST = 32
_BLACK = 28  # luma of a black bar at most, with the ringing of codecs

Bytes = NDArray[np.uint8]
Reals = NDArray[np.float64]


class View(NamedTuple):
    """One frame, small.

    Attributes:
        time: seconds.
        rgb: (h, w, 3) uint8.
        luma: (h, w) uint8.
        live: x0, y0, x1, y1 in pixels, the picture without black bars.
        large: (H, W) uint8 luma in more detail, once a second; else None.
    """

    time: float
    rgb: Bytes
    luma: Bytes
    live: tuple[int, int, int, int]
    large: Bytes | None = None


class Handedness:
    """Decides once per clip whether its frames are analysed as they are or mirrored.

    Attributes:
        flipped: True, False, or None while every frame so far was its own mirror image.
    """

    def __init__(self) -> None:
        self.flipped: bool | None = None

    def turned(self, rgb: Bytes) -> Bytes:
        """Give the frame (h, w, 3) in the clip's handedness."""
        if self.flipped is None:
            self.flipped = _leans(rgb)
        return np.asarray(cv2.flip(rgb, 1), np.uint8) if self.flipped else rgb


def _leans(rgb: Bytes) -> bool | None:
    """Say to which side the frame leans; the answer of the mirror image is the opposite; None: it is its own mirror.

    Sums of whole numbers: no rounding, so that a frame and its mirror image agree on everything but the sign.
    """
    height, width = rgb.shape[:2]
    across = np.arange(width) * 2 - (width - 1)
    tiers = np.unique(np.linspace(0, height, 5).astype(int))
    moments = []
    for top, bottom in pairwise(tiers):
        columns = rgb[top:bottom].sum(axis=0, dtype=np.int64) @ np.array([2, 4, 1], dtype=np.int64)
        outer = np.sign(across) * (np.abs(across) * 2 > width)
        moments += [int(columns @ across), int(columns @ outer) * width, int(columns @ np.sign(across)) * width]
    largest = max(moments, key=abs)
    return largest < 0 if largest else None


def working_size(size_wh: tuple[int, int]) -> tuple[int, int]:
    """Give width and height of the analysed frame: 320 px on the long side, never under 32.

    Example:
        >>> working_size((1280, 720)), working_size((1, 1))
        ((320, 180), (320, 320))
    """
    width, height = size_wh
    scale = LONG_SIDE / max(width, height)
    return max(_SHORTEST, round(width * scale)), max(_SHORTEST, round(height * scale))


def shrunk(rgb: Bytes, size_wh: tuple[int, int]) -> Bytes:
    """Bring a frame (h, w, 3) to ``size_wh``: area averages downwards, linear upwards."""
    width, height = size_wh
    while rgb.shape[1] >= 2 * width and rgb.shape[0] >= 2 * height and not (rgb.shape[0] % 2 or rgb.shape[1] % 2):
        half = rgb.shape[1] // 2, rgb.shape[0] // 2  # many times faster than the same in one step
        rgb = np.asarray(cv2.resize(rgb, half, interpolation=cv2.INTER_AREA), np.uint8)
    smaller = rgb.shape[1] >= width and rgb.shape[0] >= height
    way = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(rgb, size_wh, interpolation=way), np.uint8)


def views(frames: Iterable[SightFrame], handedness: Handedness, size_wh: tuple[int, int]) -> Iterator[View]:
    """Give the frames at ``size_wh`` and in one handedness, one after the other."""
    live: tuple[int, int, int, int] | None = None
    due = 0.0
    for frame in frames:
        rgb = handedness.turned(frame.rgb())
        small = shrunk(rgb, size_wh)
        luma = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)
        live = _live(luma, live)
        large = _detailed(rgb, size_wh) if frame.time >= due else None
        due = due if large is None else frame.time + LARGE_EVERY
        yield View(frame.time, small, luma, live, large)


def ahead(made: Iterator[View]) -> Iterator[View]:
    """Give the same, made in a second thread a few views before they are asked for."""
    with ThreadPoolExecutor(1) as maker:
        coming = deque(maker.submit(next, made, None) for _ in range(_AHEAD))
        while (view := coming.popleft().result()) is not None:
            coming.append(maker.submit(next, made, None))
            yield view


def _detailed(rgb: Bytes, size_wh: tuple[int, int]) -> Bytes:
    luma = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)
    times = _LARGE / LONG_SIDE
    if max(luma.shape) <= _LARGE:
        return luma
    size = round(size_wh[0] * times), round(size_wh[1] * times)
    return np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA), np.uint8)


def _live(luma: Bytes, before: tuple[int, int, int, int] | None) -> tuple[int, int, int, int]:
    """Give the picture without the black bars that no view so far has lit; a black view has none."""
    columns, rows = (np.flatnonzero(luma.max(axis=axis) > _BLACK) for axis in (0, 1))
    height, width = luma.shape
    if not len(columns):
        return before or (0, 0, width, height)
    box = int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
    if before is None:
        return box
    return min(box[0], before[0]), min(box[1], before[1]), max(box[2], before[2]), max(box[3], before[3])
