"""From the difference between two ears back to the direction it speaks of.

The interaural delay is positive for a source on the left. It tells the lateral angle, asin(y) of the direction
vector (x front, y left, z up): +90 is left, 0 the median plane; front, back, up and down share it. A head delays low
frequencies more than high ones, so there is no one delay to an angle; the HRTF set itself says which phase differences
belong together. A sound below 1.5 kHz is given the angle whose phase differences correlate best with its own, and the
delay that the set has there. A sound with nothing below 1.5 kHz, where phase alone is ambiguous and the ear goes by
level, is given the angle whose phase and level differences, from 1.5 to 8 kHz, fit it best.

References: Rayleigh, "On our perception of sound direction", Phil. Mag. 13, 1907 (delay below, level above); Knapp and
Carter, "The generalized correlation method for estimation of time delay", IEEE Trans. ASSP 24(4), 1976 (weighting a
cross-spectrum by the signals' own); Krim and Viberg, "Two decades of array signal processing research", IEEE Signal
Processing Magazine 13(4), 1996, eq. 22 (the beamformer fitted to phase and level).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seehear.acoustics.hrtf import Hrtf
from seehear.errors import InputError
from seehear.media.stems import Samples
from seehear.scene import angles_to_vector
from seehear.scene.direction import Array

Complex = NDArray[np.complex128]

LOW = (0.0, 1500.0)
"""Hz, the band of the delay."""

HIGH = (1500.0, 8000.0)
"""Hz, the band used where the low one is empty."""

EMPTY = 1e-5
"""Share of a sound's power below which the low band is empty."""

GRID = 31.25
"""Hz, from one frequency compared to the next; spectra are gathered into bands this wide."""

LEVELLING = 150.0
"""Hz over which a spectrum is levelled, so that a sound's colour does not pull the angle."""

FLOOR = 1e-3
"""Share of the strongest part of a band below which nothing is lifted."""

TAPER = 0.01
"""Seconds faded at both ends of a signal: a hard cut would spread high sounds into the low band."""

LONGEST = 1e-3
"""Seconds: the largest delay looked for in the set."""


class InterauralDelay(NamedTuple):
    """The delay between two ears.

    Attributes:
        itd: s, positive when the left ear leads.
        strength: how well the ears fit a single source there, 0 (not at all, or silence) to 1.
    """

    itd: float
    strength: float


class _Ears(NamedTuple):
    """What two ears have in each band of the grid: powers and cross-spectrum, (..., bands)."""

    left: Array
    right: Array
    cross: Complex


class LateralTable:
    """An HRTF set's interaural delays against lateral angle.

    Args:
        hrtf: the set that signals are, or were, rendered with; its sample rate is that of the signals.

    Attributes:
        lateral: (181,) deg, -90 to 90.
        itd: (181,) s, of a white sound below 1.5 kHz in the front half of the horizontal plane; it rises everywhere.
    """

    def __init__(self, hrtf: Hrtf) -> None:
        self._rate = hrtf.sample_rate
        self.lateral: Array = np.arange(-90.0, 91.0)
        ahead = angles_to_vector(self.lateral)
        size = max(4 * hrtf.taps, _smallest(self._rate))
        turn = np.exp(-2j * np.pi * np.fft.rfftfreq(size, 1.0 / self._rate) * hrtf.delay_at(ahead)[..., None])
        spectrum = np.fft.rfft(hrtf.filters_at(ahead), size, axis=-1) * turn
        low = [_gather(pair, self._rate / size, LOW) for pair in spectrum]
        high = [_gather(pair, self._rate / size, HIGH) for pair in spectrum]
        cross = np.array([ears.cross for ears in low])
        self._phase = np.exp(-1j * np.angle(cross))
        left, right = (np.array([getattr(ears, side) for ears in high]) for side in ("left", "right"))
        total = left + right
        self._shares = (left / total, right / total, 2.0 * np.array([ears.cross for ears in high]).conj() / total)
        delay = _peak_delays(cross)
        rising = np.maximum.accumulate(delay), np.minimum.accumulate(delay[::-1])[::-1]
        self.itd: Array = (rising[0] + rising[1]) / 2.0 + 1e-9 * self.lateral

    def itd_of(self, signal: Samples) -> InterauralDelay:
        """Measure the delay between the ears.

        Args:
            signal: (2, n) left and right; the first and last 10 ms count less.

        Returns:
            The set's delay at the angle that fits best, and how well it fits.

        Raises:
            InputError: not two channels.
        """
        if signal.ndim != 2 or signal.shape[0] != 2:
            raise InputError(f"a pair of ear signals must have the shape (2, samples), got {signal.shape}")
        from scipy.fft import next_fast_len, rfft

        count = signal.shape[1]
        size = int(next_fast_len(max(count + round(2 * LONGEST * self._rate), _smallest(self._rate)), real=True))
        spectrum = rfft(signal.astype(np.float64) * _taper(count, self._rate), size, axis=-1)
        power = (np.abs(spectrum) ** 2).sum(axis=0)
        if not power.sum() > 0.0:
            return InterauralDelay(0.0, 0.0)
        low = power[: round(LOW[1] * size / self._rate)].sum() > EMPTY * power.sum()
        fit = self._fit_low(spectrum, size) if low else self._fit_high(spectrum, size)
        lateral, strength = _peak(fit)
        itd = float(np.interp(lateral, np.arange(float(len(self.itd))), self.itd))
        return InterauralDelay(itd, min(max(strength, 0.0), 1.0))

    def lateral_from_itd(self, itd: ArrayLike) -> Array:
        """Give the lateral angles, (...) deg, of delays (...) s; a delay past the head's largest gives +-90."""
        return np.asarray(np.interp(np.asarray(itd, dtype=np.float64), self.itd, self.lateral))

    def lateral_of(self, direction: ArrayLike) -> Array:
        """Give the lateral angles, (...) deg, of vectors (..., 3)."""
        x, y, z = np.moveaxis(np.asarray(direction, dtype=np.float64), -1, 0)
        return np.asarray(np.rad2deg(np.arctan2(y, np.hypot(x, z))))

    def _fit_low(self, spectrum: Complex, size: int) -> Array:
        """Correlate phase differences with each angle's, (181,)."""
        ears = _gather(spectrum, self._rate / size, LOW)
        return np.asarray((self._phase @ ears.cross).real / float(np.sqrt(ears.left.sum() * ears.right.sum())))

    def _fit_high(self, spectrum: Complex, size: int) -> Array:
        """Give the share of the power that fits each angle's phase and level differences, (181,)."""
        ears = _gather(spectrum, self._rate / size, HIGH)
        left, right, cross = self._shares
        fitting = left @ ears.left + right @ ears.right + (cross @ ears.cross).real
        return np.asarray(fitting / (ears.left + ears.right).sum())


