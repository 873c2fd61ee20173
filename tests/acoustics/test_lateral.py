"""Back from two ears to the lateral angle."""

import csv
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from seehear.acoustics.hrtf import default_hrtf
from seehear.acoustics.lateral import LateralTable
from seehear.errors import InputError
from seehear.scene import angles_to_vector, vector_to_angles

RATE, COUNT = 48000, 24000


def report(numbers):
    """Show what was measured beside what was asked, with ``pytest -rA``."""
    sys.stdout.write(f"{numbers}\n")


@pytest.fixture(scope="module")
def table():
    return LateralTable(default_hrtf())


def heard(table, signal, direction):
    """Render a signal at each direction by FFT, and measure: (k,) deg."""
    hrtf, size = default_hrtf(), 1 << 15
    frequency, spectrum = np.fft.rfftfreq(size, 1 / RATE), np.fft.rfft(signal, size)
    found = []
    for at in direction:
        turn = np.exp(-2j * np.pi * frequency * (hrtf.delay_at(at[None])[0][:, None] + 1e-3))
        ears = np.fft.irfft(spectrum * np.fft.rfft(hrtf.filters_at(at[None])[0], size) * turn)[:, : len(signal)]
        found.append(table.lateral_from_itd(table.itd_of(ears.astype(np.float32)).itd))
    return np.array(found)


def noise(rolloff=0.0):
    spectrum = np.fft.rfft(np.random.default_rng(5).standard_normal(COUNT))
    return np.fft.irfft(spectrum / np.maximum(np.fft.rfftfreq(COUNT, 1 / RATE), 20.0) ** rolloff)


def vowels():
    """Harmonics of a gliding 120 Hz voice under three formants, at the pace of syllables."""
    time = np.arange(COUNT) / RATE
    phase = 2 * np.pi * np.cumsum(120 + 20 * np.sin(4 * np.pi * time)) / RATE
    formants = {k: sum(np.exp(-(((k * 120 - f) / 120) ** 2)) for f in (600, 1200, 2500)) / k**0.5 for k in range(1, 40)}
    return sum(a * np.cos(k * phase) for k, a in formants.items()) * (0.6 + 0.4 * np.sin(16 * np.pi * time))


def chirps():
    """A bird's: 3.5 kHz swept by 1 kHz, nothing below 1.5 kHz."""
    time = np.arange(COUNT) / RATE
    phase = 2 * np.pi * np.cumsum(3500 + 1000 * np.sin(2 * np.pi * 20 * time)) / RATE
    return np.sin(phase) * np.hanning(COUNT)


SOUNDS = {"white": noise(), "pink": noise(0.5), "brown": noise(1.0), "vowels": vowels()}


@pytest.mark.parametrize("name", SOUNDS)
def test_lateral_angles_of_the_sets_own_directions_are_recovered(table, name):
    """Horizon: within 3 deg to 60 deg of lateral angle, 6 deg beyond, front and back; in front within 1 deg."""
    azimuth, elevation = vector_to_angles(default_hrtf().directions)
    flat = np.abs(elevation) < 1.0
    direction, azimuth = default_hrtf().directions[flat], azimuth[flat]
    lateral = table.lateral_of(direction)
    error = np.abs(heard(table, SOUNDS[name], direction) - lateral)
    front, near = np.abs(azimuth) <= 90.01, np.abs(lateral) <= 60.01
    report(
        f"{name}, horizon, error to 60 deg / beyond: front {error[front & near].max():.1f} / "
        f"{error[front & ~near].max():.1f}, back {error[~front & near].max():.1f} / {error[~front & ~near].max():.1f}"
    )
    assert error[near].max() < 3.0
    assert error[~near].max() < 6.0
    assert error[front & near].max() < 1.0


def test_elevated_directions_are_recovered_as_far_as_they_share_the_horizons_delays(table):
    """A head is no sphere: 20 deg up, the same lateral angle has a little more delay, below and high up less."""
    elevation = vector_to_angles(default_hrtf().directions)[1]
    some = (np.abs(elevation) < 31.0) & (np.abs(elevation) > 1.0)
    direction = default_hrtf().directions[some][::3]
    lateral = table.lateral_of(direction)
    error = np.abs(heard(table, SOUNDS["white"], direction) - lateral)
    near = np.abs(lateral) <= 60.01
    report(
        f"white, elevations to 30 deg: {error[near].max():.1f} / {error[~near].max():.1f} deg, mean {error.mean():.1f}"
    )
    assert error[near].max() < 7.5
    assert error[~near].max() < 12.0
    assert error.mean() < 3.0


