"""Ambisonics: real spherical harmonics, rotation, max-rE weights, and the other conventions' converters.

AmbiX throughout: channel l^2 + l + m (ACN), SN3D, W = 1, no Condon-Shortley sign. Directions are unit vectors
x front, y left, z up. A rotation is active: ``y(R u) = D y(u)``.

References: Nachbar et al., "AmbiX - a suggested ambisonics format", 2011; Zotter and Frank, "Ambisonics", Springer
2019, ch. 4 and appendix A; Daniel, thesis, Paris 6, 2000 (max-rE); Malham, "Higher order ambisonic systems", 2003
(FuMa).
"""

import math
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from seehear.errors import InputError
from seehear.scene.direction import Array

MAX_ORDER: Final = 7

_FUMA_ORDER: Final = (0, 3, 1, 2, 6, 7, 5, 8, 4, 12, 13, 11, 14, 10, 15, 9)
_FUMA_GAIN: Final = (0.5**0.5, *(1.0,) * 3, 1.0, *((4 / 3) ** 0.5,) * 4, 1.0, *((45 / 32) ** 0.5,) * 2,
                     *((9 / 5) ** 0.5,) * 2, *((8 / 5) ** 0.5,) * 2)  # fmt: skip


def channels_of_order(order: int) -> int:
    """Give the channel count of an order, (N + 1)^2."""
    return (order + 1) ** 2


def degree_of_channels(order: int) -> Array:
    """Give each ACN channel's degree l, ((N + 1)^2,).

    Example:
        >>> degree_of_channels(1).tolist()
        [0.0, 1.0, 1.0, 1.0]
    """
    return np.repeat(np.arange(order + 1, dtype=np.float64), 2 * np.arange(order + 1) + 1)


def spherical_harmonics(direction: ArrayLike, order: int) -> Array:
    """Give the real spherical harmonics of directions, which are a plane wave's ambisonic gains.

    Args:
        direction: (..., 3) unit vectors, x front, y left, z up.
        order: 0 to 7.

    Returns:
        (..., (order + 1)^2), ACN, SN3D.

    Raises:
        InputError: an order outside 0 to 7.

    Example:
        >>> spherical_harmonics([0.0, 1.0, 0.0], 1).tolist()
        [1.0, 1.0, 0.0, 0.0]

    Reference: Zotter and Frank 2019, A.2: the recurrence of the Legendre functions in the degree, their factor
    cos^m of the elevation moved into the azimuthal polynomials, so that no angle is ever computed.
    """
    if not 0 <= order <= MAX_ORDER:
        raise InputError(f"ambisonic order must be 0 to {MAX_ORDER}, got {order}")
    vector = np.asarray(direction, dtype=np.float64)
    x, y, z = np.moveaxis(vector, -1, 0)
    out = np.empty((channels_of_order(order), *x.shape))
    cosine, sine = np.ones_like(x), np.zeros_like(x)
    for m in range(order + 1):
        _fill_order(out, z, (cosine, sine), m, order)
        cosine, sine = x * cosine - y * sine, x * sine + y * cosine
    return np.moveaxis(out, 0, -1)


def _fill_order(out: Array, z: Array, azimuthal: tuple[Array, Array], m: int, order: int) -> None:
    """Write all channels of azimuthal order +m and -m, degrees m to ``order``."""
    before, now = np.zeros_like(z), np.full_like(z, float(np.prod(np.arange(1, 2 * m, 2))))
    for degree in range(m, order + 1):
        norm = ((2.0 if m else 1.0) * math.factorial(degree - m) / math.factorial(degree + m)) ** 0.5
        centre = degree * degree + degree
        out[centre + m] = norm * now * azimuthal[0]
        if m:
            out[centre - m] = norm * now * azimuthal[1]
        before, now = now, ((2 * degree + 1) * z * now - (degree + m) * before) / (degree + 1 - m)


