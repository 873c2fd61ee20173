"""Turning a field, and field and listener together."""

import numpy as np
import pytest

from seehear.acoustics.ambisonics import spherical_harmonics
from seehear.acoustics.hrtf import default_hrtf
from seehear.acoustics.sound_field import linear_binaural, turned_field
from seehear.scene import angles_to_vector
from seehear.scene.direction import rotation_matrix


@pytest.mark.parametrize("order", [1, 2, 3])
def test_turning_the_listener_is_turning_the_world_back(order):
    sound = np.random.default_rng(0).standard_normal(1000).astype(np.float32)
    direction, turn = angles_to_vector(50.0, 20.0), rotation_matrix(30.0, 10.0, -5.0)
    turned = turned_field((spherical_harmonics(direction, order)[:, None] * sound).astype(np.float32), turn)
    asked = spherical_harmonics(turn.T @ direction, order)[:, None] * sound
    assert np.abs(turned - asked).max() < 1e-5


def test_source_and_listener_turned_together_change_nothing():
    sound = np.random.default_rng(1).standard_normal(4800).astype(np.float32)
    still = spherical_harmonics(angles_to_vector(20.0, 5.0), 1)[:, None] * sound
    turns = rotation_matrix(np.linspace(0.0, 40.0, 41), np.linspace(0.0, 8.0, 41), np.linspace(0.0, -3.0, 41))
    times = np.linspace(0.0, 1.0, 4800, endpoint=False)
    each = rotation_matrix(40.0 * times, 8.0 * times, -3.0 * times)
    moving = spherical_harmonics(each @ angles_to_vector(20.0, 5.0), 1).T * sound
    assert np.abs(turned_field(moving.astype(np.float32), turns) - still).max() < 2e-3


def test_a_linear_decode_is_in_time_and_mirrors():
    click = np.zeros((4, 2000), np.float32)
    click[[0, 3], 500] = 1.0
    ears = linear_binaural(click, default_hrtf(48000))
    assert abs(int(np.abs(ears).sum(axis=0).argmax()) - 500) < 12
    sided = np.zeros((4, 2000), np.float32)
    sided[0, 500], sided[1, 500] = 1.0, 1.0
    left = linear_binaural(sided, default_hrtf(48000))
    assert (left[0] ** 2).sum() > 1.2 * (left[1] ** 2).sum()
