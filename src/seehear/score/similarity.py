"""Cosines between vectors of one space: whether sound, picture and text say the same, as an embedder hears it.

Reference: as used with CLIP by Hessel et al., "CLIPScore", EMNLP 2021, without its scaling; ImageBind score and CLAP
score of the video-to-audio literature.
"""

import numpy as np
from numpy.typing import ArrayLike

from seehear.errors import InputError
from seehear.score.score import Metric, Score

COSINE = Metric("cosine_similarity", "", higher_is_better=True)


def cosine_similarity(first: ArrayLike, second: ArrayLike, *, metric: Metric = COSINE) -> Score:
    """Give the mean cosine of paired vectors.

    Args:
        first: (n, d), or (d,) for one pair.
        second: as ``first``.
        metric: whose name the score bears.

    Returns:
        An item for each pair, undefined where a vector is all zeros.

    Raises:
        InputError: shapes that differ, or numbers that are not finite.

    Example:
        >>> cosine_similarity([[1.0, 0.0], [1.0, 1.0]], [[1.0, 0.0], [-1.0, -1.0]]).per_item
        (1.0, -1.0)
    """
    a, b = (np.atleast_2d(np.asarray(one, dtype=np.float64)) for one in (first, second))
    if a.shape != b.shape or a.ndim != 2 or not a.size:
        raise InputError(f"expected the same pairs and widths on both sides, got shapes {a.shape} and {b.shape}")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise InputError("expected finite vectors, got nan or infinity")
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    empty = lengths == 0
    cosines = np.where(empty, np.nan, (a * b).sum(axis=1) / np.where(empty, 1.0, lengths))
    cosines = np.clip(np.round(cosines, 12), -1.0, 1.0)
    return metric.mean(cosines, reason=f"{int(empty.sum())} vectors of zeros" if empty.any() else "")
