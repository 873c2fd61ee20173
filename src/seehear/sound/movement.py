"""What an object does in the picture, on the time grid on which picture and sound are compared.

Read from the object's ``extra``: ``activity`` = ``{"start": s, "rate": Hz, "values": [...]}``, how strongly its own
parts move (0: not at all), and ``contacts`` = times in s at which it hits something. Without an activity its way
through the picture stands in: how fast its box goes and grows.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.scene import Camera, Path, SceneObject, vector_to_angles

Curve = NDArray[np.float64]

_LEAST_WAY = 1.0
_EDGE = 0.01
_AROUND = 10.0
_LEAST_SWING = 1e-6


class Movement(NamedTuple):
    """One object, from before it comes to after it is gone: as long as it stays on either side, ten seconds at least.

    Attributes:
        id: of the object.
        first: place of its first value on the grid.
        times: (n,) s of its values.
        activity: (n,) how strongly it moves; 0 where it is not there.
        contacts: (k,) s, when it hits something.
        present: (n,) whether it is in the picture.
        size: (n,) side of a square as large as its box, fractions of the frame; 0 where it is not there.
        whole: (n,) whether no side of its box lies on the picture's edge.
        azimuth: (n,) deg as the camera sees it, +90 = left; nan where unknown.
        plausible: whether it moves at all, and so may sound.
    """

    id: str
    first: int
    times: Curve
    activity: Curve
    contacts: Curve
    present: NDArray[np.bool_]
    size: Curve
    whole: NDArray[np.bool_]
    azimuth: Curve
    plausible: bool

    @property
    def window(self) -> slice:
        """Its part of the grid."""
        return slice(self.first, self.first + len(self.times))

    @property
    def stay(self) -> slice:
        """From its first to its last moment in the picture, on the grid; empty if it is never there."""
        there = np.flatnonzero(self.present)
        return slice(self.first + int(there[0]), self.first + int(there[-1]) + 1) if len(there) else slice(0, 0)

    def on(self, curve: Curve, window: slice) -> Curve:
        """Bring one of its curves to another part of the grid; 0 where it is not known."""
        found = np.zeros(window.stop - window.start)
        a, b = max(window.start, self.first), min(window.stop, self.first + len(self.times))
        if a < b:
            found[a - window.start : b - window.start] = curve[a - self.first : b - self.first]
        return found


def movement_of(thing: SceneObject, camera: Camera, grid: Curve, duration: float) -> Movement:
    """Read an object's movement on a grid of times, s, of a clip of ``duration`` s."""
    first, last = thing.keyframes[0].time, thing.keyframes[-1].time
    if len(thing.keyframes) == 1:
        first, last = 0.0, duration
    reach = max(_AROUND, last - first)
    start, stop = (int(one) for one in np.searchsorted(grid, [first - reach, last + reach]))
    times = grid[start:stop]
    path = Path(thing)
    boxes = path.box_at(times)
    boxed = np.isfinite(boxes).all(axis=1)
    inside = (times >= thing.keyframes[0].time) & (times <= thing.keyframes[-1].time)
    present = boxed if boxed.any() else inside | (len(thing.keyframes) == 1)
    present = present & (times < duration)
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    size = np.where(boxed, np.sqrt(np.maximum(width * height, 0.0)), 0.0)
    azimuth = _seen_azimuth(path, camera, times)
    activity = _activity(thing.extra.get("activity"), times)
    if activity is None:
        activity = _way(azimuth, boxes, times)
    activity = np.where(present, activity, 0.0)
    contacts = contact_times(thing)
    moves = bool(len(contacts)) or _moves(activity[present], azimuth[present])
    inner = np.nan_to_num(np.concatenate([boxes[:, :2], 1 - boxes[:, 2:]], axis=1))
    whole = np.asarray(boxed & (inner > _EDGE).all(axis=1))
    return Movement(thing.id, start, times, activity, contacts, present, size, whole, azimuth, moves)


def contact_times(thing: SceneObject) -> Curve:
    """Give the (k,) times in s at which an object hits something, in order."""
    found = thing.extra.get("contacts") or []
    times = [one.get("time") if isinstance(one, dict) else one for one in found]
    return np.array(sorted(float(one) for one in times if isinstance(one, int | float)), dtype=np.float64)


def _activity(found: Any, times: Curve) -> Curve | None:  # noqa: ANN401 - from a file
    if not isinstance(found, dict) or not found.get("values") or not found.get("rate"):
        return None
    values = np.maximum(np.nan_to_num(np.array(found["values"], dtype=np.float64)), 0.0)
    stamps = float(found.get("start", 0.0)) + np.arange(len(values)) / float(found["rate"])
    return np.asarray(np.interp(times, stamps, values, left=0.0, right=0.0))


def _seen_azimuth(path: Path, camera: Camera, times: Curve) -> Curve:
    azimuth = np.full(len(times), np.nan)
    if path.has_direction:
        azimuth = vector_to_angles(camera.to_camera(path.at(times).direction, times))[0]
    return azimuth


def _way(azimuth: Curve, boxes: NDArray[np.float64], times: Curve) -> Curve:
    """How fast the box goes and grows, its own sizes a second; without boxes, how fast it turns, deg a second."""
    if len(times) < 2:
        return np.zeros(len(times))
    if np.isfinite(boxes).all(axis=1).sum() < 2:
        return np.nan_to_num(np.abs(np.gradient(np.unwrap(np.nan_to_num(azimuth), period=360.0), times)))
    side = np.sqrt(np.maximum((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]), 1e-8))
    return np.asarray(np.nan_to_num(np.linalg.norm(np.gradient(boxes, times, axis=0), axis=1) / side))


def _moves(activity: Curve, azimuth: Curve) -> bool:
    known = azimuth[np.isfinite(azimuth)]
    swung = float(np.ptp(np.unwrap(known, period=360.0))) if len(known) else 0.0
    return bool(activity.max(initial=0.0) > _LEAST_SWING) or swung >= _LEAST_WAY
