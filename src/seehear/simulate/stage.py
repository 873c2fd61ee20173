"""Draws a world's frames: figures on a backdrop, at the places the scene's paths give, with the blur of a shutter."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.scene import Camera, Path
from seehear.scene.direction import Array
from seehear.simulate.cutout import Figure
from seehear.simulate.track import projected_boxes

Frame = NDArray[np.uint8]

_MOST_EXPOSURES = 10


class Actor(NamedTuple):
    """A figure and its way: the path leads the middle of its bounds."""

    figure: Figure
    path: Path


class Stage:
    """Draws frames.

    Args:
        camera: with a known size and a pose that stays.
        backdrop: (height, width, 3) RGB.
        actors: in any order; the nearer one covers the farther.
    """

    def __init__(self, camera: Camera, backdrop: Frame, actors: Sequence[Actor]) -> None:
        self._camera = camera
        self._backdrop = backdrop
        self._actors = tuple(actors)

    def frame(self, time: float, *, exposure: float = 0.0) -> Frame:
        """Give the picture at a time.

        Args:
            time: seconds; the middle of the exposure.
            exposure: seconds that the shutter is open; what moves meanwhile is blurred.

        Returns:
            (height, width, 3) RGB, a fresh array.
        """
        picture = self._backdrop.copy()
        distances = [float(actor.path.at(time).distance[0]) for actor in self._actors]
        for index in np.argsort(distances)[::-1]:
            self._add(picture, self._actors[index], time, exposure)
        return picture

    def _add(self, picture: Frame, actor: Actor, time: float, exposure: float) -> None:
        ends = self._centres(actor, np.array([time - exposure / 2, time + exposure / 2]))
        if not np.isfinite(ends).all():
            return  # behind the camera
        moved = float(np.linalg.norm(ends[1, :2] - ends[0, :2]))
        count = 1 if exposure <= 0 else int(np.clip(np.ceil(moved) + 1, 2, _MOST_EXPOSURES))
        # the middles of equal parts of the exposure: their mean is the exposure's own middle
        times = time + exposure * ((np.arange(count) + 0.5) / count - 0.5)
        places = self._centres(actor, times)
        x0, y0, x1, y1 = self._window(places, actor.figure, picture.shape)
        if x1 <= x0 or y1 <= y0:
            return
        mean = np.zeros((y1 - y0, x1 - x0, 4), np.float32)
        for moment, (x, y, scale) in zip(times, places, strict=True):
            canvas = np.zeros_like(mean)
            actor.figure.draw(canvas, (x - x0, y - y0), scale, float(moment))
            mean += canvas
        mean /= count
        under = picture[y0:y1, x0:x1]
        under[...] = np.clip(under * (1 - mean[..., 3:]) + 255 * mean[..., :3] + 0.5, 0, 255).astype(np.uint8)

    def _centres(self, actor: Actor, times: Array) -> Array:
        """Give x, y in pixels and pixels per metre, (n, 3)."""
        height, width = self._backdrop.shape[:2]
        boxes = projected_boxes(self._camera, actor.path.at(times).position, (1.0, 1.0), times)
        across = (boxes[:, 0] + boxes[:, 2]) / 2 * width
        down = (boxes[:, 1] + boxes[:, 3]) / 2 * height
        return np.stack([across, down, (boxes[:, 2] - boxes[:, 0]) * width], -1)

    def _window(self, places: Array, figure: Figure, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
        left, low, right, high = figure.reach
        reach = np.array([left, -high, right, -low]) * places[:, 2:]
        corners = places[:, [0, 1, 0, 1]] + reach
        x0, y0 = np.floor(corners[:, :2].min(axis=0)).astype(int) - 2
        x1, y1 = np.ceil(corners[:, 2:].max(axis=0)).astype(int) + 2
        return max(x0, 0), max(y0, 0), min(x1, shape[1]), min(y1, shape[0])
