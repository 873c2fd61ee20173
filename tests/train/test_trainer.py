"""Steps: going on is the same as never stopping; no number as a loss stops; rates, parts and averages as defined."""

import math

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from seehear.errors import BackendFailed, InputError  # noqa: E402
from seehear.train.batches import Batches  # noqa: E402
from seehear.train.checkpoint import read_checkpoint, write_checkpoint  # noqa: E402
from seehear.train.config import Config  # noqa: E402
from seehear.train.order import drawn  # noqa: E402
from seehear.train.trainer import Trainer, rate_at  # noqa: E402
from seehear.train.worlds import rendered  # noqa: E402

pytestmark = pytest.mark.neural


class Toy(torch.nn.Module):
    """From words to a latent's mean, with noise on the way where asked for."""

    def __init__(self, *, noise=1.0):
        super().__init__()
        self.table, self.noise = torch.nn.Embedding(10, 4), noise
        torch.nn.init.constant_(self.table.weight, 0.3)

    def loss(self, batch, generator):
        given = self.table(batch.words).mean(1)
        noise = torch.randn(given.shape, generator=generator)
        return (given + self.noise * noise - batch.latents.mean(dim=(1, 2))).square().mean()


def encode(sound):
    return sound.unflatten(2, (-1, 4))[:, :, :16]


def trainer(shards, config, network=None):
    worlds = rendered(shards, config.worlds, seed=1)
    batches = Batches(worlds, encode, size=config.batch, seed=config.seed)
    return Trainer(network or Toy(), batches, config)


SMALL = Config(worlds=8, batch=4, steps=6, warmup=2, rate=0.01)


def test_every_world_comes_once_before_any_comes_again():
    seen = np.concatenate([drawn(step, 3, 8, seed=4) for step in range(8)])
    for epoch in seen.reshape(3, 8):
        assert sorted(epoch.tolist()) == list(range(8))
    assert not np.array_equal(seen[:8], seen[8:16])


def test_going_on_from_a_checkpoint_is_the_same_bit_for_bit(shards, tmp_path):
    whole = trainer(shards, SMALL)
    for _ in range(6):
        whole.advance()
    first = trainer(shards, SMALL)
    for _ in range(3):
        first.advance()
    write_checkpoint(tmp_path / "one.pt", {"trainer": first.state()})
    second = trainer(shards, SMALL)
    second.load_state(read_checkpoint(tmp_path / "one.pt")["trainer"])
    for _ in range(3):
        second.advance()
    assert same(whole.state(), second.state()) == 5  # weights, averages, three of AdamW


def test_a_batch_in_parts_is_the_whole_batch(shards):
    states = []
    for parts in (1, 2, 4):
        one = trainer(shards, SMALL.model_copy(update={"accumulate": parts}), Toy(noise=0.0))
        losses = [one.advance().loss for _ in range(3)]
        states.append([*losses, *one.network.table.weight.flatten().tolist()])
    np.testing.assert_allclose(states[1], states[0], rtol=1e-4)
    np.testing.assert_allclose(states[2], states[0], rtol=1e-4)


def test_a_loss_that_is_no_number_stops_and_changes_nothing(shards):
    one = trainer(shards, SMALL)
    one.advance()
    before = {name: value.clone() for name, value in one.network.state_dict().items()}
    one.network.loss = lambda batch, generator: one.network.table.weight.sum() * math.nan
    with pytest.raises(BackendFailed, match="loss at step 1 is nan"):
        one.advance()
    assert one.step == 1
    assert same(before, one.network.state_dict()) == 1


def test_the_average_follows_its_definition(shards):
    one = trainer(shards, SMALL.model_copy(update={"decay": 0.5}))
    expected = one.network.table.weight.detach().clone().double()
    for step in range(1, 6):
        one.advance()
        keep = min(0.5, (1 + step) / (10 + step))
        expected = keep * expected + (1 - keep) * one.network.table.weight.detach().double()
    torch.testing.assert_close(one.average.table.weight.double(), expected, rtol=1e-6, atol=1e-7)


def test_the_rate_rises_then_falls():
    config = Config(rate=1.0, warmup=10, steps=110, rate_end=0.1)
    rates = [rate_at(step, config) for step in range(111)]
    assert rates[0] == pytest.approx(0.1)
    assert max(rates) == rates[10] == pytest.approx(1.0)
    assert all(np.diff(rates[10:]) < 0)
    assert rates[-1] == pytest.approx(0.1)


def test_validation_hears_the_same_noise_every_time(shards):
    one = trainer(shards, SMALL)
    held_back = Batches(rendered(shards, 8, seed=1_000_001), encode, size=3, seed=0)
    assert one.validated(held_back, 8) == one.validated(held_back, 8)


def test_a_checkpoint_cut_short_is_told(tmp_path):
    file = tmp_path / "one.pt"
    write_checkpoint(file, {"trainer": {"step": 1}})
    file.write_bytes(file.read_bytes()[:200])
    with pytest.raises(InputError, match="remove it to start over"):
        read_checkpoint(file)
    torch.save([1, 2], file)
    with pytest.raises(InputError, match="schema"):
        read_checkpoint(file)


def same(first, second):
    """Count the tensors of two nested states, all of which must be equal bit for bit."""
    if isinstance(first, torch.Tensor):
        assert torch.equal(first, second)
        return 1
    if isinstance(first, dict):
        assert first.keys() == second.keys()
        return sum(same(first[name], second[name]) for name in first)
    if isinstance(first, list | tuple):
        assert len(first) == len(second)
        return sum(same(*pair) for pair in zip(first, second, strict=True))
    assert first == second
    return 0
