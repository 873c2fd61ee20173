"""What a Score holds, and how sure its mean is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seehear.errors import InputError
from seehear.score import Metric, bootstrap_interval, mean_score, paired_difference

ACCURACY = Metric("accuracy", "", higher_is_better=True)


def test_undefined_is_nan_with_a_reason_and_never_0():
    score = ACCURACY.undefined("silence")
    assert np.isnan(score.value)
    assert (score.n, score.n_undefined, score.reason) == (0, 1, "silence")
    with pytest.raises(InputError, match="must say why"):
        ACCURACY.at(np.nan)


def test_the_mean_is_over_defined_items_and_counts_the_others():
    score = ACCURACY.mean([1.0, np.nan, 0.0, 0.5])
    assert (score.value, score.n, score.n_undefined) == (0.5, 3, 1)
    assert np.isnan(ACCURACY.mean([np.nan, np.nan], reason="x").value)
    assert ACCURACY.mean([]).reason == "no items"
    assert ACCURACY.mean([1.0, 0.0], weights=[3, 1]).value == 0.75


def test_mean_score_refuses_to_mix_versions():
    old = Metric("accuracy", "", higher_is_better=True, version=2)
    with pytest.raises(InputError, match="one metric at one version"):
        mean_score([ACCURACY.mean([1.0]), old.mean([1.0])])
    with pytest.raises(InputError, match="got none"):
        mean_score([])


def test_mean_score_keeps_the_extras_that_all_have():
    scores = [ACCURACY.mean([1.0], extra={"chance": 0.5, "other": 1}), ACCURACY.mean([0.0], extra={"chance": 0.25})]
    assert mean_score(scores).extra == {"chance": 0.375}


def test_the_bootstrap_covers_the_mean_as_often_as_it_says():
    """400 samples of 40 from a normal law: the 90 % interval holds the mean in 90 % +- 4 (three deviations)."""
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(400):
        low, high = bootstrap_interval(rng.normal(3.0, 1.0, 40), rng=rng, share=0.9, draws=300)
        hits += low <= 3.0 <= high
    assert 0.84 <= hits / 400 <= 0.94


def test_the_bootstrap_agrees_with_the_normal_theory():
    values = np.random.default_rng(2).normal(0.0, 1.0, 4000)
    low, high = bootstrap_interval(values, rng=np.random.default_rng(3), draws=4000)
    assert high - low == pytest.approx(2 * 1.96 * values.std() / 4000**0.5, rel=0.05)


def test_few_items_have_no_interval_and_bad_wishes_are_refused():
    rng = np.random.default_rng(0)
    assert np.isnan(bootstrap_interval([1.0, np.nan], rng=rng)).all()
    with pytest.raises(InputError, match="share"):
        bootstrap_interval([1.0, 2.0], rng=rng, share=1.0)
    with pytest.raises(InputError, match="same items"):
        paired_difference([1.0], [1.0, 2.0], rng=rng)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(-100, 100), min_size=2, max_size=20), st.floats(-5, 5))
def test_a_constant_difference_has_no_spread(values, shift):
    a = np.array(values)
    got = paired_difference(a + shift, a, rng=np.random.default_rng(0), draws=50)
    np.testing.assert_allclose([got.value, got.low, got.high], shift, atol=1e-10)


def test_pairs_with_a_side_missing_are_counted():
    got = paired_difference([1, np.nan, 3, 4], [0, 0, np.nan, 3], rng=np.random.default_rng(0))
    assert (got.value, got.n, got.n_undefined) == (1.0, 2, 2)


def test_the_same_seed_gives_the_same_interval():
    values = np.random.default_rng(5).normal(size=30)
    first, second = (bootstrap_interval(values, rng=np.random.default_rng(7)) for _ in range(2))
    assert first == second
