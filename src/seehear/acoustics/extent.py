"""How a wide object's sound is spread: the area around its direction, and the weight of each point there.

The area is BS.2127's: a band ``width`` deg long with round ends, ``height`` deg high, fading to nothing over 10 deg.
Below 10 deg it blends into a point.

Reference: ITU-R BS.2127-0, 6.1.4 (polar extent).
"""

from functools import lru_cache
from typing import Final

import numpy as np

from seehear.acoustics.ambisonics import channels_of_order, rotate_harmonics, sphere_quadrature, spherical_harmonics
from seehear.scene.direction import Array, angles_to_vector
from seehear.scene.scene import Extent

FADE: Final = 10.0
"""Deg over which the area's edge fades, and the size below which an object is partly a point."""

_ROWS: Final = 37
_QUADRATURE_DEGREE: Final = 190
_CHUNK: Final = 64


def point_share(extent: Extent | None) -> float:
    """Give how much of an object's power stays a point: 1 without extent, 0 from 10 deg on.

    Example:
        >>> point_share(Extent(width=5.0))
        0.5
    """
    return 1.0 if extent is None else 1.0 - min(1.0, max(extent.width, extent.height) / FADE)


def axes_at(direction: Array) -> Array:
    """Give each direction's own axes: forward, left (level), up; straight up and down keep the listener's left.

    Args:
        direction: (n, 3) unit vectors.

    Returns:
        (n, 3, 3) with the axes as columns: an active rotation that carries the front to the direction.
    """
    level = np.hypot(direction[:, 0], direction[:, 1])
    pole = level < 1e-9
    safe = np.where(pole, 1.0, level)
    sine, cosine = np.where(pole, 0.0, direction[:, 1] / safe), np.where(pole, 1.0, direction[:, 0] / safe)
    left = np.stack([-sine, cosine, np.zeros_like(sine)], axis=-1)
    return np.stack([direction, left, np.cross(direction, left)], axis=-1)


def spread_weights(local: Array, width: float, height: float) -> Array:
    """Give the weight of points around an object, 1 inside the area, 0 from 10 deg outside it.

    Args:
        local: (..., 3) unit vectors in the object's own axes (see `axes_at`).
        width: deg, 0 to 360; at least 5 is used, so that no area falls between the points of a grid.
        height: deg, 0 to 360; likewise.

    Returns:
        (...) in [0, 1], not normalised.
    """
    forward, side, up = np.moveaxis(local, -1, 0)
    along, across = max(width, FADE / 2), max(height, FADE / 2)
    if across > along:
        along, across, side, up = across, along, up, side
    radius = across / 2
    end = _band_end(along, radius)
    side = np.abs(side)
    cap = np.arccos(np.clip(forward * np.cos(np.deg2rad(end)) + side * np.sin(np.deg2rad(end)), -1.0, 1.0))
    beside = np.arctan2(side, forward) <= np.deg2rad(end)
    distance = np.rad2deg(np.where(beside, np.arcsin(np.clip(np.abs(up), 0.0, 1.0)), cap)) - radius
    return np.asarray(np.clip(1.0 - distance / FADE, 0.0, 1.0))


def _band_end(along: float, radius: float) -> float:
    """Give the azimuth, deg, of the centre of the band's round ends; beyond 180 deg it opens to meet at the back."""
    return float(np.interp(along, [2 * radius, max(180.0, 2 * radius), 360.0], [0.0, max(90.0 - radius, 0.0), 180.0]))


def source_grid() -> Array:
    """Give the virtual sources of the spread, (1652, 3): 37 rows of elevation, as dense on each as at the equator."""
    rows = []
    for elevation in np.linspace(-90.0, 90.0, _ROWS):
        count = max(1, round(float(np.cos(np.deg2rad(elevation))) * 2 * (_ROWS - 1)))
        rows.append(angles_to_vector(np.arange(count) * 360.0 / count, elevation))
    return np.concatenate(rows)


class SpreadGains:
    """Gains of wide objects for a panner whose gains at the grid's points are known.

    Args:
        grid: (p, 3) unit vectors of the virtual sources.
        grid_gains: (p, channels) what each of them gives.
    """

    def __init__(self, grid: Array, grid_gains: Array) -> None:
        self._grid, self._gains = grid, grid_gains

    def gains(self, direction: Array, extent: Extent) -> Array:
        """Give (n, channels) gains, sum of squares 1, of (n, 3) directions."""
        parts = [direction[start : start + _CHUNK] for start in range(0, len(direction), _CHUNK)]
        return np.concatenate([self._part(part, extent) for part in parts] or [np.zeros((0, self._gains.shape[1]))])

    def _part(self, direction: Array, extent: Extent) -> Array:
        near = self._near(direction, _reach(extent))
        local = np.matmul(self._grid[near], axes_at(direction))
        total = spread_weights(local, extent.width, extent.height) @ self._gains[near]
        return np.asarray(total / np.linalg.norm(total, axis=1, keepdims=True))

    def _near(self, direction: Array, reach: float) -> "np.ndarray[tuple[int], np.dtype[np.intp]]":
        """Give the numbers of the grid's points that some direction's area may hold."""
        middle = direction.mean(axis=0)
        middle /= max(float(np.linalg.norm(middle)), 1e-9)
        widest = np.rad2deg(np.arccos(np.clip((direction @ middle).min(), -1.0, 1.0)))
        return np.flatnonzero(self._grid @ middle >= np.cos(np.deg2rad(min(reach + widest, 180.0))) - 1e-9)


def _reach(extent: Extent) -> float:
    """Give the angle, deg, from the object's direction beyond which no point has weight."""
    along, across = max(extent.width, extent.height, FADE / 2), max(min(extent.width, extent.height), FADE / 2)
    return _band_end(along, across / 2) + across / 2 + FADE


@lru_cache(maxsize=64)
def _front_harmonics(extent: Extent, order: int) -> Array:
    """Give the mean of the harmonics over an area in front of the listener, (K,), W = 1."""
    points, area = sphere_quadrature(_QUADRATURE_DEGREE)
    weights = area * spread_weights(points, extent.width, extent.height)
    share = point_share(extent)
    front = spherical_harmonics(np.array([1.0, 0.0, 0.0]), order)
    spread = weights @ spherical_harmonics(points, order) / weights.sum()
    return np.asarray(share * front + (1.0 - share) * spread)


def spread_harmonics(direction: Array, extent: Extent, order: int) -> Array:
    """Give wide objects' ambisonic gains: the harmonics' mean over the area, so that W stays 1.

    Args:
        direction: (n, 3) unit vectors.
        extent: the area.
        order: 0 to 7.

    Returns:
        (n, K) ACN, SN3D.
    """
    if not len(direction):
        return np.zeros((0, channels_of_order(order)))
    return np.asarray(rotate_harmonics(axes_at(direction), order) @ _front_harmonics(extent, order))
