"""Where the camera looks: near the loudest direction at first, then piecewise-linear drifts.

Reference: ViSAudio (arXiv 2512.03036), data set construction: the start near the direction of most energy, offset from
it; yaw, pitch and roll piecewise-linear in time with random drifts. Its ranges are not published; these are ours.
"""

from typing import Final, NamedTuple

import numpy as np

from seehear.errors import InputError
from seehear.media.stems import Samples
from seehear.scene import CameraPose, vector_to_angles, wrap_azimuth
from seehear.scene.direction import Array, angles_to_vector
from seehear.score.foa_map import STEP, energy_map, solid_angles

_LARGEST_PITCH: Final = 30.0
_LARGEST_ROLL: Final = 10.0
_LARGEST_STEP: Final = 90.0  # deg of yaw from pose to pose, so that no way round is mistaken
_SLICES: Final = 3


class Wander(NamedTuple):
    """How a camera path is drawn; every value is the end of a uniform range.

    Attributes:
        yaw_offset: deg from the main direction at the start, either way.
        pitch_offset: the same in pitch.
        yaw_rate: deg/s of a piece.
        pitch_rate: deg/s.
        roll_rate: deg/s.
        still: share of clips whose camera does not move.
    """

    yaw_offset: float = 30.0
    pitch_offset: float = 10.0
    yaw_rate: float = 15.0
    pitch_rate: float = 3.0
    roll_rate: float = 2.0
    still: float = 0.25


class MainDirection(NamedTuple):
    """The direction of most energy.

    Attributes:
        vector: (3,) unit vector, in the field's axes.
        contrast_db: the map's maximum over its mean over the sphere: 0 for a field that is even all around, 2.4 for one
            plane wave of first order (the mean of (1 + cos)^2 is 4/3: 4.8 dB in power).
    """

    vector: Array
    contrast_db: float


def main_direction(field: Samples) -> MainDirection:
    """Give the direction of most energy of a field, from its map on a grid of 2 deg.

    Args:
        field: (K, n) ACN, SN3D, order 1 or more; the first four channels are looked at.

    Returns:
        Straight ahead, contrast 0, for silence.

    Reference: ViSAudio, data set construction; E(u)^2 = y(u)^T R y(u), as `seehear.score.foa_map`.
    """
    square = energy_map(field) ** 2
    mean = float((square * solid_angles()).sum())
    if not mean > 0.0:
        return MainDirection(np.array([1.0, 0.0, 0.0]), 0.0)
    row, column = np.unravel_index(int(square.argmax()), square.shape)
    vector = angles_to_vector(180.0 - STEP / 2 - STEP * column, 90.0 - STEP / 2 - STEP * row)
    return MainDirection(vector, round(10 * float(np.log10(square.max() / mean)), 2))


def camera_path(
    direction: Array, duration: float, *, wander: Wander, rng: np.random.Generator
) -> tuple[CameraPose, ...]:
    """Draw a camera path.

    Args:
        direction: (3,) the main direction.
        duration: s of the clip.
        wander: the ranges.
        rng: drawn from.

    Returns:
        Poses at the knots of one to three pieces of equal length (more where a piece turns by more than 90 deg); one
        pose alone for a camera that is still. Pitch stays within 30 deg, roll within 10.

    Raises:
        InputError: a range below 0, or beyond what the axis has.
    """
    _check(wander)
    azimuth, elevation = (float(angle) for angle in vector_to_angles(direction))
    yaw = azimuth + rng.uniform(-wander.yaw_offset, wander.yaw_offset)
    pitch = float(np.clip(elevation + rng.uniform(-1, 1) * wander.pitch_offset, -_LARGEST_PITCH, _LARGEST_PITCH))
    pieces = int(rng.integers(1, _SLICES + 1))
    still = bool(rng.random() < wander.still)
    rates = rng.uniform(-1, 1, (pieces, 3)) * [wander.yaw_rate, wander.pitch_rate, wander.roll_rate]
    if still or not rates.any():
        return (_pose(0.0, np.array([yaw, pitch, 0.0])),)
    parts = int(np.ceil(np.abs(rates[:, 0]).max() * duration / pieces / _LARGEST_STEP)) or 1
    angles = np.array([yaw, pitch, 0.0])
    poses = [_pose(0.0, angles)]
    for step in range(pieces * parts):
        angles = angles + rates[step // parts] * duration / (pieces * parts)
        angles[1:] = np.clip(angles[1:], [-_LARGEST_PITCH, -_LARGEST_ROLL], [_LARGEST_PITCH, _LARGEST_ROLL])
        poses.append(_pose(duration * (step + 1) / (pieces * parts), angles))
    return tuple(poses)


def _pose(time: float, angles: Array) -> CameraPose:
    yaw, pitch, roll = (round(float(angle), 4) for angle in angles)
    return CameraPose(time=round(time, 6), yaw=round(float(wrap_azimuth(yaw)), 4), pitch=pitch, roll=roll)


def _check(wander: Wander) -> None:
    for name, most in zip(Wander._fields, (180.0, 90.0, 360.0, 90.0, 90.0, 1.0), strict=True):
        value = getattr(wander, name)
        if not 0.0 <= value <= most:
            raise InputError(f"{name} must be from 0 to {most:g}, got {value}")
