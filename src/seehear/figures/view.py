"""The surroundings as a camera sees them: painted once, and looked up where the camera turns to."""

import cv2
import numpy as np
from numpy.typing import NDArray

from seehear.figures.noise import Canvas
from seehear.figures.surroundings import Rays, Surroundings
from seehear.scene import Camera
from seehear.scene.direction import Array

_FINER = 2  # painted at so many times the size, then averaged: smooth edges
_MOST_EXPOSURES = 3


class StillView:
    """A camera that does not turn.

    Args:
        camera: with a known size.
        surroundings: what is there.
    """

    def __init__(self, camera: Camera, surroundings: Surroundings) -> None:
        width, height = camera.spec.size_wh or (16, 9)
        fine = surroundings.colours(_rays(camera, (_FINER * width, _FINER * height)))
        small = fine.reshape(height, _FINER, width, _FINER, 3).mean(axis=(1, 3))
        self._picture = _bytes(small)

    def at(self, time: float, exposure: float) -> NDArray[np.uint8]:
        """Give the picture, the same at any time."""
        del time, exposure
        return self._picture.copy()


class TurningView:
    """A level camera that turns to left and right.

    Args:
        camera: with a known size; its poses have yaw only.
        surroundings: what is there.
    """

    def __init__(self, camera: Camera, surroundings: Surroundings) -> None:
        if any(pose.pitch or pose.roll for pose in camera.spec.pose):
            raise ValueError("a camera that only yaws is expected")
        self._camera = camera
        still = Camera(camera.spec.model_copy(update={"pose": ()}))
        rays = _rays(still, camera.spec.size_wh or (16, 9))
        self._azimuth = np.rad2deg(np.arctan2(rays[..., 1], rays[..., 0]))
        self._slope = rays[..., 2] / np.maximum(np.hypot(rays[..., 0], rays[..., 1]), 1e-6)
        self._paint(surroundings)

    def _paint(self, surroundings: Surroundings) -> None:
        """Paint the strip that is ever seen: columns even in azimuth, rows even in elevation."""
        width = self._azimuth.shape[1]
        yaws = [pose.yaw for pose in self._camera.spec.pose]
        self._per_degree = 1.4 * width / np.ptp(self._azimuth)
        self._left = max(yaws) + self._azimuth.max() + 1.0
        count = int((self._left - min(yaws) - self._azimuth.min() + 1.0) * self._per_degree)
        self._elevation = np.rad2deg(np.arctan(self._slope))
        self._top = self._elevation.max() + 1.0
        rows = int((self._top - self._elevation.min() + 1.0) * self._per_degree)
        azimuth = np.deg2rad(self._left - (np.arange(count) + 0.5) / self._per_degree)[None]
        elevation = np.deg2rad(self._top - (np.arange(rows) + 0.5) / self._per_degree)[:, None]
        level = np.cos(elevation)
        rays = np.stack(np.broadcast_arrays(level * np.cos(azimuth), level * np.sin(azimuth), np.sin(elevation)), -1)
        self._strip = cv2.GaussianBlur(surroundings.colours(rays.astype(np.float32)) * 255, (0, 0), 0.6)
        self._down = ((self._top - self._elevation) * self._per_degree - 0.5).astype(np.float32)

    def at(self, time: float, exposure: float) -> NDArray[np.uint8]:
        """Give the picture while the shutter is open, blurred by the turn."""
        ends = self._yaw(np.array([time - exposure / 2, time + exposure / 2]))
        moved = abs(float(ends[1] - ends[0])) * self._per_degree
        count = 1 if exposure <= 0 else int(np.clip(np.ceil(moved), 1, _MOST_EXPOSURES))
        times = time + exposure * ((np.arange(count) + 0.5) / count - 0.5)
        total = np.zeros((*self._azimuth.shape, 3), np.float32)
        for yaw in self._yaw(times):
            across = ((self._left - self._azimuth - yaw) * self._per_degree - 0.5).astype(np.float32)
            total += cv2.remap(self._strip, across, self._down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(np.clip(total / count + 0.5, 0, 255), dtype=np.uint8)

    def _yaw(self, times: Array) -> Array:
        poses = self._camera.spec.pose
        return np.interp(times, [pose.time for pose in poses], [pose.yaw for pose in poses])


def _rays(camera: Camera, size_wh: tuple[int, int]) -> Rays:
    """The directions of pixels' middles, (h, w, 3)."""
    width, height = size_wh
    x, y = np.meshgrid((np.arange(width) + 0.5) / width, (np.arange(height) + 0.5) / height)
    rays = camera.direction_of(np.stack([x.ravel(), y.ravel()], -1), 0.0)
    return rays.reshape(height, width, 3).astype(np.float32)


def _bytes(canvas: Canvas) -> NDArray[np.uint8]:
    return np.asarray(np.clip(canvas * 255 + 0.5, 0, 255), dtype=np.uint8)
