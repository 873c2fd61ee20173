"""The task `worlds-listen`: a made-up world's sound into a scene, against the truth and against layouts of others.

Only the sound is made, no picture is drawn. Words of both sides are read as the eight classes that `listen` tells
apart; the layout scores without words take all objects for one kind.
"""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from seehear.bench.row import RowMaker
from seehear.bench.task import Options, Picture
from seehear.bench.tasks import (
    CENTRE,
    CENTRE_X,
    COUNT,
    CROSSING,
    DISTANCE_SIGN,
    HEARD,
    MOTION,
    NAMED,
    NEIGHBOUR,
    PLAIN_DOCSIM,
    PLAIN_IOU,
    PLAIN_LTSIM,
    RANDOM,
)
from seehear.errors import InputError
from seehear.media.stems import ArrayStems, Samples
from seehear.scene import Keyframe, Path, Scene, SceneObject
from seehear.scene.direction import Array
from seehear.score.boxes import Boxes
from seehear.score.score import Metric, Score

SAMPLE_RATE = 48000
LAYOUT_FPS = 4.0
"""Times a second at which boxes are compared."""

NEAR = 15.0
"""Deg of lateral angle within which a true object counts as heard."""

FARTHER = 1.25
"""Times nearer or farther from which a distance truly changes."""


class _Pair(NamedTuple):
    """A true object and the one that is heard in its place; None: none is."""

    true: SceneObject
    heard: SceneObject | None
    gap: float


class ListenWork:
    """The work of the task."""

    def count(self, options: Options) -> int:
        """Say how many worlds there are."""
        from seehear.simulate import PRESETS

        if options["n"] < 1:
            raise InputError(f"--n must be at least 1, got {options['n']}")
        if options["preset"] not in PRESETS:
            raise InputError(f"preset must be one of {', '.join(sorted(PRESETS))}, got {options['preset']!r}")
        if options["store"] < 1:
            raise InputError(f"store must be at least 1 world to copy from, got {options['store']}")
        return int(options["n"])

    def inputs(self, options: Options) -> dict[str, str]:
        """Worlds come from the code and the seed alone."""
        return {}

    def measure(self, options: Options, index: int) -> dict[str, Any]:
        """Give the row of world ``index``."""
        scene, samples = world_of(options, options["seed"], index)
        row = RowMaker(f"{options['preset']}-{options['seed']}-{index:06d}")
        row.labels(one.label or "?" for one in scene.objects)
        heard = _listened(scene, samples)
        rng = np.random.default_rng([options["seed"], index, 2])
        copied = _nearest(options, heard, samples)
        versions = {
            "cues": heard,
            RANDOM: _shifted(heard, [float(rng.uniform()) for _ in heard.objects]),
            CENTRE: _shifted(heard, [0.5] * len(heard.objects)),
            NEIGHBOUR: copied,
        }
        for name, version in versions.items():
            row.score(name, _layouts(version, scene))
            if name in ("cues", NEIGHBOUR):
                row.score(name, _movement(version, scene))
        row.points("cues", [(_middle(one.true), _middle(one.heard)) for one in _pairs(heard, scene) if one.heard])
        return row.row()

    def picture(self, options: Options, index: int) -> Picture:
        """Give the world's sound."""
        scene, samples = world_of(options, options["seed"], index)
        pair = np.repeat(samples, 2, axis=0) if len(samples) == 1 else samples[:2]
        return Picture(None, {"world": pair}, SAMPLE_RATE, scene.caption or "")


WORK = ListenWork()


def world_of(options: Options, seed: int, index: int) -> tuple[Scene, Samples]:
    """Give a world's scene and its sound; its picture is never drawn."""
    from seehear.simulate import to_world
    from seehear.simulate.dataset import rng_of

    world = to_world(rng_of(seed, options["preset"], index), preset=options["preset"], sample_rate=SAMPLE_RATE)
    if options["alone"]:
        world = world._replace(scene=_alone(world.scene), stems=world.stems)
        name = world.scene.objects[0].id
        kept = {one: samples for one, samples in _whole(world.stems).items() if one in (name, "ambience")}
        world = world._replace(stems=ArrayStems(kept, SAMPLE_RATE, world.stems.length))
    samples = world.mixes((options["layout"],))[options["layout"]]
    peak = float(np.abs(samples).max(initial=0.0))
    return world.scene, np.asarray(samples * np.float32(0.7 / max(peak, 0.7)), dtype=np.float32)


def _whole(stems: ArrayStems) -> dict[str, Samples]:
    return next(iter(stems.blocks(max(stems.length, 1))))


