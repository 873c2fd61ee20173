import numpy as np
import pytest

from seehear.listen.classes import CLASSES
from seehear.listen.facts import facts_from, facts_of
from seehear.listen.heard import Format, Heard, Track
from seehear.listen.sketch import sketch_of

RATE = 24000
BINAURAL = Format("binaural", 1.0, "binaural")
MONO = Format("mono", 1.0, "mono")


def engine(seconds, rng):
    """A low buzz of 80 Hz with many harmonics, over some noise."""
    time = np.arange(round(seconds * RATE)) / RATE
    tone = sum(np.sin(2 * np.pi * 80 * k * time + rng.uniform(0, 6)) / k**0.7 for k in range(1, 30))
    return 0.05 * (tone + 0.3 * rng.normal(size=len(time)))


def spectra(samples):
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(samples, 512), 1024)[:: RATE // 50]
    return np.arange(len(frames)) / 50, np.abs(np.fft.rfft(frames * np.hanning(1024), axis=1)) ** 2 / 1e6


def track_of(times, azimuth, level):
    return Track(times, azimuth, None, level, np.ones_like(times), ((0.0, float(times[-1])),), 0.9, "unknown")


def moved(place, *, format=BINAURAL, fold=True, seconds=4.0):
    """Facts of an engine on a way: a function of time to metres ahead and to the left."""
    rng = np.random.default_rng(3)
    times = np.arange(0.01, seconds, 0.02)
    x, y = place(times)
    azimuth = np.rad2deg(np.arctan2(y, x))
    azimuth = np.rad2deg(np.arcsin(np.sin(np.deg2rad(azimuth)))) + rng.normal(0, 3, len(times))
    level = -20 - 20 * np.log10(np.hypot(x, y)) + rng.normal(0, 0.5, len(times))
    if format is MONO:
        azimuth[:] = np.nan
    samples = engine(seconds, rng) / np.interp(np.arange(round(seconds * RATE)) / RATE, times, np.hypot(x, y))
    heard = Heard(format, RATE, seconds, 2, (track_of(times, azimuth, level),))
    return facts_from(heard, [sketch_of(*spectra(samples), RATE)])


WAYS = {
    "crossing": lambda t: (np.full_like(t, 9.0), 3.0 * (2.0 - t)),
    "approaching": lambda t: (45.0 - 9.0 * t, np.full_like(t, 3.0)),
    "receding": lambda t: (9.0 + 9.0 * t, np.full_like(t, 3.0)),
    "passing": lambda t: (40.0 - 14.0 * t, np.full_like(t, 3.0)),
    "still": lambda t: (np.full_like(t, 4.0), np.full_like(t, 1.0)),
}


@pytest.mark.parametrize("motion", WAYS)
def test_motion_is_told_from_direction_and_level(motion):
    source = moved(WAYS[motion]).sources[0]
    assert source.motion == motion
    assert source.crossing == ("left to right" if motion == "crossing" else None)


@pytest.mark.parametrize("motion", ["approaching", "receding"])
def test_one_channel_still_tells_nearer_from_farther(motion):
    facts = moved(WAYS[motion], format=MONO)
    source = facts.sources[0]
    assert source.side is None
    assert source.motion == motion
    assert any("direction cannot be heard" in line for line in facts.lines)


def test_mirrored_ways_cross_the_other_way():
    source = moved(lambda t: (np.full_like(t, 9.0), 3.0 * (t - 2.0))).sources[0]
    assert source.crossing == "right to left"


def test_relative_distance_follows_the_true_one():
    source = moved(WAYS["approaching"]).sources[0]
    x, y = WAYS["approaching"](source.times)
    true = np.hypot(x, y) / np.hypot(x, y).min()
    np.testing.assert_allclose(np.log(source.relative_distance), np.log(true), atol=0.3)


def test_shares_of_classes_sum_to_one_and_the_engine_is_one():
    source = moved(WAYS["still"]).sources[0]
    assert set(source.label_shares) == set(CLASSES)
    assert sum(source.label_shares.values()) == pytest.approx(1.0)
    assert source.label in ("engine", None)


def test_silence_is_no_source():
    facts = facts_of((np.zeros((2, RATE), np.float32), RATE))
    assert facts.sources == ()
    assert "Nothing is heard: the clip is silent." in facts.lines


def test_one_sample_is_no_error():
    facts = facts_of((np.full((1, 1), 0.1, np.float32), RATE))
    assert facts.duration == pytest.approx(1 / RATE)
