"""The other sounds of the worlds: an engine, the wind."""

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]


def engine(length: int, sample_rate: int, *, speed: float, rng: np.random.Generator) -> Samples:
    """Give a four-cylinder engine and its tyres, (length,), at a steady speed in m/s, about 0.15 RMS."""
    time = np.arange(length) / sample_rate
    firing = 2 * (1100 + 160 * speed) / 60  # two firings a turn; second gear
    wander = 1 + 0.004 * np.interp(
        time, np.arange(0, time[-1] + 1, 0.2), rng.normal(size=len(np.arange(0, time[-1] + 1, 0.2)))
    )
    phase = 2 * np.pi * np.cumsum(firing * wander) / sample_rate
    tone = sum(
        np.sin(phase * k / 2 + rng.uniform(0, 6.28)) * (1.0 if k % 2 == 0 else 0.4) / (1 + k / 4) for k in range(1, 25)
    )
    hiss = _coloured(length, sample_rate, low=150.0, high=1400.0, rng=rng)
    mixed = np.asarray(tone) / np.std(tone) + 0.8 * hiss
    return np.asarray(0.15 * mixed / np.std(mixed), dtype=np.float32)


def wind(length: int, sample_rate: int, *, rng: np.random.Generator) -> Samples:
    """Give a light wind, (length,), about 0.1 RMS, with slow gusts."""
    noise = _coloured(length, sample_rate, low=80.0, high=600.0, rng=rng)
    seconds = length / sample_rate
    gusts = np.interp(
        np.arange(length) / sample_rate,
        np.arange(0, seconds + 2, 1.0),
        rng.uniform(0.6, 1.4, len(np.arange(0, seconds + 2, 1.0))),
    )
    mixed = noise * gusts
    return np.asarray(0.1 * mixed / np.std(mixed), dtype=np.float32)


def _coloured(
    length: int, sample_rate: int, *, low: float, high: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Noise of unit RMS that falls by 6 dB an octave below ``low`` and above ``high`` Hz."""
    spectrum = np.fft.rfft(rng.normal(size=length))
    frequency = np.fft.rfftfreq(length, 1 / sample_rate)
    shaped = np.fft.irfft(spectrum * (frequency / np.hypot(frequency, low)) / np.hypot(1, frequency / high), length)
    return shaped / np.std(shaped)
