"""How large the thing behind a sound is, how far, and how high it stands, where nothing but its class is known.

Priors, told as such: sizes come from `scene.labels`, distances are those at which such things are met. Metres; the
listener's ears and the camera are `EYES` above the ground.
"""

from typing import Literal, NamedTuple

from seehear.listen.facts import SourceFacts
from seehear.scene.labels import SIZES, Size

EYES = 1.6
"""Metres from the ground to the camera."""

INDOORS, ROADSIDE = 4.0, 9.0
"""Metres: what stands still is about so far; what crosses comes about so near."""

ALONG = 9.0
"""Metres at the nearest of what comes or goes along the line of sight and stays in sight."""

BESIDE = 4.0
"""Metres at the nearest of what passes by the listener."""

NEAREST, FARTHEST = 1.0, 120.0
"""Metres within which all distances are kept."""


class Figure(NamedTuple):
    """A thing's outline.

    Attributes:
        width: metres across the picture.
        height: metres.
        middle: metres of its middle above the camera (below it: negative).
        near: metres at its closest.
        known: whether the distance was measured, not taken from what is usual.
        prior: what it was taken for, in words.
    """

    width: float
    height: float
    middle: float
    near: float
    known: bool
    prior: str


def figure_of(source: SourceFacts) -> Figure:
    """Give the outline that a source is drawn with."""
    moves = source.motion in ("crossing", "approaching", "receding", "passing")
    name, stands = _taken_for(source.label, moving=moves)
    size = SIZES[name]
    width = _front(size) if source.motion in ("approaching", "receding", "passing") and moves else size.width
    middle = size.height / 2 - EYES if stands == "ground" else 0.75 + size.height / 2 - EYES
    measured = None if source.approach is None else source.approach.distance
    near = measured if measured is not None else _usual(source)
    return Figure(width, size.height, middle, float(min(max(near, NEAREST), FARTHEST)), measured is not None, name)


def _taken_for(label: str | None, *, moving: bool) -> tuple[str, Literal["ground", "table"]]:
    """Name the thing whose size stands for a class: a thing of middle size among those that sound like it."""
    if moving:
        return {"speech": "person", "animal call": "dog", "alarm": "ambulance"}.get(label or "", "car"), "ground"
    return {
        "speech": ("person", "ground"), "music": ("guitar", "ground"), "impact": ("drum", "table"),
        "engine": ("fan", "ground"), "animal call": ("dog", "ground"), "water/noise": ("fountain", "ground"),
        "alarm": ("clock", "table"), "other": ("washing machine", "ground"), None: ("washing machine", "ground"),
    }[label]  # type: ignore[return-value]  # fmt: skip


def _front(size: Size) -> float:
    """Give the width of a vehicle seen along its way; what is upright is as wide from all sides."""
    return size.width if size.width <= 1.2 * size.height else min(size.width, 1.25 * size.height)


def _usual(source: SourceFacts) -> float:
    if source.motion == "passing":
        return BESIDE
    if source.motion in ("approaching", "receding"):
        return ALONG
    return ROADSIDE if source.motion == "crossing" else INDOORS
