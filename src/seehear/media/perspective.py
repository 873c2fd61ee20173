"""A perspective view out of a picture of all directions (equirectangular), for a camera that turns.

Each pixel's ray is turned into the world by the camera, and looked up by longitude and latitude, bilinear. The picture
is continued over its seam, and over the poles, where the row above the top one is the top one half a turn further.
Where the view is coarser than the picture it is made finer first and then reduced by area, so that nothing flickers.

Reference: Snyder, "Map projections: a working manual", USGS 1987 (gnomonic and plate carree).
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from seehear.errors import InputError
from seehear.media.frame import Picture
from seehear.scene import Camera
from seehear.scene.direction import Array
from seehear.scene.scene import CameraSpec

Coordinates = NDArray[np.float32]

_FINEST: Final = 3
"""Looks per pixel and way at most; a still finer picture is reduced first."""

_FOCUS: Final = 1.5
"""Pixels grow denser to the edge of a view: how dense, against its middle, it is taken for."""


class PerspectiveView:
    """Looks at equirectangular pictures of one camera through another, perspective one.

    Args:
        source: the camera of the pictures: equirectangular, 360 deg; its pose is that of the pictures.
        target: the camera to look through: perspective, with a size.

    Raises:
        InputError: another kind of camera, or a view without a size.

    Example:
        >>> around = CameraSpec(projection="equirectangular", horizontal_fov=360.0, size_wh=(64, 32))
        >>> view = PerspectiveView(around, CameraSpec(horizontal_fov=90.0, size_wh=(16, 16)))
        >>> view.seen(np.full((32, 64, 3), 9, np.uint8), 0.0).shape
        (16, 16, 3)
    """

    def __init__(self, source: CameraSpec, target: CameraSpec) -> None:
        if source.projection != "equirectangular" or source.horizontal_fov != 360.0:
            raise InputError("expected pictures of all directions (equirectangular, 360 deg) to look at")
        if target.projection != "perspective" or target.size_wh is None:
            raise InputError("expected a perspective camera with a size to look through")
        self._source, self._target = Camera(source), Camera(target)
        self._width, self._height = target.size_wh
        self._tan = math.tan(math.radians(target.horizontal_fov) / 2)
        self._known: tuple[Array, tuple[int, int], int, tuple[Coordinates, Coordinates]] | None = None

    def seen(self, picture: Picture, time: float) -> Picture:
        """Give what is seen at ``time``, (height, width, 3).

        Args:
            picture: (h, w, 3) or (h, w), equirectangular, w = 2 h or near it.
            time: s, of both cameras' poses.
        """
        import cv2

        fine = self._reduced(picture)
        looks = max(1, min(_FINEST, math.ceil(self._finer(fine.shape[1]) - 1e-6)))
        across, down = self._places(time, (fine.shape[1], fine.shape[0]), looks)
        view = cv2.remap(_continued(fine), across, down, cv2.INTER_LINEAR)
        if looks > 1:
            view = cv2.resize(view, (self._width, self._height), interpolation=cv2.INTER_AREA)
        return np.asarray(view, dtype=np.uint8)

    def points(self, direction: Array, time: Array) -> Array:
        """Give where world directions (n, 3) are seen at (n,) times, (n, 2) fractions; nan behind the camera."""
        return self._target.point_of(direction, time)

    def _finer(self, width: int) -> float:
        """How many pixels of a picture so wide there are to one of the view, near its middle."""
        return width / (2 * math.pi) / (self._width / (2 * self._tan) * _FOCUS)

    def _reduced(self, picture: Picture) -> Picture:
        import cv2

        shrink = self._finer(picture.shape[1]) / _FINEST
        if shrink <= 1.0:
            return picture
        size = round(picture.shape[1] / shrink), round(picture.shape[0] / shrink)
        return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)

    def _places(self, time: float, size_wh: tuple[int, int], looks: int) -> tuple[Coordinates, Coordinates]:
        """Give for each look the pixel of the continued picture, (rows, columns) each."""
        turn = self._source.rotation_at(time)[0].T @ self._target.rotation_at(time)[0]
        if self._known is not None and self._known[1:3] == (size_wh, looks) and np.array_equal(self._known[0], turn):
            return self._known[3]
        width, height = size_wh
        columns, rows = self._width * looks, self._height * looks
        side = (self._tan * (1 - 2 * (np.arange(columns) + 0.5) / columns)).astype(np.float32)
        tall = self._tan * self._height / self._width * (1 - 2 * (np.arange(rows) + 0.5) / rows)
        above = tall.astype(np.float32)[:, None]
        axes = turn.astype(np.float32)  # in single precision a place is still exact to a thousandth of a pixel
        x, y, z = (axis[0] + axis[1] * side + axis[2] * above for axis in axes)
        azimuth = np.arctan2(y, x)
        elevation = np.arctan2(z, np.hypot(x, y))
        across = ((0.5 - azimuth / (2 * np.pi)) * width - 0.5 + 1).astype(np.float32)
        down = ((0.5 - elevation / np.pi) * height - 0.5 + 1).astype(np.float32)
        self._known = turn, size_wh, looks, (across, down)
        return across, down


def _continued(picture: Picture) -> Picture:
    """Add a pixel on every side: over the seam, and over the poles half a turn further."""
    half = picture.shape[1] // 2
    tall = np.concatenate([np.roll(picture[:1], half, axis=1), picture, np.roll(picture[-1:], half, axis=1)])
    return np.concatenate([tall[:, -1:], tall, tall[:, :1]], axis=1)
