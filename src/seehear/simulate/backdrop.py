"""The still part of a world's picture: sky, hills, trees, a meadow, a road and a branch, painted through the camera.

Everything lies at places in metres, so that the same world at another size shows the same things in the same
fractions of the frame. The camera stands at the origin, 1.6 m above the ground, looking along x with zero pose.
"""

import numpy as np
from numpy.typing import NDArray

from seehear.figures.cutout import Colour, fill
from seehear.figures.noise import Canvas, cloudy, sampled
from seehear.scene import Camera
from seehear.scene.direction import Array

CAMERA_HEIGHT = 1.6
"""Metres from the ground to the camera."""


class Backdrop:
    """A street in the country.

    Args:
        camera: with a known size.
        rng: places clouds, hills, trees and grain.
        road: nearest and farthest edge of the road, metres ahead.
    """

    def __init__(self, camera: Camera, *, road: tuple[float, float], rng: np.random.Generator) -> None:
        if camera.spec.size_wh is None:
            raise ValueError("a camera with size_wh is needed to paint")
        self._camera = camera
        self._width, self._height = camera.spec.size_wh
        self._road = road
        # drawn in a fixed order, whatever the size, so that the same seed makes the same place
        self._noise = [cloudy(rng, octaves) for octaves in (4, 6)]
        self._ridges = [rng.uniform(0, 2 * np.pi, 6) for _ in range(3)]
        self._trees = _grove(rng)
        self._leaves = rng.normal(size=(90, 3))

    def paint(self, perch: tuple[float, float, float] | None = None) -> NDArray[np.uint8]:
        """Paint the picture, (height, width, 3) RGB; ``perch`` (x, y, z metres) is a point on the top of the branch."""
        canvas = np.zeros((self._height, self._width, 3), np.float32)
        horizon = self._pixels(np.array([[1e6, 0.0, 0.0]]))[0, 1]
        self._sky(canvas, horizon)
        self._hills(canvas)
        self._ground(canvas, horizon)
        self._wood(canvas)
        self._posts(canvas)
        if perch is not None:
            self._branch(canvas, perch)
        return np.asarray(np.clip(canvas * 255 + 0.5, 0, 255), dtype=np.uint8)

    def _pixels(self, metres: Array) -> Array:
        unit = metres / np.linalg.norm(metres, axis=-1, keepdims=True)
        return self._camera.point_of(unit, 0.0) * [self._width, self._height]

    def _scale(self, distance: float) -> float:
        """Pixels per metre at ``distance`` metres ahead."""
        here = self._pixels(np.array([[distance, 0.0, 0.0], [distance, -1.0, 0.0]]))
        return float(here[1, 0] - here[0, 0])

    def _sky(self, canvas: Canvas, horizon: float) -> None:
        rows = np.clip((np.arange(self._height) + 0.5) / max(horizon, 1.0), 0, 1)[:, None, None]
        canvas[...] = ((1 - rows) * (96, 156, 222) + rows * (214, 231, 240)) / 255
        x, y = self._grid()
        tall = np.maximum(horizon - y, 1) / self._height
        cloud = sampled(self._noise[0], x / self._width * 300 / (0.35 + tall), 190 / (0.35 + tall))
        share = np.clip((cloud - 0.5) * 4, 0, 1) * np.clip(tall * 6, 0, 1) * 0.85
        canvas += share[..., None] * (1 - canvas)

    def _hills(self, canvas: Canvas) -> None:
        x, y = self._grid()
        tints: list[Colour] = [(150, 176, 196), (122, 158, 148), (104, 146, 96)]
        for phases, tint, (far, tall) in zip(
            self._ridges, tints, ((900.0, 70.0), (500.0, 30.0), (240.0, 9.0)), strict=True
        ):
            side = np.linspace(-0.7, 0.7, 400)
            waves = sum(np.sin(side * (4 + 5 * i) + phase) / (1 + i) for i, phase in enumerate(phases))
            ridge = np.stack([np.full(400, far), -side * far, tall * (0.6 + 0.2 * np.asarray(waves))], -1)
            foot = np.array([[far, -0.7 * far, -CAMERA_HEIGHT - 30], [far, 0.7 * far, -CAMERA_HEIGHT - 30]])
            mask = np.zeros(canvas.shape[:2], np.uint8)
            fill(mask, self._pixels(np.concatenate([ridge, foot])))
            grain = sampled(self._noise[1], x / self._width * 700, y / self._height * 500)
            colour = np.array(tint) / 255 * (0.86 + 0.28 * grain[..., None])
            _lay(canvas, mask / np.float32(255), colour)

    def _ground(self, canvas: Canvas, horizon: float) -> None:
        x, y = self._grid()
        scale = self._scale(1.0)
        below = np.maximum(y - horizon, 0.05)
        ahead = CAMERA_HEIGHT * scale / below
        aside = -(x - self._width / 2) / scale * ahead
        coarse, middle, fine = (
            sampled(self._noise[1], aside * size, ahead * size * flat)
            for size, flat in ((9, 1.0), (60, 1.0), (900, 0.25))
        )
        grain = 0.3 * coarse + 0.3 * middle + 0.4 * fine
        fade = np.exp(-ahead / 45)[..., None]
        meadow = (1 - fade) * np.array((140, 172, 98)) / 255 + fade * np.array((84, 132, 58)) / 255
        lit = 1 + (grain[..., None] - 0.5) * (0.25 + 0.75 * fade)
        _lay(canvas, np.clip(y - horizon + 0.5, 0, 1), meadow * lit)
        near, far = self._road
        soft = np.maximum(ahead**2 / (CAMERA_HEIGHT * scale), 1e-6)  # metres of ground per pixel row
        asphalt = (
            np.array((112, 112, 116))
            / 255
            * (0.82 + 0.36 * sampled(self._noise[1], aside * 160, ahead * 160))[..., None]
        )
        for start, end, colour in (
            (near - 0.5, far + 0.5, meadow * 0.5 + np.array((150, 136, 108)) / 510 * lit),
            (near, far, asphalt),
            (near + 0.12, near + 0.26, np.float32(0.86)),
            (far - 0.26, far - 0.12, np.float32(0.86)),
        ):
            _lay(canvas, _band(ahead, start, end, soft), colour)
        centre = (near + far) / 2
        dash = np.clip((1.5 - np.abs((aside + 100) % 6.0 - 3.0)) / np.maximum(soft, 0.02) + 0.5, 0, 1)
        _lay(canvas, _band(ahead, centre - 0.06, centre + 0.06, soft) * dash, np.float32(0.86))

    def _wood(self, canvas: Canvas) -> None:
        for far, aside, size, tone in self._trees:
            scale = self._scale(far)
            foot = self._pixels(np.array([[far, aside, -CAMERA_HEIGHT]]))[0]
            trunk = np.array([[-0.035, 0], [-0.02, 0.5], [0.02, 0.5], [0.035, 0]]) * size * scale
            _blob(canvas, foot + trunk * [1, -1], (88, 70, 54))
            for step in range(9):
                turn = step * 2.4 + tone * 9
                centre = foot + scale * size * np.array(
                    [0.20 * np.cos(turn) * (step > 0), -0.62 - 0.2 * np.sin(turn) * (step > 0)]
                )
                light = 0.72 + 0.35 * (0.5 + 0.5 * np.sin(turn)) + 0.2 * (tone - 0.5)
                _blob(canvas, centre + scale * size * 0.19 * _leafy(turn), _shade((70, 116, 56), light))

    def _posts(self, canvas: Canvas) -> None:
        ahead = self._road[1] + 0.6
        for aside in np.arange(-15.0, 16.0, 5.0):
            corners = [(-0.06, 0), (-0.06, 0.95), (0.06, 0.95), (0.06, 0)]
            _blob(canvas, self._pixels(_upright(corners, ahead, aside)), (232, 232, 228))
            band = [(-0.06, 0.62), (-0.06, 0.82), (0.06, 0.82), (0.06, 0.62)]
            _blob(canvas, self._pixels(_upright(band, ahead, aside)), (40, 40, 42))

    def _branch(self, canvas: Canvas, perch: tuple[float, float, float]) -> None:
        """A branch that comes in from the left and passes under the perch."""
        scale, foot = self._scale(perch[0]), self._pixels(np.array([perch]))[0]
        left = -foot[0] / scale - 0.3
        along = np.linspace(left, 0.48, 40)
        top = -0.10 * np.maximum(np.abs(along) - 0.3, 0.0)  # level where the bird hops
        thick = 0.020 + 0.030 * (0.48 - along) / (0.48 - left)
        wood = np.concatenate([np.stack([along, top], -1), np.stack([along, top - thick], -1)[::-1]])
        self._foliage(canvas, foot, scale, along, top - thick, slice(0, 40))
        _blob(canvas, foot + wood * [scale, -scale], (92, 70, 50))
        lit = np.concatenate([np.stack([along, top], -1), np.stack([along, top - 0.3 * thick], -1)[::-1]])
        _blob(canvas, foot + lit * [scale, -scale], (132, 106, 80))
        self._foliage(canvas, foot, scale, along, top - thick, slice(60, 72))

    def _foliage(self, canvas: Canvas, foot: Array, scale: float, along: Array, under: Array, some: slice) -> None:
        for order, (spread, drop, tone) in enumerate(self._leaves[some]):
            # leaves hang from both ends, clear of the perch
            right = along[0] + 0.12 + abs(spread) * 0.22 if order % 3 else along[-1] - abs(spread) * 0.05
            up = np.interp(right, along, under) - 0.02 - 0.05 * drop
            leaf = np.array([[-0.05, 0.0], [-0.02, 0.016], [0.02, 0.015], [0.05, 0.0], [0.02, -0.016], [-0.02, -0.015]])
            turn = 3.0 * tone
            spun = leaf @ np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) + np.array(
                [right, up]
            )
            _blob(canvas, foot + spun * [scale, -scale], _shade((92, 140, 58), 0.9 + 0.18 * tone))

    def _grid(self) -> tuple[Canvas, Canvas]:
        x, y = np.meshgrid(np.arange(self._width) + 0.5, np.arange(self._height) + 0.5)
        return x.astype(np.float32), y.astype(np.float32)


