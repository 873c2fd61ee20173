"""From a fitted way to a word: still, crossing, approaching, receding or passing; and which way it crosses.

Crossing goes from one side of the front to the other, or along the front; passing comes near beside the listener and
goes away again; approaching and receding change their distance more than their direction.
"""

from typing import Literal, NamedTuple

import numpy as np

from seehear.listen.closest import Way, fit_way
from seehear.listen.course import Course
from seehear.scene.direction import Array
from seehear.scene.scene import Motion

Crossing = Literal["left to right", "right to left"]

LEAST_FIT = 0.5
"""Share of the movement that a way must explain."""

LEAST_SWEEP = 12.0
"""Deg that a source must turn through to have moved sideways."""

LEAST_RANGE = 1.4
"""How many times nearer or farther a source must come to have moved in or out; 3 dB."""

ALONE_FIT, ALONE_RANGE = 0.65, 1.8
"""The same two where the direction does not change: a level alone may change for other reasons."""

LEAST_WANDER, CLEAR_OF_NOISE = 20.0, 6.0
"""Deg of azimuth, and times its own noise, that a source must cover to be said to move on no straight way."""

LEAST_NET = 0.5
"""Share of the azimuths covered that must lie between beginning and end to name a direction of crossing."""

LEAST_SECONDS = 0.6
"""Seconds of sound below which movement is not told; in or out, by the level alone, needs `LEAST_CHANGING`."""

LEAST_CHANGING = 1.5

FASTEST_FALL = 12.0
"""dB per second from which a fall is a decay, not a departure."""


class Movement(NamedTuple):
    """What is said of a source's movement.

    Attributes:
        motion: as the scene file has it; None: cannot be told.
        crossing: the way it crosses the front; None: it does not.
        confidence: 0 to 1.
        way: the fitted way, where the source moves along one.
    """

    motion: Motion | None
    crossing: Crossing | None
    confidence: float
    way: Way | None


def movement_of(course: Course, *, sustained: float) -> Movement:
    """Say how a source moves.

    Args:
        course: its track.
        sustained: 0 to 1, how surely its level tells its distance: near 1 for engines, near 0 for what decays or
            speaks.
    """
    if len(course.time) < 4 or course.seconds < LEAST_SECONDS:
        return Movement("still" if course.directed else None, None, 0.3, None)
    way = fit_way(course)
    sweep, ranges = _sweep(course, way), way.range_at(course.time)
    nearer = float(np.log(ranges[0] / ranges[-1]))  # above 0: nearer at the end
    turned = sweep >= LEAST_SWEEP
    changes = float(ranges.max() / ranges.min()) >= (LEAST_RANGE if turned else ALONE_RANGE)
    moved = changes and sustained >= 0.5 and not _decays(course)
    if way.fit < LEAST_FIT and _wanders(course):
        return Movement("crossing", _crossing(course), 0.6, None)
    if way.fit < (LEAST_FIT if turned else ALONE_FIT) or not (turned or moved):
        return Movement("still", None, _still_confidence(course, way, sweep), None)
    motion = _motion(course, way, sweep, nearer, moved=moved)
    crossing = _crossing(course) if motion == "crossing" else None
    trust = way.fit * (1.0 if turned else 0.5 + 0.5 * sustained)
    return Movement(motion, crossing, float(np.clip(trust, 0.0, 1.0)), way)


def _motion(course: Course, way: Way, sweep: float, nearer: float, *, moved: bool) -> Motion:
    edge = 0.1 * course.seconds
    inside = course.time[0] + edge < way.time < course.time[-1] - edge
    aside = abs(_fold(way.bearing)) >= 50.0 or not course.directed
    ranges = way.range_at(course.time)
    both = inside and min(ranges[0], ranges[-1]) >= LEAST_RANGE
    if both and aside and moved:
        return "passing"
    if moved and abs(nearer) > max(np.log(LEAST_RANGE), 0.8 * np.deg2rad(sweep)):
        return "approaching" if nearer > 0 else "receding"
    if sweep >= LEAST_SWEEP:
        return "crossing"
    return "passing" if both else ("approaching" if nearer > 0 else "receding")


def _decays(course: Course) -> bool:
    """Say whether the level only fades as a struck thing does, or too little of it is heard."""
    slope = float(np.polyfit(course.time, course.level, 1)[0])
    return course.seconds < LEAST_CHANGING or slope < -FASTEST_FALL


def _sweep(course: Course, way: Way) -> float:
    """Give the degrees that the source turns through, by its way; 0 without directions."""
    if not course.directed:
        return 0.0
    known = np.isfinite(course.azimuth)
    turned = np.rad2deg(np.arctan((course.time[known] - way.time) / way.scale))
    return float(np.ptp(turned)) if known.sum() >= 4 else 0.0


def _wanders(course: Course) -> bool:
    """Say whether the azimuth goes somewhere, smoothly, though not along a straight way."""
    known = course.azimuth[np.isfinite(course.azimuth)]
    if len(known) < 8:
        return False
    azimuth = np.rad2deg(np.unwrap(np.deg2rad(known)))
    noise = float(np.median(np.abs(np.diff(azimuth, 2)))) / 2.0
    covered = float(np.ptp(np.percentile(azimuth, [5, 95])))
    return covered >= max(LEAST_WANDER, CLEAR_OF_NOISE * noise)


def _crossing(course: Course) -> Crossing | None:
    """Say which way it goes as seen in front, where it does not come back: what may as well be behind is in front."""
    azimuth = course.azimuth[np.isfinite(course.azimuth)]
    first, last = _smoothed(course)
    if abs(last - first) < LEAST_NET * float(np.ptp(np.rad2deg(np.unwrap(np.deg2rad(azimuth))))):
        return None
    return "right to left" if last > first else "left to right"


def _smoothed(course: Course) -> Array:
    """Give the azimuths at the course's beginning and end, by a straight line through them."""
    known = np.isfinite(course.azimuth)
    azimuth = np.rad2deg(np.unwrap(np.deg2rad(course.azimuth[known])))
    slope, level = np.polyfit(course.time[known], azimuth, 1)
    return np.asarray([level + slope * course.time[0], level + slope * course.time[-1]])


def _fold(azimuth: float) -> float:
    return float(np.rad2deg(np.arcsin(np.sin(np.deg2rad(azimuth)))))


def _still_confidence(course: Course, way: Way, sweep: float) -> float:
    """Sure where nothing moves in direction; less so without directions, or where something was nearly found."""
    if not course.directed:
        return 0.5
    spread = float(np.nanstd(course.azimuth))
    return float(np.clip(1.0 - spread / 20.0, 0.2, 0.95))
