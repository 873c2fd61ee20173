"""What a picture lacks: black and frozen frames, a length of its own; measured on curves over its frames.

Our own plain definitions; no weights.
"""

import numpy as np
from numpy.typing import ArrayLike

from seehear.errors import InputError
from seehear.score.score import Metric, Score

BLACK_SHARE = Metric("black_share", "", higher_is_better=False)
FROZEN_SHARE = Metric("frozen_share", "", higher_is_better=False)

BLACK = 24.0
"""Mean brightness, 0 to 255, below which a frame is black."""

SAME = 3.0
"""Largest difference, levels, of two small pictures (some 160 pixels wide) below which they are one: coding noise."""

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


def frozen_share(change: ArrayLike, time: ArrayLike, *, duration: float) -> Score:
    """Give the share of the duration that lies in freezes: one and the same picture for more than 0.4 s.

    Args:
        change: (n,) largest difference from the frame before on a small picture, levels; nan at first.
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
