"""How wide a clip is, and what becomes of it in mono: width, mono compatibility, dual mono.

They need no truth and say nothing of whether left is left.

Reference: the mid/side decomposition of Blumlein, GB patent 394325, 1931.
"""

import numpy as np

from seehear.media.layout import Layout
from seehear.media.stems import Samples
from seehear.score.score import Metric, Score
from seehear.score.swap import check_channels, mirrored

WIDTH = Metric("width", "", higher_is_better=True)
MONO = Metric("mono_compatibility", "dB", higher_is_better=True)
DUAL = Metric("dual_mono", "", higher_is_better=False)

QUIET = 1e-9
"""Mean square below which a clip is silent (-90 dBFS)."""

SAME_DB = -60.0
"""dB of side re mid below which the two sides are one (lossy coding leaves such differences)."""

LOST_DB = -100.0
"""dB that stand for "nothing is left"."""


def width(samples: Samples, layout: Layout) -> Score:
    """Give the side's share of the energy: 0 mono, 0.5 unrelated sides or all on one side, 1 in antiphase.

    Side is half the difference of the clip and its mirror image, mid half the sum; the LFE is left out.

    Args:
        samples: (layout.size, n).
        layout: of the samples.

    Raises:
        InputError: another number of channels, or samples that are not finite.
    """
    side, mid = _side_and_mid(samples, layout)
    if side + mid < QUIET:
        return WIDTH.undefined("silence")
    return WIDTH.at(side / (side + mid))


def dual_mono(samples: Samples, layout: Layout) -> Score:
    """Say (1 or 0) whether both sides are the same: side 60 dB below mid. ``extra["side_db"]`` is the difference.

    Args:
        samples: (layout.size, n).
        layout: of the samples.

    Raises:
        InputError: another number of channels, or samples that are not finite.
    """
    side, mid = _side_and_mid(samples, layout)
    if side + mid < QUIET:
        return DUAL.undefined("silence")
    level = 10 * np.log10(max(side, 1e-30) / max(mid, 1e-30))
    return DUAL.at(float(level < SAME_DB), extra={"side_db": float(np.clip(level, -200.0, 200.0))})


def mono_compatibility(samples: Samples, layout: Layout) -> Score:
    """Give the level of the channels' sum re the sum of their powers, dB: below 0, sound is lost in mono.

    Two equal channels +3, unrelated ones or a single one 0, antiphase -100 (nothing is left). The LFE is left out.

    Args:
        samples: (layout.size, n), ears or loudspeakers.
        layout: of the samples.

    Returns:
        Undefined for ambisonics, whose first channel is its mono.

    Raises:
        InputError: another number of channels, or samples that are not finite.
    """
    check_channels(samples, layout)
    if layout.kind == "ambisonics":
        return MONO.undefined("ambisonics carries its mono in W")
    keep = [index for index in range(layout.size) if index != layout.lfe]
    wide = samples[keep].astype(np.float64)
    power = float((wide**2).mean(axis=1).sum()) if wide.size else 0.0
    if power < QUIET:
        return MONO.undefined("silence")
    return MONO.at(max(10 * np.log10(max(float((wide.sum(axis=0) ** 2).mean()) / power, 1e-30)), LOST_DB))


def _side_and_mid(samples: Samples, layout: Layout) -> tuple[float, float]:
    """Give the mean squares of side and mid, summed over channels."""
    twin = mirrored(samples, layout).astype(np.float64)
    keep = [index for index in range(layout.size) if index != layout.lfe]
    wide, twin = samples[keep].astype(np.float64), twin[keep]
    if not wide.size:
        return 0.0, 0.0
    return tuple(float((((wide + sign * twin) / 2) ** 2).mean(axis=1).sum()) for sign in (-1, 1))  # type: ignore[return-value]
