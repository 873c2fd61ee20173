"""Who plays an object: the drawing for its label, and what moves in it."""

from collections.abc import Callable, Sequence

import numpy as np

from seehear.draw.loudness import Loudness, levels_at
from seehear.figures.act import Act
from seehear.figures.cast import CAST
from seehear.figures.cutout import Figure, to_the_right
from seehear.figures.vehicle_ends import end_of
from seehear.scene import Path, SceneObject
from seehear.scene.direction import Array
from seehear.voices import canonical

_STEP = 0.02  # seconds between the levels and boxes that a drawing goes by
_STRIDES = 1.8  # steps a second of a person on the move, where no contacts are told
_MOVED = 0.02  # share of the frame that the box's middle travels before a person is taken to walk
_ENDS = ("car", "bus", "truck", "ambulance", "motorcycle")

_ALSO = {
    **dict.fromkeys(
        ("man", "woman", "child", "boy", "girl", "people", "speech", "singer", "voice", "talking"), "person"
    ),
    **dict.fromkeys(("footsteps", "walking", "pedestrian"), "person"),
    **dict.fromkeys(("engine", "vehicle", "horn", "taxi", "van"), "car"),
    **dict.fromkeys(("siren", "police car", "fire engine"), "ambulance"),
    **dict.fromkeys(("alarm",), "alarm clock"),
    **dict.fromkeys(("music", "instrument"), "guitar"),
    **dict.fromkeys(("impact", "knock", "hit"), "hammer"),
    **dict.fromkeys(("animal", "animal call", "puppy"), "dog"),
    **dict.fromkeys(("bicycle bell", "bike"), "bicycle"),
    **dict.fromkeys(("bounce",), "ball"),
}
"""Labels drawn as something else in the cast: the most usual thing that sounds so."""


class _Shown(Act):
    """An act told by its levels alone: an hour of them is a few megabytes.

    Args:
        times: (n,) seconds.
        levels: (n,) how loud it looks, 0 to 1.
        contacts: seconds, rising, at which something touches something.
        metres: (n,) travelled since the start.
    """

    def __init__(self, times: Array, levels: Array, contacts: Sequence[float], metres: Array) -> None:
        super().__init__(np.zeros(1, np.float32), 1, contacts=contacts, times=times, metres=metres)
        self._stamps, self._seen = times, levels / max(float(levels.max(initial=0.0)), 1e-9)

    def level(self, time: float) -> float:
        """Say how loud it looks, [0, 1] of its own loudest."""
        return float(np.interp(time, self._stamps, self._seen))


def drawn_as(label: str | None) -> str | None:
    """Give the label in the cast that stands for a label; None if nothing there looks like it.

    Example:
        >>> drawn_as("a dog barking"), drawn_as("speech"), drawn_as("thunder"), drawn_as(None)
        ('dog', 'person', None, None)
    """
    if label is None:
        return None
    plain = label.strip().lower()
    for word in (plain, canonical(plain)):
        if word in CAST:
            return word
        if word in _ALSO:
            return _ALSO[word]
    return None


def figure_of(
    thing: SceneObject,
    path: Path,
    duration: float,
    known: dict[str, Loudness],
    shape: Array,
    *,
    rng: np.random.Generator,
) -> Figure | None:
    """Make the drawing of an object; None where the cast has none for its label.

    Args:
        thing: the object.
        path: its path.
        duration: seconds of the scene.
        known: object id -> how loud; see `levels_at`.
        shape: (4,) pixels that a box of the whole picture spans.
        rng: settles colours.
    """
    role = drawn_as(thing.label)
    if role is None:
        return None
    times = np.arange(0.0, duration + _STEP, _STEP)
    boxes = path.box_at(times)
    moves = float(np.nan_to_num(np.ptp(_middles(boxes)))) > _MOVED
    if role in ("person", "speaker"):
        role = "person" if moves or thing.label in ("footsteps", "walking") else "speaker"
    act = _act(thing, path, times, known, walks=moves and role == "person")
    side = CAST[role].maker(act, rng).facing(_facing(times, boxes))
    if role not in _ENDS:
        return side
    end = end_of(role, front=thing.motion != "receding")(act, rng)
    return end if _end_on(thing, boxes * shape, side, end) else side


def _middles(boxes: Array) -> Array:
    middles = (boxes[:, 0] + boxes[:, 2]) / 2
    return middles[np.isfinite(middles)] if np.isfinite(middles).any() else np.zeros(1)


def _end_on(thing: SceneObject, boxes: Array, side: Figure, end: Figure) -> bool:
    """Whether a vehicle is seen from its front or rear: by the shape of its box, else by its motion."""
    sides = (boxes[:, 2:] - boxes[:, :2])[np.isfinite(boxes).all(axis=1)]
    if not len(sides):
        return thing.motion in ("approaching", "receding")
    shape = float(np.median(sides[:, 0] / np.maximum(sides[:, 1], 1e-6)))
    away = [abs(np.log(max(shape, 1e-3) * one.height / one.width)) for one in (side, end)]
    return bool(away[1] < away[0])


def _facing(times: Array, boxes: Array) -> Callable[[float], int]:
    """Look to where the box goes; while it rests, to where it went last."""
    middles = (boxes[:, 0] + boxes[:, 2]) / 2
    step = np.nan_to_num(np.diff(middles, prepend=middles[:1]))
    sign = np.where(step > 1e-4, 1, np.where(step < -1e-4, -1, 0))
    told = np.flatnonzero(sign)
    if not len(told):
        return to_the_right
    last = np.searchsorted(told, np.arange(len(sign)), side="right") - 1
    held = sign[told[np.maximum(last, 0)]]
    return lambda time: int(held[min(int(np.searchsorted(times, time)), len(held) - 1)])


def _act(thing: SceneObject, path: Path, times: Array, known: dict[str, Loudness], *, walks: bool) -> Act:
    """Give what the drawing's mouth, wheels and strikers go by."""
    levels = levels_at(thing, path, known, times)
    told = thing.extra.get("contacts")
    contacts = [float(one) for one in told] if isinstance(told, list) else []
    if not contacts and walks:
        contacts = list(np.arange(0.2, times[-1], 1 / _STRIDES))
    return _Shown(times, levels, contacts, _travelled(path, times))


def _travelled(path: Path, times: Array) -> Array:
    """Metres along the path; where distances are unknown, as if it were 6 m away."""
    place = path.at(times)
    metres = place.direction * np.where(np.isfinite(place.distance), place.distance, 6.0)[:, None]
    steps = np.nan_to_num(np.linalg.norm(np.diff(metres, axis=0), axis=1))
    return np.concatenate([[0.0], np.cumsum(steps)])
