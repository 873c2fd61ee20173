"""What sounds are made of: noise, slow chance, and tones without aliasing."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from seehear.voices.drive import Array
from seehear.voices.filters import EDGE, lowpass
from seehear.voices.stage import Chunk

TABLE = 16384


class Drift:
    """Slow chance: independent standard normal values ``rate`` times a second, eased from one to the next.

    Args:
        rng: its stream.
        rate: values a second.
    """

    def __init__(self, rng: np.random.Generator, rate: float) -> None:
        self._rng, self._rate = rng, rate
        self._knots = rng.standard_normal(2)
        self._first = 0

    def __call__(self, chunk: Chunk) -> Array:
        """Give (n,) values over the next chunk; variance between 0.5 and 1."""
        place = chunk.time * self._rate
        whole = np.floor(place).astype(np.int64)
        missing = int(whole[-1]) + 2 - self._first - len(self._knots)
        if missing > 0:
            self._knots = np.concatenate([self._knots, self._rng.standard_normal(missing)])
        at = whole - self._first
        share = place - whole
        share = share * share * (3 - 2 * share)
        values = self._knots[at] * (1 - share) + self._knots[at + 1] * share
        keep = int(at[0])  # the same chunk may be asked for again
        self._knots, self._first = self._knots[keep:], self._first + keep
        return values


class Phase:
    """Turns frequency into phase, in turns."""

    def __init__(self, sample_rate: int, *, start: float = 0.0) -> None:
        self._sample_rate, self._turns = sample_rate, start

    def __call__(self, frequency: Array) -> Array:
        """Give the phase after each of the next (n,) samples of frequency in Hz."""
        turns = self._turns + np.cumsum(frequency) / self._sample_rate
        self._turns = float(turns[-1] % 1.0)
        return turns


class Oscillator:
    """A periodic tone out of a table: harmonics that at its highest pitch would pass the edge are left out.

    Between table points it is linear: for harmonic k of a table of L the error is below (2π k/L)²/8.

    Args:
        amplitudes: of harmonics 1, 2, ...
        sample_rate: Hz.
        highest: Hz; the frequency is held below it.
        phases: rad of each harmonic; None: 0, a sum of sines.
        start: turns.
    """

    def __init__(
        self,
        amplitudes: ArrayLike,
        sample_rate: int,
        *,
        highest: float,
        phases: ArrayLike | None = None,
        start: float = 0.0,
    ) -> None:
        self._highest = min(highest, EDGE * sample_rate)
        kept = np.atleast_1d(np.asarray(amplitudes, dtype=np.float64))[: int(EDGE * sample_rate / self._highest)]
        angles = np.zeros(len(kept)) if phases is None else np.asarray(phases, dtype=np.float64)[: len(kept)]
        spectrum = np.zeros(TABLE // 2 + 1, dtype=np.complex128)
        spectrum[1 : len(kept) + 1] = kept * np.exp(1j * (angles - np.pi / 2)) * TABLE / 2
        table = np.fft.irfft(spectrum, TABLE)
        self._table = np.append(table, table[0])
        self._phase = Phase(sample_rate, start=start)

    def __call__(self, frequency: Array) -> Array:
        """Give the next (n,) samples at (n,) Hz."""
        return self.at(self._phase(np.minimum(frequency, self._highest)))

    def at(self, turns: Array) -> Array:
        """Give the table's value at (n,) phases in turns."""
        place = (turns - np.floor(turns)) * TABLE
        left = place.astype(np.int64)
        value = self._table[left]
        return np.asarray(value + (place - left) * (self._table[left + 1] - value))


class Swells:
    """The summed envelope of things that come and go: waves, passing cars.

    Args:
        rng: its stream.
        every: seconds between them.
        spread: relative unevenness.
        reach: seconds before and after its moment over which one is heard.
    """

    def __init__(self, rng: np.random.Generator, *, every: float, spread: float, reach: float) -> None:
        self._rng, self._every, self._spread, self._reach = rng, every, spread, reach
        self._next = -reach + every * float(rng.random())
        self._near: list[tuple[float, float]] = []

    def envelope(self, time: Array, shape: Callable[[Array], Array]) -> Array:
        """Sum ``shape(seconds since its moment)`` of each, weighted by chance, at (n,) seconds of the next chunk."""
        while self._next < time[-1] + self._reach:
            self._near.append((self._next, 0.4 + 0.6 * float(self._rng.random())))
            self._next += self._every * max(1 + self._spread * float(self._rng.standard_normal()), 0.3)
        self._near = [one for one in self._near if one[0] > time[0] - self._reach]
        total = np.zeros(len(time))
        for moment, weight in self._near:
            away = time - moment
            edge = np.clip(2 * (1 - np.abs(away) / self._reach), 0, 1)
            total += weight * edge * shape(away)
        return total


class NarrowNoise:
    """A band of noise whose centre may glide: two slow noises on the cosine and the sine of the centre's phase.

    Args:
        rng: its stream.
        bandwidth: Hz between the -3 dB points.
        sample_rate: Hz.
        order: of the low-pass that makes the band.
    """

    def __init__(self, rng: np.random.Generator, bandwidth: float, sample_rate: int, *, order: int = 2) -> None:
        self._rng = rng
        self._filters = (
            lowpass(bandwidth / 2, sample_rate, order=order),
            lowpass(bandwidth / 2, sample_rate, order=order),
        )
        self._phase = Phase(sample_rate)
        self._highest = EDGE * sample_rate
        self._scale = np.sqrt(sample_rate / max(bandwidth, 1.0) / 1.11)

    def __call__(self, frequency: Array) -> Array:
        """Give the next (n,) samples around (n,) Hz, of variance near 1."""
        angle = 2 * np.pi * self._phase(np.minimum(frequency, self._highest))
        cosine, sine = (one(self._rng.standard_normal(len(frequency))) for one in self._filters)
        return np.asarray(self._scale * (cosine * np.cos(angle) + sine * np.sin(angle)))
