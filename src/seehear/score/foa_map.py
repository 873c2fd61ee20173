"""Where a first-order ambisonic clip's energy comes from, as a map of the sphere, against a reference clip's map.

E(u)^2 = y(u)^T R y(u) with R the channels' covariance, on a grid of 2 deg; every point counts by its solid angle.
Correlation (CC) is Pearson's; a map that is even all around correlates with nothing: 0. AUC: how well the map's height
tells the reference's hottest points (within one standard deviation of its maximum) from the others: 0.5 is chance.

Higher orders are read by their first four channels. Against the published program: points are weighted instead of
rows being thinned out, equal heights count half instead of being jittered, and AUC of a map with itself is 1 exactly.
``weights="published"`` gives its horizontal channels sqrt(2), as its code does.

References: Kim et al., "ViSAGe: video-to-spatial audio generation", ICLR 2025, and its published evaluation; Judd et
al., "Learning to predict where humans look", ICCV 2009 (AUC).
"""

from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np

from seehear.acoustics.ambisonics import order_of_channels, spherical_harmonics
from seehear.errors import InputError
from seehear.media.stems import Samples
from seehear.scene import angles_to_vector
from seehear.scene.direction import Array
from seehear.score.score import Metric, Score

CC = Metric("energy_map_cc", "", higher_is_better=True)
AUC = Metric("energy_map_auc", "", higher_is_better=True)

STEP = 2.0
QUIET = 1e-9
FLAT = 1e-6
"""Relative standard deviation below which a map is even."""


class EnergyMapScores(NamedTuple):
    """What `energy_map_scores` gives; an item for each window."""

    cc: Score
    auc: Score


def energy_map_scores(
    prediction: Samples,
    truth: Samples,
    *,
    sample_rate: int,
    window: float | None = None,
    weights: Literal["sn3d", "published"] = "sn3d",
) -> EnergyMapScores:
    """Compare two clips' energy maps.

    Args:
        prediction: (K, n) AmbiX, order 1 or more.
        truth: (K, m) AmbiX; the longer of both is cut.
        sample_rate: Hz of both.
        window: s of each map; None: one map of the whole clip. Published: None, 1 and 0.2.
        weights: of the first-order horizontal channels.

    Returns:
        A window in which either clip is silent, or the reference's map is even, is undefined.

    Raises:
        InputError: not ambisonics of order 1 or more, or samples that are not finite.
    """
    mine, theirs = _first_order(prediction), _first_order(truth)
    count = min(mine.shape[1], theirs.shape[1])
    size = count if window is None else min(count, round(window * sample_rate))
    rows = [_compare(mine[:, i : i + size], theirs[:, i : i + size], weights) for i in _starts(count, size)]
    table = np.array(rows).reshape(-1, 2)
    lost = int(np.isnan(table[:, 0]).sum())
    reason = f"{lost} of {len(table)} windows silent, or without direction in the reference" if lost else ""
    cc, auc = (
        metric.mean(column, reason=reason or ("" if len(table) else "silence"), extra={"chance": chance})
        for metric, column, chance in zip((CC, AUC), table.T, (0.0, 0.5), strict=True)
    )
    return EnergyMapScores(cc, auc)


def energy_map(samples: Samples, *, weights: Literal["sn3d", "published"] = "sn3d") -> Array:
    """Give the root mean square heard from each direction, (90, 180): elevations from 89 down, azimuths from 179 down.

    Args:
        samples: (K, n) AmbiX, order 1 or more.
        weights: of the first-order horizontal channels: 1, or the published program's sqrt(2).
    """
    wide = _first_order(samples).astype(np.float64)
    return map_of_covariance(wide @ wide.T / max(wide.shape[1], 1), weights=weights)


def map_of_covariance(covariance: Array, *, weights: Literal["sn3d", "published"] = "sn3d") -> Array:
    """Give the map, as `energy_map`, of a field of which only the channels' covariance is known.

    Args:
        covariance: (K, K) of AmbiX channels, order 1 or more.
        weights: as of `energy_map`.
    """
    harmonics = _harmonics(2**0.5 if weights == "published" else 1.0)
    square = np.einsum("...i,ij,...j->...", harmonics, covariance[:4, :4], harmonics, optimize=True)
    return np.asarray(np.sqrt(np.maximum(square, 0.0)))


def solid_angles() -> Array:
    """Give each grid point's share of the sphere, (90, 180), summing to 1."""
    rows = np.cos(np.deg2rad(np.arange(90.0 - STEP / 2, -90.0, -STEP)))
    grid = np.repeat(rows[:, None], round(360 / STEP), axis=1)
    return np.asarray(grid / grid.sum())


@lru_cache(maxsize=2)
def _harmonics(horizontal: float) -> Array:
    azimuth = np.arange(180.0 - STEP / 2, -180.0, -STEP)
    elevation = np.arange(90.0 - STEP / 2, -90.0, -STEP)
    return spherical_harmonics(angles_to_vector(azimuth[None], elevation[:, None]), 1) * [
        1.0,
        horizontal,
        1.0,
        horizontal,
    ]


def _starts(count: int, size: int) -> range:
    """A last window shorter than the others is left out."""
    return range(0, count - size + 1, size) if size else range(0)


def _compare(mine: Samples, theirs: Samples, weights: Literal["sn3d", "published"]) -> tuple[float, float]:
    if min((one.astype(np.float64) ** 2).mean(axis=1).sum() for one in (mine, theirs)) < QUIET:
        return (np.nan, np.nan)
    a, b = (energy_map(one, weights=weights).ravel() for one in (mine, theirs))
    area = solid_angles().ravel()
    a, b = (one / (area * one).sum() - 1.0 for one in (a, b))
    spread_a, spread_b = (float(np.sqrt((area * one**2).sum())) for one in (a, b))
    if spread_b < FLAT:
        return (np.nan, np.nan)
    if spread_a < FLAT:
        return (0.0, 0.5)
    hot = b > b.max() - spread_b
    return float((area * a * b).sum() / (spread_a * spread_b)), _auc(a, hot * area, ~hot * area)


def _auc(height: Array, hot: Array, cold: Array) -> float:
    """Give the chance that a hot point is higher than a cold one, equal heights counting half; (n,) weights."""
    _, level = np.unique(height, return_inverse=True)
    hits, misses = np.bincount(level, hot), np.bincount(level, cold)
    below = np.cumsum(misses) - misses
    return float((hits * (below + misses / 2)).sum() / (hits.sum() * misses.sum()))


def _first_order(samples: Samples) -> Samples:
    if samples.ndim != 2 or order_of_channels(len(samples)) < 1 or not np.isfinite(samples).all():
        raise InputError(f"expected finite ambisonics of order 1 or more, (K, n), got shape {samples.shape}")
    return samples[:4]
