"""Cut-out figures: flat shapes in metres, held upright facing the camera, drawn at any size with sub-pixel placement.

A figure is a list of parts, a part a list of shapes; a part may turn about its hinge and shift with time. Coordinates
inside a figure: (right, up) in metres from the middle of its bounds. Pictures are RGBA float32 in [0, 1], colours
multiplied by alpha.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from seehear.scene.direction import Array

Picture = NDArray[np.float32]
Colour = tuple[int, int, int]

_SHIFT = 8  # cv2 takes polygon corners in 1/256 pixel
_MARGIN = 3  # texels around a part, so that blending finds transparent ones


class Shape(NamedTuple):
    """One filled outline.

    Attributes:
        outline: (n, 2) metres, right and up.
        top: RGB 0 to 255 at its upper end.
        bottom: RGB at its lower end.
        softness: metres over which its edge fades.
        opacity: [0, 1].
    """

    outline: Array
    top: Colour
    bottom: Colour
    softness: float = 0.0
    opacity: float = 1.0


class Pose(NamedTuple):
    """How a part is turned (deg, anticlockwise in the picture), shifted (metres right, up), sized and how opaque."""

    turn: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)
    size: float = 1.0
    opacity: float = 1.0


def at_rest(time: float) -> Pose:
    """Never move."""
    del time
    return Pose()


def to_the_right(time: float) -> int:
    """Always face to the right."""
    del time
    return 1


class Part(NamedTuple):
    """Shapes that move together.

    Attributes:
        shapes: from back to front.
        hinge: (right, up) metres that ``pose`` turns about.
        pose: time in seconds -> Pose.
        solid: whether it belongs to the figure's bounds; a shadow or a moving part inside the bounds does not.
    """

    shapes: Sequence[Shape]
    hinge: tuple[float, float] = (0.0, 0.0)
    pose: Callable[[float], Pose] = at_rest
    solid: bool = True


class Figure:
    """A cut-out figure.

    Args:
        parts: from back to front.
        facing: time in seconds -> 1, or -1 to mirror it left to right.
        sweeping: whether parts may turn out of the bounds they have at rest.

    Attributes:
        width: metres.
        height: metres.
    """

    def __init__(
        self, parts: Sequence[Part], *, facing: Callable[[float], int] = to_the_right, sweeping: bool = False
    ) -> None:
        corners = np.concatenate([shape.outline for part in parts if part.solid for shape in part.shapes])
        self._low, self._high = corners.min(axis=0), corners.max(axis=0)
        self._middle = (self._low + self._high) / 2
        self.width, self.height = (float(side) for side in self._high - self._low)
        self._parts = tuple(parts)
        self._turned_to = facing
        self._sweeping = sweeping
        self._scale = 0.0
        self._textures: list[tuple[Picture, Array]] = []

    def draw(self, canvas: Picture, centre: tuple[float, float], scale: float, time: float) -> None:
        """Draw the figure over an RGBA canvas.

        Args:
            canvas: (height, width, 4), changed in place.
            centre: (x, y) pixels from the canvas's upper left corner where the middle of the bounds lies.
            scale: pixels per metre.
            time: seconds; moves the parts.
        """
        # the textures are painted at twice the size and kept while the size stays much the same
        if not 0.8 < 2 * scale / max(self._scale, 1e-9) < 1.25:
            self._scale = 2 * scale
            self._textures = [_painted(part.shapes, self._scale) for part in self._parts]
        size_wh = (canvas.shape[1], canvas.shape[0])
        screen = _screen(centre, scale, self._turned_to(time), self._middle)
        for part, (texture, to_metres) in zip(self._parts, self._textures, strict=True):
            matrix = _pixel_centred(screen @ _hinged(part, time) @ to_metres)
            drawn = cv2.warpAffine(texture, matrix, size_wh, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
            opacity = part.pose(time).opacity
            if opacity < 1.0:
                drawn = drawn * np.float32(opacity)
            canvas *= 1 - drawn[..., 3:]
            canvas += drawn

    @property
    def moves(self) -> bool:
        """Whether any part that counts to its bounds ever moves."""
        return any(part.solid and part.pose is not at_rest for part in self._parts)

    def solid(self) -> "Figure":
        """Give the figure without its shadow and whatever else is not counted to its bounds."""
        parts = [part for part in self._parts if part.solid]
        return Figure(parts, facing=self._turned_to, sweeping=self._sweeping)

    def unshadowed(self) -> "Figure":
        """Give the figure without its shadow: every part that counts to its bounds or that moves."""
        parts = [part for part in self._parts if part.solid or part.pose is not at_rest]
        return Figure(parts, facing=self._turned_to, sweeping=self._sweeping)

    def state(self, time: float) -> tuple[object, ...]:
        """Give what the drawing looks like at a time, as far as the eye can tell: equal states, equal drawings."""
        poses = (part.pose(time) for part in self._parts)
        told = (
            (round(turn), *np.round(shift, 3).tolist(), round(size, 2), round(seen, 2))
            for turn, shift, size, seen in poses
        )
        return (self._turned_to(time), *told)

    def facing(self, facing: Callable[[float], int]) -> "Figure":
        """Give the figure looking to where a function of time says: 1 as drawn, -1 mirrored."""
        return Figure(self._parts, facing=facing, sweeping=self._sweeping)

    def extents(self, times: Array) -> Array:
        """Give how far the solid parts reach from the middle of the bounds, (n, 4) metres, at (n,) seconds.

        Returns:
            Left, down, right, up: coordinates, so the first two are negative as a rule.
        """
        solid = [part for part in self._parts if part.solid]
        outlines = [np.concatenate([shape.outline for shape in part.shapes]) for part in solid]
        found = np.empty((len(times), 4))
        for index, time in enumerate(times):
            placed = [_moved(part, line, float(time)) for part, line in zip(solid, outlines, strict=True)]
            corners = np.concatenate(placed) - self._middle
            low, high = corners.min(axis=0), corners.max(axis=0)
            if self._turned_to(float(time)) < 0:
                low[0], high[0] = -high[0], -low[0]
            found[index] = (*low, *high)
        return found

    @cached_property
    def reach(self) -> Array:
        """How far the drawing goes from the middle of the bounds, (left, down, right, up) metres, shadows included."""
        corners = np.concatenate([self._turned(part) for part in self._parts])
        soft = 2 * max(shape.softness for part in self._parts for shape in part.shapes) + 0.03 * self.width
        low, high = corners.min(axis=0) - self._middle - soft, corners.max(axis=0) - self._middle + soft
        sides = max(-low[0], high[0])
        return np.array([-sides, low[1], sides, high[1]])

    def _turned(self, part: Part) -> Array:
        """A part's outlines, and the corners of all it sweeps when it turns about its hinge."""
        corners = np.concatenate([shape.outline for shape in part.shapes])
        if part.pose is at_rest or not self._sweeping:
            return corners
        radius = 0.06 * self.height + np.linalg.norm(corners - part.hinge, axis=1).max()
        return np.concatenate([corners, np.add(part.hinge, [[-radius, -radius], [radius, radius]])])


