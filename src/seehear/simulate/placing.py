"""Where things may stand: in sight, on the floor, not in each other's way."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from seehear.figures.cutout import Figure
from seehear.scene import CameraPose, CameraSpec, Room
from seehear.scene.direction import Array
from seehear.simulate.world import Setting

EYES = 1.5
"""Metres from the floor to the camera."""

_TRIES = 60
_APART = 0.02  # of the frame between two things


class Lens(NamedTuple):
    """What a perspective camera sees, as slopes.

    Attributes:
        aside: tangent of half the horizontal field of view.
        up: tangent of half the vertical one.
    """

    aside: float
    up: float

    def nearest(self, height: float) -> float:
        """Give the metres ahead from which the floor, ``height`` metres down, is in sight; at most 7."""
        return min(max(1.06 * height / self.up, 1.8), 7.0)


def lens_of(setting: Setting, fov: float) -> Lens:
    """Give the lens of a setting; all around, that of a perspective 16:9 camera in its place."""
    width, height = setting.size_wh if setting.projection == "perspective" else (16, 9)
    aside = float(np.tan(np.deg2rad(fov) / 2))
    return Lens(aside, aside * height / width)


def camera_for(setting: Setting, fov: float, *, pose: Sequence[CameraPose] = ()) -> CameraSpec:
    """Give the camera of a setting; all around it sees everything and does not turn."""
    if setting.projection == "equirectangular":
        return CameraSpec(projection="equirectangular", horizontal_fov=360.0, size_wh=setting.size_wh)
    kept = tuple(pose) or (CameraPose(time=0.0),)
    return CameraSpec(horizontal_fov=fov, size_wh=setting.size_wh, pose=kept)


class Spots:
    """Gives out places on the floor in sight of a camera that does not turn.

    Args:
        lens: what it sees.
        depth: metres ahead, nearest and farthest.
        rng: draws the places.
        overlap: share of a thing's width that another may cover.
    """

    def __init__(
        self, lens: Lens, depth: tuple[float, float], *, rng: np.random.Generator, overlap: float = 0.0
    ) -> None:
        self._lens, self._depth, self._rng, self._overlap = lens, depth, rng, overlap
        self._taken: list[tuple[float, float, float]] = []

    def find(self, width: float, *, beside: bool = False) -> tuple[float, float] | None:
        """Give metres ahead and to the left for something so many metres wide; None where there is no room left.

        Args:
            width: metres.
            beside: right beside the last one, at its distance.
        """
        for attempt in range(_TRIES):
            ahead = float(self._rng.uniform(*self._depth))
            if beside and self._taken and attempt < 8:
                ahead = self._taken[-1][2]
            half = width / 2 / ahead / (2 * self._lens.aside)
            room = 0.485 - half
            if room <= 0:
                continue
            middle = self._middle(half, room, close=beside and bool(self._taken) and attempt < 8)
            if abs(middle) <= room and self._free(middle, half):
                self._taken.append((middle, half, ahead))
                return ahead, -middle * ahead * 2 * self._lens.aside
        return None

    def _middle(self, half: float, room: float, *, close: bool) -> float:
        if not close:
            return float(self._rng.uniform(-room, room))
        last, wide, _ = self._taken[-1]
        side = 1.0 if self._rng.random() < 0.5 else -1.0
        return last + side * (wide + half + _APART + float(self._rng.uniform(0.0, 0.03)))

    def _free(self, middle: float, half: float) -> bool:
        keep = 1.0 - self._overlap
        return all(
            abs(middle - at) > keep * (half + wide) + _APART * (self._overlap == 0) for at, wide, _ in self._taken
        )


def room_around(depth: float, aside: float, *, rng: np.random.Generator, eyes: float = EYES) -> Room:
    """Give a room that reaches at least so far ahead and to both sides of the camera, with a reverberation time."""
    behind = float(rng.uniform(1.2, 2.5))
    left, right = (aside + float(rng.uniform(0.5, 1.5)) for _ in range(2))
    size = (behind + depth + float(rng.uniform(0.5, 1.2)), left + right, eyes + float(rng.uniform(1.3, 1.8)))
    long, wide, high = (round(side, 2) for side in size)
    listener = (round(behind, 2), round(right, 2), eyes)
    return Room(size=(long, wide, high), listener=listener, rt60=round(float(rng.uniform(0.25, 0.7)), 2))


def standing(figure: Figure, ahead: float, left: float, *, ground: float) -> Array:
    """Give the middle of a figure that stands ``ground`` metres below the camera."""
    return np.array([ahead, left, figure.height / 2 - ground])
