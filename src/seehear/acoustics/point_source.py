"""The point source panner for loudspeakers of ITU-R BS.2127: which speakers surround a direction, and how loud each is.

Directions are unit vectors x front, y left, z up. The speakers and a few virtual ones span a convex hull; each facet is
a region with its own law: vector base amplitude panning in triangles, a bilinear law in rectangles. Virtual speakers
give their sound to real ones, and the sum of squares is 1.

References: ITU-R BS.2127-0, 6.1 (regions, virtual speakers, quads); Pulkki, "Virtual sound source positioning using
vector base amplitude panning", JAES 45 (1997).
"""

from itertools import combinations
from typing import Final, NamedTuple

import numpy as np

from seehear.media.layout import Layout
from seehear.scene.direction import Array, angles_to_vector

_LAYER_ELEVATION: Final = 30.0
_LAYER_MARGIN: Final = 40.0
_FLAT: Final = 1e-9


class _Vertices(NamedTuple):
    """Corners of the hull: positions (v, 3) and what each gives to the layout's channels (v, layout.size)."""

    position: Array
    downmix: Array


class _Regions(NamedTuple):
    """All facets: edge normals (3, r * 4), corners' shares (r, 4, size), inverses of triangles, quadratics of quads."""

    edges: Array
    shares: Array
    inverse: Array
    quad: Array
    is_quad: "np.ndarray[tuple[int], np.dtype[np.bool_]]"


class PointSource:
    """Gains of a loudspeaker layout for directions in space; left and right are mirrored exactly.

    Args:
        layout: loudspeakers, at least three around the listener (stereo has its own law).
    """

    def __init__(self, layout: Layout) -> None:
        self._mirror = np.array(layout.mirror)
        self._regions = _stack(_facets(layout), layout.size)

    def gains(self, direction: Array) -> Array:
        """Give (n, size) gains of (n, 3) unit vectors; sum of squares 1, LFE 0."""
        given = np.asarray(direction, dtype=np.float64)
        right = given[:, 1] < 0.0
        folded = given * np.where(right[:, None], np.array([1.0, -1.0, 1.0]), 1.0)
        corner, region = self._corner_gains(folded)
        out = np.matmul(corner[:, None, :], self._regions.shares[region])[:, 0, :]
        out /= np.sqrt(np.einsum("nc,nc->n", out, out))[:, None]
        return np.asarray(np.where(right[:, None], out[:, self._mirror], out))

    def _corner_gains(self, direction: Array) -> tuple[Array, "np.ndarray[tuple[int], np.dtype[np.intp]]"]:
        """Give (n, 4) gains of the corners of each direction's region, and the region's number."""
        regions = self._regions
        inside = (direction @ regions.edges).reshape(len(direction), len(regions.is_quad), 4)
        nearest = np.minimum(np.minimum(inside[..., 0], inside[..., 1]), np.minimum(inside[..., 2], inside[..., 3]))
        region = nearest.argmax(axis=1)
        corner = np.matmul(direction[:, None, :], regions.inverse[region])[:, 0, :]
        flat = regions.is_quad[region]
        if flat.any():
            corner[flat] = _quad_gains(direction[flat], regions.quad[region[flat]])
        return np.maximum(corner, 0.0), region


def _quad_gains(direction: Array, quad: Array) -> Array:
    """Give (n, 4) bilinear gains; ``quad`` (n, 3, 6) holds the two quadratics' coefficients as linear forms."""
    a, b, c, d, e, f = np.matmul(direction[:, None, :], quad)[:, 0, :].T
    x, y = _root(a, b, c), _root(d, e, f)
    return np.stack([(1 - x) * (1 - y), x * (1 - y), x * y, (1 - x) * y], axis=-1)


def _root(a: Array, b: Array, c: Array) -> Array:
    """Give the root in [0, 1] of a x^2 + b x + c, known to fall from c >= 0 at 0 to below 0 at 1; a may be 0."""
    c = np.maximum(c, 0.0)
    below = np.sqrt(np.maximum(b * b - 4 * a * c, 0.0)) - b
    return np.clip(2 * c / np.maximum(below, 1e-300), 0.0, 1.0)


