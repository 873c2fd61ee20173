"""From a source's facts to keyframes: directions as measured, boxes as its figure is projected by the camera.

The measured azimuths are thinned to evenly spaced keyframes, and to more where the course bends; the way between them
(`scene.Path`) is what the boxes are projected from, so that the linear box stays within `CLOSE` of the projected one.
Azimuth in degrees, time in seconds, boxes in fractions of the frame.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from seehear.listen.facts import SourceFacts
from seehear.listen.figures import FARTHEST, Figure
from seehear.scene import Camera, Keyframe, Path, SceneObject, wrap_azimuth
from seehear.scene.direction import Array

CLOSE = 0.003
"""Of the frame: how far a linear box may be off; the scene file asks for 0.005."""

SHOWING = 0.01
"""Of the frame: less than this of a thing does not count as visible."""

BENDS = 3.0
"""Deg off the measured course from which another keyframe is put in."""

_STEPS = 2000
Project = Callable[[Array], Array]


class Line(NamedTuple):
    """A source's direction and distance at (n,) times."""

    time: Array
    azimuth: Array
    elevation: Array
    distance: Array


def keyframes_of(
    source: SourceFacts, figure: Figure, camera: Camera, *, duration: float, count: int
) -> tuple[Keyframe, ...]:
    """Give a source's keyframes.

    Args:
        source: its facts.
        figure: its size and distance.
        camera: how the picture is taken.
        duration: seconds of the scene.
        count: keyframes, evenly spaced; more are put in where the course bends or the box needs them.
    """
    even = np.unique(np.round(np.linspace(0.0, duration, max(count, 2)), 4))
    if not np.isfinite(source.azimuth).any():
        return (Keyframe(time=0.0),)
    course = _course(source, figure)
    still = source.motion == "still"
    stamps = even if still else _bends(even, course)
    way = Path(SceneObject(id="way", keyframes=tuple(_keys(stamps, course, figure))))

    def project(times: Array) -> Array:
        return _boxes(camera, way, course, figure, times)

    times = stamps if still else _dense(np.union1d(stamps, _edges(project, duration)), project)
    return tuple(_key(time, way, course, figure, box) for time, box in zip(times, visible(project(times)), strict=True))


def _course(source: SourceFacts, figure: Figure) -> Line:
    known = np.isfinite(source.azimuth)
    time, azimuth = source.times[known], source.azimuth[known]
    azimuth = np.rad2deg(np.unwrap(np.deg2rad(azimuth)))
    azimuth = _smooth(azimuth)
    if source.motion == "still":
        azimuth = np.full_like(azimuth, np.median(azimuth))
    if source.motion == "passing" and source.front_back == "unknown" and source.approach is not None:
        azimuth = _unfolded(time, azimuth, source.approach.time)
    near = np.nan_to_num(source.relative_distance[known], nan=1.0) if source.motion != "still" else np.ones(len(time))
    distance = np.minimum(figure.near * near, FARTHEST)
    heard = source.elevation[known]
    # without an ear for height, things stand where their figure stands
    level = np.rad2deg(np.arctan2(figure.middle, distance))
    return Line(time, azimuth, np.where(np.isfinite(heard), heard, level), distance)


def _smooth(azimuth: Array) -> Array:
    """Take the shake of single readings out: a triangle over five points, straight on at both ends."""
    if len(azimuth) < 5:
        return azimuth
    ends = [2 * azimuth[0] - azimuth[2:0:-1], azimuth, 2 * azimuth[-1] - azimuth[-2:-4:-1]]
    return np.asarray(np.convolve(np.concatenate(ends), np.array([1.0, 2.0, 3.0, 2.0, 1.0]) / 9.0, mode="valid"))


def _unfolded(time: Array, azimuth: Array, closest: float) -> Array:
    """Lead the azimuth on behind the listener: a straight way does not come back to the front."""
    side = 1.0 if np.median(azimuth) >= 0 else -1.0
    return np.asarray(np.where(time > closest, side * 180.0 - azimuth, azimuth))


def _at(course: Line, values: Array, times: Array) -> Array:
    """Read a column of a line at times; held outside."""
    return np.asarray(np.interp(times, course.time, values))


def _bends(even: Array, course: Line) -> Array:
    """Add the times at which the course is farthest from the lines between keyframes, while it is far."""
    times = even
    for _ in range(len(even)):
        line = np.interp(course.time, times, _at(course, course.azimuth, times))
        off = np.abs(line - course.azimuth)
        worst = int(off.argmax())
        if off[worst] <= BENDS:
            break
        times = np.union1d(times, np.round(course.time[worst], 4))
    return times


