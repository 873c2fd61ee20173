"""The one thing that moves gets what stands out: rules for pictures with a single plausible source at a time.

Movement at a steady pace says nothing about when a sound comes, so that no correlation of activity can show it.
Where nothing else of the kind moves beside it but what is known to sound:

- A weaker match will do than among many: a probability below 0.015.
- ``level``: the sound swells and fades in most bands as the thing comes near and goes, to the decibel.
- ``pan``: the sound goes from one side to the other in three bands or more as the thing does.
- ``alone``: events stand out of the noise while it is in the picture, and hardly any do while it is not.

Each with a stated confidence of about one half.
"""

from typing import NamedTuple

import numpy as np

from seehear.sound.association import Association, Grid, unrelated
from seehear.sound.movement import Movement
from seehear.sound.nearness import nearness, travels
from seehear.sound.sides import pan_along
from seehear.sound.significance import Curve

_CLEAR = float(np.log1p(10.0 / 2))  # ten decibels above the noise floor, on the grid's scale
_LEAST_SHARE = 0.05
_LEAST_SECONDS = 0.5
_MOST_OUTSIDE = 0.33
_STEADY = 0.5
_HINT = 0.015
_HINTED_CORRELATION = 0.4
_MARGIN = 0.5
_BESIDE = 0.25
_LESSER = 0.15
_LEAST_FIT = 0.85
_LEAST_BANDS = 3
_LEAST_SWING_DB = 2.0
_SLOW = 1.0
_STILL_CAMERA, _OWN_WAY = 3.0, 3.0
_AUDIBLE = 1e-9
_TO_EITHER_SIDE = 8.0


class _Fit(NamedTuple):
    """How the level follows the nearness: correlation over the bands that do, how many, and each band's."""

    correlation: float
    agreeing: int
    bands: Curve


def alone(movements: list[Movement], found: dict[str, Association], grid: Grid) -> dict[str, Association]:
    """Give the associations of things that move alone and may have what stands out, by id.

    Args:
        movements: of all objects seen.
        found: what the correlations told of them; those that sound are left as they are.
        grid: the soundtrack.
    """
    told: dict[str, Association] = {}
    moving = [one for one in movements if one.plausible and one.present.sum() >= _LEAST_SECONDS * grid.rate]
    swelling: list[Movement] = []
    for one in sorted(moving, key=_prominence, reverse=True):
        known = found.get(one.id, unrelated(one.id, grid))
        against = known.side is not None and known.side < -0.5
        if known.sounds or against or not _by_itself(one, grid):
            continue
        rivals = [other for other in moving if not _explained(other, found) and _beside(one, other)]
        # one swell of the sound has one source: the more prominent thing takes it; what stays in its place has none
        here = around(one, grid)
        taken = any(max(here.start, other.stay.start) < min(here.stop, other.stay.stop) for other in swelling)
        taken = taken or any(travels(other) for other in rivals)
        follows = None if taken else _by_level(one, known, grid) or _by_pan(one, known, grid)
        alone_then = len(moving) == 1 and not any(other.sounds for other in found.values())
        if follows is not None:
            told[one.id] = follows
            swelling.append(one)
        elif rivals:
            continue
        elif known.p_value < _HINT and known.correlation >= _HINTED_CORRELATION:
            told[one.id] = known._replace(sounds=True, confidence=0.5)
        elif alone_then and _by_events(one, grid):
            told[one.id] = known._replace(sounds=True, cue="alone", lag=0.0, confidence=0.5)
    return told


def around(one: Movement, grid: Grid) -> slice:
    """Give the grid's part from before a thing comes to after it is gone, as long again on either side."""
    stay = one.stay
    reach = max(int(grid.rate), stay.stop - stay.start)
    return slice(max(one.window.start, stay.start - reach), min(one.window.stop, stay.stop + reach))


def _by_itself(one: Movement, grid: Grid) -> bool:
    """Whether it moves much more than the camera: what is near seems to move when a hand-held camera does."""
    turned = float(np.ptp(grid.swing[:, one.stay], axis=1).sum())
    azimuth = one.azimuth[one.present & np.isfinite(one.azimuth)]
    way = float(np.ptp(np.unwrap(azimuth, period=360.0))) if len(azimuth) else 0.0
    return turned < _STILL_CAMERA or way > _OWN_WAY * turned


def _beside(one: Movement, other: Movement) -> bool:
    """Whether another thing of the kind moves beside this one for a good part of its time."""
    if other.id == one.id or max(one.stay.start, other.stay.start) >= min(one.stay.stop, other.stay.stop):
        return False
    there = one.present & (other.on(other.present.astype(np.float64), one.window) > 0)
    return bool(there.sum() > _BESIDE * one.present.sum() and _prominence(other) > _LESSER * _prominence(one))


