"""Ambisonics to loudspeakers: all-round decoding through the loudspeaker panner.

An ambisonic sound field is first decoded to virtual speakers all over the sphere, each of which is panned to the real
ones; so any layout can be played, and the decoder inherits the panner's symmetry.

Reference: Zotter and Frank, "All-round ambisonic panning and decoding", JAES 60 (2012).
"""

from functools import lru_cache
from typing import Final

import numpy as np

from seehear.acoustics.ambisonics import (
    channels_of_order,
    degree_of_channels,
    max_re_weights,
    sphere_quadrature,
    spherical_harmonics,
)
from seehear.acoustics.loudspeakers import LoudspeakerPanner
from seehear.media.layout import Layout
from seehear.scene.direction import Array

_VIRTUAL_DEGREE: Final = 140


@lru_cache(maxsize=16)
def loudspeaker_decoder(layout: Layout, order: int) -> Array:
    """Give the matrix that plays ambisonics over loudspeakers, with max-rE weights.

    Args:
        layout: of kind "loudspeakers".
        order: of the sound field, 0 to 7.

    Returns:
        (layout.size, (order + 1)^2) on ACN, SN3D input; LFE row 0. A plane wave's power, sum g^2, is 1 in the mean over
        the sphere.

    Reference: Zotter and Frank 2012, eq. 15, with a product quadrature in place of a t-design.
    """
    points, area = sphere_quadrature(_VIRTUAL_DEGREE)
    gains = LoudspeakerPanner(layout).gains(points)
    per_degree = 2 * degree_of_channels(order) + 1
    basic = (gains * area[:, None]).T @ spherical_harmonics(points, order) * per_degree
    weighted = basic * max_re_weights(order)[degree_of_channels(order).astype(np.intp)]
    power = float((weighted**2 / per_degree).sum())
    return np.asarray(weighted / np.sqrt(power)).reshape(layout.size, channels_of_order(order))
