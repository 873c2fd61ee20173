"""Spectra and onsets as the field's usual library gives them by default, derived anew.

Frames stand every ``hop`` samples, centred on their time, the ends padded. Mel bands after Slaney (linear below 1 kHz,
each of area 1). Onsets: rises of the mel spectrum in dB, averaged over bands, picked where they stand out.

References: McFee et al., "librosa: audio and music signal analysis in Python", SciPy 2015 (defaults of version 0.11);
Slaney, "Auditory Toolbox" version 2, 1998 (mel scale); Boeck and Widmer, "Maximum filter vibrato suppression for onset
detection", DAFx 2013 (onset strength); Boeck et al., "Evaluating the online capabilities of onset detection methods",
ISMIR 2012 (peak picking).
"""

from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seehear.scene.direction import Array

FRAME, HOP = 2048, 512
MELS = 128

_BREAK_HZ, _STEP_HZ = 1000.0, 200.0 / 3.0
_LOG_STEP = np.log(6.4) / 27.0


def stft(
    samples: ArrayLike, *, frame: int = FRAME, hop: int = HOP, window: int | None = None,
    pad: Literal["constant", "reflect"] = "constant",
) -> NDArray[np.complex128]:  # fmt: skip
    """Give the short-time spectra of (..., n) samples.

    Args:
        samples: (..., n).
        frame: samples of a transform.
        hop: samples between frames.
        window: samples of the periodic Hann window, centred in the frame; None: the whole frame.
        pad: how the half frame before the start and after the end is filled.

    Returns:
        (..., frame // 2 + 1, 1 + n // hop).
    """
    signal = np.asarray(samples, dtype=np.float64)
    size = window or frame
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
    left = (frame - size) // 2
    hann = np.pad(hann, (left, frame - size - left))
    edges = [(0, 0)] * (signal.ndim - 1) + [(frame // 2, frame // 2)]
    # a clip shorter than half a frame has nothing to reflect
    padded = np.pad(signal, edges, mode=pad if signal.shape[-1] > frame // 2 else "constant")
    frames = np.lib.stride_tricks.sliding_window_view(padded, frame, axis=-1)[..., ::hop, :]
    return np.asarray(np.moveaxis(np.fft.rfft(frames * hann, axis=-1), -1, -2))


def power_to_db(power: Array, *, ceiling: float | None = 80.0) -> Array:
    """Give 10 log10, at least 1e-10 before, at most ``ceiling`` dB below the loudest after.

    Example:
        >>> power_to_db(np.array([1.0, 1e-3, 0.0])).round(6).tolist()
        [0.0, -30.0, -80.0]
    """
    level = 10.0 * np.log10(np.maximum(power, 1e-10))
    return np.asarray(level if ceiling is None else np.maximum(level, level.max() - ceiling))


def mel_power(samples: Array, sample_rate: int) -> Array:
    """Give the mel power spectrogram, (128, frames), of (n,) samples."""
    return np.asarray(mel_filters(sample_rate) @ np.abs(stft(samples)) ** 2)


@lru_cache(maxsize=4)
def mel_filters(sample_rate: int) -> Array:
    """Give the triangular mel filters, (128, 1025), from 0 Hz to half the sample rate.

    Reference: Slaney 1998.
    """
    top = float(_hz_to_mel(np.array([sample_rate / 2.0]))[0])
    edges = _mel_to_hz(np.linspace(0.0, top, MELS + 2))
    bins = np.arange(FRAME // 2 + 1) * sample_rate / FRAME
    rise = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    fall = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    return np.asarray(np.maximum(0.0, np.minimum(rise, fall)) * (2.0 / (edges[2:] - edges[:-2]))[:, None])


def onset_times(samples: Array, sample_rate: int) -> Array:
    """Give the times, (k,) s, at which (n,) samples begin something.

    Silence has none. A time is that of a frame: multiples of 512 samples.
    """
    strength = onset_strength(samples, sample_rate)
    strength = strength - strength.min(initial=np.inf)
    if not strength.any():
        return np.zeros(0)
    strength = strength / (strength.max() + np.finfo(np.float32).tiny)
    return np.asarray(pick_peaks(strength, sample_rate) * HOP / sample_rate)


def onset_strength(samples: Array, sample_rate: int) -> Array:
    """Give the mean rise over mel bands from frame to frame, (frames,) dB; its lag of half a frame put right."""
    level = power_to_db(mel_power(samples, sample_rate))
    rise = np.maximum(0.0, np.diff(level, axis=-1)).mean(axis=0)
    return np.pad(rise, (1 + FRAME // (2 * HOP), 0))[: level.shape[-1]]


def pick_peaks(strength: Array, sample_rate: int) -> NDArray[np.int64]:
    """Give the frames that are the largest of the last 30 ms, and 0.07 above the mean of 100 ms on both sides.

    Two are at least 30 ms apart. (Boeck 2012, eq. 8, with the library's constants.)
    """
    before, around = (int(seconds * sample_rate // HOP) for seconds in (0.03, 0.1))
    count, found, last = len(strength), [], -before - 1
    for n in range(count):
        near = strength[max(0, n - before) : n + 1]
        wide = strength[max(0, n - around) : n + around + 1]
        if strength[n] == near.max() and strength[n] >= wide.mean() + 0.07 and n - last > before:
            found.append(n)
            last = n
    return np.array(found, dtype=np.int64)


def _hz_to_mel(hz: Array) -> Array:
    linear = hz / _STEP_HZ
    above = _BREAK_HZ / _STEP_HZ + np.log(np.maximum(hz, 1e-10) / _BREAK_HZ) / _LOG_STEP
    return np.asarray(np.where(hz >= _BREAK_HZ, above, linear))


def _mel_to_hz(mel: Array) -> Array:
    above = _BREAK_HZ * np.exp(_LOG_STEP * (mel - _BREAK_HZ / _STEP_HZ))
    return np.asarray(np.where(mel >= _BREAK_HZ / _STEP_HZ, above, mel * _STEP_HZ))
