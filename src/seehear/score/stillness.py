"""What a picture lacks: black and frozen frames, a length of its own; measured on curves over its frames.

Our own plain definitions; no weights.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seehear.errors import InputError
from seehear.scene.direction import Array
from seehear.score.score import Metric, Score

BLACK_SHARE = Metric("black_share", "", higher_is_better=False)
FROZEN_SHARE = Metric("frozen_share", "", higher_is_better=False)

BLACK = 24.0
"""Mean brightness, 0 to 255, below which a frame is black."""

SAME = 3.0
"""Largest difference, levels, of two small pictures (some 160 pixels wide) below which they are one: coding noise."""

FEW = 0.002
"""Share of a small picture's pixels up to which a difference can still be coding noise that flickers at one spot."""

DRIFT = 1.5
"""Levels that the mean over `SETTLED` and 3 x 3 pixels must change by for a few flickering pixels to be movement."""

SETTLED = 0.32
"""s to either side over which a flicker of a few frames is gone."""

HELD = 0.4
"""s; a frame shown longer than this is a freeze, a shorter one a slow frame rate."""


def black_share(level: ArrayLike) -> Score:
    """Give the share of frames that are black.

    Args:
        level: (n,) mean brightness, 0 to 255.

    Example:
        >>> black_share([0.0, 5.0, 90.0, 120.0]).value
        0.5
    """
    values = np.asarray(level, dtype=np.float64)
    return BLACK_SHARE.at(float((values < BLACK).mean())) if len(values) else BLACK_SHARE.undefined("no frames")


def picture_change(luma: NDArray[np.uint8], *, fps: float) -> Array:
    """Give how much each picture differs from the one before, so that a coded still picture stays below `SAME`.

    The largest difference of any pixel; but where only a few pixels differ, coders' flicker is told from something
    small that moves by what stays: the mean before against the mean after, scaled so that `DRIFT` becomes `SAME`.

    Args:
        luma: (n, height, width), small pictures (some 160 pixels wide) at the clip's own rate.
        fps: frames per second.

    Returns:
        (n,) levels; nan at first.

    Raises:
        InputError: no pictures, or a rate that is not positive.

    Example:
        >>> pictures = np.zeros((3, 20, 40), np.uint8)
        >>> pictures[2] = 9
        >>> picture_change(pictures, fps=25.0)
        array([nan,  0.,  9.])
    """
    if luma.ndim != 3 or not len(luma) or not fps > 0:
        raise InputError(f"expected pictures (n, height, width) and a positive rate, got shape {luma.shape}, {fps} Hz")
    change, around = np.full(len(luma), np.nan), max(2, round(SETTLED * fps))
    for now in range(1, len(luma)):
        difference = _apart(luma[now], luma[now - 1])
        change[now] = difference.max()
        if change[now] >= SAME and (difference >= SAME).mean() <= FEW:
            before, after = luma[max(0, now - around) : now], luma[now : now + around]
            change[now] = min(change[now], _drift(before, after) * SAME / DRIFT)
    return change


def frozen_share(change: ArrayLike, time: ArrayLike, *, duration: float) -> Score:
    """Give the share of the duration that lies in freezes: one and the same picture for more than 0.4 s.

    Args:
        change: (n,) as of `picture_change`, levels; nan at first.
        time: (n,) s of each frame.
        duration: s to the end of the last frame.

    Returns:
        ``extra["longest"]`` is the longest freeze, s. A scene in which nothing moves counts as frozen.

    Raises:
        InputError: curves of different lengths, or a duration that is not positive.

    Example:
        >>> frozen_share([float("nan"), 0.0, 0.0, 9.0], [0.0, 1.0, 2.0, 3.0], duration=3.2).value
        0.9375
    """
    moved, at = np.asarray(change, dtype=np.float64), np.asarray(time, dtype=np.float64)
    if len(moved) != len(at) or not duration > 0:
        raise InputError(f"expected a change for each of {len(at)} frames and a duration, got {len(moved)}, {duration}")
    if not len(at):
        return FROZEN_SHARE.undefined("no frames")
    starts = at[~(moved < SAME)]
    lengths = np.diff(np.append(starts, duration))
    held = lengths[lengths > HELD]
    return FROZEN_SHARE.at(float(min(held.sum() / duration, 1.0)), extra={"longest": float(held.max(initial=0.0))})


def _apart(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> NDArray[np.uint8]:
    import cv2

    return np.asarray(cv2.absdiff(first, second), dtype=np.uint8)


def _drift(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> float:
    import cv2

    moved = after.mean(axis=0, dtype=np.float32) - before.mean(axis=0, dtype=np.float32)
    return float(np.abs(cv2.blur(moved, (3, 3))).max())