def test_a_sound_with_nothing_below_1500_hz_is_found_by_phase_and_level(table):
    direction = angles_to_vector(np.array([-60.0, -35.0, -10.0, 0.0, 20.0, 45.0, 60.0]))
    error = heard(table, chirps(), direction) - table.lateral_of(direction)
    assert np.abs(error).max() < 4.0


def test_the_table_rises_is_odd_and_agrees_with_the_measured_delays(table, shared):
    assert (np.diff(table.itd) > 0).all()
    np.testing.assert_allclose(table.itd, -table.itd[::-1], atol=1e-12)
    with (shared / "spec/golden_acoustics/kemar_cues.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["elevation"] == "0" and abs(float(row["azimuth"])) <= 90]
    measured = np.array([float(row["itd_us"]) for row in rows])
    ours = np.interp([float(row["azimuth"]) for row in rows], table.lateral, table.itd) * 1e6
    assert (
        np.abs(ours - measured).max() < 40
    )  # a white sound's here; there each frequency as loud as the head lets it be


def test_delay_and_angle_are_inverse(table):
    lateral = np.linspace(-74.0, 74.0, 75)
    delay = np.interp(lateral, table.lateral, table.itd)
    np.testing.assert_allclose(table.lateral_from_itd(delay), lateral, atol=1e-9)
    assert table.lateral_from_itd([-2e-3, 2e-3]).tolist() == [-90.0, 90.0]
    np.testing.assert_allclose(table.lateral_of([[0, 2, 0], [1, 1, 0], [-1, 1, 0], [0, 0, 1]]), [90, 45, 45, 0])


def test_strength_tells_one_source_from_none(table):
    rng = np.random.default_rng(6)
    one = rng.standard_normal(4800)
    assert table.itd_of(np.stack([one, one])).strength > 0.99
    assert abs(table.itd_of(np.stack([one, one])).itd) < 1e-7
    assert table.itd_of(rng.standard_normal((2, 48000))).strength < 0.1
    assert table.itd_of(np.zeros((2, 4800))) == (0.0, 0.0)
    assert table.itd_of(np.zeros((2, 0))) == (0.0, 0.0)


def test_other_than_two_channels_are_refused(table):
    with pytest.raises(InputError, match=r"\(2, samples\)"):
        table.itd_of(np.zeros((3, 100)))


def test_recordings_of_another_head_are_placed(table, shared):
    """17 clips made with TU Berlin's KEMAR, known to 1 deg: median error below 3 deg, none above 10."""
    import soundfile
    import soxr

    folder = shared / "data/localisation"
    clips = json.loads((folder / "annotations.json").read_text())["clips"]
    errors = []
    for clip in clips:
        if clip["kind"] != "single" or clip["reverberant"]:
            continue
        samples, rate = soundfile.read(folder / Path(clip["file"]).name, dtype="float32")
        ears = np.ascontiguousarray(soxr.resample(samples, rate, RATE).T)
        windows = [ears[:, k : k + 4800] for k in range(0, ears.shape[1] - 4800, 4800)]
        delays = [table.itd_of(window) for window in windows]
        lateral = table.lateral_from_itd([delay.itd for delay in delays])
        weight = [(window**2).sum() * delay.strength for window, delay in zip(windows, delays, strict=True)]
        order = np.argsort(lateral)
        share = np.cumsum(np.array(weight)[order])
        heard_at = lateral[order][np.searchsorted(share, share[-1] / 2)]
        truth = table.lateral_of(angles_to_vector(clip["sources"][0]["azimuth_deg"]))
        errors.append(abs(float(heard_at - truth)))
    report(f"{len(errors)} clips: median error {np.median(errors):.1f}, largest {max(errors):.1f} deg")
    assert len(errors) >= 10
    assert np.median(errors) < 3.0
    assert max(errors) < 10.0
