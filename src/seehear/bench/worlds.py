"""The worlds' tasks: a made-up world, whose truth is exact, seen and heard by `hear`, beside the baselines."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from seehear.bench.baselines import centred, mono_copy, rendered, scattered
from seehear.bench.ground import SAMPLE_RATE, Ground, ground_of, part_of, world_of
from seehear.bench.heard import layout_times
from seehear.bench.row import RowMaker
from seehear.bench.task import Options, Picture
from seehear.bench.tasks import CENTRE, DRY, MONO, RANDOM, TRUTH
from seehear.errors import InputError
from seehear.media.stems import ArrayStems, Samples
from seehear.scene import Scene

if TYPE_CHECKING:
    from seehear.pipelines import Heard


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
        row = RowMaker(f"{options['preset']}-{options['seed']}-{index:06d}")
        with ground_of(options, index) as ground:
            row.labels(one.label or "?" for one in ground.scene.objects)
            row.windows(len(ground.judged.start), len(set(ground.judged.thing.tolist())))
            for name, version in self._versions(ground, options, index):
                row.take(name, part_of(name, version.samples, version.scene, ground))
            for name in (TRUTH, DRY):
                row.take(name, ground.truth[name])
        return row.row()

    def picture(self, options: Options, index: int) -> Picture:
        """Make the world and its sounds again."""
        world = world_of(options, index)
        with ground_of(options, index) as ground:
            mine = dict(self._versions(ground, options, index))[self._system].samples
        sounds = {self._system: mine, TRUTH: rendered(world.scene, world.stems)}
        frame = world.stage.frame(world.scene.duration / 2)
        what = ", ".join(one.label or "?" for one in world.scene.objects)
        return Picture(frame, sounds, SAMPLE_RATE, what)

    def _versions(self, ground: Ground, options: Options, index: int) -> Iterator[tuple[str, _Version]]:
        """Give the tested system's answer, and the same sounds elsewhere."""
        heard = self._hear(ground, options)
        yield self._system, _Version(heard.samples, heard.scene)
        yield MONO, _Version(mono_copy(heard.samples), None)
        rng = np.random.default_rng([options["seed"], index, 1])
        for name, scene in ((RANDOM, scattered(heard.scene, rng=rng)), (CENTRE, centred(heard.scene))):
            yield name, _Version(rendered(scene, heard.stems), scene)

    def _hear(self, ground: Ground, options: Options) -> _Answer:
        from seehear.pipelines import hear

        truth = ground.scene
        labels = _by_size(truth) if options["labels"] else ()
        with TemporaryDirectory(prefix="seehear-bench-") as folder:
            done = hear(
                ground.sounding if self._own else ground.silent, layout="binaural", labels=labels,
                sound="own" if self._own else "voices", loudness=None, horizontal_fov=truth.camera.horizontal_fov,
                projection=truth.camera.projection, stems=Path(folder) / "stems",
            )  # fmt: skip
            return _answer(done, Path(folder) / "stems")


HEAR = WorldsWork("hear", own=False)
OWN = WorldsWork("hear own", own=True)


def _answer(done: "Heard", folder: Path) -> _Answer:
    """Take what `hear` returned, and its stems into memory before their folder goes away."""
    from seehear.media import AMBIENCE, FolderStems

    samples = np.zeros((2, 0), dtype=np.float32) if done.samples is None else done.samples
    names = [one.id for one in done.scene.objects] + ([AMBIENCE] if done.scene.ambience is not None else [])
    length = samples.shape[1]
    if not names:
        return _Answer(samples, done.scene, ArrayStems({}, SAMPLE_RATE, length))
    blocks = list(FolderStems(folder, names, sample_rate=SAMPLE_RATE, length=length).blocks(max(length, 1)))
    whole = {name: block[name] for block in blocks for name in block}
    return _Answer(samples, done.scene, ArrayStems(whole, SAMPLE_RATE, length))


def _by_size(scene: Scene) -> tuple[str, ...]:
    """Give the labels of what is seen, the largest first: as a person would name them."""
    from seehear.score import tracks_of

    tracks = tracks_of(scene, layout_times(scene))
    area = np.nan_to_num((tracks.xyxy[..., 2:] - tracks.xyxy[..., :2]).prod(axis=-1)).mean(axis=-1)
    return tuple(tracks.labels[i] for i in np.argsort(-area, kind="stable") if area[i] > 0 and tracks.labels[i])
