"""Timbre and harmony of a mono sound, as the field's usual library gives them by default: MFCC, chroma, contrast.

References: Davis and Mermelstein, IEEE TASSP 28(4), 1980 (MFCC); Schoerkhuber and Klapuri, "Constant-Q transform
toolbox for music processing", SMC 2010 (constant Q); Jiang et al., "Music type classification by spectral contrast
feature", ICME 2002; McFee et al., SciPy 2015 (settings, tuning). The constant-Q bins are filtered at the full sample
rate here, where the library halves the rate octave by octave: bins differ by its resampler's ripple.
"""

from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.scene.direction import Array
from seehear.score.spectral import FRAME, HOP, mel_power, power_to_db, stft

Complex = NDArray[np.complex128]

CHROMA = 12
BINS_PER_OCTAVE, OCTAVES = 36, 7
C1 = 440.0 * 2.0 ** ((24 - 69) / 12)
"""Hz, the lowest bin."""

PRE_EMPHASIS = 0.97


def pre_emphasised(samples: Array) -> Array:
    """Take 0.97 of each (n,) sample's predecessor off; to the first is added 2 x0 - x1, as the library does."""
    out = samples.astype(np.float64)
    out[1:] -= PRE_EMPHASIS * samples[:-1]
    if len(samples) > 1:
        out[0] += 2 * samples[0] - samples[1]
    return out


def mfcc(samples: Array, sample_rate: int, *, count: int = 13) -> Array:
    """Give mel-frequency cepstral coefficients, (count, frames): orthonormal DCT of the mel spectrogram in dB."""
    from scipy.fft import dct

    level = power_to_db(mel_power(samples, sample_rate))
    return np.asarray(dct(level, axis=0, type=2, norm="ortho")[:count])