def _alone(scene: Scene) -> Scene:
    """Keep the first object only."""
    return scene.model_copy(update={"objects": scene.objects[:1]})


def _listened(truth: Scene, samples: Samples) -> Scene:
    """Listen as `seehear listen` does, for a picture of the world's shape and width."""
    from seehear.listen import to_scene

    camera = truth.camera
    scene = to_scene(
        (samples, SAMPLE_RATE), horizontal_fov=camera.horizontal_fov, projection=camera.projection,
        size_wh=camera.size_wh,
    )  # fmt: skip
    return scene.model_copy(update={"objects": tuple(_likeliest(one) for one in scene.objects)})


def _likeliest(thing: SceneObject) -> SceneObject:
    """Name what is not named after its likeliest class: a layout's score asks for a word."""
    shares = thing.extra.get("label_shares", {})
    word = thing.label or (max(shares, key=shares.get) if shares else None)
    return thing.model_copy(update={"label": word, "extra": {**thing.extra, "named": thing.label is not None}})


def _shifted(scene: Scene, places: list[float]) -> Scene:
    """Put each object's boxes at one x, as large and as high as they were."""
    objects = tuple(
        thing.model_copy(update={"keyframes": tuple(_at(key, x) for key in thing.keyframes)})
        for thing, x in zip(scene.objects, places, strict=True)
    )
    return scene.model_copy(update={"objects": objects})


def _at(key: Keyframe, x: float) -> Keyframe:
    if key.box is None:
        return key.model_copy(update={"azimuth": None})
    half = (key.box[2] - key.box[0]) / 2
    left, right = max(0.0, x - half), min(1.0, x + half)
    return key.model_copy(update={"azimuth": None, "box": (left, key.box[1], right, key.box[3])})


class _Stored(NamedTuple):
    """Worlds to copy from: their scenes and (k, d) descriptions."""

    scenes: tuple[Scene, ...]
    rows: Array


def _nearest(options: Options, heard: Scene, samples: Samples) -> Scene:
    """Give the layout of the stored world whose sound is most like this one's."""
    key = tuple(sorted((name, options[name]) for name in ("preset", "seed", "layout", "alone", "store")))
    store = _stored(key)
    scale = store.rows.std(axis=0) + 1e-6
    gap = (((_description(heard, samples) - store.rows) / scale) ** 2).sum(axis=1)
    return store.scenes[int(gap.argmin())]


@lru_cache(maxsize=2)
def _stored(key: tuple[tuple[str, Any], ...]) -> _Stored:
    options = dict(key)
    scenes, rows = [], []
    for index in range(options["store"]):
        scene, samples = world_of(options, options["seed"] + 1_000_003, index)
        rows.append(_description(_listened(scene, samples), samples))
        scenes.append(scene)
    return _Stored(tuple(scenes), np.array(rows))


def _description(heard: Scene, samples: Samples) -> Array:
    """Describe a sound: what kind it is, its level over time by side, how many are heard and where the first goes."""
    mono, count = samples.mean(axis=0), 8
    parts = [float(np.sqrt(np.mean(part**2)) + 1e-6) for part in np.array_split(mono, count)]
    level = 20 * np.log10(parts)
    shares = np.zeros(8)
    places = np.zeros(count)
    for thing in heard.objects[:1]:
        shares = np.array(list(thing.extra["label_shares"].values()))
        times = (np.arange(count) + 0.5) * heard.duration / count
        places = np.nan_to_num(np.rad2deg(np.arcsin(Path(thing).at(times).direction[:, 1])))
    return np.concatenate([shares * 2.0, (level - level.mean()) / 3.0, places / 5.0, [float(len(heard.objects))]])


def _pairs(version: Scene, truth: Scene) -> list[_Pair]:
    """Pair true objects with heard ones: the nearest lateral angles over the time that the true one sounds."""
    from scipy.optimize import linear_sum_assignment

    if not version.objects:
        return [_Pair(one, None, np.inf) for one in truth.objects]
    times = np.linspace(0.0, truth.duration, 41)[:-1]
    gap = np.array([[_gap(true, heard, times) for heard in version.objects] for true in truth.objects])
    rows, columns = linear_sum_assignment(np.nan_to_num(gap, nan=90.0))
    found = {int(row): int(column) for row, column in zip(rows, columns, strict=True)}
    return [
        _Pair(true, version.objects[found[row]] if row in found else None, float(gap[row, found[row]]))
        if row in found else _Pair(true, None, np.inf) for row, true in enumerate(truth.objects)
    ]  # fmt: skip


def _gap(true: SceneObject, heard: SceneObject, times: Array) -> float:
    sounding = Path(true).sounds_at(times)
    if not sounding.any():
        return np.nan
    return float(np.median(np.abs(lateral(true, times[sounding]) - lateral(heard, times[sounding]))))


