"""The round trip: a half that is perfect scores as the truth, and the worlds come from the seed alone."""

import numpy as np
import pytest

from seehear.bench.round_trip import WORK, compared
from seehear.bench.tasks import CENTRE, LISTEN_HALF, PICTURE_HALF, ROUND_TRIP, options_of, task_of
from seehear.errors import InputError
from seehear.score import flicker, temporal_identity
from seehear.score.swap import mirrored_scene
from seehear.simulate import to_world


def test_the_truth_against_itself_is_perfect_and_its_mirror_is_not():
    truth = to_world(np.random.default_rng(2), preset="translational").scene
    same = {one.name: one.value for one in compared(truth, truth)}
    assert same["track_centre_x_error"] == 0.0
    assert same["track_mean_iou"] == same["track_motion_accuracy"] == same["ltsim"] == same["max_iou"] == 1.0
    swapped = {one.name: one.value for one in compared(mirrored_scene(truth), truth)}
    assert swapped["track_mean_iou"] < 0.9
    assert swapped["track_centre_x_error"] > 0.05


def test_a_world_goes_round():
    """The picture half is close to the truth, and all systems are judged."""
    options = options_of(task_of("round-trip"), {"n": 1, "seed": 3, "duration": 2.0})
    assert WORK.count(options) == 1
    scores = WORK.measure(options, 0)["scores"]
    assert set(scores) == {ROUND_TRIP, LISTEN_HALF, PICTURE_HALF, "random direction", CENTRE}
    assert scores[PICTURE_HALF]["track_centre_x_error"] < 0.05
    assert all(set(one) == set(scores[ROUND_TRIP]) for one in scores.values())


def test_worlds_without_spoken_labels_are_refused():
    with pytest.raises(InputError, match="any preset but closed"):
        WORK.measure(options_of(task_of("round-trip"), {"preset": "closed"}), 0)


def test_flicker_and_identity():
    rng = np.random.default_rng(0)
    still = np.repeat(rng.integers(0, 200, (1, 8, 8, 3), np.uint8), 6, axis=0)
    assert flicker(still).value == 0.0
    fade = still + (np.arange(6, dtype=np.uint8) * 5)[:, None, None, None]
    assert flicker(fade).value == pytest.approx(0.0, abs=1e-4)
    jump = still + (np.arange(6, dtype=np.uint8) % 2 * 7)[:, None, None, None]
    assert flicker(jump).value == pytest.approx(14.0, abs=1e-3)
    one = rng.normal(size=16)
    assert temporal_identity(np.stack([one, 3 * one, 0.1 * one])).value == pytest.approx(1.0)
    assert temporal_identity(np.stack([one, -one])).value == pytest.approx(-1.0)
    assert "two looks" in temporal_identity(one[None]).reason
