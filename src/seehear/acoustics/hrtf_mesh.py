"""Which measured directions surround a wanted one, and with what weights.

Directions are unit vectors, x front, y left, z up. A set that covers the sphere is triangulated, and a direction
inside a triangle takes the barycentric weights of its three corners (of the point where its ray meets the plane of
the triangle). A set measured at one elevation only is interpolated in azimuth and held over elevation.
Weights are continuous in direction, at least 0, sum to 1, and are exact at the set's own directions.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.errors import InputError
from seehear.scene import angles_to_vector, vector_to_angles
from seehear.scene.direction import Array

Indices = NDArray[np.int64]

CAP = 15.0
"""Deg. A wider hole around a pole gets a point of its own, the mean of the ring that borders it."""

FLAT = 1.0
"""Deg. Elevations within this range count as one ring."""

TIE = 1e-8
"""Four directions on one circle have two triangulations; points are lifted by this share, mirror-wise, to choose."""


class Corners(NamedTuple):
    """Three points for each of k directions.

    Attributes:
        indices: (k, 3) into the mesh's points.
        weights: (k, 3) at least 0, rows sum to 1.
    """

    indices: Indices
    weights: Array


class SphereMesh:
    """The Delaunay triangulation of directions on the sphere.

    Args:
        directions: (d, 3) unit vectors that surround the origin, holes around the poles apart.

    Attributes:
        points: (p, 3) the directions, then straight up or down where the set leaves a hole there.
        rings: for each added point, the indices of the ring that borders the hole.
        areas: (p,) each point's share of the sphere; their mean is 1.

    Raises:
        InputError: the directions leave one side of the listener empty.
    """

    near = 16
    """Triangles tried around the nearest point before all are."""

    def __init__(self, directions: Array) -> None:
        self.rings, poles = _holes(directions)
        self.points = np.concatenate([directions, poles]) if poles.size else directions
        faces = _hull(self.points)
        corners = self.points[faces]
        self._faces = faces
        self._inverse = np.linalg.inv(corners.transpose(0, 2, 1))
        area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
        share = np.bincount(faces.ravel(), np.repeat(area, 3), len(self.points))
        self.areas: Array = share / share.mean()
        self._around, self._crowded = _neighbours(faces, len(self.points), self.near)

    def held(self, direction: Array) -> Array:
        """Give the directions as they are: the whole sphere is covered."""
        return direction

    def weights_at(self, direction: Array) -> Corners:
        """Give the three points around each direction, (k, 3) unit vectors."""
        parts = [self._weights_of(direction[start : start + 2048]) for start in range(0, len(direction), 2048)]
        if len(parts) == 1:
            return parts[0]
        indices = [part.indices for part in parts] or [np.zeros((0, 3), dtype=np.int64)]
        weights = [part.weights for part in parts] or [np.zeros((0, 3))]
        return Corners(np.concatenate(indices), np.concatenate(weights))

    def _weights_of(self, direction: Array) -> Corners:
        nearest = (direction @ self.points.T).argmax(axis=1)
        tried = self._around[nearest]
        gains = np.einsum("kfij,kj->kfi", self._inverse[tried], direction)
        best = _lowest(gains).argmax(axis=1)
        rows = np.arange(len(direction))
        face, gain = tried[rows, best], gains[rows, best]
        missed = np.flatnonzero((_lowest(gain) < -1e-9) | self._crowded[nearest])
        for part in np.split(missed, range(256, len(missed), 256)):
            every = np.einsum("fij,kj->kfi", self._inverse, direction[part])
            face[part] = _lowest(every).argmax(axis=1)
            gain[part] = every[np.arange(len(part)), face[part]]
        gain = np.where(gain < 1e-12, 0.0, gain)
        return Corners(self._faces[face], gain / gain.sum(axis=1, keepdims=True))


class RingMesh:
    """Directions of one elevation: interpolated in azimuth, held over elevation.

    Straight above and below, where azimuth has no meaning, what is heard jumps with it.

    Args:
        directions: (d, 3) unit vectors at about one elevation.
    """

    def __init__(self, directions: Array) -> None:
        azimuth, elevation = vector_to_angles(directions)
        self.points = directions
        self.rings: list[Indices] = []
        self.areas = np.ones(len(directions))
        self._elevation = float(elevation.mean())
        order = np.argsort(azimuth)
        self._order = np.concatenate([order, order[:1]])
        self._azimuth = np.concatenate([azimuth[order], azimuth[order[:1]] + 360.0])
        if np.diff(self._azimuth).max() > 60.0:
            raise InputError(
                "an HRTF set must surround the listener (no gap over 60 deg of azimuth), got one with a gap of "
                f"{np.diff(self._azimuth).max():.0f} deg: use another file"
            )

    def held(self, direction: Array) -> Array:
        """Bring directions to the ring's elevation."""
        return angles_to_vector(vector_to_angles(direction)[0], self._elevation)

    def weights_at(self, direction: Array) -> Corners:
        """Give the two neighbours in azimuth of each direction, (k, 3); the third corner weighs nothing."""
        azimuth = vector_to_angles(direction)[0]
        azimuth = np.where(azimuth < self._azimuth[0], azimuth + 360.0, azimuth)
        low = np.clip(np.searchsorted(self._azimuth, azimuth, side="right") - 1, 0, len(self._azimuth) - 2)
        share = (azimuth - self._azimuth[low]) / (self._azimuth[low + 1] - self._azimuth[low])
        indices = np.stack([self._order[low], self._order[low + 1], self._order[low]], axis=1)
        return Corners(indices, np.stack([1.0 - share, share, np.zeros_like(share)], axis=1))


