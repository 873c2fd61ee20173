"""Panning laws by layout: a direction in, a gain for each channel out.

Directions are unit vectors in the listener's axes, x front, y left, z up. Gains are linear, channels in the layout's
own order (BS.2051, ACN).
"""

from typing import Protocol

import numpy as np

from seehear.acoustics.ambisonics import spherical_harmonics
from seehear.acoustics.extent import point_share, spread_harmonics
from seehear.acoustics.loudspeakers import LoudspeakerPanner
from seehear.errors import InputError
from seehear.media.layout import Layout
from seehear.scene.direction import Array
from seehear.scene.scene import Extent


class Panner(Protocol):
    """What turns directions into gains.

    Attributes:
        layout: the channels it pans to.
    """

    layout: Layout

    def gains(self, direction: Array, *, extent: Extent | None = None) -> Array:
        """Give (n, layout.size) linear gains of (n, 3) unit vectors in the listener's axes; LFE exactly 0.

        Args:
            direction: (n, 3) x front, y left, z up.
            extent: how wide the object is; None or 0 x 0 is a point.
        """
        ...


class AmbisonicPanner:
    """A plane wave's spherical harmonics (ACN, SN3D), or their mean over a wide object's area; W is always 1.

    Args:
        layout: of kind "ambisonics".
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout

    def gains(self, direction: Array, *, extent: Extent | None = None) -> Array:
        """Give (n, size) gains of (n, 3) unit vectors."""
        given = np.asarray(direction, dtype=np.float64)
        if extent is None or point_share(extent) == 1.0:
            return spherical_harmonics(given, self.layout.order)
        return spread_harmonics(given, extent, self.layout.order)


def panner_of(layout: Layout) -> Panner:
    """Give the panner of a layout of loudspeakers or ambisonics.

    Raises:
        InputError: a layout of ears, which have no panning law.

    Example:
        >>> import numpy as np
        >>> from seehear.media.layout import layout_of
        >>> panner_of(layout_of("5.1")).gains(np.array([[1.0, 0.0, 0.0]])).tolist()
        [[0.0, 0.0, 1.0, 0.0, 0.0, 0.0]]
    """
    if layout.kind == "loudspeakers":
        return LoudspeakerPanner(layout)
    if layout.kind == "ambisonics":
        return AmbisonicPanner(layout)
    raise InputError(f"panning needs loudspeakers or ambisonics, got layout {layout.name!r}: ears need an HRTF")
