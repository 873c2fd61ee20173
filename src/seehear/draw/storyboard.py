"""The drawing backend without weights: an animatic of shaded drawings that move and sound as the scene says.

What is seen lies in its box; what sounds glows with its own loudness; what sounds out of sight has an arrow at the
edge. Boxes in fractions of the frame become pixels by the picture's size.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from seehear.draw import marks
from seehear.draw.ground import ground_of
from seehear.draw.loudness import Loudness
from seehear.draw.shots import Moment, Shot, Shots
from seehear.draw.sprite import lay
from seehear.draw.wish import picture_times
from seehear.scene import Camera, Scene, SceneObject, vector_to_angles

Pixels = NDArray[np.uint8]

_MOST_LABELLED = 24  # more names than these hide the picture
_CAPTION = (0.1, 0.88)  # share of the height: above and below is where captions go
_PAINTERS = 2  # pictures made at once
_AHEAD = 4  # pictures begun before the one that is waited for


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
        board = self.board(scene, size_wh, loudness)
        yield from _made_ahead(board.shots(picture_times(scene.duration, fps)), board.painted)

    def board(self, scene: Scene, size_wh: tuple[int, int], loudness: Mapping[str, Loudness] | None = None) -> "_Board":
        """Give what draws single pictures of a scene, by ``picture(time)``."""
        return _Board(scene, size_wh, dict(loudness or {}), self)


def _made_ahead(shots: Iterable[Shot], painted: Callable[[Shot], Pixels]) -> Iterator[Pixels]:
    """Paint shots, a few at once and ahead of who takes them, and give the pictures in the shots' order."""
    coming = iter(shots)
    queue: deque[Future[Pixels | None]] = deque()
    with ThreadPoolExecutor(1) as teller, ThreadPoolExecutor(_PAINTERS) as painters:

        def paint(told: "Future[Shot | None]") -> Pixels | None:
            shot = told.result()
            return None if shot is None else painted(shot)

        try:
            while True:
                while len(queue) < _AHEAD:  # one thread tells the shots, so in their order
                    queue.append(painters.submit(paint, teller.submit(next, coming, None)))
                picture = queue.popleft().result()
                if picture is None:
                    return
                yield picture
        finally:
            for waiting in queue:
                waiting.cancel()


class _Board:
    def __init__(self, scene: Scene, size_wh: tuple[int, int], loudness: dict[str, Loudness], wish: Storyboard) -> None:
        self._scene, self._wish = scene, wish
        self._size = np.array(size_wh, dtype=np.float64)
        self._camera = Camera(scene.camera)
        self._ground = ground_of(scene, size_wh, rng=np.random.default_rng([wish._seed, 0]))
        self._shots = Shots(scene, size_wh, loudness, seed=wish._seed)
        self._high = _hides_low(scene) and not wish._top_view

    def shots(self, times: list[float]) -> Iterator[Shot]:
        """Give what `painted` makes the pictures of, at rising times in seconds."""
        return self._shots.at(times)

    def picture(self, time: float) -> Pixels:
        """Give the picture at a time in seconds, (height, width, 3) RGB."""
        return self.painted(next(self.shots([time])))

    def painted(self, shot: Shot) -> Pixels:
        """Give a shot's picture, (height, width, 3) RGB; by several threads at once, if wanted."""
        picture = self._ground.at(shot.time)
        for one in shot.seen:
            if one.texture is None:
                continue
            if self._wish._labels:
                marks.shadow(picture, one.box)
                marks.glow(picture, one.box, one.shown)
            lay(picture, one.texture, one.whole, cut=True)
        if self._wish._labels:
            self._mark(picture, shot)
        if self._wish._top_view:
            self._inset(picture, shot)
        if self._wish._captions and (text := self._caption(shot.time)):
            marks.caption(picture, text, high=self._high)
        return picture

    def _mark(self, picture: Pixels, shot: Shot) -> None:
        for one in shot.seen[-_MOST_LABELLED:]:
            marks.corners(picture, one.box, sounds=one.shown > 0.0)
            marks.name(picture, _word(one.thing), one.box, sounds=one.shown > 0.0)
        rows: Counter[str] = Counter()
        for one in shot.everyone:
            if one.texture is not None or not one.shown:
                continue
            if np.isfinite(one.direction).all():
                self._point(picture, one, shot.time, rows)
            else:
                marks.somewhere(picture, _word(one.thing), rows["somewhere"], one.shown)
                rows["somewhere"] += 1

    def _point(self, picture: Pixels, one: Moment, time: float, rows: "Counter[str]") -> None:
        point = self._camera.point_of(one.direction, time)[0]
        if np.isfinite(point).all() and (point >= 0).all() and (point <= 1).all():
            marks.unseen(picture, _word(one.thing), point * self._size, one.shown)
            return
        turned = self._camera.to_camera(one.direction, time)
        azimuth, elevation = (float(angle[0]) for angle in vector_to_angles(turned))
        edge = "behind" if abs(azimuth) > 135 else "left" if azimuth > 0 else "right"
        marks.arrow(picture, _word(one.thing), (azimuth, elevation), rows[edge], one.shown)
        rows[edge] += 1

    def _inset(self, picture: Pixels, shot: Shot) -> None:
        spots = []
        for one in shot.everyone:
            if np.isfinite(one.direction).all():
                azimuth = float(vector_to_angles(self._camera.to_camera(one.direction, shot.time))[0][0])
                spots.append((azimuth, one.distance if np.isfinite(one.distance) else None, one.shown))
        marks.from_above(picture, spots, min(self._scene.camera.horizontal_fov, 360.0) / 2)

    def _caption(self, time: float) -> str | None:
        phases = self._scene.frame_captions
        if len(phases) < 2 and self._scene.caption:  # one alone tells of its own moment only
            return self._scene.caption
        told = [one.caption for one in phases if one.time <= time]
        return told[-1] if told else self._scene.caption


def _word(thing: SceneObject) -> str:
    return thing.label or "something"


def _hides_low(scene: Scene) -> bool:
    """Whether a caption along the lower edge would cover things, and one along the upper edge fewer."""
    boxes = np.array([key.box for one in scene.objects for key in one.keyframes if key.box is not None]).reshape(-1, 4)
    unplaced = any(all(key.azimuth is None for key in one.keyframes) for one in scene.objects)  # named up there
    return not unplaced and int((boxes[:, 3] > _CAPTION[1]).sum()) > int((boxes[:, 1] < _CAPTION[0]).sum())
