"""Picture in, spatial sound out: watch, sound, render, write; then asked against heard."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import numpy as np

from seehear.errors import InputError
from seehear.media.atomic import check_output, written_whole
from seehear.media.layout import Layout, layout_of
from seehear.media.stems import AMBIENCE, Samples, Stems
from seehear.pipelines.bearings import Bearings
from seehear.pipelines.bounce import Bounce, Level
from seehear.pipelines.report import WARN_DEGREES, ObjectReport, Report
from seehear.pipelines.teed import Muted, Teed
from seehear.scene import Ambience, Scene, read_scene, scene_to_json

SAMPLE_RATE = 48000
BLOCK = 1 << 14
PICTURES = (".mp4", ".m4v", ".mov", ".mkv")
SOUNDS = (".wav", ".flac")

Progress = Callable[[str, float], None]
"""Told the stage's name and how much of it is done, 0 to 1."""


class Heard(NamedTuple):
    """What `hear` gives back.

    Attributes:
        scene: what was sounded where; with the gain applied in ``extra["gain_db"]``.
        report: asked against heard, levels, warnings.
        samples: float32 (channels, n) at 48 kHz in the layout's inside order; None when written to a file.
    """

    scene: Scene
    report: Report
    samples: Samples | None


class Wish(NamedTuple):
    """Every choice of `hear`, with its default; the command line has the same names."""

    layout: str = "binaural"
    sound: str | None = None
    labels: tuple[str, ...] = ()
    scene: Scene | Path | str | None = None
    watch: str = "motion"
    horizontal_fov: float = 60.0
    projection: str = "perspective"
    spread: float = 1.0
    duration: float = 10.0
    loops: int = 1
    start: float = 0.0
    end: float | None = None
    only: tuple[str, ...] = ()
    mute: tuple[str, ...] = ()
    ambience_gain: float = 0.0
    keep_original: bool = False
    stream: bool = False
    stems: Path | str | None = None
    hrtf: Path | str | None = None
    loudness: float | None = -23.0
    air: bool = True
    seed: int = 0
    force: bool = False


def hear(
    picture: Path | str,
    output: Path | str | None = None,
    *,
    progress: Progress = lambda stage, done: None,
    **wish: object,
) -> Heard:
    """Give a picture its sound, in the right place.

    Args:
        picture: an image, a GIF or a video.
        output: ``.mp4``, ``.mkv``, ``.mov``: the picture untouched with the new sound; ``.wav``, ``.flac``: the sound
            alone. None: samples are returned and nothing is written. Beside a file, its scene is written as
            ``<name>.scene.json``.
        progress: told how far each stage is.
        **wish: the choices of `Wish`, by name: ``layout="5.1"``, ``sound="voices"``, ``labels=["car"]`` ...

    Returns:
        Scene, report, and the samples if nothing was written.

    Raises:
        InputError: a picture, scene, sound, layout or output that cannot be used; nothing is written then.
        UnknownBackend: an unknown ``watch`` or ``sound``.

    Example:
        >>> hear("street.mp4", layout="5.1").report.objects  # doctest: +SKIP
    """
    unknown = set(wish) - set(Wish._fields)
    if unknown:
        raise TypeError(f"hear() has no choice {sorted(unknown)[0]!r}: expected one of {', '.join(Wish._fields)}")
    return _Hearing(Path(picture), None if output is None else Path(output), _made(wish), progress).run()


def _made(wish: dict[str, object]) -> Wish:
    lists = {name: tuple(wish[name]) for name in ("labels", "only", "mute") if name in wish}  # type: ignore[call-overload]
    made = Wish(**{**wish, **lists})  # type: ignore[arg-type]
    _in_range("fov", made.horizontal_fov, 0.0, 360.0)
    _in_range("spread", made.spread, 0.0, 10.0)
    _in_range("duration", made.duration, 0.0, 24 * 3600.0)
    _in_range("ambience gain", made.ambience_gain, -200.0, 60.0)
    if made.loudness is not None:
        _in_range("loudness", made.loudness, -70.0, 0.0)
    if made.end is not None and made.end <= made.start:
        raise InputError(f"end must come after start, got start {made.start:g} s and end {made.end:g} s")
    return made


def _in_range(what: str, value: float, low: float, high: float) -> None:
    if not (np.isfinite(value) and low < value <= high):
        raise InputError(f"{what} must be above {low:g} and at most {high:g}, got {value:g}")
