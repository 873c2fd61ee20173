"""The round trip: a made-up world's sound is listened to, drawn and watched, and the scene that comes back is judged.

Each half is judged alone, too: what `listen` wrote, and what `watch` finds in the true scene drawn by `storyboard`.
The truth drawn and watched is the ceiling that the picture half sets.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from seehear.bench.baselines import centred, scattered
from seehear.bench.heard import LAYOUT_FPS
from seehear.bench.row import RowMaker
from seehear.bench.task import Options, Picture
from seehear.bench.tasks import CENTRE, LISTEN_HALF, PICTURE_HALF, RANDOM, ROUND_TRIP
from seehear.bench.worlds import HEAR
from seehear.errors import InputError
from seehear.media.stems import Samples
from seehear.scene import Scene
from seehear.scene.direction import Array
from seehear.score.score import Score

if TYPE_CHECKING:
    from seehear.simulate import World

SAMPLE_RATE = 48000
SIZE = (320, 180)
FPS = 25


class RoundTripWork:
    """The work of the task ``round-trip``."""

    def count(self, options: Options) -> int:
        """Say how many worlds there are."""
        return HEAR.count({**options, "width": 0, "height": 0})

    def inputs(self, options: Options) -> dict[str, str]:
        """Worlds come from the code and the seed alone."""
        return {}

    def measure(self, options: Options, index: int) -> dict[str, Any]:
        """Give the row of world ``index``."""
        world, sound = _world(options, index)
        row = RowMaker(f"{options['preset']}-{options['seed']}-{index:06d}")
        row.labels(one.label or "?" for one in world.scene.objects)
        heard = _listened(sound, world.scene)
        rng = np.random.default_rng([options["seed"], index, 1])
        answers = {
            ROUND_TRIP: _watched(heard),
            LISTEN_HALF: heard,
            PICTURE_HALF: _watched(world.scene),
            RANDOM: scattered(heard, rng=rng),
            CENTRE: centred(heard),
        }
        for name, scene in answers.items():
            row.score(name, compared(scene, world.scene))
        return row.row()

    def picture(self, options: Options, index: int) -> Picture:
        """Make the world's sound and a picture of what was drawn again."""
        from seehear.draw.storyboard import Storyboard

        world, sound = _world(options, index)
        board = Storyboard().board(_listened(sound, world.scene), SIZE)
        what = ", ".join(one.label or "?" for one in world.scene.objects)
        return Picture(board.picture(world.scene.duration / 2), {"truth": sound}, SAMPLE_RATE, what)


WORK = RoundTripWork()


def compared(scene: Scene, truth: Scene) -> list[Score]:
    """Compare two scenes' boxes over time; labels are ignored, since a sound tells kinds and not things."""
    from seehear.score import layout_over_time, ltsim, max_iou, tracks_of

    times = np.arange(0.5 / LAYOUT_FPS, truth.duration, 1.0 / LAYOUT_FPS)
    ours, true = (tracks_of(_unnamed(_seen(one)), times) for one in (scene, truth))
    pictures = [[tracks.frame(i) for i in range(len(times))] for tracks in (ours, true)]
    over_time = layout_over_time(ours, true, labels="ignored")
    return [
        over_time.centre_x,
        over_time.mean_iou,
        over_time.motion,
        ltsim(*pictures, empty="zero"),
        max_iou(*pictures),
        _count_error(ours.xyxy, true.xyxy),
    ]


def _count_error(ours: Array, true: Array) -> Score:
    from seehear.bench.tasks import COUNT

    return COUNT.at(float(abs(len(ours) - len(true))))


def _world(options: Options, index: int) -> "tuple[World, Samples]":
    from seehear.simulate import to_world
    from seehear.simulate.dataset import rng_of

    preset, seed = options["preset"], options["seed"]
    if preset == "closed":
        raise InputError("round-trip needs worlds with spoken labels: any preset but closed")
    rng = rng_of(seed, preset, index)
    world = to_world(rng, preset=preset, size_wh=SIZE, duration=options["duration"] or None, sample_rate=SAMPLE_RATE)
    return world, world.mixes(("binaural",))["binaural"]


def _listened(sound: Samples, truth: Scene) -> Scene:
    from seehear.listen import to_scene

    return to_scene((sound, SAMPLE_RATE), format="binaural", horizontal_fov=truth.camera.horizontal_fov, size_wh=SIZE)


def _watched(scene: Scene) -> Scene:
    """Draw a scene without words or marks, and say what `watch` finds in the video."""
    from seehear.draw import to_video
    from seehear.watch import to_scene

    with TemporaryDirectory(prefix="seehear-bench-") as folder:
        video = Path(folder) / "drawn.mp4"
        to_video(scene, video, fps=FPS, size_wh=SIZE, labels=False, captions=False)
        return to_scene(video, horizontal_fov=scene.camera.horizontal_fov)


def _seen(scene: Scene) -> Scene:
    things = tuple(one for one in scene.objects if any(key.box is not None for key in one.keyframes))
    return scene.model_copy(update={"objects": things})


def _unnamed(scene: Scene) -> Scene:
    things = tuple(one.model_copy(update={"label": "thing"}) for one in scene.objects)
    return scene.model_copy(update={"objects": things})
