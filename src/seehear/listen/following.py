"""Sources followed through a stretch: how many, and where each is at every time.

A source is a path over the grid of directions. The first path is the one that explains most units best; each further
one must explain enough units that the others do not. Paths are then sought again in turn, each on the units that the
others leave it, as in Viterbi training.
"""

from typing import NamedTuple

import numpy as np

from seehear.listen.kernels import best_course, chance, legs, near_path, unexplained
from seehear.listen.likeness import GRID, Table, gains
from seehear.listen.straight import straight_way
from seehear.listen.units import Floats, Units, Whole
from seehear.scene.direction import Array

MOST = 6
"""Sources."""

KNOT = 5
"""Frames of 20 ms of a leg; a course is straight in a leg."""

FASTEST = 8
"""Grid steps in a leg (160 deg/s)."""

TURN, MOTION = 7.0, 0.2
"""Log-likelihood lost for a change of speed by a grid step a leg (20 deg/s), and for each grid step."""

EVIDENCE = 3.0
"""Mean log-likelihood of a frame's best direction, as counted against the cost of turns: units are not independent."""

RARE = 0.1
"""Probability that a unit is a further source's."""

PLAIN = 0.06
"""What a further source must explain, against what a direction taken at random explains."""

APART = 3.0
"""Deg beyond the blur: sources closer than that at most times are one."""

BEND, LOOSE = 300.0, 1e-3
"""How stiff a path is (weight of squared second differences), against mean sharpness 1; least weight of a frame."""

AGAIN = 2
"""Rounds in which paths are sought again."""

TURNED = 12.0
"""Deg that a path must turn through for straight ways to be tried."""

STRAIGHT, CLEAR = 1.04, 0.28
"""What straight ways must explain, against what free paths do, to be taken; and each alone, against chance."""

BESIDE = 2
"""Grid steps beside a path in which both are compared."""

MEETING = 80.0
"""Percent of the time at which straight ways may be together."""

CORRIDOR, FORBIDDEN = 8.0, 1e3
"""Deg beside a way within which the path may bend; what the rest costs."""


class Path(NamedTuple):
    """A source's way through a stretch.

    Attributes:
        place: (frames,) grid index.
        azimuth: (frames,) deg, between grid points and smooth.
        gain: log-likelihood that no other path explains.
        chance: the same of a direction taken at random.
    """

    place: Whole
    azimuth: Array
    gain: float
    chance: float


def follow(gain: Floats, weight: Floats, table: Table) -> list[Path]:
    """Find the paths of all sources in a stretch.

    Args:
        gain: (frames, bands, grid) of `likeness.gains`.
        weight: (frames, bands) of the units.
        table: of the grid.

    Returns:
        Paths, strongest first.
    """
    random = chance(gain)
    places, straight = _found(gain, weight, table, random), False
    if any(_moves(place, table) for place in places):
        ways = _found(gain, weight, table, random, straight=True)
        if _clearer(gain, weight, ways, places, table, random):
            straight = True
            places = [_beside(gain, weight, ways, index, table) for index in range(len(ways))]
    found = [_path(gain, weight, places, index, table, straight=straight) for index in range(len(places))]
    found = [one._replace(chance=random) for one in found]
    return sorted(found, key=lambda one: -one.gain)


def _found(gain: Floats, weight: Floats, table: Table, random: float, *, straight: bool = False) -> list[Whole]:
    """Find paths one after the other, while each explains enough that the others do not."""
    places: list[Whole] = []
    while len(places) < MOST:
        place, own = _sought(gain, weight, places, table, straight=straight)
        known = any(_near(place, one, table, straight=straight) for one in places)
        if (places and own <= PLAIN * random) or known:
            break
        places.append(place)
        places = _sought_again(gain, weight, places, table, straight=straight)
    return places


def _moves(place: Whole, table: Table) -> bool:
    """Say whether a path turns."""
    return bool(np.ptp(np.unwrap(table.azimuth[place], period=360.0)) >= TURNED)


def _clearer(gain: Floats, weight: Floats, ways: list[Whole], places: list[Whole], table: Table, random: float) -> bool:
    """Say whether several straight ways, each with enough of its own, explain more than free paths do."""
    if len(ways) < 2 or _worth(gain, ways, table) <= STRAIGHT * _worth(gain, places, table):
        return False
    others = ([*ways[:index], *ways[index + 1 :]] for index in range(len(ways)))
    scores = (_score(gain, weight, one, table, straight=True) for one in others)
    return all(_heard(score, way) >= CLEAR * random for score, way in zip(scores, ways, strict=True))


def _worth(gain: Floats, places: list[Whole], table: Table) -> float:
    """Sum what paths explain of all units, a little beside them."""
    near = np.max([near_path(gain, place, BESIDE, table.circular) for place in places], axis=0)
    return float(np.maximum(near, 0.0).sum(dtype=np.float64))


