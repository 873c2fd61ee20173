"""A bird's song: when it chirps, how far its beak is open then, and what it sounds like."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.scene.direction import Array

CHIRP = 0.13
"""Seconds from a chirp's onset to its end."""

_ATTACK, _RELEASE = 0.012, 0.05


class Song(NamedTuple):
    """Chirps in phrases.

    Attributes:
        onsets: (n,) seconds, rising, at least 0.24 apart.
        phrases: spans [start, end) in seconds.
    """

    onsets: Array
    phrases: tuple[tuple[float, float], ...]

    def opening(self, time: float) -> float:
        """Say how far the beak is open, [0, 1]: the chirp's own envelope."""
        index = int(np.searchsorted(self.onsets, time, side="right")) - 1
        return 0.0 if index < 0 else float(_envelope(np.array([time - self.onsets[index]]))[0])

    def samples(self, length: int, sample_rate: int, *, rng: np.random.Generator) -> NDArray[np.float32]:
        """Give the song, (length,), at most 0.5 of full scale.

        Each chirp falls from about 5 to 3 kHz with a quick warble: what small songbirds' calls look like in a
        spectrogram (Catchpole & Slater, "Bird Song", 2nd edition, 2008, ch. 1).
        """
        out = np.zeros(length, np.float32)
        count = int(CHIRP * sample_rate)
        time = np.arange(count) / sample_rate
        for onset in self.onsets:
            high, drop = rng.uniform(4600, 5400), rng.uniform(1500, 2100)
            pitch = high - drop * time / CHIRP + 180 * np.sin(2 * np.pi * 38 * time)
            phase = 2 * np.pi * np.cumsum(pitch) / sample_rate
            chirp = 0.45 * _envelope(time) * (np.sin(phase) + 0.1 * np.sin(2 * phase))
            start = round(onset * sample_rate)
            part = out[start : start + count]
            part += chirp[: len(part)].astype(np.float32)
        return out


def song(duration: float, *, rng: np.random.Generator) -> Song:
    """Make a song for a clip of that many seconds: phrases of three to five chirps, about a second apart."""
    onsets: list[float] = []
    phrases: list[tuple[float, float]] = []
    start = float(rng.uniform(0.3, 0.45))
    while start + CHIRP < duration:
        beats = start + np.cumsum([0.0, *rng.uniform(0.26, 0.38, int(rng.integers(2, 5)))])
        beats = np.round(beats[beats + CHIRP < duration], 4)
        onsets += beats.tolist()
        phrases.append((float(beats[0]), round(float(beats[-1]) + CHIRP, 4)))
        start = phrases[-1][1] + float(rng.uniform(0.8, 1.2))
    return Song(np.array(onsets), tuple(phrases))


def _envelope(since: Array) -> Array:
    """Rise and fall of one chirp, [0, 1], ``since`` seconds after its onset."""
    rise = np.clip(since / _ATTACK, 0, 1)
    fall = np.clip((CHIRP - since) / _RELEASE, 0, 1)
    return np.asarray(np.sin(np.pi / 2 * np.minimum(rise, fall)) ** 2)
