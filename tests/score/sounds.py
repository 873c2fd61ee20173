"""Signals of which other programs' features are on record (tests/golden/sound_features.json)."""

import numpy as np


def clip(kind, seed, rate, seconds=3.0):
    count = round(rate * seconds)
    time = np.arange(count) / rate
    if kind == "noise":
        return 0.1 * np.random.default_rng(seed).standard_normal(count)
    return notes(seed, time) if kind == "notes" else clicks(seed, rate, count)


def notes(seed, time):
    """Five decaying notes of four partials, half a second apart."""
    out = np.zeros(len(time))
    for i, pitch in enumerate((262.0, 330.0, 392.0, 523.0, 294.0)):
        start = 0.25 + 0.5 * i + 0.03 * seed
        on = time >= start
        for partial in range(1, 5):
            wave = np.sin(2 * np.pi * partial * pitch * 1.01**seed * (time[on] - start))
            out[on] += 0.3 / partial * wave * np.exp(-3 * (time[on] - start))
    return out


def clicks(seed, rate, count):
    """Five bursts of 10 ms over faint noise."""
    out = 0.001 * np.random.default_rng(seed).standard_normal(count)
    for start in (0.3, 0.7, 1.15, 1.9, 2.4):
        first, size = round((start + 0.02 * seed) * rate), round(0.01 * rate)
        out[first : first + size] += 0.5 * np.random.default_rng(seed + 9).standard_normal(size)
    return out
