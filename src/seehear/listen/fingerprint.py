"""Is one clip a piece of another, perhaps with its sides swapped or played backwards?

A trace is a clip's mono waveform at 8 kHz: swapping the sides does not change it. Two clips are kin where the traces
hold the same waveform at some lag, forwards or backwards:

1. the phase correlation of the whole traces (Knapp and Carter, IEEE TASSP 24, 1976, the PHAT weighting) has a peak of
   more than `PEAK` times its own effective value, on either direction;
2. over the stretch that overlaps at that lag, at least `LEAST_OVERLAP`, the phases agree: the phase correlation there,
   1 for a copy, is at least `KIN_FROM`. A sound that both clips hold among others (the same clock) stays below.

Level and noise 10 dB below do not matter. Not found: copies at another speed or pitch, shorter overlaps, and cuts that
do not overlap (unless a third clip overlaps with both).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from seehear.listen.mel import counted_channels
from seehear.media import AudioClip
from seehear.scene.direction import Array

Trace = NDArray[np.int16]
"""(n,) samples at 8 kHz, the loudest at full scale."""

TRACE_RATE = 8000
LEAST_OVERLAP = 0.5
"""Seconds."""
PEAK = 8.0
KIN_FROM = 0.3

_FADE = 160
_SLACK = 2
"""Samples around the lag: the two may have been cut between samples."""


def trace_of(clip: AudioClip) -> Trace:
    """Give a clip's trace; all zero where it is silent."""
    import soxr

    samples = np.asarray(soxr.resample(_mono(clip), clip.sample_rate, TRACE_RATE), dtype=np.float64)
    top = np.abs(samples).max(initial=0.0)
    return np.asarray(np.round(samples * (32767 / top)) if top > 0 else samples).astype(np.int16)


def _mono(clip: AudioClip) -> NDArray[np.float32]:
    return np.asarray(clip.samples[counted_channels(clip)].mean(axis=0, dtype=np.float32))


def kinship(one: Trace, others: Sequence[Trace]) -> Array:
    """Give how well a clip agrees with each of others where they overlap.

    Returns:
        (n,) from 0 to 1: 0 where no common stretch is found, 1 for copies; kin from `KIN_FROM` on.
    """
    spectra: dict[int, NDArray[np.complex64]] = {}
    return np.array([_agreement(one, other, spectra) for other in others])


def _agreement(one: Trace, other: Trace, spectra: dict[int, NDArray[np.complex64]]) -> float:
    from scipy.fft import irfft, next_fast_len

    if not (one.any() and other.any()):
        return 0.0
    size = next_fast_len(2 * max(len(one), len(other)), real=True)
    if size not in spectra:
        spectra[size] = _phases(one, size)
    mine, its = spectra[size], _phases(other, size)
    least = _least(one, other)
    lags = np.arange(least - len(one), len(other) - least + 1)
    best = 0.0
    for turned, product in ((False, np.conj(mine) * its), (True, mine * its)):
        whole = irfft(product, size)
        # reversed: one[n - 1 - i] meets other[i + lag]
        start = (int(lags[0]) + (len(one) - 1 if turned else 0)) % size
        course = np.abs(np.concatenate([whole[start:], whole[:start]])[: len(lags)])
        at = int(course.argmax())
        if course[at] > PEAK * float(np.sqrt(np.dot(whole, whole) / size)):
            best = max(best, _overlapping(one[::-1] if turned else one, other, int(lags[at])))
    return best


def _least(one: Trace, other: Trace) -> int:
    return min(round(LEAST_OVERLAP * TRACE_RATE), len(one), len(other))


def _overlapping(one: Trace, other: Trace, lag: int) -> float:
    """The phase correlation over the overlap at a lag: one[i] meets other[i + lag]."""
    from scipy.fft import irfft, next_fast_len

    start, end = max(-lag, 0), min(len(other) - lag, len(one))
    size = next_fast_len(2 * (end - start), real=True)
    first, second = _phases(one[start:end], size), _phases(other[start + lag : end + lag], size)
    course = irfft(np.conj(first) * second, size) * (size / 2)
    weight = float(np.sqrt((np.abs(first) ** 2).sum() * (np.abs(second) ** 2).sum()))
    near = np.concatenate([course[: _SLACK + 1], course[-_SLACK:]])
    return float(np.abs(near).max() / weight) if weight > 0 else 0.0


def _phases(trace: Trace, size: int) -> NDArray[np.complex64]:
    """The spectrum with every bin at one level; bands 60 dB below the strongest are left out, they hold rounding."""
    from scipy.fft import rfft
    from scipy.ndimage import uniform_filter1d

    fade = min(_FADE, len(trace) // 2)
    samples = trace.astype(np.float32)
    if fade:  # where a cut begins is a click, and clicks agree with clicks
        ramp = np.linspace(0, 1, fade, endpoint=False, dtype=np.float32)
        samples[:fade] *= ramp
        samples[-fade:] *= ramp[::-1]
    spectrum = rfft(samples, size)
    level = np.abs(spectrum)
    around = uniform_filter1d(level, max(size * 100 // TRACE_RATE, 1), mode="nearest")
    kept = (level > 0) & (around > 1e-3 * around.max())
    return np.asarray(np.where(kept, spectrum / np.where(level > 0, level, 1), 0), dtype=np.complex64)
