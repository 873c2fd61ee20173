"""How a sound's pitch moves: its whole log-frequency spectrum slid against itself, and the speed that this tells.

Tonal lines of any number shift by the same number of semitones, so the spectra of a source are lined up with their own
mean until both agree. Pitch in semitones against the clip's own mean; time in seconds; speed in m/s.
"""

from typing import NamedTuple

import numpy as np

from seehear.listen.closest import Way
from seehear.listen.sketch import PER_OCTAVE
from seehear.scene.direction import Array

SOUND_SPEED = 343.0
"""m/s, in air at 20 °C."""

REACH = 12
"""Bins of the log axis that a spectrum may slide: 3 semitones."""

CLEAR = 0.5
"""Correlation with the mean from which there is something to follow."""

SLIP = 0.2
"""Semitones off the fitted way from which a spectrum is taken for misread."""

_SEMITONES = 12.0 / PER_OCTAVE
_SMOOTH = PER_OCTAVE // 3


class PitchCourse(NamedTuple):
    """How the pitch moves; (s,) each.

    Attributes:
        time: seconds.
        shift: semitones against the mean.
        clear: 0 to 1, correlation with the mean spectrum.
    """

    time: Array
    shift: Array
    clear: Array

    @property
    def known(self) -> bool:
        """Whether there is a pitch to follow."""
        return len(self.time) >= 4 and float(np.median(self.clear)) >= CLEAR


def pitch_course(time: Array, spectra: Array) -> PitchCourse:
    """Follow the pitch of slow log-frequency spectra, (s,) times and (s, b) power."""
    total = spectra.sum(axis=1)
    kept = total > 1e-4 * total.max(initial=0.0)
    if kept.sum() < 4 or spectra.shape[1] <= 3 * REACH:
        return PitchCourse(*(np.zeros(0) for _ in range(3)))
    ripple = _ripple(spectra[kept])
    shift = np.zeros(len(ripple))
    clear = np.zeros(len(ripple))
    for _ in range(4):
        mean = _slid(ripple, -shift).mean(axis=0)
        shift, clear = _lags(ripple, mean)
    return PitchCourse(time[kept], (shift - np.median(shift)) * _SEMITONES, clear)


def speed_from(pitch: PitchCourse, way: Way) -> float | None:
    """Give the speed, m/s, that the pitch's movement along a way tells; None where it tells none.

    The shift of a source moving at v is ``-12 log2(1 + v/c · s / sqrt(1 + s²))``, all but linear in v below 50 m/s.
    """
    if not pitch.known:
        return None
    s = (pitch.time - way.time) / way.scale
    along = s / np.sqrt(1.0 + s * s)
    if np.ptp(along) < 0.25:
        return None
    base = np.maximum(pitch.clear, 0.0) ** 2
    weight, slope, left = base, 0.0, 1.0
    for _ in range(4):  # spectra that slipped to a wrong line count less and less
        x, y = along - np.average(along, weights=weight), pitch.shift - np.average(pitch.shift, weights=weight)
        slope = float((weight * x * y).sum() / max(float((weight * x * x).sum()), 1e-12))
        rest = y - slope * x
        left = float((weight * rest**2).sum() / max(float((weight * y * y).sum()), 1e-12))
        weight = base / (1.0 + (rest / SLIP) ** 2) ** 2
    speed = -slope * SOUND_SPEED * np.log(2.0) / 12.0
    kept = float(weight.sum() / base.sum())
    return float(speed) if left < 0.35 and kept > 0.5 and 1.5 <= speed <= 90.0 else None


def pitch_trend(pitch: PitchCourse) -> float | None:
    """Give the semitones from the first third to the last; None where there is no pitch to follow."""
    if not pitch.known or len(pitch.time) < 6:
        return None
    third = len(pitch.time) // 3
    return float(np.median(pitch.shift[-third:]) - np.median(pitch.shift[:third]))


def _ripple(spectra: Array) -> Array:
    """Give log spectra without their broad shape, each of unit length."""
    log = np.log10(spectra + 1e-5 * spectra.max(axis=1, keepdims=True) + 1e-30)
    running = np.cumsum(np.pad(log, ((0, 0), (_SMOOTH + 1, _SMOOTH)), mode="edge"), axis=1)
    fine = log - (running[:, 2 * _SMOOTH + 1 :] - running[:, : -2 * _SMOOTH - 1]) / (2 * _SMOOTH + 1)
    return np.asarray(fine / (np.linalg.norm(fine, axis=1, keepdims=True) + 1e-12))


def _slid(rows: Array, lag: Array) -> Array:
    """Slide each row up by its lag in bins, linearly in between."""
    place = np.arange(rows.shape[1]) - lag[:, None]
    low = np.clip(np.floor(place).astype(np.int64), 0, rows.shape[1] - 2)
    share = np.clip(place - low, 0.0, 1.0)
    index = np.arange(len(rows))[:, None]
    return np.asarray((1 - share) * rows[index, low] + share * rows[index, low + 1])


def _lags(ripple: Array, mean: Array) -> tuple[Array, Array]:
    """Give each row's lag in bins against the mean, to a fraction of a bin, and the correlation there."""
    inner = ripple[:, REACH:-REACH]
    size = np.linalg.norm(inner, axis=1) + 1e-12
    windows = np.lib.stride_tricks.sliding_window_view(mean, inner.shape[1])
    curve = inner @ windows.T / (size[:, None] * (np.linalg.norm(windows, axis=1) + 1e-12))
    best = np.clip(curve.argmax(axis=1), 1, curve.shape[1] - 2)
    index = np.arange(len(curve))
    before, at, after = curve[index, best - 1], curve[index, best], curve[index, best + 1]
    bend = before - 2 * at + after
    part = np.where(bend < -1e-9, 0.5 * (before - after) / np.where(bend < -1e-9, bend, -1.0), 0.0)
    return REACH - (best + np.clip(part, -0.5, 0.5)), at
