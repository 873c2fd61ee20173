"""Sources followed through a stretch: how many, and where each is at every time.

A source is a path over the grid of directions. The first path is the one that explains most units best; each further
one must explain enough units that the others do not. Paths are then sought again in turn, each on the units that the
others leave it, as in Viterbi training.
"""

from typing import NamedTuple

import numpy as np

from seehear.listen.kernels import best_course, legs, unexplained
from seehear.listen.likeness import GRID, Table
from seehear.listen.units import Floats, Units, Whole
from seehear.scene.direction import Array

MOST = 6
"""Sources."""

KNOT = 5
"""Frames of 20 ms of a leg; a course is straight in a leg."""

FASTEST = 10
"""Grid steps in a leg (200 deg/s)."""

TURN, MOTION = 8.0, 0.05
"""Log-likelihood lost for a change of speed by a grid step a leg (20 deg/s), and for each grid step."""

TEMPER = 0.1
"""Units are not independent: bands and frames overlap. Their likelihoods count this much."""

NEW_SHARE = 0.06
"""Share of the first source's gain that a further source must add."""

APART = 15.0
"""Deg: sources closer than this at most times are one."""

BEND = 3e3
"""How stiff a path is: weight of squared second differences (deg per frame squared) against degrees squared."""

AGAIN = 2
"""Rounds in which paths are sought again."""


class Path(NamedTuple):
    """A source's way through a stretch.

    Attributes:
        place: (frames,) grid index.
        azimuth: (frames,) deg, between grid points and smooth.
        gain: log-likelihood that no other path explains.
    """

    place: Whole
    azimuth: Array
    gain: float


def follow(gain: Floats, table: Table) -> list[Path]:
    """Find the paths of all sources in a stretch.

    Args:
        gain: (frames, bands, grid) of `likeness.gains`.
        table: of the grid.

    Returns:
        Paths, strongest first.
    """
    places: list[Whole] = []
    first = 0.0
    while len(places) < MOST:
        place, own = _sought(gain, places, table)
        first = first or own
        if own <= 0.0 or own < NEW_SHARE * first or any(_near(place, one, table) for one in places):
            break
        places.append(place)
        places = _sought_again(gain, places, table)
    return sorted((_path(gain, places, index, table) for index in range(len(places))), key=lambda one: -one.gain)


def explained(gain: Floats, places: list[Whole]) -> Floats:
    """Give what paths, together, explain of each unit: (frames, bands), 0 where none does."""
    best = np.zeros(gain.shape[:2], np.float32)
    for place in places:
        np.maximum(best, along(gain, place), out=best)
    return best


def along(gain: Floats, place: Whole) -> Floats:
    """Give the gains on a path: (frames, bands)."""
    return np.ascontiguousarray(gain[np.arange(gain.shape[0]), :, place])


def distance(first: Array, second: Array) -> Array:
    """Give the angles, deg, 0 to 180, between azimuths."""
    return np.asarray(np.abs((first - second + 180.0) % 360.0 - 180.0))


def shares(gain: Floats, places: list[Whole], units: Units) -> Floats:
    """Give each path's share of each unit, (paths, frames, bands), rows summing to 1."""
    weight = np.maximum(units.weight, 0.05)
    fits = np.stack([along(gain, place) / weight for place in places])
    fits = np.exp(fits - fits.max(axis=0))
    return np.asarray(fits / fits.sum(axis=0), dtype=np.float32)


def _sought(gain: Floats, others: list[Whole], table: Table) -> tuple[Whole, float]:
    """Give the best path on what others leave, and its gain above that of a direction taken at random."""
    score = unexplained(gain, explained(gain, others)).astype(np.float64)
    score -= score.mean(axis=1, keepdims=True)
    course = best_course(legs(TEMPER * score, KNOT, FASTEST, table.circular), TURN, MOTION, table.circular)
    between = np.interp(np.arange(len(score)) + 0.5, KNOT * np.arange(len(course)), course)
    place = np.floor(between + 0.5).astype(np.int64) % len(table.azimuth)
    return place, float(score[np.arange(len(place)), place].sum())


def _sought_again(gain: Floats, places: list[Whole], table: Table) -> list[Whole]:
    if len(places) < 2:
        return places
    for _ in range(AGAIN):
        for index in range(len(places)):
            others = [*places[:index], *places[index + 1 :]]
            places = [*places[:index], _sought(gain, others, table)[0], *places[index + 1 :]]
    return places


def _near(first: Whole, second: Whole, table: Table) -> bool:
    gap = distance(table.azimuth[first], table.azimuth[second])
    return bool(np.median(gap) < APART)


def _path(gain: Floats, places: list[Whole], index: int, table: Table) -> Path:
    others = explained(gain, [*places[:index], *places[index + 1 :]])
    score = unexplained(gain, others).astype(np.float64)
    place = places[index]
    own = float((score - score.mean(axis=1, keepdims=True))[np.arange(len(place)), place].sum())
    return Path(place, _smooth(score, place, table), own)


def _smooth(score: Array, place: Whole, table: Table) -> Array:
    """Fit a stiff curve to the peaks of the score along a path; a peak counts by how sharp it is.

    Whittaker's smoother on unwrapped azimuths: minimise the sum of sharpness (azimuth - peak)^2 + BEND bends^2.
    """
    from scipy.linalg import solveh_banded

    frames, grid = score.shape
    frame, before, after = np.arange(frames), place - 1, place + 1
    if table.circular:
        before, after = before % grid, after % grid
    inside = (before >= 0) & (after < grid)
    low, top, high = (score[frame, np.clip(one, 0, grid - 1)] for one in (before, place, after))
    bend = np.maximum(2.0 * top - low - high, 1e-9)
    step = np.where(inside, np.clip(0.5 * (high - low) / bend, -1.0, 1.0), 0.0)
    azimuth = np.rad2deg(np.unwrap(np.deg2rad(table.azimuth[place]))) + step * GRID
    weight = np.where(inside, TEMPER * bend, TEMPER * top) / GRID**2 + 1e-6
    if frames < 3:
        return np.asarray(azimuth)
    bands = _stiffness(frames, BEND)
    bands[2] += weight
    curve = solveh_banded(bands, weight * azimuth)
    return np.asarray((curve + 180.0) % 360.0 - 180.0 if table.circular else np.clip(curve, -90.0, 90.0))


def _stiffness(count: int, bend: float) -> Array:
    """Give the upper bands, (3, count), of ``bend`` times the squared second differences."""
    rows = np.zeros((3, count))
    for offset, value in ((0, 1.0), (1, -2.0), (2, 1.0)):
        rows[2, offset : count - 2 + offset] += value * value
    rows[1, 1 : count - 1] += -2.0
    rows[1, 2:count] += -2.0
    rows[0, 2:] += 1.0
    return np.asarray(bend * rows)