def sphere_quadrature(degree: int) -> tuple[Array, Array]:
    """Give points and weights that integrate every harmonic up to a degree exactly; mirror-symmetric in y and z.

    Args:
        degree: largest degree of the integrand.

    Returns:
        Points (n, 3) and weights (n,) that sum to 1. Rows of constant elevation, lowest first.

    Reference: Gauss-Legendre in sin(elevation), equal steps in azimuth (Rafaely, "Fundamentals of Spherical Array
    Processing", 2015, 3.3).
    """
    rows = degree // 2 + 1
    columns = 2 * (degree // 2 + 1)
    z, row_weight = np.polynomial.legendre.leggauss(rows)
    z, row_weight = (z - z[::-1]) / 2, (row_weight + row_weight[::-1]) / 2
    angle = 2 * np.pi * (np.arange(columns // 2) + 0.5) / columns
    level = np.sqrt(1 - z * z)[:, None]
    left = np.stack([level * np.cos(angle), level * np.sin(angle), z[:, None] + 0 * angle], axis=-1)
    points = np.concatenate([left, left * np.array([1.0, -1.0, 1.0])], axis=1).reshape(-1, 3)
    return points, np.repeat(row_weight / (2 * columns), columns)


@lru_cache(maxsize=MAX_ORDER + 1)
def _sampling(order: int) -> tuple[Array, Array]:
    """Points and the matrix (n, K) that turns values at them into SN3D coefficients."""
    points, weights = sphere_quadrature(2 * order)
    norm = 2 * degree_of_channels(order) + 1
    return points, weights[:, None] * norm * spherical_harmonics(points, order)


def rotate_harmonics(rotation: ArrayLike, order: int) -> Array:
    """Give the matrices that turn an ambisonic sound field.

    Args:
        rotation: (..., 3, 3) active rotation matrices. To undo a listener's turn give its transpose.
        order: 0 to 7.

    Returns:
        (..., K, K) with ``y(R u) = D y(u)``, K = (order + 1)^2; the same in SN3D and N3D; one block per degree.

    Example:
        >>> turn_left = [[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
        >>> (rotate_harmonics(turn_left, 1) @ [1.0, 0.0, 0.0, 1.0]).tolist()
        [1.0, 1.0, 0.0, 0.0]

    Reference: the turned harmonics are sampled on an exact quadrature and expanded again (Rafaely 2015, 1.5 and 3.3).
    """
    turn = np.asarray(rotation, dtype=np.float64)
    size = channels_of_order(order)
    out = np.zeros((*turn.shape[:-2], size, size))
    out[..., 0, 0] = 1.0
    if order >= 1:
        axes = np.array([1, 2, 0])
        out[..., 1:4, 1:4] = turn[..., axes[:, None], axes]
    if order >= 2:
        points, analysis = _sampling(order)
        turned = spherical_harmonics(points @ np.swapaxes(turn, -1, -2), order)
        for degree in range(2, order + 1):
            block = slice(degree**2, (degree + 1) ** 2)
            out[..., block, block] = np.swapaxes(turned[..., block], -1, -2) @ analysis[:, block]
    return out


def max_re_weights(order: int) -> Array:
    """Give the exact max-rE weight of each degree, (order + 1,), 1 at degree 0.

    Example:
        >>> max_re_weights(1).round(4).tolist()
        [1.0, 0.5774]

    Reference: Daniel 2000, p. 312: P_l at the largest root of P_(N+1).
    """
    root = float(np.polynomial.legendre.leggauss(order + 1)[0].max()) if order else 0.0
    return _legendre(root, order)


def max_re_weights_approximate(order: int) -> Array:
    """Give max-rE weights in closed form, (order + 1,): P_l(cos(137.9 deg / (N + 1.51))).

    Reference: Zotter and Frank, "All-round ambisonic panning and decoding", JAES 60 (2012), eq. 10.
    """
    return _legendre(float(np.cos(np.deg2rad(137.9 / (order + 1.51)))), order)


def _legendre(x: float, order: int) -> Array:
    return np.asarray(np.polynomial.legendre.legval(x, np.eye(order + 1)))


def sn3d_to_n3d(samples: ArrayLike) -> Array:
    """Turn SN3D channels (K, ...) into N3D: times sqrt(2l + 1).

    Example:
        >>> sn3d_to_n3d([1.0, 0.0, 0.0, 1.0]).round(3).tolist()
        [1.0, 0.0, 0.0, 1.732]
    """
    given = np.asarray(samples, dtype=np.float64)
    return _scaled(given, np.sqrt(2 * degree_of_channels(order_of_channels(len(given))) + 1))


def n3d_to_sn3d(samples: ArrayLike) -> Array:
    """Turn N3D channels (K, ...) into SN3D: divided by sqrt(2l + 1)."""
    given = np.asarray(samples, dtype=np.float64)
    return _scaled(given, 1 / np.sqrt(2 * degree_of_channels(order_of_channels(len(given))) + 1))


def ambix_to_fuma(samples: ArrayLike) -> Array:
    """Turn AmbiX channels (K, ...) up to order 3 into Furse-Malham order and gains (W X Y Z R S T U V K L M N O P Q).

    Raises:
        InputError: not 1, 4, 9 or 16 channels.

    Example:
        >>> ambix_to_fuma([1.0, 0.0, 0.0, 1.0]).round(4).tolist()
        [0.7071, 1.0, 0.0, 0.0]

    Reference: Malham 2003: every harmonic's largest value is 1, W is 3 dB lower.
    """
    given = np.asarray(samples, dtype=np.float64)
    size = _fuma_size(given)
    return _scaled(given[list(_FUMA_ORDER[:size])], np.array(_FUMA_GAIN[:size]))


def fuma_to_ambix(samples: ArrayLike) -> Array:
    """Turn Furse-Malham channels (K, ...) up to order 3 into AmbiX; undoes `ambix_to_fuma`.

    Raises:
        InputError: not 1, 4, 9 or 16 channels.
    """
    given = np.asarray(samples, dtype=np.float64)
    size = _fuma_size(given)
    out = np.empty_like(given)
    out[list(_FUMA_ORDER[:size])] = _scaled(given, 1 / np.array(_FUMA_GAIN[:size]))
    return out


def order_of_channels(channels: int) -> int:
    """Give the order of a full set of ambisonic channels.

    Raises:
        InputError: the count is not a square from 1 to 64.

    Example:
        >>> order_of_channels(16)
        3
    """
    order = math.isqrt(max(channels, 0)) - 1
    if channels_of_order(order) != channels or not 0 <= order <= MAX_ORDER:
        raise InputError(f"ambisonics must have 1, 4, 9, 16, 25, 36, 49 or 64 channels, got {channels}")
    return order


def _fuma_size(given: Array) -> int:
    if order_of_channels(len(given)) > 3:
        raise InputError(f"FuMa ends at order 3 (16 channels), got {len(given)}")
    return len(given)


def _scaled(channels: Array, gain: Array) -> Array:
    return np.asarray(channels * gain.reshape(-1, *(1,) * (channels.ndim - 1)))