def _explained(other: Movement, found: dict[str, Association]) -> bool:
    """Whether a thing already has its sound, so that it claims no other."""
    return other.id in found and found[other.id].sounds


def _prominence(one: Movement) -> float:
    """How much of the picture it moves."""
    return float((one.activity * np.maximum(one.size, 0.01) ** 2)[one.present].mean())


def _by_level(one: Movement, known: Association, grid: Grid) -> Association | None:
    window = around(one, grid)
    near = nearness(one, grid.times[window])
    if near is None:
        return None
    expected, heard = 10 * np.log10(near + 0.01), grid.power[:, window]
    fit = _followed(expected, heard, grid.rate)
    if fit.agreeing < _LEAST_BANDS:
        return None
    # how many places in the clip would do as well
    shifts = range(0, len(expected), max(1, int(0.2 * grid.rate)))
    as_well = [_followed(np.roll(expected, shift), heard, grid.rate).agreeing >= fit.agreeing for shift in shifts]
    chance = float(np.mean(as_well))
    return known._replace(
        sounds=True, cue="level", correlation=fit.correlation, lag=0.0, p_value=chance, bands=fit.bands, confidence=0.6
    )


def _by_pan(one: Movement, known: Association, grid: Grid) -> Association | None:
    """What crosses the middle, and its sound with it; the least of three bands must agree."""
    there = one.present & np.isfinite(one.azimuth)
    width = max(1, int(_SLOW / 2 * grid.rate))
    azimuth = one.azimuth[there]
    if grid.sides is None or there.sum() < 3 * width:
        return None
    if azimuth.max() < _TO_EITHER_SIDE or azimuth.min() > -_TO_EITHER_SIDE:
        return None
    inside = grid.sides.at(np.flatnonzero(there) + one.first)
    pan = pan_along(inside, azimuth, width)
    if pan.agreeing < _LEAST_BANDS:
        return None
    return known._replace(
        sounds=True, cue="pan", correlation=pan.correlation, lag=0.0, side=1.0, bands=pan.bands, confidence=0.7
    )


def _followed(expected: Curve, power: Curve, rate: float) -> _Fit:
    """Compare the expected level, (n,) dB, with that of each band of (coarse, n) power, over a second each.

    Of the sound the lower quartile counts: what sounds steadily lies under other things' events.
    """
    from scipy.ndimage import percentile_filter, uniform_filter1d

    width = max(1, int(_SLOW * rate))
    wanted = uniform_filter1d(expected, width)
    floor = percentile_filter(power, 25, size=(1, width), mode="nearest")
    levels = 10 * np.log10(uniform_filter1d(floor, width, axis=1) + 1e-12)
    wanted = wanted - wanted.mean()
    varied = levels - levels.mean(axis=1, keepdims=True)
    scale = np.sqrt((wanted**2).sum() * (varied**2).sum(axis=1))
    fits = (varied @ wanted) / np.maximum(scale, 1e-9)
    heard = (np.ptp(levels, axis=1) >= _LEAST_SWING_DB) & (power.mean(axis=1) > _AUDIBLE)
    good = (fits >= _LEAST_FIT) & heard & (np.ptp(wanted) >= _LEAST_SWING_DB / 2)
    mean = float(fits[good].mean()) if good.any() else 0.0
    return _Fit(mean, int(good.sum()), np.where(good, np.clip(fits, 0.0, 1.0), 0.0))


def _by_events(one: Movement, grid: Grid) -> bool:
    events = np.asarray((grid.level[:, one.window] > _CLEAR).any(axis=0))
    if float(events[one.present].mean()) < _LEAST_SHARE or not _steady(one):
        return False
    return not _outside(one, events, grid)


def _steady(one: Movement) -> bool:
    """Whether the pace hardly changes while the object is there, so that it could not show in the sound."""
    from scipy.ndimage import uniform_filter1d

    pace: Curve = uniform_filter1d(one.activity[one.present], 9, mode="nearest")
    return bool(pace.std() < _STEADY * pace.mean()) and not len(one.contacts)


def _outside(one: Movement, events: np.ndarray, grid: Grid) -> bool:
    """Whether as much goes on while the object is not there."""
    from scipy.ndimage import maximum_filter1d

    near = maximum_filter1d(one.present.astype(np.int8), 2 * round(_MARGIN * grid.rate) + 1) > 0
    if (~near).sum() < grid.rate:
        return False
    return bool(events[~near].mean() > _MOST_OUTSIDE * events[one.present].mean())
