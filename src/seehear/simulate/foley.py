"""The preset `foley`: impacts, bounces and steps. What is seen to touch is heard at the same moment.

Each contact is one number: the drawing and the way are built on it, and so is the sound; it stands in the object's
``extra["contacts"]``, seconds.
"""

from collections.abc import Sequence

import numpy as np

from seehear.figures.act import Act
from seehear.figures.cast import CAST
from seehear.figures.surroundings import Hall, Meadow
from seehear.simulate.composing import Place, Role, composed
from seehear.simulate.performing import Performance, perform
from seehear.simulate.placing import EYES, Lens, Spots, camera_for, lens_of, room_around, standing
from seehear.simulate.track import Waypoint
from seehear.simulate.world import Setting, World
from seehear.voices.step import step_rate

_FOV = 60.0
_GRAVITY = 9.81
_RADIUS = 0.12
_FEEBLE = 0.7  # m/s: slower than this the ball is taken up again
_LIFTED = 0.6  # seconds that taking it up takes


def foley(rng: np.random.Generator, setting: Setting) -> World:
    """Make the world: one or two of a bouncing ball, a walker, a hammer, a drum, a bell."""
    lens, indoors = lens_of(setting, _FOV), bool(rng.random() < 0.7)
    near = lens.nearest(EYES)
    far = near + 1.6
    room = room_around(far + 1.2, far * lens.aside + 0.4, rng=rng) if indoors else None
    spots = Spots(lens, (near, far), rng=rng)
    kinds = ["ball", "person", "hammer", "drum", "bell"]
    roles: list[Role] = []
    for _ in range(1 + int(rng.random() < 0.5)):
        role = _role(kinds.pop(int(rng.integers(len(kinds)))), spots, (lens, far + 0.6), setting, rng)
        roles += [role] if role is not None else []
    spec = camera_for(setting, _FOV)
    place = Place(spec, Hall(room, rng=rng), room) if room is not None else Place(spec, Meadow(EYES, rng=rng))
    return composed(place, roles, setting, rng=rng)


def _role(
    label: str, spots: Spots, behind: tuple[Lens, float], setting: Setting, rng: np.random.Generator
) -> Role | None:
    if label == "person":
        return _walk(*behind, setting, rng)
    spot = spots.find(1.0)
    if spot is None:
        return None
    if label == "ball":
        return _bounces(spot, setting, rng)
    performance = perform(label, setting, rng=rng)
    figure = CAST[label].maker(performance.act, rng)
    way = ((0.0, standing(figure, *spot, ground=EYES)),)
    return Role(label, CAST[label].caption, way, performance, figure)


def _bounces(spot: tuple[float, float], setting: Setting, rng: np.random.Generator) -> Role:
    contacts, speeds, way = _thrown(setting.duration, rng)
    places: list[Waypoint] = [(time, np.array([spot[0], spot[1], height + _RADIUS - EYES])) for time, height in way]
    strength = np.array(speeds) / max(speeds)
    performance = perform("ball", setting, contacts=contacts, strength=strength.tolist(), rng=rng)
    return Role("ball", CAST["ball"].caption, places, performance, CAST["ball"].maker(performance.act, rng))


def _thrown(duration: float, rng: np.random.Generator) -> tuple[list[float], list[float], list[tuple[float, float]]]:
    """Let a ball fall, bounce until it is feeble, and be taken up again.

    Returns:
        Contacts (s), speeds at them (m/s), and the way: (s, metres above the floor), close enough together that the
        cubic through it is the parabola; at a contact it has its corner.
    """
    drop, keeps = float(rng.uniform(0.7, 1.3)), float(rng.uniform(0.72, 0.84))
    time, height = 0.0, drop
    contacts: list[float] = []
    speeds: list[float] = []
    way: list[tuple[float, float]] = []
    while time < duration:
        fall = float(np.sqrt(2 * height / _GRAVITY))
        hit = round(time + fall, 4)
        way += [(t, height - _GRAVITY / 2 * (t - time) ** 2) for t in _between(time, hit)]
        time, speed = hit, _GRAVITY * fall
        while time < duration and speed > _FEEBLE:
            contacts.append(time)
            speeds.append(speed)
            speed *= keeps
            hit = round(time + 2 * speed / _GRAVITY, 4)
            way += [(t, max(speed * (t - time) - _GRAVITY / 2 * (t - time) ** 2, 0.0)) for t in _between(time, hit)]
            time = hit
        lifted = np.linspace(0.0, 1.0, 25)[:-1]
        way += [(round(time + _LIFTED * share, 4), drop * float(np.sin(np.pi / 2 * share) ** 2)) for share in lifted]
        time, height = round(time + _LIFTED, 4), drop
    kept = [(t, h) for t, h in way if t < duration]
    last = np.interp(duration, [t for t, _ in way], [h for _, h in way]) if way[-1][0] >= duration else way[-1][1]
    pairs = [(t, s) for t, s in zip(contacts, speeds, strict=True) if t < duration]
    return [t for t, _ in pairs], [s for _, s in pairs], [*kept, (duration, float(last))]


def _between(start: float, end: float) -> list[float]:
    """Moments from a contact up to, not with, the next: dense at both, where the way has its corners."""
    inner = np.arange(start + 0.02, end - 0.012, 0.02)
    moments = np.concatenate([[start, start + 0.004, start + 0.01], inner, [end - 0.01, end - 0.004]])
    return sorted({round(float(t), 4) for t in moments if start <= t < end})


def _walk(lens: Lens, ahead: float, setting: Setting, rng: np.random.Generator) -> Role:
    """Walk to and fro across the picture, one contact for each step."""
    pace = float(rng.uniform(1.0, 1.4))
    side = 0.86 * ahead * lens.aside - 0.4
    begin = float(rng.uniform(0.3, 0.9)) * side * (1.0 if rng.random() < 0.5 else -1.0)
    height = CAST["person"].maker(_still_walker(), np.random.default_rng(0)).height / 2 - EYES
    turns = _turns(begin, side, pace, setting.duration)
    way: list[Waypoint] = [(time, np.array([ahead, left, height])) for time, left in turns]
    every = 1 / float(step_rate(np.array([pace]))[0])
    contacts = np.round(np.arange(0.2, setting.duration, every), 4).tolist()
    performance = _steps(contacts, way, setting, rng)
    figure = CAST["person"].maker(performance.act, rng)
    times, lefts = [time for time, _ in turns], [left for _, left in turns]

    def facing(time: float) -> int:
        index = min(max(int(np.searchsorted(times, time, side="right")) - 1, 0), len(times) - 2)
        return 1 if lefts[index + 1] < lefts[index] else -1

    return Role("person", "a person walks", way, performance, figure.facing(facing), "crossing")


def _turns(begin: float, side: float, pace: float, duration: float) -> list[tuple[float, float]]:
    """Seconds and metres to the left where the walk begins, turns and ends."""
    time, here, goal = 0.0, begin, -np.sign(begin) * side
    found = [(0.0, here)]
    while time < duration:
        need = abs(goal - here) / pace
        if time + need >= duration:
            found.append((duration, here + float(np.sign(goal - here)) * pace * (duration - time)))
            break
        time, here = round(time + need, 4), float(goal)
        found.append((time, here))
        goal = -goal
    return found


def _steps(
    contacts: Sequence[float], way: Sequence[Waypoint], setting: Setting, rng: np.random.Generator
) -> Performance:
    return perform("person", setting, way=way, contacts=contacts, rng=rng)


def _still_walker() -> Act:
    return Act(np.zeros(1, np.float32), 16000)
