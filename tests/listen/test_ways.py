"""Fitted ways and Doppler against ways whose truth is known by formula."""

import numpy as np
import pytest

from seehear.listen import sketch
from seehear.listen.closest import fit_way
from seehear.listen.course import Course, course_of
from seehear.listen.doppler import SOUND_SPEED, pitch_course, pitch_trend, speed_from
from seehear.listen.heard import Track
from seehear.listen.labelling import LEAST_SECONDS, label_of, moving_shares, shares_of
from seehear.listen.sketch import LOWEST, PER_OCTAVE, Sketcher, sketch_of

RATE = 24000


def course(place, *, folded=True, seconds=5.0, noise=0.0):
    rng = np.random.default_rng(1)
    time = np.arange(0.0, seconds, 0.1)
    x, y = place(time)
    azimuth = np.rad2deg(np.arctan2(y, x)) + rng.normal(0, 1, len(time)) * noise
    if folded:
        azimuth = np.rad2deg(np.arcsin(np.sin(np.deg2rad(azimuth))))
    level = -20 * np.log10(np.hypot(x, y)) + rng.normal(0, 0.2, len(time)) * noise
    return Course(time, azimuth, np.full_like(time, np.nan), level, 0.0, folded)


@pytest.mark.parametrize("folded", [True, False])
@pytest.mark.parametrize(("closest", "speed", "distance"), [(2.5, 6.0, 8.0), (1.0, 15.0, 5.0), (4.0, 3.0, 3.0)])
def test_a_crossing_is_fitted_back(folded, closest, speed, distance):
    way = fit_way(course(lambda t: (np.full_like(t, distance), speed * (closest - t)), folded=folded))
    assert way.time == pytest.approx(closest, abs=0.1)
    assert way.scale == pytest.approx(distance / speed, rel=0.1)
    assert way.bearing == pytest.approx(0.0, abs=3)
    assert way.turning == -1
    assert way.fit > 0.95


def test_a_passing_behind_is_told_from_one_in_front_where_the_ears_can():
    way = fit_way(course(lambda t: (np.full_like(t, -6.0), 4.0 * (2.5 - t)), folded=False))
    assert abs(way.bearing) == pytest.approx(180.0, abs=5)
    mirrored = fit_way(course(lambda t: (np.full_like(t, -6.0), 4.0 * (2.5 - t))))
    assert abs(mirrored.bearing) < 5


def test_nothing_moving_is_not_explained():
    rest = fit_way(course(lambda t: (np.full_like(t, 4.0), np.full_like(t, 1.0)), noise=2.0))
    assert rest.fit < 0.4
    assert rest.still < 0.3


def test_range_follows_the_way():
    way = fit_way(course(lambda t: (40.0 - 7.0 * t, np.full_like(t, 3.0))))
    time = np.array([0.0, 4.5])
    true = np.hypot(40.0 - 7.0 * time, 3.0)
    assert way.range_at(time)[0] / way.range_at(time)[1] == pytest.approx(true[0] / true[1], rel=0.15)


def lines(time, shift, rng):
    """(s, b) slow spectra of eight lines, shifted by (s,) semitones, over a noise floor."""
    bins = np.arange(240)
    octave = bins / PER_OCTAVE
    base = np.log2(np.array([220.0, 330, 470, 610, 850, 1300, 1900, 2700]) / LOWEST)
    middle = base[None, :, None] + shift[:, None, None] / 12
    power = np.exp(-0.5 * ((octave - middle) / 0.03) ** 2).sum(axis=1)
    return power + 0.01 * rng.exponential(size=(len(time), 240))


@pytest.mark.parametrize("speed", [6.0, 15.0, 30.0])
def test_speed_is_told_by_the_pitch(speed):
    rng = np.random.default_rng(2)
    way = fit_way(course(lambda t: (np.full_like(t, 8.0), speed * (2.5 - t))))
    time = np.arange(0.125, 5.0, 0.25)
    along = speed * (time - 2.5)
    radial = speed * along / np.hypot(along, 8.0)
    pitch = pitch_course(time, lines(time, -12 * np.log2(1 + radial / SOUND_SPEED), rng))
    assert pitch.known
    assert speed_from(pitch, way) == pytest.approx(speed, rel=0.15)
    assert pitch_trend(pitch) < -0.2


