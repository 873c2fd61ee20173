"""A delay line read at moving positions: the history of a stem and the windowed-sinc interpolator.

Positions are float64 samples from the clip's start, data float32. Before the clip's start a stem is silent.

References: Laakso, Välimäki, Karjalainen, Laine, "Splitting the Unit Delay", IEEE SPM 13(1), 1996 (windowed sinc);
Kaiser, "Nonrecursive digital filter design using the I0-sinh window function", 1974.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.media.stems import Samples
from seehear.scene.direction import Array

REACH = 32
"""Samples that a read touches at most on either side of its position."""

_KAISER_BETA = 12.0


class SincTable(NamedTuple):
    """The interpolator's taps at each phase, and their differences to the next phase; (phases, taps) float32."""

    taps: NDArray[np.float32]
    slope: NDArray[np.float32]


class History:
    """The last samples of a growing mono signal, addressed by their number from the clip's start.

    Args:
        keep: how many samples back must stay readable behind the newest.
    """

    def __init__(self, keep: int) -> None:
        self._keep = keep
        self._data = np.zeros(0, dtype=np.float32)
        self.end = 0
        self._sounded = 0

    @property
    def silent(self) -> bool:
        """Whether everything that can still be read is zero."""
        return self._sounded <= self.end - len(self._data)

    def append(self, samples: NDArray[np.float32]) -> None:
        """Add (n,) samples at the end."""
        self._data = np.concatenate([self._data[-self._keep :] if self._keep else self._data[:0], samples])
        self.end += len(samples)
        if samples.any():
            self._sounded = self.end

    def view(self, start: int, stop: int) -> NDArray[np.float32]:
        """Give the samples [start, stop); zeros before the clip's start, past the newest and where forgotten."""
        first = self.end - len(self._data)
        if first <= start and stop <= self.end:
            return self._data[start - first : stop - first]
        part = self._data[max(start - first, 0) : max(stop - first, 0)]
        before = min(max(first - start, 0), stop - start)
        return np.pad(part, (before, stop - start - before - len(part)))


def sinc_table() -> SincTable:
    """Give the polyphase table of the Kaiser-windowed sinc, `kernels.TAPS` x `kernels.PHASES`."""
    from seehear.acoustics.kernels import PHASES, TAPS

    return _table(TAPS, PHASES, _KAISER_BETA)


@lru_cache(maxsize=4)
def _table(taps: int, phases: int, beta: float) -> SincTable:
    half = taps // 2
    shift = np.arange(phases + 1)[:, None] / phases
    x = np.arange(taps)[None, :] - (half - 1) - shift
    window = np.i0(beta * np.sqrt(np.maximum(0.0, 1 - (x / half) ** 2))) / np.i0(beta)
    exact = np.sinc(x) * window
    exact = exact / exact.sum(axis=1, keepdims=True)
    table = exact.astype(np.float32)
    return SincTable(table[:-1].copy(), np.diff(exact, axis=0).astype(np.float32))


def read_moving(
    history: NDArray[np.float32], first: int, emission: Array, rate: Array, *, start: int, metres: float,
    later: NDArray[np.floating] | None = None,
) -> Samples:  # fmt: skip
    """Read a signal as it arrives from a moving source.

    Args:
        history: samples from number ``first`` on; must reach `REACH` beyond every position read.
        first: number of the first sample of ``history``.
        emission: (k + 1,) emission times of the control points, in samples; control points stand every 64 samples.
        rate: (k + 1,) d(emission)/d(receive).
        start: number of the first sample received.
        metres: metres that sound travels in one sample, for the gain 1/max(distance, 1); 0: no distance gain.
        later: (k + 1,) further delay in samples, linear between control points; None: none.

    Returns:
        (64 k,) float32.
    """
    from seehear.acoustics.kernels import CONTROL, read

    table = sinc_table()
    out = np.empty((len(emission) - 1) * CONTROL, dtype=np.float32)
    more = np.zeros(len(emission)) if later is None else np.ascontiguousarray(later, dtype=np.float64)
    read(history, first, emission, rate, more, start, metres, table.taps, table.slope, out)
    return out
