"""Weather: rain, wind, thunder, fire."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from seehear.voices.drive import Array
from seehear.voices.events import Beat, chance, repeated, scatter, shower
from seehear.voices.filters import bandpass, highpass, lowpass, pinking
from seehear.voices.modal import burst, faded
from seehear.voices.sources import Drift, NarrowNoise
from seehear.voices.stage import Stage, mixed


@dataclass(frozen=True)
class Rain:
    """Drops of every size on the ground and in puddles, and the hiss of those far off.

    Diameters follow Marshall & Palmer (J. Meteorol. 5, 1948): N(D) in proportion to exp(-4.1 R^-0.21 D), D in mm, R in
    mm/h. A drop's blow goes with D³ v, v = 9.65 - 10.3 exp(-0.6 D) m/s (Atlas et al., 1973); a larger one sounds lower.

    Attributes:
        rain: R, mm/h.
        near: drops a second heard one by one.
        hiss: amplitude of the far ones.
    """

    rain: float = 12.0
    near: float = 260.0
    hiss: float = 1.0

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give drops and hiss."""
        rng, rate = stage.rng("drops"), stage.sample_rate
        drops = [self._drop(rng, rate) for _ in range(96)]
        return mixed(self._far(stage), shower(stage, stage.rng("fall"), rate=self.near, grains=drops))

    def _drop(self, rng: np.random.Generator, rate: int) -> Array:
        size = float(np.clip(rng.exponential(1 / (4.1 * self.rain**-0.21)) + 0.5, 0.5, 5.0))
        fall = 9.65 - 10.3 * np.exp(-0.6 * size)
        blow = 0.05 * min(size**3 * fall, 60.0) ** 0.5
        centre = 5200.0 / size
        low, high = 0.6 * centre, min(2.0 * centre, 11000.0)
        return float(blow) * burst(rng, rate, decay=0.006 + 0.006 * size, low=low, high=high)

    def _far(self, stage: Stage) -> Iterator[Array]:
        rng, rate = stage.rng("hiss"), stage.sample_rate
        band, body, gust = bandpass(1800, 9000, rate), bandpass(300, 1500, rate), Drift(rng, 0.5)
        for chunk in stage.chunks():
            noise = rng.standard_normal(chunk.size)
            swell = self.hiss * (0.2 + 0.8 * chunk.activity) * (1 + 0.12 * gust(chunk))
            yield 0.06 * swell * (band(noise) + 0.8 * body(noise))


