"""The arithmetic of T2AV-Compass against its published tables and its stated range."""

import math

import pytest

from seehear.bench.t2av.published import SLOTS, published_rows, published_subs
from seehear.errors import InputError
from seehear.score.compass import (
    GROUPS,
    compass_average,
    compass_realism,
    group_scores,
    if_audio,
    if_video,
    question_weights,
    rating_to_percent,
)

FLAGGED = {
    "Wan-2.2+Hunyuan-Foley": "swapped with Wan-2.2+MMAudio",
    "Wan-2.2+MMAudio": "swapped with Wan-2.2+Hunyuan-Foley",
    "LTX-2": "from its sub-scores",
    "HunyuanVideo1.5+MMAudio": "from its sub-scores",
}


def test_eleven_published_rows_follow_from_their_sub_scores_and_four_are_named():
    rows = published_rows()
    assert len(rows) == 15
    assert sum(not one.verdict for one in rows) == 11
    assert {one.system for one in rows if one.verdict} == set(FLAGGED)
    for one in rows:
        assert FLAGGED.get(one.system, "") in one.verdict
        if not one.verdict:
            assert one.computed == pytest.approx(one.printed, abs=0.011)


def test_one_changed_sub_score_is_noticed():
    subs = published_subs("Veo-3.1") | {"Mood": 80.0}
    assert if_video(subs) != pytest.approx(76.15, abs=0.02)


def test_the_range_of_if_audio_is_the_released_one():
    best = dict.fromkeys(GROUPS["Sound"], 100.0)
    worst = dict.fromkeys(GROUPS["Sound"], 0.0)
    assert if_audio(best) == pytest.approx(100.0)
    assert if_audio(worst) == pytest.approx(-100.0 / 3)
    assert if_audio({"Music": 100.0, "SoundEffects": 100.0}) == pytest.approx(200.0 / 3)


def test_nothing_at_all_is_nan_and_not_zero():
    assert math.isnan(if_audio({}))
    assert math.isnan(if_video({"Music": 50.0}))
    assert math.isnan(if_audio({"Music": math.nan}))
    assert math.isnan(compass_realism({"MSS": 50.0, "OIS": 50.0}, ("MSS", "OIS", "TCS")))
    assert math.isnan(compass_average(1.0, 2.0, 3.0, math.nan))


def test_groups_are_plain_means_of_slots():
    assert group_scores({"Look": 10.0, "Quantity": 20.0, "Music": 90.0}) == {"Attribute": 15.0}


def test_a_judges_scale_is_checked():
    assert rating_to_percent(5) == 100.0
    for wrong in (0, 6, -1):
        with pytest.raises(InputError):
            rating_to_percent(wrong)


def test_weights_are_what_moving_one_question_moves():
    counts = {slot: 4 for slots in GROUPS.values() for slot in slots}
    weights = question_weights(counts)
    for slot in SLOTS:
        subs = dict.fromkeys(SLOTS, 50.0)
        moved = subs | {slot: 50.0 + 100.0 / counts[slot]}
        gain = sum(f(moved) - f(subs) for f in (if_video, if_audio)) / 4
        assert weights[slot] == pytest.approx(gain / 100.0)
