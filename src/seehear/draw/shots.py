"""What is to be seen at each moment, worked out in order; the pictures of it can then be made in any order.

Boxes in pixels. Drawings are kept and used again, so which one a moment gets depends on the moments before: that is
settled here, by one thread, and never by how many threads make the pictures.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.draw import marks
from seehear.draw.casting import figure_of
from seehear.draw.loudness import Loudness, levels_at
from seehear.draw.sprite import Sprite, Texture
from seehear.scene import Path, Scene, SceneObject
from seehear.scene.direction import Array

_FAR = 50.0  # metres: where what has no known distance is put when it comes to who covers whom
_TOGETHER = 60  # moments that paths are evaluated for at once


class Moment(NamedTuple):
    """One object at one moment.

    Attributes:
        thing: the object.
        shown: how loud, 0 to 1.
        direction: (3,) unit vector, fixed to the world; nan where unknown.
        distance: metres; nan where unknown.
        box: (4,) pixels; nan where it is not to be seen.
        whole: (4,) pixels of all of it, also of what the picture's edge cuts off.
        texture: its drawing; None where it is not to be seen.
    """

    thing: SceneObject
    shown: float
    direction: Array
    distance: float
    box: Array
    whole: Array
    texture: Texture | None


class Shot(NamedTuple):
    """A moment of the scene.

    Attributes:
        time: seconds.
        everyone: all objects in the scene's order.
        seen: those to be seen, from far to near.
    """

    time: float
    everyone: list[Moment]
    seen: list[Moment]


class _Actor(NamedTuple):
    """One object, ready to be drawn; ``aspect`` is the width of the whole of it over its height, in pixels."""

    thing: SceneObject
    path: Path
    drawing: Sprite | Texture
    aspect: float


class Shots:
    """Works out shots of a scene.

    Args:
        scene: what is where.
        size_wh: pixels.
        loudness: object id -> how loud.
        seed: settles colours.
    """

    def __init__(self, scene: Scene, size_wh: tuple[int, int], loudness: dict[str, Loudness], *, seed: int) -> None:
        self._scene, self._size_wh, self._loudness, self._seed = scene, size_wh, loudness, seed
        self._scale = np.array([*size_wh, *size_wh], dtype=np.float64)
        self._actors = [self._cast(index, one) for index, one in enumerate(scene.objects)]

    def _cast(self, index: int, thing: SceneObject) -> _Actor:
        path = Path(thing)
        rng = np.random.default_rng([self._seed, 1, index])
        figure = figure_of(thing, path, self._scene.duration, self._loudness, self._scale, rng=rng)
        boxes = np.array([key.box for key in thing.keyframes if key.box is not None]).reshape(-1, 4) * self._scale
        inside = boxes[~_at_edges(boxes, self._size_wh).any(axis=1)]
        sides = (inside[:, 2:] - inside[:, :2]).clip(1e-3)
        if figure is None:
            aspect = float(np.median(sides[:, 0] / sides[:, 1])) if len(sides) else 1.0
            return _Actor(thing, path, marks.card(thing.label, aspect), aspect)
        aspect = float(np.median(sides[:, 0] / sides[:, 1])) if len(sides) else figure.width / figure.height
        whole = np.array([_whole(box, aspect, self._size_wh) for box in boxes]).reshape(-1, 4)
        width, height = (whole[:, 2:] - whole[:, :2]).max(axis=0, initial=0.0)
        return _Actor(thing, path, Sprite(figure, (float(width), float(height))), aspect)

    def at(self, times: Sequence[float]) -> Iterator[Shot]:
        """Give a shot for each of rising times in seconds."""
        for start in range(0, len(times), _TOGETHER):
            stamps = np.array(times[start : start + _TOGETHER], dtype=np.float64)
            tracks = [self._track(one, stamps) for one in self._actors]
            for index, time in enumerate(stamps):
                everyone = [
                    self._moment(one, index, float(time), *track)
                    for one, track in zip(self._actors, tracks, strict=True)
                ]
                seen = [one for one in everyone if one.texture is not None]
                seen.sort(key=self._depth, reverse=True)
                yield Shot(float(time), everyone, seen)

    def _track(self, one: _Actor, times: Array) -> tuple[Array, Array, Array, Array]:
        """Boxes (n, 4) in pixels, directions (n, 3), metres (n,), shown (n,)."""
        place = one.path.at(times)
        boxes = one.path.box_at(times) * self._scale
        return boxes, place.direction, place.distance, levels_at(one.thing, one.path, self._loudness, times)

    def _moment(
        self, one: _Actor, index: int, time: float, boxes: Array, ways: Array, far: Array, shown: Array
    ) -> Moment:
        box, drawing = boxes[index], one.drawing
        texture, whole = None, box
        if np.isfinite(box).all() and box[2] > box[0] and box[3] > box[1]:
            texture = drawing.texture(time, float(box[2] - box[0])) if isinstance(drawing, Sprite) else drawing
            whole = _whole(box, one.aspect, self._size_wh)
        return Moment(one.thing, float(shown[index]), ways[index], float(far[index]), box, whole, texture)

    def _depth(self, one: Moment) -> float:
        """Metres; where unknown, what stands lower in the picture is nearer."""
        return one.distance if np.isfinite(one.distance) else _FAR * (2.0 - float(one.box[3] / self._scale[3]))


def _at_edges(boxes: Array, size_wh: tuple[int, int]) -> NDArray[np.bool_]:
    """Whether boxes, (n, 4) pixels, reach the picture's left, upper, right and lower edge, (n, 4)."""
    width, height = size_wh
    return np.concatenate([boxes[:, :2] <= 0.5, boxes[:, 2:] >= np.array([width, height]) - 0.5], axis=1)


def _whole(box: Array, aspect: float, size_wh: tuple[int, int]) -> Array:
    """Give the box, (4,) pixels, of the whole of a thing that the picture's edge cuts: it goes on beyond the edge.

    Only where one edge cuts it is the rest known: from its width over its height.
    """
    left, top, right, bottom = _at_edges(box[None], size_wh)[0]
    x0, y0, x1, y1 = box
    if left != right and not (top or bottom):
        width = max((y1 - y0) * aspect, x1 - x0)
        return np.array([x1 - width, y0, x1, y1] if left else [x0, y0, x0 + width, y1])
    if top != bottom and not (left or right):
        height = max((x1 - x0) / aspect, y1 - y0)
        return np.array([x0, y1 - height, x1, y1] if top else [x0, y0, x1, y0 + height])
    return box