def _vertices(layout: Layout) -> tuple[_Vertices, list[int]]:
    """Give the real and virtual speakers, and the numbers of the poles among them (BS.2127 6.1.3)."""
    places = [(layout.azimuths[i], layout.elevations[i], i) for i in range(layout.size) if i != layout.lfe]
    middle = [(azimuth, channel) for azimuth, elevation, channel in places if abs(elevation) < 10.0]
    for side in (-1.0, 1.0):
        layer = [abs(azimuth) for azimuth, elevation, _ in places if elevation * side >= 10.0]
        reach = max(layer) + _LAYER_MARGIN if layer else -1.0
        places += [(azimuth, side * _LAYER_ELEVATION, channel) for azimuth, channel in middle if abs(azimuth) > reach]
    poles = [len(places), len(places) + 1]
    azimuth, elevation, channel = (np.array(column) for column in zip(*places, strict=True))
    position = np.concatenate([angles_to_vector(azimuth, elevation), [[0.0, 0.0, -1.0], [0.0, 0.0, 1.0]]])
    downmix = np.zeros((len(position), layout.size))
    downmix[np.arange(len(places)), channel.astype(np.intp)] = 1.0
    return _Vertices(position, downmix), poles


def _facets(layout: Layout) -> list[_Vertices]:
    """Give the hull's triangles and quads that touch the left half, corners in order around the facet."""
    vertices, poles = _vertices(layout)
    found = _hull(vertices.position)
    downmix = vertices.downmix.copy()
    for pole in poles:
        ring = {corner for facet in found if pole in facet for corner in facet} - {pole}
        downmix[pole] = vertices.downmix[sorted(ring)].sum(axis=0) / np.sqrt(len(ring))
    facets = [_Vertices(vertices.position[list(facet)], downmix[list(facet)]) for facet in found]
    return [facet for facet in facets if (facet.position[:, 1] > _FLAT).any()]


def _hull(position: Array) -> list[tuple[int, ...]]:
    """Give the facets of the convex hull of points on the sphere, coplanar triangles joined, by trying every plane."""
    facets: dict[tuple[int, ...], Array] = {}
    for three in combinations(range(len(position)), 3):
        a, b, c = position[list(three)]
        normal = np.cross(b - a, c - a)
        size = np.linalg.norm(normal)
        if size < _FLAT:
            continue
        normal = normal / size * (1.0 if normal @ a >= 0 else -1.0)
        height = position @ normal - a @ normal
        if height.max() < _FLAT and a @ normal > _FLAT:
            facets[tuple(np.flatnonzero(height > -_FLAT).tolist())] = normal
    return [_around(position, facet, normal) for facet, normal in facets.items()]


def _around(position: Array, facet: tuple[int, ...], normal: Array) -> tuple[int, ...]:
    """Sort a facet's corners anticlockwise seen from outside."""
    corners = position[list(facet)]
    offset = corners - corners.mean(axis=0)
    angle = np.arctan2(np.cross(offset[0], offset) @ normal, offset @ offset[0])
    return tuple(facet[i] for i in np.argsort(angle))


def _stack(facets: list[_Vertices], size: int) -> _Regions:
    count = len(facets)
    edges, shares = np.zeros((3, count, 4)), np.zeros((count, 4, size))
    inverse, quad = np.zeros((count, 3, 4)), np.zeros((count, 3, 6))
    for i, (position, downmix) in enumerate(facets):
        corners = len(position)
        normals = np.cross(position, np.roll(position, -1, axis=0))
        normals /= np.linalg.norm(normals, axis=1, keepdims=True)
        edges[:, i, :] = normals[np.arange(4) % corners].T
        shares[i, :corners] = downmix
        if corners == 3:
            inverse[i, :, :3] = np.linalg.inv(position)
        else:
            quad[i] = np.concatenate([_quadratic(position), _quadratic(position[[0, 3, 2, 1]])], axis=1)
    is_quad = np.array([len(facet.position) == 4 for facet in facets])
    return _Regions(edges.reshape(3, -1), shares, inverse, quad, is_quad)


def _quadratic(position: Array) -> Array:
    """Give (3, 3) columns whose products with a direction are a, b, c of the quadratic in x (BS.2127 6.1.2.3).

    The plane through the listener and the points at x along the edges 1-2 and 4-3 must hold the direction.
    """
    p1, p2, p3, p4 = position
    columns = np.stack(
        [np.cross(p2 - p1, p3 - p4), np.cross(p1, p3 - p4) + np.cross(p2 - p1, p4), np.cross(p1, p4)], axis=1
    )
    sign = 1.0 if position.mean(axis=0) @ columns[:, 2] >= 0 else -1.0
    return np.asarray(sign * columns)
