"""On which side a sound lies: level and time between the two channels, against where the picture has the object."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Curve = NDArray[np.float64]

_CLEAR_BALANCE = 0.2
_CLEAR_LEAD = 1e-4
_CLEAR_AZIMUTH = 8.0


class Sides(NamedTuple):
    """Where the sound lies.

    Attributes:
        balance: (coarse, n) (left - right) / (left + right) power.
        power: (coarse, n) its weight.
        lead: (n,) s by which the left channel leads, times how sure that is.
    """

    balance: Curve
    power: Curve
    lead: Curve

    def between(self, window: slice) -> "Sides":
        """Give a part of the frames."""
        return Sides(self.balance[:, window], self.power[:, window], self.lead[window])


def agreement(sides: Sides, moved: Curve, azimuth: Curve, bands: Curve) -> float:
    """Say whether the sound that goes with a movement lies where the object is seen.

    Args:
        sides: where the sound lies.
        moved: (n,) the movement; frames count by how far it stands above its mean.
        azimuth: (n,) deg as the camera sees the object, +90 = left; nan: does not count.
        bands: (coarse,) weight of each band.

    Returns:
        -1 (the other side) to 1 (the same side); near 0 where the object is in the middle or the sound is.
    """
    share = np.maximum(moved - moved.mean(), 0.0) * np.isfinite(azimuth)
    # the square root: one loud moment does not speak for all
    weight = share * np.sqrt(sides.power * bands[:, None])
    total = weight.sum()
    if total <= 0:
        return 0.0
    seen = np.tanh(np.nan_to_num(azimuth) / _CLEAR_AZIMUTH)
    by_level = float((weight * sides.balance * seen).sum() / total) / _CLEAR_BALANCE
    frames = weight.sum(axis=0)
    by_time = float((frames * sides.lead * seen).sum() / total) / _CLEAR_LEAD
    return float(np.tanh(by_level + 0.5 * by_time))
