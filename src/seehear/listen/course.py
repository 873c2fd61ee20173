"""A source's track, thinned and smoothed for fitting: some dozens of points, however long the clip.

Azimuth in degrees, +90 is left; time in seconds; level in dB.
"""

from typing import NamedTuple

import numpy as np

from seehear.listen.heard import Track
from seehear.scene.direction import Array, angles_to_vector, vector_to_angles

STEP = 0.1
"""Seconds between points, at least."""

MOST = 600
"""Points, at most."""

PEAKS, BEATS = 0.5, 1.2
"""Seconds over which the loudest moment stands for the level; the longer where it comes and goes, as steps do."""

BEATING = 6.0
"""dB of roughness from which a level comes and goes."""


class Course(NamedTuple):
    """A thinned track; all arrays are (k,), k at least 1.

    Attributes:
        time: seconds, rising.
        azimuth: deg; nan unknown.
        elevation: deg; nan unknown.
        level: dB, the upper envelope.
        roughness: dB, how far the level strays from its own smooth course (one number).
        folded: whether azimuths are front-back ambiguous, and so lie in [-90, 90].
    """

    time: Array
    azimuth: Array
    elevation: Array
    level: Array
    roughness: float
    folded: bool

    @property
    def directed(self) -> bool:
        """Whether there is any azimuth."""
        return bool(np.isfinite(self.azimuth).any())

    @property
    def seconds(self) -> float:
        """Seconds from the first point to the last."""
        return float(self.time[-1] - self.time[0])


def course_of(track: Track) -> Course:
    """Thin a track; its frames outside the spans in which it sounds count less than those inside only by their level.

    Args:
        track: with at least one frame.
    """
    span = float(track.times[-1] - track.times[0])
    step = max(STEP, span / MOST)
    block = np.minimum(((track.times - track.times[0]) / step).astype(np.int64), MOST - 1)
    power = 10.0 ** (np.asarray(track.level_db, dtype=np.float64) / 10.0)
    power = np.maximum(np.nan_to_num(power), 1e-12)
    count = int(block[-1]) + 1
    total = np.bincount(block, power, count)
    kept = total > 0
    time = np.bincount(block, power * track.times, count)[kept] / total[kept]
    azimuth, elevation = _mean_direction(track, power, block, count)
    level = 10 * np.log10(total[kept] / np.bincount(block, minlength=count)[kept])
    smooth = _upper(level, max(1, round(PEAKS / step)))
    rough = float(np.median(np.abs(level - smooth))) if len(level) > 2 else 0.0
    if rough > BEATING:
        smooth = _upper(level, max(1, round(BEATS / step)))
    return Course(time, azimuth[kept], elevation[kept], smooth, rough, track.front_back == "unknown")


def _mean_direction(track: Track, power: Array, block: Array, count: int) -> tuple[Array, Array]:
    """Give the blocks' mean azimuth and elevation, weighted by the power; nan where none is known."""
    height = np.zeros_like(track.azimuth) if track.elevation is None else np.nan_to_num(track.elevation)
    known = np.isfinite(track.azimuth)
    vectors = angles_to_vector(np.where(known, track.azimuth, 0.0), height) * (power * known)[:, None]
    mean = np.stack([np.bincount(block, vectors[:, axis], count) for axis in range(3)], axis=-1)
    size = np.linalg.norm(mean, axis=-1)
    azimuth, elevation = vector_to_angles(np.where(size[:, None] > 0, mean, [1.0, 0.0, 0.0]))
    azimuth = np.where(size > 0, azimuth, np.nan)
    return azimuth, np.where((size > 0) & (track.elevation is not None), elevation, np.nan)


def _upper(level: Array, reach: int) -> Array:
    """Give the loudest within ``reach`` points around, smoothed over as many."""
    wide = 2 * (reach // 2) + 1
    padded = np.pad(level, wide // 2, mode="reflect" if len(level) > wide // 2 else "edge")
    top = np.lib.stride_tricks.sliding_window_view(padded, wide).max(axis=-1)
    padded = np.pad(top, wide // 2, mode="edge")
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, wide).mean(axis=-1))
