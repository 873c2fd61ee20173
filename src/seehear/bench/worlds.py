"""The worlds' tasks: a made-up world, whose truth is exact, seen and heard by `hear`, beside the baselines."""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from seehear.bench.baselines import centred, mono_copy, rendered, scattered
from seehear.bench.heard import directions
from seehear.bench.row import RowMaker
from seehear.bench.task import Options, Picture
from seehear.bench.tasks import CENTRE, MONO, RANDOM, TRUTH
from seehear.errors import InputError
from seehear.media.layout import layout_of
from seehear.media.stems import ArrayStems, Samples
from seehear.scene import Scene
from seehear.scene.direction import Array
from seehear.score.score import Score

if TYPE_CHECKING:
    from seehear.pipelines import Heard
    from seehear.simulate import World

SAMPLE_RATE = 48000
FLOW_WIDTH = 192
"""Pixels; finer pictures move the peaks little and cost much."""

LAYOUT_FPS = 5.0
"""Times a second at which boxes are compared."""


class _Version(NamedTuple):
    """One system's answer: its sound, and its scene where it has one of its own."""

    samples: Samples
    scene: Scene | None


class _Answer(NamedTuple):
    """What `hear` gave, with its stems, so that the baselines can sound the same."""

    samples: Samples
    scene: Scene
    stems: ArrayStems


class WorldsWork:
    """The work of a worlds' task.

    Args:
        system: its name in the tables.
        own: whether the world's sound is given, in mono.
    """

    def __init__(self, system: str, *, own: bool) -> None:
        self._system, self._own = system, own

    def count(self, options: Options) -> int:
        """Say how many worlds there are."""
        from seehear.simulate import PRESETS

        if options["n"] < 1:
            raise InputError(f"--n must be at least 1, got {options['n']}")
        if options["preset"] not in PRESETS:
            raise InputError(f"preset must be one of {', '.join(sorted(PRESETS))}, got {options['preset']!r}")
        if bool(options["width"]) != bool(options["height"]):
            raise InputError(f"expected width and height, or neither, got {options['width']} and {options['height']}")
        return int(options["n"])

    def inputs(self, options: Options) -> dict[str, str]:
        """Worlds come from the code and the seed alone."""
        return {}

    def measure(self, options: Options, index: int) -> dict[str, Any]:
        """Give the row of world ``index``."""
        world = _world(options, index)
        row = RowMaker(f"{options['preset']}-{options['seed']}-{index:06d}")
        row.labels(one.label or "?" for one in world.scene.objects)
        onsets, peaks = _onsets(rendered(world.scene, world.stems)), _peaks(world)
        for name, version in self._versions(world, options, index):
            found = directions(
                version.samples, world.scene, sample_rate=SAMPLE_RATE, stems=world.stems if self._own else None
            )
            row.score(name, [*found.scores, *_in_time(version.samples, onsets, peaks, world)])
            row.score(name, _layout(version.scene, world.scene))
            row.points(name, found.points)
        return row.row()

    def picture(self, options: Options, index: int) -> Picture:
        """Make the world and its sounds again."""
        world = _world(options, index)
        versions = dict(self._versions(world, options, index))
        sounds = {name: versions[name].samples for name in (self._system, TRUTH)}
        frame = world.stage.frame(world.scene.duration / 2)
        what = ", ".join(one.label or "?" for one in world.scene.objects)
        return Picture(frame, sounds, SAMPLE_RATE, what)

    def _versions(self, world: "World", options: Options, index: int) -> Iterator[tuple[str, _Version]]:
        """Give every system's answer; the baselines sound as the tested system does, only elsewhere."""
        heard = self._hear(world, options)
        yield self._system, _Version(heard.samples, heard.scene)
        yield MONO, _Version(mono_copy(heard.samples), None)
        rng = np.random.default_rng([options["seed"], index, 1])
        for name, scene in ((RANDOM, scattered(heard.scene, rng=rng)), (CENTRE, centred(heard.scene))):
            yield name, _Version(rendered(scene, heard.stems), scene)
        yield TRUTH, _Version(rendered(world.scene, world.stems), world.scene)

    def _hear(self, world: "World", options: Options) -> _Answer:
        from seehear.pipelines import hear

        labels = _by_size(world.scene) if options["labels"] else ()
        with _video(world, sound=self._own) as video:
            done = hear(
                video, layout="binaural", labels=labels, sound="own" if self._own else "voices", loudness=None,
                horizontal_fov=world.scene.camera.horizontal_fov, projection=world.scene.camera.projection,
                stems=video.parent / "stems",
            )  # fmt: skip
            return _answer(done, video.parent / "stems")


HEAR = WorldsWork("hear", own=False)
OWN = WorldsWork("hear own", own=True)


