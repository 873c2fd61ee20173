"""Every choice of `hear`, with its default, checked; the command line has the same names."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict, Unpack

import numpy as np

from seehear.errors import InputError
from seehear.scene import Scene


class HearOptions(TypedDict, total=False):
    """The choices of `seehear.hear`, by name.

    Attributes:
        layout: binaural, stereo, 5.1, 7.1, 5.1.4, 7.1.4, foa, hoa3.
        sound: own, voices, library:DIR, mmaudio[:VARIANT], visaudio:FILE, flow-tiny; None: own where the clip has
            sound, else voices.
        commercial_only: refuse weights whose licence does not plainly allow commercial use.
        watch: backend of `seehear.watch`.
        labels: what is to be seen: "car", or "object_0=car".
        scene: a Scene or its file, instead of watching.
        horizontal_fov: deg.
        projection: perspective, equirectangular.
        spread: widens azimuths by this factor.
        duration: s, for an image.
        loops: how often a GIF runs.
        start, end: s; with a picture output from the key frame before ``start``.
        only, mute: object ids; "ambience" is the bed.
        ambience_gain: dB.
        keep_original: the old sound as a second track.
        stream: one pass, no temporary file, no loudness gain.
        stems: folder to write the stems to.
        hrtf: SOFA file.
        loudness: LUFS; None: off.
        air: absorption by the air over distance.
        seed: same seed, same bytes.
        force: overwrite what exists.
    """

    layout: str
    sound: str | None
    commercial_only: bool
    watch: str
    labels: Sequence[str]
    scene: Scene | Path | str | None
    horizontal_fov: float
    projection: str
    spread: float
    duration: float
    loops: int
    start: float
    end: float | None
    only: Sequence[str]
    mute: Sequence[str]
    ambience_gain: float
    keep_original: bool
    stream: bool
    stems: Path | str | None
    hrtf: Path | str | None
    loudness: float | None
    air: bool
    seed: int
    force: bool


DEFAULTS = HearOptions(
    layout="binaural", sound=None, commercial_only=False, watch="motion", labels=(), scene=None,
    horizontal_fov=60.0, projection="perspective", spread=1.0, duration=10.0, loops=1, start=0.0, end=None, only=(),
    mute=(), ambience_gain=0.0, keep_original=False, stream=False, stems=None, hrtf=None, loudness=-23.0, air=True,
    seed=0, force=False,
)  # fmt: skip


def checked(**options: Unpack[HearOptions]) -> HearOptions:
    """Fill in the defaults and refuse what is out of range.

    Raises:
        InputError: a number out of its range, with the range.
        TypeError: an unknown name.
    """
    unknown = set(options) - set(DEFAULTS)
    if unknown:
        raise TypeError(f"hear() has no option {sorted(unknown)[0]!r}: expected one of {', '.join(DEFAULTS)}")
    wish = HearOptions(**{**DEFAULTS, **options})
    _in_range("fov", wish["horizontal_fov"], 0.0, 360.0, "deg")
    _in_range("spread", wish["spread"], 0.0, 10.0, "times")
    _in_range("duration", wish["duration"], 0.0, 24 * 3600.0, "s")
    _in_range("ambience gain", wish["ambience_gain"], -200.0, 60.0, "dB")
    check_loudness(wish["loudness"])
    end = wish["end"]
    if not np.isfinite(wish["start"]) or wish["start"] < 0:
        raise InputError(f"start must be 0 s or later, got {wish['start']:g}")
    if end is not None and not end > wish["start"]:
        raise InputError(f"end must come after start, got start {wish['start']:g} s and end {end:g} s")
    if wish["projection"] not in ("perspective", "equirectangular"):
        raise InputError(f"projection must be perspective or equirectangular, got {wish['projection']!r}")
    return wish


def check_loudness(loudness: float | None) -> None:
    """Refuse a loudness target outside -70..0 LUFS; None is off.

    Raises:
        InputError: as said.
    """
    if loudness is not None:
        _in_range("loudness", loudness, -70.0, 0.0, "LUFS")


def _in_range(what: str, value: float, low: float, high: float, unit: str) -> None:
    if not (np.isfinite(value) and low < value <= high):
        raise InputError(f"{what} must be above {low:g} and at most {high:g} {unit}, got {value:g}")
