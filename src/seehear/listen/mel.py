"""Log-mel power of a clip, summed over its channels: what the example store tells sounds apart by.

16 kHz, Hann windows of 80 ms every 20 ms, centred; 40 triangular bands from 50 to 7600 Hz on the mel scale
2595 log10(1 + f/700) (O'Shaughnessy, "Speech Communication", 1987). Power is summed over channels before the logarithm,
so that swapping the sides changes nothing and opposite phases do not cancel.
"""

import numpy as np
from numpy.typing import NDArray

from seehear.media import AudioClip, layout_of
from seehear.scene.direction import Array

RATE = 16000
HOP = 320
WINDOW = 1280
BANDS = 40
FLOOR_DB = -60.0
"""Below the loudest band of the clip: quieter is silence."""


def log_mel(clip: AudioClip) -> Array:
    """Give the level of 40 mel bands every 20 ms.

    Args:
        clip: at 16 kHz, any layout; the LFE does not count, of ambisonics only W does.

    Returns:
        (frames, 40) dB, from -60 to 0, relative to the loudest.
    """
    power = np.zeros((clip.samples.shape[1] // HOP + 1, BANDS))
    for index in counted_channels(clip):
        power += _mel_power(clip.samples[index].astype(np.float64))
    top = power.max(initial=0.0)
    if top <= 0.0:
        return np.full(power.shape, FLOOR_DB)
    return np.asarray(10 * np.log10(np.maximum(power / top, 10 ** (FLOOR_DB / 10))))


def counted_channels(clip: AudioClip) -> list[int]:
    """Give the channels that make up the sound whatever the sides: ambisonics' W, else all but the LFE."""
    layout = layout_of(clip.layout) if clip.layout not in ("", "mono") else None
    if layout is not None and layout.kind == "ambisonics":
        return [0]
    return [index for index in range(len(clip.samples)) if layout is None or index != layout.lfe]


def _mel_power(samples: Array) -> Array:
    frames = len(samples) // HOP + 1
    padded = np.concatenate([np.zeros(WINDOW // 2), samples, np.zeros(WINDOW // 2 + HOP)])
    window, filters = np.hanning(WINDOW + 1)[:-1], _filters()
    power = np.empty((frames, BANDS))
    for start in range(0, frames, 1024):  # so that a minute takes no more memory than 20 s
        count = min(1024, frames - start)
        pieces = np.lib.stride_tricks.sliding_window_view(padded[start * HOP :], WINDOW)[: count * HOP : HOP]
        power[start : start + count] = (np.abs(np.fft.rfft(pieces * window, axis=1)) ** 2) @ filters
    return power


def _filters() -> NDArray[np.float64]:
    """(bins, 40)."""
    lowest, highest = 2595 * np.log10(1 + np.array([50.0, 7600.0]) / 700)
    mel = np.linspace(float(lowest), float(highest), BANDS + 2)
    edges = 700 * (10 ** (mel / 2595) - 1)
    bins = np.fft.rfftfreq(WINDOW, 1 / RATE)[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    return np.asarray(np.maximum(np.minimum(rising, falling), 0.0))