def _world(options: Options, index: int) -> "World":
    """Make world ``index``: the one that `seehear simulate` makes of the same seed and preset."""
    from seehear.simulate import to_world
    from seehear.simulate.dataset import rng_of

    preset, seed = options["preset"], options["seed"]
    size_wh = (options["width"], options["height"])
    return to_world(
        rng_of(seed, preset, index),
        preset=preset,
        size_wh=size_wh if all(size_wh) else None,
        fps=Fraction(options["fps"]) if options["fps"] else None,
        duration=options["duration"] or None,
        sample_rate=SAMPLE_RATE,
    )


def _answer(done: "Heard", folder: Path) -> _Answer:
    """Take what `hear` returned, and its stems into memory before their folder goes away."""
    from seehear.media import AMBIENCE, FolderStems

    samples = np.zeros((2, 0), dtype=np.float32) if done.samples is None else done.samples
    names = [one.id for one in done.scene.objects] + ([AMBIENCE] if done.scene.ambience is not None else [])
    length = samples.shape[1]
    blocks = list(FolderStems(folder, names, sample_rate=SAMPLE_RATE, length=length).blocks(max(length, 1)))
    whole = {name: block[name] for block in blocks for name in block}
    return _Answer(samples, done.scene, ArrayStems(whole, SAMPLE_RATE, length))


@contextmanager
def _video(world: "World", *, sound: bool) -> Iterator[Path]:
    """Give the world's video in a folder that goes away; silent, or with one microphone's sound on both channels."""
    from seehear.media.mux import mux
    from seehear.simulate import write_video

    with TemporaryDirectory(prefix="seehear-bench-") as folder:
        silent, sounding = Path(folder) / "silent.mp4", Path(folder) / "world.mp4"
        write_video(silent, world.frames(), world.fps)
        if sound:
            mux(silent, sounding, iter([_soundtrack(world)]), layout_of("stereo"), sample_rate=SAMPLE_RATE)
        yield sounding if sound else silent


def _soundtrack(world: "World") -> Samples:
    """Give what one omnidirectional microphone hears, on both channels, (2, n), peak at most -1 dBFS."""
    from seehear.acoustics import Renderer

    renderer = Renderer(world.scene, layout_of("foa"), sample_rate=SAMPLE_RATE)
    mono = np.concatenate([block.mix[:1] for block in renderer.blocks(world.stems)], axis=1)
    peak = float(np.abs(mono).max(initial=0.0))
    return np.repeat(mono * np.float32(min(1.0, 0.89 / max(peak, 1e-9))), 2, axis=0)


def _by_size(scene: Scene) -> tuple[str, ...]:
    """Give the labels of what is seen, the largest first: as a person would name them."""
    from seehear.score import tracks_of

    tracks = tracks_of(scene, _times(scene))
    area = np.nan_to_num((tracks.xyxy[..., 2:] - tracks.xyxy[..., :2]).prod(axis=-1)).mean(axis=-1)
    return tuple(tracks.labels[i] for i in np.argsort(-area, kind="stable") if area[i] > 0 and tracks.labels[i])


def _times(scene: Scene) -> Array:
    return np.arange(0.5 / LAYOUT_FPS, scene.duration, 1.0 / LAYOUT_FPS)


def _layout(scene: Scene | None, truth: Scene) -> list[Score]:
    from seehear.score import layout_over_time, ltsim, tracks_of
    from seehear.score.layout import LTSIM
    from seehear.score.layout_time import MEAN_IOU

    if scene is None:
        return [one.undefined("a sound alone has no boxes") for one in (MEAN_IOU, LTSIM)]
    times = _times(truth)
    ours, true = tracks_of(_seen(scene), times), tracks_of(_seen(truth), times)
    pictures = [[tracks.frame(i) for i in range(len(times))] for tracks in (ours, true)]
    return [layout_over_time(ours, true).mean_iou, ltsim(*pictures, empty="zero")]


def _seen(scene: Scene) -> Scene:
    """Leave out what never has a box: a layout says nothing of it."""
    things = tuple(one for one in scene.objects if any(key.box is not None for key in one.keyframes))
    return scene.model_copy(update={"objects": things})


def _onsets(samples: Samples) -> Array:
    from seehear.score import onset_times

    return onset_times(samples.mean(axis=0).astype(np.float64), SAMPLE_RATE)


def _peaks(world: "World") -> Array:
    """Give the times at which most moves, (k,) s; the optical flow of pictures `FLOW_WIDTH` wide."""
    import cv2

    from seehear.score import flow_magnitudes, flow_peaks

    width, height = world.scene.camera.size_wh or (FLOW_WIDTH, FLOW_WIDTH)
    size_wh = (FLOW_WIDTH, max(16, round(FLOW_WIDTH * height / width)))
    small = [cv2.resize(frame, size_wh, interpolation=cv2.INTER_AREA) for frame in world.frames()]
    return flow_peaks(flow_magnitudes(np.stack(small)), fps=float(world.fps))


def _in_time(samples: Samples, onsets: Array, peaks: Array, world: "World") -> list[Score]:
    from seehear.score import av_align_fixed, onset_f1

    mine = _onsets(samples)
    return [
        onset_f1(mine, onsets),
        av_align_fixed(mine, peaks, fps=float(world.fps), duration=world.scene.duration),
    ]
