"""Frechet distance, KL and inception score against scipy, closed forms and laws."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import sqrtm
from scipy.special import rel_entr, softmax

from seehear.errors import InputError
from seehear.score import Moments, frechet_distance, inception_score, kl_divergence


def by_sqrtm(a, b):
    """The usual form."""
    s1, s2 = np.cov(a.T), np.cov(b.T)
    return ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(s1 + s2 - 2 * sqrtm(s1 @ s2).real)


def vectors(seed, count, dimension, spread=1.0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(count, dimension)) @ rng.normal(size=(dimension, dimension)) * spread + rng.normal(
        size=dimension
    )


@pytest.mark.parametrize(("n", "m", "d"), [(400, 300, 20), (900, 1000, 64), (50, 60, 3), (500, 80, 40)])
def test_it_agrees_with_the_matrix_square_root(n, m, d):
    a, b = vectors(0, n, d), vectors(1, m, d, 0.7)
    assert frechet_distance(a, b).value == pytest.approx(by_sqrtm(a, b), rel=1e-6)


def test_fewer_vectors_than_dimensions_against_exact_rational_truth():
    """Two sets along known orthogonal axes: the root's trace has a closed form that rounding roots cannot give."""
    d = 256
    basis = np.linalg.qr(np.random.default_rng(0).normal(size=(d, d)))[0]
    sigma, tau, shift = np.array([3.0, 2.0, 1.0]), np.array([1.0, 2.0, 5.0]), 0.5
    pairs = np.concatenate([np.eye(3), -np.eye(3)])  # covariance of the six rows: 2/5 of the identity
    a, b = pairs @ (sigma[:, None] * basis[:3]), pairs @ (tau[:, None] * basis[:3]) + shift * basis[10]
    wanted = shift**2 + 0.4 * ((sigma - tau) ** 2).sum()
    assert frechet_distance(a, b).value == pytest.approx(wanted, rel=1e-12)
    rough = by_sqrtm(a, b)
    assert abs(rough - wanted) > 1e-9 * wanted


def test_small_sets_agree_with_the_root_as_far_as_the_root_goes():
    a, b = vectors(0, 40, 100), vectors(1, 50, 100)
    assert frechet_distance(a, b).value == pytest.approx(by_sqrtm(a, b), rel=1e-5)


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 30), st.integers(1, 12), st.integers(0, 1000))
def test_never_negative_zero_on_itself_and_symmetric(n, d, seed):
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(n, d)) * 1e3, rng.normal(size=(n + 1, d))
    own = frechet_distance(a, a[::-1]).value
    assert 0.0 <= own <= 1e-6
    assert frechet_distance(a, b).value == pytest.approx(frechet_distance(b, a).value, rel=1e-9, abs=1e-9)
    turn = np.linalg.qr(rng.normal(size=(d, d)))[0]
    assert frechet_distance(a @ turn, b @ turn).value == pytest.approx(frechet_distance(a, b).value, rel=1e-8)


def test_it_states_what_it_rests_on_and_warns():
    score = frechet_distance(vectors(0, 30, 50), vectors(1, 40, 50))
    assert score.extra == {"n_prediction": 30, "n_truth": 40, "dimension": 50, "rank_prediction": 29, "rank_truth": 39}
    assert "singular" in score.reason
    assert "fewer than 10000" in frechet_distance(vectors(0, 300, 3), vectors(1, 300, 3)).reason
    assert frechet_distance(vectors(0, 10_000, 2), vectors(1, 10_000, 2)).reason == ""
    assert np.isnan(frechet_distance(vectors(0, 1, 3), vectors(1, 9, 3)).value)
    with pytest.raises(InputError, match="one dimension"):
        frechet_distance(np.ones((3, 2)), np.ones((3, 3)))


