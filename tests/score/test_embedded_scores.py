"""The formulae over embedders' vectors: by hand and by law."""

import numpy as np
import pytest

from seehear.errors import InputError
from seehear.score.lips import lip_sync
from seehear.score.offset_classes import OFFSETS, desync
from seehear.score.published_inception import published_inception_score
from seehear.score.similarity import cosine_similarity


def test_desync_is_the_mean_length_and_not_the_signed_mean():
    logits = np.zeros((2, 21))
    logits[0, 5], logits[1, 15] = 3.0, 3.0
    score = desync(logits)
    assert score.value == pytest.approx(1.0)
    assert score.per_item == (1.0, 1.0)
    assert score.extra["signed"] == pytest.approx(0.0)
    assert score.extra["sureness"] == pytest.approx(np.exp(3) / (np.exp(3) + 20))
    assert OFFSETS[10] == 0.0
    with pytest.raises(InputError, match=r"shape \(windows, 21\), got shape \(21,\)"):
        desync(logits[0])


def test_lip_sync_finds_the_shift_and_is_sure_of_it():
    rng = np.random.default_rng(0)
    lips = rng.standard_normal((120, 64))
    speech = np.concatenate([rng.standard_normal((4, 64)), lips])[:120]
    scores = lip_sync(lips, speech)
    assert scores.confidence.extra["late"] == pytest.approx(4 / 25)
    assert scores.confidence.value > 5.0
    assert scores.distance.value < 1.0
    chance = lip_sync(lips, rng.standard_normal((120, 64)))
    assert chance.confidence.value < 1.0


def test_lip_sync_by_hand():
    """One frame a side: only the shift of zero meets the sound, all others meet zeros."""
    scores = lip_sync([[3.0, 4.0]], [[3.0, 4.0]], shifts=2)
    assert scores.distance.value == pytest.approx(1e-6 * np.sqrt(2))
    assert scores.confidence.value == pytest.approx(5.0, abs=1e-5)
    with pytest.raises(InputError, match="one width"):
        lip_sync(np.ones((3, 4)), np.ones((3, 5)))


def test_cosines_do_not_know_lengths_and_say_what_is_empty():
    a = np.random.default_rng(1).standard_normal((5, 8))
    assert cosine_similarity(a, 3.0 * a).value == 1.0
    assert cosine_similarity(a[0], -a[0]).value == -1.0
    half = cosine_similarity([[1.0, 0.0], [0.0, 0.0]], [[1.0, 1.0], [1.0, 1.0]])
    assert half.value == pytest.approx(np.sqrt(0.5))
    assert (half.n, half.n_undefined, half.reason) == (1, 1, "1 vectors of zeros")
    with pytest.raises(InputError, match="same pairs"):
        cosine_similarity(a, a[:4])


def test_the_published_inception_score_against_a_plain_loop():
    logits = np.random.default_rng(2).standard_normal((57, 9)) * 2
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    shuffled = shares[np.random.RandomState(2020).permutation(57)]
    parts = []
    for i in range(10):
        part = shuffled[i * 57 // 10 : (i + 1) * 57 // 10]
        parts.append(np.exp(np.mean([np.sum(row * np.log(row / part.mean(axis=0))) for row in part])))
    score = published_inception_score(logits)
    assert score.value == pytest.approx(np.mean(parts))
    assert score.extra["std"] == pytest.approx(np.std(parts))
    assert np.isnan(published_inception_score(logits[:9]).value)
