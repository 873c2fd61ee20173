"""Small clips and prompts for the tests of a run."""

import json
from fractions import Fraction

import numpy as np
from tests.bench.t2av.test_prompts_and_clips import made_up

from seehear.media.layout import layout_of
from seehear.media.mux import mux
from seehear.simulate import write_video

FPS, RATE, SECONDS = Fraction(12), 16000, 3.0


def frames(moving=True):
    block = np.random.default_rng(0).integers(0, 255, size=(30, 20, 3)).astype(np.uint8)
    count = int(SECONDS * FPS)
    picture = np.full((count, 72, 128, 3), 70, np.uint8)
    for number, frame in enumerate(picture):
        x = int(2 + 100 * (number if moving else 0) / count)
        frame[20:50, x : x + 20] = block
    return picture


def sound(kind="panned", seed=2):
    noise = np.random.default_rng(seed).normal(size=int(SECONDS * RATE)) * 0.1
    place = np.linspace(0, np.pi / 2, len(noise))
    both = np.stack([noise * np.cos(place), noise * np.sin(place)])
    if kind == "swapped":
        both = both[::-1]
    if kind == "mono":
        both = np.repeat(both.mean(axis=0, keepdims=True), 2, axis=0)
    return np.ascontiguousarray(0 * both if kind == "silent" else both, dtype=np.float32)


def write_clip(path, *, moving=True, kind="panned", seed=2):
    silent = path.parent / f".silent-{path.stem}.mp4"
    write_video(silent, frames(moving), FPS, force=True)
    if kind == "none":
        silent.replace(path)
        return
    mux(silent, path, iter([sound(kind, seed)]), layout_of("stereo"), sample_rate=RATE, force=True)
    silent.unlink()


def write_prompts(path, count=4, text=None):
    records = made_up(count)
    if text:
        records[0]["prompt"] = text
    path.write_text(json.dumps(records))
    return path
