"""In which order and at which gains a file holds its ambisonic channels, told from the sound itself.

A sum of plane waves that are not coherent has a covariance that is a sum of y(u) y(u)^T. At first order that is one
law, power of X, Y and Z together over that of W: 1 in SN3D, 2 in FuMa (W 3 dB lower), 3 in N3D, for one plane wave and
for a diffuse field alike. At higher orders there are many laws more, and they tell the channel order, too. At first
order, order is told only by where sounds usually are (near the horizon) and by the picture, so this half is a weighing,
and the verdict says how sure it is.

References: Zotter and Frank, "Ambisonics", Springer 2019, ch. 4 and appendix A; Nachbar et al., "AmbiX", 2011; Malham,
"Higher order ambisonic systems", 2003 (FuMa).
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final, Literal, NamedTuple

import numpy as np

from seehear.acoustics.ambisonics import (
    fuma_to_ambix,
    n3d_to_sn3d,
    order_of_channels,
    sphere_quadrature,
    spherical_harmonics,
)
from seehear.errors import InputError
from seehear.media.stems import Samples
from seehear.scene.direction import Array

Basis = Literal["told", "file", "detected", "assumed"]

CONVENTIONS: Final = ("acn-sn3d", "acn-n3d", "fuma", "wxyz-sn3d", "wxyz-n3d")
"""AmbiX; ACN with N3D; Furse-Malham; and W X Y Z at the other gains (first order only)."""

BAND: Final = (150.0, 4000.0)
"""Hz that are looked at: below, microphones have noise and nearness; above, they alias."""

SURE: Final = 0.8
"""Confidence from which a convention counts as detected."""

_PRIOR: Final = {"acn-sn3d": 0.6, "fuma": 0.2, "acn-n3d": 0.1, "wxyz-sn3d": 0.07, "wxyz-n3d": 0.03}
_WXYZ_TO_ACN: Final = (0, 2, 3, 1)
_RATIO_SPREAD_DB: Final = 0.8  # of real microphones and rooms
_MISFIT_SPREAD: Final = 0.05
_VERTICAL_WEIGHT: Final = 6.0
_PICTURE_WEIGHT: Final = 8.0


class Verdict(NamedTuple):
    """What a file's ambisonic channels are.

    Attributes:
        convention: one of `CONVENTIONS`.
        confidence: 0 to 1, the share of the weighed evidence that speaks for it, however usual it is; 1 where it was
            told.
        basis: ``told`` by the user, written in the ``file``, ``detected``, or ``assumed``: the evidence does not
            decide, and the most usual reading of what fits was taken.
        ratio_db: power of X, Y, Z together over W's, dB: 0 SN3D, 3 FuMa, 4.8 N3D; None for silence.
        runner_up: the next best convention; "" where nothing was weighed.
    """

    convention: str
    confidence: float
    basis: Basis
    ratio_db: float | None = None
    runner_up: str = ""


def to_ambix(samples: Samples, convention: str) -> Samples:
    """Bring ambisonic channels into ACN, SN3D.

    Args:
        samples: (K, n).
        convention: one of `CONVENTIONS` that they are in.

    Returns:
        (K, n) float32.

    Raises:
        InputError: an unknown convention, or one that has no so many channels.

    Example:
        >>> to_ambix(np.array([[0.7071], [1.0], [0.0], [0.0]], np.float32), "fuma").ravel().round(3).tolist()
        [1.0, 0.0, 0.0, 1.0]
    """
    if convention not in CONVENTIONS:
        raise InputError(f"ambisonics must be one of {', '.join(CONVENTIONS)}, got {convention!r}")
    order_of_channels(len(samples))
    name, _, gains = convention.partition("-")
    if name == "fuma":
        return fuma_to_ambix(samples).astype(np.float32)
    if name == "wxyz":
        if len(samples) != 4:
            raise InputError(f"{convention} is for 4 channels, got {len(samples)}: give acn-sn3d, acn-n3d or fuma")
        samples = samples[list(_WXYZ_TO_ACN)]
    return np.asarray(n3d_to_sn3d(samples) if gains == "n3d" else samples, dtype=np.float32)


def band_covariance(samples: Samples, sample_rate: int) -> Array:
    """Give the channels' covariance, (K, K), within `BAND`.

    Args:
        samples: (K, n).
        sample_rate: Hz.
    """
    from scipy.fft import next_fast_len, rfft

    count = samples.shape[1]
    size = int(next_fast_len(max(count, 1), real=True))
    frequency = np.arange(size // 2 + 1) * (sample_rate / size)
    inside = (frequency >= BAND[0]) & (frequency <= BAND[1])
    spectrum = rfft(samples.astype(np.float32), size, axis=-1)[:, inside].astype(np.complex128)
    return np.asarray(2.0 * (spectrum @ spectrum.conj().T).real / max(size * count, 1))


def detect_convention(
    covariance: Array, *, picture: Callable[[Array], float] | None = None, least: float = 1e-10
) -> Verdict:
    """Weigh which convention a sound is in.

    Args:
        covariance: (K, K) of the channels as they come, as `band_covariance` gives.
        picture: given a candidate's covariance in ACN, SN3D: how well it goes with the picture, -1 to 1; None without
            a picture.
        least: W's power below which nothing can be told.

    Returns:
        The verdict; below a confidence of `SURE` the basis is ``assumed``.

    Raises:
        InputError: no square number of channels.

    Example:
        >>> wave = spherical_harmonics(np.array([0.6, 0.8, 0.0]), 1)
        >>> detect_convention(np.outer(wave, wave)).convention
        'acn-sn3d'
    """
    order = order_of_channels(len(covariance))
    if order < 1 or not covariance[0, 0] > least:
        return Verdict("acn-sn3d", 1.0 / len(CONVENTIONS), "assumed")
    ratio_db = 10 * float(np.log10(max(np.trace(covariance[1:4, 1:4]) / covariance[0, 0], 1e-6)))
    weights = {name: _weight(covariance, name, order, picture) for name in _candidates(order)}
    share = _shares(weights)
    usual = {name: share[name] * _PRIOR[name] for name in share}
    best, second = sorted(share, key=lambda name: -usual[name])[:2]
    basis: Basis = "detected" if share[best] >= SURE else "assumed"
    return Verdict(best, round(share[best], 4), basis, round(ratio_db, 2), second)


def plane_wave_misfit(covariance: Array) -> float:
    """Give how far a covariance, (K, K) in ACN and SN3D, is from that of any sum of incoherent plane waves, 0 to 1.

    Reference: Zotter and Frank 2019, A.3: products of two harmonics of order N hold degrees up to 2N only.
    """
    order = order_of_channels(len(covariance))
    given = covariance.ravel()
    basis = _plane_waves(order)
    left = given - basis @ (basis.T @ given)
    return float(np.linalg.norm(left) / max(float(np.linalg.norm(given)), 1e-300))


def _candidates(order: int) -> tuple[str, ...]:
    if order == 1:
        return CONVENTIONS
    return CONVENTIONS[:3] if order <= 3 else CONVENTIONS[:2]


def _weight(covariance: Array, name: str, order: int, picture: Callable[[Array], float] | None) -> float:
    """Give a candidate's log weight."""
    turned = _converted(covariance, name)
    ratio = 10 * float(np.log10(max(np.trace(turned[1:4, 1:4]) / turned[0, 0], 1e-6)))
    weight = -0.5 * (ratio / _RATIO_SPREAD_DB) ** 2
    if order > 1:
        weight -= 0.5 * (plane_wave_misfit(turned) / _MISFIT_SPREAD) ** 2
    weight -= _VERTICAL_WEIGHT * float(turned[2, 2] / max(np.trace(turned[1:4, 1:4]), 1e-300))
    return weight if picture is None else weight + _PICTURE_WEIGHT * picture(turned)


def _converted(covariance: Array, name: str) -> Array:
    """Turn a covariance of channels into that of their AmbiX."""
    matrix = to_ambix(np.eye(len(covariance), dtype=np.float32), name).astype(np.float64)
    return np.asarray(matrix @ covariance @ matrix.T)


def _shares(weights: Mapping[str, float]) -> dict[str, float]:
    top = max(weights.values())
    parts = {name: float(np.exp(weight - top)) for name, weight in weights.items()}
    total = sum(parts.values())
    return {name: part / total for name, part in parts.items()}


@lru_cache(maxsize=4)
def _plane_waves(order: int) -> Array:
    """Give an orthonormal basis, (K^2, (2N + 1)^2), of the covariances of plane waves."""
    points, _ = sphere_quadrature(4 * order)
    harmonics = spherical_harmonics(points, order)
    products = np.einsum("pi,pj->ijp", harmonics, harmonics).reshape(harmonics.shape[1] ** 2, -1)
    left, _, _ = np.linalg.svd(products, full_matrices=False)
    return np.asarray(left[:, : (2 * order + 1) ** 2])
