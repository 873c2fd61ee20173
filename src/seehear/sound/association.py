"""Which objects sound: each one's movement against the soundtrack's onsets, levels and sides.

An object sounds if chance is an unlikely reason for the match (`ALPHA`, less among many objects). The best match is
taken first; what it explains is then regressed out of movement and sound before the others are asked again, so that
what merely moves along stays silent, and so does what only moves because a hand turns the camera. With two channels
the side on which the sound lies speaks for or against.
"""

from collections.abc import Sequence
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from seehear.scene import CameraPose
from seehear.sound.evidence import Evidence
from seehear.sound.movement import Movement
from seehear.sound.sides import Sides, agreement
from seehear.sound.significance import Curve, Match, match

ALPHA = 0.006
_SHARED_ALPHA = 0.03
_LEAST_CORRELATION = 0.15
_SLOW = 2.0
_CONTACT = 0.035
_GROUP = 3


class Grid(NamedTuple):
    """The soundtrack on the grid on which it is compared with the picture, about 31 times a second.

    Attributes:
        times: (n,) s.
        rate: values per second.
        power: (coarse, n) mean square.
        level: (coarse, n) log power above the noise floor.
        onset: (coarse, n) spectral flux.
        sides: where the sound lies; None for one channel.
        swing: (3, n) deg, the camera's yaw, pitch and roll: a hand that moves it makes noise too.
    """

    times: Curve
    rate: float
    power: Curve
    level: Curve
    onset: Curve
    sides: Sides | None
    swing: Curve


class Association(NamedTuple):
    """What is known of one object's sound.

    Attributes:
        id: of the object.
        sounds: whether it is taken to sound.
        cue: what told: ``contacts``, ``activity``, ``starts``; ``level``, ``pan``, ``alone`` (`seehear.sound.alone`);
            ``given`` by the scene; ``none``.
        correlation: of movement and sound, -1 to 1.
        lag: s by which the sound follows the picture.
        p_value: probability that chance does as well, sides and number of cues taken in.
        side: agreement of the sound's side with the object's, -1 to 1; None where the sound has none.
        bands: (coarse,) weight of each band in its sound, 0 to 1.
        confidence: 0 to 1.
    """

    id: str
    sounds: bool
    cue: str
    correlation: float
    lag: float
    p_value: float
    side: float | None
    bands: Curve
    confidence: float


def grid_of(evidence: Evidence, poses: Sequence[CameraPose] = ()) -> Grid:
    """Bring what was kept of a soundtrack, and how the camera turned meanwhile, to the grid of comparison."""
    n = len(evidence.power) // _GROUP
    power = _grouped(evidence.power, n).mean(axis=1).T.astype(np.float64)
    onset = _grouped(evidence.onset, n).max(axis=1).T.astype(np.float64)
    floor = np.quantile(power, 0.1, axis=1, keepdims=True) if n else np.zeros((power.shape[0], 1))
    level = np.log1p(power / (2 * floor + 1e-9))
    sides = None
    if evidence.balance is not None and evidence.delay is not None and evidence.sharpness is not None:
        lead = (evidence.delay * evidence.sharpness)[:, None]
        balance = _grouped(evidence.balance, n).mean(axis=1).T.astype(np.float64)
        sides = Sides(balance, power, _grouped(lead, n).mean(axis=1)[:, 0].astype(np.float64))
    times = evidence.times[: n * _GROUP].reshape(n, _GROUP).mean(axis=1)
    stamps = [pose.time for pose in poses] or [0.0]
    angles = np.array([[pose.yaw, pose.pitch, pose.roll] for pose in poses] or [[0.0] * 3])
    swing = np.stack([np.interp(times, stamps, np.unwrap(angle, period=360.0)) for angle in angles.T])
    return Grid(times, evidence.transform.rate / _GROUP, power, level, onset, sides, swing)


def associate(movements: list[Movement], grid: Grid, *, seed: int = 0) -> dict[str, Association]:
    """Say which of the objects sound.

    Args:
        movements: on the grid.
        grid: the soundtrack.
        seed: settles the random orders of the tests, with the object's id: who else is there changes nothing.

    Returns:
        One association for each object, by id.
    """
    plausible = [one for one in movements if one.plausible and one.present.any()]
    settled: dict[str, Association] = {}
    asked: dict[str, tuple[tuple[str, ...], Association]] = {}
    while True:
        waiting = [one for one in plausible if one.id not in settled]
        for one in waiting:
            rivals = [other for other in plausible if other.id in settled and _together(one, other)]
            names = tuple(other.id for other in rivals)
            if one.id not in asked or asked[one.id][0] != names:
                known = [(other, settled[other.id].lag) for other in rivals]
                asked[one.id] = (names, _asked(one, grid, known, seed))
        limit = {one.id: _limit(one, plausible) for one in waiting}
        able = [asked[one.id][1] for one in waiting if asked[one.id][1].p_value < limit[one.id]]
        able = [one for one in able if one.correlation >= _LEAST_CORRELATION]
        if not able:
            break
        best = min(able, key=lambda one: (one.p_value, -one.correlation, one.id))
        settled[best.id] = best._replace(sounds=True, confidence=_confidence(best))
    left = {one.id: asked[one.id][1] if one.id in asked else unrelated(one.id, grid) for one in movements}
    return {**left, **settled}


