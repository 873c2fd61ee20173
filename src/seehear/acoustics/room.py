"""A shoebox room: its images of a source, and how much its walls take.

Lengths in metres from the room's corner, axes as the world's (x front, y left, z up). All walls absorb alike, as much
as the room's reverberation time asks for.

References: Allen and Berkley, "Image method for efficiently simulating small-room acoustics", JASA 65 (1979); Eyring,
"Reverberation time in 'dead' rooms", JASA 1 (1930); Kuttruff, "Room Acoustics", 6th ed., 4.1 (density of images).
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from seehear.acoustics.retarded import SPEED_OF_SOUND
from seehear.errors import InputError
from seehear.scene import Path, Room, SceneObject
from seehear.scene.direction import Array

IMAGE_ORDER = 2
"""Reflections followed one by one; later ones are the tail's."""

_DECAY = 6 * np.log(10)
_SLACK = 1e-6


class Reflection(NamedTuple):
    """One image of any source, relative to the listener: ``sign * source + shift``.

    Attributes:
        walls: how often, and at which side first, each axis' walls reflect.
        sign: (3,) 1 or -1.
        shift: (3,) m.
        order: number of reflections.
    """

    walls: tuple[int, int, int]
    sign: Array
    shift: Array
    order: int


def reflections_of(room: Room, order: int = IMAGE_ORDER) -> list[Reflection]:
    """Give the images up to an order, the source itself left out.

    On an axis of length L an even index i puts the image at i L + s, an odd one at (i + 1) L - s.

    Example:
        >>> len(reflections_of(Room(size=(6, 4, 3), listener=(3, 2, 1.5), rt60=0.4)))
        24
    """
    size, listener = np.array(room.size), np.array(room.listener)
    found = []
    for index in np.ndindex(*(2 * order + 1,) * 3):
        steps = np.array(index) - order
        count = int(np.abs(steps).sum())
        if 0 < count <= order:
            odd = steps % 2 == 1
            shift = np.where(odd, (steps + 1) * size - 2 * listener, steps * size)
            found.append(
                Reflection((int(steps[0]), int(steps[1]), int(steps[2])), np.where(odd, -1.0, 1.0), shift, count)
            )
    return sorted(found, key=lambda one: (one.order, one.walls))


def reflection_factor(room: Room) -> float:
    """Give the pressure a wall throws back, 0 to 1, that makes the room's reverberation time by Eyring's formula.

    alpha = 1 - exp(-24 ln 10 V / (c S T)), factor = sqrt(1 - alpha): below 1 for every time, however short.
    """
    x, y, z = room.size
    surface = 2 * (x * y + y * z + z * x)
    return float(np.exp(-2 * _DECAY * x * y * z / (SPEED_OF_SOUND * surface * room.rt60)))


def diffuse_density(room: Room, time: Array) -> Array:
    """Give the energy per second of all reflections together, (n,), at (n,) s after emission; 1 = the sound at 1 m.

    As many images as 4 pi c^3 t^2 / V a second, each 1 / (c t)^2, decaying by 60 dB in the reverberation time.
    """
    x, y, z = room.size
    return np.asarray(4 * np.pi * SPEED_OF_SOUND / (x * y * z) * np.exp(-_DECAY / room.rt60 * np.asarray(time)))


def followed_density(room: Room, time: Array, order: int = IMAGE_ORDER) -> Array:
    """Give the energy per second, (n,), that images up to an order bring at (n,) s: the tail gives the rest.

    A ray of length r and direction u, begun anywhere in the room, has met floor(r |u_x| / x + share) walls across x,
    and so on: the mean over directions and beginnings, each meeting at the walls' loss.
    """
    count = 4096
    height, around = (np.arange(count) + 0.5) / count, np.pi * (3 - np.sqrt(5)) * np.arange(count)
    level = np.sqrt(1 - height**2)
    rays = np.abs(np.stack([level * np.cos(around), level * np.sin(around), height], axis=-1)) / np.array(room.size)
    begun = (np.arange(count)[:, None] * np.array([0.8191725134, 0.6710436067, 0.5497004779])) % 1.0
    reach = np.linspace(0.0, (order + 1) * float(np.linalg.norm(room.size)), 400)
    kept = reflection_factor(room) ** 2
    share = []
    for metres in reach:
        walls = np.floor(metres * rays + begun).sum(axis=-1)
        share.append(np.mean(np.where(walls <= order, kept**walls, 0.0)))
    bare = 4 * np.pi * SPEED_OF_SOUND / float(np.prod(room.size))
    return np.asarray(bare * np.interp(SPEED_OF_SOUND * np.asarray(time), reach, share))


def check_inside(room: Room, path: Path, thing: SceneObject) -> None:
    """Refuse an object that leaves the room.

    Raises:
        InputError: names the object and the time.
    """
    stamps = np.array([key.time for key in thing.keyframes if key.azimuth is not None])
    times = np.unique(np.concatenate([np.linspace(a, b, 17) for a, b in pairwise(stamps)] or [stamps]))
    place = path.at(times).position + np.array(room.listener)
    out = np.flatnonzero(((place < -_SLACK) | (place > np.array(room.size) + _SLACK)).any(axis=-1))
    if len(out):
        corner, time = place[out[0]].round(2).tolist(), times[out[0]]
        raise InputError(
            f"expected object {thing.id!r} inside the room of {tuple(room.size)} m, got {corner} m from its corner "
            f"at {time:.3f} s: move it, or enlarge the room"
        )
