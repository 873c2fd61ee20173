"""Worlds on disk: the worlds that `simulate` makes, whole, and never the held-back ones."""

import numpy as np
import pytest

from seehear.errors import InputError
from seehear.simulate import to_world
from seehear.simulate.dataset import rng_of
from seehear.train.config import HELD_BACK
from seehear.train.worlds import WORDS, Worlds, rendered, words_of

pytestmark = pytest.mark.neural


def test_a_world_is_simulates_own(tmp_path):
    found = rendered(tmp_path, 2, seed=5, size=1)
    world = to_world(rng_of(5, "closed", 1), preset="closed")
    frames, words, samples = found.picked([1])
    np.testing.assert_array_equal(frames[0], np.stack(list(world.frames())))
    mix = world.mixes(("binaural",))["binaural"]
    np.testing.assert_allclose(samples[0], mix, atol=float(np.abs(mix).max()) / 32767)
    assert found.scene(1) == world.scene
    assert [WORDS[one] for one in words[0] if one] == world.scene.caption.split()


def test_a_broken_shard_is_made_again_with_the_same_bytes(tmp_path):
    found = rendered(tmp_path, 1, seed=6, size=1)
    whole, digest = found.files[0].read_bytes(), found.digest()
    found.files[0].write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="it is made again"):
        Worlds(found.files, count=1)
    again = rendered(tmp_path, 1, seed=6, size=1)
    assert again.files[0].read_bytes() == whole
    assert again.digest() == digest
    assert rendered(tmp_path, 1, seed=HELD_BACK + 6, size=1).digest() != digest


def test_a_shard_that_is_none_is_told(tmp_path):
    np.savez(tmp_path / "000000.npz", frames=np.zeros(3))
    with pytest.raises(InputError, match="shard of worlds"):
        Worlds([tmp_path / "000000.npz"], count=1)


def test_too_few_worlds_and_none_at_all(shards):
    with pytest.raises(InputError, match="expected 99 worlds, got 8"):
        Worlds([shards / "seed-1" / "000000.npz"], count=99)
    with pytest.raises(InputError, match="at least 1 world"):
        rendered(shards, 0, seed=1)


def test_a_folder_of_other_shards_is_refused(shards):
    with pytest.raises(InputError, match="size"):
        rendered(shards, 1, seed=1, size=3)


def test_strange_words_are_told():
    with pytest.raises(InputError, match="'dog'"):
        words_of("tone dog")
