"""The one thing that moves gets the foreground: a rule for pictures with a single plausible source.

Movement at a steady pace says nothing about when a sound comes, so that no correlation can show it. Then, and only
then, being there has to do: events stand out of the noise while the object is in the picture, and hardly any do while
it is not. Stated as cue ``alone`` with a confidence of one half.
"""

import numpy as np

from seehear.sound.association import Association, Grid, unrelated
from seehear.sound.movement import Movement
from seehear.sound.significance import Curve

CONFIDENCE = 0.5
_CLEAR = float(np.log1p(10.0 / 2))  # ten decibels above the noise floor, on the grid's scale
_LEAST_SHARE = 0.05
_LEAST_SECONDS = 0.5
_MOST_OUTSIDE = 0.33
_STEADY = 0.5
_HINT = 0.03
_MARGIN = 0.5


def alone(
    movements: list[Movement], found: dict[str, Association], grid: Grid, labels: dict[str, str | None]
) -> dict[str, Association]:
    """Give the association of the single plausible object if the foreground may be its, by id; else nothing.

    Args:
        movements: of all objects seen.
        found: what the correlations told of them.
        grid: the soundtrack.
        labels: of the objects, by id.
    """
    plausible = [one for one in movements if one.plausible and one.present.sum() >= _LEAST_SECONDS * grid.rate]
    if len(plausible) != 1:
        return {}
    one = plausible[0]
    told = found.get(one.id, unrelated(one.id, grid))
    events = np.asarray((grid.level > _CLEAR).any(axis=0))
    inside = float(events[one.present].mean())
    against = told.side is not None and told.side < -_STEADY
    if inside < _LEAST_SHARE or against or not (_steady(one) or told.p_value < _HINT) or _outside(one, events, grid):
        return {}
    if told.p_value >= _HINT:
        told = told._replace(lag=0.0)
    return {one.id: told._replace(sounds=True, cue="alone", confidence=CONFIDENCE)}


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
