"""Water: bubbles, and what they make: stream, pouring, surf.

A bubble of radius a rings at Minnaert's frequency sqrt(3 γ p/ρ)/(2π a), 3.29 Hz·m/a in water (Phil. Mag. 16, 1933);
it fades as exp(-d t), d = 0.13/a + 0.0072 a^-1.5, and rises as it nears the surface, f (1 + ξ d t) (van den Doel,
"Physically based models for liquid sounds", ACM Trans. Applied Perception 2(4), 2005).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from seehear.voices.drive import Array
from seehear.voices.events import chance, scatter, shower
from seehear.voices.filters import EDGE, bandpass, highpass, lowpass, pinking
from seehear.voices.modal import faded
from seehear.voices.sources import Drift, NarrowNoise, Swells
from seehear.voices.stage import Stage, mixed

HEAT_RATIO = 1.4
PRESSURE = 101325.0
DENSITY = 998.0


def minnaert(radius: float) -> float:
    """Give the frequency of an air bubble in water, Hz; radius in m.

    Example:
        >>> round(minnaert(0.001))
        3287
    """
    return math.sqrt(3 * HEAT_RATIO * PRESSURE / DENSITY) / (2 * math.pi * radius)


def bubble(radius: float, sample_rate: int, *, rise: float = 0.0) -> Array:
    """Give one bubble of amplitude (a / 1 mm)^1.5.

    Args:
        radius: m.
        sample_rate: Hz.
        rise: ξ, 0 = a bubble that stays below, 0.1 = one that comes up.
    """
    damping = 0.13 / radius + 0.0072 * radius**-1.5
    time = np.arange(int(7.0 / damping * sample_rate) + 8) / sample_rate
    frequency = np.minimum(minnaert(radius) * (1 + rise * damping * time), EDGE * sample_rate)
    turns = np.cumsum(frequency) / sample_rate
    loud = (radius / 0.001) ** 1.5 * np.exp(-damping * time) * np.minimum(time / 0.0003, 1.0)
    return faded(loud * np.sin(2 * np.pi * turns), sample_rate)


@dataclass(frozen=True)
class Bubbles:
    """Bubbles of chance size: the number of radius a goes with a^-γ (van den Doel, 2005).

    Attributes:
        rate: a second at activity 1.
        smallest: m.
        largest: m.
        power: γ.
        rise: share of bubbles that come up, each with ξ = 0.1.
        flow: amplitude of the flow's own noise.
        band: corners of that noise, Hz.
    """

    rate: float
    smallest: float
    largest: float
    power: float
    rise: float
    flow: float
    band: tuple[float, float]

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give bubbles and flow."""
        rng, rate = stage.rng("bubbles"), stage.sample_rate
        pool = [self.one(rng, rate, (index + float(rng.random())) / 256) for index in range(256)]
        if self.rate > 40:
            layers = [shower(stage, stage.rng("rise"), rate=self.rate, grains=pool)]
        else:
            beats = chance(stage, stage.rng("rise"), rate=self.rate)
            layers = [scatter(stage, beats, lambda beat: self.one(rng, rate, float(rng.random())))]
        return mixed(*layers, self._flow(stage))

    def one(self, rng: np.random.Generator, sample_rate: int, share: float) -> Array:
        """Give one bubble; ``share`` in [0, 1) is its place among all from the smallest to the largest."""
        low, high, power = self.smallest, self.largest, 1 - self.power
        radius = (low**power + share * (high**power - low**power)) ** (1 / power)
        rise = 0.1 if rng.random() < self.rise else 0.0
        # a bubble made deep is weak: depth by chance
        return np.asarray(float(rng.uniform(0.25, 1.0)) ** 1.5 * bubble(radius, sample_rate, rise=rise))

    def _flow(self, stage: Stage) -> Iterator[Array]:
        rng, rate = stage.rng("flow"), stage.sample_rate
        pink, band, drift = pinking(rate), bandpass(*self.band, rate), Drift(rng, 2.5)
        for chunk in stage.chunks():
            noise = band(pink(rng.standard_normal(chunk.size)))
            yield self.flow * (0.3 + 0.7 * chunk.activity) * (1 + 0.15 * drift(chunk)) * noise


@dataclass(frozen=True)
class Pouring:
    """Water into a glass: bubbles, and the air column above, whose quarter-wave tone c/4L rises as the glass fills.

    Attributes:
        bubbles: what splashes.
        height: m of the glass.
        seconds: to fill it; then the next.
    """

    bubbles: Bubbles
    height: float = 0.17
    seconds: float = 7.0

    def column(self, time: Array) -> Array:
        """Give the air column's frequency at (n,) seconds, Hz."""
        filled = (time / self.seconds) % 1.0
        return np.asarray(343.0 / (4 * (self.height * (1 - 0.85 * filled) + 0.02)))

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give splash and column."""
        rng, rate = stage.rng("column"), stage.sample_rate
        tone = NarrowNoise(rng, 90.0, rate)
        for chunk, splash in zip(stage.chunks(), self.bubbles.play(stage), strict=True):
            place = (chunk.time / self.seconds) % 1.0
            # a breath between two glasses
            opened = np.clip(np.minimum(place / 0.02, (0.94 - place) / 0.02), 0.0, 1.0)
            yield opened * (splash + 0.35 * (0.3 + 0.7 * chunk.activity) * tone(self.column(chunk.time)))


@dataclass(frozen=True)
class Surf:
    """Waves on a beach: each swells, breaks with a rush of low noise, and washes back in a long bright hiss.

    Attributes:
        every: seconds between waves (wind sea: 5 to 10).
        depth: how far it falls quiet between waves, 0 to 1.
    """

    every: float = 7.5
    depth: float = 0.85

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give the waves."""
        rng, rate = stage.rng("surf"), stage.sample_rate
        waves = Swells(stage.rng("waves"), every=self.every, spread=0.25, reach=9.0)
        pink, low, middle = pinking(rate), lowpass(350, rate), bandpass(350, 2000, rate)
        high, drift = highpass(2000, rate), Drift(rng, 4.0)
        for chunk in stage.chunks():
            noise = pink(rng.standard_normal(chunk.size))
            breaking = waves.envelope(chunk.time, lambda away: _rise_fall(away, 1.1, 1.3))
            washing = waves.envelope(chunk.time, lambda away: _rise_fall(away - 0.9, 1.0, 2.6))
            quiet = 1 - self.depth
            loud = (0.3 + 0.7 * chunk.activity) * (1 + 0.1 * drift(chunk))
            body = (quiet + breaking) * (2.0 * low(noise) + middle(noise)) + (quiet + washing) * 1.3 * high(noise)
            yield loud * body


def _rise_fall(away: Array, rise: float, fall: float) -> Array:
    return np.asarray(np.where(away < 0, np.exp(-((away / rise) ** 2)), np.exp(-np.maximum(away, 0) / fall)))


STREAM = Bubbles(rate=420, smallest=0.0005, largest=0.0045, power=2.2, rise=0.4, flow=1.2, band=(250, 2500))
BUBBLES = Bubbles(rate=9, smallest=0.0018, largest=0.009, power=1.2, rise=0.9, flow=0.02, band=(150, 900))
POURING = Pouring(Bubbles(rate=160, smallest=0.0009, largest=0.005, power=1.8, rise=0.6, flow=0.5, band=(600, 5000)))
SURF = Surf()
