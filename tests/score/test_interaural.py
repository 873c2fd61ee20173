"""Level and time differences: by hand, and against the measured KEMAR cues of another program."""

import csv

import numpy as np
import pytest
import soxr

from seehear.errors import InputError
from seehear.score import interaural_scores
from seehear.score.interaural import BANDS, _spectra, ild, itd
from tests.score.conftest import RATE, noise, rendered


def pair(left, right):
    return np.stack([left, right]).astype(np.float32)


def delayed(samples, seconds):
    """A fractional delay by the spectrum."""
    spectrum = np.fft.rfft(samples)
    turn = np.exp(-2j * np.pi * np.fft.rfftfreq(len(samples), 1 / RATE) * seconds)
    return np.fft.irfft(spectrum * turn, len(samples))


def scored(prediction, truth):
    return interaural_scores(prediction, truth, sample_rate=RATE)


def test_identity_is_perfect():
    clip = rendered("moving", "binaural").samples
    got = scored(clip, clip)
    assert got.ild.value == got.itd.value == 0.0
    assert got.ild.n == len(BANDS)


@pytest.mark.parametrize("gain_db", [-6.0, 3.0, 12.0])
def test_level_by_hand(gain_db):
    one = noise(0)
    got = scored(pair(one * 10 ** (gain_db / 20), one), pair(one, one))
    np.testing.assert_allclose(got.ild.per_item, abs(gain_db), atol=1e-3)
    assert got.itd.value == pytest.approx(0.0, abs=0.1)
    assert got.ild.extra["chance"] == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("delay", [-6e-4, -1.3e-4, 0.0, 3.17e-4, 7e-4])
def test_delay_by_hand(delay):
    """Right later than left is positive; within 2 us (100 ms windows cut a little off the ends)."""
    one = noise(0)
    late = pair(one, delayed(one, delay))
    found = itd(_spectra(late, 4800, len(one) // 4800), RATE)
    np.testing.assert_allclose(found, delay, atol=2e-6)
    assert scored(late, pair(one, one)).itd.value == pytest.approx(1e6 * abs(delay), abs=2.0)


def test_ears_are_within_the_golden_cues(shared):
    """MIT KEMAR at 30 and 90 deg left, another program's numbers: ITD 5 us; ILD 0.1 dB, 0.3 at 250 Hz.

    The built-in set's delays are smoothed over directions, which moves its ITD by up to 20 us.
    """
    from seehear.acoustics.hrtf import default_hrtf
    from seehear.scene import angles_to_vector

    with (shared / "spec" / "golden_acoustics" / "kemar_cues.csv").open() as file:
        rows = {(int(row["azimuth"]), int(row["elevation"])): row for row in csv.DictReader(file)}
    ears = default_hrtf(44100)
    for azimuth in (-60, 30, 45, 90):
        direction = angles_to_vector([azimuth])
        filters, delay = ears.filters_at(direction)[0].astype(np.float64), ears.delay_at(direction)[0]
        size = 8192
        frequency = np.fft.rfftfreq(size, 1 / 44100)
        spectra = np.fft.rfft(filters, size) * np.exp(-2j * np.pi * frequency * (delay[:, None] + 1e-3))
        found = 1e6 * itd(spectra[:, None], 44100)[0]
        assert found == pytest.approx(float(rows[azimuth, 0]["itd_us"]), abs=20.0)
        for band in (250, 500, 1000, 2000, 4000, 8000):
            inside = (frequency >= band / 2**0.5) & (frequency < band * 2**0.5)
            left, right = (np.abs(spectra[:, inside]) ** 2).sum(axis=1)
            wanted = float(rows[azimuth, 0][f"ild_{band}_db"])
            assert ild(np.array([left]), np.array([right]))[0] == pytest.approx(wanted, abs=0.3)


def test_the_swap_is_noticed_and_mono_scores_exactly_chance():
    clip = rendered("left", "binaural").samples
    mono = np.repeat(clip.mean(axis=0, keepdims=True), 2, axis=0)
    own, swapped, folded = scored(clip, clip), scored(clip[::-1], clip), scored(mono, clip)
    for a, b, c in zip(own, swapped, folded, strict=True):
        assert a.value == 0.0
        assert b.value == pytest.approx(2 * c.value, rel=0.02)
        assert c.value == pytest.approx(c.extra["chance"], rel=1e-6)
        assert c.value > 1.0


def test_a_mirrored_pair_scores_alike():
    clip, other = rendered("left", "binaural").samples, rendered("moving", "binaural").samples
    for a, b in zip(scored(clip, other), scored(clip[::-1], other[::-1]), strict=True):
        assert a.value == pytest.approx(b.value, rel=1e-6)


def test_silence_is_undefined_and_quiet_frames_do_not_count():
    clip = rendered("left", "binaural").samples
    for score in scored(clip, 0 * clip):
        assert score.reason == "silent reference"
    dead = scored(0 * clip, clip)
    assert np.isnan(dead.ild.value)
    assert "bands without energy" in dead.ild.reason
    assert "silent in the clip" in dead.itd.reason
    gap = clip.copy()
    gap[:, RATE // 2 :] *= 3e-3
    other = gap.copy()
    other[:, RATE // 2 :] = other[::-1, RATE // 2 :]
    assert scored(other, gap).ild.value < 0.5
    with pytest.raises(InputError, match="100 ms"):
        scored(clip[:, :100], clip)
    with pytest.raises(InputError, match="shape"):
        scored(clip[:1], clip)


def test_a_hard_pan_is_clipped_not_infinite():
    assert ild(np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0])).tolist()[:2] == [40.0, -40.0]
    one = noise(0)
    assert scored(pair(one, 0 * one), pair(one, one)).ild.value == 40.0


def test_resampling_moves_nothing():
    clip, other = rendered("left", "binaural").samples, rendered("moving", "binaural").samples
    back = soxr.resample(soxr.resample(clip.T, 48000, 44100), 44100, 48000).T
    for a, b in zip(scored(clip, other), scored(back, other), strict=True):
        assert a.value == pytest.approx(b.value, rel=0.005)