def lateral(thing: SceneObject, times: Array) -> Array:
    """Give the lateral angles, (n,) deg, of an object at (n,) s: its azimuth folded to the front."""
    return np.asarray(np.rad2deg(np.arcsin(np.clip(Path(thing).at(times).direction[:, 1], -1.0, 1.0))))


def _middle(thing: SceneObject | None) -> float:
    if thing is None:
        return 0.0
    times = np.linspace(0.0, thing.keyframes[-1].time, 21)
    return float(np.nan_to_num(np.median(lateral(thing, times))))


def _movement(version: Scene, truth: Scene) -> list[Score]:
    """Judge what is said of each true object that is heard; how many are; and how many there are."""
    pairs = _pairs(version, truth)
    blind = not any(key.azimuth is not None for one in version.objects for key in one.keyframes)
    met = [one for one in pairs if one.heard is not None and (blind or one.gap <= NEAR)]
    if blind:
        met = met[:1]
    crossers = [] if blind else [(a, b) for a, b, _ in met if b and a.motion == "crossing"]
    count = COUNT.at(float(abs(len(version.objects) - len(truth.objects))))
    heard = HEARD.at(len(met) / len(truth.objects))
    return [
        _mean(MOTION, [float(a.motion == b.motion) for a, b, _ in met if b]),
        _mean(CROSSING, [_same_way(a, b, truth.duration) for a, b in crossers]),
        _mean(DISTANCE_SIGN, [_same_sign(a, b, truth.duration) for a, b, _ in met if b and _comes_or_goes(a)]),
        _mean(NAMED, [_named(a, b) for a, b, _ in met if b]),
        heard,
        count,
    ]  # fmt: skip


def _mean(metric: Metric, values: list[float]) -> Score:
    return metric.mean(values) if values else metric.undefined("no such object is heard")


def _same_way(true: SceneObject, heard: SceneObject, duration: float) -> float:
    times = np.linspace(0.0, duration, 21)[2:-2]
    ways = [float(np.polyfit(times, lateral(one, times), 1)[0]) for one in (true, heard) if _directed(one)]
    return float(len(ways) == 2 and np.sign(ways[0]) == np.sign(ways[1]))


def _directed(thing: SceneObject) -> bool:
    return any(key.azimuth is not None for key in thing.keyframes)


def _comes_or_goes(thing: SceneObject) -> bool:
    return thing.motion in ("approaching", "receding")


def _same_sign(true: SceneObject, heard: SceneObject, duration: float) -> float:
    distance = Path(true).at(np.array([0.0, duration])).distance
    wanted = "approaching" if distance[1] * FARTHER < distance[0] else "receding"
    return float(heard.motion == wanted)


def _named(true: SceneObject, heard: SceneObject) -> float:
    """Right 1, wrong 0, nan where nothing is said."""
    from seehear.listen.classes import class_of

    if not heard.extra.get("named", True):
        return float("nan")
    return float(class_of(heard.label) == class_of(true.label))


def _layouts(version: Scene, truth: Scene) -> list[Score]:
    from seehear.score import docsim, layout_over_time, ltsim, max_iou, tracks_of

    times = np.arange(0.5 / LAYOUT_FPS, truth.duration, 1.0 / LAYOUT_FPS)
    ours, true = tracks_of(_seen(version), times), tracks_of(_seen(truth), times)
    worded = [[tracks.frame(i) for i in range(len(times))] for tracks in (ours, true)]
    plain = [[Boxes(("thing",) * len(one.labels), one.xyxy) for one in frames] for frames in worded]
    scores = [max_iou(*worded), ltsim(*worded, empty="zero"), docsim(*worded)]
    scores += [
        metric.at(score.value, reason=score.reason)
        for metric, score in zip(
            (PLAIN_IOU, PLAIN_LTSIM, PLAIN_DOCSIM), (max_iou(*plain), ltsim(*plain, empty="zero"), docsim(*plain)),
            strict=True,
        )
    ]  # fmt: skip
    centre = layout_over_time(ours, true, labels="ignored").centre_x
    return [*scores, CENTRE_X.at(centre.value, reason=centre.reason)]


def _seen(scene: Scene) -> Scene:
    """Keep what has a box at some time, by its class's word."""
    from seehear.listen.classes import class_of

    things = tuple(
        one.model_copy(update={"label": class_of(one.label) or "?"})
        for one in scene.objects if any(key.box is not None for key in one.keyframes)
    )  # fmt: skip
    return scene.model_copy(update={"objects": things})
