"""Shot cuts: the colours change and so does the structure, both at once, or one picture dissolves into another."""

from collections import deque

import cv2
import numpy as np

from seehear.watch.working import Bytes, Reals, View

# Both must be passed: a flash keeps the structure, a fast pan keeps the colours.
HISTOGRAM_CHANGE = 0.35
STRUCTURE_KEPT = 0.55
_DISSOLVE = (6, 12, 18)  # views that a dissolve is looked for over


class CutDetector:
    """Says of each view whether a new shot begins with it."""

    def __init__(self) -> None:
        self._before: tuple[Reals, Reals] | None = None
        self._small: deque[tuple[Reals, Reals]] = deque(maxlen=max(_DISSOLVE) + 1)

    def begins(self, view: View) -> bool:
        """Say whether this view begins a new shot; the first one does not."""
        small = np.asarray(cv2.resize(view.luma, (32, 18), interpolation=cv2.INTER_AREA), np.float64)
        now = _colours(view.rgb[::2, ::2]), _structure(small)
        before, self._before = self._before, now
        self._small.append((small, now[1]))
        if before is None:
            return False
        change = 1.0 - float(np.minimum(before[0], now[0]).sum())
        kept = float((before[1] * now[1]).mean())
        new = (change > HISTOGRAM_CHANGE and kept < STRUCTURE_KEPT) or self._dissolved()
        if new:
            self._small.clear()
        return new

    def _dissolved(self) -> bool:
        """Say whether the views of late lead from one picture to another as sums of both."""
        for count in (count for count in _DISSOLVE if count < len(self._small)):
            first, last = self._small[-1 - count], self._small[-1]
            between = [self._small[-1 - back][0] for back in (count, 3 * count // 4, count // 2, count // 4, 0)]
            if float((first[1] * last[1]).mean()) < STRUCTURE_KEPT and _dissolves(between):
                return True
        return False


def _dissolves(views: list[Reals]) -> bool:
    """Say whether all views are sums of the first and the last, with ever more of the last."""
    apart = views[-1] - views[0]
    size = float((apart**2).mean())
    if size < 15.0**2:
        return False
    shares = [float(((one - views[0]) * apart).mean()) / size for one in views]
    rests = [float(((one - views[0] - share * apart) ** 2).mean()) for one, share in zip(views, shares, strict=True)]
    steps = np.diff(shares)
    return bool(steps.min() > 0.05 and steps.max() < 0.7 and max(rests) < 0.04 * size)


def _colours(rgb: Bytes) -> Reals:
    """(512,) shares of 8 x 8 x 8 colours, blurred over neighbouring bins so that a slight change stays slight."""
    counts = cv2.calcHist([rgb], [0, 1, 2], None, [8, 8, 8], [0, 256, 0, 256, 0, 256])
    shares = np.asarray(counts, np.float64) / counts.sum()
    for axis in range(3):
        padded = np.concatenate([shares.take([0], axis), shares, shares.take([7], axis)], axis)
        shares = (padded.take(range(8), axis) + 2 * shares + padded.take(range(2, 10), axis)) / 4
    return np.asarray(shares.ravel() / shares.sum(), np.float64)


def _structure(small: Reals) -> Reals:
    """(18, 32) brightness without its mean and spread."""
    spread = small.std()
    return (small - small.mean()) / spread if spread > 1.0 else np.zeros_like(small)
