"""Retarded time: when the sound that is heard now was emitted by a moving source.

The listener is at the origin. For a receive time t the emission time te solves |s(te)| = c (t - te). The frequency
ratio heard is d te / d t. Times in seconds, positions in metres, speeds in m/s.

Reference: Morse & Ingard, "Theoretical Acoustics", 1968, section 11.2 (moving sources).
"""

from itertools import pairwise
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seehear.errors import InputError
from seehear.scene import Path, Place, SceneObject
from seehear.scene.direction import Array

SPEED_OF_SOUND = 343.0
"""m/s, air at 20 deg C."""

_COARSE = 16
_PRECISE = 1e-13


class MovingPoint(Protocol):
    """A place that moves: a `Path`, or its image in a wall."""

    def at(self, time: ArrayLike) -> Place:
        """Give direction and distance at (n,) times."""
        ...

    def velocity_at(self, time: ArrayLike) -> Array:
        """Give the velocity, (n, 3) m/s, at (n,) times."""
        ...


class Emission(NamedTuple):
    """When and where the sound heard at (n,) receive times was emitted.

    Attributes:
        time: (n,) s, the emission time.
        rate: (n,) d(emission time)/d(receive time): the frequency ratio, above 1 while approaching.
        place: direction and distance at emission.
    """

    time: Array
    rate: Array
    place: Place


def emission_of(point: MovingPoint, receive: ArrayLike) -> Emission:
    """Solve |s(te)| = c (t - te) for the emission times.

    Args:
        point: the source; its distance must be known and its speed below that of sound (`check_subsonic`).
        receive: (n,) s, rising evenly or in any order.

    Returns:
        Emission times good to 1e-12 s, with rates and places.

    Example:
        >>> still = Path(SceneObject(id="a", keyframes=[{"time": 0, "azimuth": 0, "distance": 343.0}]))
        >>> emission_of(still, [2.0]).time.tolist()
        [1.0]
    """
    times = np.atleast_1d(np.asarray(receive, dtype=np.float64))
    guess = times - point.at(times).distance / SPEED_OF_SOUND if len(times) < 3 * _COARSE else _coarse(point, times)
    emitted = _newton(point, times, guess)
    return _emission(point, emitted)


def check_subsonic(path: Path, thing: SceneObject) -> None:
    """Refuse a path that moves at the speed of sound or faster.

    Raises:
        InputError: names the object, the time and the speed.
    """
    if not path.has_distance:
        return
    keys = np.array([key.time for key in thing.keyframes if key.azimuth is not None])
    times = np.unique(np.concatenate([np.linspace(a, b, 33) for a, b in pairwise(keys)] or [keys]))
    speed = np.linalg.norm(path.velocity_at(times), axis=-1)
    worst = int(np.argmax(speed))
    if speed[worst] >= SPEED_OF_SOUND:
        raise InputError(
            f"expected object {thing.id!r} to move slower than sound ({SPEED_OF_SOUND:g} m/s), "
            f"got {speed[worst]:.0f} m/s at {times[worst]:.3f} s: check its distances and keyframe times"
        )


def _emission(point: MovingPoint, emitted: Array) -> Emission:
    place = point.at(emitted)
    radial = np.nan_to_num((point.velocity_at(emitted) * place.direction).sum(axis=-1))
    return Emission(emitted, 1.0 / (1.0 + radial / SPEED_OF_SOUND), place)


def _coarse(point: MovingPoint, times: Array) -> Array:
    """Guess between exact solutions at every 16th time by cubic Hermite: one Newton step then is enough."""
    knots = np.concatenate([times[:-1:_COARSE], times[-1:]])
    if not (np.diff(knots) > 0).all():
        return np.asarray(times - point.at(times).distance / SPEED_OF_SOUND)
    solved = emission_of(point, knots) if len(knots) >= 3 * _COARSE else _solve_plainly(point, knots)
    left = np.clip(np.searchsorted(knots, times, side="right") - 1, 0, len(knots) - 2)
    span = knots[left + 1] - knots[left]
    u = (times - knots[left]) / span
    rise, fall = u * u * (3 - 2 * u), u * (1 - u)
    start, end = solved.time[left], solved.time[left + 1]
    bend = fall * span * ((1 - u) * solved.rate[left] - u * solved.rate[left + 1])
    return np.asarray(start + (end - start) * rise + bend)


def _solve_plainly(point: MovingPoint, times: Array) -> Emission:
    return _emission(point, _newton(point, times, times - point.at(times).distance / SPEED_OF_SOUND))


def _newton(point: MovingPoint, times: Array, guess: Array) -> Array:
    """Newton's method on g(te) = te + |s(te)|/c - t, kept inside a shrinking bracket: g rises, so it always ends."""
    emitted, low, high = guess, np.full_like(times, -np.inf), np.full_like(times, np.inf)
    for _ in range(60):
        place = point.at(emitted)
        miss = emitted + place.distance / SPEED_OF_SOUND - times
        if np.abs(miss).max(initial=0.0) < _PRECISE * (1.0 + np.abs(times).max(initial=0.0)):
            break
        low, high = (
            np.where(miss < 0, np.maximum(low, emitted), low),
            np.where(miss > 0, np.minimum(high, emitted), high),
        )
        radial = np.nan_to_num((point.velocity_at(emitted) * place.direction).sum(axis=-1))
        step = emitted - miss / (1.0 + radial / SPEED_OF_SOUND)
        bracketed = np.isfinite(low) & np.isfinite(high)
        middle = np.where(bracketed, 0.5 * (np.where(bracketed, low, 0) + np.where(bracketed, high, 0)), step)
        emitted = np.where((step < low) | (step > high), middle, step)
    return emitted


def horizon(point: Path, thing: SceneObject, shift: NDArray[np.float64] | None = None) -> float:
    """Bound the farthest distance, m, that a path reaches: its PCHIP stays within its keyframes axis by axis.

    Args:
        point: the path, its distance known.
        thing: the object of that path.
        shift: (3,) m added to the bound of each axis, for images.
    """
    keys = np.array([key.time for key in thing.keyframes if key.azimuth is not None])
    reach = np.abs(point.at(keys).position).max(axis=0) + (0.0 if shift is None else np.abs(shift))
    return float(np.linalg.norm(reach))
