"""Whole runs: stopped, killed and gone on with; done again from their card; refused where another run lies."""

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from seehear.errors import InputError  # noqa: E402
from seehear.train import read_config  # noqa: E402
from seehear.train.checkpoint import read_checkpoint  # noqa: E402
from seehear.train.config import Config  # noqa: E402
from seehear.train.flow import train_flow  # noqa: E402
from seehear.train.journal import rows_of  # noqa: E402
from seehear.train.learning import trained_learner  # noqa: E402
from tests.train.test_trainer import same  # noqa: E402

pytestmark = pytest.mark.neural

TINY = Config(
    variant="V5", codec="mdct", width=16, heads=2, steps=6, batch=2, worlds=8, held_back=4, validated=2, warmup=2,
    validate_every=3, keep_every=1,
)  # fmt: skip


@pytest.fixture(scope="module")
def whole(shards, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("seehear.train.worlds.SIZE", 8)
        return train_flow(TINY, tmp_path_factory.mktemp("runs") / "whole", worlds=shards)


def stops_at(step):
    def progress(stage, done):
        if stage == "steps" and round(done * TINY.steps) == step:
            signal.raise_signal(signal.SIGINT)

    return progress


def test_a_run_that_is_stopped_goes_on_bit_for_bit(whole, shards, tmp_path):
    before = signal.getsignal(signal.SIGINT)
    stopped = train_flow(TINY, tmp_path / "run", worlds=shards, progress=stops_at(3))
    assert stopped.step == 3
    assert signal.getsignal(signal.SIGINT) is before
    done = train_flow(TINY, tmp_path / "run", worlds=shards)
    assert done.step == 6
    first, second = (read_checkpoint(run.folder / "checkpoint.pt")["trainer"] for run in (whole, done))
    assert same(first, second) > 100
    assert done.weights.read_bytes() == whole.weights.read_bytes()
    assert done.validation == whole.validation


def test_a_run_that_is_killed_within_a_step_goes_on_bit_for_bit(whole, shards, tmp_path):
    code = f"""
import os, signal, torch
from seehear.train import worlds, trainer
from seehear.train import read_config
from seehear.train.flow import train_flow
worlds.SIZE = 8
torch.set_num_threads({torch.get_num_threads()})
clip = torch.nn.utils.clip_grad_norm_
def killed(weights, most):
    killed.calls += 1
    if killed.calls == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return clip(weights, most)
killed.calls = 0
torch.nn.utils.clip_grad_norm_ = killed
train_flow(read_config({str(whole.folder / "card.json")!r}), {str(tmp_path / "run")!r}, worlds={str(shards)!r})
"""
    end = subprocess.run([sys.executable, "-W", "ignore", "-c", code], env=os.environ, check=False)
    assert end.returncode == -signal.SIGKILL
    assert read_checkpoint(tmp_path / "run" / "checkpoint.pt")["trainer"]["step"] == 4
    with (tmp_path / "run" / "log.jsonl").open("a") as log:
        log.write('{"step": 5, "lo')
    done = train_flow(TINY, tmp_path / "run", worlds=shards)
    first, second = (read_checkpoint(run.folder / "checkpoint.pt")["trainer"] for run in (whole, done))
    assert same(first, second) > 100
    assert [row["step"] for row in rows_of(done.folder / "log.jsonl") if "loss" in row] == [1, 2, 3, 4, 5, 6]


def test_the_card_says_all_and_does_the_run_again(whole, shards, tmp_path):
    card = json.loads((whole.folder / "card.json").read_text())
    assert card["step"] == 6
    assert card["parameters"] > 1000
    assert card["seconds"]["wall"] > 0
    assert len(card["worlds_sha256"]) == 64
    assert {"torch", "seehear", "python"} <= set(card["versions"])
    again = train_flow(read_config(whole.folder / "card.json"), tmp_path / "again", worlds=shards)
    assert again.weights.read_bytes() == whole.weights.read_bytes()


def test_a_run_leaves_curves_log_and_weights(whole):
    assert (whole.folder / "curves.png").read_bytes()[:4] == b"\x89PNG"
    rows = rows_of(whole.folder / "log.jsonl")
    assert [row["step"] for row in rows if "validation" in row] == [3, 6]
    learner, config = trained_learner(whole.folder / "checkpoint.pt")
    assert config == TINY
    assert not learner.training
    assert whole.weights.stat().st_size < 25e6


def test_another_config_is_refused_and_the_key_named(whole, shards):
    with pytest.raises(InputError, match=r"seed = 0, asked for 1"):
        train_flow(TINY.model_copy(update={"seed": 1}), whole.folder, worlds=shards)


def test_folders_that_are_no_runs_are_refused(shards, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="expected a folder"):
        train_flow(TINY, tmp_path / "file", worlds=shards)
    with pytest.raises(InputError, match="holds no run"):
        train_flow(TINY, tmp_path, worlds=shards)
    (tmp_path / "card.json").write_text("{")
    with pytest.raises(InputError, match="run's card"):
        train_flow(TINY, tmp_path, worlds=shards)


def test_a_full_disk_is_told_and_the_older_checkpoint_stays(shards, tmp_path, monkeypatch):
    write = Path.write_bytes
    written = []

    def full(self, data):
        if self.suffix == ".pt":
            written.append(self)
            if len(written) > 2:
                raise OSError(errno.ENOSPC, "No space left on device")
        return write(self, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(InputError, match="No space left on device"):
        train_flow(TINY, tmp_path / "run", worlds=shards)
    assert read_checkpoint(tmp_path / "run" / "checkpoint.pt")["trainer"]["step"] == 2
    assert not list((tmp_path / "run").glob(".*"))


def test_unknown_variants_and_devices_are_told_before_anything_is_made(shards, tmp_path):
    with pytest.raises(InputError, match="variant"):
        train_flow(TINY.model_copy(update={"variant": "V99"}), tmp_path / "run", worlds=shards)
    with pytest.raises(InputError, match="--device"):
        train_flow(TINY, tmp_path / "run", worlds=shards, device="abacus")
    assert not (tmp_path / "run").exists()
