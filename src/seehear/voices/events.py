"""Sounds with a beginning: when they come, and how they are laid into the stream whole."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from seehear.voices.drive import Array
from seehear.voices.stage import Stage


class Beat(NamedTuple):
    """One moment.

    Attributes:
        time: seconds.
        speed: m/s then.
        activity: 0 to 1 then.
        number: 0, 1, 2 ... since the start.
        seen: whether it was given as a contact (True) or made up (False).
    """

    time: float
    speed: float
    activity: float
    number: int
    seen: bool


Strike = Callable[[Beat], Array]


def scatter(stage: Stage, beats: Iterable[Beat], strike: Strike) -> Iterator[Array]:
    """Lay a sound at each beat; what rings on is carried into the next chunks.

    Args:
        stage: gives the chunks' size and the length.
        beats: in order; only as many are asked for as are due.
        strike: gives a beat's samples, from its onset.
    """
    coming = iter(beats)
    ahead = next(coming, None)
    ringing = np.zeros(0)
    for start in range(0, stage.length, stage.chunk):
        total = np.zeros(max(stage.chunk, len(ringing)))
        total[: len(ringing)] = ringing
        while ahead is not None and round(ahead.time * stage.sample_rate) < start + stage.chunk:
            offset = max(round(ahead.time * stage.sample_rate) - start, 0)
            sound = strike(ahead)
            if offset + len(sound) > len(total):
                total = np.concatenate([total, np.zeros(offset + len(sound) - len(total))])
            total[offset : offset + len(sound)] += sound
            ahead = next(coming, None)
        yield total[: stage.chunk]
        ringing = total[stage.chunk :]


def shower(stage: Stage, rng: np.random.Generator, *, rate: float, grains: Sequence[Array]) -> Iterator[Array]:
    """Lay grains by chance, ``rate`` a second times the activity: as `scatter` of `chance`, for hundreds a second.

    Args:
        stage: gives the drive.
        rng: its stream.
        rate: grains a second at activity 1.
        grains: made once; each is picked as likely as the others.
    """
    ringing = np.zeros(0)
    for chunk in stage.chunks():
        total = np.zeros(chunk.size + max(len(one) for one in grains))
        total[: len(ringing)] = ringing
        count = int(rng.poisson(rate * chunk.size / stage.sample_rate))
        places, picks = rng.integers(0, chunk.size, count), rng.integers(0, len(grains), count)
        kept = rng.random(count) < np.maximum(chunk.activity[places], 0.02)
        for place, pick in zip(places[kept].tolist(), picks[kept].tolist(), strict=True):
            grain = grains[pick]
            total[place : place + len(grain)] += grain
        yield total[: chunk.size]
        ringing = total[chunk.size :]


def seen_or(stage: Stage, own: Iterable[Beat]) -> Iterator[Beat]:
    """Give the contacts that were seen; where none were, the voice's own beats."""
    drive = stage.drive
    if not len(drive.contacts):
        yield from own
        return
    for number, time in enumerate(drive.contacts):
        if 0 <= time < drive.duration:
            yield _beat(stage, float(time), number, seen=True)


def repeated(
    stage: Stage,
    rng: np.random.Generator,
    *,
    every: float,
    spread: float = 0.1,
    first: float = 0.1,
    active: bool = True,
) -> Iterator[Beat]:
    """Give beats at an even pace, each gap off by ``spread`` of itself (standard deviation, cut at two).

    Args:
        stage: gives the drive.
        rng: its stream.
        every: seconds between beats at activity 1.
        spread: fraction.
        first: seconds before the first.
        active: whether less activity makes them rarer (to a tenth of the pace at 0).
    """
    time, number = first, 0
    while time < stage.drive.duration:
        beat = _beat(stage, time, number, seen=False)
        yield beat
        pace = max(beat.activity, 0.1) if active else 1.0
        time += every / pace * (1 + spread * float(np.clip(rng.standard_normal(), -2, 2)))
        number += 1


def chance(stage: Stage, rng: np.random.Generator, *, rate: float, first: float = 0.0) -> Iterator[Beat]:
    """Give beats that come independently, ``rate`` a second times the activity (a Poisson process)."""
    time, number = first, 0
    while True:
        time += float(rng.exponential(1 / rate))
        if time >= stage.drive.duration:
            return
        beat = _beat(stage, time, number, seen=False)
        if rng.random() < max(beat.activity, 0.02):
            yield beat
            number += 1


def paced(
    stage: Stage,
    rate: Callable[[Array], Array],
    *,
    pace: float | None = None,
    phases: Sequence[float] = (0.0,),
    first: float = 0.0,
) -> Iterator[Beat]:
    """Give beats whose pace follows the speed: a cycle each time the integral of ``rate(speed)`` passes a whole number.

    Args:
        stage: gives the drive.
        rate: (n,) m/s to (n,) cycles a second.
        pace: m/s taken where the drive never moves.
        phases: where in the cycle the beats lie, rising, in [0, 1); beat ``number`` modulo their count tells which.
        first: fraction of a cycle between the start and the first beat.
    """
    done, number = -first, 0
    for chunk in stage.chunks(pace=pace):
        turns = np.concatenate([[done], done + np.cumsum(rate(chunk.speed)) / stage.sample_rate])
        passed = sum(np.diff(np.floor(turns - phase)) for phase in phases)
        for index in np.flatnonzero(np.asarray(passed) > 0):
            yield Beat(
                float(chunk.time[index]), float(chunk.speed[index]), float(chunk.activity[index]), number, False
            )  # fmt: skip
            number += 1
        done = float(turns[-1] % 1.0) if turns[-1] >= 1.0 else float(turns[-1])


def _beat(stage: Stage, time: float, number: int, *, seen: bool) -> Beat:
    drive = stage.drive
    speed = float(np.interp(time, drive.time, drive.speed))
    activity = float(np.interp(time, drive.time, drive.activity))
    return Beat(time, speed, activity, number, seen)
