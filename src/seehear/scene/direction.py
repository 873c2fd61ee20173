"""Directions and positions: angles to vectors and back.

Azimuth in degrees, [-180, 180), 0 in front, anticlockwise seen from above, +90 = left. Elevation in degrees,
[-90, 90], up positive. Cartesian: metres, x front, y left, z up (right-handed).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def wrap_azimuth(azimuth: ArrayLike) -> Array:
    """Bring azimuths into [-180, 180) deg.

    Example:
        >>> wrap_azimuth([180, 270, -190]).tolist()
        [-180.0, -90.0, 170.0]
    """
    wrapped = (np.asarray(azimuth, dtype=np.float64) + 180.0) % 360.0 - 180.0
    # the remainder of a tiny negative number rounds up to 360 itself
    return np.asarray(np.where(wrapped >= 180.0, -180.0, wrapped))


def angles_to_vector(azimuth: ArrayLike, elevation: ArrayLike = 0.0) -> Array:
    """Give the unit vectors of directions.

    Args:
        azimuth: (...) deg, anticlockwise from the front.
        elevation: (...) deg, up from the horizon; broadcast with azimuth.

    Returns:
        (..., 3) x front, y left, z up.

    Example:
        >>> angles_to_vector(90, 0).round(3).tolist()
        [0.0, 1.0, 0.0]
    """
    azimuth_rad, elevation_rad = np.broadcast_arrays(np.deg2rad(azimuth), np.deg2rad(elevation))
    level = np.cos(elevation_rad)
    return np.stack([level * np.cos(azimuth_rad), level * np.sin(azimuth_rad), np.sin(elevation_rad)], axis=-1)


def vector_to_angles(vector: ArrayLike) -> tuple[Array, Array]:
    """Give azimuth and elevation, (...) deg, of vectors (..., 3) of any length but 0.

    Example:
        >>> [float(a) for a in vector_to_angles([0.0, -2.0, 0.0])]
        [-90.0, 0.0]
    """
    x, y, z = np.moveaxis(np.asarray(vector, dtype=np.float64), -1, 0)
    azimuth = wrap_azimuth(np.rad2deg(np.arctan2(y, x)))
    return azimuth, np.rad2deg(np.arctan2(z, np.hypot(x, y)))


def angle_between(first: ArrayLike, second: ArrayLike) -> Array:
    """Give the angle in space, (...) deg in [0, 180], between vectors (..., 3); exact for tiny angles too.

    Example:
        >>> float(angle_between([1, 0, 0], [0, 3, 0]))
        90.0
    """
    a, b = np.broadcast_arrays(np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64))
    return np.asarray(np.rad2deg(np.arctan2(np.linalg.norm(np.cross(a, b), axis=-1), (a * b).sum(axis=-1))))


def great_circle(start: ArrayLike, end: ArrayLike, share: ArrayLike) -> Array:
    """Give the directions at ``share`` of the way along the great circle between two unit vectors.

    Args:
        start: (..., 3) unit vectors.
        end: (..., 3) unit vectors. Opposite ones are joined through the horizontal, leftwards.
        share: (...) in [0, 1].

    Returns:
        (..., 3) unit vectors.

    Reference: Shoemake, "Animating rotation with quaternion curves", SIGGRAPH 1985 (slerp).
    """
    a, b = np.broadcast_arrays(np.asarray(start, dtype=np.float64), np.asarray(end, dtype=np.float64))
    part = np.asarray(share, dtype=np.float64)[..., None]
    tangent = b - (a * b).sum(axis=-1, keepdims=True) * a
    size = np.linalg.norm(tangent, axis=-1, keepdims=True)
    sideways = np.stack([-a[..., 1], a[..., 0], np.zeros_like(a[..., 0])], axis=-1)
    sideways = np.where(np.linalg.norm(sideways, axis=-1, keepdims=True) > 1e-12, sideways, np.array([1.0, 0.0, 0.0]))
    sideways = sideways / np.linalg.norm(sideways, axis=-1, keepdims=True)
    unit = np.where(size > 1e-9, tangent / np.maximum(size, 1e-300), sideways)
    angle = np.arctan2(size, (a * b).sum(axis=-1, keepdims=True))
    turned = np.cos(part * angle) * a + np.sin(part * angle) * unit
    # between nearly opposite directions the tangent is only nearly upright: come back to the sphere
    return np.asarray(turned / np.linalg.norm(turned, axis=-1, keepdims=True))


def rotation_matrix(yaw: ArrayLike, pitch: ArrayLike = 0.0, roll: ArrayLike = 0.0) -> Array:
    """Give the active rotation Rz(yaw) Ry(-pitch) Rx(roll) that carries a listener's axes into the world.

    Args:
        yaw: (...) deg, turns left when positive.
        pitch: (...) deg, lifts the nose when positive.
        roll: (...) deg, drops the right ear when positive.

    Returns:
        (..., 3, 3); ``world = R @ listener`` and ``listener = R.T @ world``.
    """
    angles = np.broadcast_arrays(np.deg2rad(yaw), -np.deg2rad(pitch), np.deg2rad(roll))
    (cy, cp, cr), (sy, sp, sr) = [np.cos(a) for a in angles], [np.sin(a) for a in angles]
    rows = [
        [cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr],
        [sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr],
        [-sp, cp * sr, cp * cr],
    ]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)
