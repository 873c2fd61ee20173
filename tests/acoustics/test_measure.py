"""Measuring a direction on samples: plane waves, known gains, measured ears; and that a wrong place is noticed."""

import numpy as np
import pytest

from seehear.acoustics.hrtf import default_hrtf
from seehear.acoustics.measure import SLICES, DirectionMeter, level_db, within_reach
from seehear.media.layout import layout_of
from seehear.scene import angle_between, angles_to_vector

RATE = 48000


@pytest.fixture
def noise() -> np.ndarray:
    return 0.1 * np.random.default_rng(3).normal(size=RATE)


def plane_wave(noise, azimuth, elevation):
    x, y, z = angles_to_vector(azimuth, elevation)
    return (np.array([1.0, y, z, x])[:, None] * noise).astype(np.float32)


def heard(layout, samples, *, cuts=(), hrtf=None):
    meter = DirectionMeter(layout_of(layout), sample_rate=RATE, hrtf=hrtf)
    for part in np.split(samples, cuts, axis=1):
        meter.add(part)
    return meter.heard()


@pytest.mark.parametrize("azimuth", [-180.0, -91.0, -30.0, 0.0, 45.0, 170.0])
@pytest.mark.parametrize("elevation", [-60.0, 0.0, 30.0])
def test_a_plane_wave_comes_from_where_it_comes(noise, azimuth, elevation):
    found = heard("foa", plane_wave(noise, azimuth, elevation))
    assert len(found.time) == 10
    assert angle_between(found.vector, angles_to_vector(azimuth, elevation)).max() < 1e-4


def test_two_equal_loudspeakers_point_between_them(noise):
    samples = np.zeros((6, len(noise)), dtype=np.float32)
    samples[0] = samples[4] = noise  # M+030 and M+110
    samples[3] = 5 * noise  # the LFE says nothing of direction
    assert heard("5.1", samples).azimuth == pytest.approx(70.0, abs=1e-4)


def test_tangent_law_of_stereo(noise):
    left, right = 0.9, 0.3
    found = heard("stereo", (np.array([[left], [right]]) * noise).astype(np.float32))
    wanted = np.rad2deg(np.arctan(np.tan(np.deg2rad(30)) * (left - right) / (left + right)))
    assert found.azimuth == pytest.approx(wanted, abs=1e-3)


@pytest.mark.parametrize("azimuth", [-80, -45, -20, 0, 20, 45, 80])
def test_the_measured_ears_are_read_back(noise, azimuth):
    hrtf = default_hrtf(RATE)
    direction = angles_to_vector(float(azimuth), 0.0)[None]
    delay, filters = hrtf.delay_at(direction)[0], hrtf.filters_at(direction)[0]
    spectrum = np.fft.rfft(noise, 2 * RATE)
    shift = np.exp(-2j * np.pi * np.fft.rfftfreq(2 * RATE, 1 / RATE) * (delay[:, None] + 1e-3))
    ears = np.fft.irfft(spectrum * np.fft.rfft(filters, 2 * RATE) * shift)[:, :RATE].astype(np.float32)
    found = heard("binaural", ears, hrtf=hrtf)
    assert np.median(np.abs(found.azimuth - azimuth)) < (3 if abs(azimuth) <= 60 else 6)


def test_blocks_do_not_matter_and_silence_is_passed_over(noise):
    samples = plane_wave(noise, 30, 0)
    samples[:, 9600:24000] = 0
    whole, cut = heard("foa", samples), heard("foa", samples, cuts=(1, 4801, 4802, 30001))
    assert len(whole.time) == 7
    for one, other in zip(whole, cut, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)


def test_skipping_is_silence(noise):
    samples = plane_wave(noise, 30, 0)
    meter = DirectionMeter(layout_of("foa"), sample_rate=RATE)
    meter.add(samples[:, :7000])
    meter.skip(100_003)
    meter.add(samples[:, 7000:])
    joined = np.concatenate([samples[:, :7000], np.zeros((4, 100_003), np.float32), samples[:, 7000:]], axis=1)
    for one, other in zip(meter.heard(), heard("foa", joined), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)


def test_energy_of_slices(noise):
    found = heard("foa", plane_wave(noise, 0, 0))
    assert found.slices.shape == (10, SLICES)
    assert level_db(found.energy) == pytest.approx(10 * np.log10(2 * (noise**2).mean()), abs=0.01)


def test_nothing_to_hear_is_said():
    assert len(heard("foa", np.zeros((4, RATE), np.float32)).time) == 0
    assert level_db(np.zeros(0)) == float("-inf")


@pytest.mark.parametrize(
    ("layout", "azimuth", "elevation", "reach"),
    [
        ("stereo", 100.0, 0.0, 30.0),
        ("stereo", -170.0, 0.0, -10.0),
        ("5.1", 100.0, 40.0, 100.0),
        ("binaural", 150.0, 0.0, 30.0),
        ("binaural", 90.0, 60.0, 30.0),
        ("foa", 100.0, 40.0, 100.0),
    ],
)
def test_what_a_layout_can_reach(layout, azimuth, elevation, reach):
    found = within_reach(layout_of(layout), angles_to_vector(azimuth, elevation)[None])
    assert np.rad2deg(np.arctan2(found[0, 1], found[0, 0])) == pytest.approx(reach)


def test_height_is_kept_above_the_horizon_only():
    layout = layout_of("7.1.4")
    assert within_reach(layout, angles_to_vector(20.0, 40.0)[None])[0, 2] == pytest.approx(np.sin(np.deg2rad(40)))
    assert within_reach(layout, angles_to_vector(20.0, -40.0)[None])[0, 2] == 0
