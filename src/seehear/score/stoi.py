"""Short-time objective intelligibility of speech (STOI), needed by SEE-2-SOUND's similarity set only.

Reference: Taal et al., "An algorithm for intelligibility prediction of time-frequency weighted noisy speech", IEEE
TASLP 19(7), 2011, sections II and III; constants as there.
"""

import math
from functools import lru_cache

import numpy as np

from seehear.scene.direction import Array

RATE = 10_000
"""Hz at which it is measured."""

TOO_SHORT = 1e-5
"""What the usual program gives where fewer than 30 frames are left."""

_FRAME, _FFT, _SEGMENT = 256, 512, 30
_DYNAMIC_RANGE = 40.0
_CLIP = 10 ** (15.0 / 20)
_TINY = float(np.finfo(np.float64).eps)


def stoi(degraded: Array, clean: Array, sample_rate: int) -> float:
    """Give STOI of (n,) samples against the clean ones, about 0 (unrelated) to 1."""
    wave = [_resampled(one.astype(np.float64), sample_rate) for one in (clean, degraded)]
    reference, heard = _without_silence(wave[0], wave[1])
    if len(reference) // (_FRAME // 2) - 1 < _SEGMENT:
        return TOO_SHORT
    x, y = (np.sqrt(_third_octaves() @ np.abs(np.fft.rfft(_frames(one), _FFT)).T ** 2) for one in (reference, heard))
    if x.shape[1] < _SEGMENT:
        return TOO_SHORT
    x, y = (np.lib.stride_tricks.sliding_window_view(one, _SEGMENT, axis=1) for one in (x, y))
    scaled = y * (_norm(x) / (_norm(y) + _TINY))
    clipped = np.minimum(scaled, x * (1 + _CLIP))
    a, b = (one - one.mean(axis=-1, keepdims=True) for one in (x, clipped))
    return float((a / (_norm(a) + _TINY) * (b / (_norm(b) + _TINY))).sum(axis=-1).mean())


def _norm(rows: Array) -> Array:
    return np.asarray(np.linalg.norm(rows, axis=-1, keepdims=True))


def _frames(samples: Array) -> Array:
    """Give windowed half-overlapping frames, (k, 256); the one that ends with the last sample is left out."""
    if len(samples) <= _FRAME:
        return np.zeros((0, _FRAME))
    starts = np.arange(0, len(samples) - _FRAME, _FRAME // 2)
    return np.asarray(samples[starts[:, None] + np.arange(_FRAME)] * np.hanning(_FRAME + 2)[1:-1])


def _without_silence(clean: Array, heard: Array) -> tuple[Array, Array]:
    """Drop the frames in which the clean sound is 40 dB below its loudest, and join the others by overlapping."""
    frames = _frames(clean), _frames(heard)
    level = 20 * np.log10(np.linalg.norm(frames[0], axis=1) + _TINY)
    loud = level > level.max(initial=-math.inf) - _DYNAMIC_RANGE
    first, second = (_joined(one[loud]) for one in frames)
    return first, second


def _joined(frames: Array) -> Array:
    half = _FRAME // 2
    out = np.zeros((len(frames) + 1) * half if len(frames) else 0)
    for i, frame in enumerate(frames):
        out[i * half : i * half + _FRAME] += frame
    return out


@lru_cache(maxsize=1)
def _third_octaves() -> Array:
    """Give the 15 third-octave bands from 150 Hz, (15, 257), their edges at the nearest bins."""
    bins = np.arange(_FFT // 2 + 1) * RATE / _FFT
    bands = np.zeros((15, len(bins)))
    for k in range(15):
        low, high = (int(np.argmin(np.abs(bins - 150.0 * 2 ** ((2 * k + side) / 6)))) for side in (-1, 1))
        bands[k, low:high] = 1.0
    return bands


def _resampled(samples: Array, sample_rate: int) -> Array:
    """Bring to 10 kHz by a polyphase Kaiser-windowed sinc, 60 dB down (Octave's resample)."""
    if sample_rate == RATE:
        return samples
    from scipy.signal import resample_poly

    common = math.gcd(RATE, sample_rate)
    up, down = RATE // common, sample_rate // common
    cutoff = 1.0 / (2 * max(up, down))
    half = math.ceil((60.0 - 8.0) / (28.714 * cutoff / 10))
    taps = np.sinc(2 * cutoff * np.arange(-half, half + 1)) * np.kaiser(2 * half + 1, 0.1102 * (60.0 - 8.7))
    return np.asarray(resample_poly(samples, up, down, window=taps / taps.sum()))