def _moved(part: Part, outline: Array, time: float) -> Array:
    if part.pose is at_rest:
        return outline
    matrix = _hinged(part, time)
    return np.asarray(outline @ matrix[:2, :2].T + matrix[:2, 2])


def stick(
    start: tuple[float, float],
    end: tuple[float, float],
    half: float,
    colour: Colour,
    softness: float = 0.0,
    opacity: float = 1.0,
) -> Shape:
    """Give a straight bar ``2 half`` metres thick."""
    a, b = np.array(start), np.array(end)
    side = np.array([a[1] - b[1], b[0] - a[0]]) / np.linalg.norm(b - a) * half
    return Shape(np.array([a - side, b - side, b + side, a + side]), colour, colour, softness, opacity)


def tinted(colour: Colour, factor: float) -> Colour:
    """Give a colour lighter or darker by a factor."""
    red, green, blue = (min(255, round(value * factor)) for value in colour)
    return red, green, blue


def smooth(points: Sequence[tuple[float, float]], *, rounds: int = 3) -> Array:
    """Round a closed outline's corners.

    Reference: Chaikin, "An algorithm for high-speed curve generation", Computer Graphics and Image Processing 3, 1974.
    """
    outline = np.array(points, dtype=np.float64)
    for _ in range(rounds):
        after = np.roll(outline, -1, axis=0)
        outline = np.stack([0.75 * outline + 0.25 * after, 0.25 * outline + 0.75 * after], axis=1).reshape(-1, 2)
    return outline


