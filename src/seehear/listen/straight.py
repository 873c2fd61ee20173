"""Straight ways at constant speed, sought through a stretch's scores: what crosses or meets another goes on as it went.

A way is ``bearing + turning · atan((time - middle) / scale)``, folded to the front where the grid is; time is in halves
of the stretch, from its middle. A grid over all four is summed along, and the best way refined by halving steps.
"""

from functools import lru_cache

import numpy as np

from seehear.listen.likeness import Table
from seehear.listen.units import Whole
from seehear.scene.direction import Array

POINTS = 40
"""Parts of a stretch in which a way stands still."""

_MIDDLES = np.array([-5.0, -3.0, -2.0, -1.5, -1.2, *np.linspace(-1.0, 1.0, 17), 1.2, 1.5, 2.0, 3.0, 5.0])
_SCALES = np.geomspace(0.08, 5.0, 10)
_BEARING_STEP = 10.0
_HALVINGS = 4


def straight_way(score: Array, table: Table) -> Whole:
    """Give the grid indices, (frames,), of the straight way with the largest sum of scores, (frames, grid)."""
    frames = len(score)
    count = min(POINTS, frames)
    edges = np.linspace(0, frames, count + 1).astype(np.int64)
    parts = np.add.reduceat(score, edges[:-1], axis=0)
    ways, places = _all_ways(count, table.circular)
    best = ways[_sums(parts, places).argmax()]
    step = np.array([0.06, 0.25, _BEARING_STEP / 2, 0.0])
    for _ in range(_HALVINGS):
        near = _around(best, step)
        best = near[_sums(parts, _places(near, count, circular=table.circular)).argmax()]
        step = step / 2
    return np.asarray(_places(best[None], frames, circular=table.circular)[0], dtype=np.int64)


def _sums(parts: Array, places: Whole) -> Array:
    return np.asarray(parts[np.arange(len(parts)), places].sum(axis=1))


@lru_cache(maxsize=4)
def _all_ways(count: int, circular: bool) -> tuple[Array, Whole]:  # noqa: FBT001
    """Give (w, 4) ways, as middle, log of scale, bearing and turning, and their (w, count) grid indices."""
    reach = 180.0 - _BEARING_STEP if circular else 90.0
    bearings = np.arange(-180.0 if circular else -90.0, reach + 1.0, _BEARING_STEP)
    grid = np.meshgrid(_MIDDLES, np.log(_SCALES), bearings, [-1.0, 1.0], indexing="ij")
    ways = np.stack([one.ravel() for one in grid], axis=-1)
    return ways, _places(ways, count, circular=circular)


def _around(way: Array, step: Array) -> Array:
    """Give a way and its neighbours a step away, (27, 4)."""
    sides = np.array([-1.0, 0.0, 1.0])
    moves = np.stack([one.ravel() for one in np.meshgrid(sides, sides, sides, [0.0], indexing="ij")], axis=-1)
    return np.asarray(way + moves * step)


def _places(ways: Array, count: int, *, circular: bool) -> Whole:
    """Give the nearest grid indices, (w, count), of (w, 4) ways at evenly spaced moments."""
    from seehear.listen.likeness import GRID

    when = (2.0 * np.arange(count) + 1.0) / count - 1.0
    turned = np.rad2deg(np.arctan((when - ways[:, :1]) * np.exp(-ways[:, 1:2])))
    azimuth = ways[:, 2:3] + ways[:, 3:] * turned
    if circular:
        index = np.round((azimuth + 180.0) / GRID).astype(np.int16) % round(360.0 / GRID)
    else:
        folded = np.rad2deg(np.arcsin(np.sin(np.deg2rad(azimuth))))
        index = np.round((folded + 90.0) / GRID).astype(np.int16)
    return np.asarray(index)
