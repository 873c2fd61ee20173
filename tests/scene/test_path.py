"""Paths: what lies between keyframes, against straight lines, great circles and exact pass-bys."""

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seehear.scene import Path, SceneObject, angle_between, angles_to_vector, vector_to_angles, wrap_azimuth

metres = st.floats(-50, 50).filter(lambda value: abs(value) > 0.01)
points = st.tuples(metres, metres, metres).map(np.array)


def keyed(time, position):
    azimuth, elevation = vector_to_angles(position)
    return {
        "time": time,
        "azimuth": float(azimuth),
        "elevation": float(elevation),
        "distance": float(np.linalg.norm(position)),
    }


def path(*keyframes, **more):
    return Path(SceneObject(id="it", keyframes=keyframes, **more))


def passby(shared, name):
    with (shared / f"spec/golden_acoustics/passby_{name}.csv").open() as table:
        rows = [{key: float(value) for key, value in row.items()} for row in csv.DictReader(table)]
    return {key: np.array([row[key] for row in rows]) for key in rows[0]}


@given(points, points, st.floats(0, 1))
def test_two_keyframes_make_a_straight_line_at_constant_speed(start, end, share):
    track = path(keyed(1.0, start), keyed(3.0, end))
    place = track.at(1.0 + 2.0 * share)
    assert place.position[0] == pytest.approx((1 - share) * start + share * end, abs=1e-9)
    assert track.velocity_at(1.0 + 2.0 * share)[0] == pytest.approx((end - start) / 2.0, abs=1e-8)


@given(points, points)
def test_held_before_the_first_and_after_the_last_keyframe(start, end):
    track = path(keyed(1.0, start), keyed(2.0, end))
    assert track.at([0.0, 0.5]).position == pytest.approx(np.stack([start, start]), abs=1e-9)
    assert track.at([2.5, 99.0]).position == pytest.approx(np.stack([end, end]), abs=1e-9)
    assert track.velocity_at([0.5, 9.0]) == pytest.approx(np.zeros((2, 3)))


@given(st.lists(st.floats(0.1, 20), min_size=3, max_size=8), st.data())
def test_monotone_data_do_not_overshoot(steps, data):
    heights = np.cumsum(steps)
    positions = [np.array([height, 5.0, -height]) for height in heights]
    times = np.cumsum(data.draw(st.lists(st.floats(0.05, 2), min_size=len(steps), max_size=len(steps))))
    track = path(*(keyed(float(time), position) for time, position in zip(times, positions, strict=True)))
    x = track.at(np.linspace(times[0], times[-1], 301)).position[:, 0]
    assert np.diff(x).min() > -1e-9
    assert x.min() >= heights[0] - 1e-9
    assert x.max() <= heights[-1] + 1e-9


@given(st.lists(points, min_size=2, max_size=6))
def test_velocity_is_the_slope_of_the_position(positions):
    track = path(*(keyed(float(index), position) for index, position in enumerate(positions)))
    times = np.linspace(0.01, len(positions) - 1.01, 57)
    times = times[np.abs(times - np.round(times)) > 1e-3]
    slope = (track.at(times + 1e-6).position - track.at(times - 1e-6).position) / 2e-6
    assert track.velocity_at(times) == pytest.approx(slope, abs=1e-3, rel=1e-4)


@given(st.floats(-170, 170), st.floats(-80, 80), st.floats(-170, 170), st.floats(-80, 80), st.floats(0, 1))
def test_without_distance_the_direction_follows_the_great_circle(azimuth, elevation, azimuth2, elevation2, share):
    keys = [
        {"time": 0, "azimuth": azimuth, "elevation": elevation},
        {"time": 1, "azimuth": azimuth2, "elevation": elevation2},
    ]
    place = path(*keys).at(share)
    ends = angles_to_vector([azimuth, azimuth2], [elevation, elevation2])
    assert np.isnan(place.distance).all()
    assert np.linalg.norm(place.direction) == pytest.approx(1.0)
    legs = angle_between(ends[0], place.direction[0]) + angle_between(place.direction[0], ends[1])
    assert legs == pytest.approx(angle_between(*ends), abs=1e-4)


def test_straight_pass_by_is_exact(shared):
    table = passby(shared, "straight")
    place = path(keyed(0.0, [5, 40, 0]), keyed(4.0, [5, -40, 0])).at(table["time_receive"])
    assert place.azimuth == pytest.approx(table["azimuth_now"], abs=1e-9)
    assert place.distance == pytest.approx(table["distance_now"], abs=1e-9)


