"""Filters that keep their state from chunk to chunk."""

from collections.abc import Sequence

import numpy as np
from scipy import signal

from seehear.voices.drive import Array

EDGE = 0.45
"""Fraction of the sample rate that no filter's corner and no partial passes."""


class Filter:
    """Second-order sections with their state."""

    def __init__(self, sections: Array) -> None:
        self._sections = np.ascontiguousarray(sections, dtype=np.float64)
        self._state = np.zeros((len(sections), 2))

    def __call__(self, samples: Array) -> Array:
        """Filter the next (n,) samples."""
        filtered, self._state = signal.sosfilt(self._sections, samples, zi=self._state)
        return np.asarray(filtered)


def lowpass(frequency: float, sample_rate: int, *, order: int = 2) -> Filter:
    """Give a Butterworth low-pass, Hz."""
    return Filter(signal.butter(order, _inside(frequency, sample_rate), "lowpass", fs=sample_rate, output="sos"))


def highpass(frequency: float, sample_rate: int, *, order: int = 2) -> Filter:
    """Give a Butterworth high-pass, Hz."""
    return Filter(signal.butter(order, _inside(frequency, sample_rate), "highpass", fs=sample_rate, output="sos"))


def bandpass(low: float, high: float, sample_rate: int, *, order: int = 1) -> Filter:
    """Give a Butterworth band-pass between two corners, Hz; ``order`` for each side."""
    top = _inside(high, sample_rate)
    corners = (min(low, 0.9 * top), top)
    return Filter(signal.butter(order, corners, "bandpass", fs=sample_rate, output="sos"))


def last_lowpass() -> Filter:
    """Give the sharp low-pass at the end of every voice: flat to 0.385 of the rate, -70 dB from 0.415 (elliptic)."""
    return Filter(signal.ellip(8, 0.05, 70, 0.385, fs=1.0, output="sos"))


def resonator(frequency: float, bandwidth: float, sample_rate: int) -> Filter:
    """Give a two-pole resonance, 0 dB at its peak, Hz; zero at 0 Hz and at half the sample rate.

    Poles at exp(-π B/fs ± i 2π f/fs); gain by (1 - r²)/2 (Smith, "Introduction to Digital Filters", two-zero BPF).
    """
    centre = _inside(frequency, sample_rate)
    radius = np.exp(-np.pi * bandwidth / sample_rate)
    gain = (1 - radius**2) / 2
    middle = -2 * radius * np.cos(2 * np.pi * centre / sample_rate)
    return Filter(np.array([[gain, 0.0, -gain, 1.0, middle, radius**2]]))


class Bank:
    """Parallel resonances, and as much of the sound as it came.

    Args:
        peaks: (frequency Hz, bandwidth Hz, linear gain) of each.
        sample_rate: Hz.
        direct: linear gain of the unfiltered sound.
    """

    def __init__(self, peaks: Sequence[tuple[float, float, float]], sample_rate: int, *, direct: float = 0.0) -> None:
        self._filters = [(resonator(f, width, sample_rate), gain) for f, width, gain in peaks]
        self._direct = direct

    def __call__(self, samples: Array) -> Array:
        """Filter the next (n,) samples."""
        total = self._direct * samples
        for one, gain in self._filters:
            total = total + gain * one(samples)
        return total


def pinking(sample_rate: int) -> Filter:
    """Give a filter that turns white noise pink, -3 dB an octave within 0.5 dB from 20 Hz to 0.4 of the rate.

    Poles and zeros alternate in equal steps on a logarithmic axis (Oldham & Spanier's ladder; one pair an octave).
    """
    poles = 2 * np.pi * 15.0 * 2.0 ** np.arange(0, 11)
    poles = poles[poles < np.pi * sample_rate]
    zeros = poles * np.sqrt(2.0)
    digital = signal.bilinear_zpk(-zeros[:-1], -poles, 1.0, sample_rate)
    sections = signal.zpk2sos(*digital)
    gain = abs(signal.sosfreqz(sections, [1000.0], fs=sample_rate)[1][0])
    sections[0, :3] /= gain
    return Filter(sections)


def _inside(frequency: float, sample_rate: int) -> float:
    return min(frequency, EDGE * sample_rate)
