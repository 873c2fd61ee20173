"""The world as two channels of real recordings have it: dual mono, a spaced pair, a rig with a constant offset.

What is measured on published clips: many are the same on both channels; some have delays of 500 to 700 microseconds,
wider than a head, as of spaced microphones; and in some, level and delay disagree by a constant of the rig: 2 to
3.5 dB to the one side, 100 to 250 microseconds to the other, wherever the player sits.
"""

import zlib
from typing import NamedTuple

import numpy as np

from seehear.acoustics.render import Renderer
from seehear.media.layout import layout_of
from seehear.media.stems import Samples, Stems
from seehear.scene import Camera, Keyframe, Path, Scene, SceneObject, scene_to_json, vector_to_angles

RECORDINGS = ("dual-mono", "spaced-pair", "rig-offset")
SPACING = 0.22
"""Metres between the microphones of the pair: 640 microseconds."""

_STEP = 0.05  # seconds between looks at where a turning rig's microphone is


class Rig(NamedTuple):
    """A constant fault of a pair of channels.

    Attributes:
        gain_db: added to the right channel.
        delay: seconds added to the right channel; positive with a positive gain, so that the two disagree.
    """

    gain_db: float
    delay: float


def rig_of(scene: Scene) -> Rig:
    """Give a scene's rig offset, always the same for the same scene."""
    rng = np.random.default_rng(zlib.crc32(scene_to_json(scene).encode()))
    side = 1.0 if rng.random() < 0.5 else -1.0
    return Rig(round(side * float(rng.uniform(2.0, 3.5)), 2), round(side * float(rng.uniform(1e-4, 2.5e-4)), 7))


def recorded(kind: str, scene: Scene, stems: Stems) -> Samples:
    """Give the two channels, (2, n), of one kind of recording.

    Args:
        kind: one of `RECORDINGS`.
        scene: what is where.
        stems: its sounds.
    """
    if kind == "dual-mono":
        return np.repeat(_omni(scene, stems), 2, axis=0)
    pair = np.concatenate([_omni(_from(scene, side * SPACING / 2), stems) for side in (1.0, -1.0)])
    return pair if kind == "spaced-pair" else _offset(pair, rig_of(scene), stems.sample_rate)


def _omni(scene: Scene, stems: Stems) -> Samples:
    """What one omnidirectional microphone in the listener's place records, (1, n)."""
    renderer = Renderer(scene, layout_of("foa"), sample_rate=stems.sample_rate)
    return np.concatenate([block.mix[:1] for block in renderer.blocks(stems)], axis=1)


def _from(scene: Scene, left: float) -> Scene:
    """The scene as from a place ``left`` metres to the left of the listener, turning with it."""
    camera = Camera(scene.camera)
    turns = len({(pose.yaw, pose.pitch, pose.roll) for pose in scene.camera.pose}) > 1
    objects = tuple(_moved(thing, camera, left, turns=turns) for thing in scene.objects)
    room = scene.room
    if room is not None:
        x, y, z = room.listener
        room = room.model_copy(update={"listener": (x, y + left, z)})
    return scene.model_copy(update={"objects": objects, "room": room})


def _moved(thing: SceneObject, camera: Camera, left: float, *, turns: bool) -> SceneObject:
    times = np.array([key.time for key in thing.keyframes])
    if turns:
        end = max(float(pose.time) for pose in camera.spec.pose)
        times = np.union1d(times, np.round(np.arange(0.0, end + _STEP, _STEP), 6))
    places = Path(thing).at(times).position - left * camera.rotation_at(times)[:, :, 1]
    azimuth, elevation = vector_to_angles(places)
    distance = np.linalg.norm(places, axis=-1)
    keys = tuple(
        Keyframe(time=float(t), azimuth=float(a), elevation=float(e), distance=float(d))
        for t, a, e, d in zip(times, azimuth, elevation, distance, strict=True)
    )
    return thing.model_copy(update={"keyframes": keys})


def _offset(pair: Samples, rig: Rig, sample_rate: int) -> Samples:
    """Delay and amplify the right channel against the left, exactly, by its spectrum."""
    count = pair.shape[1]
    size = count + sample_rate // 100
    spectrum = np.fft.rfft(pair[1], size)
    frequency = np.fft.rfftfreq(size, 1 / sample_rate)
    turned = np.fft.irfft(spectrum * np.exp(-2j * np.pi * frequency * rig.delay), size)[:count]
    return np.stack([pair[0], (10 ** (rig.gain_db / 20) * turned).astype(np.float32)])
