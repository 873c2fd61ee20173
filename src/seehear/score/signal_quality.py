"""What can be said of a clip's signal alone: loudness, true peak, clipping, silence, bandwidth, DC.

They need no truth (loudness takes one, if there is one) and hear nothing of content or place.

References: ITU-R BS.1770-4 (loudness, true peak; measured by `seehear.acoustics.loudness`); EBU Tech 3341. Clipping,
silence, bandwidth and DC are our own plain definitions.
"""

import numpy as np

from seehear.acoustics.loudness import LoudnessMeter
from seehear.media.layout import Layout
from seehear.media.stems import Samples
from seehear.scene.direction import Array
from seehear.score.score import Metric, Score
from seehear.score.swap import check_channels

LOUDNESS = Metric("loudness", "LUFS", higher_is_better=True)
LOUDNESS_ERROR = Metric("loudness_error", "LU", higher_is_better=False)
TRUE_PEAK = Metric("true_peak", "dBTP", higher_is_better=False)
CLIPPING = Metric("clipping", "", higher_is_better=False)
SILENCE = Metric("silence", "", higher_is_better=False)
BANDWIDTH = Metric("bandwidth", "Hz", higher_is_better=True)
DC = Metric("dc_offset", "", higher_is_better=False)

FULL = 0.999
"""Size of a sample from which on it may be clipped (-0.009 dBFS: 15 bits and less round there)."""

RUN = 3
"""Samples in a row at one extreme that are taken for clipping: a sine just touching full scale has fewer."""

SILENT = 1e-6
"""Mean square below which a frame of 50 ms is silent (-60 dBFS)."""

FRAME = 0.05

BAND_DB = -70.0
"""dB below the strongest third octave's density at which a sound's band ends."""


def loudness(samples: Samples, layout: Layout, *, sample_rate: int) -> Score:
    """Give the integrated loudness, LUFS; undefined with less than 400 ms above -70 LUFS.

    Args:
        samples: (layout.size, n).
        layout: of the samples.
        sample_rate: Hz.

    Raises:
        InputError: another number of channels, or samples that are not finite.
    """
    found = _meter(samples, layout, sample_rate).integrated()
    return LOUDNESS.undefined("less than 400 ms above -70 LUFS") if found is None else LOUDNESS.at(found)


def loudness_error(prediction: Samples, truth: Samples, layout: Layout, *, sample_rate: int) -> Score:
    """Give the absolute difference of two clips' loudness, LU; ``extra["louder"]`` is the signed one.

    Args:
        prediction: (layout.size, n).
        truth: (layout.size, m).
        layout: of both.
        sample_rate: Hz of both.

    Raises:
        InputError: another number of channels, or samples that are not finite.
    """
    a, b = (_meter(one, layout, sample_rate).integrated() for one in (prediction, truth))
    if a is None or b is None:
        return LOUDNESS_ERROR.undefined("less than 400 ms above -70 LUFS on a side")
    return LOUDNESS_ERROR.at(abs(a - b), extra={"louder": a - b})


def true_peak(samples: Samples, layout: Layout, *, sample_rate: int) -> Score:
    """Give the true peak, dBTP; undefined for digital silence.

    Args:
        samples: (layout.size, n).
        layout: of the samples.
        sample_rate: Hz.

    Raises:
        InputError: another number of channels, or samples that are not finite.
    """
    found = _meter(samples, layout, sample_rate).true_peak_db()
    return TRUE_PEAK.at(found) if np.isfinite(found) else TRUE_PEAK.undefined("digital silence")


def clipping(samples: Samples, layout: Layout) -> Score:
    """Give the share of samples in runs of 3 or more at full scale; an item for each channel.

    A clip clipped first and turned down afterwards is not found.

    Args:
        samples: (layout.size, n).
        layout: of the samples.

    Raises:
        InputError: another number of channels, or samples that are not finite.
    """
    check_channels(samples, layout)
    if not samples.size:
        return CLIPPING.undefined("no samples")
    return CLIPPING.mean([(_in_runs(one >= FULL) + _in_runs(one <= -FULL)) / len(one) for one in samples])


