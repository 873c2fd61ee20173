"""Levels at two ears over time: the side, the course of their difference, and what a mirrored picture does to it.

All take energies, (2, frames), left ear first: of samples (`ear_energies`), or summed over the bands of a spectrogram,
so that sound never made audible can be measured too. The difference is left over right, dB, clipped to +-40; a frame
counts where the truth is within 30 dB of its loudest. Reference: Blauert, "Spatial Hearing", MIT Press 1997, 2.4.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seehear.errors import InputError
from seehear.media.stems import Samples
from seehear.scene.direction import Array
from seehear.score.interaural import ild
from seehear.score.score import Metric, Score

SIDE = Metric("ear_side", "", higher_is_better=True)
COURSE = Metric("ild_course", "dB", higher_is_better=False)
MIRROR = Metric("mirror_error", "dB", higher_is_better=False)
ONSET = Metric("onset_distance", "s", higher_is_better=False)

RANGE = 1e-3
"""Share of the loudest frame below which a frame does not count (-30 dB)."""

EVEN = 1.0
"""dB of true difference below which a frame has no side."""


class LevelScores(NamedTuple):
    """What `level_scores` gives.

    Attributes:
        side: share of frames on the right side, of those whose true difference is at least 1 dB; an item each.
        ild: root of the mean squared error of the difference, dB; an item, squared, for each frame that counts.
            ``extra["mono"]`` is what no difference at all scores.
    """

    side: Score
    ild: Score


def ear_energies(samples: Samples, sample_rate: int, *, frame: float = 0.128) -> Array:
    """Give the energies, (2, frames), of (2, n) samples in frames of so many seconds.

    Raises:
        InputError: not two channels, or less than a frame.
    """
    size = round(frame * sample_rate)
    if samples.ndim != 2 or samples.shape[0] != 2 or samples.shape[1] < size:
        raise InputError(f"expected (2, at least {size}) samples, got {samples.shape}")
    count = samples.shape[1] // size
    return np.asarray(np.square(samples[:, : count * size].astype(np.float64)).reshape(2, count, size).sum(axis=2))


def level_scores(prediction: ArrayLike, truth: ArrayLike) -> LevelScores:
    """Compare the level difference over time.

    Args:
        prediction: (2, frames) energies.
        truth: (2, frames) energies of the same frames.

    Raises:
        InputError: shapes that differ, or negative energies.

    Example:
        >>> scores = level_scores([[4.0, 1.0], [1.0, 1.0]], [[2.0, 1.0], [1.0, 2.0]])
        >>> scores.side.value, round(scores.ild.value, 2)
        (0.5, 3.01)
    """
    mine, theirs = _energies(prediction), _energies(truth)
    if mine.shape != theirs.shape:
        raise InputError(f"expected the same frames of both, got {mine.shape} and {theirs.shape}")
    counts = _counting(theirs)
    heard, asked = (np.nan_to_num(ild(one[0], one[1]))[counts] for one in (mine, theirs))
    if not counts.any():
        return LevelScores(SIDE.undefined("silent truth"), COURSE.undefined("silent truth"))
    aside = np.abs(asked) >= EVEN
    items = np.where(aside, np.sign(heard) == np.sign(asked), np.nan)
    side = SIDE.mean(items, reason="" if aside.any() else "no frame with a side")
    squared = np.square(heard - asked)
    mono = float(np.sqrt(np.square(asked).mean()))
    return LevelScores(side, COURSE.at(float(np.sqrt(squared.mean())), per_item=squared, extra={"mono": mono}))


def mirror_error(prediction: ArrayLike, mirrored: ArrayLike) -> Score:
    """Give how far the level difference is from turning round when the picture is mirrored; an item for each frame.

    Args:
        prediction: (2, frames) energies of what a picture was given.
        mirrored: (2, frames) energies of what the mirrored picture was given.

    Raises:
        InputError: shapes that differ, or negative energies.

    Example:
        >>> mirror_error([[10.0], [1.0]], [[1.0], [10.0]]).value
        0.0
    """
    one, other = _energies(prediction), _energies(mirrored)
    if one.shape != other.shape:
        raise InputError(f"expected the same frames of both, got {one.shape} and {other.shape}")
    counts = _counting(one)
    if not counts.any():
        return MIRROR.undefined("silence")
    gap = np.abs(np.nan_to_num(ild(one[0], one[1])) + np.nan_to_num(ild(other[0], other[1])))
    return MIRROR.mean(gap[counts])


def onset_distance(prediction: ArrayLike, truth: ArrayLike) -> Score:
    """Give the median distance from a true onset to the nearest one heard, s; an item for each true onset.

    A sound full of onsets is near every true one: read it beside the same with another clip's onsets as truth.

    Args:
        prediction: (n,) s.
        truth: (m,) s.

    Example:
        >>> onset_distance([0.5, 1.0], [0.52, 1.1, 1.0]).value
        0.02
    """
    heard, asked = (np.asarray(one, dtype=np.float64).reshape(-1) for one in (prediction, truth))
    if not len(asked):
        return ONSET.undefined("no true onset")
    if not len(heard):
        return ONSET.undefined("no onset heard")
    items = np.abs(asked[:, None] - heard).min(axis=1)
    return ONSET.at(round(float(np.median(items)), 9), per_item=items)


def rises(levels: ArrayLike, *, step: float, least: float = 3.0) -> Array:
    """Give the times, s, at which a sound's level rises: peaks of the mean rise over bands, at least 50 ms apart.

    Args:
        levels: (bands, frames) dB.
        step: s from frame to frame.
        least: dB, of the mean rise over two frames.

    Reference: Boeck et al., "Evaluating the online capabilities of onset detection methods", ISMIR 2012 (flux).
    """
    level = np.asarray(levels, dtype=np.float64)
    if level.shape[-1] < 3:
        return np.zeros(0)
    flux = np.maximum(level[:, 2:] - level[:, :-2], 0.0).mean(axis=0)
    reach = max(1, round(0.05 / step))
    padded = np.pad(flux, reach, constant_values=-np.inf)
    top = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).max(axis=1)
    peaks = np.flatnonzero((flux == top) & (flux >= least))
    return np.asarray((peaks + 1) * step)


def _energies(given: ArrayLike) -> Array:
    energies = np.asarray(given, dtype=np.float64)
    if energies.ndim != 2 or energies.shape[0] != 2 or not (energies >= 0).all():
        raise InputError(f"expected energies of shape (2, frames), at least 0, got shape {energies.shape}")
    return energies


def _counting(energies: Array) -> NDArray[np.bool_]:
    total = energies.sum(axis=0)
    return np.asarray((total > 0) & (total >= RANGE * total.max(initial=0.0)))
