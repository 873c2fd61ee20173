"""Neutral textures for what nothing is known of: things that touch, things that rub.

Contact: wood-like modes of no particular pitch. Friction: noise whose brightness and level go with the motion (van den
Doel, Kry & Pai, "FoleyAutomatic", SIGGRAPH 2001: scraping as noise through a resonance moved with the speed).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from seehear.voices.drive import Array
from seehear.voices.events import Beat, repeated, scatter, seen_or
from seehear.voices.filters import bandpass
from seehear.voices.modal import Partial, added, burst, ring
from seehear.voices.sources import Drift, NarrowNoise
from seehear.voices.stage import Stage


@dataclass(frozen=True)
class Contact:
    """A plain touch: short, dull, without a pitch one could name.

    Attributes:
        every: seconds between touches of its own.
        lowest: Hz of the lowest mode, changed by chance from touch to touch.
    """

    every: float = 0.7
    lowest: float = 210.0

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give the touches."""
        rng, rate = stage.rng("touch"), stage.sample_rate

        def touch(beat: Beat) -> Array:
            tune = self.lowest * float(np.exp(0.12 * rng.standard_normal()))
            ratios = 1 + np.cumsum(np.append(0, rng.uniform(0.4, 1.3, 7)))
            modes = [Partial(tune * r, 0.1 / r**0.7, r**-0.7 * rng.uniform(0.5, 1)) for r in ratios]
            noise = burst(rng, rate, decay=0.025, low=400, high=4000)
            force = (0.5 + 0.5 * beat.activity) * (0.8 + 0.4 * rng.random())
            return force * added((1.0, ring(modes, rate, contact=0.0008)), (0.25, noise))

        own = repeated(stage, stage.rng("rhythm"), every=self.every, spread=0.2)
        return scatter(stage, seen_or(stage, own), touch)


@dataclass(frozen=True)
class Friction:
    """A plain rub: as loud and bright as there is motion, silent where nothing moves.

    Attributes:
        centre: Hz at activity 1 or 1 m/s.
        width: Hz.
    """

    centre: float = 950.0
    width: float = 900.0

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give the rub."""
        rng, rate = stage.rng("rub"), stage.sample_rate
        scrape, body, rough = NarrowNoise(rng, self.width, rate), bandpass(150, 700, rate), Drift(rng, 13.0)
        for chunk in stage.chunks():
            quick = np.minimum(chunk.speed, 3.0) / 1.5 if stage.moves else 1.0
            motion = np.sqrt(chunk.activity * quick)
            pitch = self.centre * (0.5 + 0.5 * motion)
            grain = 1 + 0.3 * rough(chunk)
            yield motion * grain * (scrape(pitch) + 0.8 * body(rng.standard_normal(chunk.size)))


CONTACT = Contact()
FRICTION = Friction()
