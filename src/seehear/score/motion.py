"""The picture's movement over time: how far the sound runs behind it, and whether it comes from the side that moves.

A contact (a bounce, a blow, a step) changes the direction of flow at one place from one frame to the next; so the
curve that is compared with the sound's onsets is the change of the flow field, not its length. Neither needs boxes or
weights.

References: Farneback, "Two-frame motion estimation based on polynomial expansion", SCIA 2003; the idea of matching
sound to moving pixels: Hershey and Movellan, "Audio-vision", NIPS 1999. Curves and thresholds are our own.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.errors import InputError
from seehear.media.layout import Layout
from seehear.media.stems import Samples
from seehear.scene import vector_to_angles
from seehear.scene.direction import Array
from seehear.score.score import Metric, Score
from seehear.score.spectral import HOP, onset_strength

OFFSET = Metric("onset_to_motion_offset", "s", higher_is_better=False)
SIDE = Metric("moving_side_agreement", "", higher_is_better=True)

RATE = 100.0
"""Hz of the common clock."""

REACH = 1.0
"""s, the largest offset that is looked for."""

EDGE = 0.3
"""s at both ends that are left out: every sound and movement begins with the clip."""

LIKE = 0.3
"""Correlation of the two curves at their best offset below which they have no rhythm in common."""

CLEAR = 0.03
"""What an offset's correlation must be above that of "in time" to be believed."""

IN_TIME = 0.1
"""s."""

SUDDEN = 4.0
"""The strongest change of movement re the median below which nothing is sudden: walkers sway, balls bounce."""

NOISE = 0.15
"""Pixels of flow, on the small picture, that count as none."""

ENOUGH = 0.008
"""Mean flow, widths a second, from which on movement is full evidence of a side; below it counts in proportion."""

_AROUND = 0.2
"""s to both sides over which movement is taken together."""


class FlowCurves(NamedTuple):
    """Movement at each frame; the first frame is given the second's.

    Attributes:
        magnitude: (n,) mean length of the flow into a frame, shares of the picture's width.
        change: (n,) mean length of the flow's change from the frame before, the same unit; 0 at first.
        columns: (n, width) mean length of the flow less the whole picture's, by column, the same unit.
    """

    magnitude: Array
    change: Array
    columns: Array


def flow_curves(luma: NDArray[np.uint8]) -> FlowCurves:
    """Measure movement.

    Args:
        luma: (n, height, width), small pictures (some 160 pixels wide) at the clip's own rate.

    Raises:
        InputError: fewer than two pictures.
    """
    if luma.ndim != 3 or len(luma) < 2:
        raise InputError(f"expected at least two pictures (n, height, width), got shape {luma.shape}")
    before: NDArray[np.float32] | None = None
    lengths, changes, columns = [], [], []
    nothing = np.zeros((*luma.shape[1:], 2), dtype=np.float32)
    for first, second in pairwise(luma):
        flow = nothing if np.array_equal(first, second) else _flow(first, second)
        lengths.append(float(np.hypot(flow[..., 0], flow[..., 1]).mean()))
        changes.append(0.0 if before is None else float(np.hypot(*np.moveaxis(flow - before, -1, 0)).mean()))
        columns.append(_own(flow))
        before = flow
    width = luma.shape[2]
    return FlowCurves(
        np.array([lengths[0], *lengths]) / width, np.array([0.0, *changes]) / width,
        np.array([columns[0], *columns]) / width,
    )  # fmt: skip


def onset_to_motion_offset(mono: Array, change: Array, *, sample_rate: int, fps: float) -> Score:
    """Give by how much the sound's onsets are away from the picture's sudden movements, s.

    Args:
        mono: (n,) samples.
        change: (frames,) of `flow_curves`.
        sample_rate: Hz.
        fps: frames per second.

    Returns:
        ``extra["late"]`` is the offset with its sign, positive where the sound comes after the picture, and
        ``extra["match"]`` the correlation there. Undefined without a rhythm in common, or where nothing is sudden.

    Raises:
        InputError: a rate that is not positive.
    """
    if not (fps > 0 and sample_rate > 0):
        raise InputError(f"expected positive rates, got {fps} frames/s and {sample_rate} Hz")
    count = int(min(len(mono) / sample_rate, len(change) / fps) * RATE)
    if count < 2 * (REACH + EDGE) * RATE:
        return OFFSET.undefined(f"shorter than {2 * (REACH + EDGE):g} s")
    clock = np.arange(count) / RATE
    strength = onset_strength(mono, sample_rate)
    heard = _sharp(np.interp(clock, np.arange(len(strength)) * HOP / sample_rate, strength))
    seen = _sharp(np.interp(clock, np.arange(len(change)) / fps, change))
    inner = change[round(EDGE * fps) : -round(EDGE * fps)]
    if not seen.any() or inner.max() < SUDDEN * np.median(inner):
        return OFFSET.undefined("nothing sudden in the picture")
    if not heard.any():
        return OFFSET.undefined("nothing sudden in the sound")
    return _offset(heard, seen)


