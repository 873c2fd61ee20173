"""The way of a source, fitted: straight, at constant speed, past a closest point.

With ``s = (time - closest time) / scale`` the source stands at ``bearing + turning · atan(s)`` and ``sqrt(1 + s²)``
closest distances away. Its level falls by ``10 log10(1 + s²)`` dB, less over other sounds; its pitch is shifted by
``1 / (1 + v/c · s / sqrt(1 + s²))``: plane geometry, the inverse distance law, the Doppler shift of a moving source.
Azimuth in degrees, time in seconds, level in dB.
"""

from typing import NamedTuple

import numpy as np

from seehear.listen.course import Course
from seehear.scene.direction import Array, wrap_azimuth

AZIMUTH_ERROR = 5.0
"""Deg, of a track's azimuths: what the fit expects."""

LEVEL_ERROR = 2.5
"""dB, at least, of a smooth source's level."""

PRESSED = 0.25
"""The least share of the level's fall that may be heard where directions help: other sounds fill up what is soft."""

_MIDS = np.array([-6.0, -3.0, -2.0, -1.5, -1.2, -1.0, *np.linspace(-0.85, 0.85, 13), 1.0, 1.2, 1.5, 2.0, 3.0, 6.0])
_SCALES = np.geomspace(0.04, 6.0, 14)
_BEARINGS = np.arange(-180.0, 180.0, 15.0)
_POINTS, _FITTED = 16, 64


class Way(NamedTuple):
    """A fitted way.

    Attributes:
        time: seconds of the closest point.
        bearing: deg, azimuth there.
        turning: +1 where the azimuth rises, -1 where it falls.
        scale: seconds, closest distance over speed; above 0.
        level: dB at the closest point.
        cost: mean robust cost of the fit, in units of the errors above.
        still: the same of no movement at all.
    """

    time: float
    bearing: float
    turning: int
    scale: float
    level: float
    cost: float
    still: float

    @property
    def fit(self) -> float:
        """The share of movement explained, 0 to 1."""
        return float(np.clip(1.0 - self.cost / max(self.still, 1e-12), 0.0, 1.0))

    def azimuth_at(self, time: Array) -> Array:
        """Give the azimuth, (n,) deg, at (n,) seconds."""
        return wrap_azimuth(self.bearing + self.turning * np.rad2deg(np.arctan((time - self.time) / self.scale)))

    def range_at(self, time: Array) -> Array:
        """Give the distance over the closest one, (n,), at (n,) seconds."""
        return np.asarray(np.hypot(1.0, (time - self.time) / self.scale))


def fit_way(course: Course) -> Way:
    """Fit a way to a course: the best of a grid, then refined.

    Args:
        course: with at least 4 points.
    """
    middle, half = course.time[0] + course.seconds / 2, max(course.seconds / 2, 1e-3)
    thin = np.unique(np.linspace(0, len(course.time) - 1, _POINTS).round().astype(np.int64))
    when = (course.time[thin] - middle) / half
    start = _from_grid(when, course.azimuth[thin], course.level[thin], course)
    few = _thinned(course)
    best = _refined(start, (few.time - middle) / half, few)
    mid, scale, bearing, turning = best
    time, stretch = middle + half * mid, half * scale
    gain = _gain((course.time - time) / stretch)
    level = float(np.median(course.level - gain))
    if course.folded and abs(wrap_azimuth(bearing)) > 90.0:  # the same way, mirrored to the front
        bearing, turning = 180.0 - bearing, -turning
    cost = float(np.mean(_residual_cost(best, (course.time - middle) / half, course)))
    return Way(
        float(time), float(wrap_azimuth(bearing)), int(turning), float(stretch), level, cost, _still_cost(course)
    )


def _thinned(course: Course) -> Course:
    """Give at most `_FITTED` of the points."""
    pick = np.unique(np.linspace(0, len(course.time) - 1, _FITTED).round().astype(np.int64))
    time, azimuth, elevation, level = (one[pick] for one in course[:4])
    return course._replace(time=time, azimuth=azimuth, elevation=elevation, level=level)


def _level_error(course: Course) -> float:
    return float(np.hypot(LEVEL_ERROR, 1.5 * course.roughness))


def _gain(s: Array) -> Array:
    return np.asarray(-10.0 * np.log10(1.0 + s * s))


