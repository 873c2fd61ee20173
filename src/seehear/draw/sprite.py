"""A drawing as pixels: made a dozen times a second, and stretched into the object's box for every picture."""

from collections import OrderedDict
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from seehear.figures.cutout import Figure
from seehear.scene.direction import Array

Pixels = NDArray[np.uint8]

POSES = 12
"""Drawings a second, as drawn films have them; what lies between two pictures is the same drawing elsewhere."""

LARGEST = 384
"""Pixels that a drawing has along its longer side at most; larger boxes are filled by enlarging it."""

_SMALLEST = 24
_KEPT = 16  # drawings of one thing


class Texture(NamedTuple):
    """A drawing.

    Attributes:
        colours: (h, w, 3) RGB, multiplied by the cover.
        cover: (h, w) 0 clear to 255 solid.
        bounds: x0, y0, x1, y1 in texels: what goes into the box.
    """

    colours: Pixels
    cover: Pixels
    bounds: tuple[float, float, float, float]


class Sprite:
    """One object's drawing over time.

    Args:
        figure: what is drawn.
        largest_wh: pixels, the largest width and height that its box ever has.
    """

    def __init__(self, figure: Figure, largest_wh: tuple[float, float]) -> None:
        self._figure = figure.unshadowed()
        needed = max(largest_wh[0] / figure.width, largest_wh[1] / figure.height)
        longer = max(figure.width, figure.height)
        self._scale = float(np.clip(needed, _SMALLEST / longer, LARGEST / longer))
        self._reach = self._figure.reach
        self._drawn: OrderedDict[tuple[object, ...], list[Texture]] = OrderedDict()

    def texture(self, time: float, across: float) -> Texture:
        """Give the drawing at a time, not more than twice as fine as ``across`` pixels of width need."""
        moment = (int(time * POSES) + 0.5) / POSES
        state = self._figure.state(moment)
        if state not in self._drawn:
            self._drawn[state] = [self._draw(moment)]
            if len(self._drawn) > _KEPT:
                self._drawn.popitem(last=False)
        levels = self._drawn[state]
        depth = 0
        while (levels[depth].bounds[2] - levels[depth].bounds[0]) > 2 * max(across, 4.0):
            depth += 1
            if depth == len(levels):
                levels.append(_halved(levels[-1]))
        return levels[depth]

    def _draw(self, time: float) -> Texture:
        left, low, right, high = self._reach
        width, height = (int(np.ceil(side * self._scale)) + 4 for side in (right - left, high - low))
        centre = (2 - left * self._scale, 2 + high * self._scale)
        canvas = np.zeros((height, width, 4), np.float32)
        self._figure.draw(canvas, centre, self._scale, time)
        west, south, east, north = self._figure.extents(np.array([time]))[0] * self._scale
        pixels = np.clip(canvas * 255 + 0.5, 0, 255).astype(np.uint8)
        bounds = (centre[0] + west, centre[1] - north, centre[0] + east, centre[1] - south)
        return Texture(np.ascontiguousarray(pixels[..., :3]), np.ascontiguousarray(pixels[..., 3]), bounds)


