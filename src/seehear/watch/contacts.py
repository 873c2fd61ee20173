"""Contacts: the moments at which a tracked thing turns back or stops at once."""

import numpy as np
from numpy.typing import NDArray

from seehear.watch.working import Reals

_SIDE = 3  # views on either side through which a straight line is laid
_SUDDEN = 18.0  # deg a second: the least change of speed
_STRAIGHT = 0.12  # largest error of the lines, as a share of the way lost by the change
_STEADY_SIZE = 0.2  # largest change of the box's size
_APART = 0.15  # seconds


def contacts(times: Reals, path: Reals, seen: NDArray[np.bool_]) -> list[float]:
    """Find abrupt changes of the speed of a thing as seen from the camera.

    Straight lines through the views before and after meet at the contact, between views as a rule. Where the box
    changes size, its centre says little, and where the lines fit badly there is no contact but noise.

    Args:
        times: (n,) seconds.
        path: (n, 4) azimuth and elevation in degrees, width and height, not smoothed.
        seen: (n,) whether it was in sight.

    Returns:
        Seconds, rising, at least 0.15 s apart.
    """
    count = 2 * _SIDE + 1
    if len(times) < count:
        return []
    clock = np.lib.stride_tricks.sliding_window_view(times, count) - times[_SIDE : len(times) - _SIDE, None]
    place = np.lib.stride_tricks.sliding_window_view(path[:, :2], count, axis=0)  # (m, 2, count)
    size = np.lib.stride_tricks.sliding_window_view(path[:, 2:], count, axis=0)
    early, late = _lines(clock[:, : _SIDE + 1], place[..., : _SIDE + 1]), _lines(clock[:, _SIDE:], place[..., _SIDE:])
    change = late.speed - early.speed
    sudden = np.hypot(*change.T)
    meet = -((late.start - early.start) * change).sum(1) / np.maximum(sudden, 1e-9) ** 2
    reach = np.median(np.diff(times))
    slower = np.hypot(*late.speed.T) < 0.9 * np.hypot(*early.speed.T)
    good = (sudden > _SUDDEN) & (slower | ((late.speed * early.speed).sum(1) < 0))
    good &= np.maximum(early.error, late.error) < _STRAIGHT * sudden * _SIDE * reach
    good &= (np.ptp(size, axis=2) < _STEADY_SIZE * size.mean(axis=2)).all(axis=1) & (np.abs(meet) <= reach)
    good &= np.lib.stride_tricks.sliding_window_view(seen, count).all(axis=1)
    return _apart(times[_SIDE : len(times) - _SIDE] + meet, np.where(good, sudden, 0.0))


class _Lines:
    """Straight lines through (m, 2, k) places at (m, k) times: places at time 0, speeds, mean errors."""

    def __init__(self, start: Reals, speed: Reals, error: Reals) -> None:
        self.start, self.speed, self.error = start, speed, error


def _lines(clock: Reals, place: Reals) -> _Lines:
    middle, mean = clock.mean(1), place.mean(2)
    away = clock - middle[:, None]
    speed = (away[:, None] * place).sum(2) / np.maximum((away**2).sum(1), 1e-12)[:, None]
    rest = place - mean[..., None] - speed[..., None] * away[:, None]
    return _Lines(mean - speed * middle[:, None], speed, np.sqrt((rest**2).sum(1).mean(1)))


def _apart(times: Reals, sudden: Reals) -> list[float]:
    chosen: list[float] = []
    for i in np.argsort(-sudden, kind="stable"):
        if sudden[i] <= 0:
            break
        if all(abs(float(times[i]) - other) > _APART for other in chosen):
            chosen.append(float(times[i]))
    return sorted(round(when, 4) for when in chosen)