def _share_heard(level: Array, gain: Array, *, directed: bool) -> Array:
    """Give the share of (..., k) falls in level that is heard, (..., 1), by least squares; 1 without directions."""
    if not directed:
        return np.ones(1)
    fall = gain - gain.mean(axis=-1, keepdims=True)
    both = (fall * (level - level.mean())).sum(axis=-1, keepdims=True)
    return np.asarray(np.clip(both / np.maximum((fall * fall).sum(axis=-1, keepdims=True), 1e-9), PRESSED, 1.0))


def _robust(residual: Array) -> Array:
    return np.asarray(2.0 * (np.sqrt(1.0 + residual * residual) - 1.0))


def _folded(azimuth: Array) -> Array:
    """Fold azimuths to the front: what two channels can tell of them."""
    return np.asarray(np.rad2deg(np.arcsin(np.sin(np.deg2rad(azimuth)))))


def _apart(model: Array, azimuth: Array, *, folded: bool) -> Array:
    """Give the residuals of azimuth, in its errors; 0 where it is unknown."""
    gap = _folded(model) - azimuth if folded else wrap_azimuth(model - azimuth)
    # near the axis of the ears a folded angle is worth little
    error = AZIMUTH_ERROR * (1.0 + 2.0 * np.maximum(np.abs(azimuth) - 60.0, 0.0) / 30.0) if folded else AZIMUTH_ERROR
    return np.asarray(np.nan_to_num(gap / error, nan=0.0))


def _from_grid(when: Array, azimuth: Array, level: Array, course: Course) -> Array:
    """Give mid, scale, bearing and turning of the grid's best point."""
    s = (when - _MIDS[:, None, None]) / _SCALES[None, :, None]
    gain = _gain(s)
    gain = gain * _share_heard(level, gain, directed=course.directed)
    offset = np.median(level - gain, axis=-1, keepdims=True)
    cost = _robust((level - gain - offset) / _level_error(course)).mean(axis=-1)
    if not course.directed:
        mid, scale = np.unravel_index(int(cost.argmin()), cost.shape)
        return np.array([_MIDS[mid], _SCALES[scale], 90.0, 1.0])
    turned = np.rad2deg(np.arctan(s))
    # what lies behind sounds as what lies in front, going the other way
    bearings = _BEARINGS[np.abs(_BEARINGS) <= 90.0] if course.folded else _BEARINGS
    best, found = np.inf, np.zeros(4)
    for turning in (1.0, -1.0):
        for bearing in bearings:
            total = cost + _robust(_apart(bearing + turning * turned, azimuth, folded=course.folded)).mean(axis=-1)
            mid, scale = np.unravel_index(int(total.argmin()), total.shape)
            if total[mid, scale] < best:
                best, found = float(total[mid, scale]), np.array([_MIDS[mid], _SCALES[scale], bearing, turning])
    return found


def _residuals(mid: float, scale: float, bearing: float, turning: float, when: Array, course: Course) -> Array:
    s = (when - mid) / scale
    gain = _gain(s)
    loud = course.level - gain * _share_heard(course.level, gain, directed=course.directed)
    loud = (loud - np.median(loud)) / _level_error(course)
    if not course.directed:
        return np.asarray(loud)
    model = bearing + turning * np.rad2deg(np.arctan(s))
    return np.concatenate([loud, _apart(model, course.azimuth, folded=course.folded)])


def _residual_cost(best: Array, when: Array, course: Course) -> Array:
    return _robust(_residuals(best[0], best[1], best[2], best[3], when, course))


def _refined(start: Array, when: Array, course: Course) -> Array:
    from scipy.optimize import least_squares

    def residuals(free: Array) -> Array:
        return _residuals(free[0], float(np.exp(free[1])), 60.0 * free[2], start[3], when, course)

    found = least_squares(
        residuals, [start[0], np.log(start[1]), start[2] / 60.0], loss="soft_l1", max_nfev=25,
        bounds=([-12.0, np.log(0.02), -np.inf], [12.0, np.log(20.0), np.inf]),
    ).x  # fmt: skip
    return np.array([found[0], np.exp(found[1]), 60.0 * found[2], start[3]])


def _still_cost(course: Course) -> float:
    loud = (course.level - np.median(course.level)) / _level_error(course)
    if not course.directed:
        return float(np.mean(_robust(loud)))
    aside = _apart(np.full_like(course.azimuth, np.nanmedian(course.azimuth)), course.azimuth, folded=course.folded)
    return float(np.mean(_robust(np.concatenate([loud, aside]))))
