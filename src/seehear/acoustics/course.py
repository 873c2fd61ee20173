"""The course of one sound ray: when it was emitted and whence it comes, at control points along the receive time.

Control points stand every `CONTROL` samples, counted from the clip's start; so nothing depends on how the clip is cut
into blocks. Directions are in the listener's axes: the camera's pose at the time of hearing, the source's place at the
time of emission.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from seehear.acoustics.retarded import MovingPoint, emission_of
from seehear.scene import Camera, Place
from seehear.scene.direction import Array

CONTROL = 64
"""Samples between control points; the kernels' own."""


class ControlPoints(NamedTuple):
    """A stretch of a course.

    Attributes:
        emission: (k,) emission times, in samples from the clip's start.
        rate: (k,) d(emission)/d(receive).
        distance: (k,) m at emission; 0 where there is none.
        direction: (k, 3) unit vectors in the listener's axes.
    """

    emission: Array
    rate: Array
    distance: Array
    direction: Array


class Course:
    """Where one ray comes from.

    Args:
        point: the source, or its image in a wall.
        camera: the listener.
        sample_rate: Hz.
        travels: whether the sound takes its time; else it is heard as it is emitted.
    """

    def __init__(self, point: MovingPoint, camera: Camera, sample_rate: int, *, travels: bool) -> None:
        self.travels = travels
        self._point, self._camera, self._sample_rate = point, camera, sample_rate

    def points(self, first: int, count: int) -> ControlPoints:
        """Give ``count`` control points from number ``first`` (which may be negative) on."""
        samples = CONTROL * np.arange(first, first + count, dtype=np.float64)
        times = samples / self._sample_rate
        if not self.travels:
            direction = self._camera.to_camera(self._point.at(times).direction, times)
            return ControlPoints(samples, np.ones(count), np.zeros(count), direction)
        emitted = emission_of(self._point, times)
        direction = self._camera.to_camera(emitted.place.direction, times)
        return ControlPoints(emitted.time * self._sample_rate, emitted.rate, emitted.place.distance, direction)


class Image:
    """The image of a moving point in the walls of a shoebox: mirrored along some axes, then shifted.

    Args:
        point: what is mirrored.
        sign: (3,) 1 or -1 for each axis.
        shift: (3,) m.
    """

    def __init__(self, point: MovingPoint, sign: Array, shift: Array) -> None:
        self._point, self._sign, self._shift = point, sign, shift

    def at(self, time: ArrayLike) -> Place:
        """Give the image's direction and distance at (n,) times."""
        metres = self._point.at(time).position * self._sign + self._shift
        distance = np.linalg.norm(metres, axis=-1)
        return Place(metres / np.maximum(distance, 1e-12)[:, None], distance)

    def velocity_at(self, time: ArrayLike) -> Array:
        """Give the image's velocity, (n, 3) m/s, at (n,) times."""
        return np.asarray(self._point.velocity_at(time) * self._sign)
