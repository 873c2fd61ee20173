"""From a label to an act: a rhythm or a drive, the voice's sound, the spans in which it sounds."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from seehear.figures.act import Act, gated
from seehear.figures.cast import CAST
from seehear.scene.direction import Array
from seehear.simulate.track import Waypoint, way_through
from seehear.simulate.world import Setting
from seehear.voices import Drive
from seehear.voices.performance import level_db, make

_PACE = 0.04  # seconds between looks at a speed
_LEVEL = -24.0  # LUFS at 1 m that unlike voices are drawn towards


class Performance(NamedTuple):
    """What one thing does in a world.

    Attributes:
        act: its sound and motions.
        spans: when it sounds.
    """

    act: Act
    spans: tuple[tuple[float, float], ...]


def perform(
    label: str,
    setting: Setting,
    *,
    way: Sequence[Waypoint] = (),
    contacts: Sequence[float] | None = None,
    strength: Sequence[float] = (),
    rng: np.random.Generator,
) -> Performance:
    """Let a thing sound.

    Args:
        label: one of `CAST`.
        setting: duration and sample rate.
        way: where it goes; its speed drives the voice.
        contacts: seconds of its contacts; None: a rhythm of its own where it is struck.
        strength: of each contact, [0, 1]; empty: as the voice has it.
        rng: settles the rhythm and the voice.
    """
    struck = CAST[label].doing == "struck"
    if contacts is None:
        contacts = rhythm(CAST[label].every, setting.duration, rng=rng) if struck else ()
    times, speed, metres = _speed(way, setting.duration)
    drive = Drive(setting.duration, times, np.clip(speed, 0.0, 340.0), np.ones_like(times), np.array(contacts))
    samples = make(label, drive, sample_rate=setting.sample_rate, rng=rng)
    if len(strength):
        samples = np.asarray(samples * _fading(contacts, strength, len(samples), setting.sample_rate), np.float32)
    act = Act(samples, setting.sample_rate, contacts=contacts, times=times, metres=metres)
    spans = act.spans()
    if CAST[label].doing == "steady" and not len(way):
        spans = _part(spans, setting.duration, rng)
    heard = gated(samples, spans, setting.sample_rate)
    return Performance(Act(heard, setting.sample_rate, contacts=contacts, times=times, metres=metres), spans)


def rhythm(every: tuple[float, float], duration: float, *, rng: np.random.Generator) -> tuple[float, ...]:
    """Give contacts a little unevenly spaced; now and then a rest. Exact to the tenth of a millisecond."""
    gap, even = float(rng.uniform(*every)), every[0] == every[1]
    rest = 0 if even or rng.random() < 0.6 else int(rng.integers(3, 7))
    time, found = float(rng.uniform(0.15, 0.45)), []
    while time < duration - 0.15:
        found.append(round(time, 4))
        time += gap * (1 if even else float(rng.uniform(0.92, 1.08)))
        if rest and len(found) % rest == 0:
            time += 1.5 * gap
    return tuple(found) or (round(0.5 * duration, 4),)


def gain_for(label: str, nearest: float) -> float:
    """Give the gain, dB, that makes unlike things at unlike distances about as loud as each other: two thirds of it.

    Args:
        label: one of `CAST`.
        nearest: metres it comes to.
    """
    return round(0.66 * (20 * float(np.log10(max(nearest, 1.0))) + _LEVEL - level_db(label)), 1)


def _speed(way: Sequence[Waypoint], duration: float) -> tuple[Array, Array, Array]:
    """Seconds, m/s and metres travelled along a way."""
    if not len(way):
        return np.zeros(1), np.zeros(1), np.zeros(1)
    times = np.linspace(0.0, duration, int(np.ceil(duration / _PACE)) + 1)
    places = way_through(way).at(times).position
    steps = np.linalg.norm(np.diff(places, axis=0), axis=1)
    speed = np.gradient(np.concatenate([[0.0], np.cumsum(steps)]), times)
    return times, speed, np.concatenate([[0.0], np.cumsum(steps)])


def _fading(contacts: Sequence[float], strength: Sequence[float], count: int, sample_rate: int) -> Array:
    """A gain that is each contact's strength from just before it to the next."""
    knots = np.array([[time - 0.002, time - 0.001] for time in contacts]).ravel()
    values = np.repeat(np.array(strength), 2)
    values[::2] = np.concatenate([[strength[0]], np.array(strength)[:-1]])
    return np.asarray(np.interp(np.arange(count) / sample_rate, knots, values), dtype=np.float32)


def _part(
    spans: tuple[tuple[float, float], ...], duration: float, rng: np.random.Generator
) -> tuple[tuple[float, float], ...]:
    """Keep only a part of a steady sound, now and then."""
    draw, start, length = rng.random(), float(rng.uniform(0.05, 0.45)), float(rng.uniform(0.3, 0.5))
    if draw < 0.6:
        return spans
    return ((round(start * duration, 3), round((start + length) * duration, 3)),)
