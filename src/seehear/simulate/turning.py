"""The preset `camera`: things that stay where they are, and a camera that pans across them and turns back."""

import numpy as np

from seehear.figures.cast import CAST, met
from seehear.figures.surroundings import Hall, Meadow
from seehear.scene import CameraPose
from seehear.simulate.composing import Place, Role, composed
from seehear.simulate.performing import perform
from seehear.simulate.placing import EYES, camera_for, lens_of, room_around, standing
from seehear.simulate.world import Setting, World

_FOV = 60.0
_WIDE = 52.0
"""Degrees to either side where things stand."""


def camera(rng: np.random.Generator, setting: Setting) -> World:
    """Make the world."""
    indoors = bool(rng.random() < 0.5)
    near = lens_of(setting, _FOV).nearest(EYES) * 1.05
    far = near + (0.8 if indoors else 4.0)
    room = room_around(far + 0.3, far + 0.3, rng=rng) if indoors else None
    labels = [label for label in met("i" if indoors else "o") if label not in ("person", "ball", "clock")]
    roles, count = [], int(rng.integers(2, 5))
    bearings = np.linspace(_WIDE, -_WIDE, count) + rng.uniform(-6, 6, count)
    for bearing in bearings:
        label = labels.pop(int(rng.integers(len(labels))))
        performance = perform(label, setting, rng=rng)
        figure = CAST[label].maker(performance.act, rng)
        away, angle = float(rng.uniform(near, far)), np.deg2rad(bearing)
        middle = standing(figure, away * float(np.cos(angle)), away * float(np.sin(angle)), ground=EYES)
        roles.append(Role(label, CAST[label].caption, ((0.0, middle),), performance, figure))
    spec = camera_for(setting, _FOV, pose=pan(setting.duration, rng=rng))
    place = Place(spec, Hall(room, rng=rng), room) if room is not None else Place(spec, Meadow(EYES, rng=rng))
    return composed(place, roles, setting, rng=rng)


def pan(duration: float, *, rng: np.random.Generator, most: float = 48.0) -> tuple[CameraPose, ...]:
    """Give a pan: straight pieces from one side to the other and back, now and then a rest."""
    count = max(2, round(duration / 1.3))
    times = np.round(np.linspace(0.0, duration, count + 1), 3)
    side = 1.0 if rng.random() < 0.5 else -1.0
    yaw = side * float(rng.uniform(0.7, 1.0)) * most
    poses = [CameraPose(time=0.0, yaw=round(yaw, 3))]
    for time in times[1:]:
        if rng.random() > 0.2:
            side = -side
            yaw = side * float(rng.uniform(0.6, 1.0)) * most
        poses.append(CameraPose(time=float(time), yaw=round(yaw, 3)))
    if len({pose.yaw for pose in poses}) == 1:
        poses[-1] = CameraPose(time=poses[-1].time, yaw=-poses[0].yaw)
    return tuple(poses)
