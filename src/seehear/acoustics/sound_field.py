"""An ambisonic sound field as a whole: turned against a camera's turn, and decoded linearly to two ears."""

import numpy as np
from numpy.typing import ArrayLike

from seehear.acoustics.ambisonics import order_of_channels, rotate_harmonics
from seehear.acoustics.turning import turn_of
from seehear.acoustics.virtual_speakers import HeadFilters, ambisonic_filters, lateness
from seehear.media.stems import Samples


def turned_field(field: Samples, rotation: ArrayLike) -> Samples:
    """Give the field as a turned listener hears it.

    Args:
        field: (K, n) ACN, SN3D.
        rotation: the listener's, ``old axes = R @ new axes``: (3, 3), or (k, 3, 3) evenly spaced from the first sample
            to the end; straight in between.

    Returns:
        (K, n) float32.

    Raises:
        InputError: no ambisonic number of channels, or no rotations.

    Example:
        >>> ahead = np.array([[1.0], [0.0], [0.0], [1.0]], np.float32)
        >>> left = [[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
        >>> turned_field(ahead, left).ravel().tolist()  # who looks left has it on the right
        [1.0, -1.0, 0.0, 0.0]
    """
    order = order_of_channels(len(field))
    turn = turn_of(rotation, field.shape[1], None)
    matrices = rotate_harmonics(np.swapaxes(turn.rotation, -1, -2), order).astype(np.float32)
    if len(matrices) == 1:
        return np.asarray(matrices[0] @ field, dtype=np.float32)
    out = np.zeros(field.shape, dtype=np.float32)
    for index, start, share in turn.pieces():
        span = slice(start, start + len(share))
        out[:, span] += matrices[index] @ (field[:, span] * share.astype(np.float32))
    return out


def linear_binaural(field: Samples, head: HeadFilters) -> Samples:
    """Decode a field to two ears by fixed filters, at its own order.

    Args:
        field: (K, n) ACN, SN3D, at the head's rate.
        head: the measured filters.

    Returns:
        (2, n) float32, in time with the field.

    Raises:
        InputError: no ambisonic number of channels.

    Reference: as `seehear.acoustics.virtual_speakers.ambisonic_filters`.
    """
    from scipy.signal import oaconvolve

    filters = ambisonic_filters(head, order_of_channels(len(field)))
    late, count = lateness(head.sample_rate), field.shape[1]
    padded = np.pad(field, ((0, 0), (0, late))).astype(np.float32)
    ears = [oaconvolve(padded, ear.astype(np.float32), axes=-1).sum(axis=0) for ear in filters]
    return np.stack(ears)[:, late : late + count].astype(np.float32)
