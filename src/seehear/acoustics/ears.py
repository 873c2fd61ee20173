"""Rays into the ears: two reads of the stem, one for each ear's own distance, then the ear's filters."""

import numpy as np
from numpy.typing import NDArray

from seehear.acoustics.binaural import HOP, EarFilter
from seehear.acoustics.course import CONTROL
from seehear.acoustics.hrtf import ONSET, Hrtf
from seehear.acoustics.ray import Stretch, received
from seehear.media.stems import Samples
from seehear.scene.direction import Array


class EarPlacer:
    """Binaural: each ear hears the source at its own time, through the filter of its direction.

    Args:
        hrtf: the set, at the rate of the signals.
    """

    def __init__(self, hrtf: Hrtf) -> None:
        self._hrtf = hrtf
        self._filter = EarFilter(hrtf)
        self._rings = False

    def placing(self, direction: Array) -> NDArray[np.floating]:
        """Give the delay to each ear, (k, 2) samples, less the room that the filters leave before their onset."""
        return self._hrtf.delay_at(direction) * self._hrtf.sample_rate - ONSET

    def place(self, stretch: Stretch, out: Samples) -> None:
        """Read for each ear, filter."""
        ears = np.stack([received(stretch, stretch.placing[:, ear]) for ear in range(2)])
        if stretch.gain != 1.0:
            ears *= np.float32(stretch.gain)
        out += self._filter.process(ears, stretch.points.direction[:: HOP // CONTROL])
        self._rings = True

    def rest(self, out: Samples) -> bool:
        """Let the filters ring out."""
        if not self._rings:
            return False
        tail = self._filter.flush()
        out[:, : tail.shape[1]] += tail
        self._rings = False
        return True
