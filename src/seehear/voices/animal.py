"""Animals: throats (dog, cat, cow, sheep, pig), a songbird, frog, cricket.

Calls are a source of gliding pitch through a mouth that opens and shuts (`tract`); numbers after Fletcher, "Acoustic
Systems in Biology", 1992, ch. 14, and the usual ranges of each kind's pitch and length.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from seehear.voices.drive import Array
from seehear.voices.events import Beat, repeated, scatter
from seehear.voices.filters import EDGE, bandpass
from seehear.voices.impact import grouped
from seehear.voices.modal import faded
from seehear.voices.sources import Oscillator
from seehear.voices.stage import Stage
from seehear.voices.tract import FRAME, curve, utterance

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Call:
    """A call out of a throat.

    Attributes:
        seconds: its length.
        pitch: (place 0 to 1, Hz).
        loud: (place 0 to 1, amplitude).
        mouth: each resonance's (place 0 to 1, Hz).
        widths: Hz of each resonance.
        breath: share of noise.
        every: seconds between calls, or groups of calls.
        group: calls in a row.
        gap: seconds between calls in a row.
        tremble: (Hz, depth) of the pitch and the level.
        vary: relative change of pitch and length from call to call.
        jitter: roughness.
        tilt: of the source's spectrum.
    """

    seconds: float
    pitch: Points
    loud: Points
    mouth: tuple[Points, ...]
    widths: tuple[float, ...]
    breath: float
    every: float
    group: int = 1
    gap: float = 0.4
    tremble: tuple[float, float] = (0.0, 0.0)
    vary: float = 0.08
    jitter: float = 0.01
    tilt: float = 1.0

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give the calls."""
        rng, rate = stage.rng("throat"), stage.sample_rate
        if self.group == 1:
            beats = repeated(stage, stage.rng("rhythm"), every=self.every, spread=0.25)
        else:
            beats = grouped(stage, every=self.gap, spread=0.15, group=self.group, rest=self.every)
        return scatter(stage, beats, lambda beat: self.call(rng, rate))

    def call(self, rng: np.random.Generator, sample_rate: int) -> Array:
        """Give one call."""
        length = self.seconds * (1 + self.vary * float(np.clip(rng.standard_normal(), -2, 2)))
        tune = 1 + self.vary * float(np.clip(rng.standard_normal(), -2, 2))
        frames = max(round(length / FRAME), 8)
        beating = np.sin(2 * np.pi * self.tremble[0] * FRAME * np.arange(frames))
        shape = 1 + self.tremble[1] * beating
        mouths = np.stack([curve(points, frames) for points in self.mouth], axis=1)
        call = utterance(
            rng, sample_rate, pitch=tune * curve(self.pitch, frames) * (1 + 0.15 * (shape - 1)),
            loud=curve(self.loud, frames) * shape, formants=mouths,
            widths=self.widths, breath=self.breath, jitter=self.jitter, tilt=self.tilt,
        )  # fmt: skip
        return np.asarray((0.8 + 0.4 * rng.random()) * call / np.sqrt(np.mean(call**2)))


