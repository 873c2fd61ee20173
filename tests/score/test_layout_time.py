"""Boxes over time: hand calculations, and the laws of a metric."""

import numpy as np
import pytest

from seehear.errors import InputError
from seehear.scene import Scene
from seehear.score import BoxTracks, layout_over_time, tracks_of

TIMES = np.linspace(0.0, 4.0, 9)


def box(x, y, half, growth=0.0):
    """A box that is at centre x, y (functions of time), of half width ``half`` growing by exp(growth t / 2)."""
    centre = np.stack([x(TIMES), y(TIMES)], axis=-1)
    size = (half * np.exp(growth * TIMES / 2))[:, None]
    return np.concatenate([centre - size, centre + size], axis=-1)


def tracks(*boxes, labels=None, times=TIMES):
    names = tuple(str(i) for i in range(len(boxes)))
    return BoxTracks(names, labels or ("car",) * len(boxes), times, np.array(boxes).reshape(-1, len(times), 4))


RIGHT = box(lambda t: 0.2 + 0.15 * t, lambda t: 0.5 + 0 * t, 0.05)
LEFT = box(lambda t: 0.8 - 0.15 * t, lambda t: 0.7 + 0 * t, 0.05)
STILL = box(lambda t: 0.5 + 0 * t, lambda t: 0.3 + 0 * t, 0.05)
NEARER = box(lambda t: 0.5 + 0 * t, lambda t: 0.3 + 0 * t, 0.05, growth=0.6)


def test_identity_is_perfect_and_order_does_not_matter():
    got = layout_over_time(tracks(LEFT, STILL, RIGHT), tracks(RIGHT, LEFT, STILL))
    assert got.mean_iou.value == pytest.approx(1.0)
    assert got.motion.value == 1.0
    assert got.centre_x.value == got.centre_y.value == got.area_slope.value == pytest.approx(0.0, abs=1e-12)
    assert sorted(map(tuple, got.pairs)) == [(0, 1), (1, 2), (2, 0)]


def test_the_numbers_by_hand():
    """A box 0.1 wide shifted by 0.05: IoU 1/3; growth of log area 0.6 / s against 0."""
    got = layout_over_time(tracks(RIGHT + np.array([0.05, 0, 0.05, 0]), NEARER), tracks(RIGHT, STILL))
    assert got.mean_iou.per_item[0] == pytest.approx(1 / 3)
    assert got.centre_x.per_item == pytest.approx((0.05, 0.0))
    assert got.area_slope.per_item == pytest.approx((0.0, 0.6))
    assert got.motion.value == 1.0


def test_a_mirrored_clip_moves_the_wrong_way():
    mirror = RIGHT[:, [2, 1, 0, 3]] * [-1, 1, -1, 1] + [1, 0, 1, 0]
    got = layout_over_time(tracks(mirror), tracks(RIGHT))
    assert got.motion.value == 0.0
    assert got.mean_iou.value < 0.2
    assert layout_over_time(tracks(STILL), tracks(RIGHT)).motion.value == 0.0


def test_misses_and_inventions_score_iou_0_and_are_counted():
    missed = layout_over_time(tracks(RIGHT), tracks(RIGHT, LEFT))
    assert missed.mean_iou.value == pytest.approx(0.5)
    assert (missed.motion.n, missed.motion.n_undefined) == (1, 1)
    assert "1 of 2 true objects without a partner" in missed.motion.reason
    assert layout_over_time(tracks(RIGHT, LEFT), tracks(RIGHT)).mean_iou.value == pytest.approx(0.5)
    nothing = layout_over_time(tracks(), tracks(RIGHT))
    assert nothing.mean_iou.value == 0.0
    assert np.isnan(nothing.centre_x.value)
    assert np.isnan(layout_over_time(tracks(), tracks()).mean_iou.value)


def test_labels_bind_unless_told_otherwise():
    dog, car = tracks(RIGHT, labels=("dog",)), tracks(RIGHT, labels=("car",))
    assert layout_over_time(dog, car).mean_iou.value == 0.0
    assert layout_over_time(dog, car, labels="ignored").mean_iou.value == pytest.approx(1.0)


def test_matching_is_for_the_whole_clip_not_frame_by_frame():
    """Two crossing boxes that swap names half way: frame by frame perfect, for the clip half wrong."""
    top = box(lambda t: 0.1 + 0.2 * t, lambda t: 0.5 + 0 * t, 0.02)
    back = box(lambda t: 0.9 - 0.2 * t, lambda t: 0.5 + 0 * t, 0.02)
    half = len(TIMES) // 2
    swapped = [np.concatenate([a[:half], b[half:]]) for a, b in ((top, back), (back, top))]
    got = layout_over_time(tracks(*swapped), tracks(top, back))
    assert got.mean_iou.value == pytest.approx(5 / 9)
    assert got.motion.value == 0.0


def test_hidden_boxes_count_against_overlap_but_not_against_place():
    hidden = RIGHT.copy()
    hidden[:3] = np.nan
    got = layout_over_time(tracks(hidden), tracks(RIGHT))
    assert got.mean_iou.value == pytest.approx(6 / 9)
    assert got.centre_x.value == pytest.approx(0.0)
    never = layout_over_time(tracks(RIGHT * np.nan), tracks(RIGHT))
    assert never.mean_iou.value == 0.0
    assert np.isnan(never.centre_x.value)
    assert never.centre_x.reason


def test_times_must_agree():
    with pytest.raises(InputError, match="same times"):
        layout_over_time(tracks(RIGHT, times=TIMES + 0.1), tracks(RIGHT))


def test_tracks_come_from_a_scene():
    keys = [{"time": 0, "box": [0.0, 0.4, 0.1, 0.6]}, {"time": 4, "box": [0.8, 0.4, 0.9, 0.6]}]
    scene = Scene(duration=4.0, objects=[{"id": "car", "label": "car", "keyframes": keys}])
    got = tracks_of(scene, [0.0, 2.0, 9.0])
    np.testing.assert_allclose(got.xyxy[0, 1], [0.4, 0.4, 0.5, 0.6])
    assert got.frame(2).labels == ()
    assert got.frame(0).labels == ("car",)
