"""From finds to the objects of a scene: names, keyframes, distance, the class of motion."""

from collections.abc import Sequence

import numpy as np

from seehear.errors import InputError
from seehear.scene import Camera, Keyframe, SceneObject, angle_between, vector_to_angles
from seehear.scene.scene import Motion
from seehear.watch.contacts import contacts
from seehear.watch.distance import AT_EDGE, distances
from seehear.watch.finds import Find
from seehear.watch.smoothing import corners
from seehear.watch.working import Reals

_BOX_SLACK = 0.004  # fractions of the frame; the scene promises 0.5 %
_ANGLE_SLACK = 0.4  # deg
_EXIT = 0.5  # seconds a thing is followed beyond the frame's edge
_DISTANCE_SLACK = 0.03  # of the distance's logarithm: 3 %


def named(finds: Sequence[Find], labels: Sequence[str]) -> list[tuple[str, str | None, Find]]:
    """Give every find an id and, where known, a label.

    Finds are numbered in order of appearance. ``"object_0=car"`` labels that one; several bare labels go to the
    unlabelled finds, one each, the most prominent first; one bare label alone goes to all that are nearly as prominent.

    Raises:
        InputError: a label for an id that there is not.
    """
    known: dict[int, str] = {i: "person" for i, one in enumerate(finds) if one.kind == "person"}
    plain = _numbered(len(finds), known)
    given = {key.strip(): label.strip() for key, _, label in (text.partition("=") for text in labels if "=" in text)}
    for name in given:
        if name not in plain:
            raise InputError(
                f"expected a label for one of {', '.join(plain) or 'no objects'}, got {name}={given[name]}"
            )
    known |= {plain.index(name): label for name, label in given.items()}
    free = sorted((i for i in range(len(finds)) if i not in known), key=lambda i: -finds[i].prominence)
    bare = [label.strip() for label in labels if "=" not in label]
    if len(bare) == 1:
        bare *= sum(finds[i].prominence >= 0.25 * finds[free[0]].prominence for i in free)
    known |= dict(zip(free, bare, strict=False))
    names = _numbered(len(finds), known)
    return [(names[i], known.get(i), one) for i, one in enumerate(finds)]


def _numbered(count: int, known: dict[int, str]) -> list[str]:
    names, used = [], dict[str, int]()
    for i in range(count):
        stem = "".join(c if c.isascii() and (c.isalnum() or c == "-") else "_" for c in known.get(i, "object")).strip(
            "_"
        )
        stem = stem or "object"
        used[stem] = used.get(stem, -1) + 1
        names.append(f"{stem}_{used[stem]}")
    return names


def scene_object(name: str, label: str | None, one: Find, camera: Camera, spread: float, rate: float) -> SceneObject:
    """Write one find down as an object of the scene.

    Args:
        name: its id.
        label: what it is; None: unknown.
        one: the find.
        camera: with the pose of the clip.
        spread: factor on the azimuth in the picture.
        rate: analysed views a second.
    """
    directions = spread_directions(camera, one.boxes, one.times, spread)
    azimuth, elevation = vector_to_angles(directions)
    azimuth = np.rad2deg(np.unwrap(np.deg2rad(azimuth)))
    distance = distances(label, one.boxes, one.times, camera)
    keys = _keyframes(one, azimuth, elevation, distance)
    keys += _beyond(one, keys, azimuth, elevation)
    keys += _held(one, keys)
    last = max(keys[-1].time, one.until, one.times[0] + 0.01)
    values = np.interp(np.arange(one.times[0], one.times[-1] + 1e-9, 1 / rate), one.times, one.energy)
    facts: dict[str, object] = {"sounding": "assumed while in view", "found_as": one.kind}
    if len(one.times) > 1:  # one view alone says nothing of movement
        start = round(float(one.times[0]), 4)
        facts["activity"] = {"start": start, "rate": rate, "values": values.round(3).tolist()}
        facts["contacts"] = contacts(one.times, one.path, one.seen)
    if one.assumed:
        facts["place"] = "assumed: only the label says that it is there"
    if distance is None:
        facts["relative_distance"] = _relative(one, keys)
    return SceneObject(
        id=name,
        label=label,
        sounding=((round(float(one.times[0]), 4), round(last, 4)),),
        confidence=round(one.confidence, 3),
        motion=motion_class(one, directions),
        extra=facts,
        keyframes=tuple(keys),
    )


def spread_directions(camera: Camera, boxes: Reals, times: Reals, spread: float) -> Reals:
    """Give the world directions, (n, 3), of box centres, with the azimuth in the picture widened by ``spread``."""
    directions = camera.direction_of_box(boxes, times)
    if spread == 1.0:
        return directions
    azimuth, elevation = vector_to_angles(camera.to_camera(directions, times))
    wide, up = np.deg2rad(np.clip(azimuth * spread, -179.0, 179.0)), np.deg2rad(elevation)
    local = np.stack([np.cos(up) * np.cos(wide), np.cos(up) * np.sin(wide), np.sin(up)], axis=-1)
    return camera.to_world(local, times)


