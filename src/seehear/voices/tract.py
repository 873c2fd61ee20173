"""A throat: a pulsing source through moving resonances. People and animals differ in numbers only.

Source and cascade after Klatt, "Software for a cascade/parallel formant synthesizer", JASA 67, 1980: resonators
y[n] = A x[n] + B y[n-1] + C y[n-2], C = -exp(-2π w/fs), B = 2 exp(-π w/fs) cos(2π f/fs), A = 1 - B - C, set anew
every 5 ms.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.signal import lfilter

from seehear.voices.drive import Array
from seehear.voices.filters import EDGE, bandpass
from seehear.voices.modal import faded
from seehear.voices.sources import Oscillator

FRAME = 0.005
"""Seconds between changes of the resonances."""


def utterance(
    rng: np.random.Generator,
    sample_rate: int,
    *,
    pitch: Array,
    loud: Array,
    formants: Array,
    widths: ArrayLike,
    breath: ArrayLike = 0.03,
    jitter: float = 0.008,
    tilt: float = 1.1,
) -> Array:
    """Give one call or phrase.

    Args:
        rng: its stream.
        sample_rate: Hz.
        pitch: (frames,) Hz of the source, one value every 5 ms.
        loud: (frames,) amplitude.
        formants: (frames, k) Hz of the resonances.
        widths: (k,) Hz.
        breath: (frames,) or one number: share of noise in the source.
        jitter: relative wavering of the pitch from frame to frame.
        tilt: harmonic n of the source has amplitude n ** -tilt.

    Returns:
        (n,) samples, ``frames`` · 5 ms.
    """
    step = round(FRAME * sample_rate)
    count = len(pitch) * step
    wavering = pitch * (1 + jitter * rng.standard_normal(len(pitch)))
    tops = np.arange(1, 121.0) ** -tilt
    source = Oscillator(tops, sample_rate, highest=float(pitch.max()) * 1.1)
    frequency, amplitude = _smooth(wavering, count, step), _smooth(loud, count, step)
    voiced = source(frequency)
    air = _smooth(np.broadcast_to(np.asarray(breath, dtype=np.float64), pitch.shape), count, step)
    excitation = amplitude * ((1 - np.minimum(air, 1)) * voiced + air * 0.7 * rng.standard_normal(count))
    return faded(_cascade(excitation, formants, np.asarray(widths, dtype=np.float64), sample_rate, step), sample_rate)


def curve(points: Sequence[tuple[float, float]], count: int) -> Array:
    """Give (count,) values along (place 0 to 1, value) points, eased between them."""
    places, values = (np.array(one) for one in zip(*points, strict=True))
    rough = np.interp(np.linspace(0, 1, count), places, values)
    width = max(count // 12, 1)
    window = np.hanning(2 * width + 1)
    return np.convolve(np.pad(rough, width, mode="edge"), window / window.sum(), mode="valid")


def hiss(rng: np.random.Generator, sample_rate: int, loud: Array, *, low: float, high: float) -> Array:
    """Give noise between two corners in Hz under an envelope of one value every 5 ms."""
    step = round(FRAME * sample_rate)
    count = len(loud) * step
    return _smooth(loud, count, step) * bandpass(low, high, sample_rate)(rng.standard_normal(count))


def _smooth(values: Array, count: int, step: int) -> Array:
    return np.interp(np.arange(count), (np.arange(len(values)) + 0.5) * step, values)


def _cascade(samples: Array, formants: Array, widths: Array, sample_rate: int, step: int) -> Array:
    for index in range(formants.shape[1]):
        centre = np.minimum(formants[:, index], EDGE * sample_rate)
        decay = np.exp(-np.pi * widths[index] / sample_rate)
        middle = 2 * decay * np.cos(2 * np.pi * centre / sample_rate)
        state, parts = np.zeros(2), []
        for frame in range(len(centre)):
            top = 1 - middle[frame] + decay**2
            part, state = lfilter(
                [top], [1.0, -middle[frame], decay**2], samples[frame * step : (frame + 1) * step], zi=state
            )
            parts.append(part)
        samples = np.concatenate(parts)
    return samples
