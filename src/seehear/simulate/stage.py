"""Draws a world's frames: figures on a backdrop, at the places the scene's paths give, with the blur of a shutter."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from seehear.figures.cutout import Figure
from seehear.scene import Camera, Path
from seehear.scene.direction import Array
from seehear.simulate.around import add_around
from seehear.simulate.track import projected_boxes

Frame = NDArray[np.uint8]

_MOST_EXPOSURES = 10


class Actor(NamedTuple):
    """A figure and its way: the path leads the middle of its bounds.

    Attributes:
        figure: what is drawn.
        path: where its middle is.
        still: whether the path never moves; such a figure is placed once, and only its parts move.
    """

    figure: Figure
    path: Path
    still: bool = False


class View(Protocol):
    """What stands still in the world, as the camera sees it."""

    def at(self, time: float, exposure: float) -> Frame:
        """Give (height, width, 3) RGB, a fresh array, seen while the shutter is open around a time."""
        ...


class _Painted:
    def __init__(self, picture: Frame) -> None:
        self._picture = picture

    def at(self, time: float, exposure: float) -> Frame:
        del time, exposure
        return self._picture.copy()


class Stage:
    """Draws frames.

    Args:
        camera: with a known size.
        backdrop: (height, width, 3) RGB that stays, or what gives it at any time.
        actors: in any order; the nearer one covers the farther.
    """

    def __init__(self, camera: Camera, backdrop: Frame | View, actors: Sequence[Actor]) -> None:
        self._camera = camera
        self._backdrop = _Painted(backdrop) if isinstance(backdrop, np.ndarray) else backdrop
        self._actors = tuple(actors)
        self._size_wh = camera.spec.size_wh or (0, 0)
        self._far = {id(one): float(one.path.at(0.0).distance[0]) for one in self._actors if one.still}
        fixed = len(camera.spec.pose) < 2 and camera.spec.projection == "perspective"
        self._placed = {id(one): self._centres(one, np.zeros(1)) for one in self._actors if one.still and fixed}

    @property
    def actors(self) -> tuple[Actor, ...]:
        """Who is on."""
        return self._actors

    def recast(self, actors: Sequence[Actor]) -> "Stage":
        """Give the same stage with other actors: with none it is empty."""
        return Stage(self._camera, self._backdrop, actors)

    def frame(self, time: float, *, exposure: float = 0.0) -> Frame:
        """Give the picture at a time.

        Args:
            time: seconds; the middle of the exposure.
            exposure: seconds that the shutter is open; what moves meanwhile is blurred.

        Returns:
            (height, width, 3) RGB, a fresh array.
        """
        picture = self._backdrop.at(time, exposure)
        distances = [
            self._far[id(actor)] if actor.still else float(actor.path.at(time).distance[0]) for actor in self._actors
        ]
        for index in np.argsort(distances)[::-1]:
            self._add(picture, self._actors[index], time, exposure)
        return picture

    def _add(self, picture: Frame, actor: Actor, time: float, exposure: float) -> None:
        if self._camera.spec.projection == "equirectangular":
            add_around(picture, actor.figure, actor.path.at(time).position[0], self._camera, time)
            return
        if id(actor) in self._placed:
            times, places = np.array([time]), self._placed[id(actor)]
        else:
            times, places = self._exposures(actor, time, exposure)
        if not np.isfinite(places).all():
            return  # behind the camera
        x0, y0, x1, y1 = self._window(places, actor.figure, picture.shape)
        if x1 <= x0 or y1 <= y0:
            return
        mean = np.zeros((y1 - y0, x1 - x0, 4), np.float32)
        for moment, (x, y, scale) in zip(times, places, strict=True):
            canvas = np.zeros_like(mean)
            actor.figure.draw(canvas, (x - x0, y - y0), scale, float(moment))
            mean += canvas
        mean /= len(times)
        under = picture[y0:y1, x0:x1]
        under[...] = np.clip(under * (1 - mean[..., 3:]) + 255 * mean[..., :3] + 0.5, 0, 255).astype(np.uint8)

    def _exposures(self, actor: Actor, time: float, exposure: float) -> tuple[Array, Array]:
        """Give the moments to draw at, (n,) s, and where the figure is then, (n, 3)."""
        ends = self._centres(actor, np.array([time - exposure / 2, time + exposure / 2]))
        moved = float(np.nan_to_num(np.linalg.norm(ends[1, :2] - ends[0, :2])))
        count = 1 if exposure <= 0 else int(np.clip(np.ceil(moved) + 1, 2, _MOST_EXPOSURES))
        # the middles of equal parts of the exposure: their mean is the exposure's own middle
        times = time + exposure * ((np.arange(count) + 0.5) / count - 0.5)
        return times, self._centres(actor, times)

    def _centres(self, actor: Actor, times: Array) -> Array:
        """Give x, y in pixels and pixels per metre, (n, 3)."""
        width, height = self._size_wh
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
