"""The preset `stationary`: one to four instruments, speakers and machines in a room, some side by side."""

import numpy as np

from seehear.figures.cast import CAST, met
from seehear.figures.surroundings import Hall
from seehear.scene.direction import Array
from seehear.simulate.composing import Place, Role, composed
from seehear.simulate.performing import perform
from seehear.simulate.placing import EYES, Spots, camera_for, lens_of, room_around, standing
from seehear.simulate.world import Setting, World

_FOV = 60.0
_SIDE_BY_SIDE = 0.35


def stationary(rng: np.random.Generator, setting: Setting) -> World:
    """Make the world."""
    lens = lens_of(setting, _FOV)
    near = lens.nearest(EYES)
    depth = (near, near + 2.0)
    room = room_around(depth[1] + 0.4, depth[1] * lens.aside, rng=rng)
    spots = Spots(lens, depth, rng=rng)
    roles = still_roles(
        spots, met("i"), int(rng.integers(1, 5)), setting, rng=rng, wall=room.size[0] - room.listener[0]
    )
    place = Place(camera_for(setting, _FOV), Hall(room, rng=rng), room)
    return composed(place, roles, setting, rng=rng)


def still_roles(
    spots: Spots,
    labels: list[str],
    count: int,
    setting: Setting,
    *,
    rng: np.random.Generator,
    ground: float = EYES,
    wall: float | None = None,
) -> list[Role]:
    """Give up to so many things that stay where they are; at least one.

    Args:
        spots: gives out places.
        labels: to draw from; each is met once, but for two that are side by side.
        count: how many are wanted.
        setting: of the world.
        rng: draws.
        ground: metres from the floor to the camera.
        wall: metres to the wall ahead, where clocks hang; None outdoors.
    """
    roles: list[Role] = []
    bag = [label for label in labels if label not in ("person", "ball")]
    while len(roles) < count and bag:
        beside = bool(roles) and rng.random() < _SIDE_BY_SIDE
        label = bag.pop(int(rng.integers(len(bag))))
        performance = perform(label, setting, rng=rng)
        figure = CAST[label].maker(performance.act, rng)
        spot = spots.find(figure.width, beside=beside)
        if spot is None:
            continue
        middle = standing(figure, *spot, ground=ground)
        if CAST[label].stand == "wall" and wall is not None:
            middle = _hung(spot, wall, figure.height, ground)
        roles.append(Role(label, CAST[label].caption, ((0.0, middle),), performance, figure))
    return roles


def _hung(spot: tuple[float, float], wall: float, height: float, ground: float) -> Array:
    """On the wall ahead, in the same direction, its middle at eye height or a little above."""
    ahead = wall - 0.03
    return np.array([ahead, spot[1] * ahead / spot[0], 1.75 - ground + 0.0 * height])