@dataclass(frozen=True)
class Songbird:
    """A songbird: phrases of gliding whistles from two nearly pure sources.

    Source: Fletcher, "Bird song: a quantitative acoustic model", J. Theor. Biol. 135, 1988 (the syrinx as a valve,
    the beak's resonance keeps the first harmonic); Farnell, "Designing Sound", ch. 53.

    Attributes:
        low: Hz, the lowest whistle.
        high: Hz, the highest.
        every: seconds between phrases.
    """

    low: float = 2300.0
    high: float = 5800.0
    every: float = 1.7

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give the phrases."""
        rng, rate = stage.rng("syrinx"), stage.sample_rate
        motifs = [self._motif(rng) for _ in range(4)]
        beats = repeated(stage, stage.rng("song"), every=self.every, spread=0.35)
        return scatter(stage, beats, lambda beat: self._phrase(rng, rate, motifs[int(rng.integers(4))]))

    def _motif(self, rng: np.random.Generator) -> list[tuple[float, float, float, float]]:
        """Give a bird's own syllables: (seconds, from Hz, to Hz, warble Hz)."""
        count = int(rng.integers(2, 5))
        ends = np.exp(rng.uniform(np.log(self.low), np.log(self.high), (count, 2)))
        warbles = np.where(rng.random(count) < 0.35, rng.uniform(25, 45, count), 0.0)
        return [
            (float(rng.uniform(0.05, 0.16)), float(a), float(b), float(w))
            for (a, b), w in zip(ends, warbles, strict=True)
        ]

    def _phrase(self, rng: np.random.Generator, rate: int, motif: list[tuple[float, float, float, float]]) -> Array:
        parts: list[Array] = []
        for _ in range(int(rng.integers(1, 4))):
            for syllable in motif:
                parts += [self._syllable(rng, rate, syllable), np.zeros(int(rng.uniform(0.025, 0.07) * rate))]
        return np.concatenate(parts)

    def _syllable(self, rng: np.random.Generator, rate: int, one: tuple[float, float, float, float]) -> Array:
        seconds, first, last, warble = one
        count = int(seconds * rate)
        place = np.arange(count) / count
        glide = first * (last / first) ** (place**1.5) * (1 + 0.01 * rng.standard_normal())
        glide = glide * (1 + 0.06 * np.sin(2 * np.pi * warble * np.arange(count) / rate))
        tone = Oscillator((1.0, 0.12, 0.03), rate, highest=min(self.high * 1.2, EDGE * rate))(glide)
        return np.asarray(tone * np.sin(np.pi * place) ** 0.7 * (0.6 + 0.4 * rng.random()))


@dataclass(frozen=True)
class Cricket:
    """A cricket: one scraper tooth after another gives a nearly pure tone, one pulse for each stroke of the wings.

    Chirps follow the temperature: T(°F) = 50 + (N - 40)/4 for N chirps a minute (Dolbear, Am. Nat. 31, 1897).

    Attributes:
        pitch: Hz.
        celsius: degrees.
        pulses: in a chirp.
        stroke: seconds from pulse to pulse.
    """

    pitch: float = 4600.0
    celsius: float = 24.0
    pulses: int = 4
    stroke: float = 0.032

    @property
    def chirps(self) -> float:
        """Chirps a second."""
        return (40 + 4 * (self.celsius * 1.8 + 32 - 50)) / 60

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give the chirps."""
        rng, rate = stage.rng("wings"), stage.sample_rate
        step = int(self.stroke * rate)
        beats = repeated(stage, stage.rng("chirps"), every=1 / self.chirps, spread=0.03, active=False)

        def chirp(beat: Beat) -> Array:
            total = np.zeros(self.pulses * step)
            for index in range(self.pulses):
                count = int(0.6 * step)
                place = np.arange(count) / count
                glide = self.pitch * (1 - 0.03 * place) * (1 + 0.002 * rng.standard_normal())
                tone = np.sin(2 * np.pi * np.cumsum(glide) / rate)
                total[index * step : index * step + count] = (0.6 + 0.13 * index) * tone * np.sin(np.pi * place)
            return total

        return scatter(stage, beats, chirp)


@dataclass(frozen=True)
class Frog:
    """A frog: a train of pulses, each ringing in the throat sac's two resonances.

    Source: Martin, J. Exp. Biol. 55, 1971 (pulsed calls: the larynx opens some 30 times a second).

    Attributes:
        pulses: a second.
        seconds: of one croak.
        peaks: Hz, Hz wide, amplitude.
        every: seconds.
    """

    pulses: float = 32.0
    seconds: float = 0.42
    peaks: tuple[tuple[float, float, float], ...] = ((620, 90, 1.0), (1480, 160, 0.8), (2450, 250, 0.3))
    every: float = 1.1

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give the croaks."""
        rng, rate = stage.rng("larynx"), stage.sample_rate
        beats = grouped(stage, every=self.seconds * 1.5, spread=0.08, group=3, rest=self.every)
        return scatter(stage, beats, lambda beat: self._croak(rng, rate))

    def _croak(self, rng: np.random.Generator, rate: int) -> Array:
        count = int(self.seconds * rate)
        place = np.arange(count) / count
        pace = self.pulses * (1.2 - 0.35 * place) * (1 + 0.05 * rng.standard_normal())
        turns = np.cumsum(pace) / rate
        hits = np.diff(np.floor(turns), prepend=0.0) * (0.8 + 0.4 * rng.random(count))
        shape = np.sin(np.pi * place) ** 0.5
        total = np.zeros(count)
        for centre, width, gain in self.peaks:
            peak = bandpass(centre - width / 2, centre + width / 2, rate)
            total += gain * peak(200 * hits * shape * (100 / width) ** 0.5)
        return faded(total, rate)


