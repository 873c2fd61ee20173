"""The preset `demo`: on a country road a car passes from left to right while a bird sings on a branch to the left."""

from functools import partial

import numpy as np

from seehear.media.stems import AMBIENCE, ArrayStems
from seehear.scene import Ambience, Camera, CameraSpec, FrameCaption, Path, Scene, SceneObject, angles_to_vector
from seehear.scene.direction import Array
from seehear.simulate import figures
from seehear.simulate.backdrop import CAMERA_HEIGHT, Backdrop
from seehear.simulate.song import Song, song
from seehear.simulate.stage import Actor, Stage
from seehear.simulate.track import Waypoint, keyframes_along
from seehear.simulate.world import Setting, World
from seehear.voices import Drive, make

PAINTS = ((196, 44, 40), (38, 88, 170), (232, 176, 32), (28, 122, 110))
REACH = 12.0
"""Metres to the left where the car starts, and to the right where it ends."""

_HOP, _RISE, _LAND = 0.055, 0.06, 0.15  # metres up; seconds after a chirp's onset


def demo(rng: np.random.Generator, setting: Setting) -> World:
    """Make the world; times and places in metres follow from ``rng`` and the duration alone."""
    camera = Camera(CameraSpec(size_wh=setting.size_wh))
    ahead, paint = float(rng.uniform(9.2, 10.2)), PAINTS[int(rng.integers(len(PAINTS)))]
    sung = song(setting.duration, rng=rng)
    perch = float(rng.uniform(4.2, 4.8)) * angles_to_vector(rng.uniform(20.0, 24.0), rng.uniform(9.0, 11.0))
    speed = 2 * REACH / setting.duration
    auto, robin = figures.car(paint, partial(_driven, speed)), figures.bird(sung.opening)
    height = auto.height / 2 - CAMERA_HEIGHT
    way: list[Waypoint] = [(0.0, (ahead, REACH, height)), (setting.duration, (ahead, -REACH, height))]
    along = partial(keyframes_along, camera=camera, duration=setting.duration)
    objects = (
        SceneObject(id="car_0", label="car", caption="a small car drives past", motion="crossing", gain_db=12.0,
                    sounding=((0.0, setting.duration),), confidence=1.0,
                    keyframes=along(way, (auto.width, auto.height))),
        SceneObject(id="bird_0", label="bird", caption="a bird sings on a branch", motion="still",
                    sounding=sung.phrases, confidence=1.0,
                    keyframes=along(_hops(sung, perch, setting.duration), (robin.width, robin.height))),
    )  # fmt: skip
    scene = Scene(
        duration=setting.duration,
        caption="a car passes from left to right while a bird sings to the left",
        camera=camera.spec,
        ambience=Ambience(label="wind", caption="a light wind", gain_db=-14.0),
        objects=objects,
        frame_captions=(FrameCaption(time=0.0, caption="a bird on a branch beside an empty road"),),
    )
    backdrop = Backdrop(camera, road=(ahead - 1.4, ahead + 4.2), rng=rng)
    feet = (float(perch[0]), float(perch[1]), float(perch[2]) - robin.height / 2)
    actors = [Actor(auto, Path(objects[0])), Actor(robin, Path(objects[1]))]
    stage = Stage(camera, backdrop.paint(perch=feet), actors)
    return World(scene, _stems(sung, speed, setting, rng=rng), stage, setting.fps)


def _driven(speed: float, time: float) -> float:
    return speed * time


def _hops(sung: Song, perch: Array, duration: float) -> list[Waypoint]:
    """A small hop with every chirp: off with the onset, at its top after 60 ms, landed after 150 ms."""
    high = perch + np.array([0.0, 0.0, _HOP])
    way: list[Waypoint] = [(0.0, perch)]
    for onset in sung.onsets.tolist():
        way += [(onset, perch), (onset + _RISE, high), (onset + _LAND, perch)]
    return [*(place for place in way if place[0] < duration), (duration, perch)]


def _stems(sung: Song, speed: float, setting: Setting, *, rng: np.random.Generator) -> ArrayStems:
    rate, drive = setting.sample_rate, Drive.still(setting.duration, speed=speed)
    length = round(setting.duration * rate)
    samples = {
        "car_0": make("car", drive, sample_rate=rate, rng=rng),
        "bird_0": sung.samples(length, rate, rng=rng),
        AMBIENCE: make("wind", Drive.still(setting.duration), sample_rate=rate, rng=rng),
    }
    return ArrayStems(samples, rate, length)
