"""Sounds made to be noticed: siren, horn, alarm; and the clock."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from seehear.voices.drive import Array
from seehear.voices.events import Beat, repeated, scatter, seen_or
from seehear.voices.filters import Bank
from seehear.voices.modal import Partial, added, burst, ring
from seehear.voices.sources import Drift, Oscillator
from seehear.voices.stage import Stage


@dataclass(frozen=True)
class Siren:
    """An electronic siren: a rich tone that wails up and down, then yelps.

    SAE J1849: wail 10 to 18 cycles a minute, yelp 150 to 250, between 650 and 2000 Hz.

    Attributes:
        low: Hz.
        high: Hz.
        wail: cycles a second.
        yelp: cycles a second.
        seconds: of wailing, and then of yelping half as long.
        harmonics: how many; 1/n apart, as of a saw-tooth.
    """

    low: float = 650.0
    high: float = 1550.0
    wail: float = 0.25
    yelp: float = 3.0
    seconds: float = 12.0
    harmonics: int = 10

    def pitch(self, time: Array) -> Array:
        """Give Hz at (n,) seconds."""
        place = time % (1.5 * self.seconds)
        pace = np.where(place < self.seconds, self.wail * place, self.yelp * (place - self.seconds))
        turn = 0.5 - 0.5 * np.cos(2 * np.pi * pace)
        return np.asarray(self.low * (self.high / self.low) ** turn)

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give the tone through its horn."""
        rate = stage.sample_rate
        tone = Oscillator(1 / np.arange(1, self.harmonics + 1), rate, highest=1.05 * self.high)
        horn = Bank(((1100, 700, 1.0), (2600, 1200, 0.7)), rate, direct=0.25)
        drift = Drift(stage.rng("siren"), 3.0)
        for chunk in stage.chunks():
            yield horn(tone(self.pitch(chunk.time) * (1 + 0.002 * drift(chunk))))


@dataclass(frozen=True)
class Horn:
    """A car's horn: two discs a major third apart, rich in harmonics, in short honks.

    Discs near 400 and 500 Hz (Lemaitre et al., Acta Acustica 93, 2007).

    Attributes:
        tones: Hz.
        honks: (seconds from the start of a call, seconds long).
        every: seconds between calls.
    """

    tones: tuple[float, ...] = (410.0, 512.0)
    honks: tuple[tuple[float, float], ...] = ((0.0, 0.28), (0.4, 0.75))
    every: float = 2.6

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give the honks."""
        rng, rate = stage.rng("horn"), stage.sample_rate
        own = repeated(stage, stage.rng("rhythm"), every=self.every, spread=0.25)
        return scatter(stage, own, lambda beat: self._call(rng, rate))

    def _call(self, rng: np.random.Generator, rate: int) -> Array:
        parts = []
        for start, seconds in self.honks:
            count = int(seconds * (0.85 + 0.3 * rng.random()) * rate)
            time = np.arange(count) / rate
            loud = np.minimum(1 - np.exp(-time / 0.012), np.clip((count / rate - time) / 0.03, 0, 1))
            discs = np.zeros(count)
            for tone in self.tones:
                orders = np.arange(1, 25)
                disc = Oscillator(orders**-0.7, rate, highest=1.02 * tone, phases=0.5 * orders**2.0)
                discs += disc(np.full(count, tone) * (1 - 0.03 * np.exp(-time / 0.02)))
            shaped = Bank(((1700, 1200, 1.0), (3200, 1500, 0.8)), rate, direct=0.25)(discs)
            parts.append((1.0, np.concatenate([np.zeros(int(start * rate)), loud * shaped])))
        return added(*parts)


@dataclass(frozen=True)
class Alarm:
    """An alarm: three beeps and a rest, the temporal pattern of ISO 8201.

    Attributes:
        pitch: Hz.
        beep: seconds of a beep and of the gap after it.
        rest: seconds after the third.
    """

    pitch: float = 3100.0
    beep: float = 0.5
    rest: float = 1.5

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give the beeps."""
        rate = stage.sample_rate
        tone = Oscillator((1.0, 0.3, 0.15), rate, highest=1.02 * self.pitch)
        tuned = self.pitch * (1 + 0.004 * float(stage.rng("alarm").standard_normal()))
        cycle = 6 * self.beep + self.rest - self.beep
        for chunk in stage.chunks():
            place = chunk.time % cycle
            within = place % (2 * self.beep)
            edge = np.clip(np.minimum(within, self.beep - within) / 0.004, 0.0, 1.0)
            yield edge * (place < 6 * self.beep) * tone(np.full(chunk.size, tuned))


@dataclass(frozen=True)
class Clock:
    """A clock: tick and tock of the escapement, two a second, each drop, lock and click of small brass parts.

    Attributes:
        rate: ticks a second.
        plates: Hz, T60 s, amplitude.
    """

    rate: float = 2.0
    plates: tuple[tuple[float, float, float], ...] = (
        (1250, 0.03, 0.5), (2450, 0.022, 1.0), (3900, 0.018, 0.8), (6300, 0.012, 0.5), (8700, 0.008, 0.3),
    )  # fmt: skip

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give tick and tock."""
        rng, rate = stage.rng("clock"), stage.sample_rate
        gap = np.zeros(int(0.011 * rate))

        def tick(beat: Beat) -> Array:
            tune = 1.0 if beat.number % 2 else 0.82
            parts = [Partial(f * tune, t, a * (0.9 + 0.2 * rng.random())) for f, t, a in self.plates]
            once = added(
                (1.0, ring(parts, rate, contact=0.00005)), (0.2, burst(rng, rate, decay=0.008, low=2000, high=9000))
            )
            return added((1.0, once), (0.5, np.concatenate([gap, once])))

        own = repeated(stage, rng, every=1 / self.rate, spread=0.002, active=False)
        return scatter(stage, seen_or(stage, own), tick)


SIREN = Siren()
HORN = Horn()
ALARM = Alarm()
CLOCK = Clock()