def test_noise_has_no_pitch_to_follow():
    rng = np.random.default_rng(3)
    time = np.arange(0.125, 5.0, 0.25)
    pitch = pitch_course(time, rng.exponential(size=(len(time), 240)))
    assert not pitch.known
    assert pitch_trend(pitch) is None


def test_a_steady_line_tells_no_speed():
    rng = np.random.default_rng(4)
    time = np.arange(0.125, 5.0, 0.25)
    way = fit_way(course(lambda t: (np.full_like(t, 8.0), 6.0 * (2.5 - t))))
    assert speed_from(pitch_course(time, lines(time, np.zeros_like(time), rng)), way) is None


def test_a_sketch_is_the_same_in_any_blocks():
    rng = np.random.default_rng(5)
    times, power = np.arange(900) / 50, rng.exponential(size=(900, 513))
    whole = sketch_of(times, power, RATE)
    one = Sketcher(RATE, 513)
    for start in range(0, 900, 100):
        one.add(times[start : start + 100], power[start : start + 100])
    parts = one.done()
    np.testing.assert_allclose(parts.spectra, whole.spectra, rtol=1e-5)
    np.testing.assert_allclose(parts.time, whole.time)
    assert len(parts.features) >= 2


@pytest.mark.parametrize("seed", range(6))
def test_a_long_sound_keeps_the_spectra_around_its_loudest(seed, monkeypatch):
    rng = np.random.default_rng(seed)
    count = int(rng.integers(900, 1600))
    times, loud = np.arange(count) / 5, rng.exponential(size=count) ** 3  # a spectrum every 0.2 s, slots of 0.25 s
    power = (loud[:, None] * np.ones(65)).astype(np.float32)
    monkeypatch.setattr(sketch, "LONGEST", 10**6)
    whole = sketch_of(times, power, RATE)
    monkeypatch.setattr(sketch, "LONGEST", 50)
    one = Sketcher(RATE, 65)
    most = 0
    for start in range(0, count, 20):
        one.add(times[start : start + 20], power[start : start + 20])
        most = max(most, len(one._slow))
    kept = one.done()
    loudest = int(whole.spectra.sum(axis=1).argmax())
    first = int(np.clip(loudest - 25, 0, len(whole.time) - 50))
    np.testing.assert_allclose(kept.time, whole.time[first : first + 50])
    np.testing.assert_allclose(kept.spectra, whole.spectra[first : first + 50], rtol=1e-5)
    assert most < 200


def test_features_do_not_hear_the_level():
    rng = np.random.default_rng(6)
    times, power = np.arange(200) / 50, rng.exponential(size=(200, 513)) * np.linspace(1, 5, 200)[:, None]
    loud, soft = (sketch_of(times, gain * power, RATE).features for gain in (1.0, 1e-5))
    np.testing.assert_allclose(loud, soft, atol=1e-3)


def test_too_little_sound_has_no_label():
    nothing = sketch_of(np.arange(3) / 50, np.zeros((3, 513)), RATE)
    assert label_of(shares_of(nothing))[0] is None
    assert LEAST_SECONDS > 0


def test_what_moves_is_rarely_water():
    shares = moving_shares({"water/noise": 0.8, "engine": 0.2})
    assert shares["engine"] > shares["water/noise"]


def test_a_course_keeps_the_peaks_of_steps():
    time = np.arange(0.0, 4.0, 0.02)
    level = np.where(time % 0.5 < 0.04, -20.0, -70.0)
    track = Track(time, np.zeros_like(time), None, level, np.ones_like(time), ((0.0, 4.0),), 1.0, "unknown")
    assert np.ptp(course_of(track).level) < 6
