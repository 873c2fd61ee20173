"""The tasks, as data."""

from collections.abc import Mapping
from typing import Any

from seehear.bench.task import Task
from seehear.errors import InputError
from seehear.score.score import Metric

AZIMUTH = Metric("azimuth_error", "deg", higher_is_better=False)
SIDE = Metric("side_accuracy", "", higher_is_better=True)
LEFT_RIGHT = Metric("left_right_accuracy", "", higher_is_better=True)
SEEN = Metric("seen_azimuth_error", "deg", higher_is_better=False, version=2)
ONSET_F1 = Metric("onset_f1", "", higher_is_better=True)
AV_ALIGN = Metric("av_align_fixed", "", higher_is_better=True)
MEAN_IOU = Metric("track_mean_iou", "", higher_is_better=True)
LTSIM = Metric("ltsim", "", higher_is_better=True)
COUNT = Metric("count_error", "objects", higher_is_better=False)

MOTION = Metric("motion_accuracy", "", higher_is_better=True)
CROSSING = Metric("crossing_direction_accuracy", "", higher_is_better=True)
DISTANCE_SIGN = Metric("distance_sign_accuracy", "", higher_is_better=True)
NAMED = Metric("label_accuracy", "", higher_is_better=True)
HEARD = Metric("heard_share", "", higher_is_better=True)
MAX_IOU = Metric("max_iou", "", higher_is_better=True)
DOCSIM = Metric("docsim", "", higher_is_better=True)
PLAIN_IOU = Metric("max_iou_unlabelled", "", higher_is_better=True)
PLAIN_LTSIM = Metric("ltsim_unlabelled", "", higher_is_better=True)
PLAIN_DOCSIM = Metric("docsim_unlabelled", "", higher_is_better=True)
CENTRE_X = Metric("centre_x_error", "frame widths", higher_is_better=False)
TRACK_X = Metric("track_centre_x_error", "frame widths", higher_is_better=False)
TRACK_WAY = Metric("track_motion_accuracy", "", higher_is_better=True)

NEIGHBOUR = "nearest neighbour copy"

MONO, RANDOM, CENTRE, TRUTH = "mono copy", "random direction", "centre", "truth re-rendered"
ROUND_TRIP, LISTEN_HALF, PICTURE_HALF = "round trip", "listen half", "picture half"
DRY = "truth without room"
BASELINES = (MONO, RANDOM, CENTRE, TRUTH)

_WORLD = {"preset": "stationary", "duration": 0.0, "width": 0, "height": 0, "fps": 0, "seed": 0, "n": 20, "worlds": ""}
_WORLD_METRICS = (AZIMUTH, SIDE, LEFT_RIGHT, SEEN, ONSET_F1, AV_ALIGN, MEAN_IOU, LTSIM)

_ONE_HEAD = "Truth re-rendered: the true sounds at the true places, measured by the same ears; without room, too."
_ALONE = (
    "Directions: windows of 25 ms in which one true object is 10 dB above all else; the same ones for every system."
)
_SILENT = "A window in which a system is silent is left out for that system."
_WORLDS = "worlds: a folder in which the tasks that share a world keep it; it changes no number."
_OWN_SIZE = "Duration, width, height and fps 0: the preset's own."
_ELSEWHERE = "Mono copy, random direction and centre are the tested system's own sounds, placed elsewhere."
_MONO_SIDE = "A mono copy is heard in front: 0.5 left-right, by definition."