def mesh_of(directions: Array) -> SphereMesh | RingMesh:
    """Choose the mesh that fits a set of directions, (d, 3) unit vectors.

    Raises:
        InputError: the directions do not surround the listener.
    """
    elevation = vector_to_angles(directions)[1]
    return RingMesh(directions) if np.ptp(elevation) <= FLAT else SphereMesh(directions)


def _lowest(gains: Array) -> Array:
    """Give the lowest of each triangle's three gains, (..., 3) to (...)."""
    return np.asarray(np.minimum(np.minimum(gains[..., 0], gains[..., 1]), gains[..., 2]))


def _holes(directions: Array) -> tuple[list[Indices], Array]:
    """Find a hole around either pole: the bordering ring's indices and the pole."""
    elevation = vector_to_angles(directions)[1]
    rings, poles = [], []
    for sign in (1.0, -1.0):
        edge = float((sign * elevation).max())
        if edge < 90.0 - CAP:
            rings.append(np.flatnonzero(sign * elevation > edge - FLAT))
            poles.append([0.0, 0.0, sign])
    return rings, np.array(poles)


def _hull(points: Array) -> Indices:
    """Triangulate points on the sphere, the same way on the left and on the right."""
    from scipy.spatial import ConvexHull, QhullError

    x, y, z = points.T
    lift = 1.0 + TIE * np.sin(12.9 * x + 78.2 * np.abs(y) + 37.7 * z)
    try:
        hull = ConvexHull(points * lift[:, None])
    except QhullError as flat:
        raise InputError(
            f"an HRTF set's directions must surround the listener, got {len(points)} that do not: use another file"
        ) from flat
    if hull.equations[:, 3].max() > -0.02:
        raise InputError("an HRTF set's directions must surround the listener, got one with a side empty: use another")
    return hull.simplices.astype(np.int64)


def _neighbours(faces: Indices, count: int, near: int) -> tuple[Indices, NDArray[np.bool_]]:
    """List up to ``near`` triangles around each point, (count, near), and which points have more."""
    corner, face = faces.ravel(), np.repeat(np.arange(len(faces)), 3)
    order = np.argsort(corner, kind="stable")
    size = np.bincount(corner, minlength=count)
    first = np.concatenate([[0], np.cumsum(size)[:-1]])
    take = np.minimum(np.arange(near), np.maximum(size - 1, 0)[:, None])
    return face[order][np.minimum(first[:, None] + take, len(order) - 1)], size > near