def _keyframes(one: Find, azimuth: Reals, elevation: Reals, distance: Reals | None) -> list[Keyframe]:
    depth = np.zeros(len(one.times)) if distance is None else np.log(distance)
    columns = np.column_stack([one.boxes, azimuth * np.cos(np.deg2rad(elevation)), elevation, depth])
    slack = np.array([_BOX_SLACK] * 4 + [_ANGLE_SLACK] * 2 + [_DISTANCE_SLACK])
    chosen = set(corners(one.times, columns, slack))
    flips = np.flatnonzero(np.diff(one.seen.astype(int)))
    chosen |= {int(i) for i in flips} | {int(i) + 1 for i in flips}
    return [_keyframe(one, i, azimuth, elevation, distance) for i in sorted(chosen)]


def _keyframe(one: Find, i: int, azimuth: Reals, elevation: Reals, distance: Reals | None) -> Keyframe:
    x0, y0, x1, y1 = (round(float(value), 5) for value in one.boxes[i])
    return Keyframe(
        time=round(float(one.times[i]), 4),
        azimuth=_wrapped(float(azimuth[i])),
        elevation=round(float(elevation[i]), 3),
        distance=None if distance is None else round(float(distance[i]), 3),
        box=(x0, y0, x1, y1) if one.seen[i] else None,
        state="seen" if one.seen[i] else "predicted",
    )


def _wrapped(azimuth: float) -> float:
    """Round to 0.001 deg within [-180, 180)."""
    return (round(azimuth, 3) + 180.0) % 360.0 - 180.0 if not -180.0 <= round(azimuth, 3) < 180.0 else round(azimuth, 3)


def _held(one: Find, keys: list[Keyframe]) -> list[Keyframe]:
    """A thing in sight at the last view of its shot stays until the shot ends."""
    end = round(one.until, 4)
    return [keys[-1].model_copy(update={"time": end})] if end > keys[-1].time + 1e-3 else []


def _beyond(one: Find, keys: list[Keyframe], azimuth: Reals, elevation: Reals) -> list[Keyframe]:
    """A thing that ran out of the frame is followed a little further, out of sight."""
    box = one.boxes[-1]
    edges = np.array([box[0] < AT_EDGE, box[2] > 1 - AT_EDGE, box[1] < AT_EDGE, box[3] > 1 - AT_EDGE])
    if one.until > one.times[-1] + 1e-6 or not edges.any() or len(one.times) < 4:
        return []
    back = max(0, int(np.searchsorted(one.times, one.times[-1] - 0.4)))
    if back == len(one.times) - 1:
        return []
    span = one.times[-1] - one.times[back]
    turn, climb = (np.clip((a[-1] - a[back]) / span * _EXIT, -15, 15) for a in (azimuth, elevation))
    outward = (
        (turn > 0.5 and edges[0])
        or (turn < -0.5 and edges[1])
        or (climb > 0.5 and edges[2])
        or (climb < -0.5 and edges[3])
    )
    if not outward:
        return []
    place = {
        "time": round(float(one.times[-1]) + _EXIT, 4),
        "azimuth": _wrapped(float(azimuth[-1] + turn)),
        "elevation": round(float(np.clip(elevation[-1] + climb, -90, 90)), 3),
    }
    return [keys[-1].model_copy(update={**place, "box": None, "state": "predicted"})]


def _relative(one: Find, keys: list[Keyframe]) -> list[float]:
    """Give each keyframe's distance as a multiple of the first one's, from the apparent size."""
    size = np.sqrt(np.prod(one.boxes[:, 2:] - one.boxes[:, :2], axis=1))
    then = np.interp([key.time for key in keys], one.times, size)
    return [round(float(value), 3) for value in then[0] / np.maximum(then, 1e-6)]


def motion_class(one: Find, directions: Reals) -> Motion:
    """Name the motion from the directions (n, 3) and the box's size over time."""
    size = np.sqrt(np.prod(one.boxes[:, 2:] - one.boxes[:, :2], axis=1))
    part = max(1, len(size) // 5)
    first, last, peak = (float(np.median(some)) for some in (size[:part], size[-part:], np.sort(size)[-part:]))
    excursion = float(angle_between(directions, directions[:1]).max())
    grown = np.log(last / first)
    if abs(grown) > 0.35 and (excursion < 8.0 or abs(grown) > 0.9):
        return "approaching" if grown > 0 else "receding"
    if excursion > 8.0 and peak > 1.5 * max(first, last):
        return "passing"
    return "crossing" if excursion > 3.0 else "still"