def test_500_vectors_of_2048_dimensions_take_a_blink():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(500, 2048)), rng.normal(size=(500, 2048)) + 0.1
    ours = frechet_distance(a, b)
    start = time.process_time()
    frechet_distance(a, b)
    assert time.process_time() - start < 1.5
    gram = np.linalg.svd((a - a.mean(0)) @ (b - b.mean(0)).T / 499, compute_uv=False).sum()
    rest = ((a.mean(0) - b.mean(0)) ** 2).sum() + a.var(0, ddof=1).sum() + b.var(0, ddof=1).sum()
    assert ours.value == pytest.approx(rest - 2 * gram, rel=1e-10)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.integers(1, 8), st.integers(0, 99))
def test_shards_merge_to_the_same_statistics(sizes, d, seed):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(sum(sizes), d)) + 100.0
    shards = np.split(rows, np.cumsum(sizes)[:-1])
    merged = Moments.of(shards[0])
    for shard in shards[1:]:
        merged = merged.add(shard)
    backwards = Moments.of(shards[-1])
    for shard in shards[-2::-1]:
        backwards = Moments.of(shard).merge(backwards)
    for one in (merged, backwards):
        assert one.n == len(rows)
        np.testing.assert_allclose(one.mean, rows.mean(0), rtol=1e-13)
        if len(rows) > 1:
            np.testing.assert_allclose(one.covariance, np.cov(rows.T).reshape(d, d), atol=1e-11)
        assert len(one.factor) <= max(d, 1)


def test_merged_shards_give_the_same_distance():
    a, b = vectors(0, 900, 16), vectors(1, 700, 16)
    parts = [Moments.of(part) for part in np.array_split(a, 7)]
    merged = parts[0]
    for part in parts[1:]:
        merged = merged.merge(part)
    assert frechet_distance(merged, Moments.of(b)).value == pytest.approx(frechet_distance(a, b).value, rel=1e-10)


def test_moments_refuse_what_is_no_number():
    with pytest.raises(InputError, match="finite"):
        Moments.of([[np.nan, 1.0]])
    with pytest.raises(InputError, match="at least one"):
        Moments.of(np.zeros((0, 3)))
    with pytest.raises(InputError, match="one dimension"):
        Moments.of([[1.0]]).merge(Moments.of([[1.0, 2.0]]))


def test_kl_against_scipy():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(20, 7)) * 4, rng.normal(size=(20, 7)) * 4
    score = kl_divergence(a, b)
    np.testing.assert_allclose(score.per_item, rel_entr(softmax(b, 1), softmax(a, 1)).sum(1), rtol=1e-10)
    assert kl_divergence(a, a).value == 0.0
    assert kl_divergence(a + 1000.0, b).value == pytest.approx(score.value, rel=1e-9)
    assert np.isfinite(kl_divergence([[0.0, 1000.0]], [[1000.0, 0.0]]).value)
    with pytest.raises(InputError, match="same clips"):
        kl_divergence(a, b[:5])


def test_inception_score_by_hand():
    """Sure and evenly spread over k classes: k. All alike: 1."""
    sure = np.tile(np.eye(4) * 1e4, (5, 1))
    assert inception_score(sure, splits=5).value == pytest.approx(4.0)
    assert inception_score(np.zeros((20, 4)), splits=2).value == pytest.approx(1.0)
    assert inception_score(np.sort(sure, axis=0), splits=1).n == 1
    assert np.isnan(inception_score(sure[:3]).value)
    half = np.array([[np.log(3.0), 0.0], [0.0, np.log(3.0)]])
    wanted = np.exp(0.75 * np.log(1.5) + 0.25 * np.log(0.5))
    assert inception_score(half, splits=1).value == pytest.approx(wanted)


def test_inception_score_shuffles_only_when_given_a_generator():
    rows = np.random.default_rng(0).normal(size=(40, 5))
    assert inception_score(rows).value == inception_score(rows).value
    mixed = inception_score(rows, rng=np.random.default_rng(2020)).value
    assert mixed == inception_score(rows, rng=np.random.default_rng(2020)).value
    assert mixed != inception_score(rows).value
