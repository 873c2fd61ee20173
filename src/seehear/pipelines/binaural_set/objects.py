"""What is known of a recording, carried over to a clip of it: the same directions, boxes as the new camera sees."""

from collections.abc import Sequence

import numpy as np

from seehear.scene import Camera, CameraPose, CameraSpec, Keyframe, Path, Scene, SceneObject, wrap_azimuth
from seehear.scene.direction import Array

_CLOSE_BOX = 0.002  # of the frame; the scene file asks for 0.005
_CLOSE_DEG = 0.02
_LOOKS = 12  # points along each side of a box
_SLIVER = 0.003  # of the frame: less than this does not count as visible


def later_camera(spec: CameraSpec, start: float, duration: float) -> CameraSpec:
    """Give a camera whose clock begins ``start`` seconds later."""
    stamps = np.array([pose.time for pose in spec.pose] or [0.0])
    angles = np.array([[pose.yaw, pose.pitch, pose.roll] for pose in spec.pose] or [[0.0, 0.0, 0.0]])
    angles = np.rad2deg(np.unwrap(np.deg2rad(angles), axis=0))
    inside = (stamps > start) & (stamps < start + duration)
    times = np.concatenate([[start], stamps[inside], [start + duration]])
    rows = np.stack([np.interp(times, stamps, angles[:, axis]) for axis in range(3)], -1)
    if (np.ptp(rows, axis=0) == 0).all():
        times, rows = times[:1], rows[:1]
    return spec.model_copy(update={"pose": tuple(_pose(t - start, row) for t, row in zip(times, rows, strict=True))})


def seen_objects(
    scene: Scene, source: CameraSpec, target: CameraSpec, *, start: float, duration: float, fps: float
) -> tuple[SceneObject, ...]:
    """Carry a scene's objects over to a clip.

    Args:
        scene: of the whole recording.
        source: the recording's camera by the clip's clock.
        target: the clip's camera.
        start: s of the recording at which the clip begins.
        duration: s of the clip.
        fps: frames a second of the clip.

    Returns:
        The objects, with keyframes close enough that boxes stay within 0.2 % of the frame of the projected ones.
    """
    times = np.unique(np.round(np.append(np.arange(0.0, duration, 1.0 / fps), duration), 6))
    cameras = Camera(source), Camera(target)
    return tuple(_carried(thing, cameras, times, start, duration) for thing in scene.objects)


def projected_box(box: Array, time: float, source: Camera, target: Camera) -> tuple[float, ...] | None:
    """Give the bounds, clipped to the frame, of what a box of another camera holds; None where none of it is seen.

    Args:
        box: (4,) fractions of the source's frame.
        time: s.
        source: the camera that the box is of.
        target: the camera to see it with.
    """
    rays = target.to_camera(source.direction_of(_outline(box), time), time)
    half = np.tan(np.deg2rad(target.spec.horizontal_fov) / 2)
    width, height = target.spec.size_wh or (16, 9)
    for axis, limit in ((1, half), (2, half * height / width)):
        for side in (-1.0, 1.0):
            rays = _within(rays, limit * rays[:, 0] + side * rays[:, axis])
    if len(rays) < 3:
        return None
    across, up = (rays[:, 1:] / np.maximum(rays[:, :1], 1e-9)).T
    points = np.clip(0.5 - np.stack([across / half, up / (half * height / width)], -1) / 2, 0.0, 1.0)
    low, high = points.min(axis=0), points.max(axis=0)
    if (high - low).min() < _SLIVER:
        return None
    return tuple(round(float(value), 6) for value in (*low, *high))


def _outline(box: Array) -> Array:
    """Give points along a box's edges, in order around it."""
    share = np.arange(_LOOKS) / _LOOKS
    corners = box[[[0, 1], [2, 1], [2, 3], [0, 3]]]
    following = np.roll(corners, -1, axis=0)
    return np.asarray(corners[:, None] + (following - corners)[:, None] * share[:, None]).reshape(-1, 2)


def _within(points: Array, height: Array) -> Array:
    """Cut a polygon's (n, 3) points where their height over a plane is negative.

    Reference: Sutherland and Hodgman, "Reentrant polygon clipping", CACM 17(1), 1974.
    """
    after, after_height = np.roll(points, -1, axis=0), np.roll(height, -1)
    crosses = (height >= 0) != (after_height >= 0)
    share = np.divide(height, height - after_height, out=np.zeros_like(height), where=crosses)
    both = np.stack([points, points + (after - points) * share[:, None]], axis=1)
    return np.asarray(both[np.stack([height >= 0, crosses], axis=1)])


def _carried(
    thing: SceneObject, cameras: tuple[Camera, Camera], times: Array, start: float, duration: float
) -> SceneObject:
    way = Path(thing)
    place, boxes = way.at(times + start), way.box_at(times + start)
    seen = [
        projected_box(box, float(time), *cameras) if np.isfinite(box).all() else None
        for box, time in zip(boxes, times, strict=True)
    ]
    rows = np.stack([place.azimuth, place.elevation, place.distance], -1)
    keep = _corners(times, rows, seen)
    spans = [(max(a - start, 0.0), min(b - start, duration)) for a, b in thing.sounding]
    return thing.model_copy(
        update={
            "keyframes": tuple(_key(float(times[i]), rows[i], seen[i]) for i in keep),
            "sounding": tuple((round(a, 6), round(b, 6)) for a, b in spans if b - a > 1e-6),
        }
    )


def _corners(times: Array, rows: Array, seen: Sequence[tuple[float, ...] | None]) -> list[int]:
    """Choose the keyframes between which everything is near enough to linear."""
    table = np.concatenate([rows, [[np.nan] * 4 if box is None else box for box in seen]], axis=1)
    table[:, 0] = np.rad2deg(np.unwrap(np.deg2rad(np.nan_to_num(table[:, 0]))))
    close = np.array([_CLOSE_DEG, _CLOSE_DEG, 1e-3, *[_CLOSE_BOX] * 4])
    keep, last = [0], 0
    for index in range(1, len(times)):
        if index + 1 < len(times) and _is_straight(times, table, last, index + 1, close):
            continue
        keep.append(index)
        last = index
    return keep


def _is_straight(times: Array, table: Array, first: int, last: int, close: Array) -> bool:
    inside = slice(first + 1, last)
    share = ((times[inside] - times[first]) / (times[last] - times[first]))[:, None]
    off = np.abs((1 - share) * table[first] + share * table[last] - table[inside])
    same = np.isnan(table[first : last + 1])
    return bool((np.nan_to_num(off) <= close).all() and (same == same[0]).all())


def _key(time: float, row: Array, box: tuple[float, ...] | None) -> Keyframe:
    azimuth, elevation, distance = (None if np.isnan(value) else round(float(value), 6) for value in row)
    azimuth = None if azimuth is None else round(float(wrap_azimuth(azimuth)), 6)
    data = {"time": round(time, 6), "azimuth": azimuth, "elevation": elevation, "distance": distance}
    return Keyframe.model_validate({**data, "box": box, "state": "seen" if box else None})


def _pose(time: float, row: Array) -> CameraPose:
    yaw, pitch, roll = (float(value) for value in row)
    return CameraPose(
        time=round(float(time), 6), yaw=float(wrap_azimuth(yaw)), pitch=pitch, roll=float(wrap_azimuth(roll))
    )
