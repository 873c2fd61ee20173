"""The localisation task: binaural recordings with known directions, against a localiser by interaural delay alone.

The localiser reads the lateral angle of each 100 ms through the built-in head's own table, smooths it by a running
median, and calls it one object. It is the floor that any listener of ours must beat; the truth goes through the same
eyes: a scene, compared with the annotated one ten times a second.
"""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from seehear.bench.baselines import mono_copy, rendered
from seehear.bench.row import RowMaker
from seehear.bench.task import Options, Picture, file_hash
from seehear.bench.tasks import AZIMUTH, CENTRE, COUNT, LEFT_RIGHT, MONO, RANDOM, SIDE, TRUTH
from seehear.errors import InputError
from seehear.media.layout import layout_of
from seehear.media.stems import ArrayStems, Samples
from seehear.scene import Keyframe, Scene, SceneObject
from seehear.scene import Path as Course
from seehear.scene.direction import Array
from seehear.score.score import Score

SAMPLE_RATE = 48000
STEP = 0.1
"""s between the times that are compared."""

SMOOTHED = 5
"""Windows of the running median."""

SIDE_FROM = 10.0
"""Deg of lateral angle up to which a direction is neither left nor right."""

MIDDLE = 1.0
"""Deg up to which a sound is heard on neither side: half right."""


class LocalisationWork:
    """The work of the task."""

    def count(self, options: Options) -> int:
        """Say how many clips there are."""
        clips = len(_clips(options))
        if not 0 <= options["n"] <= clips:
            raise InputError(f"--n must be from 1 to the {clips} clips that there are (0: all), got {options['n']}")
        return options["n"] or clips

    def inputs(self, options: Options) -> dict[str, str]:
        """Give the hashes of the annotations and of the clips used."""
        folder = _folder(options)
        names = ["annotations.json", *(Path(one["file"]).name for one in _clips(options)[: self.count(options)])]
        return {name: file_hash(folder / name) for name in names}

    def measure(self, options: Options, index: int) -> dict[str, Any]:
        """Give the row of clip ``index``."""
        clip = _clips(options)[index]
        truth, samples = truth_of(clip), _samples(options, clip)
        row = RowMaker(Path(clip["file"]).stem)
        row.labels([*(one.label or "?" for one in truth.objects), clip["kind"], clip["response_set"]])
        for name, found in self._versions(truth, samples, options, index).items():
            pairs = paired(found, truth)
            row.score(name, _scores(pairs, found, truth))
            row.points(name, [(float(a.mean()), float(b.mean())) for a, b in pairs if len(a)])
        return row.row()

    def picture(self, options: Options, index: int) -> Picture:
        """Give the clip's sound."""
        clip = _clips(options)[index]
        what = ", ".join(one["label"] for one in clip["sources"])
        return Picture(None, {"clip": _samples(options, clip)}, SAMPLE_RATE, f"{clip['kind']}: {what}")

    def _versions(self, truth: Scene, samples: Samples, options: Options, index: int) -> dict[str, Scene]:
        rng = np.random.default_rng([options["seed"], index])
        guess = [float(rng.uniform(-90.0, 90.0)) for _ in truth.objects]
        noise = {one.id: 0.1 * rng.normal(size=round(truth.duration * SAMPLE_RATE)) for one in truth.objects}
        again = rendered(truth, ArrayStems(noise, SAMPLE_RATE))
        return {
            "lateral": localise(samples),
            MONO: localise(mono_copy(samples)),
            RANDOM: _fixed(guess, truth),
            CENTRE: _fixed([0.0], truth),
            TRUTH: localise(again),
        }


WORK = LocalisationWork()


def localise(samples: Samples) -> Scene:
    """Say from where a binaural clip, (2, n) at 48 kHz, is heard: one object, or none in silence."""
    from seehear.score.windows import heard_in

    heard = heard_in(samples, layout_of("binaural"), sample_rate=SAMPLE_RATE)
    duration = samples.shape[1] / SAMPLE_RATE
    if not len(heard.time):
        return Scene(duration=duration)
    smooth = _median(heard.azimuth)
    keys = tuple(
        Keyframe(time=float(time + STEP / 2), azimuth=float(azimuth))
        for time, azimuth in zip(heard.time, smooth, strict=True)
    )
    starts = heard.time[np.r_[True, np.diff(heard.time) > 1.5 * STEP]]
    ends = heard.time[np.r_[np.diff(heard.time) > 1.5 * STEP, True]] + STEP
    sounding = tuple((float(a), float(min(b, duration))) for a, b in zip(starts, ends, strict=True))
    return Scene(duration=duration, objects=(SceneObject(id="source_0", sounding=sounding, keyframes=keys),))


