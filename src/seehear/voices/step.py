"""Feet: footsteps on a floor and on gravel, horse hooves.

Walking: strides a minute = 64.8 (v/h)^0.57 with v/h in statures a second (Grieve & Gear, Ergonomics 9, 1966), two
steps a stride; above a Froude number v²/(g l) of 0.5 people run (Alexander, "Principles of Animal Locomotion", 2003).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from seehear.voices.drive import Array
from seehear.voices.events import Beat, paced, scatter, seen_or
from seehear.voices.filters import bandpass
from seehear.voices.modal import Partial, added, burst, faded, ring
from seehear.voices.stage import Stage, mixed

STATURE = 1.75
LEG = 0.53 * STATURE
RUNNING = float(np.sqrt(0.5 * 9.81 * LEG))
"""m/s at a Froude number of 0.5."""


def step_rate(speed: Array) -> Array:
    """Give steps a second at (n,) m/s: 0 below 0.15 m/s.

    Example:
        >>> float(step_rate(np.array([1.4]))[0].round(2))
        1.9
    """
    walking = 2 * 64.8 / 60 * np.maximum(speed / STATURE, 1e-9) ** 0.57
    running = 2.65 + 0.08 * (speed - RUNNING)
    return np.asarray(np.where(speed < 0.15, 0.0, np.where(speed < RUNNING, walking, np.maximum(running, 2.4))))


def strides(stage: Stage, pace: float) -> Iterator[Beat]:
    """Give the steps: the contacts seen, unless they are under a third of what the speed asks for; then the stride's.

    Args:
        stage: gives the drive.
        pace: m/s taken where nothing moves.
    """
    drive = stage.drive
    asked = float(step_rate(drive.speed).mean()) * drive.duration
    own = paced(stage, step_rate, pace=pace, first=0.15)
    return own if len(drive.contacts) < asked / 3 else seen_or(stage, own)


@dataclass(frozen=True)
class Footsteps:
    """A heel's thump and a toe's slap on a hard floor.

    Source: Farnell, "Designing Sound", ch. 41 (heel and ball as two pushes); the heel's push lasts ~10 ms.

    Attributes:
        pace: m/s taken where nothing moves.
        toe: seconds from heel to ball at the nominal pace.
        peaks: Hz, T60 s, amplitude of shoe and floor.
    """

    pace: float = 1.4
    toe: float = 0.11
    peaks: tuple[tuple[float, float, float], ...] = (
        (88, 0.09, 1.0), (165, 0.07, 0.9), (310, 0.05, 0.6), (640, 0.035, 0.5), (1250, 0.025, 0.3), (2600, 0.015, 0.2),
    )  # fmt: skip

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give the steps."""
        rng = stage.rng("steps")
        return scatter(stage, strides(stage, self.pace), lambda beat: self._step(rng, stage.sample_rate, beat))

    def _step(self, rng: np.random.Generator, rate: int, beat: Beat) -> Array:
        # left and right shoe differ a little
        side = 1.03 if beat.number % 2 else 0.97
        force = (max(beat.speed, 0.5) / self.pace) ** 0.8 * (0.85 + 0.3 * rng.random())
        heel = [Partial(f * side * (1 + 0.02 * rng.standard_normal()), t, a) for f, t, a in self.peaks]
        toe = [Partial(f * 1.3 * side, 0.7 * t, a) for f, t, a in self.peaks[1:]]
        delay = np.zeros(int(rate * self.toe * min((self.pace / max(beat.speed, 0.5)) ** 0.5, 1.5)))
        slap = added((0.35, ring(toe, rate, contact=0.0008)), (0.3, burst(rng, rate, decay=0.05, low=700, high=5000)))
        thump = added((1.0, ring(heel, rate, contact=0.0006)), (0.6, burst(rng, rate, decay=0.04, low=250, high=3500)))
        return float(force) * added((1.0, thump), (1.0, np.concatenate([delay, slap])))


