"""Signals whose loudness, peak, clipping, silence, bandwidth and DC are known."""

import numpy as np
import pyloudnorm
import pytest
import soxr

from seehear.errors import InputError
from seehear.media.layout import layout_of
from seehear.score import bandwidth, clipping, dc_offset, loudness, loudness_error, silence, true_peak
from tests.score.conftest import RATE, noise, rendered

STEREO, SURROUND = layout_of("stereo"), layout_of("5.1")


def sine(level_db, seconds=2.0, frequency=997.0, phase=0.0):
    wave = 10 ** (level_db / 20) * np.sin(2 * np.pi * frequency * np.arange(round(seconds * RATE)) / RATE + phase)
    return np.tile(wave, (2, 1)).astype(np.float32)


def test_loudness_is_the_standards():
    """-23 dBFS stereo sine: -23.00 LUFS; pyloudnorm reads 0.04 lower at this rate."""
    assert loudness(sine(-23), STEREO, sample_rate=RATE).value == pytest.approx(-23.0, abs=0.02)
    clip = np.stack([noise(0), 0.5 * noise(1)])
    theirs = pyloudnorm.Meter(RATE).integrated_loudness(clip.T.astype(np.float64))
    assert loudness(clip, STEREO, sample_rate=RATE).value == pytest.approx(theirs, abs=0.1)
    error = loudness_error(sine(-29), sine(-23), STEREO, sample_rate=RATE)
    assert error.value == pytest.approx(6.0, abs=0.01)
    assert error.extra["louder"] == pytest.approx(-6.0, abs=0.01)


def test_true_peak_lies_between_samples():
    """12 kHz at 45 deg, amplitude 1.2: samples -1.43 dBFS, true +1.585 dBTP."""
    clip = sine(20 * np.log10(1.2), frequency=12000.0, phase=np.pi / 4)
    assert true_peak(clip, STEREO, sample_rate=RATE).value == pytest.approx(1.585, abs=0.1)


def test_clipping_by_hand():
    clip = sine(6.0, frequency=100.0)
    flat = np.clip(clip, -1, 1)
    assert clipping(flat, STEREO).value == pytest.approx(1 - 2 / np.pi * np.arcsin(10 ** (-6 / 20)), abs=0.01)
    assert clipping(sine(0.0, frequency=997.0), STEREO).value == 0.0
    assert clipping(0.5 * flat, STEREO).value == 0.0
    one_side = np.stack([flat[0], 0.1 * flat[0]])
    assert clipping(one_side, STEREO).per_item[1] == 0.0


def test_silence_by_hand():
    clip = sine(-20)
    clip[:, RATE:] = 0.0
    assert silence(clip, STEREO, sample_rate=RATE).value == 0.5
    assert silence(0 * clip, STEREO, sample_rate=RATE).value == 1.0
    lone = np.zeros((6, RATE), dtype=np.float32)
    lone[5] = noise(0)[:RATE]
    assert silence(lone, SURROUND, sample_rate=RATE).value == 0.0


@pytest.mark.parametrize("rate", [8000, 16000, 32000])
def test_bandwidth_is_that_of_the_rate_it_was_made_at(rate):
    """Noise made at a lower rate and resampled: half that rate, to a twelfth of an octave (6 %)."""
    made = 0.1 * np.random.default_rng(0).standard_normal(2 * rate)
    clip = soxr.resample(made, rate, RATE, quality="VHQ").astype(np.float32)
    found = bandwidth(np.stack([clip, clip]), STEREO, sample_rate=RATE).value
    assert found == pytest.approx(rate / 2, rel=0.07)


@pytest.mark.parametrize(("level_db", "wanted"), [(-60.0, 24000), (-80.0, 8000)])
def test_faint_sound_above_the_band_counts_down_to_70_db_below(level_db, wanted):
    made = 0.1 * np.random.default_rng(0).standard_normal(32000)
    clip = soxr.resample(made, 16000, RATE, quality="VHQ") + noise(1, 2.0) * 10 ** (level_db / 20)
    found = bandwidth(np.stack([clip, clip]).astype(np.float32), STEREO, sample_rate=RATE).value
    assert found == pytest.approx(wanted, rel=0.07)


def test_bandwidth_of_full_noise_is_all_there_is():
    assert bandwidth(np.stack([noise(0)] * 2), STEREO, sample_rate=RATE).value == pytest.approx(24000, rel=0.06)


def test_dc_by_hand():
    clip = sine(-20)
    clip[1] += 0.1
    assert dc_offset(clip, STEREO).per_item == pytest.approx((0.0, 0.1), abs=1e-3)


def test_silence_is_undefined():
    nothing = np.zeros((2, RATE), dtype=np.float32)
    for score in (
        loudness(nothing, STEREO, sample_rate=RATE), true_peak(nothing, STEREO, sample_rate=RATE),
        bandwidth(nothing, STEREO, sample_rate=RATE), loudness_error(nothing, sine(-20), STEREO, sample_rate=RATE),
        clipping(nothing[:, :0], STEREO), dc_offset(nothing[:, :0], STEREO),
        silence(nothing[:, :10], STEREO, sample_rate=RATE),
    ):  # fmt: skip
        assert np.isnan(score.value)
        assert score.reason
    with pytest.raises(InputError, match="expected stereo samples"):
        loudness(nothing[:1], STEREO, sample_rate=RATE)


def test_resampling_moves_nothing():
    """But the bandwidth of sound above 20 kHz, which is truly lost: measured on a clip that ends at 8 kHz."""
    clip = soxr.resample(soxr.resample(rendered("moving", "stereo").samples.T, 48000, 16000), 16000, 48000)
    back = soxr.resample(soxr.resample(clip, 48000, 44100), 44100, 48000).T
    for metric in (loudness, true_peak, bandwidth, silence):
        one, other = (metric(x, STEREO, sample_rate=RATE).value for x in (clip.T, back))
        assert one == pytest.approx(other, rel=0.005, abs=1e-9)
