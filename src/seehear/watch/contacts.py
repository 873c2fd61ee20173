"""Contacts: the moments at which a tracked thing turns back or stops at once."""

import numpy as np
from numpy.typing import NDArray

from seehear.watch.working import Reals

_SIDE = 3  # views on either side through which a straight line is laid
_SUDDEN = 0.35  # frame widths a second: the least change of speed


def contacts(times: Reals, boxes: Reals, seen: NDArray[np.bool_]) -> list[float]:
    """Find abrupt changes of speed of the box's centre.

    Straight lines through the views before and after meet at the contact, between views as a rule.

    Args:
        times: (n,) seconds.
        boxes: (n, 4) fractions, not smoothed.
        seen: (n,) whether the box was in sight.

    Returns:
        Seconds, rising, at least 0.15 s apart.
    """
    count = len(times)
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2
    rows = [(*_kink(times, centre, i), i) for i in range(_SIDE, count - _SIDE) if seen[i - _SIDE : i + _SIDE + 1].all()]
    rows.sort(key=lambda row: -row[0])
    chosen: list[float] = []
    for change, when, _ in rows:
        if change > _SUDDEN and all(abs(when - other) > 0.15 for other in chosen):
            chosen.append(when)
    return sorted(round(when, 4) for when in chosen)


def _kink(times: Reals, centre: Reals, i: int) -> tuple[float, float]:
    """Give the change of speed at view ``i`` and the moment the two lines meet."""
    early, late = slice(i - _SIDE, i + 1), slice(i, i + _SIDE + 1)
    before = np.polynomial.polynomial.polyfit(times[early] - times[i], centre[early], 1)
    after = np.polynomial.polynomial.polyfit(times[late] - times[i], centre[late], 1)
    change = after[1] - before[1]
    size = float(np.hypot(*change))
    slower = float(np.hypot(*after[1])) < 0.9 * float(np.hypot(*before[1])) or float(after[1] @ before[1]) < 0
    if not slower or size < 1e-9:
        return 0.0, float(times[i])
    meet = -float((after[0] - before[0]) @ change) / size**2
    return size, float(times[i] + np.clip(meet, times[i - 1] - times[i], times[i + 1] - times[i]))
