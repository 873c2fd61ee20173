"""The camera of one shot at every analysed view: from the frame into the world and back.

Inside, the front is the camera's front at the shot's first view. Turns as measured lead into the world; smoothed ones,
which the scene keeps, lead back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from seehear.scene import Camera, CameraPose, rotation_matrix
from seehear.scene.direction import angles_to_vector, vector_to_angles
from seehear.watch.smoothing import corners, smoothed
from seehear.watch.working import Reals

SMOOTHED_OVER = 0.2  # seconds
_POSE_SLACK = 0.1  # deg
_TRAVELS = 2.0  # deg
_SHAKE = 0.5  # deg; what differs more from its smooth course is no shaking hand
_JUST_BEFORE = 1e-3  # seconds


@dataclass(frozen=True)
class Stage:
    """One shot.

    Attributes:
        clock: (n,) seconds, all analysed views.
        turns: (n, 3) deg, yaw, pitch and roll as measured.
        camera: at rest, with the projection and the frame's proportions.
        size_wh: working size, pixels.
        end: seconds, where the shot ends.
        looks: seconds between looks for each kind of thing.
    """

    clock: Reals
    turns: Reals
    camera: Camera
    size_wh: tuple[int, int]
    end: float
    looks: Mapping[str, float]

    @property
    def travelling(self) -> bool:
        """Whether the camera moved more than a little."""
        return bool(np.ptp(self.turns, axis=0).max() > _TRAVELS)

    @cached_property
    def steady(self) -> Reals:
        """(n, 3) deg, the turns smoothed, beginning with none; the corners of a fast pan stay where they are."""
        if not np.ptp(self.turns, axis=0).max() > 0:
            return np.zeros_like(self.turns)
        turns = np.rad2deg(np.unwrap(np.deg2rad(self.turns), axis=0))
        smooth = np.clip(smoothed(self.clock, turns, SMOOTHED_OVER), turns - _SHAKE, turns + _SHAKE)
        return np.asarray(smooth - smooth[0])

    def angles(self, points: Reals, times: Reals) -> Reals:
        """Give azimuth and elevation in the world, (m, 2) deg, azimuth without jumps, of points (m, 2) of the frame."""
        seen = self.camera.direction_of(points, 0.0)
        world = np.einsum("nij,nj->ni", _rotations(self.turns, self.clock, times), seen)
        azimuth, elevation = vector_to_angles(world)
        return np.column_stack([np.rad2deg(np.unwrap(np.deg2rad(azimuth))), elevation])

    def points(self, angles: Reals, times: Reals) -> Reals:
        """Give the points (m, 2) of the frame where world directions (m, 2) deg are seen."""
        world = angles_to_vector(angles[:, 0], angles[:, 1])
        seen = np.einsum("nij,ni->nj", _rotations(self.steady, self.clock, times), world)
        return self.camera.point_of(seen, 0.0)

    def poses(self) -> list[CameraPose]:
        """Give as few keyframes of the camera as keep within 0.1 deg; the last holds up to the shot's end."""
        smooth = self.steady
        rows = [(float(self.clock[i]), smooth[i]) for i in corners(self.clock, smooth, np.full(3, _POSE_SLACK))]
        if self.end - _JUST_BEFORE > rows[-1][0] + _JUST_BEFORE and np.abs(rows[-1][1]).max() > 1e-3:
            rows.append((self.end - _JUST_BEFORE, rows[-1][1]))
        return [_pose(time, turn) for time, turn in rows]


def _rotations(turns: Reals, clock: Reals, times: Reals) -> Reals:
    rows = turns[np.clip(np.searchsorted(clock, times - 1e-6), 0, len(clock) - 1)]
    return rotation_matrix(rows[:, 0], rows[:, 1], rows[:, 2])


def _pose(time: float, angles: Reals) -> CameraPose:
    yaw, pitch, roll = (round(float((angle + 180) % 360 - 180), 3) + 0.0 for angle in angles)  # no -0.0
    return CameraPose(time=round(time, 4), yaw=yaw, pitch=min(max(pitch, -90.0), 90.0), roll=roll)


def angles_of(rotation: Reals) -> tuple[float, float, float]:
    """Give yaw, pitch, roll in degrees of a rotation ``Rz(yaw) Ry(-pitch) Rx(roll)`` (3, 3)."""
    yaw = np.arctan2(rotation[1, 0], rotation[0, 0])
    pitch = np.arcsin(np.clip(rotation[2, 0], -1, 1))
    rest = rotation_matrix(np.rad2deg(yaw), np.rad2deg(pitch), 0.0).T @ rotation
    roll = np.arctan2(rest[2, 1], rest[1, 1])
    return float(np.rad2deg(yaw)), float(np.rad2deg(pitch)), float(np.rad2deg(roll))
