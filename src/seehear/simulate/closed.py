"""The preset `closed`: a small closed world of eight classes, each one shape, one colour and one timbre.

One to three sources on arcs at constant speed around a camera that turns to and fro; with probability 0.35 one of them
stays out of sight and is known by the caption only. Struck classes flash at their onsets, lasting ones swell with
their loudness. At its own settings: 4.096 s, 64 x 64 at 25 frames a second, 16 kHz, 90 degrees.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from seehear.figures.act import Act
from seehear.figures.cutout import Colour, Figure, Part, Pose, Shape, ellipse, tinted
from seehear.figures.noise import Canvas
from seehear.figures.surroundings import Rays
from seehear.scene import angles_to_vector, wrap_azimuth
from seehear.scene.direction import Array
from seehear.simulate.composing import Place, Role, composed
from seehear.simulate.performing import Performance
from seehear.simulate.placing import camera_for
from seehear.simulate.timbres import TIMBRES
from seehear.simulate.track import Waypoint
from seehear.simulate.turning import pan
from seehear.simulate.world import Setting, World

FOV = 90.0
HIDDEN = 0.35
"""How often one source is out of sight throughout."""

_MARGIN = 14.0  # degrees that a hidden source keeps from the frame, for its width
_MOST_YAW = 32.0
_RADIUS = 0.32
_FLASH = 0.12  # seconds


class Kind(NamedTuple):
    """One class: the corners of its shape on a circle, how deep they are notched, its colour."""

    corners: int
    notch: float
    colour: Colour


KINDS: dict[str, Kind] = {
    "burst": Kind(4, 1.0, (230, 70, 60)),
    "chirp": Kind(3, 1.0, (250, 200, 60)),
    "chime": Kind(6, 1.0, (90, 200, 230)),
    "pulse": Kind(8, 0.7, (200, 90, 220)),
    "hiss": Kind(40, 1.0, (150, 220, 110)),
    "pluck": Kind(5, 0.5, (240, 140, 60)),
    "click": Kind(4, 0.45, (240, 240, 235)),
    "tone": Kind(12, 0.78, (90, 120, 240)),
}


def closed(rng: np.random.Generator, setting: Setting) -> World:
    """Make the world."""
    poses = pan(setting.duration, rng=rng, most=_MOST_YAW) if rng.random() < 0.7 else ()
    if setting.projection == "equirectangular":
        poses = ()
    yaws = [pose.yaw for pose in poses] or [0.0]
    count = int(rng.integers(1, 4))
    labels = [sorted(KINDS)[int(i)] for i in rng.permutation(len(KINDS))[:count]]
    unseen = count - 1 if rng.random() < HIDDEN and count > 1 else -1
    roles = [
        _source(label, (min(yaws), max(yaws)), setting, unseen=index == unseen, rng=rng)
        for index, label in enumerate(labels)
    ]
    place = Place(camera_for(setting, FOV, pose=poses), _Night(rng))
    world = composed(place, roles, setting, rng=rng)
    seen = sorted(role.label for role in roles if role.figure is not None)
    rest = sorted(role.label for role in roles if role.figure is None)
    return world._replace(scene=world.scene.model_copy(update={"caption": " ".join([*seen, "|", *rest])}))


def _source(label: str, yaws: tuple[float, float], setting: Setting, *, unseen: bool, rng: np.random.Generator) -> Role:
    samples, contacts = TIMBRES[label](setting.duration, setting.sample_rate, rng)
    act = Act(samples, setting.sample_rate, contacts=contacts)
    distance, moves = float(rng.uniform(1.5, 4.0)), bool(rng.random() < 0.7)
    if unseen:
        low, high = yaws[1] + FOV / 2 + _MARGIN, 360.0 + yaws[0] - FOV / 2 - _MARGIN
    else:
        low, high = yaws[0] - 0.75 * FOV / 2, yaws[1] + 0.75 * FOV / 2
    ends = rng.uniform(low, high, 2)
    way = _arc(float(ends[0]), float(ends[1] if moves else ends[0]), distance, setting.duration)
    motion = "crossing" if moves and abs(ends[1] - ends[0]) > 5 else "still"
    figure = None if unseen else _drawn(KINDS[label], act, struck=bool(len(contacts)))
    words = f"{label} out of sight" if unseen else label
    return Role(label, words, way, Performance(act, act.spans()), figure, motion, gain_db=0.0)  # type: ignore[arg-type]


def _arc(start: float, end: float, distance: float, duration: float) -> list[Waypoint]:
    """An arc about the listener at constant angular speed, a waypoint every two degrees or so."""
    count = max(int(np.ceil(abs(end - start) / 2.0)), 1) + 1
    times = np.linspace(0.0, duration, count) if count > 2 or end != start else np.zeros(1)
    bearings = wrap_azimuth(np.linspace(start, end, len(times)))
    places = distance * angles_to_vector(bearings, np.zeros(len(times)))
    return [(round(float(time), 6), place) for time, place in zip(times, places, strict=True)]


def _drawn(kind: Kind, act: Act, *, struck: bool) -> Figure:
    """A dark plate in the class's shape, and in it a bright core that flashes or swells."""

    def core(time: float) -> Pose:
        if struck:
            before = act.contacts[act.contacts <= time + 1e-6]
            after = time - before[-1] if len(before) else np.inf
            strength = float(np.clip(1 - after / _FLASH, 0.0, 1.0))
            return Pose(size=0.45 + 0.5 * strength, opacity=0.35 + 0.65 * strength)
        return Pose(size=0.3 + 0.65 * act.level(time))

    outline = _shape(kind)
    plate = Shape(outline, tinted(kind.colour, 0.62), tinted(kind.colour, 0.45))
    bright = Shape(outline, tinted(kind.colour, 1.1), kind.colour)
    return Figure([Part([plate]), Part([bright], pose=core, solid=False)])


def _shape(kind: Kind) -> Array:
    if kind.corners >= 40:
        return ellipse((0.0, 0.0), (_RADIUS, _RADIUS), count=kind.corners)
    count = kind.corners * (1 if kind.notch == 1.0 else 2)
    angle = (
        np.pi / 2 + 2 * np.pi * np.arange(count) / count + (np.pi / 4 if kind.corners == 4 and kind.notch == 1 else 0)
    )
    radius = _RADIUS * np.where(np.arange(count) % 2 == 0, 1.0, kind.notch)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], -1)


class _Night:
    """A dark place with a horizon and a grid on the ground, so that a turn is seen."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._tint = rng.uniform(0.05, 0.2, 3)

    def colours(self, rays: Rays) -> Canvas:
        """Give RGB of directions, (h, w, 3)."""
        slope = rays[..., 2] / np.maximum(np.hypot(rays[..., 0], rays[..., 1]), 1e-6)
        azimuth = np.rad2deg(np.arctan2(rays[..., 1], rays[..., 0]))
        base = self._tint * np.where(slope > 0, 1.2 - 0.5 * slope, 0.7)[..., None]
        lines = np.abs((azimuth + 7.5) % 15.0 - 7.5) < 0.8
        return np.asarray(np.where((lines & (np.abs(slope) < 2.0))[..., None], base + 0.1, base), dtype=np.float32)


def caption_slots(caption: str, *, slots: int = 8) -> Sequence[str]:
    """Split a closed world's caption into its words, padded with empty ones.

    Example:
        >>> caption_slots("burst tone | hiss")
        ('burst', 'tone', '|', 'hiss', '', '', '', '')
    """
    words = caption.split()
    return tuple(words[:slots] + [""] * (slots - len(words)))
