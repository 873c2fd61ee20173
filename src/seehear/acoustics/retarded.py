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

_COARSE = 8
_LAST_STEP = 1e-9
_STEPS = 60


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
    if len(times) < 3 * _COARSE or not (np.diff(times) > 0).all():
        return _newton(point, times, times - point.at(times).distance / SPEED_OF_SOUND)
    return _newton(point, times, _coarse(point, times))


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


def _coarse(point: MovingPoint, times: Array) -> Array:
    """Guess between exact solutions at every 8th time by cubic Hermite: one Newton step then is enough."""
    knots = np.append(times[:-1:_COARSE], times[-1])
    solved = _newton(point, knots, knots - point.at(knots).distance / SPEED_OF_SOUND)
    left = np.clip(np.searchsorted(knots, times, side="right") - 1, 0, len(knots) - 2)
    span = knots[left + 1] - knots[left]
    u = (times - knots[left]) / span
    start, end = solved.time[left], solved.time[left + 1]
    bend = u * (1 - u) * span * ((1 - u) * solved.rate[left] - u * solved.rate[left + 1])
    return np.asarray(start + (end - start) * u * u * (3 - 2 * u) + bend)


def _newton(point: MovingPoint, times: Array, guess: Array) -> Emission:
    """Newton's method on g(te) = te + |s(te)|/c - t, kept inside a shrinking bracket: g rises, so it always ends.

    Convergence is quadratic: after a step from a miss below 1e-9 s nothing is left to correct, in place or rate either.
    """
    emitted, low, high = guess, np.full_like(times, -np.inf), np.full_like(times, np.inf)
    for _ in range(_STEPS):
        place = point.at(emitted)
        radial = (point.velocity_at(emitted) * place.direction).sum(axis=-1)
        rate = 1.0 / (1.0 + radial / SPEED_OF_SOUND)
        miss = emitted + place.distance / SPEED_OF_SOUND - times
        step = emitted - miss * rate
        if np.abs(miss).max(initial=0.0) < _LAST_STEP:
            break
        low, high = np.where(miss < 0, np.fmax(low, emitted), low), np.where(miss > 0, np.fmin(high, emitted), high)
        bracketed = np.isfinite(low) & np.isfinite(high)
        outside = bracketed & ((step < low) | (step > high))
        emitted = np.where(outside, 0.5 * (np.where(outside, low, 0.0) + np.where(outside, high, 0.0)), step)
    return Emission(step, rate, Place(place.direction, SPEED_OF_SOUND * (times - step)))


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
