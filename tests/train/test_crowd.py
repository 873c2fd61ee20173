"""Two processes train as one: their gradients are averaged over the whole batch."""

import os
import subprocess
import sys

import pytest

torch = pytest.importorskip("torch")

from seehear.train.config import Config  # noqa: E402
from tests.train.test_trainer import Toy, trainer  # noqa: E402

pytestmark = pytest.mark.neural

CONFIG = Config(worlds=8, batch=4, steps=3, warmup=1, rate=0.01)
CODE = """
import sys, torch
from seehear.train import worlds
worlds.SIZE = 8
from seehear.train.crowd import gathered
from seehear.train.trainer import Trainer
from tests.train.test_crowd import CONFIG
from tests.train.test_trainer import Batches, Toy, encode, rendered
with gathered("cpu") as (crowd, device):
    assert crowd.size == 2
    batches = Batches(rendered(sys.argv[1], 8, seed=1), encode, size=4, seed=0)
    one = Trainer(Toy(noise=0.0), batches, CONFIG, crowd=crowd)
    for _ in range(3):
        loss = one.advance().loss
    torch.save([loss, one.network.table.weight.detach()], f"{sys.argv[2]}/{crowd.rank}.pt")
"""


def test_two_processes_take_the_steps_of_one(shards, tmp_path):
    alone = trainer(shards, CONFIG, Toy(noise=0.0))
    for _ in range(3):
        loss = alone.advance().loss
    shared = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(20000 + os.getpid() % 20000)}
    command = [sys.executable, "-W", "ignore", "-c", CODE, str(shards), str(tmp_path)]
    both = [subprocess.Popen(command, env={**os.environ, **shared, "RANK": str(rank)}) for rank in range(2)]
    assert [one.wait(60) for one in both] == [0, 0]
    found = [torch.load(tmp_path / f"{rank}.pt") for rank in range(2)]
    assert torch.equal(found[0][1], found[1][1])
    torch.testing.assert_close(found[0][1], alone.network.table.weight.detach())
    assert found[0][0] == pytest.approx(loss, rel=1e-5)
