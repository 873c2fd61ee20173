"""LSE-C and LSE-D: how sure and how near a lip model finds speech and lips, over shifts of one against the other.

The sound's vectors are shifted by up to 15 frames of 25 per second against the face's; the distances are averaged
over the clip. LSE-D is the least of these means; LSE-C is their median less the least.

References: Chung and Zisserman, "Out of time", ACCV workshops 2016, section 4 (confidence); Prajwal et al., "A lip sync
expert is all you need", ACM Multimedia 2020 (LSE-C, LSE-D).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from seehear.errors import InputError
from seehear.score.score import Metric, Score

LSE_C = Metric("lse_c", "", higher_is_better=True)
LSE_D = Metric("lse_d", "", higher_is_better=False)
SHIFTS = 15
FPS = 25
_ADDED = 1e-6
"""What the original's distance adds to every difference."""


class LipSyncScores(NamedTuple):
    """Both scores of a face.

    Attributes:
        confidence: LSE-C; ``extra["late"]`` is by how many seconds the sound must be moved earlier to fit best.
        distance: LSE-D.
    """

    confidence: Score
    distance: Score


def lip_sync(lips: ArrayLike, speech: ArrayLike, *, shifts: int = SHIFTS) -> LipSyncScores:
    """Give LSE-C and LSE-D of one face.

    Args:
        lips: (n, d) vectors of the face, 25 per second.
        speech: (m, d) vectors of the sound, 25 per second; both are cut to the shorter.
        shifts: frames, the largest shift; what lies outside the clip counts as zeros, as in the original.

    Raises:
        InputError: no vectors, widths that differ, or numbers that are not finite.
    """
    a, b = (np.asarray(one, dtype=np.float64) for one in (lips, speech))
    if a.ndim != 2 or b.ndim != 2 or not len(a) or not len(b) or a.shape[1] != b.shape[1]:
        raise InputError(f"expected vectors (n, d) of one width on both sides, got shapes {a.shape} and {b.shape}")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise InputError("expected finite vectors, got nan or infinity")
    count = min(len(a), len(b))
    padded = np.pad(b[:count], ((shifts, shifts), (0, 0)))
    means = np.array(
        [
            np.linalg.norm(a[:count] - padded[shift : shift + count] + _ADDED, axis=1).mean()
            for shift in range(2 * shifts + 1)
        ]
    )
    best = int(means.argmin())
    extra = {"late": (best - shifts) / FPS, "frames": float(count)}
    confidence = float(np.median(means) - means[best])
    return LipSyncScores(LSE_C.at(confidence, extra=extra), LSE_D.at(float(means[best]), extra=extra))