def spectral_contrast(samples: Array, sample_rate: int) -> Array:
    """Give the difference, dB, between the strongest and the weakest 2 % of bins in 7 bands, (7, frames).

    Bands: below 200 Hz, then octaves; the last one reaches to half the sample rate, and each begins one bin early.
    """
    size = np.abs(stft(samples))
    bins = np.arange(FRAME // 2 + 1) * sample_rate / FRAME
    edges = np.concatenate([[0.0], 200.0 * 2.0 ** np.arange(7)])
    peaks, valleys = [], []
    for k, (low, high) in enumerate(pairwise(edges)):
        inside = np.flatnonzero((bins >= low) & (bins <= high))
        first = inside[0] - (k > 0)
        last = inside[-1] if k < 6 else len(bins) - 1
        taken = max(1, round(0.02 * (last - first + 1)))
        ordered = np.sort(size[first : last + (k == 6)], axis=0)
        peaks.append(ordered[-taken:].mean(axis=0))
        valleys.append(ordered[:taken].mean(axis=0))
    return np.asarray(power_to_db(np.array(peaks)) - power_to_db(np.array(valleys)))


def chroma(samples: Array, sample_rate: int) -> Array:
    """Give the constant-Q chroma, (12, frames) from C upwards, each frame's largest 1; 0 in silence."""
    size = constant_q(samples, sample_rate, tuning=tuning(samples, sample_rate))
    merged = np.roll(np.repeat(np.eye(CHROMA), BINS_PER_OCTAVE // CHROMA, axis=1), -1, axis=1)
    folded = np.tile(merged, OCTAVES) @ size
    top = folded.max(axis=0)
    return np.asarray(np.divide(folded, top, out=folded, where=top > np.finfo(np.float32).tiny))


def tuning(samples: Array, sample_rate: int) -> float:
    """Give how far the sound's pitches lie from equal temperament on 440 Hz, in bins, [-0.5, 0.5).

    The most frequent deviation, to 0.01, among spectral peaks of 150 to 4000 Hz that are a tenth of their frame's
    largest and above the median of all such.
    """
    size = np.abs(stft(samples))
    slope = np.gradient(size, axis=0)
    shift = np.zeros_like(size)
    bend = 2 * size[1:-1] - size[2:] - size[:-2]
    flat = np.abs(slope[1:-1]) >= np.abs(bend)
    shift[1:-1] = np.where(flat, 0.0, slope[1:-1] / np.where(flat, 1.0, bend))
    strong = np.where(size > 0.1 * size.max(axis=0), size, 0.0)
    top = np.zeros(size.shape, dtype=bool)
    top[1:-1] = (strong[1:-1] > strong[:-2]) & (strong[1:-1] >= strong[2:])
    bins = np.arange(len(size)) * sample_rate / FRAME
    top &= ((bins >= 150.0) & (bins < min(4000.0, sample_rate / 2)))[:, None]
    if not top.any():
        return 0.0
    row = np.nonzero(top)[0]
    pitch, height = (row + shift[top]) * sample_rate / FRAME, (size + 0.5 * slope * shift)[top]
    pitch = pitch[height >= np.median(height)]
    off = (BINS_PER_OCTAVE * np.log2(pitch / 27.5)) % 1.0
    counts, edges = np.histogram(np.where(off >= 0.5, off - 1.0, off), np.linspace(-0.5, 0.5, 101))
    return float(edges[np.argmax(counts)])


def constant_q(samples: Array, sample_rate: int, *, tuning: float) -> Array:
    """Give the size of 252 constant-Q bins, (252, 1 + n // 512), 36 to the octave from C1.

    Args:
        samples: (n,).
        sample_rate: Hz, at least twice the highest bin's reach (9.3 kHz).
        tuning: bins by which all of them are raised.
    """
    from scipy.fft import fft, next_fast_len

    bank = _bank(sample_rate, tuning)
    frames = 1 + len(samples) // HOP
    # long enough for no filter to wrap around, and a whole number of hops
    size = HOP * int(next_fast_len(-(-(len(samples) + bank.longest) // HOP) + 1))
    spectrum = fft(samples, size)
    out = np.empty((len(bank.frequency), frames))
    for row, (frequency, length) in enumerate(zip(bank.frequency, bank.length, strict=True)):
        out[row] = np.abs(_sampled(spectrum, _response(frequency, length, sample_rate, size), size)[:frames])
    return out / np.sqrt(bank.length)[:, None]


class _Bank(NamedTuple):
    frequency: Array
    length: Array
    longest: int


class _Response(NamedTuple):
    """The part of a filter's transfer function that is not nothing: from bin ``first`` on."""

    first: int
    values: Complex


@lru_cache(maxsize=8)
def _bank(sample_rate: int, tuning: float) -> _Bank:
    """Give the bins' frequencies and filter lengths: Q = 1 / relative bandwidth."""
    frequency = C1 * 2.0 ** ((np.arange(OCTAVES * BINS_PER_OCTAVE) + tuning) / BINS_PER_OCTAVE)
    step = 2.0 ** (2.0 / BINS_PER_OCTAVE)
    length = (step + 1) / (step - 1) * sample_rate / frequency
    return _Bank(frequency, length, int(np.ceil(length[0])))


def _response(frequency: float, length: float, sample_rate: int, size: int) -> _Response:
    """Give a bin's correlation filter: a Hann-windowed phasor whose absolute values sum to its length."""
    place = np.arange(-length // 2, length // 2)
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(len(place)) / len(place))
    width = 8.0 / length
    first = int(np.floor((frequency / sample_rate - width) * size))
    count = int(np.ceil(2 * width * size)) + 1
    turn = 2 * np.pi * ((first + np.arange(count)) / size - frequency / sample_rate)
    return _Response(first, _transform(hann, place[0], turn) * (length / hann.sum()))


def _transform(window: Array, start: float, turn: Array) -> Complex:
    """Give the spectrum of a periodic Hann window whose first sample is at ``start``, in closed form."""
    count = len(window)
    middle = start + (count - 1) / 2
    total = np.zeros(len(turn), dtype=np.complex128)
    for offset, weight in ((0.0, 0.5), (2 * np.pi / count, -0.25), (-2 * np.pi / count, -0.25)):
        # a cosine of the window is two phasors that start with it, not at 0
        angle = turn + offset
        half = np.sin(angle / 2)
        safe = np.where(np.abs(half) < 1e-12, 1.0, half)
        kernel = np.where(np.abs(half) < 1e-12, float(count), np.sin(count * angle / 2) / safe)
        total += weight * kernel * np.exp(1j * (angle * middle - offset * start))
    return total


def _sampled(spectrum: Complex, response: _Response, size: int) -> Complex:
    """Filter and keep every 512th sample: bins that fall together after decimation are summed before going back."""
    rows = size // HOP
    taken = (response.first + np.arange(len(response.values))) % size
    folded = np.zeros(rows, dtype=np.complex128)
    np.add.at(folded, taken % rows, spectrum[taken] * response.values)
    return np.asarray(np.fft.ifft(folded) / HOP)
