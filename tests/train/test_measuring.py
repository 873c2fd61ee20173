"""Measures of trained networks: the truth itself is perfect, swapped ears are on the wrong side, a table is kept."""

import json

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from seehear.errors import InputError  # noqa: E402
from seehear.sound.flow.variants import codec_for  # noqa: E402
from seehear.train.batches import Batches  # noqa: E402
from seehear.train.flow import train_flow  # noqa: E402
from seehear.train.learning import encoder, learner_for  # noqa: E402
from seehear.train.measuring import Reader, alone, differing_by, framed, means, measured, mel_energies  # noqa: E402
from seehear.train.table import COLUMNS, beside, measure_run  # noqa: E402
from seehear.train.worlds import rendered  # noqa: E402
from tests.train.test_runs import TINY  # noqa: E402

pytestmark = pytest.mark.neural

READER = Reader(np.zeros(9), 0.0)


@pytest.fixture
def truth(shards):
    """Batches of worlds that are louder at one ear, and a learner that is asked to make them."""
    worlds = rendered(shards, 8, seed=1)
    learner = learner_for(TINY, codec_for("mdct", torch.from_numpy(worlds.picked([0, 1]).samples)))
    gains = torch.tensor([1.0, 0.25])[:, None]
    return learner, Batches(worlds, lambda sound: encoder(learner)(sound * gains), size=4, seed=0)


def test_the_truth_is_perfect_and_swapped_ears_are_not(truth):
    learner, batches = truth
    learner.sample = lambda batch, generator, **options: batch.latents
    rows = measured(learner, batches, READER, count=4)
    found = means(rows)
    assert found["side"] == 1.0
    assert found["ild"] == pytest.approx(0, abs=1e-6)
    assert found["mono"] == pytest.approx(12, abs=0.5)
    assert found["mirror"] == pytest.approx(0, abs=1e-6)
    learner.sample = lambda batch, generator, **options: batch.latents.flip(1)
    swapped = measured(learner, batches, READER, count=4)
    assert means(swapped)["side"] == 0.0
    assert means(swapped)["ild"] == pytest.approx(24, abs=1)
    gap = differing_by(rows, swapped, "side")
    assert (gap.value, gap.low, gap.high, gap.n) == (-1.0, -1.0, -1.0, 4)


def test_energies_are_the_sounds(truth, shards):
    learner, batches = truth
    energies = mel_energies(learner, batches.of([0]).latents)
    assert energies.shape == (1, 2, 256, 64)
    left, right = framed(energies[0]).sum(axis=(1, 2))
    assert left / right == pytest.approx(16, rel=0.1)


def test_single_sources_have_an_azimuth(shards):
    worlds = rendered(shards, 8, seed=1)
    np.testing.assert_allclose(alone(worlds, 0), 20.0, atol=1e-6)
    assert alone(worlds, 2) is None  # two things


def test_a_run_is_measured_and_kept(shards, tmp_path):
    run = train_flow(TINY.model_copy(update={"steps": 1}), tmp_path / "run", worlds=shards).folder
    found = measure_run(run, worlds=shards, count=4, steps=2)
    assert set(found["means"]) <= set(COLUMNS)
    assert json.loads((run / "measured.json").read_text())["means"]["ild"] == found["means"]["ild"]
    assert beside(found["rows"], found["rows"])["ild"] == (0.0, 0.0, 0.0)
    with pytest.raises(InputError, match="from 1 to 4 held-back worlds"):
        measure_run(run, worlds=shards, count=5)
    with pytest.raises(InputError, match="folder of a run"):
        measure_run(tmp_path, worlds=shards)
