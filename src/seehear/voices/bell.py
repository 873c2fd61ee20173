"""Ringing metal: church bell, bicycle bell, telephone, alarm clock, metal bar.

Partials and decays as in Fletcher & Rossing, "The Physics of Musical Instruments", ch. 21; thin cups and glasses by
Rayleigh's inextensional modes, f(m) in proportion to m (m² - 1)/sqrt(m² + 1).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from seehear.voices.drive import Array
from seehear.voices.events import Beat, repeated, scatter, seen_or
from seehear.voices.modal import Partial, added, burst, ring
from seehear.voices.stage import Stage

CHURCH = (
    (0.5, 1.6, 0.7), (1.0, 1.0, 0.8), (1.2, 0.75, 0.9), (1.5, 0.4, 0.4), (2.0, 0.55, 1.0), (2.5, 0.2, 0.35),
    (2.67, 0.2, 0.35), (3.0, 0.22, 0.5), (4.0, 0.14, 0.4), (5.33, 0.09, 0.25), (6.67, 0.06, 0.15),
)  # fmt: skip
"""Hum, prime, tierce (a minor third), quint, nominal, deciem ...: ratio to the prime, T60 share, amplitude."""


def cup_ratios(count: int) -> list[float]:
    """Give the first ``count`` partials of a thin cup relative to its lowest (Rayleigh, m = 2, 3, ...).

    Example:
        >>> [round(one, 2) for one in cup_ratios(3)]
        [1.0, 2.83, 5.42]
    """
    orders = np.arange(2, 2 + count)
    raw = orders * (orders**2 - 1) / np.sqrt(orders**2 + 1)
    return [float(one) for one in raw / raw[0]]


@dataclass(frozen=True)
class Bell:
    """A bell struck again and again.

    Attributes:
        pitch: Hz of ratio 1.
        partials: (ratio, T60 share, amplitude).
        decay: T60 in seconds of share 1.
        every: seconds between strikes.
        contact: seconds the clapper touches.
        warble: Hz by which each partial is split in two, being never quite round.
        bursts: strikes in a row at ``gap`` seconds.
        gap: seconds.
    """

    pitch: float
    partials: tuple[tuple[float, float, float], ...]
    decay: float
    every: float
    contact: float = 0.0004
    warble: float = 0.6
    bursts: int = 1
    gap: float = 0.05

    def partials_at(self, tune: float = 1.0) -> list[Partial]:
        """Give the partials, each split in two."""
        pairs: list[Partial] = []
        for ratio, share, amplitude in self.partials:
            frequency = self.pitch * ratio * tune
            pairs.append(Partial(frequency - self.warble / 2, self.decay * share, 0.65 * amplitude))
            pairs.append(Partial(frequency + self.warble / 2, self.decay * share, 0.35 * amplitude))
        return pairs

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give the strikes."""
        rng = stage.rng("bell")
        rate = stage.sample_rate
        plain = ring(self.partials_at(), rate, contact=self.contact)

        def strike(beat: Beat) -> Array:
            click = burst(rng, rate, decay=0.02, low=2000, high=9000)
            once = added((0.8 + 0.4 * rng.random(), plain), (0.15, click))
            gap = int(self.gap * rate)
            total = np.zeros(len(once) + (self.bursts - 1) * gap)
            for index in range(self.bursts):
                total[index * gap : index * gap + len(once)] += (0.8 + 0.2 * rng.random()) * once
            return total

        own = repeated(stage, stage.rng("ringing"), every=self.every, spread=0.03, active=False)
        return scatter(stage, seen_or(stage, own), strike)


def cup(count: int, *, fall: float = 0.7) -> tuple[tuple[float, float, float], ...]:
    """Give a cup's partials; higher ones fade sooner and sound weaker, in proportion to ratio ** -fall."""
    return tuple((ratio, ratio**-fall, ratio**-0.5) for ratio in cup_ratios(count))


BELL = Bell(pitch=440.0, partials=CHURCH, decay=5.0, every=1.9)
BICYCLE_BELL = Bell(
    pitch=2050.0, partials=cup(4), decay=0.9, every=2.4, contact=0.0001, warble=9.0, bursts=4, gap=0.075
)
PHONE = Bell(
    pitch=1480.0, partials=cup(3), decay=0.5, every=3.4, contact=0.0001, warble=170.0, bursts=34, gap=0.05
)  # two small bells, struck in turn twenty times a second
ALARM_CLOCK = Bell(
    pitch=2650.0, partials=cup(4), decay=0.35, every=0.055, contact=0.00008, warble=14.0
)  # the hammer swings ~18 times a second
