"""What a clip must not be: silent, a still picture, speech over the picture, or the same in both ears.

References: OmniAudio's cleaning of Sphere360 (dBFS below -35 for more than 90 % of the clip; at two frames a second a
mean squared difference of grey below 5 for more than 85 %; speech); ViSAudio (arXiv 2512.03036) for the difference of
the ears, 0.01, whose exact norm is not published.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np

from seehear.media.frame import Picture
from seehear.media.stems import Samples
from seehear.scene.direction import Array

WINDOW: Final = 0.1
"""s that one level is taken of."""

STATIC_FPS: Final = 2.0
"""Frames a second that are compared."""

_RATE: Final = 16000
_FRAME: Final = 512  # samples at 16 kHz: two periods of the lowest voice
_HOP: Final = 160
_LOWEST, _HIGHEST = 80.0, 350.0  # Hz of a speaking voice
_PERIODIC: Final = 0.5


class Filters(NamedTuple):
    """What is let through; a share of 1 turns its filter off, as a level of -inf or a difference of 0 would.

    Attributes:
        silence_dbfs: level below which a window is silent.
        silence_share: largest share of silent windows.
        static_mse: mean squared difference of grey below which a frame repeats the one before.
        static_share: largest share of such frames.
        voice_share: largest share of the time that is speech.
        left_right: least difference of the ears.
    """

    silence_dbfs: float = -35.0
    silence_share: float = 0.9
    static_mse: float = 5.0
    static_share: float = 0.85
    voice_share: float = 0.5
    left_right: float = 0.01


def silent_share(mono: Samples, sample_rate: int, *, below_dbfs: float) -> float:
    """Give the share of windows of 100 ms whose root mean square lies below a level.

    Args:
        mono: (n,) samples.
        sample_rate: Hz.
        below_dbfs: dB, 0 for a root mean square of 1.
    """
    size = max(1, round(WINDOW * sample_rate))
    windows = mono[: len(mono) // size * size].reshape(-1, size).astype(np.float64)
    if not len(windows):
        return 1.0
    return float(((windows**2).mean(axis=1) < 10 ** (below_dbfs / 10)).mean())


def static_share(pictures: Iterable[Picture], *, below: float) -> float:
    """Give the share of pictures that repeat the one before.

    Args:
        pictures: (h, w) grey, 0 to 255.
        below: mean squared difference under which they do.
    """
    before: Picture | None = None
    same, count = 0, 0
    for picture in pictures:
        if before is not None:
            same += float(((picture.astype(np.float32) - before) ** 2).mean()) < below
            count += 1
        before = picture
    return same / count if count else 1.0


def left_right_difference(ears: Samples) -> float:
    """Give how much two ears differ, 0 (the same) to 1 (one is silent): sum |l - r| over sum |l| + sum |r|.

    Args:
        ears: (2, n).

    Example:
        >>> left_right_difference(np.array([[1.0, 1.0], [1.0, 0.0]], np.float32)).__round__(3)
        0.333
    """
    left, right = ears.astype(np.float64)
    total = float(np.abs(left).sum() + np.abs(right).sum())
    return float(np.abs(left - right).sum()) / total if total else 0.0


def voice_share(mono: Samples, sample_rate: int) -> float:
    """Give the share of the time, 0 to 1, that is speech by its pitch and its syllables.

    A second is speech where a part of it (but not all) is periodic at 80 to 350 Hz, where that pitch glides, and where
    the level between 300 and 3400 Hz comes and goes three to eight times a second.

    Args:
        mono: (n,) samples.
        sample_rate: Hz.

    Reference: Scheirer and Slaney, "Construction and evaluation of a robust multifeature speech/music discriminator",
    ICASSP 1997 (modulation at 4 Hz); Boersma, "Accurate short-term analysis of the fundamental frequency", 1993.
    """
    import soxr

    wave = np.asarray(soxr.resample(mono.astype(np.float32), sample_rate, _RATE), dtype=np.float64)
    if len(wave) < _RATE // 2:
        return 0.0
    periodic, pitch, level = _voicing(wave)
    second = min(_RATE // _HOP, len(level))
    spans = [slice(start, start + second) for start in range(0, len(level) - second + 1, second // 2)]
    loudest = float(level.max())
    return float(np.mean([_speaks(periodic[one], pitch[one], level[one], loudest) for one in spans]))


def _voicing(wave: Array) -> tuple[Array, Array, Array]:
    """Give for each hop the height of the autocorrelation's peak, the pitch in semitones, and the level."""
    from numpy.lib.stride_tricks import sliding_window_view

    frames = sliding_window_view(wave, _FRAME)[::_HOP]
    power = np.abs(np.fft.rfft(frames * np.hanning(_FRAME), 2 * _FRAME, axis=-1)) ** 2
    window = np.fft.irfft(np.abs(np.fft.rfft(np.hanning(_FRAME), 2 * _FRAME)) ** 2)
    lags = np.arange(round(_RATE / _HIGHEST), round(_RATE / _LOWEST))
    whole = np.fft.irfft(power, axis=-1)
    height = whole[:, lags] / np.maximum(whole[:, :1], 1e-12) / (window[lags] / window[0])
    best = height.argmax(axis=1)
    frequency = np.fft.rfftfreq(2 * _FRAME, 1 / _RATE)
    level = power[:, (frequency > 300) & (frequency < 3400)].sum(axis=1)
    return height.max(axis=1), 12 * np.log2(_RATE / lags[best]), np.sqrt(level)


def _speaks(periodic: Array, pitch: Array, level: Array, loudest: float) -> bool:
    voiced = (periodic > _PERIODIC) & (level > 0.03 * loudest)
    if not 0.2 <= voiced.mean() <= 0.95 or level.mean() < 0.01 * loudest:
        return False
    spectrum = np.abs(np.fft.rfft((level - level.mean()) * np.hanning(len(level)))) ** 2
    rate = np.fft.rfftfreq(len(level), _HOP / _RATE)
    syllables = spectrum[(rate >= 2) & (rate <= 8)].sum() / max(float(spectrum.sum()), 1e-30)
    spread = float(np.percentile(pitch[voiced], 80) - np.percentile(pitch[voiced], 20))
    return bool(syllables > 0.4 and 0.5 < spread < 9.0)
