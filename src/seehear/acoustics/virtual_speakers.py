"""Playing loudspeaker and ambisonic beds to two ears, through a head's measured filters.

Each loudspeaker is heard from its own direction. An ambisonic field is decoded to 512 virtual speakers on a quadrature
of the sphere, all folded into one pair of filters per ambisonic channel. Above the frequency to which the order is
exact on a head's surface (at most 1.5 kHz) the ears' delays stop growing in phase, so that a low order still carries
their levels; and the mean power over the sphere is brought to the head's own at every frequency.

References: Noisternig et al., "A 3D ambisonic based binaural sound reproduction system", AES 24th Conf. (2003);
Zaunschirm, Schoerkhuber, Hoeldrich, "Binaural rendering of ambisonic signals by head-related impulse response time
alignment and a diffuseness constraint", JASA 143 (2018).
"""

import math
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from seehear.acoustics.ambisonics import degree_of_channels, sphere_quadrature, spherical_harmonics
from seehear.acoustics.fir import fast_length, fractional_delay
from seehear.acoustics.hrtf import ONSET
from seehear.errors import InputError
from seehear.scene.direction import Array

_LARGEST_DELAY: Final = 0.0007
_SINC_MARGIN: Final = 17
_ALIGNED_ABOVE: Final = 1500.0
_EXACT_PER_ORDER: Final = 343.0 / (2 * np.pi * 0.0875)
_GRID_DEGREE: Final = 30
_LARGEST_CORRECTION: Final = 4.0


class HeadFilters(Protocol):
    """What is needed of a head's measured filters.

    Attributes:
        sample_rate: Hz.
        taps: length of each filter.
    """

    sample_rate: int
    taps: int

    def filters_at(self, direction: Array) -> NDArray[np.floating]:
        """Give (k, 2, taps) filters, left and right ear, of (k, 3) unit vectors, their onsets at sample `ONSET`."""
        ...

    def delay_at(self, direction: Array) -> NDArray[np.floating]:
        """Give (k, 2) seconds by which each ear is later than the head's centre; negative: earlier."""
        ...


def lateness(sample_rate: int) -> int:
    """Give the samples by which these filters are late, so that the nearer ear may be early; onset room included."""
    return _lead(sample_rate) + ONSET


def _lead(sample_rate: int) -> int:
    return math.ceil(_LARGEST_DELAY * sample_rate) + _SINC_MARGIN


def speaker_filters(head: HeadFilters, direction: Array) -> Array:
    """Give each loudspeaker's filters to the ears, onset delay and all.

    Args:
        head: the measured filters.
        direction: (k, 3) unit vectors, in the listener's axes.

    Returns:
        (2, k, taps), `lateness` samples late.

    Raises:
        InputError: an ear further from the head's centre than sound travels in 0.7 ms.
    """
    delay = _delay_samples(head, direction)
    lead = 2 * _lead(head.sample_rate)
    taps = head.taps + lead
    size = fast_length(taps)
    late = np.fft.rfft(fractional_delay(delay, lead), size)
    filters = np.fft.irfft(np.fft.rfft(head.filters_at(direction), size) * late, size)[..., :taps]
    return np.asarray(np.swapaxes(filters, 0, 1))


def ambisonic_filters(head: HeadFilters, order: int) -> Array:
    """Give the filters from ambisonic channels (ACN, SN3D) to the ears, (2, K, taps), `lateness` samples late.

    Raises:
        InputError: as `speaker_filters`.
    """
    points, area = sphere_quadrature(_GRID_DEGREE)
    taps = head.taps + 2 * _lead(head.sample_rate)
    size = fast_length(2 * taps)
    frequency = np.fft.rfftfreq(size, 1.0 / head.sample_rate)
    base = _lead(head.sample_rate)
    around = (_delay_samples(head, points) - base) / head.sample_rate
    kept = np.minimum(frequency, min(_ALIGNED_ABOVE, order * _EXACT_PER_ORDER))
    phase = around[..., None] * kept + base / head.sample_rate * frequency
    ears = np.fft.rfft(np.asarray(head.filters_at(points), dtype=np.float64), size) * np.exp(-2j * np.pi * phase)
    per_degree = 2 * degree_of_channels(order) + 1
    weights = area[:, None] * spherical_harmonics(points, order) * per_degree
    folded = np.einsum("qk,qef->ekf", weights, ears)
    wanted = np.einsum("q,qef->f", area, np.abs(ears) ** 2)
    reached = np.einsum("k,ekf->f", 1.0 / per_degree, np.abs(folded) ** 2)
    correction = np.sqrt(wanted / np.maximum(reached, 1e-12 * wanted.max() + 1e-300))
    folded *= np.clip(correction, 1.0 / _LARGEST_CORRECTION, _LARGEST_CORRECTION)
    return np.asarray(np.fft.irfft(folded, size)[..., :taps])


def _delay_samples(head: HeadFilters, direction: Array) -> Array:
    """Give (k, 2) samples of delay, the constant included."""
    seconds = np.asarray(head.delay_at(direction), dtype=np.float64)
    if not (np.abs(seconds) <= _LARGEST_DELAY).all():
        raise InputError(
            f"ear delays must be within {_LARGEST_DELAY * 1e3} ms of the head's centre, "
            f"got {np.abs(seconds).max() * 1e3:.3f} ms: check the HRTF's onsets"
        )
    return seconds * head.sample_rate + _lead(head.sample_rate)
