"""Strings: plucked (guitar) and struck (piano).

Plucked: Karplus & Strong, Computer Music Journal 7(2), 1983, with the tuning, loss and brightness of Jaffe & Smith,
ibid.; the fraction of a sample by a cubic Lagrange filter (Laakso et al., IEEE Signal Processing Magazine 13(1), 1996).
Struck: partials of a stiff string, f(n) = n f sqrt(1 + B n²) (Fletcher & Rossing, ch. 12).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from seehear.voices.drive import Array
from seehear.voices.events import Beat, repeated, scatter, seen_or
from seehear.voices.filters import Bank, lowpass
from seehear.voices.modal import Partial, added, burst, faded, ring
from seehear.voices.stage import Stage

Melody = tuple[int, ...]


def midi_to_hertz(number: float) -> float:
    """Give the frequency of a MIDI note number, Hz.

    Example:
        >>> midi_to_hertz(69)
        440.0
    """
    return 440.0 * float(2.0 ** ((number - 69) / 12))


def plucked(
    rng: np.random.Generator,
    sample_rate: int,
    pitch: float,
    *,
    decay: float,
    seconds: float,
    soft: float = 0.5,
    place: float = 0.2,
    bright: float = 5000.0,
) -> Array:
    """Give one plucked string.

    The loop holds a whole delay of N samples, the two-point average (1 - s) + s/z of loss g, and a Lagrange filter for
    the fraction; N + fraction + the average's own delay at the pitch make one period, and g gives T60 at the pitch.
    A period at a time is a short convolution, so the whole costs O(n).

    Args:
        rng: its stream (the pluck is a period of noise).
        sample_rate: Hz.
        pitch: Hz.
        decay: T60 at the pitch, seconds.
        seconds: length.
        soft: s, 0 to 0.5: how much faster high partials fade.
        place: where it is plucked, as a fraction of the string.
        bright: Hz, corner of the pluck.
    """
    angle = 2 * math.pi * pitch / sample_rate
    average = (1 - soft) + soft * np.exp(-1j * angle)
    gain = min(10 ** (-3 / (pitch * decay)) / abs(average), 0.99999)
    delay = sample_rate / pitch - float(-np.angle(average) / angle)
    whole = int(delay) - 1
    loop = np.convolve(gain * np.array([1 - soft, soft]), _lagrange(delay - whole))
    period = max(round(sample_rate / pitch), 2)
    pluck = lowpass(bright, sample_rate, order=1)(rng.uniform(-1, 1, period))
    pluck -= pluck.mean()
    combed = added((1.0, pluck), (-1.0, np.concatenate([np.zeros(max(round(place * period), 1)), pluck])))
    reach = whole + len(loop) - 1
    count = int(seconds * sample_rate)
    samples = np.zeros(reach + count + whole)
    samples[reach : reach + len(combed)] = combed[: count + whole]
    for start in range(reach, reach + count, whole):
        back = samples[start - reach : start]
        samples[start : start + whole] += np.convolve(back, loop, mode="valid")
    return faded(samples[reach : reach + count], sample_rate, seconds=0.05)


def _lagrange(fraction: float) -> Array:
    """Give the four taps of a cubic Lagrange delay of 1 <= fraction < 2 samples."""
    taps = [
        math.prod((fraction - other) / (tap - other) for other in range(4) if other != tap)
        for tap in range(4)
    ]  # fmt: skip
    return np.array(taps)


@dataclass(frozen=True)
class Guitar:
    """A guitar: plucked strings through the body's air and top resonances.

    Attributes:
        notes: MIDI numbers, plucked in turn.
        every: seconds between notes of its own.
        body: resonances (Fletcher & Rossing, ch. 9: air near 100 Hz, top near 200 and 400).
    """

    notes: Melody = (45, 52, 57, 60, 64, 60, 57, 52, 41, 48, 53, 57, 60, 57, 53, 48, 43, 50, 55, 59, 62, 59, 55, 50)
    every: float = 0.29
    body: tuple[tuple[float, float, float], ...] = ((102, 18, 1.2), (205, 25, 1.0), (410, 45, 0.6))

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give the notes."""
        rng, rate = stage.rng("strings"), stage.sample_rate

        def note(beat: Beat) -> Array:
            pitch = midi_to_hertz(self.notes[beat.number % len(self.notes)])
            force = 0.7 + 0.3 * float(rng.random())
            return force * plucked(rng, rate, pitch, decay=2.6, seconds=1.8, bright=2500 + 4000 * force)

        own = repeated(stage, stage.rng("rhythm"), every=self.every, spread=0.02)
        body = Bank(self.body, rate, direct=0.7)
        for block in scatter(stage, seen_or(stage, own), note):
            yield body(block)


@dataclass(frozen=True)
class Piano:
    """A piano: felt hammers on stiff strings, two to a note, with a fast and a slow decay.

    Two-stage decay after Weinreich, JASA 62, 1977: coupled strings fade together quickly, apart slowly.

    Attributes:
        notes: MIDI numbers, struck in turn.
        every: seconds between notes of its own.
        stiffness: B at middle C; it doubles every eight notes.
    """

    notes: Melody = (60, 64, 67, 72, 76, 72, 67, 64, 57, 60, 64, 69, 72, 69, 64, 60, 53, 57, 60, 65, 69, 65, 60, 57)
    every: float = 0.36
    stiffness: float = 0.0004

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give the notes."""
        rng, rate = stage.rng("strings"), stage.sample_rate
        # a note is always the same strings: each is made once
        made = {number: self._note(rng, rate, number) for number in sorted(set(self.notes))}

        def note(beat: Beat) -> Array:
            thump = burst(rng, rate, decay=0.05, low=100, high=1200)
            force = 0.7 + 0.3 * float(rng.random())
            return force * added((1.0, made[self.notes[beat.number % len(self.notes)]]), (0.15, thump))

        own = repeated(stage, stage.rng("rhythm"), every=self.every, spread=0.02)
        return scatter(stage, seen_or(stage, own), note)

    def partials(self, number: int) -> list[tuple[float, float]]:
        """Give (Hz, T60 s) of a note's partials."""
        pitch = midi_to_hertz(number)
        stiff = self.stiffness * 2 ** ((number - 60) / 8)
        slow = 5.0 * 2 ** (-(number - 60) / 14)
        return [(n * pitch * math.sqrt(1 + stiff * n * n), slow / (1 + 0.25 * n)) for n in range(1, 25)]

    def _note(self, rng: np.random.Generator, rate: int, number: int) -> Array:
        modes: list[Partial] = []
        for order, (frequency, decay) in enumerate(self.partials(number), start=1):
            weight = abs(math.sin(math.pi * order / 8.2)) * order**-0.9
            split = 0.0004 * float(rng.standard_normal())
            modes += [Partial(frequency, 0.35 * decay, weight), Partial(frequency * (1 + split), decay, 0.3 * weight)]
        sound = ring(modes, rate, contact=0.0016 * 2 ** (-(number - 60) / 24))
        return faded(sound[: int(2.2 * rate)], rate, seconds=0.15)


GUITAR = Guitar()
PIANO = Piano()
