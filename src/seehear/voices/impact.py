"""Struck things: knock, hammer, bounce, drum, clap, glass, door.

A struck body rings in its modes (van den Doel & Pai, Presence 7, 1998), colder or longer by its loss factor:
T60 = 2.2/(η f) (Cremer, Heckl & Petersson, "Structure-Borne Sound", ch. 4).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from seehear.voices.bell import cup_ratios
from seehear.voices.drive import Array
from seehear.voices.events import Beat, repeated, scatter, seen_or, shower
from seehear.voices.modal import Partial, added, burst, ring
from seehear.voices.stage import Stage

MEMBRANE = (1.0, 1.593, 2.136, 2.295, 2.653, 2.917, 3.155, 3.5, 3.598, 3.647)
"""Zeros of the Bessel functions J0, J1, ... relative to the first: a stretched skin."""

BAR = (1.0, 2.757, 5.404, 8.933, 13.344)
"""A bar free at both ends: squares of 4.730, 7.853, 10.996 ... relative to the first."""


def plate(lowest: float, *, shape: float, loss: float, count: int = 12) -> list[Partial]:
    """Give the modes of a supported rectangular plate: f(m, n) in proportion to m² + (n · shape)².

    Args:
        lowest: Hz of mode (1, 1).
        shape: length over width.
        loss: factor η, 0.01 to 0.03 for wood, 0.001 for glass.
        count: how many.
    """
    ratios = sorted(
        (m * m + (n * shape) ** 2) / (1 + shape**2) for m in range(1, 7) for n in range(1, 5)
    )[:count]  # fmt: skip
    return [Partial(lowest * ratio, 2.2 / (loss * lowest * ratio), ratio**-0.4) for ratio in ratios]


@dataclass(frozen=True)
class Struck:
    """Something hit again and again.

    Attributes:
        partials: its modes at a middling blow.
        contact: seconds the striker touches.
        every: seconds between blows of its own.
        spread: unevenness of its own rhythm.
        noise: (gain, T60 s, low Hz, high Hz) of the blow's own noise.
        group: blows in a row, then a rest of ``rest`` seconds.
        rest: seconds.
        detune: relative change from blow to blow.
    """

    partials: tuple[Partial, ...]
    contact: float
    every: float
    spread: float
    noise: tuple[float, float, float, float]
    group: int = 1
    rest: float = 0.0
    detune: float = 0.01

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give the blows."""
        rng, rate = stage.rng("blows"), stage.sample_rate

        def blow(beat: Beat) -> Array:
            tune = 1 + self.detune * rng.standard_normal()
            partials = [
                Partial(one.frequency * tune, one.decay, one.amplitude * (0.75 + 0.5 * rng.random()))
                for one in self.partials
            ]
            gain, decay, low, high = self.noise
            noise = burst(rng, rate, decay=decay, low=low, high=high)
            force = (0.75 + 0.5 * rng.random()) * (0.5 + 0.5 * beat.activity)
            return float(force) * added((1.0, ring(partials, rate, contact=self.contact)), (gain, noise))

        own = grouped(stage, every=self.every, spread=self.spread, group=self.group, rest=self.rest)
        return scatter(stage, seen_or(stage, own), blow)


def grouped(stage: Stage, *, every: float, spread: float, group: int, rest: float) -> Iterator[Beat]:
    """Give ``group`` beats in a row, then a rest, again and again."""
    rng = stage.rng("rhythm")
    if group == 1:
        yield from repeated(stage, rng, every=every, spread=spread)
        return
    for first in repeated(stage, rng, every=group * every + rest, spread=spread):
        for index in range(group):
            time = first.time + index * every * (1 + spread * float(np.clip(rng.standard_normal(), -1, 1)))
            if time < stage.drive.duration:
                yield first._replace(time=time, number=group * first.number + index)


