"""What is known of one world of a benchmark: its video, its truth, and what the truth itself scores; made once.

The tasks that share a world find it again in a folder, if one is named (option ``worlds``); without one it is made in a
folder that goes away. Either way it is read back from its files, so the rows are the same.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, mkdtemp
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from seehear.bench.card import code_hash
from seehear.bench.heard import directions, in_time, layout_scores, onsets_of
from seehear.bench.row import RowMaker
from seehear.bench.task import Options
from seehear.bench.tasks import DRY, TRUTH
from seehear.media.layout import layout_of
from seehear.media.stems import Samples
from seehear.scene import Scene, read_scene, scene_to_json
from seehear.scene.direction import Array
from seehear.score.judged import Judged, truth_of

if TYPE_CHECKING:
    from seehear.simulate import World
    from seehear.simulate.stage import Frame

SAMPLE_RATE = 48000
FLOW_WIDTH = 192
"""Pixels; finer pictures move the peaks little and cost much."""

SCENE, SILENT, SOUNDING, FACTS, TRUE = "scene.json", "silent.mp4", "sounding.mp4", "facts.npz", "truth.json"


class Ground(NamedTuple):
    """A world as a benchmark needs it.

    Attributes:
        scene: the truth.
        silent: its video.
        sounding: the same with what one omnidirectional microphone hears, on both channels.
        fps: frames per second.
        judged: the windows that directions are judged in.
        onsets: (k,) s, of the true sound.
        peaks: (k,) s, the times at which most moves.
        truth: by baseline made of the truth: its part of the row.
    """

    scene: Scene
    silent: Path
    sounding: Path
    fps: float
    judged: Judged
    onsets: Array
    peaks: Array
    truth: dict[str, Any]


def world_of(options: Options, index: int) -> "World":
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


@contextmanager
def ground_of(options: Options, index: int) -> Iterator[Ground]:
    """Give world ``index``, made now or found; without a folder of worlds its files go away afterwards."""
    with TemporaryDirectory(prefix="seehear-bench-") as own:
        shared = options.get("worlds", "")
        place = (Path(shared) / _kind(options) if shared else Path(own)) / f"{index:06d}"
        if not place.is_dir():
            _written(place, world_of(options, index))
        yield _read(place)


def _kind(options: Options) -> str:
    """Name the worlds of these options and of this code."""
    named = [str(options[name]) for name in ("preset", "seed", "width", "height", "fps", "duration")]
    return f"{named[0]}-{hashlib.sha256('/'.join([*named, code_hash()]).encode()).hexdigest()[:16]}"


def _written(place: Path, world: "World") -> None:
    """Write a world's folder, aside first; where another process was quicker, its folder stays."""
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(mkdtemp(prefix=f".{place.name}.", dir=place.parent))
    try:
        _fill(beside, world)
        if not place.is_dir():
            beside.rename(place)
    except OSError:
        if not place.is_dir():
            raise
    finally:
        rmtree(beside, ignore_errors=True)


def _fill(folder: Path, world: "World") -> None:
    from seehear.media.mux import mux
    from seehear.simulate import write_video

    frames = list(world.frames())
    (folder / SCENE).write_text(scene_to_json(world.scene), encoding="utf-8")
    write_video(folder / SILENT, frames, world.fps, repeatable=True)
    sound = iter([_soundtrack(world)])
    mux(folder / SILENT, folder / SOUNDING, sound, layout_of("stereo"), sample_rate=SAMPLE_RATE)
    judged, true, bare = truth_of(world.scene, world.stems, layout=layout_of("binaural"), sample_rate=SAMPLE_RATE)
    facts = {"onsets": onsets_of(true, SAMPLE_RATE), "peaks": _peaks(world, frames), "fps": np.array(float(world.fps))}
    np.savez(
        folder / FACTS, allow_pickle=False, thing=judged.thing, start=judged.start, asked=judged.asked,
        weight=judged.weight, **facts,
    )  # fmt: skip
    known = _read(folder)
    parts = {name: part_of(name, samples, world.scene, known) for name, samples in ((TRUTH, true), (DRY, bare))}
    (folder / TRUE).write_text(json.dumps(parts), encoding="utf-8")


def part_of(name: str, samples: Samples, scene: Scene | None, ground: Ground) -> Mapping[str, Any]:
    """Give one system's part of a row: its sound judged by the world, and its scene's boxes, if it has any."""
    row = RowMaker(name)
    found = directions(samples, ground.scene, ground.judged)
    row.score(name, found.scores)
    row.score(name, in_time(samples, SAMPLE_RATE, ground.onsets, ground.peaks, ground.fps, ground.scene.duration))
    row.score(name, layout_scores(scene, ground.scene))
    row.points(name, found.points)
    return row.part(name)


def _read(folder: Path) -> Ground:
    scene = read_scene(folder / SCENE)
    truth = json.loads((folder / TRUE).read_text(encoding="utf-8")) if (folder / TRUE).is_file() else {}
    with np.load(folder / FACTS) as held:
        facts = {name: held[name] for name in held.files}
    judged = Judged.of(scene, layout=layout_of("binaural"), sample_rate=SAMPLE_RATE)._replace(
        **{name: facts[name] for name in ("thing", "start", "asked", "weight")}
    )
    return Ground(
        scene, folder / SILENT, folder / SOUNDING, float(facts["fps"]), judged, facts["onsets"], facts["peaks"], truth
    )


def _soundtrack(world: "World") -> Samples:
    """Give what one omnidirectional microphone hears, on both channels, (2, n), peak at most -1 dBFS."""
    from seehear.acoustics import Renderer

    renderer = Renderer(world.scene, layout_of("foa"), sample_rate=SAMPLE_RATE)
    mono = np.concatenate([block.mix[:1] for block in renderer.blocks(world.stems)], axis=1)
    peak = float(np.abs(mono).max(initial=0.0))
    return np.repeat(mono * np.float32(min(1.0, 0.89 / max(peak, 1e-9))), 2, axis=0)


def _peaks(world: "World", frames: list["Frame"]) -> Array:
    """Give the times at which most moves, (k,) s; the optical flow of pictures `FLOW_WIDTH` wide."""
    import cv2

    from seehear.score import flow_magnitudes, flow_peaks

    width, height = world.scene.camera.size_wh or (FLOW_WIDTH, FLOW_WIDTH)
    size_wh = (FLOW_WIDTH, max(16, round(FLOW_WIDTH * height / width)))
    small = [cv2.resize(frame, size_wh, interpolation=cv2.INTER_AREA) for frame in frames]
    return flow_peaks(flow_magnitudes(np.stack(small)), fps=float(world.fps))