def moving_side_agreement(samples: Samples, columns: Array, *, layout: Layout, sample_rate: int, fps: float,
                          horizontal_fov: float = 60.0) -> Score:  # fmt: skip
    """Say whether the sound comes from where the picture moves: 1 always, -1 always from the opposite side.

    The correlation about straight ahead (not about the mean) of heard azimuth and the azimuth of movement's centre,
    window by window, weighted by the roots of sound's energy and movement, times the share of `ENOUGH` that moves. The
    mirrored sound gives the same number with the other sign.

    Args:
        samples: (layout.size, n).
        columns: (frames, width) of `flow_curves`.
        layout: of the samples.
        sample_rate: Hz.
        fps: frames per second.
        horizontal_fov: deg that the picture spans.

    Returns:
        ``extra["correlation"]`` and ``extra["evidence"]``, whose product it is.

    Raises:
        InputError: another number of channels than the layout's, or samples that are not finite.
    """
    from seehear.score.windows import heard_in

    heard = heard_in(samples, layout, sample_rate=sample_rate)
    directed = np.linalg.norm(heard.vector, axis=1) > 0
    if not directed.any():
        return SIDE.undefined("silence")
    place = (np.arange(columns.shape[1]) + 0.5) / columns.shape[1]
    azimuth = np.rad2deg(np.arctan((1 - 2 * place) * np.tan(np.deg2rad(horizontal_fov / 2))))
    moved = _around(columns, heard.time[directed] + 0.05, fps)
    amount = moved.mean(axis=1)
    if not amount.any():
        return SIDE.undefined("nothing moves")
    seen = moved @ azimuth / np.maximum(moved.sum(axis=1), 1e-12)
    told = vector_to_angles(heard.vector[directed])[0]
    weight = np.sqrt(heard.energy[directed] * amount)
    norm = float(np.sqrt((weight * told**2).sum() * (weight * seen**2).sum()))
    evidence = min(1.0, float(amount.mean()) * fps / ENOUGH)
    correlation = float((weight * told * seen).sum()) / norm if norm > 1e-9 else 0.0
    return SIDE.at(correlation * evidence, extra={"evidence": evidence, "correlation": correlation})


def _flow(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> NDArray[np.float32]:
    import cv2

    # a fresh field each time: one that is given is written over and given back
    room = np.zeros((*first.shape, 2), dtype=np.float32)
    return np.asarray(cv2.calcOpticalFlowFarneback(first, second, room, 0.5, 3, 15, 3, 5, 1.2, 0), np.float32)


def _own(flow: NDArray[np.float32]) -> Array:
    """Give each column's mean flow, less what the whole picture does (a turning camera)."""
    rest = flow - np.median(flow.reshape(-1, 2), axis=0)
    length = np.hypot(rest[..., 0], rest[..., 1])
    return np.asarray(np.where(length < NOISE, 0.0, length).mean(axis=0), dtype=np.float64)


def _around(columns: Array, times: Array, fps: float) -> Array:
    """Give each column's mean movement around each time, (k, width)."""
    total = np.concatenate([np.zeros((1, columns.shape[1])), columns.cumsum(axis=0)])
    start = np.clip(np.round((times - _AROUND) * fps), 0, len(columns) - 1).astype(int)
    end = np.clip(np.round((times + _AROUND) * fps) + 1, start + 1, len(columns)).astype(int)
    return np.asarray((total[end] - total[start]) / (end - start)[:, None])


def _offset(heard: Array, seen: Array) -> Score:
    size = 2 * len(heard)
    match = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(seen, size)), size)
    match /= np.sqrt((heard**2).sum() * (seen**2).sum())
    reach, near = int(REACH * RATE), int(IN_TIME * RATE)
    lags = np.arange(-reach, reach + 1)
    found = match[lags]  # at lag k: how well the sound, k later, meets the picture
    best = int(found.argmax())
    middle = slice(reach - near, reach + near + 1)
    if found[best] - found[middle].max() <= CLEAR:
        best = reach - near + int(found[middle].argmax())
    extra = {"late": float(lags[best] / RATE), "match": round(float(found[best]), 4)}
    if found[best] < LIKE:
        return OFFSET.undefined("sound and movement have no rhythm in common", extra=extra)
    return OFFSET.at(abs(extra["late"]), extra=extra)


def _sharp(curve: Array) -> Array:
    """Keep what stands above its surroundings of 0.17 s; roots, so that one blow is not all; without the ends."""
    wide = np.convolve(np.pad(curve, 8, mode="edge"), np.full(17, 1 / 17), mode="valid")
    above = np.sqrt(np.maximum(curve - wide, 0.0))
    edge = int(EDGE * RATE)
    above[:edge] = above[-edge:] = 0.0
    hann = np.hanning(7)[1:-1]
    smooth = np.convolve(above, hann / hann.sum(), mode="same")
    return np.asarray(smooth - smooth.mean()) if smooth.any() else smooth