def test_approach_then_rest_is_exact(shared):
    table = passby(shared, "approach")
    keys = [{"time": t, "azimuth": 20, "distance": d} for t, d in ((0.0, 31.0), (3.0, 1.0))]
    place = path(*keys).at(table["time_receive"])
    assert place.azimuth == pytest.approx(table["azimuth_now"], abs=1e-9)
    assert place.distance == pytest.approx(table["distance_now"], abs=1e-9)


def test_circle_without_distance_is_exact_and_with_dense_keyframes_close(shared):
    table = passby(shared, "circular")
    sparse = [{"time": float(t), "azimuth": float(wrap_azimuth(60 * t))} for t in np.arange(0, 6.1, 1.0)]
    assert path(*sparse).at(table["time_receive"]).azimuth == pytest.approx(table["azimuth_now"], abs=1e-9)
    dense = [{"time": float(t), "azimuth": float(60 * t), "distance": 3.0} for t in np.arange(0, 2.99, 0.1)]
    inside = table["time_receive"] <= 2.85
    place = path(*dense).at(table["time_receive"][inside])
    assert place.distance == pytest.approx(3.0, abs=5e-3)
    assert place.azimuth == pytest.approx(table["azimuth_now"][inside], abs=0.05)


def test_a_keyframe_without_azimuth_is_passed_over_and_one_without_elevation_is_level():
    place = path({"time": 0, "azimuth": 10}, {"time": 1}, {"time": 2, "azimuth": 30}).at([1.0])
    assert place.azimuth == pytest.approx([20.0])
    assert place.elevation == pytest.approx([0.0], abs=1e-12)


def test_nothing_known_is_nan_not_zero():
    track = path({"time": 0})
    place = track.at([0.0, 1.0])
    assert not track.has_direction
    assert not track.has_distance
    assert np.isnan(place.direction).all()
    assert np.isnan(place.azimuth).all()
    assert np.isnan(track.velocity_at([0.0])).all()


def test_distance_known_in_part_is_used_in_part():
    keys = [{"time": t, "azimuth": 10 * t, "distance": d} for t, d in ((0, 2.0), (1, 4.0), (2, None), (3, 5.0))]
    track = path(*keys)
    distance = track.at([0.0, 1.0, 1.5, 2.5, 3.0]).distance
    assert not track.has_distance
    assert np.isfinite(distance).tolist() == [True, True, False, False, True]
    assert np.isfinite(track.at([1.5, 2.5]).direction).all()


def test_a_path_through_the_head_keeps_a_direction():
    place = path(keyed(0.0, [2.0, 0, 0]), keyed(1.0, [-2.0, 0, 0])).at([0.5])
    assert np.isfinite(place.direction).all()
    assert place.distance == pytest.approx([0.0], abs=1e-9)


def test_boxes_are_linear_between_neighbours_that_both_have_one():
    first, second = (0.1, 0.2, 0.3, 0.4), (0.3, 0.4, 0.7, 0.8)
    keys = [{"time": 1, "box": first}, {"time": 2, "box": second}, {"time": 3}, {"time": 4, "box": first}]
    boxes = path(*keys).box_at([0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5])
    known = np.isfinite(boxes).all(axis=1)
    assert known.tolist() == [False, True, True, True, False, False, False, True, False]
    assert boxes[2] == pytest.approx((0.2, 0.3, 0.5, 0.6))
    assert boxes[1] == pytest.approx(first)
    assert boxes[3] == pytest.approx(second)
    assert path({"time": 1, "box": first}).box_at([0.0, 9.0]) == pytest.approx(np.array([first, first]))


@given(st.lists(st.floats(0, 10), min_size=0, max_size=8, unique=True), st.lists(st.floats(0, 10), max_size=20))
def test_sounds_from_each_start_up_to_but_without_its_end(edges, times):
    edges = sorted(edges[: len(edges) // 2 * 2])
    spans = tuple(zip(edges[::2], edges[1::2], strict=True))
    times = np.array([*times, *edges], dtype=float)
    said = path({"time": 0}, sounding=spans).sounds_at(times)
    assert said.tolist() == [any(start <= time < end for start, end in spans) for time in times]


def test_touching_spans_sound_through():
    assert path({"time": 0}, sounding=((0, 1), (1, 2))).sounds_at([0.5, 1.0, 1.5, 2.0]).tolist() == [1, 1, 1, 0]
