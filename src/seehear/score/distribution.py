"""Distances between sets of vectors or of class scores, from any embedder: Frechet distance, KL, inception score.

All in float64. They compare how often things occur, not which clip has which: shuffled clips score the same (but KL,
which is paired). Embedders that fold to mono make all of them blind to left and right. Values depend on the number of
clips: compare only at equal numbers.

References: Dowson and Landau, "The Frechet distance between multivariate normal distributions", J. Multivariate Anal.
12, 1982; Heusel et al., "GANs trained by a two time-scale update rule", NIPS 2017 (at least 10,000 samples); Salimans
et al., "Improved techniques for training GANs", NIPS 2016 (inception score); the KL of the video-to-audio literature
(Iashin and Rahtu, "Taming visually guided sound generation", BMVC 2021).
"""

import numpy as np
from numpy.typing import ArrayLike

from seehear.errors import InputError
from seehear.scene.direction import Array
from seehear.score.moments import Moments
from seehear.score.score import Metric, Score

FRECHET = Metric("frechet_distance", "", higher_is_better=False)
KL = Metric("kl_divergence", "nat", higher_is_better=False)
INCEPTION = Metric("inception_score", "", higher_is_better=True)

ENOUGH = 10_000
"""Vectors below which a Frechet distance is too biased to stand beside published ones."""


def frechet_distance(prediction: ArrayLike | Moments, truth: ArrayLike | Moments) -> Score:
    """Give the Frechet distance between two sets of vectors, each taken for normal.

    |m1 - m2|^2 + tr S1 + tr S2 - 2 tr (S1 S2)^(1/2). With S = A^T A the last trace is the sum of the singular values of
    A1 A2^T, which needs no matrix root, cannot be negative, and is exact and small with fewer vectors than dimensions.

    Args:
        prediction: (n, d) vectors, or their `Moments`.
        truth: (m, d) vectors, or their `Moments`.

    Returns:
        ``extra`` holds n_prediction, n_truth, dimension, rank_prediction, rank_truth; ``reason`` says when n is too
        small to compare. Undefined with fewer than two vectors on a side.

    Raises:
        InputError: dimensions that differ, or vectors that are not finite.
    """
    a, b = (one if isinstance(one, Moments) else Moments.of(one) for one in (prediction, truth))
    if a.dimension != b.dimension:
        raise InputError(f"expected vectors of one dimension, got {a.dimension} and {b.dimension}: use one embedder")
    extra = {
        "n_prediction": float(a.n),
        "n_truth": float(b.n),
        "dimension": float(a.dimension),
        "rank_prediction": float(a.rank()),
        "rank_truth": float(b.rank()),
    }
    if min(a.n, b.n) < 2:
        return FRECHET.undefined(f"fewer than two vectors ({a.n} and {b.n})", extra=extra)
    one, other = a.scaled_factor, b.scaled_factor
    shared = np.linalg.svd(one @ other.T, compute_uv=False).sum()
    value = ((a.mean - b.mean) ** 2).sum() + (one**2).sum() + (other**2).sum() - 2.0 * shared
    # equal sets leave rounding of either sign
    return FRECHET.at(max(float(value), 0.0), reason=_too_few(min(a.n, b.n), a.dimension), extra=extra)


def kl_divergence(prediction: ArrayLike, truth: ArrayLike) -> Score:
    """Give the mean over clips of KL(truth || prediction) between their class probabilities.

    Args:
        prediction: (n, classes) logits of the predicted clips.
        truth: (n, classes) logits of the same clips' true sound.

    Returns:
        One item for each clip, in nat; at least 0.

    Raises:
        InputError: shapes that differ, or logits that are not finite.
    """
    a, b = _log_softmax(prediction), _log_softmax(truth)
    if a.shape != b.shape:
        raise InputError(f"expected the same clips and classes on both sides, got shapes {a.shape} and {b.shape}")
    return KL.mean(np.maximum((np.exp(b) * (b - a)).sum(axis=1), 0.0))


def inception_score(logits: ArrayLike, *, splits: int = 10, rng: np.random.Generator | None = None) -> Score:
    """Give the inception score: exp of the mean KL between each clip's class probabilities and the split's mean.

    It needs no truth, and rewards sure and varied classes, right or wrong.

    Args:
        logits: (n, classes).
        splits: the clips are cut into so many parts, each scored alone; the published ones use 10.
        rng: shuffles the clips first; None: their order is kept.

    Returns:
        Mean over the splits, each an item; ``extra`` holds n and classes. Undefined with fewer clips than splits.

    Raises:
        InputError: logits that are not finite, or fewer than 1 split.
    """
    sure = _log_softmax(logits)
    if splits < 1:
        raise InputError(f"expected at least 1 split, got {splits}")
    extra = {"n_prediction": float(len(sure)), "classes": float(sure.shape[1])}
    if len(sure) < splits:
        return INCEPTION.undefined(f"{len(sure)} clips cannot be cut into {splits} parts", extra=extra)
    order = np.arange(len(sure)) if rng is None else rng.permutation(len(sure))
    parts = [sure[part] for part in np.array_split(order, splits)]
    return INCEPTION.mean([_inception(part) for part in parts], extra=extra)


def _inception(sure: Array) -> float:
    shares = np.exp(sure)
    return float(np.exp((shares * (sure - np.log(shares.mean(axis=0)))).sum(axis=1).mean()))


def _log_softmax(logits: ArrayLike) -> Array:
    rows = np.asarray(logits, dtype=np.float64)
    if rows.ndim != 2 or not rows.size or not np.isfinite(rows).all():
        raise InputError(f"expected finite logits of shape (n, classes), got shape {rows.shape}")
    lifted = rows - rows.max(axis=1, keepdims=True)
    return np.asarray(lifted - np.log(np.exp(lifted).sum(axis=1, keepdims=True)))


def _too_few(count: int, dimension: int) -> str:
    if count <= dimension:
        return f"warning: {count} vectors of {dimension} dimensions, covariance singular: not comparable with others' n"
    if count < ENOUGH:
        return f"warning: {count} vectors, fewer than {ENOUGH}: compare only at equal numbers"
    return ""