def silence(samples: Samples, layout: Layout, *, sample_rate: int) -> Score:
    """Give the share of 50 ms frames in which every channel is below -60 dBFS.

    Args:
        samples: (layout.size, n).
        layout: of the samples.
        sample_rate: Hz.

    Raises:
        InputError: another number of channels, or samples that are not finite.
    """
    check_channels(samples, layout)
    size = round(FRAME * sample_rate)
    count = samples.shape[1] // size
    if not count:
        return SILENCE.undefined("less than 50 ms")
    frames = samples[:, : count * size].astype(np.float64).reshape(len(samples), count, size)
    return SILENCE.at(float(((frames**2).mean(axis=-1).max(axis=0) < SILENT).mean()))


def bandwidth(samples: Samples, layout: Layout, *, sample_rate: int) -> Score:
    """Give the highest frequency, Hz, at which the sound still is: density within 70 dB of the strongest third octave.

    All channels together, over the whole clip. A clip made at 16 kHz and stored at 48 gives 8 kHz.

    Args:
        samples: (layout.size, n).
        layout: of the samples.
        sample_rate: Hz.

    Raises:
        InputError: another number of channels, or samples that are not finite.
    """
    check_channels(samples, layout)
    density = _density(samples)
    if not density[1:].any():
        return BANDWIDTH.undefined("silence")
    # a twelfth of an octave is narrow enough to end where the band ends, and wide enough for noise
    edges = 20.0 * 2.0 ** (np.arange(0, 12 * np.log2(sample_rate / 40.0) + 1) / 12)
    bins = np.arange(len(density)) * sample_rate / (2 * (len(density) - 1))
    place = np.searchsorted(edges, bins, side="right")
    counts = np.bincount(place, minlength=len(edges) + 1)
    level = np.bincount(place, density, minlength=len(edges) + 1) / np.maximum(counts, 1)
    level[0] = 0.0
    wide = np.convolve(level, np.full(4, 0.25), mode="same")
    top = int(np.flatnonzero(level > wide.max() * 10 ** (BAND_DB / 10))[-1])
    return BANDWIDTH.at(min(float(edges[min(top, len(edges) - 1)]), sample_rate / 2))


def dc_offset(samples: Samples, layout: Layout) -> Score:
    """Give the absolute mean, share of full scale; an item for each channel.

    Args:
        samples: (layout.size, n).
        layout: of the samples.

    Raises:
        InputError: another number of channels, or samples that are not finite.
    """
    check_channels(samples, layout)
    if not samples.size:
        return DC.undefined("no samples")
    return DC.mean(np.abs(samples.mean(axis=1, dtype=np.float64)))


def _meter(samples: Samples, layout: Layout, sample_rate: int) -> LoudnessMeter:
    check_channels(samples, layout)
    meter = LoudnessMeter(layout, sample_rate)
    meter.add(np.ascontiguousarray(samples, dtype=np.float32))
    return meter


def _in_runs(high: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> int:
    """Count the samples in runs of 3 or more."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], high.astype(np.int8), [0]])))
    lengths = edges[1::2] - edges[::2]
    return int(lengths[lengths >= RUN].sum())


def _density(samples: Samples) -> Array:
    """Give the power density, (2049,), summed over channels: Welch's, frames of 4096 half overlapping."""
    size = 4096
    padded = np.pad(samples, ((0, 0), (0, max(0, size - samples.shape[1])))).astype(np.float64)
    # a smooth window: what leaks past 70 dB would pass for sound
    place = 2 * np.pi * (np.arange(size) + 0.5) / size
    window = 0.35875 - 0.48829 * np.cos(place) + 0.14128 * np.cos(2 * place) - 0.01168 * np.cos(3 * place)
    total = np.zeros(size // 2 + 1)
    for start in range(0, padded.shape[1] - size + 1, size // 2):
        total += (np.abs(np.fft.rfft(padded[:, start : start + size] * window, axis=1)) ** 2).sum(axis=0)
    return total
