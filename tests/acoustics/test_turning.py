"""The listener's turn within a block: control points, their shares, their spacing."""

import numpy as np
import pytest

from seehear.acoustics.turning import Turn, rotation_angle, turn_of
from seehear.scene.direction import rotation_matrix


def _sum_of_shares(turn):
    total = np.zeros(turn.length)
    for _, start, share in turn.pieces():
        total[start : start + len(share)] += share
    return total


@pytest.mark.parametrize("length", [1, 2, 7, 480, 4801])
@pytest.mark.parametrize("controls", [2, 3, 50])
def test_shares_add_up_to_one(length, controls):
    turn = turn_of(rotation_matrix(np.linspace(0.0, 77.0, controls), 10.0, 5.0), length, None)
    np.testing.assert_allclose(_sum_of_shares(turn), 1.0, atol=1e-12)
    np.testing.assert_allclose(_sum_of_shares(turn.thinned(5.0)), 1.0, atol=1e-12)


def test_wide_steps_are_filled_along_the_shortest_turn():
    turn = turn_of(rotation_matrix([0.0, 90.0, 91.0]), 4800, None)
    steps = rotation_angle(turn.rotation[:-1], turn.rotation[1:])
    assert steps.max() <= 2.0 + 1e-9
    assert 46 <= len(steps) <= 47
    at = np.argmin(np.abs(turn.position - 1200.0))
    np.testing.assert_allclose(turn.rotation[at], rotation_matrix(90.0 * turn.position[at] / 2400.0), atol=1e-12)


def test_thinning_keeps_the_ends():
    turn = turn_of(rotation_matrix(np.linspace(0.0, 3.0, 61)), 4800, None).thinned(0.5)
    assert 5 <= len(turn.position) <= 7
    np.testing.assert_array_equal(turn.position[[0, -1]], [0.0, 4800.0])


def test_one_rotation_starts_where_the_last_block_ended():
    still = turn_of(rotation_matrix(40.0), 100, rotation_matrix(40.0))
    assert len(still.position) == 1
    moved = turn_of(None, 100, rotation_matrix(1.0))
    np.testing.assert_allclose(moved.rotation, [rotation_matrix(1.0), np.eye(3)])
    assert isinstance(moved, Turn)


@pytest.mark.parametrize("degrees", [1e-6, 0.5, 90.0, 180.0])
def test_angles_between_rotations(degrees):
    first = rotation_matrix(20.0, 30.0, 40.0)
    np.testing.assert_allclose(rotation_angle(first, first @ rotation_matrix(0.0, 0.0, degrees)), degrees, rtol=1e-6)
