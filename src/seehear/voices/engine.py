"""Piston engines on wheels and water: car, truck, bus, tractor, motorcycle, boat.

A four-stroke engine fires ``cylinders`` times in two turns, so its cycle has the frequency rpm/120 and its firing
rpm · cylinders/120 (Heisler, "Advanced Engine Technology"). Unequal cylinders leave weak lines at every multiple of
the cycle (Farnell, "Designing Sound", ch. 45). Pipe and body are resonances (quarter-wave pipe: c/4L, 3c/4L ...).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from seehear.voices.drive import Array
from seehear.voices.filters import Bank, bandpass, lowpass
from seehear.voices.sources import Drift, Oscillator, Phase
from seehear.voices.stage import Chunk, Stage, mixed
from seehear.voices.wheel import Tyres

CONTROL = 0.02
"""Seconds between looks at the gearbox."""


@dataclass(frozen=True)
class Engine:
    """An engine, its gears and its tyres.

    Attributes:
        cylinders: of a four-stroke engine.
        idle_rpm: turns a minute at rest.
        gears: rpm for each m/s, first gear first.
        shift_rpm: where it shifts up; down at 0.55 of it.
        peaks: resonances (Hz, bandwidth Hz, gain) of pipe and body.
        slope: harmonic n of the firing has amplitude n ** -slope.
        uneven: amplitude of the lines between the firing's harmonics.
        knock: amplitude of the noise of combustion.
        tyres: amplitude of the tyres at 14 m/s.
        nominal: the speed at which ``tyres`` and the level are stated, m/s.
    """

    cylinders: int
    idle_rpm: float
    gears: tuple[float, ...]
    shift_rpm: float
    peaks: tuple[tuple[float, float, float], ...]
    slope: float = 0.8
    uneven: float = 0.15
    knock: float = 0.1
    tyres: float = 0.0

    def rpm_at(self, speed: float) -> float:
        """Give the rpm at a steady speed in m/s, reached from below."""
        return Gearbox(self, speed).rpm

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give engine and tyres."""
        layers = [self._pistons(stage)]
        if self.tyres:
            layers.append(Tyres(gain=self.tyres).play(stage))
        return mixed(*layers)

    def _pistons(self, stage: Stage) -> Iterator[Array]:
        rng, rate = stage.rng("pistons"), stage.sample_rate
        box = Gearbox(self, float(stage.drive.speed[0]))
        top = 1.25 * max(self.shift_rpm, self.gears[-1] * float(stage.drive.speed.max())) / 120
        tone = Oscillator(
            self._lines(rng), rate, highest=top, phases=1.0 * rng.standard_normal(48 * self.cylinders)
        )  # fmt: skip
        phase, bank = Phase(rate), Bank(self.peaks, rate, direct=0.25)
        hiss, smooth = bandpass(500, 3500, rate), lowpass(6000, rate)
        wander, wobble = Drift(rng, 7.0), Drift(rng, 23.0)
        for chunk in stage.chunks():
            rpm = box.follow(chunk)
            cycle = phase(rpm / 120 * (1 + 0.003 * wander(chunk)))
            firing = 0.5 + 0.5 * np.cos(2 * np.pi * self.cylinders * cycle)
            noise = self.knock * 3 * hiss(rng.standard_normal(chunk.size)) * firing**4
            drone = tone.at(cycle) * (1 + 0.08 * wobble(chunk))
            yield smooth(bank(drone) + noise) * (rpm / self.idle_rpm) ** 0.9

    def _lines(self, rng: np.random.Generator) -> Array:
        orders = np.arange(1, 48 * self.cylinders + 1) / self.cylinders
        weak = self.uneven * (0.4 + 0.6 * rng.random(len(orders)))
        firing = orders == np.round(orders)
        return np.asarray(np.where(firing, 1.0, weak) * np.maximum(orders, 0.5) ** -self.slope)


class Gearbox:
    """Speed to rpm, with hysteresis between gears and a tenth of a second to change."""

    def __init__(self, engine: Engine, speed: float) -> None:
        self._engine = engine
        self._gear = 0
        while self._gear < len(engine.gears) - 1 and speed * engine.gears[self._gear] > engine.shift_rpm:
            self._gear += 1
        self.rpm = max(engine.idle_rpm, speed * engine.gears[self._gear])

    def step(self, speed: float) -> float:
        """Give the rpm a fiftieth of a second later."""
        gears, shift = self._engine.gears, self._engine.shift_rpm
        target = speed * gears[self._gear]
        if target > shift and self._gear < len(gears) - 1:
            self._gear += 1
        elif target < 0.55 * shift and self._gear > 0 and speed * gears[self._gear - 1] < 0.95 * shift:
            self._gear -= 1
        target = max(self._engine.idle_rpm, speed * gears[self._gear])
        self.rpm += (target - self.rpm) * 0.18
        return self.rpm

    def follow(self, chunk: Chunk) -> Array:
        """Give (n,) rpm over the next chunk."""
        count = max(round((chunk.time[-1] - chunk.time[0]) / CONTROL), 1)
        place = np.linspace(0, chunk.size - 1, count + 1)
        speeds = chunk.speed[place[1:].astype(np.int64)]
        values = [self.rpm, *(self.step(float(speed)) for speed in speeds)]
        return np.interp(np.arange(chunk.size), place, values)


CAR = Engine(
    cylinders=4, idle_rpm=800, gears=(443, 246, 166, 123, 98), shift_rpm=2900,
    peaks=((60, 50, 0.8), (140, 90, 1.0), (290, 160, 0.7), (620, 300, 0.4), (1300, 700, 0.2)),
    slope=1.0, uneven=0.12, knock=0.06, tyres=2.4,
)  # fmt: skip
TRUCK = Engine(
    cylinders=6, idle_rpm=600, gears=(420, 250, 160, 105, 75, 58), shift_rpm=1700,
    peaks=((45, 30, 1.0), (95, 60, 1.0), (210, 120, 0.8), (480, 300, 0.5), (1500, 900, 0.25)),
    slope=0.7, uneven=0.25, knock=0.25, tyres=1.8,
)  # fmt: skip
BUS = Engine(
    cylinders=6, idle_rpm=650, gears=(380, 220, 140, 95, 70), shift_rpm=1800,
    peaks=((55, 40, 1.0), (120, 70, 0.8), (260, 140, 0.6), (700, 400, 0.3), (2200, 900, 0.12)),
    slope=0.85, uneven=0.2, knock=0.15, tyres=1.6,
)  # fmt: skip
TRACTOR = Engine(
    cylinders=3, idle_rpm=750, gears=(700, 420, 260), shift_rpm=2000,
    peaks=((70, 40, 1.0), (150, 80, 0.9), (330, 160, 0.7), (900, 500, 0.4)),
    slope=0.55, uneven=0.3, knock=0.3, tyres=0.15,
)  # fmt: skip
MOTORCYCLE = Engine(
    cylinders=2, idle_rpm=1150, gears=(520, 330, 250, 205, 175, 155), shift_rpm=5200,
    peaks=((85, 60, 0.9), (190, 110, 1.0), (420, 220, 0.9), (950, 500, 0.6), (2100, 1000, 0.3)),
    slope=0.5, uneven=0.35, knock=0.12, tyres=0.5,
)  # fmt: skip
BOAT = Engine(
    cylinders=2, idle_rpm=520, gears=(250,), shift_rpm=2400,
    peaks=((55, 30, 1.0), (125, 60, 1.0), (280, 130, 0.6), (600, 300, 0.3)),
    slope=0.5, uneven=0.45, knock=0.2,
)  # fmt: skip
