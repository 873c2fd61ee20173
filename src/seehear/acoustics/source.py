"""One object as a source of sound: its stem taken in at the door, then heard along its rays."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from seehear.acoustics.delay_line import History
from seehear.acoustics.ray import BLOCK
from seehear.errors import InputError
from seehear.media.stems import Samples
from seehear.scene.direction import Array
from seehear.scene.scene import SceneObject

RAMP = 0.005
"""Seconds of fade on the outside of a sounding span."""


class Door:
    """Takes a stem in: folds it to mono, keeps it to its sounding spans, applies the object's gain.

    Spans tell the truth: outside them the stem is silent, with a 5 ms fade before the start and after the end, so that
    an attack at the start of a span stays whole. Spans nearer than two fades run together.

    Args:
        thing: the object.
        sample_rate: Hz.
    """

    def __init__(self, thing: SceneObject, sample_rate: int) -> None:
        self._id, self._sample_rate = thing.id, sample_rate
        self._gain = np.float32(10 ** (thing.gain_db / 20))
        self._knots, self._levels = _envelope(thing, sample_rate)

    def fold(self, samples: Samples, start: int) -> NDArray[np.float32]:
        """Give the mono stem, (n,), of (channels, n) samples from number ``start`` on.

        Raises:
            InputError: samples that are not finite.
        """
        check_finite(samples, self._id, start, self._sample_rate)
        mono = samples[0] if samples.shape[0] == 1 else samples.mean(axis=0, dtype=np.float32)
        return np.asarray(mono * (self._gain * self._level(start, len(mono))), dtype=np.float32)

    def _level(self, start: int, count: int) -> NDArray[np.float32]:
        """Give the envelope of the spans; one number where no fade falls into the block."""
        fading = np.any((self._knots > start) & (self._knots < start + count))
        numbers = np.arange(start, start + count if fading else start + 1, dtype=np.float64)
        return np.interp(numbers, self._knots, self._levels).astype(np.float32)


class AnyRay(Protocol):
    """A way for the sound."""

    def add(self, history: History, start: int, out: Samples) -> bool:
        """Add the block from sample ``start`` on to ``out``, (channels, BLOCK); say whether there was anything."""
        ...

    def rest(self, out: Samples) -> bool:
        """Add what still rings in a block without sound; say whether anything did."""
        ...


class Source:
    """An object that sounds.

    Args:
        thing: the object.
        rays: the ways its sound takes, the direct one first.
        farthest: samples that the longest of them delays.
        sample_rate: Hz.
    """

    def __init__(self, thing: SceneObject, rays: Sequence[AnyRay], farthest: int, sample_rate: int) -> None:
        self.id = thing.id
        self._door = Door(thing, sample_rate)
        self._rays = rays
        self._history = History(farthest + 3 * BLOCK)

    def feed(self, samples: Samples | None, count: int) -> None:
        """Take the next ``count`` samples of the stem; None is silence."""
        start = self._history.end
        if samples is None or not np.any(samples):
            self._history.append(np.zeros(count, dtype=np.float32))
        else:
            self._history.append(self._door.fold(samples, start))

    def render(self, start: int, out: Samples) -> bool:
        """Add the block from sample ``start`` on to ``out``, (channels, BLOCK); say whether there is any sound."""
        if self._history.silent:
            return any([ray.rest(out) for ray in self._rays])
        return any([ray.add(self._history, start, out) for ray in self._rays])


def check_finite(samples: Samples, name: str, start: int, sample_rate: int) -> None:
    """Refuse samples that are not finite.

    Raises:
        InputError: names the stem and the time.
    """
    if np.isfinite(samples).all():
        return
    bad = start + int(np.flatnonzero(~np.isfinite(samples).all(axis=0))[0])
    raise InputError(
        f"expected finite samples in '{name}.wav', got {samples[:, bad - start].tolist()} "
        f"at {bad / sample_rate:.3f} s: repair the stem"
    )


def _envelope(thing: SceneObject, sample_rate: int) -> tuple[Array, Array]:
    """Give the corners, in samples, and levels of the spans' envelope."""
    spans = [list(span) for span in thing.sounding]
    for before, after in pairwise(list(spans)):
        if after[0] - before[1] < 2 * RAMP:
            after[0] = before[0]
            spans.remove(before)
    corners = [(start - RAMP, start, end, end + RAMP) for start, end in spans]
    return np.array(corners).reshape(-1) * sample_rate, np.tile([0.0, 1.0, 1.0, 0.0], len(spans))
