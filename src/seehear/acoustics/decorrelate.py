"""Filters that make one signal into many that sound alike but are not correlated: for ambience around the listener.

Each filter is flat, at most 28 ms long, dies away, and is the same in every run.

References: Kendall, "The decorrelation of audio signals and its impact on spatial imagery", Computer Music Journal 19
(1995) (flat filters of random phase); Gerchberg and Saxton, "A practical algorithm for the determination of phase",
Optik 35 (1972) (alternating between flatness and length); Jacobsen and Roisin, "The coherence of reverberant sound
fields", JASA 108 (2000) (sin kd / kd); Menzer and Faller, "Binaural reverberation using a modified Jot reverberator
with frequency-dependent interaural coherence matching", AES 126 (2009).
"""

from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from seehear.acoustics.fir import fast_length
from seehear.scene.direction import Array

LONGEST: Final = 0.028
"""Seconds of the longest filter."""

EAR_DISTANCE: Final = 0.18
"""Metres between two free-field points whose coherence in a diffuse field is about that of a head's ears."""

_SPEED_OF_SOUND: Final = 343.0
_DECAY_DB: Final = 12.0
_LOWEST_BAND: Final = 100.0
_LOWEST_EAR_BAND: Final = 450.0
_ROUNDS: Final = 40
_EAR_ROUNDS: Final = 60
_FLATTENING_ROUNDS: Final = 30
_SEED: Final = 3

Spectrum = NDArray[np.complex128]


@lru_cache(maxsize=8)
def decorrelation_filters(count: int, sample_rate: int) -> Array:
    """Give mutually decorrelated flat filters.

    Args:
        count: how many.
        sample_rate: Hz.

    Returns:
        (count, taps), each of energy 1, third octaves within 1 dB. The rms correlation of 11 of them in a third octave
        is about 0.2 at 1 kHz and 0.1 from 4 kHz; below 200 Hz filters this short cannot part so many.
    """
    bands = _bands(sample_rate, _LOWEST_BAND)

    def parted(spectrum: Spectrum) -> Spectrum:
        for band in bands:
            spectrum[:, band] = _uncorrelated(spectrum[:, band])
        return spectrum

    filters = _alternate(count, sample_rate, parted, _ROUNDS)
    return _alternate(filters, sample_rate, lambda spectrum: spectrum, _FLATTENING_ROUNDS)


@lru_cache(maxsize=4)
def diffuse_ears(sample_rate: int) -> Array:
    """Give two flat filters, (2, taps), each of energy 1, whose outputs are as coherent as the ears in a diffuse field.

    Their sum and difference have the powers 1 + coherence and 1 - coherence, and are uncorrelated.

    Reference: Jacobsen and Roisin 2000, eq. 8: sin(kd) / (kd), with d = 0.18 m; Menzer and Faller 2009, eq. 5.
    """
    coherence = np.array([ear_coherence(f) for f in _frequencies(sample_rate)])
    size = np.sqrt(np.stack([1.0 + coherence, 1.0 - coherence]) / 2)
    bands = _bands(sample_rate, _LOWEST_EAR_BAND)

    def as_diffuse(spectrum: Spectrum) -> Spectrum:
        middle_side = _flat(np.stack([spectrum[0] + spectrum[1], spectrum[0] - spectrum[1]]))
        for band in bands:
            middle_side[:, band] = _whitened(middle_side[:, band])
        middle_side *= size
        return np.stack([middle_side[0] + middle_side[1], middle_side[0] - middle_side[1]])

    return _alternate(2, sample_rate, as_diffuse, _EAR_ROUNDS)


def ear_coherence(frequency: float) -> float:
    """Give the diffuse field's interaural coherence at a frequency, Hz.

    Example:
        >>> round(ear_coherence(0.0), 3), round(ear_coherence(343.0 / 0.36), 3)
        (1.0, 0.0)
    """
    return float(np.sinc(2.0 * frequency * EAR_DISTANCE / _SPEED_OF_SOUND))


def _alternate(start: int | Array, sample_rate: int, wanted: Callable[[Spectrum], Spectrum], rounds: int) -> Array:
    """Alternate between what is wanted of the spectra, flatness, and the length; from noise, or from given filters."""
    taps = _taps(sample_rate)
    filters = _noise(start, taps) if isinstance(start, int) else start
    for _ in range(rounds):
        spectrum = _flat(wanted(_flat(np.fft.rfft(filters, _size(taps)))))
        filters = np.asarray(np.fft.irfft(spectrum, _size(taps))[:, :taps], dtype=np.float64)
    return np.asarray(filters / np.linalg.norm(filters, axis=1, keepdims=True))


def _noise(count: int, taps: int) -> Array:
    decay = 10 ** (-_DECAY_DB / 20 * np.arange(taps) / taps)
    return np.asarray(np.random.default_rng(_SEED).standard_normal((count, taps)) * decay)


def _taps(sample_rate: int) -> int:
    return int(LONGEST * sample_rate)


def _size(taps: int) -> int:
    return fast_length(4 * taps)


def _frequencies(sample_rate: int) -> Array:
    return np.asarray(np.fft.rfftfreq(_size(_taps(sample_rate)), 1.0 / sample_rate), dtype=np.float64)


def _bands(sample_rate: int, lowest: float) -> list[slice]:
    """Give third octaves from ``lowest`` Hz up as slices of the spectrum."""
    frequency = _frequencies(sample_rate)
    edges = lowest * 2 ** (np.arange(0, 3 * np.log2(sample_rate / 2 / lowest) - 0.5) / 3)
    bins = [*np.searchsorted(frequency, edges).tolist(), len(frequency)]
    return [slice(a, b) for a, b in pairwise(bins) if b - a > 1]


def _flat(spectrum: Spectrum) -> Spectrum:
    return spectrum / np.maximum(np.abs(spectrum), 1e-12)


def _uncorrelated(spectrum: Spectrum) -> Spectrum:
    """Give the nearest spectra (channels, bins) without correlation at lag 0: real and imaginary parts side by side."""
    bins = spectrum.shape[1]
    parts = _whitened(np.concatenate([spectrum.real, spectrum.imag], axis=1).astype(np.complex128)).real
    return parts[:, :bins] + 1j * parts[:, bins:]


def _whitened(spectrum: Spectrum) -> Spectrum:
    """Give the nearest spectra of unit mean power without correlation at any phase (Loewdin's orthogonalisation)."""
    value, vector = np.linalg.eigh(spectrum @ spectrum.conj().T / spectrum.shape[1])
    return np.asarray((vector / np.sqrt(np.maximum(value, 1e-3 * value[-1]))) @ vector.conj().T @ spectrum)
