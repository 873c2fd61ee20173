"""Rolling things: tyres, traffic, train, cart, skateboard, bicycle."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from seehear.voices.drive import Array
from seehear.voices.events import Beat, paced, scatter
from seehear.voices.filters import Bank, bandpass, lowpass, pinking
from seehear.voices.modal import Partial, added, burst, ring
from seehear.voices.sources import Drift, Oscillator, Swells
from seehear.voices.stage import Stage, mixed


@dataclass(frozen=True)
class Tyres:
    """Tyres on asphalt: a hump near 900 Hz that grows by 32 dB for ten times the speed.

    Source: Sandberg & Ejsmont, "Tyre/Road Noise Reference Book", 2002 (L = A + B log v, B = 30 to 35; the peak).

    Attributes:
        gain: amplitude at 14 m/s.
    """

    gain: float = 1.0

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give the noise."""
        rng, rate = stage.rng("tyres"), stage.sample_rate
        hump, rumble, drift = bandpass(550, 1400, rate, order=2), lowpass(180, rate), Drift(rng, 5.0)
        for chunk in stage.chunks():
            noise = rng.standard_normal(chunk.size)
            grown = self.gain * np.minimum(chunk.speed / 14.0, 4.0) ** 1.6
            yield grown * (1 + 0.1 * drift(chunk)) * (4 * hump(noise) + 1.5 * rumble(noise))


@dataclass(frozen=True)
class Traffic:
    """A road far off: a low murmur, and vehicles that swell and fade as they pass.

    A point that passes at distance d with speed v is heard with the envelope 1/sqrt(1 + (v t/d)²).

    Attributes:
        every: seconds from vehicle to vehicle.
        width: d/v, seconds.
    """

    every: float = 4.0
    width: float = 1.6

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give the bed."""
        rng, rate = stage.rng("traffic"), stage.sample_rate
        pink, far, near = pinking(rate), lowpass(450, rate), bandpass(300, 1400, rate)
        drift, coming = (
            Drift(rng, 0.4),
            Swells(stage.rng("passing"), every=self.every, spread=0.6, reach=8 * self.width),
        )
        hum = Oscillator(1 / np.arange(1, 9), rate, highest=200.0)
        drift, wander = Drift(rng, 0.4), Drift(rng, 0.7)
        for chunk in stage.chunks():
            noise = pink(rng.standard_normal(chunk.size))
            swell = coming.envelope(chunk.time, lambda away: 1 / np.sqrt(1 + (away / self.width) ** 2))
            murmur = 3 * far(noise) * (1 + 0.15 * drift(chunk))
            engines = 0.2 * hum(62 + 5 * wander(chunk)) * (0.3 + swell)
            yield murmur + engines + swell * near(rng.standard_normal(chunk.size)) * (0.4 + 0.6 * chunk.activity)


@dataclass(frozen=True)
class Train:
    """A train on jointed track: rolling noise, and the clack of four axles a carriage at each joint.

    Rolling noise grows by 30 dB for ten times the speed (Thompson, "Railway Noise and Vibration", 2009, ch. 2); a
    carriage of ``length`` has bogies at its ends, axles 2.5 m apart: clack-clack, clack-clack.

    Attributes:
        length: m of a carriage, and of a rail.
        pace: m/s taken where nothing moves.
        axles: where the axles lie, as fractions of the carriage.
    """

    length: float = 20.0
    pace: float = 18.0
    axles: tuple[float, ...] = (0.05, 0.175, 0.70, 0.825)

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give rolling, motors and joints."""
        rng = stage.rng("joints")
        beats = paced(stage, lambda speed: speed / self.length, pace=self.pace, phases=self.axles)
        return mixed(self._rolling(stage), scatter(stage, beats, lambda beat: _clack(rng, stage.sample_rate, beat)))

    def _rolling(self, stage: Stage) -> Iterator[Array]:
        rng, rate = stage.rng("rolling"), stage.sample_rate
        low, high = bandpass(60, 350, rate), bandpass(600, 2200, rate)
        bank = Bank(((95, 30, 1.0), (230, 60, 0.6), (480, 90, 0.4)), rate, direct=0.2)
        motor, drift = Oscillator((1, 0.5, 0.35, 0.2, 0.12, 0.1), rate, highest=400.0), Drift(rng, 3.0)
        for chunk in stage.chunks(pace=self.pace):
            grown = (chunk.speed / self.pace) ** 1.5
            noise = rng.standard_normal(chunk.size)
            hum = 0.5 * motor(50 + 4.0 * chunk.speed * (1 + 0.002 * drift(chunk)))
            yield bank(2.5 * low(noise)) * (0.15 + grown) + 0.7 * high(noise) * grown + 0.25 * bank(hum)


