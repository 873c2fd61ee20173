"""The preset `demo`: a car passes from left to right, a bird sings on a branch to the left.

What moves is what sounds: the engine swells as the car comes near and fades as it goes, and the bird hops and opens its
beak with every chirp.
"""

from functools import partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from seehear.errors import InputError
from seehear.figures import car_and_bird
from seehear.media.stems import AMBIENCE, ArrayStems
from seehear.scene import Ambience, Camera, CameraSpec, FrameCaption, Path, Scene, SceneObject, angles_to_vector
from seehear.scene.direction import Array
from seehear.simulate.backdrop import CAMERA_HEIGHT, Backdrop
from seehear.simulate.song import Song, song
from seehear.simulate.stage import Actor, Stage
from seehear.simulate.track import Waypoint, keyframes_along
from seehear.simulate.world import Setting, World
from seehear.voices import Drive, make

PAINTS = ((196, 44, 40), (38, 88, 170), (232, 176, 32), (28, 122, 110))
REACH = 30.0
"""Metres to the left where the car starts, well out of sight, and to the right where it ends."""

_HOP, _RISE, _LAND = 0.05, 0.06, 0.15  # metres up; seconds after a chirp's onset
_ALONG = 0.17  # metres to either side of the perch


class _Ride(NamedTuple):
    """The car's way: (n,) seconds, metres to the left of its middle, m/s."""

    time: Array
    left: Array
    speed: Array

    def travelled(self, time: float) -> float:
        """Give the metres driven since the start."""
        return REACH - float(np.interp(time, self.time, self.left))


def demo(rng: np.random.Generator, setting: Setting) -> World:
    """Make the world; times and places in metres follow from ``rng`` and the duration alone."""
    if setting.projection != "perspective":
        raise InputError("the preset 'demo' is painted for a perspective camera: choose another preset for all around")
    camera = Camera(CameraSpec(size_wh=setting.size_wh))
    ahead, paint = float(rng.uniform(9.2, 10.2)), PAINTS[int(rng.integers(len(PAINTS)))]
    ride, sung = _ride(setting.duration), song(setting.duration, rng=rng)
    perch = float(rng.uniform(2.7, 3.0)) * angles_to_vector(rng.uniform(21.5, 23.0), rng.uniform(11.0, 12.5))
    hops = _hops(sung, perch, setting.duration, rng=rng)
    auto = car_and_bird.car(paint, ride.travelled)
    robin = car_and_bird.bird(sung.opening, facing=partial(_facing, hops))
    height = auto.height / 2 - CAMERA_HEIGHT
    way: list[Waypoint] = [
        (time, np.array([ahead, left, height])) for time, left in zip(ride.time, ride.left, strict=True)
    ]
    along = partial(keyframes_along, camera=camera, duration=setting.duration)
    objects = (
        SceneObject(id="car_0", label="car", caption="a small car drives past", motion="crossing", gain_db=12.0,
                    sounding=((0.0, setting.duration),), confidence=1.0,
                    keyframes=along(way, (auto.width, auto.height))),
        SceneObject(id="bird_0", label="bird", caption="a bird hops and sings on a branch", motion="still",
                    sounding=sung.phrases, confidence=1.0, keyframes=along(hops, (robin.width, robin.height))),
    )  # fmt: skip
    scene = Scene(
        duration=setting.duration,
        caption="a car passes from left to right while a bird sings to the left",
        camera=camera.spec,
        ambience=Ambience(label="wind", caption="a light wind", gain_db=-26.0),
        objects=objects,
        frame_captions=(FrameCaption(time=0.0, caption="a bird on a branch beside an empty road"),),
    )
    backdrop = Backdrop(camera, road=(ahead - 1.4, ahead + 4.2), rng=rng)
    feet = (float(perch[0]), float(perch[1]), float(perch[2]) - robin.height / 2)
    actors = [Actor(auto, Path(objects[0])), Actor(robin, Path(objects[1]))]
    stage = Stage(camera, backdrop.paint(perch=feet), actors)
    return World(scene, _stems(sung, ride, setting, rng=rng), stage, setting.fps)


def _ride(duration: float) -> _Ride:
    """Drive from one end of the road to the other at constant speed, in the time there is."""
    steps = np.linspace(0.0, duration, int(np.ceil(duration / 0.1)) + 1)
    return _Ride(steps, np.linspace(REACH, -REACH, len(steps)), np.full(len(steps), 2 * REACH / duration))


def _hops(sung: Song, perch: Array, duration: float, *, rng: np.random.Generator) -> list[tuple[float, Array]]:
    """A hop along the branch with every chirp: off with the onset, at its top after 60 ms, landed after 150 ms.

    Within a phrase all hops go the same way, in the next one back.
    """
    way: list[tuple[float, Array]] = [(0.0, perch)]
    goal = _ALONG
    for start, end in sung.phrases:
        beats = sung.onsets[(sung.onsets >= start) & (sung.onsets < end)]
        here = way[-1][1][1] - perch[1]
        for beat, side in zip(beats, np.linspace(here, goal, len(beats) + 1)[1:], strict=True):
            before, after = way[-1][1], perch + np.array([0.0, side, 0.0])
            top = (before + after) / 2 + np.array([0.0, 0.0, _HOP])
            way += [(float(beat), before), (float(beat) + _RISE, top), (float(beat) + _LAND, after)]
        goal = -np.sign(goal) * _ALONG * float(rng.uniform(0.7, 1.0))
    kept = [place for place in way[1:] if 0.0 < place[0] < duration]
    return [way[0], *kept, (duration, kept[-1][1] if kept else perch)]


def _facing(way: list[tuple[float, Array]], time: float) -> int:
    """Look where the last hop went, to the left or the right of the picture; to the right before the first."""
    moves = [(start, after[1] - before[1]) for (start, before), (_, after) in pairwise(way)]
    gone = [side for start, side in moves if start <= time and side != 0.0]
    return -1 if gone and gone[-1] > 0 else 1


def _stems(sung: Song, ride: _Ride, setting: Setting, *, rng: np.random.Generator) -> ArrayStems:
    rate, length = setting.sample_rate, round(setting.duration * setting.sample_rate)
    pull = np.ones_like(ride.time)
    drive = Drive(setting.duration, ride.time, ride.speed, pull, np.zeros(0))
    samples = {
        "car_0": make("car", drive, sample_rate=rate, rng=rng),
        "bird_0": sung.samples(length, rate, rng=rng),
        AMBIENCE: make("wind", Drive.still(setting.duration), sample_rate=rate, rng=rng),
    }
    return ArrayStems(samples, rate, length)
