"""Blades: helicopter, drone, propeller plane, jet, fan.

A rotor of B blades at n turns a second sounds at B·n and its multiples (Gutin, 1936; Farnell, "Designing Sound",
ch. 46-47); blade against vortex makes the pulses sharp (Johnson, "Helicopter Theory", 1980, ch. 17).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from seehear.voices.drive import Array
from seehear.voices.filters import Bank, bandpass, lowpass, pinking
from seehear.voices.sources import Drift, Oscillator, Phase
from seehear.voices.stage import Stage, mixed


@dataclass(frozen=True)
class Rotor:
    """Blades that pass, the air they chop, and the machine that drives them.

    Attributes:
        blades: of one rotor.
        turns: a second, at rest.
        quickens: fraction by which it turns faster for each m/s.
        slope: harmonic n of the blade's passing has amplitude n ** -slope.
        harmonics: how many.
        chop: amplitude of the noise that comes with each blade.
        sharp: how narrow a blade's puff is (power of a raised cosine).
        band: corners of that noise, Hz.
        whine: Hz of the machine's tone at rest; 0 = none.
        whine_gain: amplitude.
        peaks: resonances of the body.
        wander: relative drift of the turning.
        smear: rad; spreads a pulse in time.
    """

    blades: int
    turns: float
    quickens: float
    slope: float
    harmonics: int
    chop: float
    sharp: int
    band: tuple[float, float]
    whine: float = 0.0
    whine_gain: float = 0.0
    peaks: tuple[tuple[float, float, float], ...] = ()
    wander: float = 0.004
    smear: float = 0.06

    def passing(self, speed: float) -> float:
        """Give the blades that pass in a second at a speed in m/s."""
        return self.blades * self.turns * (1 + self.quickens * speed)

    def play(self, stage: Stage, *, name: str = "rotor") -> Iterator[Array]:
        """Give blades, air and machine; ``name`` tells rotors of one machine apart."""
        rng, rate = stage.rng(name), stage.sample_rate
        top = 1.2 * self.passing(float(stage.drive.speed.max()))
        orders = np.arange(1.0, self.harmonics + 1)
        # phases that grow with the square of the order keep the peaks low (Schroeder, 1970)
        blades = Oscillator(orders**-self.slope, rate, highest=top, phases=self.smear * orders**2)
        machine = Oscillator((1, 0.3, 0.15), rate, highest=max(3 * self.whine, 50.0))
        phase, bank = Phase(rate, start=float(rng.random())), Bank(self.peaks, rate, direct=0.6)
        air, drift, gust = bandpass(*self.band, rate), Drift(rng, 1.3), Drift(rng, 6.0)
        for chunk in stage.chunks():
            quick = (1 + self.quickens * chunk.speed) * (1 + self.wander * drift(chunk))
            passing = phase(self.blades * self.turns * quick)
            puff = (0.5 + 0.5 * np.cos(2 * np.pi * passing)) ** self.sharp
            noise = self.chop * (0.12 + puff) * air(rng.standard_normal(chunk.size))
            tone = blades.at(passing) * (1 + 0.1 * gust(chunk))
            whine = self.whine_gain * machine(self.whine * quick) if self.whine else 0.0
            yield (bank(tone + noise) + whine) * (0.5 + 0.5 * chunk.activity) * quick


@dataclass(frozen=True)
class Helicopter:
    """A main rotor, a tail rotor at some five times its pace, a turbine."""

    main: Rotor
    tail: Rotor
    tail_gain: float = 0.25

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give both rotors."""
        tail = (self.tail_gain * block for block in self.tail.play(stage, name="tail"))
        return mixed(self.main.play(stage, name="main"), tail)


@dataclass(frozen=True)
class Drone:
    """Four small rotors, never quite in step: a buzz that beats."""

    rotor: Rotor
    spread: float = 0.035

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give the four rotors."""
        offsets = self.spread * stage.rng("motors").standard_normal(4)
        rotors = [
            Rotor(**{**self.rotor.__dict__, "turns": self.rotor.turns * (1 + float(offset))}) for offset in offsets
        ]
        return mixed(*(one.play(stage, name=f"rotor {index}") for index, one in enumerate(rotors)))


@dataclass(frozen=True)
class Jet:
    """A jet: a broad hump of mixing noise, its fan's tone and a low roar.

    Source: Tam, Golebiowski & Seiner, AIAA 96-1716 (the hump of fine-scale mixing noise); fan tone at blades · turns.

    Attributes:
        fan: Hz at rest.
        hump: Hz.
    """

    fan: float = 1900.0
    hump: float = 420.0

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give roar, hump and fan."""
        rng, rate = stage.rng("jet"), stage.sample_rate
        pink, hump = pinking(rate), bandpass(0.4 * self.hump, 2.5 * self.hump, rate)
        roar, hiss = lowpass(120, rate), bandpass(1500, 6000, rate)
        fan = Oscillator((1, 0.4), rate, highest=2 * self.fan)
        drift, tremble = Drift(rng, 2.0), Drift(rng, 11.0)
        for chunk in stage.chunks():
            noise = pink(rng.standard_normal(chunk.size))
            body = hump(noise) * (1 + 0.15 * tremble(chunk)) + 0.5 * roar(noise) * (1 + 0.3 * drift(chunk))
            pitch = self.fan * (1 + 0.001 * np.minimum(chunk.speed, 250) + 0.003 * drift(chunk))
            yield (body + 0.5 * hiss(noise) + 0.08 * fan(pitch)) * (0.4 + 0.6 * chunk.activity)


HELICOPTER = Helicopter(
    main=Rotor(blades=3, turns=5.6, quickens=0.0006, slope=0.6, harmonics=36, chop=1.6, sharp=5, band=(90, 1400),
               whine=1350, whine_gain=0.06, peaks=((55, 40, 0.8), (170, 120, 1.0), (420, 300, 0.6))),
    tail=Rotor(blades=2, turns=29.0, quickens=0.0006, slope=0.9, harmonics=24, chop=0.8, sharp=3, band=(300, 3000)),
)  # fmt: skip
DRONE = Drone(
    Rotor(blades=2, turns=92.0, quickens=0.012, slope=0.8, harmonics=30, chop=0.5, sharp=2, band=(1500, 9000),
          whine=1650, whine_gain=0.15, wander=0.02)
)  # fmt: skip
PROPELLER = Rotor(
    blades=2, turns=38.0, quickens=0.001, slope=0.7, harmonics=40, chop=0.9, sharp=4, band=(150, 2200),
    peaks=((80, 50, 1.0), (180, 120, 0.8), (400, 250, 0.5)), wander=0.006,
)  # fmt: skip
FAN = Rotor(
    blades=4, turns=14.0, quickens=0.0, slope=1.5, harmonics=8, chop=1.6, sharp=1, band=(120, 1600),
    whine=100, whine_gain=0.15, wander=0.003,
)  # fmt: skip
JET = Jet()
