"""What a person looks at: poster, waveforms and spectrogram of a clip, small enough for a page of hundreds."""

import base64
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.bench.t2av.decoding import DecodedClip, small
from seehear.media.stems import Samples

POSTER_WIDTH, POSTER_QUALITY = 256, 68
WAVE_COLUMNS = 160
SPECTRUM_SIZE = (200, 64)
FLOOR_DB = 70.0
"""dB below the loudest that the spectrogram reaches."""


def view_of(clip: DecodedClip) -> dict[str, Any]:
    """Give ``{"poster", "wave", "spectrum", "seconds"}``, plain JSON; parts that are not there are left out."""
    view: dict[str, Any] = {}
    if clip.seen:
        middle = clip.seen.views[len(clip.seen.views) // 2]
        view["poster"] = _jpeg(small(middle.rgb(), POSTER_WIDTH)[:, :, ::-1], POSTER_QUALITY)
        view["seconds"] = round(clip.seen.duration, 3)
    if clip.heard and clip.heard.samples.shape[1]:
        view["wave"] = _wave(clip.heard.samples[:2])
        view["spectrum"] = _jpeg(_spectrum(clip.heard.samples, clip.heard.sample_rate), 70)
        view["top_hz"] = clip.heard.sample_rate // 2
        view.setdefault("seconds", round(clip.heard.samples.shape[1] / clip.heard.sample_rate, 3))
    return view


def _wave(samples: Samples) -> list[list[int]]:
    """Give for each channel its least and largest by column, percent of full scale: low, high, low, high ..."""
    edges = np.linspace(0, samples.shape[1], WAVE_COLUMNS + 1).astype(int)
    rows = []
    for channel in samples:
        pieces = [channel[a : max(b, a + 1)] for a, b in pairwise(edges)]
        pairs = [(float(one.min(initial=0.0)), float(one.max(initial=0.0))) for one in pieces]
        rows.append([round(100 * max(-1.0, min(1.0, value))) for pair in pairs for value in pair])
    return rows


def _spectrum(samples: Samples, sample_rate: int) -> NDArray[np.uint8]:
    """Give the level, (64, 200) grey, low frequencies at the bottom, on a mel scale."""
    import cv2

    from seehear.score.spectral import mel_power, power_to_db

    mono = samples.mean(axis=0, dtype=np.float64)
    if not mono.any():
        return np.zeros(SPECTRUM_SIZE[::-1], np.uint8)
    level = power_to_db(mel_power(mono, sample_rate), ceiling=FLOOR_DB)
    grey = 255 * (level - level.max() + FLOOR_DB) / FLOOR_DB
    return np.asarray(cv2.resize(grey[::-1], SPECTRUM_SIZE, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _jpeg(picture: NDArray[np.uint8], quality: int) -> str:
    import cv2

    _, held = cv2.imencode(".jpg", np.ascontiguousarray(picture), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return base64.b64encode(held.tobytes()).decode("ascii")
