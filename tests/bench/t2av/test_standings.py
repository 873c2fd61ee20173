"""Systems side by side: significance, intervals, the released columns' bootstrap, what zero means."""

import numpy as np
import pytest

from seehear.bench.t2av.standings import cells_of, holm, pairs_of, sign_flip_p
from seehear.bench.t2av.summary import released, weights_told
from seehear.score.compass import AUDIO_REALISM, GROUPS, VIDEO_REALISM
from seehear.score.score import Metric

NAMES = [name for slots in (*GROUPS.values(), VIDEO_REALISM, AUDIO_REALISM) for name in slots]


def test_sign_flips_by_counting():
    # six differences of one sign: 2 of 64 sign patterns are as far out
    p = sign_flip_p(np.ones(6), rng=np.random.default_rng(0))
    assert p == pytest.approx(2 / 64, abs=0.012)
    assert np.isnan(sign_flip_p(np.ones(5), rng=np.random.default_rng(0)))


def test_no_difference_is_seldom_significant():
    rng = np.random.default_rng(1)
    ps = [sign_flip_p(rng.normal(size=30), rng=rng) for _ in range(200)]
    assert np.mean(np.array(ps) < 0.05) < 0.1


def test_holm_by_hand():
    assert holm([0.01, 0.02, 0.03, 0.5]) == pytest.approx([0.04, 0.06, 0.06, 0.5])
    assert np.isnan(holm([float("nan"), 0.01])[0])


def test_pairs_are_over_prompts_that_both_have():
    rng = np.random.default_rng(2)
    hard = rng.normal(size=40)
    values = np.stack([hard + 1.0, hard, np.full(40, np.nan)])
    metric = Metric("x", "", higher_is_better=True)
    first, second, third = pairs_of(values, metric, ["a", "b", "c"], seed=0)
    assert (first.first, first.second, first.n) == ("a", "b", 40)
    assert first.value == pytest.approx(1.0)
    assert first.holm < 0.01
    assert second.n == third.n == 0
    assert np.isnan(second.holm)


def test_cells_count_what_is_undefined():
    cell = cells_of(np.array([[1.0, 3.0, np.nan]]), ["silence"], seed=0)[0]
    assert (cell.mean, cell.n, cell.n_undefined, cell.reason) == (2.0, 2, 1, "silence")


def test_released_columns_are_the_formulas_and_their_interval_holds_them():
    rng = np.random.default_rng(3)
    subs = {name: rng.choice([0.0, 25.0, 50.0, 75.0, 100.0], size=200) for name in NAMES}
    columns = {one.name: one for one in released(subs, seed=0)}
    means = {name: subs[name].mean() for name in NAMES}
    groups = [np.mean([means[slot] for slot in GROUPS[name]]) for name in GROUPS if name != "Sound"]
    assert columns["IF-Video"].value == pytest.approx(np.mean(groups))
    audio = (means["Speech"] - (100 - means["NonSpeech"]) + means["SoundEffects"] + means["Music"]) / 3
    assert columns["IF-Audio"].value == pytest.approx(audio)
    assert columns["Average"].value == pytest.approx(
        np.mean([columns[name].value for name in columns if name != "Average"])
    )
    for one in columns.values():
        assert one.low < one.value < one.high


def test_the_heaviest_question_is_told_first():
    counts = {slot: 10 for slots in GROUPS.values() for slot in slots} | {"FactualKnowledge": 1}
    assert weights_told(counts)[0]["slot"] == "FactualKnowledge"
