"""DCASE sound event localisation and detection (SELD) labels, CSV <-> Scene.

One row for each sound in each frame of 100 ms. Azimuth anticlockwise, +90 = left, as ours; distance in **centimetres**.

| variant | years | columns |
|---|---|---|
| ``2020`` | 2020 to 2022 | frame, class, source, azimuth, elevation |
| ``2024`` | 2023, 2024 | frame, class, source, azimuth, elevation, distance |
| ``2025`` | 2025 (stereo) | a header line; frame, class, source, azimuth, distance, onscreen; front and back are one |

Reference: the task pages on dcase.community (challenge2020 to challenge2025, task 3) and the data sets' README files:
TAU-NIGENS Spatial Sound Events 2020, STARSS22, STARSS23, DCASE2025 Task 3 Stereo SELD.
"""

import re
from collections.abc import Iterable, Sequence
from math import isfinite
from typing import Literal, NamedTuple, get_args

import numpy as np

from seehear.errors import InputError
from seehear.scene.camera import Camera
from seehear.scene.direction import angle_between, angles_to_vector, vector_to_angles, wrap_azimuth
from seehear.scene.path import Path
from seehear.scene.scene import CameraSpec, Keyframe, Scene, SceneObject

Variant = Literal["2020", "2024", "2025"]

FRAME = 0.1
"""Seconds of one frame; frame k is [0.1 k, 0.1 (k + 1))."""

CLASSES_2023 = (
    "female speech", "male speech", "clapping", "telephone", "laughter", "domestic sounds", "footsteps", "door",
    "music", "musical instrument", "water tap", "bell", "knock",
)  # fmt: skip
"""The 13 classes of 2022 to 2025, by their index."""

HEADER = "frame,class,source,azimuth,distance,onscreen"
_MOST_FRAMES = 36_000_000  # a thousand hours
_STEREO_CAMERA = CameraSpec(horizontal_fov=100.0, size_wh=(640, 360))  # of the 2025 data set's videos


class _Row(NamedTuple):
    frame: int
    class_index: int
    source: int
    azimuth: float
    elevation: float | None
    distance: float | None  # metres
    onscreen: bool | None


def scene_from_dcase(text: str, *, classes: Sequence[str] = CLASSES_2023, duration: float | None = None) -> Scene:
    """Make a scene of DCASE labels; the variant is told by the columns.

    An object is a class and a source number; rows of one class, source and frame become objects of their own, each
    carried on where it is nearest. Keyframes stand in the middle of the frames.

    Args:
        text: the CSV file's content.
        classes: names by class index.
        duration: seconds of the clip; None: to the end of the last frame.

    Raises:
        InputError: a row that does not fit, by its line number; or no rows and no duration.
    """
    rows, stereo = _rows(text, len(classes))
    end = max((round((row.frame + 1) * FRAME, 3) for row in rows), default=0.0)
    length = end if duration is None else duration
    if not (isfinite(length) and length > 0 and length >= end):
        raise InputError(f"expected a duration above 0 that holds every row (they end at {end} s), got {duration}")
    objects: list[SceneObject] = []
    for (index, source), lanes in sorted(_lanes(rows).items()):
        for number, lane in enumerate(lanes):
            name = re.sub(r"[^A-Za-z0-9]+", "-", classes[index]).strip("-") or f"class-{index}"
            name = f"{name[:60]}_{source}" + (f".{number + 1}" if number else "")
            taken = any(one.id == name for one in objects)
            objects.append(_object(f"{name}-{index}" if taken else name, classes[index], lane, stereo=stereo))
    return Scene(duration=length, objects=tuple(objects), camera=_STEREO_CAMERA if stereo else CameraSpec())


