"""Whether a made video holds still what should: the same thing along its track, and light that does not flicker.

Our own plain definitions; the embedder that sees a thing is the caller's.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seehear.errors import InputError
from seehear.score.score import Metric, Score
from seehear.score.similarity import cosine_similarity

TEMPORAL_IDENTITY = Metric("temporal_identity", "", higher_is_better=True)
FLICKER = Metric("flicker", "levels", higher_is_better=False)


def temporal_identity(embeddings: ArrayLike) -> Score:
    """Say how much a thing stays itself: the mean cosine of its later looks with its first.

    Args:
        embeddings: (t, d), the thing's crop at t times as an embedder sees it.

    Returns:
        An item for each later time; ``per_item`` falls where it drifts. Undefined with fewer than two looks.

    Raises:
        InputError: numbers that are not finite.

    Example:
        >>> temporal_identity([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]).per_item
        (1.0, 0.0)
    """
    looks = np.atleast_2d(np.asarray(embeddings, dtype=np.float64))
    if len(looks) < 2:
        return TEMPORAL_IDENTITY.undefined("fewer than two looks at the thing")
    first = np.repeat(looks[:1], len(looks) - 1, axis=0)
    return cosine_similarity(first, looks[1:], metric=TEMPORAL_IDENTITY)


def flicker(frames: NDArray[np.uint8]) -> Score:
    """Say how much the light jumps and comes back: the mean absolute second difference of luma over time.

    A still picture and a steady fade give 0; brightness that alternates by d levels gives 2 d.

    Args:
        frames: (t, h, w, 3) RGB or (t, h, w) luma, 0 to 255; a clip's frames one after the other.

    Returns:
        Levels, an item for each frame but the first and last. Undefined with fewer than three frames.

    Raises:
        InputError: another shape.

    Example:
        >>> flicker(np.array([[[10]], [[14]], [[10]], [[14]]], np.uint8)).value
        8.0
    """
    pictures = np.asarray(frames)
    if pictures.ndim not in (3, 4) or (pictures.ndim == 4 and pictures.shape[-1] != 3):
        raise InputError(f"expected (t, h, w, 3) or (t, h, w) frames, got shape {pictures.shape}")
    if len(pictures) < 3:
        return FLICKER.undefined("fewer than three frames")
    items = []
    before, now = (_luma(one) for one in pictures[:2])
    for later in map(_luma, pictures[2:]):
        items.append(float(np.abs(before - 2 * now + later).mean()))
        before, now = now, later
    return FLICKER.mean(items)


def _luma(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    if picture.ndim == 2:
        return picture.astype(np.float32)
    return picture.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
