"""An object's path between its keyframes. This path is the truth: simulator, renderer and scores read it from here.

Where two neighbouring keyframes have a distance, the position follows a shape-preserving cubic (PCHIP) in Cartesian
metres; otherwise the direction follows the great circle. Before the first keyframe and after the last it is held.
Boxes are linear. Directions are fixed to the world.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seehear.scene.direction import Array, angles_to_vector, great_circle, vector_to_angles
from seehear.scene.scene import Keyframe, SceneObject


class Place(NamedTuple):
    """Where an object is at (n,) times.

    Attributes:
        direction: (n, 3) unit vectors, world-fixed; nan where the direction is unknown.
        distance: (n,) metres; nan where unknown.
    """

    direction: Array
    distance: Array

    @property
    def azimuth(self) -> Array:
        """(n,) deg in [-180, 180)."""
        return vector_to_angles(self.direction)[0]

    @property
    def elevation(self) -> Array:
        """(n,) deg in [-90, 90]."""
        return vector_to_angles(self.direction)[1]

    @property
    def position(self) -> Array:
        """(n, 3) metres; nan where the distance is unknown."""
        return self.direction * self.distance[:, None]


class Path:
    """Evaluates an object's place at any time.

    A keyframe without azimuth says nothing of direction and is passed over; one without elevation lies on the horizon.

    Attributes:
        has_direction: whether any keyframe has an azimuth.
        has_distance: whether every keyframe with an azimuth has a distance too; only then are delay, Doppler,
            distance gain and air applied by the renderer.

    Example:
        >>> keys = [{"time": 0, "azimuth": 45, "distance": 2**0.5}, {"time": 2, "azimuth": -45, "distance": 2**0.5}]
        >>> place = Path(SceneObject(id="car", keyframes=keys)).at([0.5, 1.0])
        >>> place.position.round(3).tolist()
        [[1.0, 0.5, 0.0], [1.0, 0.0, 0.0]]
    """

    def __init__(self, thing: SceneObject) -> None:
        self._object = thing
        keys = [key for key in thing.keyframes if key.azimuth is not None]
        self.has_direction = bool(keys)
        self._times = np.array([key.time for key in keys])
        self._unit = _units(keys)
        self._distance = np.array([np.nan if key.distance is None else key.distance for key in keys])
        known = np.isfinite(self._distance)
        self.has_distance = bool(keys) and bool(known.all())
        self._runs = [_Cubic(self._times[run], self._metres()[run]) for run in _runs(known)]

    def at(self, time: ArrayLike) -> Place:
        """Give direction and distance at (n,) times in seconds."""
        times = np.atleast_1d(np.asarray(time, dtype=np.float64))
        if not self.has_direction:
            return Place(np.full((len(times), 3), np.nan), np.full(len(times), np.nan))
        held = np.clip(times, self._times[0], self._times[-1])
        direction, distance = np.empty((len(times), 3)), np.full(len(times), np.nan)
        rest = np.ones(len(times), dtype=bool)
        for run in self._runs:
            inside = np.flatnonzero((held >= run.times[0]) & (held <= run.times[-1]))
            if len(inside):
                metres = run.at(held[inside])
                distance[inside] = np.sqrt((metres * metres).sum(axis=-1))
                # a path through the listener's own head has no direction there: keep the great circle's
                safe = distance[inside] > 1e-9
                direction[inside] = metres / np.where(safe, distance[inside], 1.0)[:, None]
                rest[inside] = ~safe
        if rest.any():
            direction[rest] = self._between(held[rest])
        return Place(direction, distance)

    def velocity_at(self, time: ArrayLike) -> Array:
        """Give the velocity, (n, 3) m/s, at (n,) times; nan where the distance is unknown, 0 where held."""
        times = np.atleast_1d(np.asarray(time, dtype=np.float64))
        velocity = np.full((len(times), 3), np.nan)
        for run in self._runs:
            inside = (times >= run.times[0]) & (times <= run.times[-1])
            velocity[inside] = run.slope_at(times[inside])
        if self.has_distance:
            velocity[(times < self._times[0]) | (times > self._times[-1])] = 0.0
        return velocity

    def box_at(self, time: ArrayLike) -> Array:
        """Give the box, (n, 4) fractions, at (n,) times; nan where the object is not visible."""
        times = np.atleast_1d(np.asarray(time, dtype=np.float64))
        keys = self._object.keyframes
        boxes = np.array([[np.nan] * 4 if key.box is None else key.box for key in keys], dtype=np.float64)
        if len(keys) == 1:
            return np.repeat(boxes, len(times), axis=0)
        stamps = np.array([key.time for key in keys])
        left = np.clip(np.searchsorted(stamps, times, side="right") - 1, 0, len(keys) - 2)
        share = ((times - stamps[left]) / (stamps[left + 1] - stamps[left]))[:, None]
        boxed = (1 - share) * boxes[left] + share * boxes[left + 1]
        boxed = np.where(share <= 0, boxes[left], np.where(share >= 1, boxes[left + 1], boxed))
        outside = (times < stamps[0]) | (times > stamps[-1])
        boxed[outside] = np.nan
        return np.asarray(boxed)

    def sounds_at(self, time: ArrayLike) -> NDArray[np.bool_]:
        """Say whether the object sounds at (n,) times."""
        times = np.atleast_1d(np.asarray(time, dtype=np.float64))
        # spans are in order and do not overlap, so their edges rise: inside one after an odd number of edges
        edges = np.array(self._object.sounding, dtype=np.float64).ravel()
        return np.asarray(np.searchsorted(edges, times, side="right") % 2 == 1)

    def _metres(self) -> Array:
        return np.asarray(self._unit * self._distance[:, None])

    def _between(self, held: Array) -> Array:
        """Give the directions on the great circles between keyframes."""
        if len(self._times) == 1:
            return np.repeat(self._unit, len(held), axis=0)
        left = np.clip(np.searchsorted(self._times, held, side="right") - 1, 0, len(self._times) - 2)
        share = (held - self._times[left]) / (self._times[left + 1] - self._times[left])
        return great_circle(self._unit[left], self._unit[left + 1], share)


class _Cubic:
    """PCHIP through (k, 3) positions; one position alone is held."""

    def __init__(self, times: Array, metres: Array) -> None:
        from scipy.interpolate import PchipInterpolator  # 0.2 s: not for every import of the scene

        self.times = times
        self._metres = metres
        self._curve = PchipInterpolator(times, metres, axis=0) if len(times) > 1 else None
        self._slope = self._curve.derivative() if self._curve is not None else None

    def at(self, time: Array) -> Array:
        return np.repeat(self._metres, len(time), axis=0) if self._curve is None else np.asarray(self._curve(time))

    def slope_at(self, time: Array) -> Array:
        return np.zeros((len(time), 3)) if self._slope is None else np.asarray(self._slope(time))


def _units(keys: list[Keyframe]) -> Array:
    azimuth = np.array([key.azimuth for key in keys], dtype=np.float64)
    elevation = np.array([key.elevation or 0.0 for key in keys], dtype=np.float64)
    return angles_to_vector(azimuth, elevation).reshape(-1, 3)


def _runs(known: NDArray[np.bool_]) -> list[slice]:
    """Split into runs of neighbouring keyframes with known distance."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], known.astype(np.int8), [0]])))
    return [slice(start, stop) for start, stop in edges.reshape(-1, 2)]