def dcase_from_scene(scene: Scene, *, classes: Sequence[str] = CLASSES_2023, variant: Variant = "2024") -> str:
    """Give a scene as DCASE labels: each object at the middle of each frame in which it sounds then.

    Directions are those heard: turned back by the camera's pose. An object's source number is ``extra["source"]`` where
    it has one, else its place among the objects of its class. In variant ``2025`` what is behind is folded to the
    front, and onscreen are the times of ``extra["onscreen"]``, else what lies inside the camera's frame.

    Args:
        scene: every object that sounds has a label out of ``classes`` and a direction; a distance, but for ``2020``.
        classes: names by class index; compared without regard to case.
        variant: which columns to write.

    Raises:
        InputError: an object without these, by its id.
    """
    if variant not in get_args(Variant):
        raise InputError(f"DCASE variant must be one of {', '.join(get_args(Variant))}, got {variant!r}")
    known = {name.casefold(): index for index, name in enumerate(classes)}
    counts: dict[int, int] = {}
    lines: list[tuple[int, ...]] = []
    for thing in scene.objects:
        if not thing.sounding:
            continue
        index = known.get((thing.label or "").casefold())
        if index is None:
            raise InputError(f"object {thing.id!r}: label must be one of {', '.join(classes)}, got {thing.label!r}")
        source = thing.extra.get("source", counts.get(index, 0))
        counts[index] = counts.get(index, 0) + 1
        if not isinstance(source, int) or source < 0:
            raise InputError(f"object {thing.id!r}: extra 'source' must be a number from 0, got {source!r}")
        lines += _written(thing, index, source, scene, variant)
    lines.sort()
    head = [HEADER] if variant == "2025" else []
    return "".join(f"{line}\n" for line in (*head, *(",".join(map(str, line)) for line in lines)))


def _rows(text: str, class_count: int) -> tuple[list[_Row], bool]:
    """Read the rows; say whether they are of the stereo variant."""
    lines = [(number, line.strip()) for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1)]
    lines = [(number, line) for number, line in lines if line]
    stereo = False
    if lines and not re.match(r"[-+.\d]", lines[0][1]):
        number, head = lines.pop(0)
        stereo = head.replace(" ", "").lower() == HEADER
        if not stereo:
            raise InputError(f"line {number}: expected numbers or the header '{HEADER}', got {head!r:.80}")
    columns = {6} if stereo else {5, 6}
    rows: list[_Row] = []
    for number, line in lines:
        cells = line.split(",")
        if len(cells) not in columns:
            wanted = " or ".join(str(count) for count in sorted(columns))
            raise InputError(f"line {number}: expected {wanted} columns, got {len(cells)}: {line!r:.80}")
        columns = {len(cells)}
        rows.append(_row(number, cells, class_count, stereo=stereo))
    return rows, stereo


def _row(number: int, cells: list[str], class_count: int, *, stereo: bool) -> _Row:
    names = HEADER.split(",") if stereo else ["frame", "class", "source", "azimuth", "elevation", "distance"]
    values: dict[str, float] = {}
    for name, cell in zip(names, cells, strict=False):
        try:
            values[name] = float(cell)
        except ValueError:
            raise InputError(f"line {number}: {name} must be a number, got {cell.strip()!r:.40}") from None
    limits = {"frame": (0, _MOST_FRAMES), "class": (0, class_count - 1), "source": (0, 10**6), "azimuth": (-180, 180),
              "elevation": (-90, 90), "distance": (1e-6, 1e8), "onscreen": (0, 1)}  # fmt: skip
    for name, value in values.items():
        low, high = limits[name]
        whole = name not in ("azimuth", "elevation", "distance")
        if not low <= value <= high or (whole and value != int(value)):
            what = "a whole number" if whole else "above 0 cm" if name == "distance" else "deg"
            span = "" if name == "distance" else f" from {low} to {high}"
            raise InputError(f"line {number}: {name} must be {what}{span}, got {value:g}")
    return _Row(
        int(values["frame"]),
        int(values["class"]),
        int(values["source"]),
        float(wrap_azimuth(values["azimuth"])),
        values.get("elevation"),
        values["distance"] / 100 if "distance" in values else None,
        bool(values["onscreen"]) if stereo else None,
    )


