"""The inner loops, compiled by numba on first use; import this module late."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from seehear.listen.units import Floats, Whole

Tables = tuple[Floats, Floats, Floats, Floats, Floats, Floats]

IDLE = 0.003
"""Weight below which a unit says nothing."""


@njit(cache=True)
def fitted(
    cosine: Floats,
    sine: Floats,
    level: Floats,
    row: Whole,
    quality: Whole,
    weight: Floats,
    tables: Tables,
    astray: float,
) -> Floats:
    """Give weighted log-likelihoods, (frames, bands, grid), as `likeness.gains` describes."""
    cosines, sines, grip, norm, levels, tight = tables
    out = np.zeros((cosine.shape[0], cosine.shape[1], cosines.shape[1]), np.float32)
    odds = np.float32(astray / (1.0 - astray))
    fits = np.empty(out.shape[2], np.float32)
    for t in range(cosine.shape[0]):
        for b in range(cosine.shape[1]):
            w = weight[t, b]
            if w < IDLE:
                continue
            r, q, c, s, v = row[t, b], quality[t, b], cosine[t, b], sine[t, b], level[t, b]
            anywhere = np.float32(0.0)
            for g in range(out.shape[2]):
                gap = v - levels[r, g]
                fit = grip[q, r, g] * (c * cosines[r, g] + s * sines[r, g] - np.float32(1.0)) - norm[q, r, g]
                fit -= gap * gap * tight[q, r, g]
                fits[g] = math.exp(fit)
                anywhere += fits[g]
            anywhere = anywhere / out.shape[2] + np.float32(1e-12)
            for g in range(out.shape[2]):
                out[t, b, g] = w * math.log((fits[g] / anywhere + odds) / (np.float32(1.0) + odds))
    return out


@njit(cache=True)
def chance(gain: Floats) -> float:
    """Sum what a direction taken at random fits better than nothing."""
    total = 0.0
    for t in range(gain.shape[0]):
        for b in range(gain.shape[1]):
            for g in range(gain.shape[2]):
                total += max(gain[t, b, g], np.float32(0.0))
    return float(total / gain.shape[2])


@njit(cache=True)
def near_path(gain: Floats, place: Whole, width: int, circular: bool) -> Floats:  # noqa: FBT001
    """Give the largest gain within ``width`` grid steps of a path, (frames, bands)."""
    grid = gain.shape[2]
    out = np.zeros((gain.shape[0], gain.shape[1]), np.float32)
    for t in range(gain.shape[0]):
        for b in range(gain.shape[1]):
            top = gain[t, b, place[t]]
            for step in range(-width, width + 1):
                at = place[t] + step
                if circular:
                    at %= grid
                if 0 <= at < grid and gain[t, b, at] > top:
                    top = gain[t, b, at]
            out[t, b] = top
    return out


@njit(cache=True)
def unexplained(gain: Floats, explained: Floats, weight: Floats, rare: float) -> Floats:
    """Sum over bands what a further source in each direction would explain: (frames, grid).

    A unit is the new source's with probability ``rare``: where it is not, the mixture loses log(1 - rare); where it
    is, it gains the difference to what ``explained`` it, less -log(rare).
    """
    out = np.zeros((gain.shape[0], gain.shape[2]), np.float32)
    cost, least = np.float32(math.log(rare)), np.float32(math.log(1.0 - rare))
    for t in range(gain.shape[0]):
        for b in range(gain.shape[1]):
            w = weight[t, b]
            if w < IDLE:
                continue
            e = explained[t, b] - w * cost
            base = w * least
            for g in range(gain.shape[2]):
                out[t, g] += max(gain[t, b, g] - e, base)
    return out


@njit(cache=True)
def legs(score: NDArray[np.float64], knot: int, fastest: int, circular: bool, least: float) -> NDArray[np.float64]:  # noqa: FBT001
    """Sum scores (frames, grid) along straight legs of ``knot`` frames: (legs, grid at the start, 2 fastest + 1).

    A leg has at least ``least``: a source may be silent in it.
    """
    frames, grid = score.shape
    out = np.full(((frames + knot - 1) // knot, grid, 2 * fastest + 1), -np.inf)
    for leg in range(out.shape[0]):
        for g in range(grid):
            for v in range(-fastest, fastest + 1):
                if not circular and not 0 <= g + v < grid:
                    continue
                total = 0.0
                for step in range(min(knot, frames - leg * knot)):
                    at = g + math.floor((v * (step + 0.5)) / knot + 0.5)
                    total += score[leg * knot + step, at % grid if circular else min(max(at, 0), grid - 1)]
                out[leg, g, v + fastest] = max(total, least)
    return out


@njit(cache=True)
def _best_turn(best: NDArray[np.float64], at: int, speed: int, turn: float) -> int:
    """Give the speed that a path to ``at`` best had before it went on at ``speed``; best is (grid, speeds)."""
    top, place = -np.inf, 0
    for before in range(best.shape[1]):
        value = best[at, before] - turn * abs(before - speed)
        if value > top:
            top, place = value, before
    return place


@njit(cache=True)
def best_course(gain: NDArray[np.float64], turn: float, motion: float, circular: bool) -> Whole:  # noqa: FBT001
    """Find the course with the largest sum of gains (legs, grid, speeds) less what turns and motion cost.

    Args:
        gain: of `legs`.
        turn: cost of changing speed by one grid step a leg.
        motion: cost of one grid step.
        circular: whether the grid's ends meet.

    Returns:
        (legs + 1,) grid points at the knots, not wrapped where the grid is circular.
    """
    count, grid, speeds = gain.shape
    fastest = speeds // 2
    best = np.zeros((grid, speeds))
    came = np.zeros((count, grid, speeds), np.int64)
    for leg in range(count):
        new = np.full((grid, speeds), -np.inf)
        for g in range(grid):
            for v in range(speeds):
                to = g + v - fastest
                if not circular and not 0 <= to < grid:
                    continue
                before = _best_turn(best, g, v, turn) if leg else v
                came[leg, to % grid, v] = before
                brought = best[g, before] - turn * abs(before - v) if leg else 0.0
                new[to % grid, v] = brought + gain[leg, g, v] - motion * abs(v - fastest)
        best = new
    return _traced(best, came)


@njit(cache=True)
def _traced(best: NDArray[np.float64], came: Whole) -> Whole:
    count, grid, speeds = came.shape
    knots = np.empty(count + 1, np.int64)
    last = int(best.argmax())
    place, speed = last // speeds, last % speeds
    knots[count] = place
    for leg in range(count - 1, -1, -1):
        knots[leg] = knots[leg + 1] - (speed - speeds // 2)
        speed = came[leg, knots[leg + 1] % grid, speed]
    return knots
