"""The head that two-channel sound is taken to have been heard by: a rigid sphere, and nobody's own ears.

Phase follows the rigid sphere with ears at +-90 deg below 800 Hz, where its delay is about 3 a sin(azimuth) / c, and
Woodworth's a (azimuth + sin(azimuth)) / c above 1.6 kHz, which heads reach sooner than a sphere does. The radius is
the mean of grown-ups, 8.75 cm. Level does not follow the sphere, which has no ear flaps: it is the mean law
0.18 sqrt(frequency) sin(azimuth) dB found with listeners.

References: Kuhn, "Model for the interaural time differences in the azimuthal plane", JASA 62(1), 1977 (the delays
of spheres and of a manikin); Aaronson and Hartmann, "Testing, correcting, and extending the Woodworth model for
interaural time difference", JASA 135(2), 2014;
Duda and Martens, "Range dependence of the response of a spherical head model", JASA 104(5), 1998, eq. 1 and 8 (the
sphere); Algazi, Avendano and Duda, "Estimation of a spherical-head model from anthropometry", JAES 49(6), 2001 (the
radius); Van Opstal, "The Auditory System and Human Sound-Localization Behavior", 2016, ch. 7 (the level).
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.scene.direction import Array

RADIUS = 0.0875
"""Metres."""

SPEED = 343.0
"""Metres per second, of sound."""

TURNOVER = 700.0
"""Hz, up to which the sphere's own phase is taken; an octave higher it is Woodworth's."""

LEVEL_SLOPE = 0.18
"""dB per square root of Hz, between the ears, of a sound at 90 deg."""


class EarDifferences(NamedTuple):
    """What a source does between two ears, (frequencies, azimuths).

    Attributes:
        phase: rad, positive where the left ear leads, not wrapped.
        level: dB, positive where the left ear is louder.
    """

    phase: Array
    level: Array


def sphere_response(frequency: Array, angle: Array, *, radius: float = RADIUS) -> NDArray[np.complex128]:
    """Give the pressure on a rigid sphere, relative to that at its centre without it, of a far source.

    Args:
        frequency: (f,) Hz, above 0.
        angle: (a,) deg between the source and the point on the sphere.
        radius: m.

    Returns:
        (f, a) responses; a later arrival has a falling phase.

    Example:
        >>> abs(sphere_response(np.array([10.0]), np.array([0.0, 180.0]))).round(2).tolist()
        [[1.0, 1.0]]

    Reference: Duda and Martens 1998, eq. 1 with the source at infinity.
    """
    from scipy.special import eval_legendre, spherical_jn, spherical_yn

    size = 2.0 * np.pi * frequency * radius / SPEED
    orders = np.arange(int(1.3 * size.max()) + 12)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        hankel = spherical_jn(orders, size[:, None], True) - 1j * spherical_yn(orders, size[:, None], True)
        terms = (2 * orders + 1) * 1j**orders / hankel
    terms = np.where(np.isfinite(terms), terms, 0.0)
    waves = eval_legendre(orders[:, None], np.cos(np.deg2rad(angle)))
    return np.asarray((terms @ waves) / (1j * size[:, None] ** 2))


@lru_cache(maxsize=16)
def _sphere_phase(top: float, count: int, azimuths: tuple[float, ...], radius: float) -> Array:
    """Give (count, azimuths) rad at frequencies evenly up to ``top``, odd in azimuth exactly."""
    frequency = np.linspace(top / count, top, count)
    azimuth = np.array(azimuths)
    left, right = (sphere_response(frequency, np.abs(90.0 - side * azimuth), radius=radius) for side in (1.0, -1.0))
    phase = np.unwrap(np.angle(left * right.conj()), axis=0)
    return np.asarray((phase - phase[:, ::-1]) / 2.0)


def ear_differences(frequency: Array, azimuth: Array, *, radius: float = RADIUS) -> EarDifferences:
    """Give the differences between the ears of the general head.

    Args:
        frequency: (f,) Hz, from 0 to half of any sample rate.
        azimuth: (a,) deg, -90 to 90, mirrored about 0.
        radius: m.

    Example:
        >>> both = ear_differences(np.array([500.0, 6000.0]), np.array([-90.0, 0.0, 90.0]))
        >>> (both.phase[:, 2] / (2 * np.pi * np.array([500.0, 6000.0])) * 1e6).round(-1).tolist()
        [760.0, 670.0]
    """
    top = max(float(frequency.max()), 100.0)
    count = int(np.ceil(top / 25.0))
    table = _sphere_phase(top, count, tuple(float(a) for a in azimuth), radius)
    grid = np.r_[0.0, np.linspace(top / count, top, count)]
    phase = np.stack([np.interp(frequency, grid, np.r_[0.0, one]) for one in table.T], axis=1)
    lateral = np.deg2rad(azimuth)
    above = 2.0 * np.pi * frequency[:, None] * (radius / SPEED) * (lateral + np.sin(lateral))
    share = np.clip(np.log2(np.maximum(frequency, 1.0) / TURNOVER), 0.0, 1.0)[:, None] * np.cos(lateral) ** 2
    phase = (1.0 - share) * phase + share * above
    level = LEVEL_SLOPE * np.sqrt(frequency)[:, None] * np.sin(np.deg2rad(azimuth))
    return EarDifferences(phase, level)
