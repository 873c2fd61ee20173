"""The eight timbres of the closed world, one for each class: sounds, and onsets where they have any."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from seehear.scene.direction import Array

Made = tuple[NDArray[np.float32], tuple[float, ...]]
Timbre = Callable[[float, int, np.random.Generator], Made]

_PEAK = 0.35


def _onsets(duration: float, rng: np.random.Generator, low: float, high: float) -> tuple[float, ...]:
    time, found, gap = float(rng.uniform(0.1, 0.5)), [], float(rng.uniform(low, high))
    while time < duration - 0.1:
        found.append(round(time, 4))
        time += gap * float(rng.uniform(0.85, 1.15))
    return tuple(found)


def _laid(onsets: tuple[float, ...], one: Callable[[], Array], duration: float, rate: int) -> Made:
    out = np.zeros(round(duration * rate))
    for onset in onsets:
        start = round(onset * rate)
        sound = one()[: len(out) - start]
        out[start : start + len(sound)] += sound
    return _scaled(out), onsets


def _scaled(samples: Array) -> NDArray[np.float32]:
    top = np.abs(samples).max()
    return np.asarray(samples * (_PEAK / top if top > 0 else 1.0), dtype=np.float32)


def _band(count: int, rate: int, low: float, high: float, rng: np.random.Generator) -> Array:
    """White noise between two frequencies."""
    spectrum = np.fft.rfft(rng.standard_normal(count))
    frequency = np.fft.rfftfreq(count, 1 / rate)
    spectrum[(frequency < low) | (frequency > high)] = 0
    return np.asarray(np.fft.irfft(spectrum, count))


def burst(duration: float, rate: int, rng: np.random.Generator) -> Made:
    """Give bursts of band noise that die away in 0.15 s."""
    low = float(rng.uniform(400, 1200))
    time = np.arange(int(0.4 * rate)) / rate
    return _laid(_onsets(duration, rng, 0.4, 0.9),
                 lambda: _band(len(time), rate, low, 3 * low, rng) * np.exp(-time / 0.05), duration, rate)  # fmt: skip


def chirp(duration: float, rate: int, rng: np.random.Generator) -> Made:
    """Give rising sweeps of 0.3 s."""
    low = float(rng.uniform(500, 900))
    time = np.arange(int(0.3 * rate)) / rate
    sweep = np.sin(2 * np.pi * (low * time + 0.5 * (4 * low / 0.3) * time**2)) * np.sin(np.pi * time / 0.3) ** 0.5
    return _laid(_onsets(duration, rng, 0.5, 1.0), lambda: sweep, duration, rate)


def chime(duration: float, rate: int, rng: np.random.Generator) -> Made:
    """Give bells by frequency modulation.

    Reference: Chowning, "The synthesis of complex audio spectra by means of frequency modulation", JAES 21, 1973.
    """
    carrier = float(rng.uniform(500, 1000))
    time = np.arange(int(1.2 * rate)) / rate
    index = 4 * np.exp(-time / 0.25)
    tone = np.exp(-time / 0.3) * np.sin(2 * np.pi * carrier * time + index * np.sin(2 * np.pi * 1.4 * carrier * time))
    return _laid(_onsets(duration, rng, 0.8, 1.4), lambda: tone, duration, rate)


def pluck(duration: float, rate: int, rng: np.random.Generator) -> Made:
    """Give plucked strings: partials that die the sooner the higher they are."""
    pitch = float(rng.uniform(150, 330))
    time = np.arange(int(0.9 * rate)) / rate
    partials = [
        np.sin(2 * np.pi * pitch * k * time) * np.exp(-time * (2.5 + 1.5 * k)) / k
        for k in range(1, 12) if pitch * k < 0.45 * rate
    ]  # fmt: skip
    return _laid(_onsets(duration, rng, 0.4, 0.8), lambda: np.sum(partials, axis=0), duration, rate)


def click(duration: float, rate: int, rng: np.random.Generator) -> Made:
    """Give short clicks."""
    time = np.arange(int(0.02 * rate)) / rate
    return _laid(_onsets(duration, rng, 0.2, 0.5),
                 lambda: rng.standard_normal(len(time)) * np.exp(-time / 0.002), duration, rate)  # fmt: skip


def pulse(duration: float, rate: int, rng: np.random.Generator) -> Made:
    """Give a train of pulses, 60 to 110 Hz, that comes and goes."""
    time = np.arange(round(duration * rate)) / rate
    pitch = float(rng.uniform(60, 110))
    top = int(0.4 * rate / pitch)
    phase = np.pi * pitch * time
    train = np.sin((2 * top + 1) * phase) / np.where(np.abs(np.sin(phase)) < 1e-6, 1.0, np.sin(phase))
    train = np.where(np.abs(np.sin(phase)) < 1e-6, 2 * top + 1, train) - 1
    return _scaled(train * _swell(time, rng)), ()


def hiss(duration: float, rate: int, rng: np.random.Generator) -> Made:
    """Give noise whose loudness swings."""
    time = np.arange(round(duration * rate)) / rate
    return _scaled(_band(len(time), rate, 1500, 0.45 * rate, rng) * _swell(time, rng)), ()


def tone(duration: float, rate: int, rng: np.random.Generator) -> Made:
    """Give a harmonic tone with vibrato."""
    time = np.arange(round(duration * rate)) / rate
    pitch = float(rng.uniform(200, 400))
    phase = 2 * np.pi * pitch * time + 0.02 * pitch / 5.5 * np.sin(2 * np.pi * 5.5 * time)
    return _scaled(sum(np.sin(k * phase) / k for k in range(1, 7)) * _swell(time, rng)), ()


def _swell(time: Array, rng: np.random.Generator) -> Array:
    rate, phase = float(rng.uniform(0.7, 2.0)), float(rng.uniform(0, 2 * np.pi))
    return np.asarray(0.55 + 0.45 * np.sin(2 * np.pi * rate * time + phase))


TIMBRES: dict[str, Timbre] = {
    "burst": burst, "chime": chime, "chirp": chirp, "click": click, "hiss": hiss, "pluck": pluck, "pulse": pulse,
    "tone": tone,
}  # fmt: skip
