"""DeSync: how far apart a synchronisation model hears sound and sees picture, from its logits over a grid of offsets.

Published in two ways: av-benchmark (and the papers after MMAudio) takes the mean over the first and the last 4.8 s of
each clip; T2AV-Compass takes one window of 4.8 s in the first 5 s. They are not comparable with each other. A signed
mean, as an early T2AV-Compass release gave it, lets early and late cancel, and is kept apart in ``extra``.

References: Iashin et al., "Synchformer", ICASSP 2024 (21 offsets from -2 to 2 s); Cheng et al., "MMAudio", CVPR 2025,
section 4.1 (DeSync).
"""

import numpy as np
from numpy.typing import ArrayLike

from seehear.errors import InputError
from seehear.score.score import Metric, Score

DESYNC = Metric("desync", "s", higher_is_better=False)
OFFSETS = np.round(np.linspace(-2.0, 2.0, 21), 1)
"""Seconds of the 21 classes."""


def desync(logits: ArrayLike) -> Score:
    """Give the mean over windows of the likeliest offset's length.

    Args:
        logits: (windows, 21), each window's, of ``OFFSETS``.

    Returns:
        An item for each window, s; ``extra`` holds ``signed``, the mean with its sign, and ``sureness``, the mean
        probability of the likeliest offset: 1/21 is a guess.

    Raises:
        InputError: another shape, no windows, or logits that are not finite.

    Example:
        >>> score = desync(10.0 * np.eye(21)[[10, 12]])
        >>> score.value, round(score.extra["sureness"], 2)
        (0.2, 1.0)
    """
    rows = np.asarray(logits, dtype=np.float64)
    if rows.ndim != 2 or not len(rows) or rows.shape[1] != len(OFFSETS) or not np.isfinite(rows).all():
        raise InputError(f"expected finite logits of shape (windows, {len(OFFSETS)}), got shape {rows.shape}")
    shares = np.exp(rows - rows.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    found = OFFSETS[rows.argmax(axis=1)]
    extra = {"signed": float(found.mean()), "sureness": float(shares.max(axis=1).mean())}
    return DESYNC.mean(np.abs(found), extra=extra)