@dataclass(frozen=True)
class Bounce:
    """A ball that is dropped: each bounce keeps a fraction of the speed, so the gaps shrink by it.

    Gap = 2 v/g; v and the blow's strength shrink by the coefficient of restitution (Newton's law of impact).

    Attributes:
        height: m it is dropped from.
        restitution: of the speed.
        partials: the ball's skin and the air in it.
        rest: seconds before it is dropped again.
    """

    height: float = 1.1
    restitution: float = 0.76
    partials: tuple[Partial, ...] = (
        Partial(92, 0.14, 1.0), Partial(178, 0.12, 0.7), Partial(410, 0.09, 0.35), Partial(930, 0.1, 0.35),
        Partial(1340, 0.07, 0.2), Partial(2150, 0.05, 0.1),
    )  # fmt: skip
    rest: float = 0.6

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give the bounces."""
        rng, rate = stage.rng("bounces"), stage.sample_rate
        slap = 0.25

        def blow(beat: Beat) -> Array:
            force = 0.9 + 0.2 * rng.random() if beat.seen else beat.activity
            # a hard bounce is shorter, and so brighter (Hertz: contact in proportion to v^-1/5)
            contact = 0.0012 * max(force, 0.05) ** -0.2
            noise = burst(rng, rate, decay=0.03, low=300, high=3500)
            return float(force) * added((1.0, ring(self.partials, rate, contact=contact)), (slap, noise))

        return scatter(stage, seen_or(stage, self._drops(stage)), blow)

    def gaps(self) -> list[float]:
        """Give the seconds between bounces of one drop, down to a hundredth of the first speed."""
        speed, found = float(np.sqrt(2 * 9.81 * self.height)), []
        strength = self.restitution
        while strength > 0.06:
            found.append(2 * speed * strength / 9.81)
            strength *= self.restitution
        return found

    def _drops(self, stage: Stage) -> Iterator[Beat]:
        time, number = 0.2, 0
        while time < stage.drive.duration:
            strength = 1.0
            for gap in [*self.gaps(), self.rest]:
                if time < stage.drive.duration:
                    yield Beat(time, 0.0, strength, number, seen=False)
                time, strength, number = time + gap, strength * self.restitution, number + 1


@dataclass(frozen=True)
class Clap:
    """Two hands: noise through the hollow between them.

    Source: Repp, "The sound of two hands clapping", JASA 81, 1987 (a peak between 0.5 and 3 kHz by the hands' form).

    Attributes:
        every: seconds between claps.
        hollow: Hz of the hands' hollow.
    """

    every: float = 0.42
    hollow: float = 1150.0

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give the claps."""
        rng, rate = stage.rng("hands"), stage.sample_rate
        own = repeated(stage, stage.rng("rhythm"), every=self.every, spread=0.05)
        return scatter(stage, seen_or(stage, own), lambda beat: one_clap(rng, rate, self.hollow))


def one_clap(rng: np.random.Generator, sample_rate: int, hollow: float) -> Array:
    """Give one clap around a hollow of so many Hz."""
    centre = hollow * (1 + 0.08 * rng.standard_normal())
    body = burst(rng, sample_rate, decay=0.1, low=0.7 * centre, high=1.5 * centre)
    skin = burst(rng, sample_rate, decay=0.02, low=1500, high=9000)
    tail = burst(rng, sample_rate, decay=0.16, low=300, high=3000, attack=0.01)
    return (0.8 + 0.4 * rng.random()) * added((1.0, body), (0.6, skin), (0.12, tail))


@dataclass(frozen=True)
class Glass:
    """Glass that breaks: a crack, then shards that ring and tumble ever more rarely.

    Shards ring as thin cups and plates of chance size; the tumbling is PhISEM's fading chance (Cook, 1997).

    Attributes:
        every: seconds between breakages.
        shards: how many.
        seconds: over which they fall.
    """

    every: float = 2.8
    shards: int = 38
    seconds: float = 0.9

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give the breakages."""
        rng, rate = stage.rng("glass"), stage.sample_rate
        own = repeated(stage, stage.rng("rhythm"), every=self.every, spread=0.15)
        return scatter(stage, seen_or(stage, own), lambda beat: self._break(rng, rate))

    def _break(self, rng: np.random.Generator, rate: int) -> Array:
        crack = burst(rng, rate, decay=0.12, low=1800, high=12000)
        times = np.minimum(rng.exponential(self.seconds / 3, self.shards), 2 * self.seconds)
        parts = [(1.0, 0.9 * crack)]
        for index, time in enumerate(times):
            lowest = float(np.exp(rng.uniform(np.log(1500), np.log(5200))))
            decay = float(rng.uniform(0.06, 0.32))
            modes = [Partial(lowest * r, decay / r**0.5, r**-0.3) for r in cup_ratios(3)]
            shard = ring(modes, rate, contact=0.00005)
            delay = np.zeros(0 if index < 5 else int(time * rate))
            gain = float(np.exp(-1.2 * time / self.seconds) * rng.uniform(0.1, 0.45))
            parts.append((gain, np.concatenate([delay, shard])))
        return added(*parts)


@dataclass(frozen=True)
class Door:
    """A door falls shut: the leaf against the frame, its panel's low modes, then the latch.

    Attributes:
        every: seconds.
        latch: seconds from the slam to the latch.
    """

    every: float = 2.6
    latch: float = 0.045

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give the slams."""
        rng, rate = stage.rng("door"), stage.sample_rate
        panel = plate(62.0, shape=2.2, loss=0.05, count=12)
        lock = [Partial(f, t, a) for f, t, a in ((1450, 0.05, 1.0), (2700, 0.04, 0.8), (4300, 0.03, 0.5))]

        def slam(beat: Beat) -> Array:
            thud = added(
                (1.0, ring(panel, rate, contact=0.0025)),
                (0.5, burst(rng, rate, decay=0.18, low=60, high=500)),
                (0.2, burst(rng, rate, decay=0.07, low=500, high=3000)),
            )
            delay = np.zeros(int(self.latch * (0.8 + 0.4 * rng.random()) * rate))
            click = added((0.25, ring(lock, rate)), (0.25, burst(rng, rate, decay=0.02, low=1500, high=7000)))
            return (0.8 + 0.4 * rng.random()) * added((1.0, thud), (1.0, np.concatenate([delay, click])))

        own = repeated(stage, stage.rng("rhythm"), every=self.every, spread=0.15)
        return scatter(stage, seen_or(stage, own), slam)


@dataclass(frozen=True)
class Applause:
    """Many hands: each keeps its own pace of three to four claps a second and its own hollow.

    Source: Peltola, Erkut, Cook & Välimäki, IEEE Trans. ASLP 15(3), 2007 (rates, and hands as resonances).

    Attributes:
        people: how many.
        rate: claps a second of each.
    """

    people: int = 40
    rate: float = 3.6

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give the applause."""
        rng, rate = stage.rng("hands"), stage.sample_rate
        # each pair of hands is a few claps made once
        near = 0.2 + 0.8 * rng.random(96) ** 2
        claps = [float(one) * one_clap(rng, rate, float(rng.uniform(700, 2600))) for one in near]
        return shower(stage, stage.rng("crowd"), rate=self.people * self.rate, grains=claps)


KNOCK = Struck(
    partials=tuple(plate(185.0, shape=1.6, loss=0.035, count=12)), contact=0.0008, every=0.19, spread=0.05,
    noise=(0.25, 0.02, 300, 3000), group=3, rest=1.1, detune=0.02,
)  # fmt: skip
HAMMER = Struck(
    partials=tuple(Partial(940.0 * r, 0.5 / r**0.5, r**-0.3) for r in BAR), contact=0.00012, every=0.62, spread=0.04,
    noise=(0.6, 0.03, 800, 8000),
)  # fmt: skip
DRUM = Struck(
    partials=tuple(Partial(98.0 * r, 0.55 / r**0.8, r**-0.6) for r in MEMBRANE), contact=0.002, every=0.5, spread=0.02,
    noise=(0.35, 0.06, 150, 3000), detune=0.004,
)  # fmt: skip
BOUNCE = Bounce()
CLAP = Clap()
GLASS = Glass()
DOOR = Door()
APPLAUSE = Applause()
