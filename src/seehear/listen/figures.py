"""How large the thing behind a sound is, how far, and how high it stands, where nothing but its class is known.

Priors, told as such: sizes come from `scene.labels`, distances are those at which such things are met. Metres; the
listener's ears and the camera are `EYES` above the ground.
"""

from typing import NamedTuple

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


STILL: dict[str, tuple[str, Size]] = {
    "speech": ("person", SIZES["person"]),
    "music": ("instrument", Size(1.1, 0.7, "between guitar and piano")),
    "impact": ("struck thing", Size(1.0, 0.9, "a drum or an anvil, and what it stands on")),
    "engine": ("fan", SIZES["fan"]),
    "animal call": ("dog", SIZES["dog"]),
    "water/noise": ("fountain", SIZES["fountain"]),
    "alarm": ("telephone on a table", Size(0.9, 0.5, "table height, and what rings on it")),
}
"""What stands for a class where it stays in place."""

MOVING: dict[str, tuple[str, Size]] = {
    "speech": ("person", SIZES["person"]),
    "animal call": ("dog", SIZES["dog"]),
    "alarm": ("ambulance", SIZES["ambulance"]),
}
"""What stands for a class where it moves; a vehicle of middle size for all others."""

VEHICLE = ("van", SIZES["van"])
THING = ("washing machine", SIZES["washing machine"])


def figure_of(source: SourceFacts) -> Figure:
    """Give the outline that a source is drawn with: upright on the ground."""
    moves = source.motion in ("crossing", "approaching", "receding", "passing")
    name, size = MOVING.get(source.label or "", VEHICLE) if moves else STILL.get(source.label or "", THING)
    width = min(size.width, size.height) if source.motion in ("approaching", "receding", "passing") else size.width
    measured = None if source.approach is None else source.approach.distance
    near = measured if measured is not None else _usual(source)
    near = float(min(max(near, NEAREST), FARTHEST))
    return Figure(width, size.height, size.height / 2 - EYES, near, measured is not None, name)


def _usual(source: SourceFacts) -> float:
    if source.motion == "passing":
        return BESIDE
    if source.motion in ("approaching", "receding"):
        return ALONG
    return ROADSIDE if source.motion == "crossing" else INDOORS
