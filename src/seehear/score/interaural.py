"""Level and time differences between two channels, a clip's against a reference clip's.

For binaural and stereo. ILD: left over right, dB, in octave bands, clipped to +-40 dB. ITD: the delay, positive when
the left channel leads, at the peak of the channels' cross-correlation below 1.5 kHz within +-1 ms. Only frames of
100 ms in which the reference has energy count: within 40 dB of the band's loudest, and above -90 dBFS.
``extra["chance"]`` is what a mono copy (no difference at all) scores.

Reference: Blauert, "Spatial Hearing", MIT Press 1997, sections 2.4 and 3.2 (delay below, level above 1.5 kHz).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.errors import InputError
from seehear.media.stems import Samples
from seehear.scene.direction import Array
from seehear.score.score import Metric, Score

ILD = Metric("ild_error", "dB", higher_is_better=False)
ITD = Metric("itd_error", "us", higher_is_better=False)

BANDS = (125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0)
"""Hz, middles of octave bands; one that reaches past half the sample rate is left out."""

FRAME = 0.1
CLIP = 40.0
RANGE = 1e-4
"""Share of a band's loudest frame below which a frame is silent (-40 dB)."""

QUIET = 1e-9
LOW = 1500.0
LONGEST = 1e-3
STEP = 5e-6


class InterauralScores(NamedTuple):
    """What `interaural_scores` gives.

    Attributes:
        ild: mean absolute ILD error, dB; an item for each band, undefined where the reference has no energy or the
            clip is silent in every such frame.
        itd: mean absolute ITD error, us; an item for each frame, undefined where the clip is silent.
    """

    ild: Score
    itd: Score


def interaural_scores(prediction: Samples, truth: Samples, *, sample_rate: int) -> InterauralScores:
    """Compare a clip's differences between its channels with a reference clip's, frame by frame.

    Args:
        prediction: (2, n) left and right.
        truth: (2, m); the longer of both is cut.
        sample_rate: Hz of both.

    Raises:
        InputError: not two channels, samples that are not finite, or less than one frame of 100 ms.
    """
    size = round(FRAME * sample_rate)
    count = min(prediction.shape[-1], truth.shape[-1]) // size
    if not count:
        raise InputError(f"expected at least {size} samples (100 ms), got {prediction.shape[-1]} and {truth.shape[-1]}")
    mine, theirs = (_spectra(one, size, count) for one in (prediction, truth))
    if not _energy(theirs).max() > QUIET * size:
        silence = "silent reference"
        return InterauralScores(ILD.undefined(silence), ITD.undefined(silence))
    return InterauralScores(_ild_score(mine, theirs, sample_rate), _itd_score(mine, theirs, sample_rate))


def ild(left: Array, right: Array) -> Array:
    """Give the level difference, dB, of energies, clipped to +-40 dB; nan where both are 0.

    Example:
        >>> ild(np.array([100.0, 1.0, 0.0]), np.array([1.0, 1.0, 1.0])).tolist()
        [20.0, 0.0, -40.0]
    """
    some = (left > 0) | (right > 0)
    ratio = np.clip(np.where(some, left, 1.0), 1e-300, None) / np.clip(np.where(some, right, 1.0), 1e-300, None)
    return np.where(some, np.clip(10.0 * np.log10(ratio), -CLIP, CLIP), np.nan)


def itd(spectra: NDArray[np.complex128], sample_rate: int) -> Array:
    """Give the delay, (k,) s, positive when the left leads, of (2, k, bins) one-sided spectra; nan for silence."""
    size = 2 * (spectra.shape[-1] - 1)
    frequency = np.arange(spectra.shape[-1]) * sample_rate / size
    low = (frequency > 0) & (frequency <= LOW)
    cross = spectra[0][:, low].conj() * spectra[1][:, low]
    lags = np.arange(-round(LONGEST / STEP), round(LONGEST / STEP) + 1) * STEP
    wave = (cross @ np.exp(2j * np.pi * np.outer(frequency[low], lags))).real
    place = wave.argmax(axis=1)
    inner = np.clip(place, 1, len(lags) - 2)
    row = np.arange(len(wave))
    before, top, after = wave[row, inner - 1], wave[row, inner], wave[row, inner + 1]
    bend = before - 2 * top + after
    share = np.divide(0.5 * (before - after), bend, out=np.zeros_like(bend), where=(bend < 0) & (inner == place))
    delay = lags[place] + np.clip(share, -0.5, 0.5) * STEP
    return np.where(np.abs(cross).sum(axis=1) > 0, delay, np.nan)