DOG = Call(
    seconds=0.19, pitch=((0, 330), (0.25, 620), (0.6, 520), (1, 260)),
    loud=((0, 0), (0.06, 1), (0.5, 0.8), (1, 0)),
    mouth=(((0, 500), (0.3, 1050), (1, 600)), ((0, 1300), (0.3, 1750), (1, 1300)), ((0, 2900), (1, 2700))),
    widths=(180, 220, 350), breath=0.32, every=1.0, group=2, gap=0.42, jitter=0.05, tilt=0.8,
)  # fmt: skip
CAT = Call(
    seconds=0.75, pitch=((0, 480), (0.25, 690), (0.7, 610), (1, 420)),
    loud=((0, 0), (0.12, 0.6), (0.4, 1), (0.8, 0.5), (1, 0)),
    mouth=(((0, 450), (0.4, 1250), (1, 500)), ((0, 2500), (0.4, 2000), (1, 1100)), ((0, 4200), (1, 3600))),
    widths=(140, 180, 300), breath=0.06, every=2.2, tilt=0.9,
)  # fmt: skip
COW = Call(
    seconds=1.7, pitch=((0, 95), (0.3, 150), (0.75, 160), (1, 105)),
    loud=((0, 0), (0.15, 0.6), (0.5, 1), (0.9, 0.7), (1, 0)),
    mouth=(((0, 220), (0.45, 520), (1, 330)), ((0, 700), (0.5, 980), (1, 800)), ((0, 1900), (1, 2100))),
    widths=(80, 120, 250), breath=0.05, every=3.6, jitter=0.02, tilt=0.8,
)  # fmt: skip
SHEEP = Call(
    seconds=0.9, pitch=((0, 240), (0.2, 275), (1, 225)), loud=((0, 0), (0.1, 1), (0.8, 0.8), (1, 0)),
    mouth=(((0, 600), (1, 700)), ((0, 1500), (1, 1650)), ((0, 2700), (1, 2700))),
    widths=(130, 160, 260), breath=0.1, every=2.4, tremble=(7.5, 0.55), jitter=0.02, tilt=0.8,
)  # fmt: skip
PIG = Call(
    seconds=0.22, pitch=((0, 85), (0.4, 130), (1, 80)), loud=((0, 0), (0.2, 0.8), (0.6, 1), (1, 0)),
    mouth=(((0, 350), (0.5, 520), (1, 380)), ((0, 1050), (0.5, 1350), (1, 1100)), ((0, 2300), (1, 2200))),
    widths=(150, 200, 350), breath=0.45, every=0.9, group=3, gap=0.4, tremble=(28.0, 0.7), jitter=0.06, tilt=0.6,
)  # fmt: skip
BIRD = Songbird()
CRICKET = Cricket()
FROG = Frog()
