"""Small made-up shards: what training reads, without the time that rendering takes."""

import json

import numpy as np
import pytest

from seehear.train import config, worlds

COUNT = 8
CAPTIONS = ["tone |", "burst | hiss", "click tone |", "pulse |"]


def scene(caption):
    """What training reads of a scene: each thing of the caption stands still a bit to the left."""
    where = {"time": 0.0, "azimuth": 20.0, "distance": 2.0}
    things = [{"label": word, "keyframes": [where]} for word in caption.split() if word != "|"]
    return {"caption": caption, "camera": {"pose": []}, "objects": things}


@pytest.fixture(scope="session")
def shards(tmp_path_factory):
    """A folder with shards of `COUNT` worlds, of training and held back: noise."""
    place = tmp_path_factory.mktemp("worlds")
    for seed in (1, config.HELD_BACK + 1):
        folder = place / f"seed-{seed}"
        folder.mkdir()
        told = {"schema": worlds.SCHEMA, "preset": worlds.PRESET, "seed": seed, "size": COUNT}
        (folder / worlds.SETTINGS).write_text(json.dumps(told))
        rng = np.random.default_rng(seed)
        scenes = [json.dumps(scene(CAPTIONS[index % len(CAPTIONS)])).encode() for index in range(COUNT)]
        frames = np.repeat(rng.integers(0, 255, (COUNT, 102, 8, 8, 3), np.uint8), 8, axis=2).repeat(8, axis=3)
        sound = rng.integers(-30000, 30000, (COUNT, 2, 65536)).astype(np.int16)
        np.savez(
            folder / "000000.npz", frames=frames, sound=sound, peak=np.ones(COUNT, np.float32), scene=np.array(scenes)
        )
    return place


@pytest.fixture(autouse=True)
def _small_shards(monkeypatch):
    monkeypatch.setattr(worlds, "SIZE", COUNT)
