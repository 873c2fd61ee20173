"""On which side a sound lies: level and time between the two channels, against where the picture has the object."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Curve = NDArray[np.float64]

_CLEAR_BALANCE = 0.2
_CLEAR_LEAD = 1e-4
_CLEAR_AZIMUTH = 8.0
_LEAST_PAN_FIT = 0.85


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

    def at(self, frames: slice | NDArray[np.intp]) -> "Sides":
        """Give some of the frames."""
        return Sides(self.balance[:, frames], self.power[:, frames], self.lead[frames])


class Pan(NamedTuple):
    """How the side of the sound follows an object: mean correlation of the bands that do, how many, and each one's."""

    correlation: float
    agreeing: int
    bands: Curve


def pan_along(sides: Sides, azimuth: Curve, width: int) -> Pan:
    """Compare the balance of each band, over ``width`` frames, with the side on which an object is seen.

    A band agrees if its balance follows the azimuth and leans to the right side at both ends of the way.

    Args:
        sides: where the sound lies, while the object is there.
        azimuth: (n,) deg as the camera sees the object, +90 = left.
        width: frames to average over.
    """
    from scipy.ndimage import uniform_filter1d

    power = uniform_filter1d(sides.power, width, axis=1)
    balance = uniform_filter1d(sides.power * sides.balance, width, axis=1) / (power + 1e-15)
    seen = uniform_filter1d(np.sin(np.deg2rad(azimuth)), width)
    wanted, varied = seen - seen.mean(), balance - balance.mean(axis=1, keepdims=True)
    fits = (varied @ wanted) / np.maximum(np.sqrt((wanted**2).sum() * (varied**2).sum(axis=1)), 1e-9)
    left, right = balance[:, int(seen.argmax())], balance[:, int(seen.argmin())]
    good = (fits >= _LEAST_PAN_FIT) & (left > _CLEAR_BALANCE / 2) & (right < -_CLEAR_BALANCE / 2)
    mean = float(fits[good].mean()) if good.any() else 0.0
    return Pan(mean, int(good.sum()), np.where(good, np.clip(fits, 0.0, 1.0), 0.0))


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
