"""The camera: the only tie between a place in the picture and a direction in the world.

Perspective: azimuth = atan((1 - 2x) tan(hfov/2)), elevation = atan((1 - 2y) tan(vfov/2) cos azimuth).
Equirectangular: azimuth = (0.5 - x) hfov, elevation = (0.5 - y) vfov (360 x 180 deg for a full sphere).
Points are (x, y) fractions of the frame, origin top left. World directions are turned by the camera's pose.
"""

import numpy as np
from numpy.typing import ArrayLike

from seehear.scene.direction import Array, angle_between, angles_to_vector, rotation_matrix, vector_to_angles
from seehear.scene.scene import CameraSpec


class Camera:
    """Turns points of the picture into world directions and back.

    Args:
        spec: the scene's camera; without ``size_wh`` a frame of 16:9 is taken.

    Example:
        >>> camera = Camera(CameraSpec(horizontal_fov=60.0, size_wh=(1280, 720)))
        >>> [float(a.round(6)[0]) for a in vector_to_angles(camera.direction_of([[0.0, 0.5]], 0.0))]
        [30.0, 0.0]
    """

    def __init__(self, spec: CameraSpec) -> None:
        self.spec = spec
        width, height = spec.size_wh or (16, 9)
        self._half = np.tan(np.deg2rad(spec.horizontal_fov) / 2) if spec.projection == "perspective" else 0.0
        self._aspect = height / width
        self._times = np.array([pose.time for pose in spec.pose] or [0.0])
        angles = [[pose.yaw, pose.pitch, pose.roll] for pose in spec.pose] or [[0.0, 0.0, 0.0]]
        self._angles = np.rad2deg(np.unwrap(np.deg2rad(np.array(angles, dtype=np.float64)), axis=0))

    def rotation_at(self, time: ArrayLike) -> Array:
        """Give the camera's turn, (n, 3, 3), at (n,) times: ``world = R @ camera``."""
        times = np.atleast_1d(np.asarray(time, dtype=np.float64))
        yaw, pitch, roll = (np.interp(times, self._times, self._angles[:, i]) for i in range(3))
        return rotation_matrix(yaw, pitch, roll)

    def to_camera(self, direction: ArrayLike, time: ArrayLike) -> Array:
        """Turn world directions (n, 3) into the camera's own axes at (n,) times; one of either serves all."""
        return np.asarray(np.einsum("nij,ni->nj", *self._paired(direction, time)))

    def to_world(self, direction: ArrayLike, time: ArrayLike) -> Array:
        """Turn the camera's own directions (n, 3) into world directions at (n,) times; one of either serves all."""
        return np.asarray(np.einsum("nij,nj->ni", *self._paired(direction, time)))

    def direction_of(self, point: ArrayLike, time: ArrayLike) -> Array:
        """Give the world directions, (n, 3) unit vectors, of points (n, 2) of the frame at (n,) times."""
        x, y = np.moveaxis(np.atleast_2d(np.asarray(point, dtype=np.float64)), -1, 0)
        if self.spec.projection == "perspective":
            seen = np.stack([np.ones_like(x), (1 - 2 * x) * self._half, (1 - 2 * y) * self._half * self._aspect], -1)
            seen = seen / np.linalg.norm(seen, axis=-1, keepdims=True)
        else:
            seen = angles_to_vector((0.5 - x) * self.spec.horizontal_fov, (0.5 - y) * self._vertical())
        return self.to_world(seen, time)

    def point_of(self, direction: ArrayLike, time: ArrayLike) -> Array:
        """Give the points (n, 2) of the frame where world directions (n, 3) are seen at (n,) times.

        Points outside [0, 1] lie outside the frame; behind a perspective camera they are nan.
        """
        seen = self.to_camera(direction, time)
        if self.spec.projection == "perspective":
            ahead = np.where(seen[:, 0] > 1e-9, seen[:, 0], np.nan)
            x = 0.5 - seen[:, 1] / ahead / (2 * self._half)
            y = 0.5 - seen[:, 2] / ahead / (2 * self._half * self._aspect)
        else:
            azimuth, elevation = vector_to_angles(seen)
            x, y = 0.5 - azimuth / self.spec.horizontal_fov, 0.5 - elevation / self._vertical()
        return np.stack([x, y], axis=-1)

    def direction_of_box(self, box: ArrayLike, time: ArrayLike) -> Array:
        """Give the world directions, (n, 3), of the centres of boxes (n, 4) at (n,) times."""
        boxes = np.atleast_2d(np.asarray(box, dtype=np.float64))
        return self.direction_of((boxes[:, :2] + boxes[:, 2:]) / 2, time)

    def angular_size(self, box: ArrayLike) -> Array:
        """Give width and height, (n, 2) deg, that boxes (n, 4) span as seen by the camera."""
        boxes = np.atleast_2d(np.asarray(box, dtype=np.float64))
        still = Camera(self.spec.model_copy(update={"pose": ()}))
        middle = (boxes[:, :2] + boxes[:, 2:]) / 2
        edges = [np.stack([boxes[:, 0], middle[:, 1]], -1), np.stack([boxes[:, 2], middle[:, 1]], -1)]
        edges += [np.stack([middle[:, 0], boxes[:, 1]], -1), np.stack([middle[:, 0], boxes[:, 3]], -1)]
        left, right, top, bottom, centre = (still.direction_of(point, 0.0) for point in [*edges, middle])
        # by way of the centre: the two edges of a full circle are the same direction
        width = angle_between(left, centre) + angle_between(centre, right)
        height = angle_between(top, centre) + angle_between(centre, bottom)
        return np.stack([width, height], axis=-1)

    def _vertical(self) -> float:
        """The vertical field of view of an equirectangular frame, deg; pixels are square."""
        return min(180.0, self.spec.horizontal_fov * self._aspect) if self.spec.size_wh else 180.0

    def _paired(self, direction: ArrayLike, time: ArrayLike) -> tuple[Array, Array]:
        vectors, turns = np.atleast_2d(np.asarray(direction, dtype=np.float64)), self.rotation_at(time)
        count = len(turns) if len(vectors) == 1 else len(vectors)
        return np.broadcast_to(turns, (count, 3, 3)), np.broadcast_to(vectors, (count, 3))
