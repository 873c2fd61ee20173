import numpy as np
import pytest

from seehear.bench.listen_worlds import WORK, _listened, _movement, _shifted, world_of
from seehear.bench.tasks import TASKS, options_of
from seehear.errors import InputError


def options(**more):
    return options_of(TASKS["worlds-listen"], {"n": 1, "store": 1, "alone": True, **more})


def test_a_world_is_heard_as_it_is_and_better_than_what_knows_less():
    row = WORK.measure(options(), 0)
    scores = row["scores"]
    assert set(scores) == {"cues", "random direction", "centre", "nearest neighbour copy"}
    assert scores["cues"]["motion_accuracy"] == 1.0
    assert scores["cues"]["centre_x_error"] < 0.1
    assert scores["cues"]["max_iou_unlabelled"] >= scores["random direction"]["max_iou_unlabelled"]


def test_the_truth_scores_full_marks():
    scene, _ = world_of(options(), 0, 1)
    by_name = {one.name: one.value for one in _movement(scene, scene)}
    assert by_name["motion_accuracy"] == 1.0
    assert by_name["heard_share"] == 1.0
    assert by_name["count_error"] == 0.0


def test_shifted_boxes_keep_their_size_and_height():
    scene, samples = world_of(options(preset="stationary"), 0, 2)
    heard = _listened(scene, samples)
    moved = _shifted(heard, [0.5] * len(heard.objects))
    for old, new in zip(heard.objects, moved.objects, strict=True):
        boxes = [(a.box, b.box) for a, b in zip(old.keyframes, new.keyframes, strict=True) if a.box]
        for a, b in boxes:
            assert b[2] - b[0] == pytest.approx(a[2] - a[0])
            assert b[1::2] == a[1::2]
            assert (b[0] + b[2]) / 2 == pytest.approx(0.5)


def test_wrong_options_are_refused():
    for wrong in ({"n": 0}, {"store": 0}, {"preset": "moon"}):
        with pytest.raises(InputError):
            WORK.count({**options(), **wrong})
    assert np.isfinite(WORK.count(options()))