def _clack(rng: np.random.Generator, sample_rate: int, beat: Beat) -> Array:
    partials = [
        Partial(f * (1 + 0.03 * rng.standard_normal()), t, a)
        for f, t, a in ((78, 0.25, 1.2), (190, 0.2, 1.0), (410, 0.14, 0.8), (880, 0.1, 0.5), (1750, 0.08, 0.4))
    ]
    noise = burst(rng, sample_rate, decay=0.06, low=300, high=4000)
    grown = min(beat.speed / 18.0, 2.5) * (0.8 + 0.4 * rng.random())
    return 0.8 * grown * added((1.0, ring(partials, sample_rate, contact=0.0006)), (0.5, noise))


@dataclass(frozen=True)
class Rolling:
    """Hard wheels on a rough floor: noise whose bumps come with speed/spacing, through the body's resonances.

    Source: van den Doel, Kry & Pai, "FoleyAutomatic", SIGGRAPH 2001 (rolling: low-passed noise moved with the speed).

    Attributes:
        spacing: m between slabs or cobbles.
        peaks: the body's resonances.
        pace: m/s taken where nothing moves.
        rattle: amplitude of the bumps.
    """

    spacing: float
    peaks: tuple[tuple[float, float, float], ...]
    pace: float
    rattle: float

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give rolling and bumps."""
        rng, rate = stage.rng("bumps"), stage.sample_rate

        def bump(beat: Beat) -> Array:
            hit = [Partial(f * (1 + 0.06 * rng.standard_normal()), 0.12, g) for f, _, g in self.peaks]
            strength = self.rattle * min(beat.speed / self.pace, 3.0) * (0.4 + 0.6 * rng.random())
            noise = burst(rng, rate, decay=0.04, low=400, high=5000)
            return strength * added((1.0, ring(hit, rate, contact=0.001)), (0.3, noise))

        beats = paced(stage, lambda speed: speed / self.spacing, pace=self.pace, first=0.1)
        return mixed(self._noise(stage), scatter(stage, beats, bump))

    def _noise(self, stage: Stage) -> Iterator[Array]:
        rng, rate = stage.rng("roll"), stage.sample_rate
        bank, rough = Bank(self.peaks, rate, direct=0.15), Drift(rng, 17.0)
        band = bandpass(60, 2500, rate)
        for chunk in stage.chunks(pace=self.pace):
            grown = np.minimum(chunk.speed / self.pace, 4.0)
            yield grown * (1 + 0.35 * rough(chunk)) * bank(band(rng.standard_normal(chunk.size)))


@dataclass(frozen=True)
class Bicycle:
    """A bicycle: the freewheel's pawls, the tyres, the chain.

    Pawls click ``teeth`` times a turn of the wheel: teeth · v / (π · diameter) a second.

    Attributes:
        teeth: of the ratchet.
        diameter: m of the wheel.
        pace: m/s taken where nothing moves.
    """

    teeth: int = 18
    diameter: float = 0.68
    pace: float = 4.0

    def tick_rate(self, speed: Array) -> Array:
        """Give the clicks a second at (n,) m/s."""
        return np.asarray(self.teeth * speed / (np.pi * self.diameter))

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give pawls and tyres."""
        rng, rate = stage.rng("pawls"), stage.sample_rate
        # a handful of clicks, made once: hundreds a second are too many to make each anew
        clicks = [_pawl(rng, rate) for _ in range(12)]
        beats = paced(stage, self.tick_rate, pace=self.pace)
        return mixed(self._tyres(stage), scatter(stage, beats, lambda beat: clicks[int(rng.integers(12))]))

    def _tyres(self, stage: Stage) -> Iterator[Array]:
        rng, rate = stage.rng("tyres"), stage.sample_rate
        low, high, drift = bandpass(120, 700, rate), bandpass(1500, 5000, rate), Drift(rng, 9.0)
        for chunk in stage.chunks(pace=self.pace):
            noise = rng.standard_normal(chunk.size)
            grown = np.minimum(chunk.speed / self.pace, 5.0) ** 1.5 * (1 + 0.2 * drift(chunk))
            yield grown * (0.12 * low(noise) + 0.04 * high(noise))


def _pawl(rng: np.random.Generator, sample_rate: int) -> Array:
    partials = [
        Partial(f * (1 + 0.02 * rng.standard_normal()), t, a * (0.7 + 0.6 * rng.random()))
        for f, t, a in ((2150, 0.012, 1.0), (3900, 0.01, 0.9), (5600, 0.008, 0.6), (7900, 0.006, 0.4))
    ]
    return ring(partials, sample_rate, contact=0.00005)


CART = Rolling(
    spacing=0.6, peaks=((110, 60, 1.0), (260, 110, 0.9), (540, 200, 0.7), (1150, 400, 0.4)), pace=1.4, rattle=0.5
)
SKATEBOARD = Rolling(
    spacing=1.5, peaks=((180, 120, 0.7), (650, 300, 1.0), (1400, 700, 0.8), (3000, 1200, 0.3)), pace=4.0, rattle=0.8
)
BICYCLE = Bicycle()
TRAIN = Train()
TRAFFIC = Traffic()
