"""Whether picture and sound happen at the same time: AV-Align as published and repaired, onset F1, onset offset.

Times in seconds, in any order. An onset on one side that has none on the other counts against the score; only with
none on either side is it undefined.

References: Yariv et al., "Diverse and aligned audio-to-video generation via text-to-video model adaptation", AAAI
2024, section 4 (AV-Align) and its published code; Bello et al., "A tutorial on onset detection in music signals", IEEE
TSAP 13(5), 2005, and the MIREX onset task (F1 with one-to-one matching within +-50 ms); Raffel et al., "mir_eval",
ISMIR 2014 (maximum matching).
"""

from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seehear.errors import InputError
from seehear.scene.direction import Array
from seehear.score.score import Metric, Score

AV_ALIGN = Metric("av_align", "", higher_is_better=True)
AV_ALIGN_FIXED = Metric("av_align_fixed", "", higher_is_better=True)
ONSET_F1 = Metric("onset_f1", "", higher_is_better=True)
ONSET_OFFSET = Metric("onset_offset", "s", higher_is_better=False)

SHIFTS = 50
"""Circular shifts of the sound over which the chance of a match is averaged."""


def av_align(audio: ArrayLike, video: ArrayLike, *, fps: float, matching: Literal["unused", "any"] = "unused") -> Score:
    """Give AV-Align as published: matches / (onsets + peaks - matches), a match lying less than one frame apart.

    The window is two frames wide, so a slow frame rate makes it easy: at 1.6 frames/s it holds 1.25 s.

    Args:
        audio: (n,) s, the sound's onsets (`onset_times` at 22.05 kHz mono gives the published ones).
        video: (m,) s, the picture's peaks (`flow_peaks`).
        fps: frames per second of the picture.
        matching: ``unused``: each peak serves the first onset that finds it; ``any``: a peak may serve many onsets, as
            in the first version of the published code; the score can then pass 1.

    Raises:
        InputError: a frame rate that is not positive, or times that are not finite.
    """
    if not fps > 0:
        raise InputError(f"expected a positive frame rate, got {fps}")
    onsets, peaks = _times(audio), _times(video)
    if not len(onsets) and not len(peaks):
        return AV_ALIGN.undefined("no onsets in the sound and no peaks in the picture")
    free = np.ones(len(peaks), dtype=bool)
    matches = 0
    for onset in onsets:
        near = np.flatnonzero(free & (peaks - 1 / fps < onset) & (onset < peaks + 1 / fps))
        if len(near):
            matches += 1
            free[near[0]] = matching == "any"
    return AV_ALIGN.at(
        matches / (len(onsets) + len(peaks) - matches),
        extra={"n_audio": float(len(onsets)), "n_video": float(len(peaks))},
    )


def av_align_fixed(
    audio: ArrayLike, video: ArrayLike, *, fps: float, window: float = 0.1, duration: float | None = None
) -> Score:
    """Give AV-Align repaired: one window in seconds whatever the frame rate, and the best one-to-one matching.

    Args:
        audio: (n,) s, the sound's onsets.
        video: (m,) s, the picture's peaks.
        fps: frames per second of the picture; where half a frame is longer than the window, no match can be told from
            a miss, and the score is undefined.
        window: s, largest distance of a match.
        duration: s; if given, ``extra["chance"]`` is the mean score over circular shifts of the sound.

    Raises:
        InputError: a frame rate, window or duration that is not positive, or times that are not finite.
    """
    if not (fps > 0 and window > 0 and (duration is None or duration > 0)):
        raise InputError(f"expected a positive frame rate, window and duration, got {fps}, {window} and {duration}")
    onsets, peaks = _times(audio), _times(video)
    if not len(onsets) and not len(peaks):
        return AV_ALIGN_FIXED.undefined("no onsets in the sound and no peaks in the picture")
    if 0.5 / fps > window:
        return AV_ALIGN_FIXED.undefined(f"{fps:g} frames per second cannot tell times to +-{window:g} s")
    extra = {"n_audio": float(len(onsets)), "n_video": float(len(peaks))}
    if duration is not None:
        shifted = [np.sort((onsets + (i + 0.5) * duration / SHIFTS) % duration) for i in range(SHIFTS)]
        extra["chance"] = float(np.mean([_union_share(one, peaks, window) for one in shifted]))
    return AV_ALIGN_FIXED.at(_union_share(onsets, peaks, window), extra=extra)


def onset_f1(prediction: ArrayLike, truth: ArrayLike, *, window: float = 0.05) -> Score:
    """Give the F1 of onsets: 2 matches / (predicted + true), one-to-one, at most ``window`` apart.

    Args:
        prediction: (n,) s.
        truth: (m,) s.
        window: s.

    Returns:
        ``extra`` holds precision and recall (0 where their side is empty).

    Raises:
        InputError: a window below 0, or times that are not finite.
    """
    a, b = _times(prediction), _times(truth)
    if not len(a) and not len(b):
        return ONSET_F1.undefined("no onsets on either side")
    count = len(match_times(a, b, window=window))
    extra = {"precision": count / max(len(a), 1), "recall": count / max(len(b), 1)}
    return ONSET_F1.at(2 * count / (len(a) + len(b)), extra=extra)