def _lanes(rows: Iterable[_Row]) -> dict[tuple[int, int], list[list[_Row]]]:
    """Sort rows into one list for each thing that sounds; twins in a frame go where they are nearest."""
    found: dict[tuple[int, int], list[list[_Row]]] = {}
    for row in sorted(rows, key=lambda row: row.frame):
        lanes = found.setdefault((row.class_index, row.source), [])
        free = [lane for lane in lanes if lane[-1].frame != row.frame]
        if free:
            min(free, key=lambda lane: (_apart(lane[-1], row), lane[0].frame)).append(row)
        else:
            lanes.append([row])
    return found


def _apart(one: _Row, other: _Row) -> float:
    first, second = (angles_to_vector(row.azimuth, row.elevation or 0.0) for row in (one, other))
    return float(angle_between(first, second))


def _object(name: str, label: str, lane: list[_Row], *, stereo: bool) -> SceneObject:
    extra: dict[str, object] = {"source": lane[0].source}
    if stereo:
        extra["onscreen"] = _spans([row.frame for row in lane if row.onscreen])
    kept = [row for index, row in enumerate(lane) if index in (0, len(lane) - 1) or not _resting(lane, index)]
    keyframes = tuple(
        Keyframe(time=round((row.frame + 0.5) * FRAME, 3), azimuth=row.azimuth, elevation=row.elevation,
                 distance=row.distance)
        for row in kept
    )  # fmt: skip
    return SceneObject(
        id=name,
        label=label,
        sounding=tuple((start, end) for start, end in _spans([row.frame for row in lane])),
        front_back="unknown" if stereo else "known",
        keyframes=keyframes,
        extra=extra,
    )


def _resting(lane: list[_Row], index: int) -> bool:
    """Whether a row says what both its neighbours say: the path is the same without it."""
    return lane[index - 1][3:6] == lane[index][3:6] == lane[index + 1][3:6]


def _spans(frames: list[int]) -> list[list[float]]:
    """Join frames that follow each other into [start, end) seconds."""
    spans: list[list[int]] = []
    for frame in frames:
        if spans and spans[-1][1] == frame:
            spans[-1][1] = frame + 1
        else:
            spans.append([frame, frame + 1])
    return [[round(start * FRAME, 3), round(end * FRAME, 3)] for start, end in spans]


def _written(thing: SceneObject, index: int, source: int, scene: Scene, variant: Variant) -> list[tuple[int, ...]]:
    times = (np.arange(int(np.ceil(scene.duration / FRAME - 1e-9))) + 0.5) * FRAME
    path, camera = Path(thing), Camera(scene.camera)
    frames = np.flatnonzero(path.sounds_at(times))
    times = times[frames]
    place = path.at(times)
    if not path.has_direction:
        raise InputError(f"object {thing.id!r}: a DCASE row needs a direction, and no keyframe has an azimuth")
    if variant != "2020" and not np.isfinite(place.distance).all():
        raise InputError(f"object {thing.id!r}: DCASE variant {variant} needs every distance: write variant '2020'")
    azimuth, elevation = vector_to_angles(camera.to_camera(place.direction, times))
    if variant == "2025":
        folded = np.where(np.abs(azimuth) > 90, wrap_azimuth(180 - azimuth), azimuth)
        columns = [folded, place.distance * 100, _onscreen(thing, place.direction, times, camera)]
    elif variant == "2024":
        columns = [azimuth, elevation, place.distance * 100]
    else:
        columns = [azimuth, elevation]
    values = np.round(np.stack([frames, *columns], -1)).astype(int)
    if variant != "2020":
        at = 3 if variant == "2024" else 2  # the distance, which rounds to 1 cm at the least
        values[:, at] = np.maximum(values[:, at], 1)
    values[:, 1] = np.where(values[:, 1] == 180, -180, values[:, 1])
    return [(row[0], index, source, *row[1:]) for row in values.tolist()]


def _onscreen(thing: SceneObject, direction: np.ndarray, times: np.ndarray, camera: Camera) -> np.ndarray:
    if "onscreen" in thing.extra:
        spans = tuple((start, end) for start, end in thing.extra["onscreen"])
        return Path(thing.model_copy(update={"sounding": spans})).sounds_at(times).astype(float)
    points = camera.point_of(direction, times)
    return np.asarray(((points >= 0) & (points <= 1)).all(axis=1), dtype=float)
