"""The preset `translational`: vehicles that cross, approach, recede or pass by, on roads over a ground plane."""

from collections.abc import Sequence

import numpy as np

from seehear.figures.act import Act
from seehear.figures.cast import CAST
from seehear.figures.cutout import Figure
from seehear.figures.surroundings import Meadow, Road
from seehear.figures.vehicle_ends import end_of
from seehear.scene.scene import Motion
from seehear.simulate.composing import Place, Role, composed
from seehear.simulate.performing import perform
from seehear.simulate.placing import Lens, camera_for, lens_of
from seehear.simulate.track import Waypoint
from seehear.simulate.world import Setting, World

_FOV = 60.0
_EYES = 1.6
_LANE = 3.4
_LONGEST = 8.0
"""Seconds that a vehicle is on its way, at most."""

_CROSSING = ("car", "bus", "truck", "motorcycle", "bicycle", "tractor", "ambulance")
_ALONG = ("car", "bus", "truck", "motorcycle", "ambulance")
_FLYING = ("helicopter", "drone")
_WORDS: dict[Motion, str] = {
    "crossing": "crosses from {} to {}", "approaching": "approaches", "receding": "drives away", "passing": "passes by",
}  # fmt: skip


def translational(rng: np.random.Generator, setting: Setting) -> World:
    """Make the world: one to three vehicles, at most one in each lane."""
    lens = lens_of(setting, _FOV)
    kind, flies = float(rng.random()), bool(rng.random() < 0.25)
    roles: list[Role] = []
    roads: list[Road] = []
    if kind < 0.5:
        near = max(lens.nearest(_EYES) + 0.8, 6.5)
        roads.append(Road(1, near, near + 2 * _LANE))
        lanes = [near + _LANE / 2, near + 1.5 * _LANE]
        roles += _crossers(lanes[:: 1 if rng.random() < 0.5 else -1], lens, setting, rng)
    else:
        side = 1.0 if rng.random() < 0.5 else -1.0
        inner = side * float(rng.uniform(1.9, 2.6))
        roads.append(Road(0, inner, inner + side * 2 * _LANE))
        roles += _travellers((inner + side * _LANE / 2, inner + side * 1.5 * _LANE), lens, setting, rng)
    if flies:
        roles.append(_flyer(lens, setting, rng))
    bed = ("wind", "a light wind", -22.0) if rng.random() < 0.5 else None
    place = Place(camera_for(setting, _FOV), Meadow(_EYES, tuple(roads), rng=rng), ambience=bed)
    return composed(place, roles, setting, rng=rng)


def _window(duration: float, rng: np.random.Generator) -> tuple[float, float]:
    """When it is on its way."""
    length = min(duration, _LONGEST)
    start = float(rng.uniform(0.0, duration - length)) if duration > length else 0.0
    return start, start + length


def _held(start: float, end: float, first: Sequence[float], last: Sequence[float], duration: float) -> list[Waypoint]:
    """A straight way at constant speed; where the clip is longer, it begins and ends at rest."""
    way: list[Waypoint] = [(start, np.array(first)), (end, np.array(last))]
    if start > 0:
        way.insert(0, (0.0, np.array(first)))
    if end < duration:
        way.append((duration, np.array(last)))
    return [(round(time, 3), place) for time, place in way]


def _crossers(lanes: Sequence[float], lens: Lens, setting: Setting, rng: np.random.Generator) -> list[Role]:
    return [
        _crosser(_drawn(_CROSSING, rng), ahead, lens, setting, rng) for ahead in lanes[: 1 + int(rng.random() < 0.45)]
    ]


def _crosser(label: str, ahead: float, lens: Lens, setting: Setting, rng: np.random.Generator) -> Role:
    start, end = _window(setting.duration, rng)
    from_left = bool(rng.random() < 0.5)
    long = CAST[label].maker(_silent(), np.random.default_rng(0))
    reach = (ahead * lens.aside + long.width / 2) * float(rng.uniform(1.0, 1.8))
    ends = (reach, -reach) if from_left else (-reach, reach)
    height = long.height / 2 - _EYES
    way = _held(start, end, (ahead, ends[0], height), (ahead, ends[1], height), setting.duration)
    words = _WORDS["crossing"].format(*(("left", "right") if from_left else ("right", "left")))
    performance = perform(label, setting, way=way, rng=rng)
    figure = _facing(CAST[label].maker(performance.act, rng), right=from_left)
    return Role(label, f"{CAST[label].caption} {words}", way, performance, figure, "crossing")


def _travellers(lanes: Sequence[float], lens: Lens, setting: Setting, rng: np.random.Generator) -> list[Role]:
    motions: list[Motion] = ["approaching", "receding", "passing"]
    first = motions.pop(int(rng.integers(3)))
    roles = [_traveller(_drawn(_ALONG, rng), first, lanes[0], lens, setting, rng)]
    if rng.random() < 0.35:
        away = "receding" if first != "receding" else motions[int(rng.integers(2))]
        roles.append(_traveller(_drawn(_ALONG, rng), away, lanes[1], lens, setting, rng))
    return roles


def _traveller(
    label: str, motion: Motion, aside: float, lens: Lens, setting: Setting, rng: np.random.Generator
) -> Role:
    start, end = _window(setting.duration, rng)
    maker = end_of(label, front=motion != "receding")
    shape = maker(_silent(), np.random.default_rng(0))
    nearest = max((abs(aside) + shape.width / 2) / (0.95 * lens.aside), 1.25 * _EYES / lens.up, 4.0)
    far = nearest + float(rng.uniform(8.0, 13.0)) * (end - start)
    last = -float(rng.uniform(12.0, 22.0)) if motion == "passing" else nearest
    ends = (last, far) if motion == "receding" else (min(far, 46.0) if motion == "passing" else far, last)
    height = shape.height / 2 - _EYES
    way = _held(start, end, (ends[0], aside, height), (ends[1], aside, height), setting.duration)
    performance = perform(label, setting, way=way, rng=rng)
    caption = f"{CAST[label].caption} {_WORDS[motion]}"
    return Role(label, caption, way, performance, maker(performance.act, rng), motion)


def _flyer(lens: Lens, setting: Setting, rng: np.random.Generator) -> Role:
    label = _drawn(_FLYING, rng)
    start, end = _window(setting.duration, rng)
    ahead = float(rng.uniform(26, 34) if label == "helicopter" else rng.uniform(5, 7))
    from_left = bool(rng.random() < 0.5)
    reach = (ahead * lens.aside + 5) * (1.0 if from_left else -1.0)
    height = ahead * lens.up * float(rng.uniform(0.4, 0.65))
    way = _held(start, end, (ahead, reach, height), (ahead, -reach, height), setting.duration)
    performance = perform(label, setting, way=way, rng=rng)
    figure = _facing(CAST[label].maker(performance.act, rng), right=from_left)
    words = "flies from {} to {}".format(*(("left", "right") if from_left else ("right", "left")))
    return Role(label, f"{CAST[label].caption} {words}", way, performance, figure, "crossing")


def _drawn(labels: Sequence[str], rng: np.random.Generator) -> str:
    return labels[int(rng.integers(len(labels)))]


def _silent() -> Act:
    """An act of nothing: to learn a figure's size before it is on."""
    return Act(np.zeros(1, np.float32), 16000)


def _facing(figure: Figure, *, right: bool) -> Figure:
    return figure.facing(lambda time: 1 if right else -1)
