"""Sound absorbed by air on its way: how much, and the filter that does it.

Frequencies in Hz, attenuation in dB per metre, distances in metres. The filter's phase is zero: it reads a little ahead
in the stem instead of adding a delay.

Reference: ISO 9613-1:1993, equations (3) to (5) and annex B (molar concentration of water vapour).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seehear.scene.direction import Array

_REFERENCE_KELVIN = 293.15
_TRIPLE_POINT = 273.16
_ATMOSPHERE = 101.325
_DOPPLER_SLOPE = 1.8
_HALF_SECONDS = 0.002


def absorption(
    frequency: ArrayLike, *, temperature: float = 20.0, humidity: float = 50.0, pressure: float = _ATMOSPHERE
) -> Array:
    """Give the attenuation of pure tones by air, (...) dB/m.

    Args:
        frequency: (...) Hz.
        temperature: deg C.
        humidity: relative, %.
        pressure: kPa.

    Example:
        >>> float(absorption(1000).round(6))
        0.004665

    Reference: ISO 9613-1:1993, (3), (4), (5); B.2, B.3 for the water vapour.
    """
    f2 = np.square(np.asarray(frequency, dtype=np.float64))
    kelvin, level = temperature + 273.15, pressure / _ATMOSPHERE
    ratio = kelvin / _REFERENCE_KELVIN
    water = humidity * 10 ** (-6.8346 * (_TRIPLE_POINT / kelvin) ** 1.261 + 4.6151) / level
    oxygen = level * (24 + 4.04e4 * water * (0.02 + water) / (0.391 + water))
    nitrogen = level * ratio**-0.5 * (9 + 280 * water * np.exp(-4.170 * (ratio ** (-1 / 3) - 1)))
    relaxed = 0.01275 * np.exp(-2239.1 / kelvin) / (oxygen + f2 / oxygen)
    relaxed = relaxed + 0.1068 * np.exp(-3352.0 / kelvin) / (nitrogen + f2 / nitrogen)
    return np.asarray(8.686 * f2 * (1.84e-11 / level * ratio**0.5 + ratio**-2.5 * relaxed))


class AirFilter:
    """A bank of zero-phase filters over distance, read in between linearly.

    Up to 16 kHz the magnitude is 10^(-a(f) d / 20) within 0.01 dB where that is above -20 dB and d is below 300 m
    (0.1 dB above -40 dB); above about 18 kHz the attenuation levels off, so that the filter can be short.

    Args:
        sample_rate: Hz.
        farthest: m; beyond it the filter of that distance holds.

    Attributes:
        half: taps to either side of the middle one; 2 ms, for nitrogen relaxes as slowly as that.
        distances: (rows,) m.
        bank: (rows, half + 1) taps from the middle outwards, the middle one halved.
    """

    def __init__(self, sample_rate: int, farthest: float) -> None:
        self.half = round(_HALF_SECONDS * sample_rate)
        self.distances = _distances(farthest)
        self.bank = _designed(self.distances, sample_rate, self.half)

    def index_of(self, distance: ArrayLike, rate: ArrayLike = 1.0) -> Array:
        """Give the bank's fractional row, (n,), for sources at (n,) metres.

        A source that approaches is heard at ``rate`` times its own frequency, and air absorbs what is heard: as the
        attenuation rises about as f^1.8 where it matters, the filter, which stands at the source, takes d rate^1.8.
        """
        reach = np.asarray(distance, dtype=np.float64) * np.asarray(rate, dtype=np.float64) ** _DOPPLER_SLOPE
        return np.asarray(np.interp(reach, self.distances, np.arange(len(self.distances), dtype=np.float64)))

    def filtered(self, stem: NDArray[np.float32], first: int, knots: Array, index: Array) -> NDArray[np.float32]:
        """Filter (n,) samples of a stem from number ``first`` on.

        Args:
            stem: (n,) samples; `half` at either end are only looked at.
            first: number of the first.
            knots: (k,) rising sample positions, covering all but `half` at either end.
            index: (k,) rows of the bank at the knots, linear in between.

        Returns:
            (n - 2 half,) samples, from number ``first + half`` on.
        """
        from seehear.acoustics.kernels import absorb

        out = np.zeros(len(stem) - 2 * self.half, dtype=np.float32)
        absorb(stem, first, knots, index, self.bank, first + self.half, out)
        return out

    def magnitude(self, distance: float, frequency: ArrayLike, sample_rate: int) -> Array:
        """Give the filter's own magnitude, (n,), at one distance and (n,) Hz."""
        row = self.index_of(distance)
        taps = np.array(
            [np.interp(row, np.arange(len(self.bank)), column) for column in self.bank.T.astype(np.float64)]
        )
        angle = 2 * np.pi * np.asarray(frequency, dtype=np.float64)[:, None] * np.arange(self.half + 1) / sample_rate
        return np.asarray(np.cos(angle) @ (taps * 2.0))


def _distances(farthest: float) -> Array:
    """Space the bank 2 m, later 2 %, apart: then reading in between errs by less than 0.01 dB down to -40 dB."""
    steps = [0.0, 2.0]
    while steps[-1] < min(farthest, 20_000.0):
        steps.append(steps[-1] + max(2.0, 0.02 * steps[-1]))
    return np.array(steps)


def _designed(distances: Array, sample_rate: int, half: int) -> NDArray[np.float32]:
    """Fit cosine series to the wanted magnitudes by least squares of the relative error; (distances, half + 1)."""
    frequency = np.concatenate([np.linspace(0, 3000, 200)[:-1], np.linspace(3000, sample_rate / 2, 500)])
    wanted = 10 ** (-np.outer(distances, absorption(_levelled(frequency, sample_rate))) / 20)
    cosines = np.cos(2 * np.pi * np.outer(frequency, np.arange(half + 1)) / sample_rate)
    share = np.gradient(frequency) * np.where(frequency > min(17_000.0, 0.36 * sample_rate), 0.05, 1.0)
    taps = np.empty((len(distances), half + 1))
    for row, target in enumerate(wanted):
        weight = share / np.maximum(target, 3e-3) ** 2
        weighted = cosines * weight[:, None]
        taps[row] = np.linalg.solve(weighted.T @ cosines, weighted.T @ target)
    taps *= 0.5  # the kernel adds the sample before and the sample after, at tap 0 the same one twice
    return taps.astype(np.float32)


def _levelled(frequency: Array, sample_rate: int) -> Array:
    """Bend the frequency axis flat above 16 kHz (or a third of the rate): identity below, constant at the top."""
    knee, top = min(16_500.0, 0.345 * sample_rate), 0.5 * sample_rate
    share = np.clip((frequency - knee) / (top - knee), 0.0, 1.0)
    return np.asarray(np.minimum(frequency, knee) + (top - knee) * (share - share**3 + 0.5 * share**4))