def _spectra(samples: Samples, size: int, count: int) -> NDArray[np.complex128]:
    """Give windowed spectra, (2, frames, bins)."""
    if samples.ndim != 2 or samples.shape[0] != 2 or not np.isfinite(samples).all():
        raise InputError(f"expected finite samples of shape (2, n), got shape {samples.shape}")
    frames = samples[:, : count * size].astype(np.float64).reshape(2, count, size)
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(size) + 0.5) / size)
    # twice as long, so that no delay wraps around
    return np.asarray(np.fft.rfft(frames * hann, 2 * size, axis=-1))


def _energy(spectra: NDArray[np.complex128]) -> Array:
    """Give both channels' energy, (frames,), in the scale of mean square times samples."""
    size = spectra.shape[-1] - 1
    return np.asarray((np.abs(spectra) ** 2).sum(axis=(0, 2)) / size / 0.375)


def _ild_score(mine: NDArray[np.complex128], theirs: NDArray[np.complex128], sample_rate: int) -> Score:
    frequency = np.arange(mine.shape[-1]) * sample_rate / (2 * (mine.shape[-1] - 1))
    items, mono = [], []
    for middle in BANDS:
        if middle * 2**0.5 > sample_rate / 2:
            continue
        band = (frequency >= middle / 2**0.5) & (frequency < middle * 2**0.5)
        a, b = ((np.abs(one[:, :, band]) ** 2).sum(axis=-1) for one in (mine, theirs))
        loud = _loud(b.sum(axis=0), theirs)
        gap = np.abs(ild(a[0], a[1]) - ild(b[0], b[1]))[loud]
        items.append(float(np.nanmean(gap)) if np.isfinite(gap).any() else np.nan)
        mono.append(float(np.abs(ild(b[0], b[1]))[loud].mean()) if loud.any() else np.nan)
    reason = "" if not np.isnan(items).any() else f"{int(np.isnan(items).sum())} of {len(items)} bands without energy"
    return ILD.mean(items, reason=reason, extra={"chance": float(np.nanmean(mono))})


def _itd_score(mine: NDArray[np.complex128], theirs: NDArray[np.complex128], sample_rate: int) -> Score:
    frequency = np.arange(mine.shape[-1]) * sample_rate / (2 * (mine.shape[-1] - 1))
    low = (frequency > 0) & (frequency <= LOW)
    loud = _loud((np.abs(theirs[:, :, low]) ** 2).sum(axis=(0, 2)), theirs)
    # a channel that is silent leaves nothing to correlate
    wanted = itd(theirs, sample_rate)
    known = loud & np.isfinite(wanted)
    if not known.any():
        return ITD.undefined("the reference has no frame with both channels below 1.5 kHz")
    gap = 1e6 * np.abs(itd(mine, sample_rate) - wanted)[known]
    lost = int(np.isnan(gap).sum())
    reason = f"{lost} of {len(gap)} frames silent in the clip" if lost else ""
    return ITD.mean(gap, reason=reason, extra={"chance": float(1e6 * np.abs(wanted[known]).mean())})


def _loud(energy: Array, spectra: NDArray[np.complex128]) -> NDArray[np.bool_]:
    """Say which frames, (k,), have energy in a band."""
    size = spectra.shape[-1] - 1
    floor = max(RANGE * energy.max(initial=0.0), QUIET * size * size * 0.375)
    return np.asarray(energy > floor)
