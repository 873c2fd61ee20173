"""From a figure's way through the world to keyframes: exact places, and boxes that are its projected bounds.

The places go through a `Path`, which then is the truth: the keyframes are points of it, close enough that a box
interpolated linearly between them stays within 0.2 % of the frame of the projected bounds.
"""

from collections.abc import Callable, Sequence

import numpy as np

from seehear.scene import Camera, Keyframe, Path, SceneObject, vector_to_angles
from seehear.scene.direction import Array

_CLOSE = 0.002  # of the frame; the scene file asks for 0.005
_SHOWING = 0.003  # of the frame: less than this of a figure does not count as visible
_STEP = 0.002  # seconds between looks for the moments when a box meets the frame's edge

Waypoint = tuple[float, Array]
"""Time in seconds; x, y, z in metres."""

Project = Callable[[Array], Array]
"""(n,) seconds -> (n, 4) boxes, not clipped to the frame."""


def keyframes_along(
    waypoints: Sequence[Waypoint], bounds: tuple[float, float], camera: Camera, *, duration: float
) -> tuple[Keyframe, ...]:
    """Give the keyframes of a figure that goes by waypoints.

    Args:
        waypoints: the figure's middle, times rising.
        bounds: its width and height, metres; it stands upright, facing the camera.
        camera: where it is seen from.
        duration: seconds of the clip.
    """
    way = way_through(waypoints)

    def project(times: Array) -> Array:
        return projected_boxes(camera, way.at(times).position, bounds, times)

    return keyframes_of(way, [time for time, _ in waypoints], project, duration=duration)


def way_through(waypoints: Sequence[Waypoint]) -> Path:
    """Give the path through waypoints, as a scene file's numbers say it."""
    return Path(SceneObject(id="way", keyframes=tuple(_placed(time, place) for time, place in waypoints)))


def keyframes_of(
    way: Path, stamps: Sequence[float], project: Project, *, duration: float, step: float | None = None
) -> tuple[Keyframe, ...]:
    """Give the keyframes of a way whose picture is projected by a function.

    Args:
        way: where the middle is.
        stamps: seconds that must be among the keyframes: the waypoints', or the path would be another.
        project: (n,) seconds -> (n, 4) boxes, not clipped; nan where nothing is to be seen.
        duration: seconds of the clip.
        step: seconds between looks at what moves by itself; None: only the way moves, and smoothly.
    """
    times = np.unique(np.concatenate([stamps, _edge_times(project, duration)]))
    times = _dense(times, project) if step is None else _followed(times, project, step)
    times = times[np.unique(np.round(times, 6), return_index=True)[1]]  # two within a microsecond are one keyframe
    boxes = visible_boxes(project(times))
    keys = []
    for time, place, box in zip(times, way.at(times).position, boxes, strict=True):
        seen = bool(np.isfinite(box).all())
        keys.append(_placed(float(time), place, tuple(np.round(box, 6).tolist()) if seen else None))
    return tuple(keys)


def projected_boxes(camera: Camera, positions: Array, bounds: tuple[float, float], times: Array) -> Array:
    """Give the boxes, (n, 4) fractions, of upright figures facing the camera; not clipped to the frame.

    Args:
        camera: a perspective camera.
        positions: (n, 3) metres, the middles; those behind the camera give nan.
        bounds: width and height, metres.
        times: (n,) seconds.
    """
    width, height = camera.spec.size_wh or (16, 9)
    depth = camera.to_camera(positions, times)[:, 0]
    span = 2 * np.tan(np.deg2rad(camera.spec.horizontal_fov) / 2) * np.where(depth > 1e-9, depth, np.nan)
    half = np.stack([bounds[0] / span, bounds[1] / span * width / height], -1) / 2
    centre = camera.point_of(positions, times)
    return np.concatenate([centre - half, centre + half], axis=-1)


def visible_boxes(boxes: Array) -> Array:
    """Clip boxes, (n, 4), to the frame; nan where less than a sliver shows."""
    clipped = np.clip(boxes, 0.0, 1.0)
    showing = (clipped[:, 2:] - clipped[:, :2]).min(axis=1) >= 0.97 * _SHOWING
    return np.asarray(np.where(showing[:, None], clipped, np.nan))


def _placed(time: float, place: Array, box: tuple[float, ...] | None = None) -> Keyframe:
    azimuth, elevation = (round(float(angle), 6) for angle in vector_to_angles(place))
    distance, state = round(float(np.linalg.norm(place)), 6), "seen" if box else None
    data = {"time": round(time, 6), "azimuth": azimuth, "elevation": elevation, "distance": distance}
    return Keyframe.model_validate({**data, "box": box, "state": state})


def _edge_times(project: Project, duration: float) -> Array:
    """The moments when a side of the box crosses the frame's edge, or the figure comes into sight or leaves it."""
    times = np.linspace(0.0, duration, int(np.ceil(duration / _STEP)) + 1)
    boxes = project(times)
    found = [np.array([0.0, duration])]
    for side, level in [(0, 0.0), (0, 1.0 - _SHOWING), (1, 0.0), (1, 1.0 - _SHOWING),
                        (2, 1.0), (2, _SHOWING), (3, 1.0), (3, _SHOWING)]:  # fmt: skip
        apart = boxes[:, side] - level
        at = np.flatnonzero(apart[:-1] * apart[1:] < 0)
        found.append(times[at] + (times[at + 1] - times[at]) * apart[at] / (apart[at] - apart[at + 1]))
    return np.concatenate(found)


def _dense(times: Array, project: Project) -> Array:
    """Halve the gaps in which the linear box strays from the projected one."""
    inside = np.linspace(0.0, 1.0, 9)[1:-1]
    for _ in range(12):
        ends = visible_boxes(project(times))
        at = times[:-1, None] + np.diff(times)[:, None] * inside
        there = visible_boxes(project(at.ravel()))
        linear = ends[:-1, None] * (1 - inside[:, None]) + ends[1:, None] * inside[:, None]
        off = np.abs(linear - there.reshape(linear.shape)).max(axis=(1, 2))
        worst = np.nan_to_num(off, nan=0.0) > _CLOSE
        if not worst.any():
            break
        times = np.sort(np.concatenate([times, (times[:-1] + times[1:])[worst] / 2]))
    return times


def _followed(times: Array, project: Project, step: float) -> Array:
    """Add the moments at which the linear box strays most, until it strays nowhere (Douglas and Peucker, 1973)."""
    fine = np.asarray(np.round(np.arange(times[0], times[-1], step), 6), dtype=np.float64)
    there = visible_boxes(project(fine))
    for _ in range(len(fine)):
        ends = visible_boxes(project(times))
        linear = np.stack([np.interp(fine, times, ends[:, side]) for side in range(4)], -1)
        off = np.nan_to_num(np.abs(linear - there).max(axis=1), nan=0.0)
        gaps = np.searchsorted(times, fine, side="right")
        worst = np.flatnonzero(off > _CLOSE)
        if not len(worst):
            break
        order = worst[np.lexsort((-off[worst], gaps[worst]))]
        first = np.unique(gaps[order], return_index=True)[1]
        times = np.union1d(times, fine[order[first]])
    return times