def unrelated(name: str, grid: Grid) -> Association:
    """Give the association of an object that nothing ties to the sound."""
    return Association(name, False, "none", 0.0, 0.0, 1.0, None, np.zeros(len(grid.level)), 0.0)


def _asked(one: Movement, grid: Grid, known: list[tuple[Movement, float]], seed: int) -> Association:
    """Compare one object with the sound, but for what others already explain."""
    others = [
        _lagged(other.on(curve, one.window), lag * grid.rate)
        for other, lag in known
        for curve in _curves(other, grid.rate).values()
    ]
    drift = np.stack([np.ones(len(one.times)), _shaken(grid)[one.window], *others])
    curves = _curves(one, grid.rate)
    rng = np.random.default_rng([seed, crc32(one.id.encode())])
    found: list[tuple[str, Match]] = []
    for cue, curve in curves.items():
        sound = (grid.level if cue == "activity" else grid.onset)[:, one.window]
        left = _without(_fast(sound, grid.rate) if cue == "activity" else sound, drift)
        found.append((cue, match(_without(curve[None], drift)[0], left, rate=grid.rate, rng=rng)))
    if not found:
        return unrelated(one.id, grid)
    cue, best = min(found, key=lambda pair: (pair[1].p_value, -pair[1].correlation))
    chance = -np.expm1(len(found) * np.log1p(-min(best.p_value, 1 - 1e-12)))
    weights = np.clip(best.bands, 0.0, None)
    weights = weights / weights.max() if weights.max() > 0 else weights
    side = None
    if grid.sides is not None:
        shifted = _lagged(curves[cue], best.lag * grid.rate)
        side = agreement(grid.sides.at(one.window), shifted, one.azimuth, weights)
        chance = min(1.0, chance * 4.0 ** (-side if side > 0 else -2 * side))
    return Association(one.id, False, cue, best.correlation, best.lag, float(chance), side, weights, 0.0)


def _curves(one: Movement, rate: float) -> dict[str, Curve]:
    """What of a movement may show in a sound: contacts, activity, and the starts of activity."""
    curves: dict[str, Curve] = {}
    if len(one.contacts):
        curves["contacts"] = _pulses(one.contacts, one.times)
    moved = np.sqrt(one.activity)
    if len(moved) > 1 and np.ptp(moved) > 0:
        curves["activity"] = _fast(moved[None], rate)[0]
        if not len(one.contacts):
            curves["starts"] = np.maximum(np.gradient(moved), 0.0)
    return curves


def _pulses(contacts: Curve, times: Curve) -> Curve:
    """A short hump at each contact."""
    curve = np.zeros(len(times))
    for when in contacts:
        near = slice(*np.searchsorted(times, [when - 5 * _CONTACT, when + 5 * _CONTACT]))
        curve[near] += np.exp(-0.5 * ((times[near] - when) / _CONTACT) ** 2)
    return curve


def _shaken(grid: Grid) -> Curve:
    """How fast the camera turns, on the scale of activities; the part that changes within seconds."""
    if len(grid.times) < 2:
        return np.zeros(len(grid.times))
    speed = np.linalg.norm(np.gradient(grid.swing, 1 / grid.rate, axis=1), axis=0)
    return np.asarray(_fast(np.sqrt(speed)[None], grid.rate)[0])


def _fast(rows: Curve, rate: float) -> Curve:
    """Rows without what changes more slowly than in two seconds or so; lightly smoothed."""
    from scipy.ndimage import uniform_filter1d

    slow = uniform_filter1d(rows, max(3, int(_SLOW * rate)), axis=1, mode="nearest")
    return np.asarray(uniform_filter1d(rows, 3, axis=1, mode="nearest") - slow)


def _without(rows: Curve, drift: Curve) -> Curve:
    """Rows with the best mixture of ``drift``'s rows taken off (least squares)."""
    weights, *_ = np.linalg.lstsq(drift.T, rows.T, rcond=1e-9)
    return np.asarray(rows - (drift.T @ weights).T)


def _lagged(curve: Curve, frames: float) -> Curve:
    return np.roll(curve, round(frames))


def _together(one: Movement, other: Movement) -> bool:
    return bool(max(one.stay.start, other.stay.start) < min(one.stay.stop, other.stay.stop))


def _limit(one: Movement, plausible: list[Movement]) -> float:
    """The probability below which a match counts: the more objects are seen at once, the smaller."""
    at_once = sum(_together(one, other) for other in plausible)
    return min(ALPHA, _SHARED_ALPHA / at_once)


def _confidence(found: Association) -> float:
    return float(np.clip((1 - found.p_value / (2 * ALPHA)) * np.sqrt(min(1.0, found.correlation / 0.4)), 0.05, 0.99))


def _grouped(rows: NDArray[np.float32], n: int) -> NDArray[np.float32]:
    return rows[: n * _GROUP].reshape(n, _GROUP, -1)
