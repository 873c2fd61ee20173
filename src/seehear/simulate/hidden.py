"""The preset `hidden`: things in sight, and one heard from outside the frame, told of by its caption only."""

import numpy as np

from seehear.figures.cast import CAST, met
from seehear.figures.surroundings import Hall, Meadow
from seehear.scene import angles_to_vector
from seehear.simulate.composing import Place, Role, composed
from seehear.simulate.performing import perform
from seehear.simulate.placing import EYES, Spots, camera_for, lens_of, room_around
from seehear.simulate.stationary import still_roles
from seehear.simulate.world import Setting, World

_FOV = 60.0


def hidden(rng: np.random.Generator, setting: Setting) -> World:
    """Make the world."""
    lens, indoors = lens_of(setting, _FOV), bool(rng.random() < 0.5)
    near = lens.nearest(EYES)
    far = near + (2.0 if indoors else 5.0)
    room = room_around(far + 0.4, far * lens.aside, rng=rng) if indoors else None
    labels = [label for label in met("i" if indoors else "o") if label != "clock"]
    spots = Spots(lens, (near, far), rng=rng)
    roles = still_roles(spots, labels, int(rng.integers(1, 3)), setting, rng=rng)
    label = _other([label for label in labels if label not in ("person", "ball")], roles, rng)
    caption = f"{CAST[label].caption} out of sight"
    azimuth = float(rng.uniform(_FOV / 2 + 20, 178)) * (1.0 if rng.random() < 0.5 else -1.0)
    reach = 0.9 if indoors else float(rng.uniform(2.5, 6.0))
    where = reach * angles_to_vector(azimuth, float(rng.uniform(-12, 5)))
    roles.append(Role(label, caption, ((0.0, where),), perform(label, setting, rng=rng), None))
    if room is not None:
        place = Place(camera_for(setting, _FOV), Hall(room, rng=rng), room)
    else:
        place = Place(camera_for(setting, _FOV), Meadow(EYES, rng=rng))
    return composed(place, roles, setting, rng=rng)


def _other(labels: list[str], roles: list[Role], rng: np.random.Generator) -> str:
    free = [label for label in labels if label not in {role.label for role in roles}]
    return free[int(rng.integers(len(free)))]
