"""Made-up pictures and soundtracks: movements that drive sounds, mixed to one or two channels."""

from typing import NamedTuple

import numpy as np
import pytest

from seehear.scene import Scene
from seehear.sound.splitting import OwnStems

RATE = 48000
FPS = 30.0


class Heard(NamedTuple):
    """A soundtrack in memory."""

    samples: np.ndarray

    @property
    def sample_rate(self):
        return RATE

    @property
    def channels(self):
        return self.samples.shape[0]

    @property
    def length(self):
        return self.samples.shape[1]

    def blocks(self):
        for start in range(0, self.length, 50000):
            yield self.samples[:, start : start + 50000]


class Staged(NamedTuple):
    """A scene as the watching room gives it, and the true parts of its soundtrack, (channels, n) each."""

    scene: Scene
    parts: dict[str, np.ndarray]

    @property
    def mix(self):
        return Heard(np.sum(list(self.parts.values()), axis=0).astype(np.float32))


def wobble(count, rng, width=30):
    """A movement that comes and goes at random within a second or so."""
    kernel = np.hanning(width) / np.hanning(width).sum()
    return np.clip(np.convolve(rng.standard_normal(count + 2 * width), kernel, "same")[width:-width] * 4, 0, None)


def seen(name, azimuth, values, contacts, duration):
    place = 0.5 - azimuth / 60
    box = [place - 0.05, 0.4, place + 0.05, 0.5]
    keys = [{"time": t, "azimuth": azimuth, "elevation": 0.0, "box": box} for t in (0.0, duration)]
    extra = {
        "sounding": "assumed while in view",
        "activity": {"start": 0.0, "rate": FPS, "values": np.round(values, 3).tolist()},
        "contacts": np.round(contacts, 4).tolist(),
    }
    return {"id": name, "keyframes": keys, "sounding": [[0.0, duration]], "extra": extra}


def thuds(times, count, rng):
    out = np.zeros(count)
    for time in times:
        start = round(time * RATE)
        t = np.arange(min(count - start, RATE // 2)) / RATE
        out[start : start + len(t)] += rng.uniform(0.5, 1) * (
            np.exp(-t * 18) * np.sin(2 * np.pi * 120 * t) + 0.5 * np.exp(-t * 80) * rng.standard_normal(len(t))
        )
    return 0.5 * out


def hiss(values, lag, count, rng):
    """Noise of 0.8 to 4 kHz as strong as the movement is."""
    spectrum = np.fft.rfft(rng.standard_normal(count))
    frequency = np.fft.rfftfreq(count, 1 / RATE)
    noise = np.fft.irfft(np.where((frequency > 800) & (frequency < 4000), spectrum, 0), n=count)
    return 0.4 * noise * np.interp(np.arange(count) / RATE - lag, np.arange(len(values)) / FPS, values)


def staged(seed=0, *, duration=12.0, lag=0.0, pans=None, noise=0.003):
    """An object that thuds at its contacts, one that hisses as it moves, one that moves and is silent.

    ``pans``: None for one channel; else the share of the left channel for each of the two sounds.
    """
    rng = np.random.default_rng(seed)
    count, frames = round(duration * RATE), round(duration * FPS)
    hits = np.cumsum(rng.uniform(0.6, 1.8, 60))
    hits = hits[hits < duration - 1]
    apart = np.abs(np.arange(frames)[:, None] / FPS - hits)
    moved = {"thud": np.exp(-apart / 0.12).sum(axis=1), "hiss": wobble(frames, rng), "mute": wobble(frames, rng)}
    sounds = {"thud": thuds(hits + lag, count, rng), "hiss": hiss(moved["hiss"], lag, count, rng)}
    places, beats = {"thud": 24.0, "hiss": -24.0, "mute": 3.0}, {"thud": hits}
    objects = [seen(name, places[name], moved[name], beats.get(name, []), duration) for name in moved]
    shares = {"thud": [1.0], "hiss": [1.0]} if pans is None else {k: [p, 1 - p] for k, p in pans.items()}
    parts = {name: np.outer(shares[name], sounds[name]) for name in sounds}
    parts["ambience"] = noise * rng.standard_normal((len(shares["thud"]), count))
    return Staged(Scene(duration=duration, objects=objects), parts)


def gathered(stems: OwnStems, size=48000):
    """The stems whole."""
    out = {name: np.zeros((channels, stems.length), dtype=np.float32) for name, channels in stems.channels.items()}
    at = 0
    for block in stems.blocks(size):
        count = next(iter(block.values())).shape[1]
        for name, one in block.items():
            out[name][:, at : at + count] = one
        at += count
    assert at == stems.length
    return out


def sdr(truth, estimate):
    """Signal to distortion ratio, dB."""
    return float(10 * np.log10((truth**2).sum() / ((truth - estimate) ** 2).sum()))


class Stage(NamedTuple):
    """What the tests of this room may use."""

    staged = staticmethod(staged)
    gathered = staticmethod(gathered)
    sdr = staticmethod(sdr)
    seen = staticmethod(seen)
    wobble = staticmethod(wobble)
    thuds = staticmethod(thuds)
    hiss = staticmethod(hiss)
    heard = Heard


@pytest.fixture(scope="session")
def stage():
    return Stage
