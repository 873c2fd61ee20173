"""How near a thing is over time, in its own measure, from the way it takes through the picture.

What moves on a straight line at constant speed has a depth, 1 / size, and a sideways place, tan(azimuth) / size, that
are straight lines in time. Both are fitted while the whole of it is in view and carried on beyond the picture's edge;
the power of its sound follows 1 / distance².
"""

import numpy as np

from seehear.sound.movement import Movement
from seehear.sound.significance import Curve

_LEAST_FRAMES = 8
_STEEPEST = 80.0
_BEYOND = 1.5
_LEAST_TURN, _LEAST_GROWTH = 10.0, 1.4


def nearness(one: Movement, at: Curve) -> Curve | None:
    """Give the power at the listener, (n,), relative to where the thing is nearest; None where it goes nowhere.

    Args:
        one: the movement.
        at: (n,) s; beyond one and a half times its time in the picture the last value is held.
    """
    if not travels(one):
        return None
    known = one.present & (one.size > 0) & (np.abs(np.nan_to_num(one.azimuth, nan=90.0)) < _STEEPEST)
    clear = known & one.whole if (known & one.whole).sum() >= _LEAST_FRAMES else known
    if clear.sum() < _LEAST_FRAMES:
        return None
    seen = one.times[clear]
    depth = 1.0 / one.size[clear]
    aside = np.tan(np.deg2rad(one.azimuth[clear])) * depth
    present = one.times[one.present]
    longest = _BEYOND * (present[-1] - present[0])
    lines = [np.polynomial.Polynomial.fit(seen, values, 1) for values in (depth, aside)]

    def squared(when: Curve) -> Curve:
        held = np.clip(when, present[0] - longest, present[-1] + longest)
        return np.asarray(sum(line(held) ** 2 for line in lines))

    nearest = squared(np.linspace(present[0] - longest, present[-1] + longest, 2000)).min()
    return np.asarray(nearest / np.maximum(squared(at), 1e-12))


def travels(one: Movement) -> bool:
    """Whether it crosses ten degrees, or grows or shrinks by two fifths, while the whole of it is in view."""
    clear = one.present & (one.size > 0)
    clear = clear & one.whole if (clear & one.whole).any() else clear
    azimuth = one.azimuth[one.present & np.isfinite(one.azimuth)]
    turned = np.ptp(np.unwrap(azimuth, period=360.0)) if len(azimuth) else 0.0
    size = one.size[clear]
    return bool(turned >= _LEAST_TURN or (len(size) and size.max() >= _LEAST_GROWTH * size.min()))