TASKS: dict[str, Task] = {
    one.name: one
    for one in (
        Task(
            name="worlds-hear",
            summary="silent video of a made-up world and its labels -> hear -> direction, side, sync, layout",
            system="hear",
            baselines=(*BASELINES, DRY),
            metrics=_WORLD_METRICS,
            version=2,
            options={**_WORLD, "labels": True},
            work="seehear.bench.worlds:HEAR",
            notes=(
                _ONE_HEAD,
                _MONO_SIDE,
                _ALONE,
                _SILENT,
                _ELSEWHERE,
                _OWN_SIZE,
                _WORLDS,
            ),
        ),
        Task(
            name="worlds-own",
            summary="video of a made-up world with its sound in mono -> hear with sound own -> the same scores",
            system="hear own",
            baselines=(*BASELINES, DRY),
            metrics=_WORLD_METRICS,
            version=2,
            options={**_WORLD, "labels": True},
            work="seehear.bench.worlds:OWN",
            notes=(
                _ONE_HEAD,
                _MONO_SIDE,
                _ALONE,
                _SILENT,
                _ELSEWHERE,
                _OWN_SIZE,
                _WORLDS,
            ),
        ),
        Task(
            name="localisation",
            summary="binaural clips with known directions (data/localisation) -> lateral angle over time",
            system="lateral",
            baselines=BASELINES,
            metrics=(AZIMUTH, SIDE, LEFT_RIGHT, COUNT),
            options={"seed": 0, "n": 0, "clips": ""},
            work="seehear.bench.localisation:WORK",
            notes=(
                "Angles are lateral angles: two ears cannot tell front from back.",
                "Random direction: as many objects as there truly are, each with one angle between -90 and 90.",
                "Truth re-rendered: noise at the true places through the built-in head, then the same localiser.",
                "n 0 is all clips; clips: where annotations.json lies; without it the one that SEEHEAR_SHARED names.",
            ),
        ),
        Task(
            name="worlds-listen",
            summary="sound of a made-up world -> listen -> motion, direction, layout",
            system="cues",
            baselines=(RANDOM, CENTRE, NEIGHBOUR),
            metrics=(
                MOTION,
                CROSSING,
                DISTANCE_SIGN,
                NAMED,
                HEARD,
                COUNT,
                MAX_IOU,
                LTSIM,
                DOCSIM,
                PLAIN_IOU,
                PLAIN_LTSIM,
                PLAIN_DOCSIM,
                CENTRE_X,
            ),
            options={"preset": "translational", "layout": "binaural", "alone": False, "store": 100, "seed": 0, "n": 20},
            work="seehear.bench.listen_worlds:WORK",
            notes=(
                "Motion, crossing and label: of the true objects that are heard within 15 deg; heard_share says how "
                "many are. One channel: of the first object.",
                "Random and centre: the boxes that cues gives, moved sideways; nearest neighbour copy: the true layout "
                "of the likest-sounding of `store` other worlds.",
                "Words are the eight classes of listen; the unlabelled scores take all objects for one kind.",
                "alone on: only the first object of each world sounds, over its ambience.",
            ),
        ),
        Task(
            name="round-trip",
            summary="a made-up world's sound -> listen -> draw -> watch -> scene, against the truth",
            system=ROUND_TRIP,
            baselines=(LISTEN_HALF, PICTURE_HALF, RANDOM, CENTRE),
            metrics=(TRACK_X, MEAN_IOU, TRACK_WAY, LTSIM, MAX_IOU, COUNT),
            options={"preset": "translational", "duration": 0.0, "seed": 0, "n": 20},
            work="seehear.bench.round_trip:WORK",
            notes=(
                "Listen half: the scene that was heard. Picture half: the true scene drawn and watched, the ceiling.",
                "Random direction and centre place what was heard elsewhere.",
                "Labels are ignored: a sound tells kinds and not things. Pictures without boxes count LTSim 0.",
                "Duration 0: the preset's own.",
            ),
        ),
    )
}


def task_of(name: str) -> Task:
    """Give a task by name.

    Raises:
        InputError: another name; the message lists the known ones.
    """
    if name not in TASKS:
        raise InputError(f"task must be one of {', '.join(TASKS)}, got {name!r}")
    return TASKS[name]


def options_of(task: Task, given: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in a task's defaults; text is read as the default's type.

    Raises:
        InputError: an option that the task does not have, or a value that cannot be read.
    """
    options = dict(task.options)
    for name, value in given.items():
        if name not in options:
            raise InputError(f"task {task.name} has no option {name!r}: expected one of {', '.join(sorted(options))}")
        options[name] = _as(options[name], value, name)
    return options


def _as(default: Any, value: Any, name: str) -> Any:  # noqa: ANN401 - plain JSON
    if isinstance(default, bool):
        if str(value).lower() not in ("true", "false", "on", "off"):
            raise InputError(f"option {name} must be on or off, got {value!r}")
        return str(value).lower() in ("true", "on")
    try:
        return type(default)(value)
    except (TypeError, ValueError):
        raise InputError(f"option {name} must be like {default!r}, got {value!r}") from None
