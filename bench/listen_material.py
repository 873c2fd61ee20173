"""Clips with exact directions for judging the ears: rigid spheres of three radii, KEMAR, rooms, noise all around."""

import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from seehear.acoustics import Hrtf, Renderer, default_hrtf
from seehear.listen.head import sphere_response
from seehear.media import read_audio
from seehear.media.layout import layout_of
from seehear.media.stems import ArrayStems
from seehear.scene import Keyframe, Room, Scene, SceneObject, angles_to_vector

SHARED = Path(os.environ.get("SEEHEAR_SHARED") or Path(__file__).resolve().parents[2] / "shared")
RATE = 48000
SECONDS = 3.0
HEADS = {"sphere 7.5": (0.075, 90.0), "sphere 8.75": (0.0875, 100.0), "sphere 10": (0.1, 90.0), "KEMAR": None}
SIZE, LISTENER = (6.0, 5.0, 2.8), (2.6, 2.2, 1.4)


class Made(NamedTuple):
    """A clip: kind, sound (2, n), and the azimuth (sources, k) at times (k,)."""

    kind: str
    samples: np.ndarray
    times: np.ndarray
    azimuth: np.ndarray


@lru_cache
def head(name: str) -> Hrtf:
    if HEADS[name] is None:
        return default_hrtf(RATE)
    radius, ear = HEADS[name]
    azimuth, elevation = np.meshgrid(np.arange(-180.0, 180.0, 5.0), np.arange(-75.0, 76.0, 15.0))
    where = angles_to_vector(azimuth.ravel(), elevation.ravel())
    taps = 256
    frequency = np.fft.rfftfreq(taps, 1 / RATE)
    table_at = np.arange(181.0)
    response = sphere_response(np.maximum(frequency, 1.0), table_at, radius=radius)
    response *= np.exp(-2j * np.pi * frequency * 80 / RATE)[:, None]
    response[0] = 1.0
    table = np.fft.irfft(response, taps, axis=0).T
    ears = angles_to_vector(np.array([ear, -ear]))
    angle = np.rad2deg(np.arccos(np.clip(where @ ears.T, -1.0, 1.0)))
    low = np.minimum(angle.astype(int), 179)
    part = (angle - low)[..., None]
    responses = (1 - part) * table[low] + part * table[low + 1]
    return Hrtf(name, where, responses.astype(np.float32), response_rate=RATE, sample_rate=RATE)


@lru_cache
def dry() -> list[np.ndarray]:
    found = []
    for path in sorted((SHARED / "data/dry").iterdir()):
        x = read_audio(path, sample_rate=RATE).samples.mean(axis=0)
        x = np.resize(x, int(SECONDS * RATE)).astype(np.float64)
        found.append((0.05 * x / x.std()).astype(np.float32))
    return found


def scene(tracks: list[tuple[np.ndarray, np.ndarray]], rt60: float, distance: float) -> Scene:
    objects = tuple(
        SceneObject(
            id=f"s{i}", sounding=((0.0, SECONDS),),
            keyframes=tuple(
                Keyframe(time=float(t), azimuth=float(a), elevation=0.0, distance=distance)
                for t, a in zip(times, azimuth, strict=True)
            ),
        )
        for i, (times, azimuth) in enumerate(tracks)
    )  # fmt: skip
    room = Room(size=SIZE, listener=LISTENER, rt60=rt60) if rt60 else None
    return Scene(duration=SECONDS, objects=objects, room=room)


def noise(rng: np.random.Generator, name: str, count: int) -> np.ndarray:
    """Pink noise from all around."""
    around = angles_to_vector(np.arange(0.0, 360.0, 20.0))
    filters = head(name).filters_at(around)
    delays = head(name).delay_at(around)
    frequency = np.fft.rfftfreq(count, 1 / RATE)
    total = np.zeros((2, len(frequency)), complex)
    for each, late in zip(filters, delays, strict=True):
        tone = np.fft.rfft(rng.normal(size=count)) / np.sqrt(np.maximum(frequency, 50.0))
        total += tone * np.fft.rfft(each, count, axis=-1) * np.exp(-2j * np.pi * frequency * late[:, None])
    out = np.fft.irfft(total, count, axis=-1)
    return out / out.std()


def courses(rng: np.random.Generator, kind: str) -> list[tuple[np.ndarray, np.ndarray]]:
    times = np.linspace(0.0, SECONDS, 31)
    if kind == "single":
        return [(times[:1], rng.uniform(-80, 80, 1))]
    if kind == "pair":
        first = rng.uniform(-75, 75)
        while abs((second := rng.uniform(-75, 75)) - first) < 40:
            pass
        return [(times[:1], np.array([first])), (times[:1], np.array([second]))]
    first, last = np.array([rng.uniform(25, 75), -rng.uniform(25, 75)]) * rng.choice([-1, 1])
    shape = times / SECONDS if rng.uniform() < 0.6 else 0.5 - 0.5 * np.cos(2 * np.pi * times / SECONDS)
    return [(times, first + (last - first) * shape)]


def clips(name: str, rt60: float, snr_db: tuple[float, ...], *, each: int, seed: int) -> Iterator[tuple[float, Made]]:
    """Give clips of three kinds, each at every ratio of sound to noise."""
    rng = np.random.default_rng(seed)
    for kind, count in (("single", each), ("pair", each), ("moving", each)):
        for _ in range(count):
            tracks = courses(rng, kind)
            picked = rng.choice(len(dry()), len(tracks), replace=False)
            gains = [1.0, 10 ** (rng.uniform(-3, 3) / 20)]
            stems = ArrayStems({f"s{i}": gains[i] * dry()[k] for i, k in enumerate(picked)}, RATE)
            made = Renderer(
                scene(tracks, rt60, rng.uniform(1.0, 1.9)), layout_of("binaural"), hrtf=head(name), sample_rate=RATE
            )
            wet = np.concatenate([block.mix for block in made.blocks(stems)], axis=1)
            hiss = noise(rng, name, wet.shape[1])
            times = np.linspace(0.05, SECONDS - 0.05, 30)
            truth = np.array([np.interp(times, t, a) for t, a in tracks])
            for ratio in snr_db:
                mix = wet + hiss * wet.std() * 10 ** (-ratio / 20)
                yield ratio, Made(kind, mix.astype(np.float32), times, truth)
