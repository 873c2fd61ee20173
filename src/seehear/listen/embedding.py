"""A clip as one vector, so that nearest neighbours can be found without any learned weights.

Half of it is what the clip sounds like (mean, spread and mean step of 40 log-mel bands), half is what is measured of
where its sources are (for the two loudest: azimuth and level at eight times, and whether they have them; how many there
are). Either half has the same weight.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from seehear.listen.mel import FLOOR_DB, log_mel
from seehear.media import AudioClip
from seehear.scene.direction import Array

TIMES = 8
SOURCES = 2


class MeasuredSource(Protocol):
    """What is used of a source's measured facts (`seehear.listen.facts`)."""

    @property
    def times(self) -> Array:
        """(k,) seconds."""

    @property
    def azimuth(self) -> Array:
        """(k,) deg; nan unknown."""

    @property
    def level_db(self) -> Array:
        """(k,) dB."""

    @property
    def front_back(self) -> str:
        """Whether front is told from back."""


class Measured(Protocol):
    """What is used of a clip's measured facts (`seehear.listen.facts`)."""

    @property
    def duration(self) -> float:
        """Seconds."""

    @property
    def lines(self) -> tuple[str, ...]:
        """All of it in plain English, one sentence each."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What cannot be known, for the user."""

    @property
    def sources(self) -> Sequence[MeasuredSource]:
        """Loudest first."""


def embedding_of(clip: AudioClip, measured: Measured) -> Array:
    """Give a clip's vector.

    Args:
        clip: at 16 kHz.
        measured: its facts.

    Returns:
        (171,): 120 of sound, 51 of space.
    """
    mel = log_mel(clip)
    loud = mel[mel.max(axis=1) > FLOOR_DB + 20.0] if mel.max() > FLOOR_DB else mel[:1]
    steps = np.abs(np.diff(mel, axis=0)).mean(axis=0) if len(mel) > 1 else np.zeros(mel.shape[1])
    mean = loud.mean(axis=0)
    sound = np.concatenate([mean - mean.mean(), loud.std(axis=0), steps])
    found = [_space(source, measured.duration) for source in measured.sources[:SOURCES]]
    found += [np.zeros(3 * TIMES + 1)] * (SOURCES - len(found))
    return np.concatenate([sound, *found, [float(min(len(measured.sources), 4))]])


SOUND = 120
"""How many of the vector's numbers are of sound; they come first."""


def distances(query: Array, rows: Array) -> Array:
    """Give the distance from a vector to each of others, every number in units of its spread over all of them.

    Args:
        query: (171,).
        rows: (n, 171).

    Returns:
        (n,) 0 for the same vector.
    """
    both = np.concatenate([rows, query[None]])
    spread = both.std(axis=0)
    apart = (rows - query) / np.where(spread > 1e-9, spread, 1.0)
    return np.asarray(np.sqrt((apart[:, :SOUND] ** 2).mean(axis=1) + (apart[:, SOUND:] ** 2).mean(axis=1)))


def _space(source: MeasuredSource, duration: float) -> Array:
    """Sine of the azimuth and level at eight times over the clip, whether there is an azimuth, and 1: it is there."""
    if not len(source.times):
        return np.zeros(3 * TIMES + 1)
    times = (np.arange(TIMES) + 0.5) / TIMES * duration
    known = np.isfinite(source.azimuth)
    azimuth = (
        np.sin(np.deg2rad(np.interp(times, source.times[known], source.azimuth[known]))) if known.any() else times * 0
    )
    heard = np.isfinite(source.level_db)
    level = np.interp(times, source.times[heard], source.level_db[heard]) if heard.any() else times * 0
    return np.concatenate([azimuth, (level - level.max()) / 20, np.full(TIMES, float(known.any())), [1.0]])
