"""Rays into the ears: two reads of the stem, one for each ear's own distance, then the ear's filters."""

import numpy as np
from numpy.typing import NDArray

from seehear.acoustics.binaural import HOP, EarFilter
from seehear.acoustics.course import CONTROL
from seehear.acoustics.decorrelate import decorrelation_filters
from seehear.acoustics.extent import axes_at, point_share
from seehear.acoustics.hrtf import ONSET, Hrtf
from seehear.acoustics.ray import Placer, Stretch, received
from seehear.media.stems import Samples
from seehear.scene.direction import Array, angles_to_vector
from seehear.scene.scene import Extent


class EarPlacer:
    """Binaural: each ear hears the source at its own time, through the filter of its direction.

    Args:
        hrtf: the set, at the rate of the signals.
    """

    before = 0

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


class WideEarPlacer:
    """A wide object in the ears: points across its area, each with its own decorrelated copy of the sound.

    Args:
        hrtf: the set.
        extent: of the object; below 10 deg it is partly a point.
        right: whether the object counts as one of the right side (see `RayMaker`): it gets the copies mirrored, so that
            a mirrored scene sounds mirrored.
    """

    def __init__(self, hrtf: Hrtf, extent: Extent, *, right: bool) -> None:
        self._local = _points(extent)
        count = len(self._local)
        filters = decorrelation_filters(count, hrtf.sample_rate)[:: -1 if right else 1]
        share = point_share(extent)
        self._filters = (np.sqrt((1 - share) / count) * filters).astype(np.float32)
        self._filters[count // 2, 0] += np.float32(np.sqrt(share))
        self._each = [EarPlacer(hrtf) for _ in range(count)]
        self.before = self._filters.shape[1] - 1

    def placing(self, direction: Array) -> NDArray[np.floating]:
        """Give the delays of each point to each ear, (k, 2 points) samples."""
        moved = self._moved(direction)
        return np.concatenate([one.placing(moved[:, i]) for i, one in enumerate(self._each)], axis=1)

    def place(self, stretch: Stretch, out: Samples) -> None:
        """Filter for each point, place each."""
        from scipy.fft import irfft, next_fast_len, rfft

        size = next_fast_len(len(stretch.heard), real=True)
        spectrum = rfft(stretch.heard, size)
        moved = self._moved(stretch.points.direction)
        for i, one in enumerate(self._each):
            copy = irfft(spectrum * rfft(self._filters[i], size), size)[self.before : len(stretch.heard)]
            points = stretch.points._replace(direction=moved[:, i])
            placing = np.ascontiguousarray(stretch.placing[:, 2 * i : 2 * i + 2])
            one.place(stretch._replace(heard=copy, points=points, placing=placing), out)

    def rest(self, out: Samples) -> bool:
        """Let the filters ring out."""
        return any([one.rest(out) for one in self._each])

    def _moved(self, direction: Array) -> Array:
        """Give the points' directions, (k, points, 3)."""
        return np.asarray(np.einsum("kij,pj->kpi", axes_at(direction), self._local))


def ear_placer(hrtf: Hrtf, extent: Extent | None, *, right: bool = False) -> Placer:
    """Give a fresh placer for an object of that extent."""
    return EarPlacer(hrtf) if extent is None or point_share(extent) == 1.0 else WideEarPlacer(hrtf, extent, right=right)


def _points(extent: Extent) -> Array:
    """Give points across an area, (3, 5 or 7, 3) in its own axes, in turn above and below the middle."""
    count = 3 if extent.width <= 60 else 5 if extent.width <= 180 else 7
    place = (np.arange(count) + 0.5) / count - 0.5
    height = np.where(np.arange(count) % 2 == 0, 0.25, -0.25) * min(extent.height, 90.0)
    return angles_to_vector(place * extent.width, height)