def _gather(spectrum: Complex, step: float, band: tuple[float, float]) -> _Ears:
    """Level spectra, (2, bins) ``step`` Hz apart, within a band, and sum them over each step of the grid."""
    from scipy.ndimage import uniform_filter1d

    edges = np.arange(round(band[0] / GRID), round(1.4 * band[1] / GRID) + 1)
    starts = np.ceil((edges - 0.5).clip(0) * GRID / step).astype(np.int64)
    stop = min(spectrum.shape[1], int((edges[-1] + 0.5) * GRID / step) + 1)
    starts = starts[starts < stop]
    left, right = spectrum[:, :stop]
    frequency = np.maximum(np.arange(stop) * step, 1e-3)
    inside = 1.0 / ((1.0 + (frequency / band[1]) ** 12) * (1.0 + (band[0] / frequency) ** 12)) ** 2
    power = np.where(inside > 1e-4, np.abs(left) ** 2 + np.abs(right) ** 2, 0.0)
    smooth = uniform_filter1d(power, max(1, round(LEVELLING / step)), mode="nearest")
    weight = np.divide(inside, smooth + FLOOR * smooth.max(), out=np.zeros_like(inside), where=power > 0.0)
    parts = (np.abs(left) ** 2, np.abs(right) ** 2, left.conj() * right)
    return _Ears(*(np.add.reduceat(part * weight, starts) for part in parts))


def _peak(fit: Array) -> tuple[float, float]:
    """Give place and height of the largest value, by a parabola through its neighbours."""
    place = int(fit.argmax())
    if place in (0, len(fit) - 1):
        return float(place), float(fit[place])
    before, top, after = fit[place - 1 : place + 2]
    bend = before - 2.0 * top + after
    share = 0.5 * (before - after) / bend if bend < 0.0 else 0.0
    return place + float(share), float(top - 0.25 * (before - after) * share)


def _peak_delays(cross: Complex) -> Array:
    """Give the delays, (k,) s, at which cross-spectra on the grid, (k, bands), correlate best."""
    delay = np.linspace(-LONGEST, LONGEST, 201)
    turn = np.exp(2j * np.pi * GRID * np.outer(np.arange(cross.shape[1]), delay))
    return np.array([delay[0] + _peak(wave)[0] * (delay[1] - delay[0]) for wave in (cross @ turn).real])


def _smallest(sample_rate: int) -> int:
    """Give the shortest FFT that leaves no step of the grid empty."""
    return int(np.ceil(2.0 * sample_rate / GRID))


def _taper(count: int, sample_rate: int) -> Array:
    """Give (count,) gains that rise and fall by a raised cosine over 10 ms, or a quarter where that is shorter."""
    edge = max(1, min(round(TAPER * sample_rate), count // 4))
    place = np.minimum(np.arange(count), np.arange(count)[::-1])
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * np.minimum((place + 0.5) / edge, 1.0)))
