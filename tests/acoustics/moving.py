"""Scenes of moving sources that several tests share."""

import numpy as np

from seehear.acoustics.render import Renderer
from seehear.media.layout import layout_of
from seehear.media.stems import ArrayStems
from seehear.scene import Scene, SceneObject, vector_to_angles

RATE = 48000


def key(time, metres):
    azimuth, elevation = vector_to_angles(metres)
    return {
        "time": time, "azimuth": float(azimuth), "elevation": float(elevation),
        "distance": float(np.linalg.norm(metres)),
    }  # fmt: skip


def thing(keyframes, *, duration=4.0, name="car", **fields):
    return SceneObject(id=name, keyframes=keyframes, **{"sounding": [[0.0, duration]], **fields})


def pass_by(duration=4.0, **fields):
    """20 m/s from left to right, 5 m in front."""
    half = 10.0 * duration
    return thing([key(0.0, [5.0, half, 0.0]), key(duration, [5.0, -half, 0.0])], duration=duration, **fields)


def rendered(objects, stems, layout, *, duration, ambience=None, camera=None, room=None, size=8192, **options):
    """Render and join: (mix, {id: samples})."""
    given = {"ambience": ambience, "room": room} | ({"camera": camera} if camera else {})
    scene = Scene(duration=duration, objects=objects, **given)
    renderer = Renderer(scene, layout_of(layout), sample_rate=RATE, **options)
    blocks = list(renderer.blocks(ArrayStems(stems, RATE, round(duration * RATE)), size=size))
    alone = {one.id: np.concatenate([block.objects[one.id] for block in blocks], axis=1) for one in scene.objects}
    return np.concatenate([block.mix for block in blocks], axis=1), alone


def noise(duration, seed=0):
    return (0.1 * np.random.default_rng(seed).standard_normal(round(duration * RATE))).astype(np.float32)


def sine(frequency, duration):
    return np.sin(2 * np.pi * frequency * np.arange(round(duration * RATE)) / RATE).astype(np.float32)


def level_db(samples):
    return 10 * np.log10(np.mean(np.square(samples, dtype=np.float64)))
