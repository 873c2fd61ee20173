"""Whether waves have had their tops cut off, at whatever level the clip lies and however it was coded since.

Coding smears the runs of equal samples that `clipping` counts; what stays is that much of a cut wave lies near its
peak. Our own definition: noise spends some 1 % of its time there, a pure tone a third, a wave cut 20 dB below its
peaks more than half.
"""

import numpy as np

from seehear.media.layout import Layout
from seehear.media.stems import Samples
from seehear.score.score import Metric, Score
from seehear.score.swap import check_channels

FLAT_TOPS = Metric("flat_tops", "", higher_is_better=False)

FRAME = 0.05
NEAR = 0.85
"""Share of a frame's peak from which on a sample lies near it."""

LOUD = 0.1
"""Share of the loudest frame's energy from which on a frame counts."""

QUANTILE = 0.75


def flat_tops(samples: Samples, layout: Layout, *, sample_rate: int) -> Score:
    """Give the share of samples near the peak, in the upper quartile of a clip's loud 50 ms; the louder channel's.

    Args:
        samples: (layout.size, n).
        layout: of the samples.
        sample_rate: Hz.

    Raises:
        InputError: another number of channels, or samples that are not finite.
    """
    check_channels(samples, layout)
    size = round(FRAME * sample_rate)
    count = samples.shape[1] // size
    if not count or not samples.any():
        return FLAT_TOPS.undefined("silence" if count else "less than 50 ms")
    frames = np.abs(samples[:, : count * size]).reshape(len(samples), count, size)
    energy = (frames.astype(np.float64) ** 2).mean(axis=2)
    peak = frames.max(axis=2, keepdims=True)
    share = (frames > NEAR * peak).mean(axis=2)
    loud = energy >= LOUD * energy.max(axis=1, keepdims=True)
    told = [float(np.quantile(row[mask], QUANTILE)) for row, mask in zip(share, loud, strict=True) if mask.any()]
    return FLAT_TOPS.at(max(told))