def _beside(gain: Floats, weight: Floats, ways: list[Whole], index: int, table: Table) -> Whole:
    """Let a way bend a little to the scores beside it."""
    score = _score(gain, weight, [*ways[:index], *ways[index + 1 :]], table, straight=True)
    gap = distance(table.azimuth[None, :], table.azimuth[ways[index]][:, None])
    return _course_through(np.where(gap <= CORRIDOR, _tempered(score), -FORBIDDEN), table, least=-np.inf)


def explained(gain: Floats, places: list[Whole], table: Table, *, straight: bool = False) -> Floats:
    """Give what paths, together, explain of each unit: (frames, bands), 0 where none does.

    A path explains what lies within the table's blur of it; a straight way, which does not stray, `BESIDE` it.
    """
    width = BESIDE if straight else round(table.blur / GRID)
    near = [near_path(gain, place, width, table.circular) for place in places]
    return np.asarray(np.max(near, axis=0))


def along(gain: Floats, place: Whole) -> Floats:
    """Give the gains on a path: (frames, bands)."""
    return np.ascontiguousarray(gain[np.arange(gain.shape[0]), :, place])


def distance(first: Array, second: Array) -> Array:
    """Give the angles, deg, 0 to 180, between azimuths."""
    return np.asarray(np.abs((first - second + 180.0) % 360.0 - 180.0))


def shares(units: Units, table: Table, places: list[Whole]) -> Floats:
    """Give each path's share of each unit, (paths, frames, bands), summing to 1; every unit counts alike."""
    gain = gains(units._replace(weight=(units.weight > 0.0).astype(np.float32)), table)
    fits = np.stack([along(gain, place) for place in places])
    fits = np.exp(fits - fits.max(axis=0))
    return np.asarray(fits / fits.sum(axis=0), dtype=np.float32)


def _sought(
    gain: Floats, weight: Floats, others: list[Whole], table: Table, *, straight: bool = False
) -> tuple[Whole, float]:
    """Give the best path on what others leave, and its gain above that of a direction taken at random."""
    score = _score(gain, weight, others, table, straight=straight)
    tempered = _tempered(score)
    if straight:
        place = straight_way(np.maximum(tempered, 0.0) if others else tempered, table)
    else:
        place = _course_through(tempered, table, least=0.0 if others else -np.inf)
    return place, _heard(score, place)


def _course_through(score: Array, table: Table, *, least: float) -> Whole:
    """Give the grid indices, (frames,), of the best course."""
    course = best_course(legs(score, KNOT, FASTEST, table.circular, least), TURN, MOTION, table.circular)
    between = np.interp(np.arange(len(score)) + 0.5, KNOT * np.arange(len(course)), course)
    return np.asarray(np.floor(between + 0.5).astype(np.int64) % len(table.azimuth))


def _score(gain: Floats, weight: Floats, others: list[Whole], table: Table, *, straight: bool = False) -> Array:
    """Give what a source in each direction adds to what others explain: (frames, grid)."""
    if not others:
        return np.asarray(gain.sum(axis=1, dtype=np.float64))
    return np.asarray(
        unexplained(gain, explained(gain, others, table, straight=straight), weight, RARE), dtype=np.float64
    )


def _heard(score: Array, place: Whole) -> float:
    """Sum a score along a path over the legs in which the source is heard."""
    along_path = score[np.arange(len(place)), place]
    return float(np.maximum(np.add.reduceat(along_path, np.arange(0, len(place), KNOT)), 0.0).sum())


def _tempered(score: Array) -> Array:
    """Scale a score so that a frame's best direction has the log-likelihood `EVIDENCE` where there is any.

    Loud onsets are held down to twice that: one frame alone must not call a path to it.
    """
    best = np.maximum(score.max(axis=1), 0.0)
    total = float(best.sum())
    if total <= 0.0:
        return np.zeros_like(score)
    usual = float((best**2).sum()) / total
    return np.asarray(score * (2.0 * EVIDENCE / (usual + best))[:, None])


def _sought_again(
    gain: Floats, weight: Floats, places: list[Whole], table: Table, *, straight: bool = False
) -> list[Whole]:
    if len(places) < 2:
        return places
    for _ in range(AGAIN):
        for index in range(len(places)):
            others = [*places[:index], *places[index + 1 :]]
            places = [*places[:index], _sought(gain, weight, others, table, straight=straight)[0], *places[index + 1 :]]
    return places


def _near(first: Whole, second: Whole, table: Table, *, straight: bool = False) -> bool:
    gap = distance(table.azimuth[first], table.azimuth[second])
    # ways that only meet for a while, as on one road, are two
    return bool(np.percentile(gap, MEETING if straight else 50.0) < table.blur + APART)


def _path(gain: Floats, weight: Floats, places: list[Whole], index: int, table: Table, *, straight: bool) -> Path:
    score = _score(gain, weight, [*places[:index], *places[index + 1 :]], table, straight=straight)
    place = places[index]
    own = _heard(score, place)
    return Path(place, _smooth(score, place, table), own, 0.0)


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
    sharp = np.maximum(np.where(inside, bend, 0.0), 0.0)
    weight = sharp / max(float(sharp.mean()), 1e-9) + LOOSE
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