@dataclass(frozen=True)
class Gravel:
    """Feet on gravel: many grains collide by chance while the foot's energy fades.

    Source: Cook, "Physically informed sonic modeling (PhISM)", Computer Music Journal 21(3), 1997: collisions come
    with a chance in proportion to the grains, each adds the energy left, and one resonance colours them.

    Attributes:
        pace: m/s taken where nothing moves.
        grains: collisions a second.
        seconds: T60 of the foot's energy for each half of the step.
        low: Hz of the grains' resonance.
        high: Hz.
    """

    pace: float = 1.4
    grains: float = 1800.0
    seconds: float = 0.22
    low: float = 1600.0
    high: float = 6500.0

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give the steps."""
        rng = stage.rng("gravel")
        return scatter(stage, strides(stage, self.pace), lambda beat: self._step(rng, stage.sample_rate, beat))

    def _step(self, rng: np.random.Generator, rate: int, beat: Beat) -> Array:
        force = (max(beat.speed, 0.5) / self.pace) ** 0.8 * (0.8 + 0.4 * rng.random())
        crunch = self._crunch(rng, rate)
        delay = np.zeros(int(0.13 * rate))
        thump = ring([Partial(95, 0.07, 1.0), Partial(180, 0.05, 0.6)], rate, contact=0.003)
        return float(force) * added(
            (1.0, crunch), (0.7, np.concatenate([delay, self._crunch(rng, rate)])), (0.3, thump)
        )

    def _crunch(self, rng: np.random.Generator, rate: int) -> Array:
        time = np.arange(int(self.seconds * 1.17 * rate)) / rate
        energy = np.exp(-np.log(1000) * time / self.seconds) * np.minimum(time / 0.002 + 0.2, 1.0)
        hits = (rng.random(len(time)) < self.grains / rate) * rng.uniform(0.2, 1.4, len(time))
        hits[0] = 1.5
        signs = rng.choice((-1.0, 1.0), len(time))
        return faded(2.0 * bandpass(self.low, self.high, rate)(energy * hits * signs), rate)


@dataclass(frozen=True)
class Hooves:
    """A horse by its gait: walk in four beats, trot in two, gallop in three and a suspension.

    Gaits change at Froude numbers near 0.5 and 2.5; footfall phases and stride rates after Alexander & Jayes,
    J. Zool. 201, 1983, and Hildebrand, Science 150, 1965.

    Attributes:
        pace: m/s taken where nothing moves.
        trot: m/s from which it trots.
        gallop: m/s from which it gallops.
    """

    pace: float = 3.5
    trot: float = 2.0
    gallop: float = 6.0

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give the hoof-beats; contacts stand alone where the speed is unknown."""
        rng = stage.rng("hooves")

        def hoof(beat: Beat) -> Array:
            return _hoof(rng, stage.sample_rate, beat)

        if len(stage.drive.contacts) and not stage.moves:
            return scatter(stage, seen_or(stage, ()), hoof)
        gaits = (
            (0.15, self.trot, (0.0, 0.24, 0.5, 0.74), lambda v: 0.55 + 0.25 * v),
            (self.trot, self.gallop, (0.0, 0.035, 0.5, 0.53), lambda v: 1.1 + 0.1 * v),
            (self.gallop, np.inf, (0.0, 0.11, 0.24, 0.38), lambda v: 1.7 + 0.03 * v),
        )
        return mixed(
            *(
                scatter(stage, paced(stage, _within(low, high, rate), pace=self.pace, phases=phases, first=0.1), hoof)
                for low, high, phases, rate in gaits
            )
        )


def _within(low: float, high: float, rate: Callable[[Array], Array]) -> Callable[[Array], Array]:
    return lambda speed: np.where((speed >= low) & (speed < high), rate(speed), 0.0)


def _hoof(rng: np.random.Generator, rate: int, beat: Beat) -> Array:
    force = (0.6 + 0.12 * min(beat.speed, 12.0)) * (0.8 + 0.4 * rng.random())
    tune = 1 + 0.08 * (beat.number % 4 - 1.5) / 1.5 + 0.02 * rng.standard_normal()
    shell = ((140, 0.06, 0.8), (520, 0.05, 0.8), (980, 0.045, 1.0), (1720, 0.03, 0.6), (2900, 0.02, 0.35))
    partials = [Partial(f * tune, t, a) for f, t, a in shell]
    noise = burst(rng, rate, decay=0.03, low=500, high=5000)
    return force * added((1.0, ring(partials, rate, contact=0.0003)), (0.25, noise))


FOOTSTEPS = Footsteps()
GRAVEL = Gravel()
HORSE = Hooves()
