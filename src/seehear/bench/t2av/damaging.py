"""Worlds made worse on purpose, each in five ways at three strengths: what a metric or a judge ought to notice.

Sides and pictures are damaged in worlds of vehicles on their way (preset ``translational``), time in worlds of contacts
(``foley``) in which something is sudden. A world qualifies by its truth, never by a metric: one thing sounds and moves;
and where time is asked it is no walker, whose movement has nothing sudden in it, and no steady rhythm that a delay
carries onto itself, since a sound that is late by its own period is in time again.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.media.stems import Samples

if TYPE_CHECKING:
    from seehear.simulate import World

SIZE_WH, FPS, SECONDS, RATE = (320, 180), Fraction(25), 6.0, 48000
PEAK = 0.7
SMOOTH = 0.1
"""s over which the level of a sound is followed."""

EVEN = frozenset({"person"})
"""Labels whose movement has nothing sudden in it."""

BESIDE = 0.06
"""s within which a delayed contact counts as on another one."""


class Damage(NamedTuple):
    """One way to make a clip worse.

    Attributes:
        name: in tables.
        preset: of the worlds.
        strengths: three, the last one full.
        unit: of the strengths.
        intended: columns that ought to notice it; empty: only a judge can.
    """

    name: str
    preset: str
    strengths: tuple[float, float, float]
    unit: str
    intended: tuple[str, ...]


DAMAGES: Mapping[str, Damage] = MappingProxyType(
    {
        one.name: one
        for one in (
            Damage("swapped sides", "translational", (0.6, 0.8, 1.0), "share", ("moving_side_agreement",)),
            Damage("late sound", "foley", (0.1, 0.2, 0.3), "s", ("onset_to_motion_offset",)),
            Damage("wrong material", "translational", (0.33, 0.67, 1.0), "share", ()),
            Damage("frozen picture", "translational", (0.25, 0.5, 1.0), "share", ("frozen_share",)),
            Damage("clipped sound", "translational", (6.0, 12.0, 20.0), "dB", ("clipping",)),
        )
    }
)
PRESETS = ("translational", "foley")


class Source(NamedTuple):
    """A clean world: (n, height, width, 3) frames, (2, n) stereo sound, peak 0.7, and another world's sound."""

    frames: NDArray[np.uint8]
    sound: Samples
    other: Samples
    label: str


def source_of(seed: int, preset: str, index: int) -> Source:
    """Make the clean world ``index``: the first of its line that qualifies."""
    tries = 0
    while True:
        world = _world(seed, preset, index, tries)
        if _qualifies(world, preset):
            break
        tries += 1
    sound = sound_of(world)
    other = sound_of(_world(seed + 1, preset, index, 0)) if preset == "translational" else sound
    return Source(np.stack(list(world.frames())), sound, other, world.scene.objects[0].label or "?")


def falls_on_itself(contacts: Sequence[float], delay: float) -> bool:
    """Say whether a delay carries half or more of a rhythm's contacts onto others of it.

    Example:
        >>> falls_on_itself([0.5, 0.8, 1.1, 1.4], 0.3), falls_on_itself([0.5, 1.1, 1.6], 0.3)
        (True, False)
    """
    times = np.asarray(contacts, dtype=np.float64)
    late = times[times + delay < times.max(initial=0.0) + BESIDE] + delay
    return bool(len(late)) and float((np.abs(late[:, None] - times).min(axis=1) < BESIDE).mean()) >= 0.5


def sound_of(world: "World") -> Samples:
    """Give a world's stereo sound, (2, n), peak 0.7."""
    mix = world.mixes(("stereo",))["stereo"]
    return np.asarray(mix * (PEAK / max(float(np.abs(mix).max(initial=0.0)), 1e-9)), dtype=np.float32)


def damaged_sound(source: Source, damage: str, strength: float) -> Samples:
    """Give the damaged sound, (2, n); that of a frozen picture is whole."""
    sound = source.sound
    if damage == "swapped sides":
        return np.asarray((1 - strength) * sound + strength * sound[::-1], dtype=np.float32)
    if damage == "late sound":
        lost = round(strength * RATE)
        return np.concatenate([np.zeros((2, lost), np.float32), sound[:, :-lost]], axis=1)
    if damage == "wrong material":
        return np.asarray((1 - strength) * sound + strength * _dressed(source), dtype=np.float32)
    if damage == "clipped sound":
        return np.asarray(np.clip(sound / PEAK * 10 ** (strength / 20), -1.0, 1.0), dtype=np.float32)
    return sound


def damaged_frames(source: Source, damage: str, strength: float) -> NDArray[np.uint8]:
    """Give the damaged picture; only freezing changes it: its last share shows one frame."""
    if damage != "frozen picture":
        return source.frames
    start = round((1 - strength) * len(source.frames))
    held = source.frames.copy()
    held[start:] = source.frames[start]
    return held


def _qualifies(world: "World", preset: str) -> bool:
    things = world.scene.objects
    if len(things) != 1 or (preset == "foley" and things[0].label in EVEN):
        return False
    contacts = things[0].extra.get("contacts", []) if preset == "foley" else []
    return not any(falls_on_itself(contacts, delay) for delay in DAMAGES["late sound"].strengths)


def _dressed(source: Source) -> Samples:
    """Give the other world's sound with this one's level over time in each channel: same place, another thing."""
    mono = source.other.mean(axis=0)[: source.sound.shape[1]]
    mono = np.pad(mono, (0, source.sound.shape[1] - len(mono)))
    flat = mono / np.maximum(_level(mono), 1e-3)
    return np.asarray(np.stack([flat * _level(channel) for channel in source.sound]), dtype=np.float32)


def _level(samples: NDArray[np.floating]) -> NDArray[np.float64]:
    size = round(SMOOTH * RATE)
    total = np.concatenate([[0.0], np.cumsum(np.pad(samples.astype(np.float64) ** 2, size // 2, mode="edge"))])
    level = np.sqrt(np.maximum(total[size:] - total[:-size], 0.0) / size)
    return np.asarray(level[: len(samples)], dtype=np.float64)


def _world(seed: int, preset: str, index: int, tries: int) -> "World":
    from seehear.simulate import to_world
    from seehear.simulate.dataset import rng_of

    return to_world(
        rng_of(seed + 1000 * tries, f"damage {preset}", index), preset=preset, size_wh=SIZE_WH, fps=FPS,
        duration=SECONDS, sample_rate=RATE,
    )  # fmt: skip