def _band(ahead: Canvas, start: float, end: float, soft: Canvas) -> Canvas:
    """How much of each pixel lies between two lines across the ground."""
    inside = np.minimum((ahead - start) / soft, (end - ahead) / soft) + 0.5
    return np.asarray(np.clip(inside, 0, 1) * np.clip((end - start) / soft, 0, 1), dtype=np.float32)


def _lay(canvas: Canvas, share: NDArray[np.floating], colour: NDArray[np.floating] | np.float32) -> None:
    canvas += share[..., None] * (colour - canvas)


def _blob(canvas: Canvas, outline: Array, colour: Colour) -> None:
    """Fill an outline in pixels with one colour; works on its bounds only."""
    height, width = canvas.shape[:2]
    x0, y0 = np.clip(np.floor(outline.min(axis=0)).astype(int) - 2, 0, [width, height])
    x1, y1 = np.clip(np.ceil(outline.max(axis=0)).astype(int) + 2, 0, [width, height])
    if x1 <= x0 or y1 <= y0:
        return
    mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
    fill(mask, outline - [x0, y0])
    _lay(canvas[y0:y1, x0:x1], mask / np.float32(255), np.array(colour, np.float32) / np.float32(255))


def _grove(rng: np.random.Generator) -> list[tuple[float, float, float, float]]:
    """Trees from far to near: metres ahead, metres aside (left positive), height in metres, tone in [0, 1]."""
    rows = [(90.0, 34), (60.0, 14), (34.0, 5)]
    trees = []
    for far, count in rows:
        for _ in range(count):
            aside, size, tone = rng.uniform(-0.66, 0.66) * far, rng.uniform(4.5, 9.0), rng.random()
            trees.append((far * rng.uniform(0.92, 1.08), aside, size, tone))
    return sorted(trees, reverse=True)


def _leafy(turn: float) -> Array:
    """A round, uneven outline of radius 1."""
    angle = np.linspace(0, 2 * np.pi, 28, endpoint=False)
    radius = 1 + 0.10 * np.sin(5 * angle + turn) + 0.08 * np.sin(9 * angle + 2 * turn)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], -1)


def _upright(corners: list[tuple[float, float]], ahead: float, aside: float) -> Array:
    return np.array([(ahead, aside - right, up - CAMERA_HEIGHT) for right, up in corners])


def _shade(colour: Colour, factor: float) -> Colour:
    red, green, blue = (int(np.clip(value * factor, 0, 255)) for value in colour)
    return red, green, blue
