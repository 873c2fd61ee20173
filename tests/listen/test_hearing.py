"""Laws of the ears: what must hold for any sound, and the numbers asked of them on real recordings."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from seehear.errors import InputError
from seehear.listen import hear_tracks, track_spectra
from seehear.listen.head import ear_differences, sphere_response
from seehear.media.stems import Samples
from tests.listen.material import RATE, angles, binaural, bursts


@pytest.fixture(scope="module")
def two_sources() -> Samples:
    rng = np.random.default_rng(2)
    return binaural((55.0, bursts(rng, 3.0)), (-30.0, bursts(rng, 3.0, slope=1.0)))


def test_one_is_one_with_its_spans() -> None:
    dry = np.zeros(3 * RATE, np.float32)
    dry[RATE // 2 : RATE] = bursts(np.random.default_rng(1), 0.5)
    dry[2 * RATE : 5 * RATE // 2] = bursts(np.random.default_rng(6), 0.5)
    heard = hear_tracks((binaural((40.0, dry)), RATE))
    assert heard.format.kind == "binaural"
    assert angles(heard) == [pytest.approx(40.0, abs=2.5)]
    assert [round(edge, 1) for span in heard.tracks[0].sounding for edge in span] == pytest.approx(
        [0.5, 1, 2, 2.5], abs=0.11
    )
    assert heard.tracks[0].front_back == "unknown"


def test_two_far_apart_are_two(two_sources: Samples) -> None:
    heard = hear_tracks((two_sources, RATE))
    assert sorted(angles(heard)) == [pytest.approx(-30, abs=3), pytest.approx(55, abs=4)]


def test_moving_source_is_followed() -> None:
    heard = hear_tracks((binaural((60.0, bursts(np.random.default_rng(7), 3.0)), end=-60.0), RATE))
    assert len(heard.tracks) == 1
    track = heard.tracks[0]
    truth = np.interp(track.times, [0.0, 3.0], [60.0, -60.0])
    assert np.sqrt(np.mean((track.azimuth - truth) ** 2)) < 6.0


def test_swapped_channels_mirror(two_sources: Samples) -> None:
    straight, swapped = (hear_tracks((x, RATE)) for x in (two_sources, np.ascontiguousarray(two_sources[::-1])))
    assert len(straight.tracks) == len(swapped.tracks)
    for one, other in zip(straight.tracks, swapped.tracks, strict=True):
        np.testing.assert_allclose(one.azimuth, -other.azimuth, atol=1e-3)
        assert one.sounding == other.sounding


def test_gain_changes_no_direction(two_sources: Samples) -> None:
    straight, quiet = (hear_tracks((x, RATE)) for x in (two_sources, two_sources * np.float32(0.125)))
    for one, other in zip(straight.tracks, quiet.tracks, strict=True):
        np.testing.assert_allclose(one.azimuth, other.azimuth, atol=1e-3)
        np.testing.assert_allclose(one.level_db - other.level_db, 18.06, atol=0.05)


def test_time_shift_shifts() -> None:
    sound = binaural((30.0, bursts(np.random.default_rng(8), 2.0)))
    late = np.concatenate([np.zeros((2, RATE // 2), np.float32), sound], axis=1)
    straight, shifted = (hear_tracks((x, RATE)).tracks[0] for x in (sound, late))
    assert shifted.sounding[0][0] == pytest.approx(straight.sounding[0][0] + 0.5, abs=0.03)
    assert np.median(shifted.azimuth) == pytest.approx(np.median(straight.azimuth), abs=0.2)


def test_start_and_end_cut_what_is_heard(two_sources: Samples) -> None:
    heard = hear_tracks((two_sources, RATE), start=1.0, end=2.0)
    assert heard.duration == pytest.approx(1.0)
    assert min(one.times[0] for one in heard.tracks) >= 1.0


def test_long_sound_is_one_track_across_stretches() -> None:
    sound = np.tile(binaural((-35.0, bursts(np.random.default_rng(9), 3.0))), 8)
    heard = hear_tracks((sound, RATE))
    assert angles(heard) == [pytest.approx(-35.0, abs=2.5)]
    assert np.all(np.diff(heard.tracks[0].times) > 0)


@pytest.mark.parametrize(
    "samples",
    [
        np.array([[np.nan, 0.0]]),
        np.array([[np.inf], [0.0]]),
        np.zeros((32, 100)),
        np.zeros((2, 0)),
        np.full((2, 9), 32767.0),
    ],
)
def test_what_cannot_be_heard_is_refused(samples: np.ndarray) -> None:
    with pytest.raises(InputError, match="expected"):
        hear_tracks((samples.astype(np.float32), RATE))


@pytest.mark.parametrize(
    ("make", "rate"),
    [
        (lambda rng: np.ones((2, 1)), 48000),
        (lambda rng: np.ones((1, 1)), 48000),
        (lambda rng: np.zeros((2, 9000)), 48000),
        (lambda rng: np.zeros((4, 9000)), 48000),
        (lambda rng: np.full((2, 9000), 0.5), 48000),
        (lambda rng: np.clip(3 * rng.normal(size=(2, 9000)), -1, 1), 48000),
        (lambda rng: 0.1 * rng.normal(size=(2, 9000)), 8000),
        (lambda rng: 0.1 * rng.normal(size=(16, 9000)), 96000),
        (lambda rng: np.repeat(0.1 * rng.normal(size=(1, 9000)), 2, axis=0) * [[1], [-1]], 44100),
    ],
)
def test_odd_sounds_give_finite_answers(make: Callable[[np.random.Generator], np.ndarray], rate: int) -> None:
    source = make(np.random.default_rng(0)).astype(np.float32), rate
    heard = hear_tracks(source)
    for block in track_spectra(source, heard):
        assert np.isfinite(block.power).all()
    for one in heard.tracks:
        assert np.isfinite(one.level_db).all()
        assert 0.0 <= one.confidence <= 1.0
    assert bool(heard.tracks) == bool(np.ptp(source[0]) > 0)


def test_clipping_and_dc_are_remarked() -> None:
    rng = np.random.default_rng(0)
    assert "clips" in " ".join(
        hear_tracks((np.clip(3 * rng.normal(size=(2, 9000)), -1, 1).astype(np.float32), RATE)).remarks
    )
    assert "DC" in " ".join(hear_tracks((np.full((1, 9000), 0.5, np.float32), RATE)).remarks)


def test_spectra_share_the_mix(two_sources: Samples) -> None:
    heard = hear_tracks((two_sources, RATE))
    power = np.concatenate([one.power for one in track_spectra((two_sources, RATE), heard)], axis=1)
    assert power.shape[:2] == (2, 150)
    window = 1.5  # of Hann: mean of the sum over bins of the squares, against the mean square
    assert power.sum(axis=(0, 2)).mean() / window == pytest.approx(
        float((two_sources.astype(float) ** 2).mean()), rel=0.1
    )


def test_spectra_tell_the_sources_apart() -> None:
    spectrum = np.fft.rfft(bursts(np.random.default_rng(3), 2.0))
    frequency = np.fft.rfftfreq(2 * RATE, 1 / RATE)
    low, high = (np.fft.irfft(spectrum * part).astype(np.float32) for part in (frequency < 1000, frequency > 2000))
    source = binaural((50.0, low), (-50.0, high)), RATE
    heard = hear_tracks(source)
    assert len(heard.tracks) == 2
    block = next(iter(track_spectra(source, heard)))
    order = np.argsort([np.median(one.azimuth) for one in heard.tracks])
    right, left = block.power[order, 10:90].sum(axis=1)
    below = block.frequency < 1500
    assert left[below].sum() > 20 * right[below].sum()
    assert right[~below].sum() > 2 * left[~below].sum()


def test_delays_follow_kuhn_and_woodworth() -> None:
    angle = np.deg2rad(20.0)
    low, high = (
        float(ear_differences(np.array([f]), np.array([-20.0, 20.0])).phase[0, 1]) / (2 * np.pi * f)
        for f in (150.0, 6000.0)
    )
    assert low == pytest.approx(3 * 0.0875 / 343 * np.sin(angle), rel=0.05)
    assert high == pytest.approx(0.0875 / 343 * (angle + np.sin(angle)), rel=0.02)


def test_sphere_is_loud_in_front_and_dark_behind() -> None:
    front, side, shadow = abs(sphere_response(np.array([5000.0]), np.array([0.0, 90.0, 150.0])))[0]
    assert front == pytest.approx(2.0, abs=0.1)  # the wall's doubling
    assert front > side > shadow


def test_asked_numbers_on_the_shared_clips(shared: Path) -> None:
    single, pair, moving, counted = [], [], [], []
    for clip in json.loads((shared / "data/localisation/annotations.json").read_text())["clips"]:
        heard = hear_tracks(shared / "data" / clip["file"])
        truth = clip["sources"]
        if clip["kind"] == "single":
            single.append(abs(angles(heard)[0] - truth[0]["azimuth_deg"]))
        elif clip["kind"] == "pair":
            counted.append(len(heard.tracks) == 2)
            if counted[-1]:
                both = zip(sorted(angles(heard)), sorted(one["azimuth_deg"] for one in truth), strict=True)
                pair += [abs(a - b) for a, b in both]
        else:
            track = heard.tracks[0]
            asked = np.interp(track.times, truth[0]["track_t_s"], truth[0]["track_azimuth_deg"])
            moving.append(float(np.sqrt(np.mean((track.azimuth - asked) ** 2))))
    assert np.median(single) <= 1.5
    assert np.percentile(single, 90) <= 5.0
    assert np.median(pair) <= 5.0
    assert np.mean(counted) >= 0.8
    assert max(moving) <= 6.0
