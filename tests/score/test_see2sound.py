"""SEE-2-SOUND's similarity set against the programs it calls, and what it cannot hear."""

import json
from pathlib import Path

import numpy as np
import pytest

from seehear.errors import InputError
from seehear.score import see2sound_similarity
from seehear.score.see2sound import CEPSTRAL_RATE, RATE, WEIGHTS, accumulated_cost
from seehear.score.spectral import onset_strength, onset_times
from seehear.score.stoi import stoi
from seehear.score.timbre import chroma, mfcc, pre_emphasised, spectral_contrast, tuning
from tests.score.sounds import clip

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "sound_features.json").read_text())
NAMES = {"zcr": "zero_crossings"}


def named(key, rate):
    return clip(key[:-1], int(key[-1]), rate)


@pytest.mark.parametrize("key", GOLDEN["features"])
def test_features_are_librosas(key):
    """1e-5 dB of single precision; chroma 0.01: the library resamples between octaves."""
    wanted, low, high = GOLDEN["features"][key], named(key, CEPSTRAL_RATE), named(key, RATE)
    np.testing.assert_allclose(onset_times(low, CEPSTRAL_RATE), wanted["onsets_22050"], atol=1e-9)
    np.testing.assert_allclose(onset_times(high, RATE), wanted["onsets_44100"], atol=1e-9)
    assert onset_strength(low, CEPSTRAL_RATE).mean() == pytest.approx(wanted["onset_strength_mean"], abs=1e-6)
    cepstrum = mfcc(pre_emphasised(low), CEPSTRAL_RATE)
    np.testing.assert_allclose(cepstrum.mean(axis=1), wanted["mfcc_mean"], atol=1e-5)
    np.testing.assert_allclose(cepstrum[:, 50], wanted["mfcc_frame_50"], atol=1e-5)
    contrast = spectral_contrast(high, RATE)
    np.testing.assert_allclose(contrast.mean(axis=1), wanted["contrast_mean"], atol=1e-5)
    np.testing.assert_allclose(contrast[:, 100], wanted["contrast_frame_100"], atol=1e-5)
    assert tuning(high, RATE) == pytest.approx(wanted["tuning"], abs=1e-9)
    pitches = chroma(high, RATE)
    np.testing.assert_allclose(pitches.mean(axis=1), wanted["chroma_mean"], atol=0.01)
    np.testing.assert_allclose(pitches[:, 100], wanted["chroma_frame_100"], atol=0.01)


PAIRS = ("noise0:noise1", "notes0:notes2", "notes0:noise0", "clicks0:clicks3")


@pytest.mark.parametrize("key", PAIRS)
def test_similarities_are_the_published_codes(key):
    wanted = GOLDEN["pairs"][key]
    left, right = key.split(":")
    scores = see2sound_similarity(named(right, RATE), named(left, RATE), sample_rate=RATE)
    for name, value in wanted.items():
        if name not in ("stoi_16k", "mfcc_dtw"):
            got = getattr(scores, NAMES.get(name, name)).value
            assert got == pytest.approx(value, abs=2e-3 if name == "chroma" else 1e-3), name
    assert stoi(named(right, 16000), named(left, 16000), 16000) == pytest.approx(wanted["stoi_16k"], abs=1e-9)
    low = see2sound_similarity(named(right, CEPSTRAL_RATE), named(left, CEPSTRAL_RATE), sample_rate=CEPSTRAL_RATE)
    assert low.mfcc_dtw.value == pytest.approx(wanted["mfcc_dtw"], rel=1e-6)


def placed(seed, left, right):
    return np.array([[left], [right]]) * clip("notes", seed, RATE, seconds=1.0)


def test_it_is_blind_to_a_swap_and_to_a_fold_to_mono():
    truth, prediction = placed(0, 1.0, 0.1), placed(2, 0.2, 0.9)
    fold = np.repeat(prediction.mean(axis=0, keepdims=True), 2, axis=0)
    own = see2sound_similarity(prediction, truth, sample_rate=RATE)
    for other in (prediction[::-1], fold, fold[:1]):
        for a, b in zip(own, see2sound_similarity(other, truth, sample_rate=RATE), strict=True):
            assert a.value == pytest.approx(b.value, abs=1e-12)


def test_a_clip_moved_to_the_other_side_scores_as_the_clip_itself():
    scores = see2sound_similarity(placed(0, 0.0, 1.0), placed(0, 1.0, 0.0), sample_rate=RATE)
    assert scores.swass.value == pytest.approx(sum(WEIGHTS))
    assert sum(WEIGHTS) == pytest.approx(0.8)


def test_its_own_sanity_numbers_order_as_they_were_found():
    """Self, unrelated scenes, noise against scene, noise against noise."""

    def score(a, b):
        return see2sound_similarity(clip(*b, RATE), clip(*a, RATE), sample_rate=RATE)

    own, unrelated = score(("notes", 0), ("notes", 0)), score(("notes", 0), ("clicks", 3))
    noise_scene, noises = score(("noise", 0), ("notes", 0)), score(("noise", 0), ("noise", 1))
    # two different noises are more alike than a scene and itself
    assert noises.mfcc_dtw.value > own.mfcc_dtw.value > unrelated.mfcc_dtw.value
    assert own.mfcc_dtw.value < 1e-3
    for name in ("zero_crossings", "rhythm", "chroma", "contrast", "perceptual"):
        assert getattr(own, name).value == pytest.approx(1.0, abs=1e-6)
    assert own.swass.value == pytest.approx(0.8, abs=1e-6)
    assert own.swass.value > noises.swass.value > noise_scene.swass.value
    assert 0.4 < unrelated.rhythm.value < 0.65
    assert 0.4 < noises.rhythm.value < 0.65
    assert noises.zero_crossings.value > 0.99
    assert 0.45 < noises.perceptual.value < 0.55
    assert noises.chroma.value > noise_scene.chroma.value


def test_silence_is_undefined_and_a_clip_without_onsets_has_no_rhythm():
    noise = clip("noise", 0, RATE, seconds=1.0)
    assert all(
        np.isnan(score.value) and score.reason for score in see2sound_similarity(0 * noise, noise, sample_rate=RATE)
    )
    steady = np.ones(RATE) * 0.1
    scores = see2sound_similarity(steady, steady, sample_rate=RATE)
    assert np.isnan(scores.rhythm.value) == np.isnan(scores.swass.value)
    with pytest.raises(InputError, match="finite samples"):
        see2sound_similarity(noise * np.nan, noise, sample_rate=RATE)


def test_accumulated_cost_by_hand():
    got = accumulated_cost(np.array([[0.0], [1.0], [3.0]]), np.array([[0.0], [2.0]]))
    np.testing.assert_allclose(got, [[0.0, 2.0], [1.0, 1.0], [4.0, 2.0]])