def onset_offset(prediction: ArrayLike, truth: ArrayLike, *, window: float = 0.2) -> Score:
    """Give the mean distance of matched onsets, s; an item for each true onset, undefined where it has no match.

    Args:
        prediction: (n,) s.
        truth: (m,) s.
        window: s, largest distance of a match; read the score beside `onset_f1` at the same window.

    Returns:
        ``extra["late"]`` is the mean of prediction - truth.

    Raises:
        InputError: a window below 0, or times that are not finite.
    """
    a, b = _times(prediction), _times(truth)
    pairs = match_times(a, b, window=window)
    if not len(pairs):
        return ONSET_OFFSET.undefined(f"no onsets within {window:g} s of each other")
    late = a[pairs[:, 0]] - b[pairs[:, 1]]
    items = np.full(len(b), np.nan)
    items[pairs[:, 1]] = np.abs(late)
    missed = int(np.isnan(items).sum())
    reason = f"{missed} of {len(b)} true onsets without a match" if missed else ""
    return ONSET_OFFSET.mean(items, reason=reason, extra={"late": float(late.mean())})


def match_times(first: ArrayLike, second: ArrayLike, *, window: float) -> NDArray[np.int64]:
    """Match times one to one: as many pairs as can be within the window, and of those the nearest.

    Args:
        first: (n,) s, rising or not.
        second: (m,) s.
        window: s, at least 0; a distance of exactly the window counts.

    Returns:
        (k, 2) indices into both.

    Raises:
        InputError: a window below 0.

    Example:
        >>> match_times([1.0, 1.04], [1.03, 1.08], window=0.05).tolist()
        [[0, 0], [1, 1]]
    """
    if not window >= 0:
        raise InputError(f"expected a window of at least 0 s, got {window}")
    a, b = (np.asarray(one, dtype=np.float64).reshape(-1) for one in (first, second))
    if not (len(a) and len(b)):
        return np.zeros((0, 2), dtype=np.int64)
    from scipy.optimize import linear_sum_assignment

    apart = np.abs(a[:, None] - b[None])
    # rounding must not push a distance of the window itself outside
    inside = apart <= window + 1e-9
    rows, columns = linear_sum_assignment(np.where(inside, apart - (len(a) + len(b)) * (window + 1.0), 0.0))
    keep = inside[rows, columns]
    return np.stack([rows[keep], columns[keep]], axis=1).astype(np.int64)


def flow_peaks(magnitude: ArrayLike, *, fps: float, threshold: float = 0.1) -> Array:
    """Give the times, (k,) s, of the picture's peaks: local maxima of the mean flow that reach the threshold.

    Args:
        magnitude: (frames,) pixels, mean length of the optical flow into each frame (`flow_magnitudes`).
        fps: frames per second.
        threshold: pixels.
    """
    values = np.asarray(magnitude, dtype=np.float64)
    middle = values[1:-1]
    top = (values[:-2] < middle) & (middle > values[2:]) & (middle >= threshold)
    return np.asarray((np.flatnonzero(top) + 1) / fps)


def flow_magnitudes(frames: NDArray[np.uint8]) -> Array:
    """Give the mean length of Farneback's optical flow into each frame, (n,) pixels, as AV-Align measures it.

    Args:
        frames: (n, height, width, 3) RGB. The first frame is given the second's value.

    Raises:
        InputError: fewer than two frames.

    Reference: Farneback, "Two-frame motion estimation based on polynomial expansion", SCIA 2003.
    """
    if frames.ndim != 4 or len(frames) < 2:
        raise InputError(f"expected at least two frames (n, height, width, 3), got shape {frames.shape}")
    import cv2

    grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames]
    still, found = np.zeros((*grey[0].shape, 2), dtype=np.float32), []
    for before, after in pairwise(grey):
        flow = cv2.calcOpticalFlowFarneback(before, after, still, 0.5, 3, 15, 3, 5, 1.2, 0)
        found.append(float(np.hypot(flow[..., 0], flow[..., 1]).mean()))
    return np.array([found[0], *found])


def _union_share(onsets: Array, peaks: Array, window: float) -> float:
    matches = len(match_times(onsets, peaks, window=window))
    return matches / (len(onsets) + len(peaks) - matches)


def _times(given: ArrayLike) -> Array:
    times = np.sort(np.asarray(given, dtype=np.float64).reshape(-1))
    if not np.isfinite(times).all():
        raise InputError("expected finite times in seconds, got nan or infinity")
    return times
