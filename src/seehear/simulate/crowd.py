"""The preset `crowd`: five to twelve things at once on a meadow, near ones partly before far ones."""

import numpy as np

from seehear.figures.cast import met
from seehear.figures.surroundings import Meadow
from seehear.simulate.composing import Place, composed
from seehear.simulate.placing import EYES, Spots, camera_for, lens_of
from seehear.simulate.stationary import still_roles
from seehear.simulate.world import Setting, World

_FOV = 75.0


def crowd(rng: np.random.Generator, setting: Setting) -> World:
    """Make the world."""
    lens = lens_of(setting, _FOV)
    near = lens.nearest(EYES) + 0.3
    spots = Spots(lens, (near, near + 4.5), rng=rng, overlap=0.45)
    labels = 2 * [label for label in met("o") if label not in ("person", "ball")]
    roles = still_roles(spots, labels, int(rng.integers(5, 13)), setting, rng=rng)
    place = Place(camera_for(setting, _FOV), Meadow(EYES, rng=rng), ambience=("wind", "a light wind", -20.0))
    return composed(place, roles, setting, rng=rng)