@dataclass(frozen=True)
class Wind:
    """Wind: gusts of low noise whose level goes with speed cubed, and whistles at edges.

    An edge of width d whistles at the Strouhal frequency 0.2 v/d; its power goes with v⁶ (Curle's dipole; Blake,
    "Mechanics of Flow-Induced Sound", ch. 4). Layout after Farnell, "Designing Sound", ch. 40.

    Attributes:
        mean: m/s at activity 1.
        gust: relative strength of gusts.
        edges: m, widths of what whistles.
    """

    mean: float = 9.0
    gust: float = 0.24
    edges: tuple[float, ...] = (0.0022, 0.0040, 0.009)

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give gusts and whistles."""
        rng, rate = stage.rng("wind"), stage.sample_rate
        slow, quick = Drift(rng, 0.35), Drift(rng, 1.7)
        pink, low, middle = pinking(rate), lowpass(220, rate), bandpass(220, 900, rate)
        whistles = [NarrowNoise(rng, 60.0 + 0.02 * 0.2 * self.mean / width, rate) for width in self.edges]
        own = [Drift(rng, 0.6) for _ in self.edges]
        for chunk in stage.chunks():
            breeze = self.mean * (0.35 + 0.65 * chunk.activity)
            speed = breeze * np.maximum(1 + self.gust * slow(chunk) + 0.3 * self.gust * quick(chunk), 0.15)
            strength = (speed / 9.0) ** 3
            noise = pink(rng.standard_normal(chunk.size))
            total = strength * (3.0 * low(noise) + 1.5 * middle(noise) * (speed / 9.0))
            for width, whistle, drift in zip(self.edges, whistles, own, strict=True):
                pitch = 0.2 * speed / width * (1 + 0.08 * drift(chunk))
                total += 0.12 * strength * np.maximum(0.4 + 0.6 * drift(chunk), 0.0) * whistle(pitch)
            yield total


@dataclass(frozen=True)
class Thunder:
    """Thunder: every piece of a crooked channel sends an N-shaped wave; what is farther comes later, lower, weaker.

    Source: Ribner & Roy, "Acoustics of thunder", JASA 72, 1982; Few, J. Geophys. Res. 74, 1969.

    Attributes:
        every: seconds between strokes.
        near: m to the nearest piece.
        pieces: of the channel.
        step: m of one piece.
    """

    every: float = 9.0
    near: float = 350.0
    pieces: int = 220
    step: float = 16.0

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give the strokes."""
        rng, rate = stage.rng("thunder"), stage.sample_rate
        beats = repeated(stage, stage.rng("strokes"), every=self.every, spread=0.25, first=0.2, active=False)
        return scatter(stage, beats, lambda beat: self._stroke(rng, rate))

    def _stroke(self, rng: np.random.Generator, rate: int) -> Array:
        walk = np.cumsum(np.array([0.0, 0.0, 0.75]) + rng.standard_normal((self.pieces, 3)) * (1.0, 1.0, 0.5), axis=0)
        places = np.array([self.near, 0.0, 0.0]) + self.step * walk
        away = np.linalg.norm(places, axis=1)
        times = (away - away.min()) / 343.0
        waves = [_n_wave(rng, rate, 0.006 + 0.0035 * step) for step in range(6)]
        total = np.zeros(int((times.max() + 1.2) * rate))
        for time, distance in zip(times, away, strict=True):
            # nonlinear stretching: the farther, the longer
            wave = waves[min(int(distance / self.near), 5)]
            start = int(time * rate)
            total[start : start + len(wave)] += rng.uniform(0.3, 1.0) * self.near / distance * wave
        rumble = lowpass(90, rate)(rng.standard_normal(len(total)))
        clock = np.arange(len(total)) / rate
        total += 0.9 * rumble * np.minimum(clock / 0.15, 1.0) * np.exp(-1.3 * clock)
        dull = lowpass(700, rate, order=1)(total)
        return faded(dull * np.minimum(1.0, (len(total) - np.arange(len(total))) / (0.8 * rate)), rate)


def _n_wave(rng: np.random.Generator, rate: int, seconds: float) -> Array:
    count = max(int(seconds * (0.8 + 0.4 * rng.random()) * rate), 4)
    shape = np.concatenate([np.linspace(0, 1, max(count // 12, 2)), np.linspace(1, -1, count)])
    return np.concatenate([shape, np.linspace(-1, 0, max(count // 12, 2))])


@dataclass(frozen=True)
class Fire:
    """Fire: lapping flames, hissing, and crackles that come by chance.

    Source: Farnell, "Designing Sound", ch. 34 (lapping, hissing, crackling).

    Attributes:
        crackles: a second.
    """

    crackles: float = 14.0

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give flames and crackles."""
        rng, rate = stage.rng("wood"), stage.sample_rate

        def crackle(beat: Beat) -> Array:
            centre = float(np.exp(rng.uniform(np.log(900), np.log(7000))))
            size = float(rng.pareto(1.6) + 0.3)
            snap = burst(rng, rate, decay=float(rng.uniform(0.006, 0.04)), low=0.6 * centre, high=1.6 * centre)
            return 0.28 * min(size, 4.0) * snap

        return mixed(
            self._flames(stage), scatter(stage, chance(stage, stage.rng("snaps"), rate=self.crackles), crackle)
        )

    def _flames(self, stage: Stage) -> Iterator[Array]:
        rng, rate = stage.rng("flames"), stage.sample_rate
        lap, low, high = Drift(rng, 6.0), bandpass(40, 260, rate), highpass(2500, rate)
        flicker, breath = Drift(rng, 11.0), Drift(rng, 1.1)
        for chunk in stage.chunks():
            noise = rng.standard_normal(chunk.size)
            fuel = 0.3 + 0.7 * chunk.activity
            lapping = 1.6 * low(noise) * (0.6 + 0.4 * np.tanh(lap(chunk)))
            hissing = 0.035 * high(noise) * np.maximum(0.5 + 0.5 * flicker(chunk), 0) ** 2 * (1 + 0.4 * breath(chunk))
            yield fuel * (lapping + hissing)


RAIN = Rain()
WIND = Wind()
THUNDER = Thunder()
FIRE = Fire()
