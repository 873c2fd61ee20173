"""Agreement of raters against worked examples of the literature and hand calculations."""

import math

import numpy as np
import pytest

from seehear.errors import InputError
from seehear.score.agreement import intraclass_correlation, mean_absolute_difference, weighted_kappa
from seehear.score.ranking import rank_stability

SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
"""Table 2 of Shrout and Fleiss 1979: six subjects, four judges."""


def test_icc_of_the_published_example():
    assert intraclass_correlation(SHROUT_FLEISS).value == pytest.approx(0.29, abs=0.005)
    assert intraclass_correlation(SHROUT_FLEISS, kind="consistency").value == pytest.approx(0.71, abs=0.006)


def test_icc_agreement_sees_a_constant_offset_and_consistency_does_not():
    table = np.array([[1.0, 3.0], [2.0, 4.0], [3.0, 5.0], [5.0, 7.0]])
    assert intraclass_correlation(table, kind="consistency").value == pytest.approx(1.0)
    assert intraclass_correlation(table).value < 0.7


def test_kappa_by_hand():
    # two by two: 20 both yes, 15 both no, 5 and 10 apart; po = 0.7, pe = 0.5 (Cohen's usual example)
    first = [1] * 25 + [2] * 25
    second = [1] * 20 + [2] * 5 + [1] * 10 + [2] * 15
    for weights in ("linear", "quadratic"):
        assert weighted_kappa(first, second, categories=(1, 2), weights=weights).value == pytest.approx(0.4)


def test_weighted_kappa_by_hand_on_three_categories():
    # observed cells (1,1) 2, (1,2) 1, (2,2) 1, (3,3) 1, (3,1) 1; marginals 3 1 2 and 3 2 1 of 6
    first, second = [1, 1, 1, 2, 3, 3], [1, 1, 2, 2, 3, 1]
    observed = {"linear": (1 * 1 + 2 * 1) / 6, "quadratic": (1 * 1 + 4 * 1) / 6}
    rows, columns = [3 / 6, 1 / 6, 2 / 6], [3 / 6, 2 / 6, 1 / 6]
    for weights, power in (("linear", 1), ("quadratic", 2)):
        chance = sum(abs(i - j) ** power * rows[i] * columns[j] for i in range(3) for j in range(3))
        wanted = 1 - observed[weights] / chance
        assert weighted_kappa(first, second, categories=(1, 2, 3), weights=weights).value == pytest.approx(wanted)


def test_missing_ratings_are_left_out_and_nothing_is_nan_with_a_reason():
    assert weighted_kappa([1, math.nan, 3], [1, 2, 3]).extra["n_items"] == 2
    assert mean_absolute_difference([1, math.nan, 3], [2, 2, 5]).value == 1.5
    for one in (weighted_kappa([3, 3], [3, 3]), weighted_kappa([math.nan], [1]), mean_absolute_difference([], []),
                intraclass_correlation([[1, 1], [1, 1]]), intraclass_correlation([[1, math.nan], [1, 1]])):  # fmt: skip
        assert math.isnan(one.value)
        assert one.reason


def test_ratings_off_the_scale_or_unpaired_are_refused():
    for wrong in (([1, 6], [1, 2]), ([1], [1, 2]), ([1.5], [1])):
        with pytest.raises(InputError):
            weighted_kappa(*wrong)
    with pytest.raises(InputError):
        intraclass_correlation([[1.0], [2.0]])


def test_a_clear_ranking_is_stable_and_a_tie_is_not():
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(1, 200))
    clear = rank_stability(np.concatenate([noise, noise + 1, noise + 2]), higher_is_better=True, rng=rng, draws=200)
    assert clear.order == (2, 1, 0)
    assert clear.tau == 1.0
    assert clear.share[2, 0] == pytest.approx(1.0)
    tied = rank_stability(rng.normal(size=(2, 50)), higher_is_better=False, rng=rng, draws=300)
    assert 0.05 < tied.share[0, 0] < 0.95 or abs(tied.tau) < 0.9


def test_a_system_without_values_is_last():
    values = np.array([[np.nan] * 5, [1.0] * 5])
    assert rank_stability(values, higher_is_better=True, rng=np.random.default_rng(1), draws=10).order == (1, 0)
