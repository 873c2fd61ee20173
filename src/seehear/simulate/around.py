"""Figures in a picture of all directions (equirectangular): upright, facing the viewer, bent as such pictures bend."""

import cv2
import numpy as np
from numpy.typing import NDArray

from seehear.figures.cutout import Figure
from seehear.scene import Camera
from seehear.scene.direction import Array

_FINEST = 400.0  # pixels per metre that a figure is drawn at, at most


def boxes_around(camera: Camera, positions: Array, reach: Array, times: Array) -> Array:
    """Give the boxes, (n, 4) fractions, of upright figures that face the viewer.

    Args:
        camera: an equirectangular one, level.
        positions: (n, 3) metres, the middles.
        reach: (n, 4) metres left (negative), down (negative), right and up from the middle.
        times: (n,) seconds.

    Returns:
        Boxes in one piece about their middle: beyond the picture's edge where they cross the seam behind.
    """
    level = np.hypot(positions[:, 0], positions[:, 1])
    aside = np.stack([positions[:, 1], -positions[:, 0]], -1) / np.maximum(level, 1e-9)[:, None]  # to the right
    middle = camera.point_of(positions, times)
    points = []
    for right in (0, 2, None):
        for up in (1, 3):
            shift = np.zeros(len(positions)) if right is None else reach[:, right]
            place = positions.copy()
            place[:, :2] += shift[:, None] * aside
            place[:, 2] += reach[:, up]
            points.append(camera.point_of(place, times))
    found = np.stack(points, axis=1)
    found[..., 0] = middle[:, None, 0] + (found[..., 0] - middle[:, None, 0] + 0.5) % 1.0 - 0.5
    return np.concatenate([found.min(axis=1), found.max(axis=1)], axis=-1)


def add_around(picture: NDArray[np.uint8], figure: Figure, place: Array, camera: Camera, time: float) -> None:
    """Draw a figure into a picture of all directions, in place.

    Args:
        picture: (height, width, 3) RGB.
        figure: what to draw.
        place: (3,) metres, its middle.
        camera: an equirectangular one, level.
        time: seconds.
    """
    height, width = picture.shape[:2]
    box = boxes_around(camera, place[None], figure.reach[None], np.array([time]))[0] * [width, height, width, height]
    x0, y0 = np.floor(box[:2]).astype(int) - 1
    x1, y1 = np.ceil(box[2:]).astype(int) + 1
    rows, columns = np.arange(max(y0, 0), min(y1, height)), np.arange(x0, x1)
    if not len(rows) or not len(columns) or len(columns) > width:
        return
    right, up = _plane(rows, columns, place, camera, time)
    scale = min(width / (2 * np.pi * max(float(np.hypot(place[0], place[1])), 0.05)) * 1.3, _FINEST)
    left, down, most, high = figure.reach * scale
    canvas = np.zeros((int(np.ceil(high - down)) + 2, int(np.ceil(most - left)) + 2, 4), np.float32)
    figure.draw(canvas, (1 - left, 1 + high), scale, time)
    across = (right * scale + 0.5 - left).astype(np.float32)
    upright = (0.5 + high - up * scale).astype(np.float32)
    drawn = cv2.remap(canvas, across, upright, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    where = np.ix_(rows, columns % width)
    under = picture[where]
    picture[where] = np.clip(under * (1 - drawn[..., 3:]) + 255 * drawn[..., :3] + 0.5, 0, 255).astype(np.uint8)


def _plane(rows: Array, columns: Array, place: Array, camera: Camera, time: float) -> tuple[Array, Array]:
    """Where the pixels' directions meet the figure's plane: metres right and up of its middle."""
    width, height = camera.spec.size_wh or (2, 1)
    x, y = np.meshgrid((columns + 0.5) / width, (rows + 0.5) / height)
    rays = camera.direction_of(np.stack([x.ravel(), y.ravel()], -1), time)
    level = max(float(np.hypot(place[0], place[1])), 1e-9)
    ahead = np.array([place[0], place[1], 0.0]) / level
    aside = np.array([ahead[1], -ahead[0], 0.0])
    met = rays * (level / np.maximum(rays @ ahead, 1e-6))[:, None]
    return (met @ aside).reshape(x.shape), (met[:, 2] - place[2]).reshape(x.shape)
