"""How large the thing behind a sound is, how far, and how high it stands, where nothing but its class is known.

Priors, told as such: sizes come from `scene.labels`, distances are those at which such things are met. Metres; the
listener's ears and the camera are `EYES` above the ground.
"""

from typing import NamedTuple

import numpy as np

from seehear.listen.facts import SourceFacts
from seehear.scene import CameraSpec
from seehear.scene.labels import SIZES, Size

EYES = 1.6
"""Metres from the ground to the camera."""

ROADSIDE = 9.0
"""Metres: what crosses comes about so near."""

ROOM, HALL, BEYOND = 3.0, 7.0, 0.8
"""Metres: what stands still is about so far, at least and at most; and beyond where the floor comes into sight."""

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


_TABLED = "on a table: table height, and what rings on it"

STILL: dict[str, tuple[str, Size]] = {
    "speech": ("person", Size(1.7, 0.6, "a person with the arms that speak along")),
    "music": ("instrument", Size(1.1, 1.0, "from a guitar and who holds it to a piano")),
    "impact": ("struck thing", Size(1.0, 0.9, "a drum or an anvil, and what it stands on")),
    "engine": ("fan", Size(1.3, 0.5, "a fan on a stand")),
    "animal call": ("pet", Size(0.5, 0.7, "between cat and dog")),
    "water/noise": ("fountain", SIZES["fountain"]),
    "alarm": ("telephone on a table", Size(0.9, 0.5, _TABLED)),
    "other": ("washing machine", SIZES["washing machine"]),
}
"""What stands for a class where it stays in place."""

MOVING: dict[str, tuple[str, Size]] = {
    "speech": ("person", SIZES["person"]),
    "animal call": ("dog", SIZES["dog"]),
    "alarm": ("ambulance", SIZES["ambulance"]),
}
"""What stands for a class where it moves; a vehicle of middle size for all others."""

VEHICLE = ("van", SIZES["van"])


def figure_of(source: SourceFacts, camera: CameraSpec) -> Figure:
    """Give the outline that a source is drawn with: upright on the ground.

    Args:
        source: what is known of it.
        camera: what stands still is taken to stand where this sees the floor: whoever takes a picture steps back.
    """
    moves = source.motion in ("crossing", "approaching", "receding", "passing")
    name, size = MOVING.get(source.label or "", VEHICLE) if moves else _still(source)
    width = min(size.width, size.height) if source.motion in ("approaching", "receding", "passing") else size.width
    measured = None if source.approach is None else source.approach.distance
    near = measured if measured is not None else _usual(source, camera)
    near = float(min(max(near, NEAREST), FARTHEST))
    return Figure(width, size.height, size.height / 2 - EYES, near, measured is not None, name)


def _still(source: SourceFacts) -> tuple[str, Size]:
    """Give what a thing in its place is taken for: where it has no name, the middle of what it may be."""
    if source.label in STILL:
        return STILL[source.label]
    shares = np.array([source.label_shares.get(name, 0.0) for name in STILL]) + 1e-6
    height, width = (np.array([getattr(size, side) for _, size in STILL.values()]) for side in ("height", "width"))
    mean = [float(np.exp(np.average(np.log(sides), weights=shares))) for sides in (height, width)]
    likeliest = list(STILL.values())[int(shares.argmax())][0]
    return f"between {likeliest} and others", Size(mean[0], mean[1], "geometric mean by what it may be")


def _usual(source: SourceFacts, camera: CameraSpec) -> float:
    if source.motion == "passing":
        return BESIDE
    if source.motion in ("approaching", "receding"):
        return ALONG
    return ROADSIDE if source.motion == "crossing" else _standing(camera)


def _standing(camera: CameraSpec) -> float:
    """Give the metres at which what stands on the floor is whole in sight."""
    if camera.projection != "perspective":
        return ROOM
    width, height = camera.size_wh or (16, 9)
    floor = EYES / (np.tan(np.deg2rad(camera.horizontal_fov) / 2) * height / width)
    return float(np.clip(floor + BEYOND, ROOM, HALL))