def _keys(times: Array, course: Line, figure: Figure) -> list[Keyframe]:
    azimuth = wrap_azimuth(_at(course, course.azimuth, times))
    elevation, distance = (_at(course, one, times) for one in (course.elevation, course.distance))
    return [
        Keyframe(time=_second(t), azimuth=float(a), elevation=float(e), distance=float(d) if figure.known else None)
        for t, a, e, d in zip(times, azimuth, elevation, distance, strict=True)
    ]


def _second(time: float) -> float:
    return round(float(time), 4)


def _key(time: float, way: Path, course: Line, figure: Figure, box: Array) -> Keyframe:
    place = way.at(_second(time))
    seen = bool(np.isfinite(box).all())
    inside = course.time[0] - 0.05 <= time <= course.time[-1] + 0.05
    return Keyframe(
        time=_second(time),
        azimuth=round(float(place.azimuth[0]), 4),
        elevation=round(float(place.elevation[0]), 4),
        distance=round(float(place.distance[0]), 4) if figure.known else None,
        box=(float(box[0]), float(box[1]), float(box[2]), float(box[3])) if seen else None,
        state=None if inside else "predicted",
    )


def _boxes(camera: Camera, way: Path, course: Line, figure: Figure, times: Array) -> Array:
    """Give the boxes, (n, 4), not clipped, of an upright figure facing the camera; nan behind it."""
    place = way.at(times)
    distance = place.distance if figure.known else _at(course, course.distance, times)
    centre = camera.point_of(place.direction, times)
    width, height = camera.spec.size_wh or (16, 9)
    if camera.spec.projection == "perspective":
        ahead = camera.to_camera(place.direction, times)[:, 0] * distance
        span = 2 * np.tan(np.deg2rad(camera.spec.horizontal_fov) / 2) * np.where(ahead > 0.1, ahead, np.nan)
        half = np.stack([figure.width / span, figure.height / span * width / height], -1) / 2
    else:
        angle = np.rad2deg(np.stack([figure.width / distance, figure.height / distance], -1))
        half = angle / np.array([camera.spec.horizontal_fov, camera.spec.horizontal_fov * height / width]) / 2
    return np.concatenate([centre - half, centre + half], axis=-1)


def visible(boxes: Array) -> Array:
    """Clip boxes, (n, 4), to the frame; nan where less than `SHOWING` of a thing shows."""
    clipped = np.clip(boxes, 0.0, 1.0)
    showing = (clipped[:, 2:] - clipped[:, :2]).min(axis=1) >= 0.97 * SHOWING
    return np.asarray(np.where(showing[:, None], np.round(clipped, 6), np.nan))


def _edges(project: Project, duration: float) -> Array:
    """Give the moments at which the box meets the frame's edge, or comes into sight, or goes out of it."""
    times = np.linspace(0.0, duration, _STEPS)
    boxes = project(times)
    found = [np.array([0.0])]
    levels = [(0, 0.0), (0, 1 - SHOWING), (1, 0.0), (1, 1 - SHOWING), (2, 1.0), (2, SHOWING), (3, 1.0), (3, SHOWING)]
    for side, level in levels:
        apart = boxes[:, side] - level
        at = np.flatnonzero(apart[:-1] * apart[1:] < 0)
        found.append(times[at] + (times[at + 1] - times[at]) * apart[at] / (apart[at] - apart[at + 1]))
    return np.unique(np.round(np.concatenate(found), 4))


def _dense(times: Array, project: Project) -> Array:
    """Halve the gaps in which the linear box strays from the projected one."""
    inside = np.linspace(0.0, 1.0, 7)[1:-1]
    for _ in range(6):
        ends = visible(project(times))
        at = times[:-1, None] + np.diff(times)[:, None] * inside
        there = visible(project(at.ravel()))
        linear = ends[:-1, None] * (1 - inside[:, None]) + ends[1:, None] * inside[:, None]
        off = np.nan_to_num(np.abs(linear - there.reshape(linear.shape)), nan=0.0).max(axis=(1, 2))
        worst = (off > CLOSE) & (np.diff(times) > 1e-3)
        if not worst.any():
            break
        times = np.unique(np.round(np.concatenate([times, (times[:-1] + times[1:])[worst] / 2]), 4))
    return times
