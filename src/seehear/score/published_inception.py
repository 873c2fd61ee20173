"""The inception score with the shuffle and the parts of the published audio benchmarks, so that numbers compare.

References: Salimans et al., 2016; torch-fidelity and av-benchmark (10 parts, NumPy's old generator seeded with 2020).
"""

import numpy as np
from numpy.typing import ArrayLike

from seehear.score.distribution import INCEPTION, inception_score
from seehear.score.score import Score

SPLITS, SEED = 10, 2020


def published_inception_score(logits: ArrayLike) -> Score:
    """Give the mean over 10 parts of the shuffled clips.

    Args:
        logits: (n, classes).

    Returns:
        As `inception_score`; ``extra["std"]`` is the spread over the parts (population).

    Raises:
        InputError: logits that are not finite.
    """
    rows = np.asarray(logits, dtype=np.float64)
    whole = inception_score(rows, splits=1)
    if len(rows) < SPLITS:
        return INCEPTION.undefined(f"{len(rows)} clips cannot be cut into {SPLITS} parts", extra=whole.extra)
    order = np.random.RandomState(SEED).permutation(len(rows))  # the published order
    parts = [rows[order[i * len(rows) // SPLITS : (i + 1) * len(rows) // SPLITS]] for i in range(SPLITS)]
    found = [inception_score(part, splits=1).value for part in parts]
    return INCEPTION.mean(found, extra={**whole.extra, "std": float(np.std(found))})