def ellipse(centre: tuple[float, float], radii: tuple[float, float], *, turn: float = 0.0, count: int = 48) -> Array:
    """Give the outline, (count, 2), of an ellipse turned by ``turn`` deg."""
    angle, lean = np.linspace(0, 2 * np.pi, count, endpoint=False), np.deg2rad(turn)
    x, y = radii[0] * np.cos(angle), radii[1] * np.sin(angle)
    return np.stack(
        [centre[0] + x * np.cos(lean) - y * np.sin(lean), centre[1] + x * np.sin(lean) + y * np.cos(lean)], -1
    )


def polygon(*points: tuple[float, float]) -> Array:
    """Give an outline of straight sides."""
    return np.array(points, dtype=np.float64)


def fill(mask: NDArray[np.uint8], outline: Array) -> None:
    """Fill an outline, (n, 2) in pixels from the upper left corner, with 255 and smooth edges."""
    corners = np.round((outline - 0.5) * (1 << _SHIFT)).astype(np.int32)
    cv2.fillPoly(mask, [corners], 255, lineType=cv2.LINE_AA, shift=_SHIFT)


def _painted(shapes: Sequence[Shape], scale: float) -> tuple[Picture, Array]:
    """Paint a part; give its texture and the (3, 3) matrix from texels to metres."""
    corners = np.concatenate([shape.outline for shape in shapes])
    margin = _MARGIN + int(np.ceil(2.5 * scale * max(shape.softness for shape in shapes)))
    low, high = corners.min(axis=0), corners.max(axis=0)
    width, height = (int(np.ceil(side)) + 2 * margin for side in (high - low) * scale)
    texture = np.zeros((height, width, 4), np.float32)
    for shape in shapes:
        texels = (shape.outline - [low[0], high[1]]) * [scale, -scale] + margin
        mask = np.zeros((height, width), np.uint8)
        fill(mask, texels)
        alpha = mask.astype(np.float32) * np.float32(shape.opacity / 255)
        if shape.softness > 0:
            alpha = np.asarray(cv2.GaussianBlur(alpha, (0, 0), shape.softness * scale), dtype=np.float32)
        layer = np.dstack([_gradient(shape, texels, height) * alpha[..., None], alpha])
        texture = texture * (1 - alpha[..., None]) + layer
    to_metres = np.array(
        [[1 / scale, 0, low[0] - margin / scale], [0, -1 / scale, high[1] + margin / scale], [0, 0, 1]]
    )
    return np.asarray(cv2.GaussianBlur(texture, (0, 0), 0.6), dtype=np.float32), to_metres


def _gradient(shape: Shape, texels: Array, height: int) -> Picture:
    top, bottom = texels[:, 1].min(), texels[:, 1].max()
    share = np.clip((np.arange(height) + 0.5 - top) / max(bottom - top, 1e-9), 0, 1)[:, None, None]
    return np.asarray(((1 - share) * shape.top + share * shape.bottom) / 255, dtype=np.float32)


def _hinged(part: Part, time: float) -> Array:
    """The (3, 3) matrix, metres to metres, of a part's pose."""
    turn, (right, up), size, _ = part.pose(time)
    cos, sin = size * np.cos(np.deg2rad(turn)), size * np.sin(np.deg2rad(turn))
    x, y = part.hinge
    return np.array([[cos, -sin, x - cos * x + sin * y + right], [sin, cos, y - sin * x - cos * y + up], [0, 0, 1]])


def _screen(centre: tuple[float, float], scale: float, facing: int, middle: Array) -> Array:
    """The (3, 3) matrix from the drawing's metres to pixels."""
    across, down = facing * scale, -scale
    return np.array([[across, 0, centre[0] - across * middle[0]], [0, down, centre[1] - down * middle[1]], [0, 0, 1.0]])


def _pixel_centred(matrix: Array) -> Array:
    """From corners-at-integers to cv2's pixel centres at integers; (2, 3)."""
    shift = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
    back = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1.0]])
    return np.asarray((back @ matrix @ shift)[:2])