def truth_of(clip: dict[str, Any]) -> Scene:
    """Give an annotated clip as a scene."""
    objects = []
    for number, one in enumerate(clip["sources"]):
        times, azimuths = one.get("track_t_s", [0.0]), one.get("track_azimuth_deg", [one.get("azimuth_deg")])
        keys = tuple(
            Keyframe(time=time, azimuth=(azimuth + 180.0) % 360.0 - 180.0, elevation=one["elevation_deg"])
            for time, azimuth in zip(times, azimuths, strict=True)
        )
        spans = tuple((float(a), float(b)) for a, b in one["active_s"])
        objects.append(SceneObject(id=f"source_{number}", label=one["label"], sounding=spans, keyframes=keys))
    return Scene(duration=clip["duration_s"], objects=tuple(objects))


def paired(prediction: Scene, truth: Scene) -> list[tuple[Array, Array]]:
    """Give true and predicted lateral angles, deg, of each true object, at the times that it sounds.

    At each time the predicted object nearest to the true one is taken; a time without one is left out.
    """
    times = np.arange(STEP / 2, truth.duration, STEP)
    given = [(lateral(one, times), Course(one).sounds_at(times)) for one in prediction.objects]
    rows = np.array([np.where(on, angle, np.nan) for angle, on in given]).reshape(-1, len(times))
    pairs = []
    for thing in truth.objects:
        asked = lateral(thing, times)
        gap = np.nan_to_num(np.abs(rows - asked), nan=np.inf)
        known = Course(thing).sounds_at(times) & np.isfinite(gap.min(axis=0, initial=np.inf))
        nearest = gap.argmin(axis=0) if len(rows) else np.zeros(len(times), dtype=np.int64)
        picked = rows[nearest, np.arange(len(times))] if len(rows) else asked
        pairs.append((asked[known], picked[known]))
    return pairs


def lateral(thing: SceneObject, times: Array) -> Array:
    """Give an object's lateral angles, (k,) deg, + = left, at (k,) times."""
    return np.asarray(np.rad2deg(np.arcsin(np.clip(Course(thing).at(times).direction[:, 1], -1.0, 1.0))))


def _scores(pairs: list[tuple[Array, Array]], prediction: Scene, truth: Scene) -> list[Score]:
    heard = [(a, b) for a, b in pairs if len(a)]
    count = COUNT.at(float(abs(len(prediction.objects) - len(truth.objects))))
    if not heard:
        return [*(one.undefined("nothing was heard") for one in (AZIMUTH, SIDE, LEFT_RIGHT)), count]
    error = [np.abs(a - b).mean() for a, b in heard]
    side = [(_side(a) == _side(b)).mean() for a, b in heard]
    return [AZIMUTH.mean(error), SIDE.mean(side), _left_right(heard), count]


def _left_right(heard: list[tuple[Array, Array]]) -> Score:
    shares = []
    for true, found in heard:
        aside = np.abs(true) > SIDE_FROM
        right = np.where(np.abs(found) <= MIDDLE, 0.5, np.sign(found) == np.sign(true))
        shares.append(float(right[aside].mean()) if aside.any() else np.nan)
    return LEFT_RIGHT.mean(shares, reason="" if np.isfinite(shares).any() else "nothing lies to a side")


def _side(angle: Array) -> Array:
    return np.asarray(np.where(np.abs(angle) <= SIDE_FROM, 0.0, np.sign(angle)))


def _fixed(azimuths: list[float], truth: Scene) -> Scene:
    objects = tuple(
        SceneObject(
            id=f"source_{number}", sounding=((0.0, truth.duration),),
            keyframes=(Keyframe(time=0.0, azimuth=azimuth, elevation=0.0),),
        )
        for number, azimuth in enumerate(azimuths)
    )  # fmt: skip
    return Scene(duration=truth.duration, objects=objects)


def _median(values: Array) -> Array:
    wide = np.pad(values, SMOOTHED // 2, mode="edge")
    return np.asarray(np.median(np.lib.stride_tricks.sliding_window_view(wide, SMOOTHED), axis=-1))


def _folder(options: Options) -> Path:
    shared = os.environ.get("SEEHEAR_SHARED", "")
    if not (options["clips"] or shared):
        raise InputError("expected the clips' folder: --set clips=DIR, or SEEHEAR_SHARED with data/localisation in it")
    folder = Path(options["clips"]) if options["clips"] else Path(shared) / "data" / "localisation"
    if not (folder / "annotations.json").is_file():
        raise InputError(f"expected annotations.json in '{folder}', found none: --set clips=DIR")
    return folder


def _clips(options: Options) -> list[dict[str, Any]]:
    clips: list[dict[str, Any]] = json.loads((_folder(options) / "annotations.json").read_text())["clips"]
    return clips


def _samples(options: Options, clip: dict[str, Any]) -> Samples:
    from seehear.media import read_audio

    return read_audio(_folder(options) / Path(clip["file"]).name, sample_rate=SAMPLE_RATE).samples
