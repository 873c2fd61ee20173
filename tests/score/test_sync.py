"""AV-Align, published and repaired; onsets against mir_eval."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seehear.errors import InputError
from seehear.score import (
    av_align,
    av_align_fixed,
    flow_magnitudes,
    flow_peaks,
    match_times,
    onset_f1,
    onset_offset,
    onset_times,
)  # fmt: skip
from tests.score.sounds import clip

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "sound_features.json").read_text())["onset_f1"]
TIMES = st.lists(st.integers(0, 60).map(lambda i: i / 20), max_size=6)


@pytest.mark.parametrize("row", GOLDEN)
def test_onset_f1_is_mir_evals(row):
    score = onset_f1(row["prediction"], row["truth"])
    assert score.value == pytest.approx(row["f1"], abs=1e-12)
    assert score.extra == {"precision": pytest.approx(row["precision"]), "recall": pytest.approx(row["recall"])}


def most_pairs(a, b, window):
    """Brute force: the largest matching and its least total distance."""
    best = (0, 0.0)
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    for chosen in itertools.permutations(range(len(long)), len(short)):
        gaps = [abs(short[i] - long[j]) for i, j in enumerate(chosen)]
        inside = [gap for gap in gaps if gap <= window + 1e-9]
        best = max(best, (len(inside), -sum(inside)))
    return best


@settings(max_examples=60, deadline=None)
@given(TIMES.filter(lambda t: len(t) < 5), TIMES.filter(lambda t: len(t) < 6), st.sampled_from([0.05, 0.12, 0.5]))
def test_the_matching_is_the_largest_and_then_the_nearest(a, b, window):
    pairs = match_times(a, b, window=window)
    assert len(set(pairs[:, 0])) == len(set(pairs[:, 1])) == len(pairs)
    gaps = [abs(a[i] - b[j]) for i, j in pairs]
    count, total = most_pairs(a, b, window) if a and b else (0, 0.0)
    assert len(pairs) == count
    assert sum(gaps) == pytest.approx(-total, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(TIMES, TIMES)
def test_laws(a, b):
    """Perfect on identity, symmetric where the formula is, in range, undefined with nothing on either side."""
    if not a and not b:
        for score in (onset_f1(a, b), av_align(a, b, fps=25), av_align_fixed(a, b, fps=25), onset_offset(a, b)):
            assert np.isnan(score.value)
            assert score.reason
        return
    assert onset_f1(a, b).value == onset_f1(b, a).value
    assert av_align_fixed(a, b, fps=25).value == av_align_fixed(b, a, fps=25).value
    assert 0.0 <= onset_f1(a, b).value <= 1.0
    if a:
        assert onset_f1(a, a[::-1]).value == 1.0
        assert av_align_fixed(a, a, fps=25).value == 1.0
        assert onset_offset(a, a).value == 0.0


def test_av_align_by_hand():
    """25 frames/s: a window of +-0.04 s. Two of three onsets have a peak, one peak is left: 2 / (3 + 3 - 2)."""
    audio, video = [0.10, 0.50, 1.00], [0.12, 0.53, 2.00]
    assert av_align(audio, video, fps=25).value == pytest.approx(2 / 4)
    assert av_align(audio, video, fps=60).value == 0.0
    assert av_align([0.1], [0.14], fps=25.0).value == 0.0  # a whole frame is outside
    assert av_align([0.1], [], fps=25).value == 0.0


def test_av_aligns_two_published_matchings():
    audio, video = [0.99, 1.0, 1.01], [1.0]
    assert av_align(audio, video, fps=10).value == pytest.approx(1 / 3)
    assert av_align(audio, video, fps=10, matching="any").value == pytest.approx(3 / 1)


def test_the_published_window_grows_as_the_frame_rate_falls_and_the_repaired_does_not():
    """16 frames over 10 s (1.6 / s), everything half a second out: nearly free as published, refused when repaired."""
    video = np.arange(1, 9) * 2 / 1.6
    audio = video + 0.5
    assert av_align(audio, video, fps=1.6).value == 1.0
    assert av_align(audio, video, fps=25).value == 0.0
    repaired = av_align_fixed(audio, video, fps=1.6)
    assert np.isnan(repaired.value)
    assert "cannot tell" in repaired.reason
    for fps in (5.0, 12.0, 25.0, 60.0):
        assert av_align_fixed(audio, video, fps=fps).value == 0.0
        assert av_align_fixed(audio - 0.45, video, fps=fps).value == 1.0


def test_the_chance_of_a_match_stands_beside_the_score():
    """Peaks every 0.2 s and a window of 0.1 s: any shift matches; the chance is all."""
    video = np.arange(0.1, 10, 0.2)
    dense = av_align_fixed(video, video, fps=25, duration=10.0)
    assert dense.extra["chance"] > 0.95
    sparse = av_align_fixed([2.0, 7.1], [2.0, 7.1], fps=25, duration=10.0)
    assert sparse.value == 1.0
    assert sparse.extra["chance"] < 0.1


def test_offset_by_hand():
    score = onset_offset([1.03, 2.0, 5.0], [1.0, 2.05, 3.0])
    np.testing.assert_allclose(score.per_item, [0.03, 0.05, np.nan])
    assert score.value == pytest.approx(0.04)
    assert score.extra["late"] == pytest.approx(-0.01)
    assert "1 of 3" in score.reason
    assert "no onsets within" in onset_offset([1.0], [9.0]).reason


def test_onsets_of_a_clip_are_where_they_were_put():
    """A frame is 512 samples; the strength rises half a frame early at most and is put right to within two frames."""
    for rate in (22050, 48000):
        found = onset_times(clip("clicks", 0, rate), rate)
        assert onset_f1(found, [0.3, 0.7, 1.15, 1.9, 2.4]).value == 1.0
    assert len(onset_times(np.zeros(22050), 22050)) == 0


def test_flow_peaks_are_strict_maxima_over_the_threshold():
    times = flow_peaks([0.0, 1.0, 0.5, 0.6, 0.05, 0.08, 0.0, 2.0, 2.0, 0.0], fps=10)
    np.testing.assert_allclose(times, [0.1, 0.3])


def test_flow_of_a_moving_square():
    frames = np.zeros((6, 48, 64, 3), dtype=np.uint8)
    for i, x in enumerate((10, 10, 14, 14, 14, 14)):
        frames[i, 12:36, x : x + 20] = np.random.default_rng(0).integers(0, 255, (24, 20, 1))
    magnitude = flow_magnitudes(frames)
    assert magnitude[0] == magnitude[1] < 0.01
    np.testing.assert_allclose(flow_peaks(magnitude, fps=10), [0.2])
    with pytest.raises(InputError, match="two frames"):
        flow_magnitudes(frames[:1])


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="finite"):
        onset_f1([np.nan], [1.0])
    with pytest.raises(InputError, match="positive frame rate"):
        av_align([1.0], [1.0], fps=0)
    with pytest.raises(InputError, match="positive frame rate"):
        av_align_fixed([1.0], [1.0], fps=25, window=0)
    with pytest.raises(InputError, match="window"):
        match_times([1.0], [1.0], window=-1)
