"""Shot cuts: the colours change and so does the structure, both at once."""

import cv2
import numpy as np

from seehear.watch.working import Bytes, Reals, View

# Both must be passed: a flash keeps the structure, a fast pan keeps the colours.
HISTOGRAM_CHANGE = 0.35
STRUCTURE_KEPT = 0.55


class CutDetector:
    """Says of each view whether a new shot begins with it."""

    def __init__(self) -> None:
        self._before: tuple[Reals, Reals] | None = None

    def begins(self, view: View) -> bool:
        """Say whether this view begins a new shot; the first one does not."""
        now = _colours(view.rgb), _structure(view.luma)
        before, self._before = self._before, now
        if before is None:
            return False
        change = 1.0 - float(np.minimum(before[0], now[0]).sum())
        kept = float((before[1] * now[1]).mean())
        return change > HISTOGRAM_CHANGE and kept < STRUCTURE_KEPT


def _colours(rgb: Bytes) -> Reals:
    """(512,) shares of 8 x 8 x 8 colours, blurred over neighbouring bins so that a slight change stays slight."""
    counts = cv2.calcHist([rgb], [0, 1, 2], None, [8, 8, 8], [0, 256, 0, 256, 0, 256])
    shares = np.asarray(counts, np.float64) / counts.sum()
    for axis in range(3):
        padded = np.concatenate([shares.take([0], axis), shares, shares.take([7], axis)], axis)
        shares = (padded.take(range(8), axis) + 2 * shares + padded.take(range(2, 10), axis)) / 4
    return np.asarray(shares.ravel() / shares.sum(), np.float64)


def _structure(luma: Bytes) -> Reals:
    """(18, 32) brightness without its mean and spread."""
    small = np.asarray(cv2.resize(luma, (32, 18), interpolation=cv2.INTER_AREA), np.float64)
    spread = small.std()
    return (small - small.mean()) / spread if spread > 1.0 else np.zeros_like(small)
