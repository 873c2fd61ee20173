"""Panning to loudspeakers: points and wide objects, in the layout's own channel order, LFE always 0.

Surround layouts follow ITU-R BS.2127 (`point_source`). Stereo has its own law: the back is folded to the front,
angles beyond the speakers stay at the speaker, and between them the tangent law holds.

References: ITU-R BS.2127-0, 6.1; Bennett, Barker, Edeko, "A new approach to the assessment of stereophonic sound
system performance", JAES 33 (1985) (the tangent law).
"""

from functools import lru_cache
from typing import Final

import numpy as np

from seehear.acoustics.extent import SpreadGains, point_share, source_grid
from seehear.acoustics.point_source import PointSource
from seehear.media.layout import Layout
from seehear.scene.direction import Array
from seehear.scene.scene import Extent

_SPEAKER: Final = np.pi / 6
_STEEP: Final = 2.0


class LoudspeakerPanner:
    """Gains of a loudspeaker layout; left and right mirrored exactly, sum of squares 1.

    Args:
        layout: of kind "loudspeakers".
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._point = stereo_gains if layout.size == 2 else _point_source(layout).gains

    def gains(self, direction: Array, *, extent: Extent | None = None) -> Array:
        """Give (n, size) linear gains of (n, 3) unit vectors in the listener's axes (x front, y left, z up)."""
        given = np.asarray(direction, dtype=np.float64)
        share = point_share(extent)
        if extent is None or share == 1.0:
            return self._point(given)
        wide = _wide_gains(self.layout, given, extent)
        if share == 0.0:
            return wide
        return np.sqrt(share * self._point(given) ** 2 + (1.0 - share) * wide**2)


def stereo_gains(direction: Array) -> Array:
    """Give (n, 2) gains L, R of (n, 3) unit vectors: back folded to front, clamped to +-30 deg, tangent law.

    Above 60 deg up or down the angle shrinks with the horizontal part, so that straight up is the centre and nothing
    jumps there.

    Example:
        >>> from seehear.scene.direction import angles_to_vector
        >>> stereo_gains(angles_to_vector([0.0, 30.0, 150.0, -90.0])).round(3).tolist()
        [[0.707, 0.707], [1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]
    """
    x, y = np.abs(direction[:, 0]), direction[:, 1]
    angle = np.clip(np.arctan2(y, x), -_SPEAKER, _SPEAKER) * np.minimum(_STEEP * np.hypot(x, y), 1.0)
    ratio = np.clip(np.tan(angle) / np.tan(_SPEAKER), -1.0, 1.0)
    pair = np.stack([1.0 + ratio, 1.0 - ratio], axis=-1)
    return np.asarray(pair / np.linalg.norm(pair, axis=-1, keepdims=True))


def _wide_gains(layout: Layout, direction: Array, extent: Extent) -> Array:
    """Give wide objects' gains; the right half is the left half's mirror, repeated directions are counted once."""
    right = direction[:, 1] < 0.0
    folded = direction * np.where(right[:, None], np.array([1.0, -1.0, 1.0]), 1.0)
    unique, back = np.unique(folded, axis=0, return_inverse=True)
    out = _spread(layout).gains(unique, extent)[back.reshape(-1)]
    return np.where(right[:, None], out[:, list(layout.mirror)], out)


@lru_cache(maxsize=16)
def _point_source(layout: Layout) -> PointSource:
    return PointSource(layout)


@lru_cache(maxsize=16)
def _spread(layout: Layout) -> SpreadGains:
    grid = source_grid()
    return SpreadGains(grid, stereo_gains(grid) if layout.size == 2 else _point_source(layout).gains(grid))
