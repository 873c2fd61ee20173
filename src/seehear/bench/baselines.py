"""The baselines of every table: where a sound would lie that knows less than the truth, or all of it."""

from collections.abc import Callable

import numpy as np

from seehear.media.layout import layout_of
from seehear.media.stems import Samples, Stems
from seehear.scene import Camera, CameraPose, Keyframe, Scene, SceneObject, angles_to_vector

Box = tuple[float, float, float, float]


def mono_copy(samples: Samples) -> Samples:
    """Give (2, n) samples with their mean on both channels."""
    return np.repeat(samples.mean(axis=0, keepdims=True), 2, axis=0)


def rendered(scene: Scene, stems: Stems) -> Samples:
    """Render a scene's stems for two ears, (2, n) at the stems' rate."""
    from seehear.acoustics import Renderer

    renderer = Renderer(scene, layout_of("binaural"), sample_rate=stems.sample_rate)
    return np.concatenate([block.mix for block in renderer.blocks(stems)], axis=1)


def centred(scene: Scene) -> Scene:
    """Put every object in front of the camera, in the middle of the picture, for all time."""
    return _placed(scene, lambda thing: 0.0)


def scattered(scene: Scene, *, rng: np.random.Generator) -> Scene:
    """Put every object at a direction drawn evenly from the picture's width; it stays there."""
    half = min(scene.camera.horizontal_fov, 180.0) / 2
    return _placed(scene, lambda thing: float(rng.uniform(-half, half)))


def _placed(scene: Scene, azimuth_of: Callable[[SceneObject], float]) -> Scene:
    """Give each object one azimuth before a camera that does not turn; distances and sizes stay."""
    camera = scene.camera.model_copy(update={"pose": (CameraPose(time=0.0),)})
    still = Camera(camera)
    objects = []
    for thing in scene.objects:
        azimuth = azimuth_of(thing)
        x = float(still.point_of(angles_to_vector([azimuth], 0.0), [0.0])[0, 0])
        keys = tuple(_moved(key, azimuth, x) for key in thing.keyframes)
        objects.append(thing.model_copy(update={"keyframes": keys}))
    return scene.model_copy(update={"camera": camera, "objects": tuple(objects)})


def _moved(key: Keyframe, azimuth: float, x: float) -> Keyframe:
    known = key.azimuth is not None
    box = None if key.box is None else _shifted(key.box, x)
    return key.model_copy(
        update={"azimuth": azimuth if known else None, "elevation": 0.0 if known else None, "box": box}
    )


def _shifted(box: Box, x: float) -> Box:
    """Centre a box at x and mid height, as wide and high as it was, cut at the frame."""
    half, tall = (box[2] - box[0]) / 2, (box[3] - box[1]) / 2
    return max(0.0, min(1.0, x - half)), 0.5 - tall, max(0.0, min(1.0, x + half)), 0.5 + tall
