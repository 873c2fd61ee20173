"""Eyes taught beforehand: what they are taught is what the picture shows; what they see is remembered, mirrored too."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from seehear.simulate import to_world  # noqa: E402
from seehear.sound.flow.learners import Batch  # noqa: E402
from seehear.train.batches import Batches  # noqa: E402
from seehear.train.checkpoint import read_checkpoint  # noqa: E402
from seehear.train.flow import train_flow  # noqa: E402
from seehear.train.learning import trained_learner  # noqa: E402
from seehear.train.seeing import Memory, levels  # noqa: E402
from seehear.train.truths import LABELS, occupied, places  # noqa: E402
from seehear.train.worlds import rendered  # noqa: E402
from tests.train.test_runs import TINY  # noqa: E402
from tests.train.test_trainer import same  # noqa: E402

pytestmark = pytest.mark.neural

TAUGHT = TINY.model_copy(update={"eyes_steps": 2, "steps": 2})


@pytest.mark.parametrize("seed", [3, 11, 17])
def test_places_are_where_the_picture_has_its_colour(seed):
    world = to_world(seed, preset="closed")
    times = np.arange(0, 102, 10) / 25
    where = places(world.scene.model_dump(mode="json"), times)
    for time, across, width in zip(times, where.across, where.width, strict=True):
        picture = world.stage.frame(float(time), exposure=0.0).astype(float)
        colour = picture.max(axis=-1) - picture.min(axis=-1)
        strength = np.where(colour > 60, colour, 0.0).sum(axis=0)  # the ground is dull
        shown = width > 0
        assert set(np.array(LABELS)[shown]) <= set(world.scene.caption.split())
        if shown.sum() == 1 and abs(across[shown][0] - 0.5) < 0.4 and strength.any():
            middle = (strength * (np.arange(64) + 0.5) / 64).sum() / strength.sum()
            assert middle == pytest.approx(across[shown][0], abs=0.03)
    assert occupied(where).max() <= 1.0


def test_levels_follow_the_sound():
    tone = np.sin(2 * np.pi * 1000 / 16000 * np.arange(640)) * np.ones((2, 1))
    quiet, loud = levels(0.01 * tone), levels(tone)
    assert loud.argmax() == quiet.argmax()
    assert loud.max() - quiet.max() == pytest.approx(2, abs=0.02)  # 40 dB
    assert np.ptp(levels(0 * tone)) == 0


def test_what_was_seen_is_what_would_be_seen(shards, tmp_path):
    done = train_flow(TAUGHT, tmp_path / "run", worlds=shards)
    learner, config = trained_learner(done.folder / "checkpoint.pt")
    worlds = rendered(shards, 8, seed=1)
    (name,) = [file.stem.removeprefix("eyes-") for file in shards.glob("eyes-*.pt")]
    memory = Memory(shards, name, learner.eyes, worlds, seed=1, progress=lambda stage, done: None)
    seen = Batches(worlds, lambda sound: sound[..., None], size=2, seed=0, memory=memory).of([1, 5])
    frames, words, _ = worlds.picked([1, 5])
    plain = Batch(torch.from_numpy(frames), torch.from_numpy(words), seen.latents)
    for which in (torch.tensor([False, False]), torch.tensor([True, False])):
        expected = learner.eyes(plain.mirrored(which).frames, plain.words)
        got = learner.eyes(seen.mirrored(which).frames, seen.words)
        for one, other in zip(got, expected, strict=True):
            torch.testing.assert_close(one, other, rtol=2e-3, atol=2e-3)
        assert torch.equal(seen.mirrored(which).latents, plain.mirrored(which).latents)
    assert config == TAUGHT


def test_taught_eyes_stay_as_they_are_and_runs_agree(shards, tmp_path):
    first = train_flow(TAUGHT, tmp_path / "first", worlds=shards)
    second = train_flow(TAUGHT, tmp_path / "second", worlds=shards)
    one, two = (read_checkpoint(run.folder / "checkpoint.pt")["trainer"] for run in (first, second))
    assert same(one, two) > 100
    (file,) = shards.glob("eyes-*.pt")
    taught = read_checkpoint(file)["eyes"]
    for name, value in taught.items():
        assert torch.equal(value, one["network"][f"eyes.{name}"])
