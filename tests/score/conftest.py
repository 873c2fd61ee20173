"""Rendered scenes that several tests share; each is rendered once."""

from functools import cache
from typing import NamedTuple

import numpy as np
import pytest

from seehear.acoustics.render import Renderer
from seehear.media.layout import Layout, layout_of
from seehear.media.stems import ArrayStems
from seehear.scene import Camera, CameraSpec, Path, Scene, SceneObject

RATE = 48000
DURATION = 1.5
CAMERA = CameraSpec(horizontal_fov=90.0, size_wh=(160, 90))


class Clip(NamedTuple):
    """A scene as it sounds in one layout."""

    samples: np.ndarray
    scene: Scene
    layout: Layout
    stems: ArrayStems


def thing(name, azimuths, *, distance=3.0, elevation=0.0, sounding=((0.0, DURATION),), boxed=True):
    """An object at azimuths evenly spread over the clip, with the box that the camera sees."""
    times = np.linspace(0.0, DURATION, len(azimuths))
    keys = [
        {"time": t, "azimuth": a, "elevation": elevation, "distance": distance}
        for t, a in zip(times, azimuths, strict=True)
    ]
    one = SceneObject(id=name, label=name, keyframes=keys, sounding=sounding)
    return with_boxes(one) if boxed else one


def with_boxes(one):
    keys = []
    for stamp in np.linspace(0.0, DURATION, 16):
        place = Path(one).at(stamp)
        x, y = Camera(CAMERA).point_of(place.direction, stamp)[0]
        box = (x - 0.05, y - 0.1, x + 0.05, y + 0.1) if 0.05 <= x <= 0.95 else None
        keys.append({
            "time": stamp, "azimuth": float(place.azimuth[0]), "elevation": float(place.elevation[0]),
            "distance": float(place.distance[0]), "box": box,
        })  # fmt: skip
    return SceneObject(id=one.id, label=one.label, keyframes=keys, sounding=one.sounding)


def noise(seed, duration=DURATION):
    return (0.1 * np.random.default_rng(seed).standard_normal(round(duration * RATE))).astype(np.float32)


@cache
def rendered(name, layout):
    """One of the scenes in one layout."""
    scene = Scene(duration=DURATION, camera=CAMERA, objects=SCENES[name])
    stems = ArrayStems({one.id: noise(i) for i, one in enumerate(scene.objects)}, RATE, round(DURATION * RATE))
    blocks = list(Renderer(scene, layout_of(layout), sample_rate=RATE).blocks(stems))
    samples = np.concatenate([block.mix for block in blocks], axis=1)
    samples.flags.writeable = False
    return Clip(samples, scene, layout_of(layout), stems)


SCENES = {
    "left": [thing("dog", [25.0])],
    "moving": [thing("car", [35.0, -35.0])],
    "two": [
        thing("dog", [28.0], sounding=[[0.0, 0.9]]),
        thing("bell", [-20.0], sounding=[[0.6, DURATION]]),
    ],
    "high": [thing("bird", [60.0], elevation=40.0, boxed=False)],
    "behind": [thing("dog", [140.0])],
}


@pytest.fixture(scope="session")
def clip():
    return rendered
