"""Seed to world: a scene, its stems and its frames, made together so that each is the exact truth of the others."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np

from seehear.media.film import write_video
from seehear.scene.scene import Projection
from seehear.simulate.closed import closed
from seehear.simulate.crowd import crowd
from seehear.simulate.dataset import Progress, Written, checked_order, write_set
from seehear.simulate.demo import demo
from seehear.simulate.foley import foley
from seehear.simulate.hidden import hidden
from seehear.simulate.stationary import stationary
from seehear.simulate.translational import translational
from seehear.simulate.turning import camera
from seehear.simulate.world import Preset, Setting, World, made

__all__ = [
    "DEFAULT",
    "DEFAULTS",
    "PRESETS",
    "Preset",
    "Setting",
    "World",
    "Written",
    "to_world",
    "write_video",
    "write_worlds",
]

PRESETS: dict[str, Preset] = {
    "camera": camera,
    "closed": closed,
    "crowd": crowd,
    "demo": demo,
    "foley": foley,
    "hidden": hidden,
    "stationary": stationary,
    "translational": translational,
}


DEFAULT = Setting((256, 256), Fraction(25), 4.0, 48000)
"""What a preset is made at where nothing else is asked for."""

DEFAULTS: dict[str, Setting] = {
    "closed": Setting((64, 64), Fraction(25), 4.096, 16000),
    "demo": Setting((640, 360), Fraction(25), 8.0, 48000),
}
"""Presets with settings of their own."""


def to_world(
    seed: int | np.random.Generator,
    *,
    preset: str = "demo",
    size_wh: tuple[int, int] | None = None,
    fps: Fraction | int | None = None,
    duration: float | None = None,
    sample_rate: int | None = None,
    projection: Projection = "perspective",
) -> World:
    """Make a world.

    Args:
        seed: a number, or a generator that is drawn from; the same one gives the same bytes.
        preset: what kind of world; one of `PRESETS`.
        size_wh: of the picture, pixels; None: the preset's own, as are the next three. Worlds of one seed and one
            shape are the same scene at every size.
        fps: frames per second.
        duration: seconds.
        sample_rate: Hz of the stems.
        projection: perspective; or equirectangular: the same kind of world seen all around, a picture of 2:1.

    Raises:
        InputError: no such preset (the message lists the known ones), or a setting that no world can have.

    Example:
        >>> world = to_world(0, size_wh=(64, 36), duration=1.0)
        >>> [thing.id for thing in world.scene.objects], world.frame_count
        (['car_0', 'bird_0'], 25)
    """
    rng = seed if isinstance(seed, np.random.Generator) else np.random.default_rng(seed)
    setting = _setting(preset, size_wh, fps, duration, sample_rate, projection)
    return made(preset, PRESETS, setting, rng=rng)


def write_worlds(
    folder: Path | str,
    count: int,
    *,
    seed: int = 0,
    preset: str = "stationary",
    layouts: Sequence[str] | None = None,
    size_wh: tuple[int, int] | None = None,
    fps: Fraction | int | None = None,
    duration: float | None = None,
    sample_rate: int | None = None,
    projection: Projection = "perspective",
    shards: bool = False,
    jobs: int = 1,
    engine: str = "local",
    force: bool = False,
    progress: Progress = lambda stage, done: None,
) -> Written:
    """Make a set of worlds: a folder for each, `manifest.jsonl`, `failures.jsonl`.

    A rerun makes what is missing, tries again what failed, and changes nothing else; the same arguments give the same
    bytes however many processes made them.

    Args:
        folder: made if it is not there.
        count: worlds 0 to count - 1.
        seed: of the set; world i is drawn from (seed, preset, i).
        preset: what kind of worlds; one of `PRESETS`.
        layouts: to mix in, also ``dual-mono``, ``spaced-pair``, ``rig-offset``; None: binaural, all around foa.
        size_wh: as of `to_world`, as are the next four.
        fps: frames per second.
        duration: seconds.
        sample_rate: Hz.
        projection: perspective or equirectangular.
        shards: write tar files in the WebDataset form, too.
        jobs: worlds at work at a time.
        engine: ``local`` is processes on this machine, ``ray`` a cluster that sees the folder.
        force: start over where the folder holds worlds of other settings.
        progress: told how far it is.

    Returns:
        How many were made, kept, and failed.

    Raises:
        InputError: settings that no world can have, or a folder that holds something else.
        UnknownBackend: no such engine.
        MissingBackend: the engine's extra is not installed.
    """
    setting = _setting(preset, size_wh, fps, duration, sample_rate, projection)
    mixes = layouts or (("binaural",) if projection == "perspective" else ("foa",))
    order = checked_order(preset, PRESETS, seed=seed, setting=setting, layouts=mixes)
    return write_set(
        folder, order, count=count, jobs=jobs, engine=engine, shards=shards, force=force, progress=progress
    )


def _setting(
    preset: str,
    size_wh: tuple[int, int] | None,
    fps: Fraction | int | None,
    duration: float | None,
    sample_rate: int | None,
    projection: Projection,
) -> Setting:
    """Fill in what is not asked for from the preset's own."""
    own = DEFAULTS.get(preset, DEFAULT)
    if projection == "equirectangular" and size_wh is None:
        own = own._replace(size_wh=(2 * own.size_wh[1], own.size_wh[1]))
    return Setting(
        own.size_wh if size_wh is None else size_wh,
        own.fps if fps is None else Fraction(fps),
        own.duration if duration is None else float(duration),
        own.sample_rate if sample_rate is None else sample_rate,
        projection,
    )
