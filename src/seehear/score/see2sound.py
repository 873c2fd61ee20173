"""SEE-2-SOUND's own similarity set, as published, to be able to show what it does and does not hear.

All channels are averaged to mono first, so it is blind to every left-right question: a swapped or folded clip scores
as the clip itself. And as coded: MFCC-DTW warps the 13 coefficients' order instead of time and averages the accumulated
costs, so that a clip against itself scores about 1e-4, not 1, and two noises can score higher; rhythm counts onsets
only where they agree to the sample; SWASS's weights sum to 0.8. Do not rank systems by it.

References: Dagli et al., "SEE-2-SOUND: zero-shot spatial environment-to-spatial sound", arXiv 2406.06612, 2024, and
its published code (its readings of the sound: those of librosa 0.10 and pystoi 0.4). It can differ from that code by
1e-2 in chroma (another resampler inside the constant-Q transform) and by 1e-3 elsewhere.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from seehear.errors import InputError
from seehear.scene.direction import Array
from seehear.score.score import Metric, Score
from seehear.score.spectral import onset_times
from seehear.score.stoi import stoi
from seehear.score.timbre import chroma, mfcc, pre_emphasised, spectral_contrast

NAMES = ("mfcc_dtw", "zero_crossings", "rhythm", "chroma", "contrast", "perceptual", "swass")
METRICS = {name: Metric(f"see2sound_{name}", "", higher_is_better=True) for name in NAMES}

CEPSTRAL_RATE, RATE, SPEECH_RATE = 22_050, 44_100, 16_000
WEIGHTS = (0.2, 0.2, 0.2, 0.1, 0.1)
"""Of zero crossings, rhythm, chroma, contrast, perceptual: the published six by position, the sixth never used."""


class See2SoundSimilarity(NamedTuple):
    """What `see2sound_similarity` gives."""

    mfcc_dtw: Score
    zero_crossings: Score
    rhythm: Score
    chroma: Score
    contrast: Score
    perceptual: Score
    swass: Score


def see2sound_similarity(prediction: ArrayLike, truth: ArrayLike, *, sample_rate: int) -> See2SoundSimilarity:
    """Compare two clips as SEE-2-SOUND's evaluation does.

    Args:
        prediction: (channels, n), in the published comparison the file on the right.
        truth: (channels, m), the one on the left (STOI takes it for the clean one).
        sample_rate: Hz of both.

    Returns:
        Undefined where a clip is silent; rhythm and with it SWASS also where a clip has no onset.

    Raises:
        InputError: not (channels, samples), empty, or not finite.
    """
    left, right = _mono(truth), _mono(prediction)
    if not (left.any() and right.any()):
        return See2SoundSimilarity(*(METRICS[name].undefined("silence") for name in NAMES))
    values = _similarities(left, right, sample_rate)
    scores = []
    for name, value in zip(NAMES, values, strict=True):
        missing = np.isnan(value)
        scores.append(METRICS[name].undefined("a clip without onsets") if missing else METRICS[name].at(value))
    return See2SoundSimilarity(*scores)


def _similarities(left: Array, right: Array, sample_rate: int) -> list[float]:
    cepstral = [_at_rate(one, sample_rate, CEPSTRAL_RATE) for one in (left, right)]
    wide = [_at_rate(one, sample_rate, RATE) for one in (left, right)]
    count = min(len(wide[0]), len(wide[1]))
    speech = [_at_rate(one[:count], RATE, SPEECH_RATE) for one in wide]
    parts = [
        1.0 - abs(_crossings(wide[0]) - _crossings(wide[1])),
        _rhythm(wide[0], wide[1]),
        _chroma(wide[0], wide[1]),
        _contrast(wide[0], wide[1]),
        (stoi(speech[1], speech[0], SPEECH_RATE) + 1.0) / 2.0,
    ]
    swass = sum(weight * part for weight, part in zip(WEIGHTS, parts, strict=True))
    return [_mfcc_dtw(cepstral[0], cepstral[1]), *parts, swass]


def _mfcc_dtw(left: Array, right: Array) -> float:
    count = max(len(left), len(right))
    rows = [mfcc(np.pad(pre_emphasised(one), (0, count - len(one))), CEPSTRAL_RATE) for one in (left, right)]
    return float(1.0 / (1.0 + accumulated_cost(rows[0], rows[1]).mean()))


def accumulated_cost(first: Array, second: Array) -> Array:
    """Give dynamic time warping's accumulated costs between rows (n, d) and (m, d), Euclidean, steps of one, (n, m).

    Reference: Mueller, "Information Retrieval for Music and Motion", 2007, section 4.1.
    """
    cost = np.linalg.norm(first[:, None] - second[None], axis=-1)
    cost[0] = np.cumsum(cost[0])
    for i in range(1, len(cost)):
        cost[i, 0] += cost[i - 1, 0]
        for j in range(1, cost.shape[1]):
            cost[i, j] += min(cost[i - 1, j - 1], cost[i - 1, j], cost[i, j - 1])
    return np.asarray(cost)


def _crossings(samples: Array) -> float:
    return float(np.mean(np.diff(np.sign(samples)) != 0))


def _rhythm(left: Array, right: Array) -> float:
    """Correlate trains of onsets, one sample each; nan where a train is empty."""
    count = min(len(left), len(right))
    trains = np.zeros((2, max(len(left), count)))
    for train, samples in zip(trains, (left, right[:count]), strict=True):
        places = (onset_times(samples, RATE) * RATE).astype(np.int64)
        train[places[places < len(samples)]] = 1.0
    trains = trains[:, :count]
    if not trains.any(axis=1).all():
        return float("nan")
    return float((np.corrcoef(trains[0], trains[1]).flat[1] + 1.0) / 2.0)


def _chroma(left: Array, right: Array) -> float:
    a, b = chroma(left, RATE), chroma(right, RATE)
    count = min(a.shape[1], b.shape[1])
    return float(1.0 - np.abs(a[:, :count] - b[:, :count]).mean())


def _contrast(left: Array, right: Array) -> float:
    a, b = spectral_contrast(left, RATE), spectral_contrast(right, RATE)
    count = min(a.shape[1], b.shape[1])
    a, b = a[:, :count], b[:, :count]
    top = max(np.abs(a).max(), np.abs(b).max())
    return float(1.0 - np.abs(a - b).mean() / top) if top > 0 else 1.0


def _mono(given: ArrayLike) -> Array:
    samples = np.atleast_2d(np.asarray(given, dtype=np.float64))
    if samples.ndim != 2 or not samples.size or not np.isfinite(samples).all():
        raise InputError(f"expected finite samples of shape (channels, samples), got shape {samples.shape}")
    return np.asarray(samples.mean(axis=0))


def _at_rate(samples: Array, before: int, after: int) -> Array:
    if before == after:
        return samples
    import soxr

    return np.asarray(soxr.resample(samples, before, after, quality="HQ"), dtype=np.float64)
