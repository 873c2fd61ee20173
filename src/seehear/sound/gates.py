"""When each sounding object may be heard: from its movement, its lag and the onsets found there."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.sound.association import Association
from seehear.sound.evidence import Evidence, coarse_bands
from seehear.sound.movement import Movement
from seehear.sound.nearness import nearness
from seehear.sound.significance import Curve
from seehear.sound.spectrum import Floats

_SEARCH = 0.1
_BEFORE = 0.03
_HOLD = 0.25
_RINGING = 1.0
_STILL = 0.03
_DILATE = 0.06
_FADE = 0.03
_FAR = 0.1
_ALIKE, _MOST_ALIKE = 0.9, 0.6
_OPEN, _OPEN_CARRIED, _CARRIED = 0.5, 0.4, 0.4
_OUTLIER = 2.0


class Gate(NamedTuple):
    """When and in which bands one object may be heard.

    Attributes:
        first: number of the first frame.
        values: (n,) 0 to 1; outside it is 0.
        bands: (bands,) how much of it to expect in each band, 0 to 1.
        steady: (bands,) its magnitude where the gate is 1, if it is known beforehand; else None.
    """

    first: int
    values: Floats
    bands: Floats
    steady: Floats | None = None

    def between(self, start: int, stop: int) -> Floats:
        """Give the (stop - start,) values of these frames."""
        found = np.zeros(stop - start, dtype=np.float32)
        a, b = max(start, self.first), min(stop, self.first + len(self.values))
        if a < b:
            found[a - start : b - start] = self.values[a - self.first : b - self.first]
        return found


def gate_of(found: Association, one: Movement, evidence: Evidence) -> Gate:
    """Give the gate of an object that was found to sound.

    Args:
        found: its association.
        one: its movement.
        evidence: the soundtrack.
    """
    first, stop = (int(at) for at in np.searchsorted(evidence.times, [one.times[0], one.times[-1]]))
    stamps = evidence.times[first:stop]
    bands = np.ones(evidence.transform.bands)
    if found.cue in ("contacts", "activity", "starts") and found.bands.any():
        bands = found.bands[coarse_bands(evidence.transform)]
    if found.cue == "contacts":
        onset = evidence.onset[first:stop] @ found.bands.astype(np.float32)
        values = _struck(one.contacts + found.lag, stamps, onset)
    elif found.cue in ("activity", "starts"):
        values = _moved(one.activity, one.times + found.lag, stamps)
        seen = one.times[one.present]
        there = (stamps >= seen[0]) & (stamps <= seen[-1])
        power = evidence.power[first:stop].astype(np.float64)
        values = _whole_events(values, power, found.bands, there, evidence.transform.rate)
    else:
        values = np.interp(stamps, one.times, one.present.astype(np.float64))
    return made_gate(values, bands, first)


def swell_gate(one: Movement, inside: tuple[float, float], evidence: Evidence) -> tuple[Gate, Floats] | None:
    """Give the gate of a sound that swells and fades with nearness, and the noise floor without it.

    In every band the mean power is taken as ``a + c near``, fitted around the object's time; what stands far out of it
    does not count.

    Args:
        one: the movement.
        inside: s: where to fit.
        evidence: the soundtrack.

    Returns:
        The gate, and the share, (floor steps, bands), of the floor that is not the object's; None where the object
        goes nowhere.
    """
    steps = np.arange(len(evidence.floor), dtype=np.float64)
    middles: Curve = (steps + 0.5) * evidence.floor_step / evidence.transform.rate
    there, near = nearness(one, middles), nearness(one, evidence.times)
    if there is None or near is None:
        return None
    fitted = (middles >= inside[0]) & (middles <= inside[1])
    rest, swell = _fitted(there[fitted], evidence.floor[fitted].astype(np.float64))
    values = np.sqrt(near)
    gate = made_gate(np.where(values > _FAR, values, 0.0), np.ones(len(swell)))
    share = rest / np.maximum(rest + swell * there[:, None], 1e-20)
    return gate._replace(steady=np.sqrt(swell).astype(np.float32)), share.astype(np.float32)


def spans_gate(spans: tuple[tuple[float, float], ...], evidence: Evidence) -> Gate:
    """Give the gate that is open in the given spans, s."""
    stamps = evidence.times
    values = np.zeros(len(stamps))
    for start, end in spans:
        values = np.maximum(values, np.clip(np.minimum(stamps - start, end - stamps) / _FADE + 1, 0, 1))
    return made_gate(values, np.ones(evidence.transform.bands))


def made_gate(values: Curve, bands: Curve, first: int = 0) -> Gate:
    """Keep the part of (n,) values, the first of them at frame ``first``, that is not 0."""
    open_at = np.flatnonzero(values > 1e-3)
    start, stop = (int(open_at[0]), int(open_at[-1]) + 1) if len(open_at) else (0, 0)
    kept = np.where(values[start:stop] > 1e-3, values[start:stop], 0.0)
    return Gate(first + start, kept.astype(np.float32), bands.astype(np.float32))


def _fitted(near: Curve, power: NDArray[np.float64]) -> tuple[Curve, Curve]:
    """Fit ``power = a + c near`` in each band, a and c not below 0; three times, without the loud outliers."""
    kept = power <= 4 * np.median(power, axis=0) + 1e-20
    rest, swell = power.mean(axis=0), np.zeros(power.shape[1])
    for _ in range(3):
        count = np.maximum(kept.sum(axis=0), 1)
        middle = (kept * near[:, None]).sum(axis=0) / count
        level = (kept * power).sum(axis=0) / count
        spread = near[:, None] - middle
        slope = (kept * spread * (power - level)).sum(axis=0) / np.maximum((kept * spread**2).sum(axis=0), 1e-9)
        swell = np.clip(slope, 0.0, level / np.maximum(middle, 1e-9))
        rest = np.maximum(level - swell * middle, 0.0)
        kept = power <= _OUTLIER * (rest + swell * near[:, None]) + 1e-20
    return rest, swell


def _struck(expected: Curve, stamps: Curve, onset: NDArray[np.floating]) -> Curve:
    """Open at the onset nearest to each expected time, if there is one, and let it ring."""
    values = np.zeros(len(stamps))
    usual, high = np.quantile(onset, [0.5, 0.9]) if len(onset) else (0.0, 0.0)
    for when in expected:
        first, last = np.searchsorted(stamps, [when - _SEARCH, when + _SEARCH])
        if first == last:
            continue
        near = slice(first, last)
        peak = first + int(np.argmax(onset[near] * np.exp(-0.5 * ((stamps[near] - when) / 0.05) ** 2)))
        if onset[peak] <= usual + 0.5 * (high - usual):
            continue
        heard = slice(*np.searchsorted(stamps, [stamps[peak] - 2 * _BEFORE, stamps[peak] + _RINGING]))
        since = stamps[heard] - stamps[peak]
        rise = np.clip((since + _BEFORE) / _FADE + 0.5, 0, 1)
        fall = np.clip((_RINGING - since) / (_RINGING - _HOLD), 0, 1) ** 2
        values[heard] = np.maximum(values[heard], rise * fall)
    return values


def _moved(activity: Curve, times: Curve, stamps: Curve) -> Curve:
    """Open as far as the object moves."""
    from scipy.ndimage import maximum_filter1d, uniform_filter1d

    some = activity[activity > 0]
    usual = float(np.quantile(some, 0.95)) if len(some) else 1.0
    level = np.clip(np.interp(stamps, times, activity, left=0.0, right=0.0) / usual, 0.0, 1.0)
    step = (stamps[1] - stamps[0]) if len(stamps) > 1 else 1.0
    wide = maximum_filter1d(level, 2 * round(_DILATE / step) + 1)
    smooth = uniform_filter1d(np.where(wide > _STILL, wide, 0.0), 3)
    return np.asarray(np.sqrt(np.maximum(smooth, 0.0)))


def _whole_events(values: Curve, power: Curve, bands: Curve, there: NDArray[np.bool_], rate: float) -> Curve:
    """Open for the whole of an event of the sound, not only while the movement lasts, and for events that are alike.

    Args:
        values: (n,) open as far as the object moves.
        power: (n, coarse) of the soundtrack.
        bands: (coarse,) weight of each band in the object's sound.
        there: (n,) whether the object is about: from first to last sight.
        rate: frames per second.
    """
    from scipy.ndimage import label, maximum_filter1d, uniform_filter1d

    open_at = values > _OPEN
    if not open_at.any():
        return values
    loud = np.log(uniform_filter1d(power @ bands, 5) + 1e-10)
    low, high = np.quantile(loud, 0.1), np.quantile(loud[open_at], 0.8)
    event = loud > (low + high) / 2
    runs, _ = label(event)
    near = maximum_filter1d(open_at.astype(np.int8), 2 * round(_CARRIED * rate) + 1) > 0
    carried = np.isin(runs, np.unique(runs[open_at & event])) & event & near
    alike = _alike(power, open_at & event) & event & there
    if alike.mean() < _MOST_ALIKE:
        carried |= alike
    return np.asarray(np.where(carried, np.maximum(values, _OPEN_CARRIED), values))


def _alike(power: Curve, known: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether each frame's spectrum above the noise, (n, coarse), has the shape that the known frames have."""
    if not known.any():
        return known
    shape = np.sqrt(np.maximum(power - 2 * np.quantile(power, 0.1, axis=0), 0.0))
    shape /= np.linalg.norm(shape, axis=1, keepdims=True) + 1e-9
    usual = shape[known].mean(axis=0)
    return np.asarray(shape @ usual > _ALIKE * np.linalg.norm(usual))