def _halved(texture: Texture) -> Texture:
    height, width = texture.cover.shape
    size = max(width // 2, 1), max(height // 2, 1)
    colours = np.asarray(cv2.resize(texture.colours, size, interpolation=cv2.INTER_AREA), np.uint8)
    cover = np.asarray(cv2.resize(texture.cover, size, interpolation=cv2.INTER_AREA), np.uint8)
    across, down = size[0] / width, size[1] / height
    x0, y0, x1, y1 = texture.bounds
    return Texture(colours, cover, (x0 * across, y0 * down, x1 * across, y1 * down))


def lay(picture: Pixels, texture: Texture, box: Array, *, opacity: float = 1.0, cut: bool = False) -> None:
    """Lay a texture over a picture, its bounds stretched into a box.

    Args:
        picture: (height, width, 3), changed in place.
        texture: what to lay.
        box: x0, y0, x1, y1 pixels; may reach out of the picture.
        opacity: [0, 1].
        cut: leave out what lies outside the box: soft edges, a blade that sweeps over its bounds.
    """
    placed = _placed(texture, box, picture.shape, cut=cut)
    if placed is None:
        return
    rows, columns, _ = placed
    blend(picture[rows, columns], _warped(texture.colours, placed), _warped(texture.cover, placed), opacity=opacity)


def stain(picture: Pixels, texture: Texture, box: Array, colour: tuple[int, int, int], *, opacity: float = 1.0) -> None:
    """Lay one colour over a picture as a texture's cover says; the texture's own colours are left aside.

    Args:
        picture: (height, width, 3), changed in place.
        texture: its cover is stretched into the box.
        box: x0, y0, x1, y1 pixels; may reach out of the picture.
        colour: RGB.
        opacity: [0, 1].
    """
    placed = _placed(texture, box, picture.shape, cut=False)
    if placed is None:
        return
    rows, columns, _ = placed
    cover = _warped(texture.cover, placed)
    if opacity < 1.0:
        cover = np.asarray(cv2.convertScaleAbs(cover, alpha=opacity), np.uint8)
    colours = cv2.merge([cv2.convertScaleAbs(cover, alpha=part / 255) for part in colour])
    blend(picture[rows, columns], np.asarray(colours, np.uint8), cover)


def _warped(layer: Pixels, placed: tuple[slice, slice, Array]) -> Pixels:
    """Stretch a texture's colours or cover into its place."""
    rows, columns, matrix = placed
    size = (columns.stop - columns.start, rows.stop - rows.start)
    return np.asarray(cv2.warpAffine(layer, matrix, size, flags=cv2.INTER_LINEAR), np.uint8)


def _placed(texture: Texture, box: Array, shape: tuple[int, ...], *, cut: bool) -> tuple[slice, slice, Array] | None:
    """Rows and columns of the picture that a texture in a box covers, and the (2, 3) matrix from texels to them."""
    x0, y0, x1, y1 = texture.bounds
    across, down = (box[2] - box[0]) / (x1 - x0), (box[3] - box[1]) / (y1 - y0)
    height, width = texture.cover.shape
    left, top = box[0] - x0 * across, box[1] - y0 * down
    reach = np.array([left, top, left + width * across, top + height * down])
    if cut:
        reach = np.concatenate([np.maximum(reach[:2], box[:2]), np.minimum(reach[2:], box[2:])])
    window = _window(reach, shape)
    if window is None:
        return None
    columns, rows = window
    matrix = np.array([[across, 0.0, left - columns.start], [0.0, down, top - rows.start]])
    matrix[:, 2] += 0.5 * np.array([across, down]) - 0.5  # cv2 counts from pixels' middles
    return rows, columns, matrix


def blend(under: Pixels, colours: Pixels, cover: Pixels, *, opacity: float = 1.0) -> None:
    """Lay colours, multiplied by their cover, over a part of a picture, in place."""
    if opacity < 1.0:
        colours = np.asarray(cv2.convertScaleAbs(colours, alpha=opacity), np.uint8)
        cover = np.asarray(cv2.convertScaleAbs(cover, alpha=opacity), np.uint8)
    rest = cv2.merge([cv2.bitwise_not(cover)] * 3)
    under[...] = cv2.add(cv2.multiply(under, rest, scale=1 / 255), colours)


def _window(reach: Array, shape: tuple[int, ...]) -> tuple[slice, slice] | None:
    x0, y0 = (max(int(side), 0) for side in np.floor(reach[:2]))
    x1, y1 = (min(int(side), most) for side, most in zip(np.ceil(reach[2:]), shape[1::-1], strict=True))
    return (slice(x0, x1), slice(y0, y1)) if x1 > x0 and y1 > y0 else None
