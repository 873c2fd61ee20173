"""The built-in set: what is rendered has the measured interaural delay and level; smooth and mirror-symmetric."""

import csv
import sys
from importlib.resources import files

import numpy as np
import pytest

from seehear.acoustics.hrtf import ONSET, Hrtf, default_hrtf
from seehear.acoustics.hrtf_delay import arrival_times
from seehear.acoustics.hrtf_mesh import RingMesh, SphereMesh
from seehear.errors import InputError
from seehear.scene import angles_to_vector, vector_to_angles

OCTAVES = (250, 500, 1000, 2000, 4000, 8000)
RATE = 48000


def report(numbers):
    """Show what was measured beside what was asked, with ``pytest -rA``."""
    sys.stdout.write(f"{numbers}\n")


@pytest.fixture(scope="module")
def measured():
    """The set as measured: responses (710, 2, 512) at 44.1 kHz."""
    with files("seehear.acoustics").joinpath("data/kemar.npz").open("rb") as file, np.load(file) as data:
        return data["responses"] * float(data["scale"])


@pytest.fixture(scope="module")
def rendered():
    """Filter and delay together, at the set's own directions, 3 ms late: (710, 2, 1600) at 48 kHz."""
    hrtf, size = default_hrtf(RATE), 1600
    late = hrtf.delay_at(hrtf.directions) + 3e-3
    turn = np.exp(-2j * np.pi * np.fft.rfftfreq(size, 1 / RATE) * late[..., None])
    return np.fft.irfft(np.fft.rfft(hrtf.filters_at(hrtf.directions), size) * turn, size)


