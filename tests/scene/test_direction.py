"""Directions: laws on the sphere, and an independent rotation."""

import json

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from seehear.scene import (
    angle_between,
    angles_to_vector,
    great_circle,
    rotation_matrix,
    vector_to_angles,
    wrap_azimuth,
)

azimuths = st.floats(-180, 179.999)
elevations = st.floats(-90, 90)
shares = st.floats(0, 1)
units = st.tuples(azimuths, elevations).map(lambda angles: angles_to_vector(*angles))


@given(st.floats(-1e6, 1e6))
@example(float(np.nextafter(-180.0, -1e9)))
@example(180.0)
def test_wrapped_azimuth_is_in_range_and_the_same_direction(azimuth):
    wrapped = float(wrap_azimuth(azimuth))
    assert -180.0 <= wrapped < 180.0
    assert abs(np.exp(1j * np.deg2rad(wrapped)) - np.exp(1j * np.deg2rad(azimuth))) < 1e-9


@given(azimuths, st.floats(-89.9, 89.9), st.floats(1e-3, 1e3))
def test_angles_survive_the_trip_through_a_vector_of_any_length(azimuth, elevation, length):
    back_azimuth, back_elevation = vector_to_angles(length * angles_to_vector(azimuth, elevation))
    assert abs(float(wrap_azimuth(back_azimuth - azimuth))) < 1e-9
    assert float(back_elevation) == pytest.approx(elevation, abs=1e-9)


@pytest.mark.parametrize(
    ("azimuth", "elevation", "vector"),
    [(0, 0, (1, 0, 0)), (90, 0, (0, 1, 0)), (-90, 0, (0, -1, 0)), (-180, 0, (-1, 0, 0)), (0, 90, (0, 0, 1))],
)
def test_left_is_y_and_up_is_z(azimuth, elevation, vector):
    assert angles_to_vector(azimuth, elevation) == pytest.approx(vector, abs=1e-15)


@given(units, units)
def test_angle_between_is_symmetric_and_agrees_with_the_chord(first, second):
    angle = float(angle_between(first, second))
    assert angle == float(angle_between(second, first))
    assert 2 * np.sin(np.deg2rad(angle) / 2) == pytest.approx(np.linalg.norm(first - second), abs=1e-12)


def test_angle_between_keeps_its_digits_for_tiny_angles():
    assert float(angle_between([1, 0, 0], [1, 1e-9, 0])) == pytest.approx(np.rad2deg(1e-9), rel=1e-12)


@given(units, units, shares)
@example(np.array([1.0, 0, 0]), np.array([-1.0, 0, 0]), 0.5)
@example(np.array([0.0, 0, 1]), np.array([0.0, 0, -1]), 0.3)
@example(angles_to_vector(31.0, 17.0), angles_to_vector(-149.0, -17.0 + 1e-9), 0.5)
@example(angles_to_vector(31.0, 17.0), angles_to_vector(-149.0 + 1e-7, -17.0 + 1e-7), 0.5)
def test_great_circle_stays_on_the_sphere_hits_its_ends_and_divides_the_angle(start, end, share):
    there = great_circle(start, end, share)
    whole = float(angle_between(start, end))
    assert np.linalg.norm(there) == pytest.approx(1.0, abs=1e-12)
    assert great_circle(start, end, 0.0) == pytest.approx(start, abs=1e-7)
    assert great_circle(start, end, 1.0) == pytest.approx(end, abs=1e-7)
    assert float(angle_between(start, there)) == pytest.approx(share * whole, abs=1e-4)
    assert float(angle_between(there, end)) == pytest.approx((1 - share) * whole, abs=1e-4)


def test_opposite_directions_are_joined_through_the_left():
    assert great_circle([1, 0, 0], [-1, 0, 0], 0.5) == pytest.approx((0, 1, 0), abs=1e-12)


def test_rotation_agrees_with_spaudiopy(shared):
    table = json.loads((shared / "spec/golden_acoustics/sh_rotation.json").read_text())["rotations"]
    assert len(table) == 5
    for row in table:
        ours = rotation_matrix(row["yaw"], row["pitch"], row["roll"])
        assert ours == pytest.approx(np.array(row["cartesian"]), abs=1e-9), row


@given(st.floats(-180, 180), st.floats(-90, 90), st.floats(-180, 180))
def test_rotation_is_a_rotation(yaw, pitch, roll):
    turn = rotation_matrix(yaw, pitch, roll)
    assert turn @ turn.T == pytest.approx(np.eye(3), abs=1e-12)
    assert np.linalg.det(turn) == pytest.approx(1.0)


def test_yaw_turns_left_pitch_lifts_the_nose_roll_drops_the_right_ear():
    front, right = np.array([1.0, 0, 0]), np.array([0.0, -1, 0])
    assert rotation_matrix(90) @ front == pytest.approx((0, 1, 0), abs=1e-12)
    assert rotation_matrix(0, 90) @ front == pytest.approx((0, 0, 1), abs=1e-12)
    assert rotation_matrix(0, 0, 90) @ right == pytest.approx((0, 0, -1), abs=1e-12)
