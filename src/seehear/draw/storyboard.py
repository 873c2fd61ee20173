"""The drawing backend without weights: an animatic of shaded drawings that move and sound as the scene says.

What is seen lies in its box; what sounds glows with its own loudness; what sounds out of sight has an arrow at the
edge. Boxes in fractions of the frame become pixels by the picture's size.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.draw import marks
from seehear.draw.casting import figure_of
from seehear.draw.ground import ground_of
from seehear.draw.loudness import Loudness, loudness_at
from seehear.draw.sprite import Sprite, Texture, lay
from seehear.draw.wish import picture_times
from seehear.scene import Camera, Path, Scene, SceneObject, vector_to_angles
from seehear.scene.direction import Array

Pixels = NDArray[np.uint8]

_FAR = 50.0  # metres: where what has no known distance is put when it comes to who covers whom
_MOST_LABELLED = 24  # more names than these hide the picture


class _Actor(NamedTuple):
    """One object, ready to be drawn; ``aspect`` is the width of the whole of it over its height, in pixels."""

    thing: SceneObject
    path: Path
    drawing: Sprite | Texture
    aspect: float


class Storyboard:
    """Draws scenes as an animatic.

    Args:
        labels: write names, glow around what sounds, mark boxes' corners, point to what is out of sight; without, only
            the drawings are shown.
        captions: write the scene's captions along the lower edge.
        top_view: draw a small view from above.
        seed: settles colours and the place; the same seed gives the same pictures.
    """

    def __init__(self, *, labels: bool = True, captions: bool = True, top_view: bool = False, seed: int = 0) -> None:
        self._labels, self._captions, self._top_view, self._seed = labels, captions, top_view, seed

    def frames(
        self, scene: Scene, *, fps: Fraction, size_wh: tuple[int, int], loudness: Mapping[str, Loudness]
    ) -> Iterator[Pixels]:
        """Give the pictures; see `seehear.draw.Drawer`."""
        board = _Board(scene, size_wh, dict(loudness), self)
        with ThreadPoolExecutor(1) as drawer:  # the next picture is drawn while this one is encoded
            coming = None
            for time in picture_times(scene.duration, fps):
                drawn, coming = coming, drawer.submit(board.picture, time)
                if drawn is not None:
                    yield drawn.result()
            if coming is not None:
                yield coming.result()

    def board(self, scene: Scene, size_wh: tuple[int, int], loudness: Mapping[str, Loudness] | None = None) -> "_Board":
        """Give what draws single pictures of a scene, by ``picture(time)``."""
        return _Board(scene, size_wh, dict(loudness or {}), self)


class _Board:
    def __init__(self, scene: Scene, size_wh: tuple[int, int], loudness: dict[str, Loudness], wish: Storyboard) -> None:
        self._scene, self._size_wh, self._loudness, self._wish = scene, size_wh, loudness, wish
        self._camera = Camera(scene.camera)
        self._ground = ground_of(scene, size_wh, rng=np.random.default_rng([wish._seed, 0]))
        self._scale = np.array([*size_wh, *size_wh], dtype=np.float64)
        self._actors = [self._cast(index, one) for index, one in enumerate(scene.objects)]

    def _cast(self, index: int, thing: SceneObject) -> _Actor:
        path = Path(thing)
        rng = np.random.default_rng([self._wish._seed, 1, index])
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

    def picture(self, time: float) -> Pixels:
        """Give the picture at a time in seconds, (height, width, 3) RGB."""
        picture = self._ground.at(time)
        boxes = {one.thing.id: one.path.box_at(time)[0] * self._scale for one in self._actors}
        shown = {one.thing.id: loudness_at(one.thing, one.path, self._loudness, time) for one in self._actors}
        seen = [
            one for one in self._actors if np.isfinite(boxes[one.thing.id]).all() and _has_area(boxes[one.thing.id])
        ]
        seen.sort(key=lambda one: _depth(one, time), reverse=True)
        for one in seen:
            self._draw(picture, one, boxes[one.thing.id], shown[one.thing.id], time)
        if self._wish._labels:
            self._mark(picture, seen, boxes, shown, time)
        if self._wish._top_view:
            self._inset(picture, shown, time)
        if self._wish._captions and (text := self._caption(time)):
            marks.caption(picture, text)
        return picture

    def _draw(self, picture: Pixels, one: _Actor, box: Array, shown: float, time: float) -> None:
        if self._wish._labels:
            marks.shadow(picture, box)
            marks.glow(picture, box, shown)
        drawing = one.drawing
        texture = drawing.texture(time, float(box[2] - box[0])) if isinstance(drawing, Sprite) else drawing
        lay(picture, texture, _whole(box, one.aspect, self._size_wh), cut=True)

    def _mark(
        self, picture: Pixels, seen: list[_Actor], boxes: dict[str, Array], shown: dict[str, float], time: float
    ) -> None:
        for one in seen[-_MOST_LABELLED:]:
            box, sounds = boxes[one.thing.id], shown[one.thing.id] > 0.0
            marks.corners(picture, box, sounds=sounds)
            marks.name(picture, _word(one.thing), box, sounds=sounds)
        rows: Counter[str] = Counter()
        there = {one.thing.id for one in seen}
        for one in self._actors:
            if one.thing.id in there or not shown[one.thing.id]:
                continue
            if one.path.has_direction:
                self._point(picture, one, shown[one.thing.id], time, rows)
            else:
                marks.somewhere(picture, _word(one.thing), rows["somewhere"], shown[one.thing.id])
                rows["somewhere"] += 1

    def _point(self, picture: Pixels, one: _Actor, shown: float, time: float, rows: "Counter[str]") -> None:
        direction = one.path.at(time).direction
        point = self._camera.point_of(direction, time)[0]
        if np.isfinite(point).all() and (point >= 0).all() and (point <= 1).all():
            marks.unseen(picture, _word(one.thing), point * self._scale[:2], shown)
            return
        azimuth, elevation = (float(angle[0]) for angle in vector_to_angles(self._camera.to_camera(direction, time)))
        edge = "behind" if abs(azimuth) > 135 else "left" if azimuth > 0 else "right"
        marks.arrow(picture, _word(one.thing), (azimuth, elevation), rows[edge], shown)
        rows[edge] += 1

    def _inset(self, picture: Pixels, shown: dict[str, float], time: float) -> None:
        spots = []
        for one in self._actors:
            if one.path.has_direction:
                place = one.path.at(time)
                azimuth = float(vector_to_angles(self._camera.to_camera(place.direction, time))[0][0])
                far = float(place.distance[0])
                spots.append((azimuth, far if np.isfinite(far) else None, shown[one.thing.id]))
        marks.from_above(picture, spots, min(self._scene.camera.horizontal_fov, 360.0) / 2)

    def _caption(self, time: float) -> str | None:
        phases = self._scene.frame_captions
        if len(phases) < 2 and self._scene.caption:  # one alone tells of its own moment only
            return self._scene.caption
        told = [one.caption for one in phases if one.time <= time]
        return told[-1] if told else self._scene.caption


def _word(thing: SceneObject) -> str:
    return thing.label or "something"


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


def _has_area(box: Array) -> bool:
    return bool(box[2] > box[0] and box[3] > box[1])


def _depth(one: _Actor, time: float) -> float:
    """Metres; where unknown, what stands lower in the picture is nearer."""
    far = float(one.path.at(time).distance[0])
    if np.isfinite(far):
        return far
    return _FAR * (2.0 - float(np.nan_to_num(one.path.box_at(time)[0][3])))