def octave_levels(responses, rate):
    """Level in each octave band, dB re the power of a unit impulse there; on a 10 Hz grid for both rates."""
    power = np.abs(np.fft.rfft(responses, rate // 10)) ** 2
    frequency = np.arange(power.shape[-1]) * 10.0
    bands = [(frequency >= f / 2**0.5) & (frequency < f * 2**0.5) for f in OCTAVES]
    return np.stack([10 * np.log10(power[..., band].mean(-1)) for band in bands], axis=-1)


def interaural_delay(responses, rate):
    """t_right - t_left, s: order-6 Butterworth low-pass 1.5 kHz both ways, correlation upsampled 16 times, parabola."""
    from scipy.signal import butter, sosfiltfilt

    wide = np.pad(responses, ((0, 0), (0, 0), (256, 256)))
    low = sosfiltfilt(butter(6, 1500, fs=rate, output="sos"), wide)
    size = 2 * low.shape[-1]
    spectrum = np.fft.rfft(low, size)
    wave = np.fft.irfft(spectrum[:, 1] * spectrum[:, 0].conj(), 16 * size)
    reach = 16 * rate // 1000
    wave = np.concatenate([wave[:, -reach:], wave[:, : reach + 1]], axis=1)
    peak, row = np.clip(wave.argmax(axis=1), 1, 2 * reach - 1), np.arange(len(wave))
    before, top, after = wave[row, peak - 1], wave[row, peak], wave[row, peak + 1]
    return (peak - reach + 0.5 * (before - after) / (before - 2 * top + after)) / (16 * rate)


def test_interaural_delay_is_the_measured_one_at_all_directions(measured, rendered):
    difference = np.abs(interaural_delay(rendered, RATE) - interaural_delay(measured, 44100)) * 1e6
    report(f"interaural delay against the measured set, 710 directions: at most {difference.max():.2f} us (asked: 20)")
    assert difference.max() < 2.0


def test_level_is_the_measured_one_in_all_octaves_at_all_directions(measured, rendered):
    difference = np.abs(octave_levels(rendered, RATE) - octave_levels(measured, 44100)).max(axis=(0, 1))
    report(f"octave levels against the measured set: at most {difference.round(3).tolist()} dB (asked: 0.5)")
    assert difference.max() < 0.15


def test_cues_agree_with_an_independent_program(shared, rendered):
    """shared/spec/golden_acoustics/kemar_cues.csv: interaural delay within 5 us, level within 0.1 (250 Hz: 0.3) dB."""
    azimuth, elevation = vector_to_angles(default_hrtf(RATE).directions)
    place = {(round(a, 1), round(e)): k for k, (a, e) in enumerate(zip(azimuth, elevation, strict=True))}
    with (shared / "spec/golden_acoustics/kemar_cues.csv").open() as file:
        rows = list(csv.DictReader(file))
    which = [
        place[round(float(r["azimuth"]), 1) if float(r["azimuth"]) != 180 else -180.0, int(r["elevation"])]
        for r in rows
    ]
    levels = octave_levels(rendered[which], RATE)
    theirs = np.array([[float(row[f"ild_{octave}_db"]) for octave in OCTAVES] for row in rows])
    delay = interaural_delay(rendered[which], RATE) * 1e6 - [float(row["itd_us"]) for row in rows]
    level = np.abs(levels[:, 0] - levels[:, 1] - theirs).max(axis=0)
    report(f"kemar_cues.csv, {len(rows)} directions: {np.abs(delay).max():.2f} us, {level.round(3).tolist()} dB")
    assert np.abs(delay).max() < 5.0
    assert (level < [0.3, 0.15, 0.1, 0.1, 0.1, 0.15]).all()


def test_package_data_are_the_measurement_to_the_last_bit(shared, measured):
    import h5py

    with h5py.File(shared / "data/hrtf/MIT_KEMAR_normal_pinna.sofa") as file:
        assert np.array_equal(measured, file["Data.IR"][()])
        azimuth, elevation = vector_to_angles(default_hrtf().directions)
        np.testing.assert_allclose(azimuth % 360, file["SourcePosition"][:, 0], atol=1e-6)
        np.testing.assert_allclose(elevation, file["SourcePosition"][:, 1], atol=1e-6)


def test_left_and_right_are_mirror_images():
    hrtf, rng = default_hrtf(), np.random.default_rng(1)
    direction = np.concatenate([rng.normal(size=(2000, 3)), angles_to_vector(np.arange(360.0), 0.0)])
    twin = direction * [1, -1, 1]
    assert np.abs(hrtf.filters_at(direction)[:, 0] - hrtf.filters_at(twin)[:, 1]).max() < 1e-6
    assert np.abs(hrtf.filters_at(direction)[:, 1] - hrtf.filters_at(twin)[:, 0]).max() < 1e-6
    assert np.abs(hrtf.delay_at(direction)[:, 0] - hrtf.delay_at(twin)[:, 1]).max() < 1e-12


@pytest.mark.parametrize("elevation", [-80, -40, -25, 0, 5, 30, 62, 85])
def test_a_turn_round_the_head_in_steps_of_a_degree_is_smooth(elevation):
    """Delay: at most 8 us a degree, its slope changing by at most 0.5 us. Filter: at most 0.25 of its norm a degree."""
    hrtf = default_hrtf()
    direction = angles_to_vector(np.arange(361.0), elevation)
    delay, filters = hrtf.delay_at(direction) * 1e6, hrtf.filters_at(direction)
    change = np.linalg.norm(np.diff(filters, axis=0), axis=-1) / np.linalg.norm(filters[1:], axis=-1)
    report(f"elevation {elevation}: {np.abs(np.diff(delay, axis=0)).max():.2f} us, filter {change.max():.3f} a degree")
    assert np.abs(np.diff(delay, axis=0)).max() < 8.0
    assert np.abs(np.diff(delay, n=2, axis=0)).max() < 0.5
    assert change.max() < 0.25


def test_nothing_jumps_however_small_the_step():
    """Along an arc over, under and round the head: a step 1000 times smaller changes the filter about as much less."""
    hrtf = default_hrtf()
    turn = np.deg2rad(np.linspace(0.0, 360.0, 1441))
    for across in ([0.0, 0.6, 0.8], [0.0, 0.0, 1.0], [0.1, 0.9, -0.4]):
        points = np.cos(turn)[:, None] * [1.0, 0.0, 0.0] + np.sin(turn)[:, None] * (np.array(across))
        near = points + 1e-6 * np.roll(points, 1, axis=1)
        assert np.abs(hrtf.filters_at(points) - hrtf.filters_at(near)).max() < 1e-4
        assert np.abs(hrtf.delay_at(points) - hrtf.delay_at(near)).max() < 1e-9


def test_weights_point_where_asked_and_are_exact_at_the_sets_own_directions():
    hrtf = default_hrtf()
    own = hrtf.filters_at(hrtf.directions)
    assert np.array_equal(own, hrtf.filters[:710])
    direction = np.random.default_rng(2).normal(size=(3000, 3))
    indices, weights = hrtf.weights_at(direction)
    assert weights.min() >= 0.0
    np.testing.assert_allclose(weights.sum(axis=1), 1.0, atol=1e-12)
    points = np.concatenate([hrtf.directions, [[0.0, 0.0, -1.0]]])
    met = np.einsum("kc,kcx->kx", weights, points[indices])
    unit = direction / np.linalg.norm(direction, axis=1, keepdims=True)
    assert np.abs(met / np.linalg.norm(met, axis=1, keepdims=True) - unit).max() < 1e-9


def test_delays_are_those_of_a_head():
    """A sphere of 8.75 cm (Woodworth) has 656 us at 90 deg, 261 us at 30; below the set nothing grows."""
    hrtf = default_hrtf()
    delay = hrtf.delay_at(angles_to_vector([0.0, 30.0, 90.0, 180.0])) * 1e6
    itd = delay[:, 1] - delay[:, 0]
    assert abs(itd[0]) < 1e-6
    assert abs(itd[3]) < 1e-6
    assert 220 < itd[1] < 320
    assert 600 < itd[2] < 720
    assert abs(delay[0].mean()) < 1e-6
    below = hrtf.delay_at(angles_to_vector(np.arange(360.0), -65.0)) * 1e6
    assert np.ptp(below[:, 1] - below[:, 0]) < 2 * 430
    straight = hrtf.delay_at(np.array([[0.0, 0.0, -1.0], [0.0, 0.0, 1.0]]))
    assert np.abs(straight[:, 0] - straight[:, 1]).max() < 1e-9


def test_filters_start_together():
    hrtf = default_hrtf()
    early = (hrtf.filters[..., : ONSET // 2] ** 2).sum(-1) / (hrtf.filters**2).sum(-1)
    assert early.max() < 1e-4


@pytest.mark.parametrize(("rate", "tolerance"), [(22050, 0.5), (32000, 0.2), (44100, 0.1), (96000, 0.2)])
def test_other_rates_keep_level_and_delay(rate, tolerance):
    one, other = default_hrtf(RATE), default_hrtf(RATE).resampled(rate)
    assert other.sample_rate == rate
    low = OCTAVES.index(8000) if rate < 32000 else len(OCTAVES)
    difference = octave_levels(other.filters[:710], rate)[..., :low] - octave_levels(one.filters[:710], RATE)[..., :low]
    assert np.abs(difference).max() < tolerance
    np.testing.assert_allclose(other.delay_at(other.directions), one.delay_at(one.directions), atol=1e-12)
    assert one.resampled(RATE) is one


def test_arrival_of_a_shifted_response_is_shifted():
    """Fractional shifts of a decaying noise are found to a hundredth of a sample."""
    pulse = np.zeros(512)
    pulse[:200] = np.random.default_rng(3).normal(size=200) * np.exp(-np.arange(200) / 8.0)
    pulse[0] = 3.0
    frequency = np.fft.rfftfreq(1024)
    shift = np.array([20.0, 20.25, 20.5, 33.3])
    low = np.exp(-((frequency / 0.2) ** 2))
    moved = np.fft.irfft(np.fft.rfft(pulse, 1024) * low * np.exp(-2j * np.pi * frequency * shift[:, None]))[:, :512]
    found = arrival_times(moved, 48000) * 48000
    np.testing.assert_allclose(found - found[0], shift - shift[0], atol=0.01)


def test_a_ring_is_interpolated_in_azimuth_and_held_over_elevation():
    azimuth = np.arange(-180.0, 180.0, 10.0)
    mesh = RingMesh(angles_to_vector(azimuth, 0.0))
    indices, weights = mesh.weights_at(angles_to_vector([33.0, 33.0, -180.0, 175.0], [0.0, 70.0, 0.0, -20.0]))
    met = [
        {round(azimuth[i]): w for i, w in zip(*row, strict=True) if w > 1e-9}
        for row in zip(indices, weights, strict=True)
    ]
    for found in met[:2]:
        assert found == pytest.approx({30: 0.7, 40: 0.3})
    assert met[2] == pytest.approx({-180: 1.0})
    assert met[3] == pytest.approx({170: 0.5, -180: 0.5})


def test_directions_that_leave_a_side_empty_are_refused():
    with pytest.raises(InputError, match="surround"):
        SphereMesh(angles_to_vector(*np.meshgrid(np.arange(-60.0, 61.0, 20.0), [-30.0, 0.0, 30.0])).reshape(-1, 3))
    with pytest.raises(InputError, match="gap"):
        RingMesh(angles_to_vector(np.arange(-90.0, 91.0, 10.0)))


@pytest.mark.parametrize(
    ("responses", "rate", "match"),
    [
        (np.ones((8, 2, 32)), 48000, "directions"),
        (np.full((36, 2, 32), np.nan), 48000, "NaN"),
        (np.zeros((36, 2, 32)), 48000, "silent"),
        (np.ones((36, 2, 32)), 500, "8000"),
    ],
)
def test_what_cannot_be_a_set_is_refused(responses, rate, match):
    with pytest.raises(InputError, match=match):
        Hrtf("x", angles_to_vector(np.arange(0.0, 360.0, 10.0)), responses, response_rate=rate)


def test_directions_of_no_length_are_refused():
    with pytest.raises(InputError, match="longer than 0"):
        default_hrtf().delay_at(np.zeros((1, 3)))
    with pytest.raises(InputError, match=r"\(k, 3\)"):
        default_hrtf().filters_at(np.ones(3))
