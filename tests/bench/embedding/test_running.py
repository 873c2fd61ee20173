"""Embedders without their weights: every metric is there, undefined, with the reason and the command."""

import json
from dataclasses import replace

import numpy as np
import pytest
from tests.clips import thuds, write_clip

from seehear.bench.embedding import (
    ClipParts,
    Measurer,
    embed_sound,
    embedder_table,
    running,
    set_embedder_table,
    set_scores,
)
from seehear.bench.embedding.sets import SoundEmbedding
from seehear.errors import InputError
from seehear.score.distribution import frechet_distance, kl_divergence
from seehear.weights import WEIGHTS, MissingWeights


@pytest.fixture(autouse=True)
def _no_weights(tmp_path, monkeypatch):
    for name in ("SEEHEAR_WEIGHTS", "HF_HUB_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))


def test_every_row_rests_on_weights_that_name_its_metrics():
    rows = [*embedder_table().values(), *set_embedder_table().values()]
    names = [metric.name for row in rows for metric in row.metrics]
    assert len(names) == len(set(names))
    for row in rows:
        assert row.weights
        assert set(row.weights) <= set(WEIGHTS)
        assert row.target.startswith("seehear.bench.embedding.")


def test_without_weights_every_metric_is_undefined_with_the_command(tmp_path):
    measurer = Measurer()
    scores, faults = measurer.measure(ClipParts(tmp_path / "none.mp4"))
    assert list(scores) == [metric.name for row in embedder_table().values() for metric in row.metrics]
    for row in embedder_table().values():
        assert "seehear weights fetch" in faults[row.name]
        for metric in row.metrics:
            assert np.isnan(scores[metric.name].value)
            assert scores[metric.name].reason == faults[row.name]
    assert measurer.unavailable() == faults
    assert measurer.ledger() == []
    json.dumps({name: score.reason for name, score in scores.items()})


def test_commercial_only_leaves_out_by_licence_before_it_looks():
    told = Measurer(["imagebind", "aesthetic"], commercial_only=True).unavailable()
    assert "allow commercial use, got imagebind_huge (CC-BY-NC-SA-4.0)" in told["imagebind"]
    assert "aesthetic_v2_5_head" in told["aesthetic"]


def test_an_unknown_embedder_is_refused():
    with pytest.raises(InputError, match="expected embedders of"):
        Measurer(["smell"])
    with pytest.raises(InputError, match="expected one of panns, passt, vggish"):
        embed_sound("smell")
    with pytest.raises(MissingWeights, match="seehear weights fetch vggish"):
        pytest.importorskip("torch") and embed_sound("vggish")


def _own_row(monkeypatch, tmp_path, target):
    row = replace(embedder_table()["aesthetic"], target=target, weights=("vggish",))
    monkeypatch.setattr(running, "embedder_table", lambda: {"aesthetic": row})
    monkeypatch.setenv("SEEHEAR_WEIGHTS", str(tmp_path))
    (tmp_path / "vggish-10086976.pth").write_bytes(b"x")
    return Measurer()


def half_bright(*, device):
    def measure(clip):
        if clip.path.name == "bad.mp4":
            raise InputError("no picture")
        return {"va": embedder_table()["aesthetic"].metrics[0].at(float(clip.pick([0]).mean()))}

    return measure


def test_an_embedder_is_loaded_once_and_one_bad_clip_is_a_row(tmp_path, monkeypatch):
    measurer = _own_row(monkeypatch, tmp_path, f"{__name__}:half_bright")
    good = write_clip(tmp_path / "good.mp4", seconds=0.4, sound=thuds(0.4))
    first, second = (measurer.measure(ClipParts(path)) for path in (good, tmp_path / "bad.mp4"))
    assert 50 < first.scores["va"].value < 150
    assert first.faults == {}
    assert second.faults == {"aesthetic": "no picture"}
    assert second.scores["va"].reason == "no picture"
    assert measurer.measure(ClipParts(good)).scores == first.scores
    assert [one.name for one in measurer.ledger()] == ["vggish"]


def test_packages_that_are_not_installed_are_a_reason_too(tmp_path, monkeypatch):
    measurer = _own_row(monkeypatch, tmp_path, "no_such_package:load")
    assert (
        "needs 'no_such_package': pip install 'seehear[neural]'"
        in measurer.measure(ClipParts(tmp_path)).faults["aesthetic"]
    )


def test_a_clip_gives_its_frames_as_asked(tmp_path):
    pytest.importorskip("torch")
    clip = ClipParts(write_clip(tmp_path / "a.mp4", seconds=1.0, sound=thuds(1.0)), {"audio_prompt": " thuds "})
    assert len(clip.times) == 25
    assert clip.fps == pytest.approx(25.0)
    assert clip.duration == pytest.approx(1.0)
    picked = clip.pick([24, 0, 24])
    assert (picked[0] == picked[2]).all()
    assert (picked[0] != picked[1]).any()
    steady = clip.steady(10, lambda frame: frame[:, ::2, ::2])
    assert steady.shape == (10, 90, 160, 3)
    assert (steady[0] == picked[1][::2, ::2]).all()
    assert clip.text("audio_prompt") == "thuds"
    with pytest.raises(InputError, match="no video prompt for this clip"):
        clip.text("video_prompt")
    with pytest.raises(InputError, match="expected a file with sound"):
        _ = ClipParts(write_clip(tmp_path / "b.mp4", seconds=0.2)).sound


def test_sets_are_compared_by_the_plain_formulae():
    rng = np.random.default_rng(0)
    one, other = (
        [SoundEmbedding(rng.standard_normal((1, 4)), rng.standard_normal(6)) for _ in range(12)] for _ in range(2)
    )
    scores = set_scores("panns", one, other)
    features = [np.concatenate([clip.features for clip in side]) for side in (one, other)]
    logits = [np.stack([clip.logits for clip in side]) for side in (one, other)]
    assert scores["fd_panns"].value == pytest.approx(frechet_distance(*features).value)
    assert scores["kl_panns"].value == pytest.approx(kl_divergence(*logits).value)
    assert scores["is_panns"].n == 10
    assert list(scores) == ["fd_panns", "kl_panns", "is_panns"]
    alone = set_scores("vggish", [SoundEmbedding(clip.features, None) for clip in one])
    assert (list(alone), alone["fd_vgg"].reason) == (["fd_vgg"], "no true clips")
    assert set_scores("panns", one, other[:5])["kl_panns"].reason == "no true clip for each"
