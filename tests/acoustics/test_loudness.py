"""Signals and numbers of spec/golden_acoustics/loudness.json: BS.1770-4 with the standard's printed coefficients."""

import numpy as np
import pyloudnorm
import pytest

from seehear.acoustics.loudness import LoudnessMeter, channel_weights, k_weighting
from seehear.media.layout import layout_of

RATE = 48000


def sine(level, seconds, frequency=997.0, phase=0.0, rate=RATE):
    return 10 ** (level / 20) * np.sin(2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate + phase)


def measured(channels, layout, *, block=7000, rate=RATE):
    samples = np.asarray(channels, dtype=np.float32)
    meter = LoudnessMeter(layout_of(layout), rate)
    for start in range(0, samples.shape[1], block):
        meter.add(samples[:, start : start + block])
    return meter


def pair(one):
    return np.tile(one, (2, 1))


def pink():
    spectrum = np.fft.rfft(np.random.default_rng(1770).standard_normal((2, 960000)))
    frequency = np.fft.rfftfreq(960000, 1 / RATE)
    spectrum *= np.where(frequency >= 20, 1 / np.sqrt(np.maximum(frequency, 1e-9)), 0.0)
    noise = np.fft.irfft(spectrum)
    noise *= 0.1 / np.sqrt((noise**2).mean())
    noise[1] /= 2
    return noise


def test_coefficients_are_the_standards():
    """ITU-R BS.1770-4, tables 1 and 2."""
    shelf, high_pass = k_weighting(48000)
    np.testing.assert_allclose(
        shelf[[0, 1, 2, 4, 5]],
        [1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585], atol=1e-9,
    )  # fmt: skip
    np.testing.assert_allclose(high_pass[4:], [-1.99004745483398, 0.99007225036621], atol=1e-9)


@pytest.mark.parametrize(("channels", "layout", "lufs"), [
    (lambda: pair(sine(-23, 20)), "stereo", -23.0),
    (lambda: pair(np.concatenate([sine(-36, 10), sine(-23, 40), sine(-36, 10)])), "stereo", -23.0308),
    (lambda: pair(np.concatenate([sine(-23, 10), np.zeros(20 * RATE), sine(-23, 10)])), "stereo", -23.0656),
    (lambda: [sine(level, 20) for level in (-28, -28, -24, -6, -30, -30)], "5.1", -23.023),
    (lambda: np.eye(6)[4][:, None] * sine(-23, 20), "5.1", -24.5181),
    (pink, "stereo", -18.2317),
])  # fmt: skip
def test_integrated_loudness(channels, layout, lufs):
    assert measured(channels(), layout).integrated() == pytest.approx(lufs, abs=0.005)


def test_true_peak_between_the_samples():
    fade = np.minimum(1.0, np.minimum(np.arange(2 * RATE), np.arange(2 * RATE)[::-1]) / 480)
    one = 1.2 * np.sin(np.pi / 2 * np.arange(2 * RATE) + np.pi / 4) * fade
    meter = measured([one, 0 * one], "stereo")
    assert 20 * np.log10(np.abs(one).max()) == pytest.approx(-1.427, abs=0.01)
    assert meter.true_peak_db() == pytest.approx(1.585, abs=0.1)
    assert measured(pink(), "stereo").true_peak_db() == pytest.approx(-6.177, abs=0.1)


def test_true_peak_at_the_very_end_counts():
    one = np.zeros((2, 5000), dtype=np.float32)
    one[0, -1] = 0.5
    assert measured(one, "stereo").true_peak_db() >= 20 * np.log10(0.5) - 1e-6


@pytest.mark.parametrize("rate", [22050, 44100, 96000])
def test_other_rates_agree_with_an_independent_meter(rate):
    noise = 0.1 * np.random.default_rng(0).standard_normal((2, 6 * rate))
    ours = measured(noise, "stereo", rate=rate).integrated()
    assert ours == pytest.approx(pyloudnorm.Meter(rate).integrated_loudness(noise.T), abs=0.1)


@pytest.mark.parametrize("block", [1, 64, 999, 100000])
def test_block_size_changes_nothing(block):
    noise = 0.1 * np.random.default_rng(0).standard_normal((2, 4800 if block == 1 else RATE))
    meters = [measured(noise, "stereo", block=size) for size in (block, 4800)]
    assert meters[0].true_peak_db() == pytest.approx(meters[1].true_peak_db(), abs=1e-5)
    if block > 1:
        assert meters[0].integrated() == pytest.approx(meters[1].integrated(), abs=1e-9)


def test_silence_and_shortness_have_no_loudness():
    meter = measured(np.zeros((2, RATE)), "stereo")
    assert (meter.integrated(), meter.true_peak_db()) == (None, float("-inf"))
    assert measured(pair(sine(-23, 0.3)), "stereo").integrated() is None
    assert meter.gain_for(-23.0) == (0.0, "silence")


def test_gain_meets_the_target_or_the_ceiling():
    quiet = measured(pair(sine(-33, 2)), "stereo").gain_for(-23.0)
    assert quiet.limited_by == "loudness"
    assert quiet.gain_db == pytest.approx(10.0, abs=0.01)
    click = 0.001 * np.random.default_rng(0).standard_normal((2, 2 * RATE))
    click[0, RATE] = 0.7
    limited = measured(click, "stereo").gain_for(-23.0, ceiling_dbtp=-1.0)
    assert limited.limited_by == "true peak"
    assert measured(click * 10 ** (limited.gain_db / 20), "stereo").true_peak_db() == pytest.approx(-1.0, abs=0.01)


def test_weights_by_direction():
    assert channel_weights(layout_of("7.1.4")).tolist() == [1, 1, 1, 0, 1.41, 1.41, 1, 1, 1, 1, 1, 1]
    assert channel_weights(layout_of("binaural")).tolist() == [1, 1]
