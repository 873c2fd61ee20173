"""What a thing does: the sound it makes, and what of it a picture can show, at the same moments."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from seehear.scene.direction import Array

HOP = 0.005
"""Seconds between the levels that pictures and spans go by."""

_FLOOR = 10 ** (-45 / 20)  # below this share of its peak a sound counts as silent
_GAP, _EARLY, _LATE = 0.25, 0.01, 0.05  # seconds: gaps that are bridged, what a span gives before and after
_SMOOTH = 5  # hops
_RAISE, _STRIKE = 0.12, 0.09  # seconds: a striker goes up after a blow, and comes down before the next


class Act:
    """A sound and the motions that go with it.

    Args:
        samples: (n,) the dry stem.
        sample_rate: Hz.
        contacts: seconds, rising, at which something touches something.
        times: (k,) seconds of ``metres``.
        metres: (k,) travelled since the start.
    """

    def __init__(
        self,
        samples: NDArray[np.float32],
        sample_rate: int,
        *,
        contacts: Sequence[float] = (),
        times: Array | None = None,
        metres: Array | None = None,
    ) -> None:
        self.samples = samples
        self.contacts = np.asarray(contacts, dtype=np.float64)
        self._duration = len(samples) / sample_rate
        self._levels = _levels(samples, sample_rate)
        self._shown = np.convolve(np.sqrt(self._levels), np.ones(_SMOOTH) / _SMOOTH, "same")
        self._times = np.zeros(1) if times is None else times
        self._metres = np.zeros(1) if metres is None else metres

    def level(self, time: float) -> float:
        """Say how loud it looks, [0, 1] of its own peak: the square root, over 25 ms, which no eye resolves."""
        return float(np.interp(time / HOP - 0.5, np.arange(len(self._shown)), self._shown))

    def lift(self, time: float) -> float:
        """Say how far a striker is raised, [0, 1]: 0 at each contact and only there."""
        if not len(self.contacts):
            return 1.0
        index = int(np.searchsorted(self.contacts, time))
        after = time - self.contacts[index - 1] if index else np.inf
        before = self.contacts[index] - time if index < len(self.contacts) else np.inf
        raised = min(after / _RAISE, 1.0) * min(before / _STRIKE, 1.0)
        return float(np.sin(np.pi / 2 * raised))

    def count(self, time: float) -> float:
        """Say how many contacts have been, in between as a fraction: the phase of a stride."""
        if len(self.contacts) < 2:
            return 0.0
        ends = np.array([2 * self.contacts[0] - self.contacts[1], 2 * self.contacts[-1] - self.contacts[-2]])
        stamps = np.concatenate([[ends[0]], self.contacts, [ends[1]]])
        return float(np.interp(time, stamps, np.arange(-1, len(self.contacts) + 1)))

    def travelled(self, time: float) -> float:
        """Give the metres travelled since the start."""
        return float(np.interp(time, self._times, self._metres))

    def spans(self) -> tuple[tuple[float, float], ...]:
        """Give when it sounds, [start, end) seconds: above -45 dB of its peak, short gaps bridged."""
        loud = np.flatnonzero(self._levels > _FLOOR)
        if not len(loud):
            return ()
        breaks = np.flatnonzero(np.diff(loud) * HOP > _GAP)
        starts, ends = loud[np.concatenate([[0], breaks + 1])], loud[np.concatenate([breaks, [len(loud) - 1]])] + 1
        found: list[tuple[float, float]] = []
        for start, end in zip(starts * HOP - _EARLY, ends * HOP + _LATE, strict=True):
            first = round(max(float(start), 0.0), 4)
            found.append((first if first > HOP else 0.0, round(min(float(end), self._duration), 4)))
        return tuple(found)


def gated(samples: NDArray[np.float32], spans: Sequence[tuple[float, float]], sample_rate: int) -> NDArray[np.float32]:
    """Silence a sound outside its spans, with 5 ms of fade on the outside of each."""
    corners = [(start - 0.005, start, end, end + 0.005) for start, end in spans]
    if not corners:
        return np.zeros_like(samples)
    shape = np.tile([0.0, 1.0, 1.0, 0.0], len(corners))
    envelope = np.interp(np.arange(len(samples)), np.array(corners).ravel() * sample_rate, shape)
    return np.asarray(samples * envelope, dtype=np.float32)


def _levels(samples: NDArray[np.float32], sample_rate: int) -> Array:
    """RMS of each hop as a share of the loudest."""
    size = max(round(HOP * sample_rate), 1)
    count = max(-(-len(samples) // size), 1)
    padded = np.zeros(count * size)
    padded[: len(samples)] = samples
    rms = np.sqrt((padded.reshape(count, size) ** 2).mean(axis=1))
    top = rms.max()
    return np.asarray(rms / top if top > 0 else rms)
