"""Levels at two ears over time: laws, and a case by hand."""

import numpy as np
import pytest

from seehear.errors import InputError
from seehear.score.ear_levels import ear_energies, level_scores, mirror_error, onset_distance, rises


def energies(seed: int = 0, frames: int = 40):
    return np.random.default_rng(seed).uniform(0.1, 10.0, (2, frames))


def test_the_truth_is_right_and_its_mirror_is_wrong():
    truth = energies()
    same, other = level_scores(truth, truth), level_scores(truth[::-1], truth)
    assert (same.side.value, same.ild.value) == (1.0, 0.0)
    assert other.side.value == 0.0
    assert other.ild.value == pytest.approx(2 * same.ild.extra["mono"])


def test_level_alone_changes_nothing():
    made, truth = energies(1), energies(2)
    one, two = level_scores(made, truth), level_scores(made * 1e-3, truth * 50)
    assert one.side.value == two.side.value
    assert one.ild.value == pytest.approx(two.ild.value)


def test_a_mono_copy_has_no_side():
    truth = energies(3)
    copied = truth.mean(axis=0, keepdims=True).repeat(2, axis=0)
    scores = level_scores(copied, truth)
    assert scores.side.value == 0.0
    assert scores.ild.value == pytest.approx(scores.ild.extra["mono"])


def test_quiet_frames_and_small_differences_do_not_count():
    truth = np.array([[10.0, 1.1, 1e-6], [1.0, 1.0, 1.0e-3]])  # a side, none within 1 dB, 30 dB down
    scores = level_scores([[9.0, 1.0, 1.0], [1.0, 9.0, 0.0]], truth)
    assert scores.side.n == 1
    assert scores.side.value == 1.0
    assert len(scores.ild.per_item) == 2


def test_turning_round_with_the_picture_is_no_error():
    made = energies(4)
    assert mirror_error(made, made[::-1]).value == pytest.approx(0.0)
    louder = made * np.array([[2.0], [1.0]])
    assert mirror_error(made, louder[::-1]).value == pytest.approx(10 * np.log10(2))


def test_energies_of_samples():
    samples = np.concatenate([np.ones((2, 100)), np.zeros((2, 120))], axis=1)
    np.testing.assert_array_equal(ear_energies(samples, 1000, frame=0.1), [[100, 0], [100, 0]])


def test_a_rise_is_found_where_it_is():
    levels = np.full((8, 100), -60.0)
    for start in (20, 55):
        levels[:, start:] = -60.0 + np.maximum(40.0 - 3.0 * np.arange(100 - start), 0)
    found = rises(levels, step=0.016)
    np.testing.assert_allclose(found, np.array([20, 55]) * 0.016, atol=0.017)
    assert not len(rises(np.zeros((8, 100)), step=0.016))
    assert onset_distance(found, [0.32, 0.88]).value < 0.02


def test_silence_and_bad_input():
    quiet = np.zeros((2, 5))
    assert level_scores(energies(0, 5), quiet).side.reason == "silent truth"
    assert mirror_error(quiet, quiet).reason == "silence"
    assert onset_distance([], [1.0]).reason == "no onset heard"
    assert onset_distance([1.0], []).reason == "no true onset"
    with pytest.raises(InputError, match="same frames"):
        level_scores(energies(0, 4), energies(0, 5))
    with pytest.raises(InputError, match="expected energies"):
        level_scores(-energies(), energies())
    with pytest.raises(InputError, match="expected"):
        ear_energies(np.zeros((1, 10)), 100)
