"""Puts a world together: who is where, how it is drawn, how it sounds; every box and span follows from these."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from seehear.figures.cutout import Figure
from seehear.figures.surroundings import Surroundings
from seehear.figures.view import StillView, TurningView
from seehear.media.stems import AMBIENCE, ArrayStems
from seehear.scene import Ambience, Camera, CameraSpec, FrameCaption, Keyframe, Path, Room, Scene, SceneObject
from seehear.scene.direction import Array
from seehear.scene.scene import Motion
from seehear.simulate.around import boxes_around
from seehear.simulate.performing import Performance, gain_for
from seehear.simulate.stage import Actor, Stage
from seehear.simulate.track import Waypoint, keyframes_of, way_through
from seehear.simulate.world import Setting, World
from seehear.voices import Drive
from seehear.voices.performance import make

_EXTENT_STEP = 0.01  # seconds between looks at how far a moving figure reaches


class Role(NamedTuple):
    """One thing in a world.

    Attributes:
        label: its word.
        caption: a sentence about it.
        way: where its middle goes, metres.
        performance: what it does.
        figure: its drawing; None: out of sight throughout.
        motion: as the scene file has it.
        gain_db: on top of the distance law; None: what makes it about as loud as others.
    """

    label: str
    caption: str
    way: Sequence[Waypoint]
    performance: Performance
    figure: Figure | None
    motion: Motion = "still"
    gain_db: float | None = None


class Place(NamedTuple):
    """Where a world is.

    Attributes:
        camera: its specification.
        surroundings: what stands around.
        room: the shoebox that is heard; None outdoors.
        ambience: label of the bed, its words and its gain in dB; None: silence.
    """

    camera: CameraSpec
    surroundings: Surroundings
    room: Room | None = None
    ambience: tuple[str, str, float] | None = None


def composed(place: Place, roles: Sequence[Role], setting: Setting, *, rng: np.random.Generator) -> World:
    """Put a world together."""
    camera = Camera(place.camera)
    objects, actors, stems = [], [], {}
    for name, role in zip(_names(roles), roles, strict=True):
        thing = _object(name, role, camera, setting.duration)
        objects.append(thing)
        stems[name] = role.performance.act.samples
        if role.figure is not None:
            actors.append(Actor(role.figure, Path(thing), still=len(role.way) == 1))
    bed = None
    if place.ambience is not None:
        label, words, gain = place.ambience
        bed = Ambience(label=label, caption=words, gain_db=gain)
        stems[AMBIENCE] = make(label, Drive.still(setting.duration), sample_rate=setting.sample_rate, rng=rng)
    scene = Scene(
        duration=setting.duration,
        caption=_told(roles),
        camera=place.camera,
        room=place.room,
        ambience=bed,
        objects=tuple(objects),
        frame_captions=(FrameCaption(time=0.0, caption=_seen(objects)),),
    )
    turns = len({(pose.yaw, pose.pitch, pose.roll) for pose in place.camera.pose}) > 1
    view = (TurningView if turns else StillView)(camera, place.surroundings)
    length = round(setting.duration * setting.sample_rate)
    return World(scene, ArrayStems(stems, setting.sample_rate, length), Stage(camera, view, actors), setting.fps)


def figure_boxes(camera: Camera, positions: Array, reach: Array, times: Array) -> Array:
    """Give the boxes, (n, 4) fractions, of upright figures; not clipped to the frame; nan behind a perspective camera.

    Args:
        camera: of either projection.
        positions: (n, 3) metres, the middles.
        reach: (n, 4) metres from the middle: left, down, right, up.
        times: (n,) seconds.
    """
    if camera.spec.projection == "equirectangular":
        return boxes_around(camera, positions, reach, times)
    width, height = camera.spec.size_wh or (16, 9)
    depth = camera.to_camera(positions, times)[:, 0]
    scale = 1 / (2 * np.tan(np.deg2rad(camera.spec.horizontal_fov) / 2) * np.where(depth > 1e-9, depth, np.nan))
    centre = camera.point_of(positions, times)
    across, down = reach[:, [0, 2]] * scale[:, None], -reach[:, [3, 1]] * (scale * width / height)[:, None]
    return np.stack(
        [
            centre[:, 0] + across[:, 0],
            centre[:, 1] + down[:, 0],
            centre[:, 0] + across[:, 1],
            centre[:, 1] + down[:, 1],
        ],
        -1,
    )


def reach_of(figure: Figure, duration: float) -> Callable[[Array], Array]:
    """Give the function (n,) seconds -> (n, 4) metres that a figure reaches from its middle: left, down, right, up."""
    if not figure.moves:
        fixed = figure.extents(np.zeros(1))
        return lambda times: np.repeat(fixed, len(times), axis=0)
    grid = np.linspace(0.0, duration, int(np.ceil(duration / _EXTENT_STEP)) + 1)
    found = figure.extents(grid)
    return lambda times: np.stack([np.interp(times, grid, found[:, side]) for side in range(4)], -1)


def _object(name: str, role: Role, camera: Camera, duration: float) -> SceneObject:
    spans, act = role.performance.spans, role.performance.act
    nearest = float(way_through(role.way).at(np.linspace(0, duration, 100)).distance.min())
    extra = {"contacts": [float(time) for time in act.contacts]} if len(act.contacts) else {}
    return SceneObject(
        id=name,
        label=role.label,
        caption=role.caption,
        motion=role.motion,
        sounding=spans,
        confidence=1.0,
        gain_db=gain_for(role.label, nearest) if role.gain_db is None else role.gain_db,
        keyframes=_keyframes(role, camera, duration),
        extra=extra,
    )


def _keyframes(role: Role, camera: Camera, duration: float) -> tuple[Keyframe, ...]:
    way = way_through(role.way)
    stamps = [time for time, _ in role.way]
    if role.figure is None:
        return keyframes_of(way, stamps, lambda times: np.full((len(times), 4), np.nan), duration=duration)
    reach = reach_of(role.figure, duration)

    def project(times: Array) -> Array:
        return figure_boxes(camera, way.at(times).position, reach(times), times)

    step = _EXTENT_STEP if role.figure.moves else None
    return keyframes_of(way, stamps, project, duration=duration, step=step)


def _names(roles: Sequence[Role]) -> list[str]:
    names: list[str] = []
    for role in roles:
        word = role.label.replace(" ", "_")
        names.append(f"{word}_{sum(name.rsplit('_', 1)[0] == word for name in names)}")
    return names


def _told(roles: Sequence[Role]) -> str:
    words = [role.caption for role in roles]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _seen(objects: Sequence[SceneObject]) -> str:
    """Who is in sight at the beginning, from left to right."""
    there = [(key.box[0] + key.box[2], one.label) for one in objects if (key := one.keyframes[0]).box is not None]
    return "from left to right: " + ", ".join(str(label) for _, label in sorted(there)) if there else "nobody in sight"
