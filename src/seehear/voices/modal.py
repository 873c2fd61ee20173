"""Struck things as sums of decaying partials (van den Doel & Pai, "The sounds of physical shapes", Presence 7, 1998).

A partial is exp(-6.9 t/T60) sin(2π f t).
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from seehear.voices.drive import Array
from seehear.voices.filters import EDGE, bandpass

FAINT = 70.0
"""dB below its start at which a partial is cut off."""


class Partial(NamedTuple):
    """One way of ringing.

    Attributes:
        frequency: Hz.
        decay: T60, seconds.
        amplitude: linear.
    """

    frequency: float
    decay: float
    amplitude: float


def ring(partials: Sequence[Partial], sample_rate: int, *, contact: float = 0.0) -> Array:
    """Sum decaying partials, all from 0 at the strike.

    The striker's push is half a sine of ``contact`` seconds; it weighs a partial by the push's spectrum,
    |cos(π f c) / (1 - (2 f c)²)| (Fletcher & Rossing, "The Physics of Musical Instruments", ch. 19-20).

    Args:
        partials: those above the edge are left out.
        sample_rate: Hz.
        contact: seconds; 0 = a perfect tap.

    Returns:
        (n,) samples, as long as the longest partial takes to fade by 70 dB.
    """
    audible = [one for one in partials if one.frequency < EDGE * sample_rate]
    longest = max((one.decay for one in audible), default=0.01) * FAINT / 60
    total = np.zeros(max(int(longest * sample_rate), 16) + 1)
    for one in audible:
        part = _decaying(one, sample_rate)
        total[: len(part)] += one.amplitude * push(one.frequency, contact) * part
    return faded(total, sample_rate)


def push(frequency: float, contact: float) -> float:
    """Give the weight of a half-sine push of ``contact`` seconds at a frequency; 1 at 0 Hz."""
    x = 2 * frequency * contact
    if abs(x - 1) < 1e-4:
        return math.pi / 4
    return abs(math.cos(math.pi * x / 2) / (1 - x * x))


def burst(
    rng: np.random.Generator, sample_rate: int, *, decay: float, low: float, high: float, attack: float = 0.0003
) -> Array:
    """Give a breath of noise between two corners in Hz that fades by 60 dB in ``decay`` seconds.

    Args:
        rng: its stream.
        sample_rate: Hz.
        decay: T60, seconds.
        low: Hz.
        high: Hz.
        attack: seconds to its top.
    """
    time = np.arange(max(int(decay * FAINT / 60 * sample_rate), 16)) / sample_rate
    envelope = np.exp(-math.log(1000) * time / decay) * np.minimum(time / attack, 1.0)
    noise = bandpass(low, high, sample_rate, order=2)(rng.standard_normal(len(time)))
    return faded(envelope * noise, sample_rate)


def faded(samples: Array, sample_rate: int, *, seconds: float = 0.003) -> Array:
    """Bring the end of (n,) samples to 0."""
    count = min(int(seconds * sample_rate), len(samples))
    samples = np.array(samples, dtype=np.float64)
    samples[len(samples) - count :] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(1, count + 1) / count)
    return samples


def added(*parts: tuple[float, Array]) -> Array:
    """Add (gain, samples) of different lengths, all from one start."""
    total = np.zeros(max(len(samples) for _, samples in parts))
    for gain, samples in parts:
        total[: len(samples)] += gain * samples
    return total


def _decaying(one: Partial, sample_rate: int) -> Array:
    """Give exp(-6.9 t/T60) sin(2π f t): powers of one number, as an outer product of two short runs."""
    count = max(int(one.decay * FAINT / 60 * sample_rate), 16)
    step = (-math.log(1000) / one.decay + 2j * math.pi * one.frequency) / sample_rate
    side = math.isqrt(count) + 1
    fine = np.exp(step * np.arange(side))
    coarse = np.exp(step * side * np.arange(side))
    return np.asarray((coarse[:, None] * fine[None, :]).imag.ravel()[:count])
