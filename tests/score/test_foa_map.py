"""Energy maps: closed forms, the published procedure written out, laws."""

import numpy as np
import pytest
import soxr

from seehear.acoustics.ambisonics import rotate_harmonics, spherical_harmonics
from seehear.errors import InputError
from seehear.scene import angles_to_vector, rotation_matrix
from seehear.score import energy_map, energy_map_scores, mirrored
from seehear.score.foa_map import _auc, solid_angles
from tests.score.conftest import RATE, noise, rendered


def wave(azimuth, elevation=0.0, seed=0):
    return (spherical_harmonics(angles_to_vector(azimuth, elevation), 1)[:, None] * noise(seed)).astype(np.float32)


def scored(prediction, truth, **options):
    return energy_map_scores(prediction, truth, sample_rate=RATE, **options)


def test_the_map_of_a_plane_wave_in_closed_form():
    """(1 + cos angle) times the wave's root mean square."""
    found = energy_map(wave(90.0, 20.0))
    azimuth, elevation = np.arange(179.0, -180, -2), np.arange(89.0, -90, -2)
    cosine = angles_to_vector(azimuth[None], elevation[:, None]) @ angles_to_vector(90.0, 20.0)
    np.testing.assert_allclose(found, (1 + cosine) * np.sqrt((noise(0) ** 2).mean()), rtol=1e-5, atol=1e-6)
    assert solid_angles().sum() == pytest.approx(1.0)


def published(mine, theirs):
    """The published evaluation written out anew: rows thinned to round(width sin), Pearson, Judd's AUC by steps."""

    def thinned(grid):
        rows = []
        for row, values in enumerate(grid):
            count = int(np.round(180 * np.sin(np.pi * (row + 0.5) / 90)))
            rows.append(np.interp(np.arange(count) * 180 / count, np.arange(180), values, period=180))
        return np.concatenate(rows)

    a, b = (thinned(energy_map(one, weights="published")) for one in (mine, theirs))
    hot = a[b > b.max() - b.std()]
    steps = np.sort(hot)[::-1]
    above = np.array([(a >= step).sum() for step in steps])
    hits = np.concatenate([[0], np.arange(len(hot)) / len(hot), [1]])
    misses = np.concatenate([[0], (above - np.arange(len(hot))) / (len(a) - len(hot)), [1]])
    return np.corrcoef(a, b)[0, 1], np.trapezoid(hits, misses)


@pytest.mark.parametrize(
    ("a", "b"), [((0, 0), (30, 10)), ((120, 0), (-60, 40)), ((45, -30), (80, 0)), ((170, 5), (-170, 0))]
)
def test_it_agrees_with_the_published_procedure(a, b):
    """0.01: whole points are left out there, weighed here."""
    mine, theirs = wave(*a) + 0.3 * wave(-100, 10, seed=1), wave(*b)
    cc, auc = published(mine, theirs)
    got = scored(mine, theirs, weights="published")
    assert got.cc.value == pytest.approx(cc, abs=0.01)
    assert got.auc.value == pytest.approx(auc, abs=0.01)


def test_two_waves_correlate_by_the_cosine_between_them():
    """Both maps are 1 + cos: Pearson over the sphere is the cosine of the angle."""
    for angle in (0.0, 45.0, 90.0, 135.0, 180.0):
        assert scored(wave(angle), wave(0.0)).cc.value == pytest.approx(np.cos(np.deg2rad(angle)), abs=1e-3)


def test_auc_by_counting_pairs():
    """Weighted pairs of a hot and a cold point; equal heights count half."""
    rng = np.random.default_rng(0)
    height, weight, hot = rng.integers(0, 6, 40).astype(float), rng.random(40), rng.random(40) < 0.3
    wins = (height[:, None] > height) + 0.5 * (height[:, None] == height)
    pairs = np.outer(hot * weight, ~hot * weight)
    assert _auc(height, hot * weight, ~hot * weight) == pytest.approx((wins * pairs).sum() / pairs.sum())


def test_laws():
    clip = rendered("two", "foa")
    own = scored(clip.samples, clip.samples, window=0.5)
    assert own.cc.value == pytest.approx(1.0)
    assert own.auc.value == pytest.approx(1.0)
    assert own.cc.n == 3
    left = rendered("left", "foa")
    swapped = scored(mirrored(left.samples, left.layout), left.samples)
    assert swapped.cc.value == pytest.approx(np.cos(np.deg2rad(50.0)), abs=1e-3)
    assert 0.5 < swapped.auc.value < 0.99 < scored(left.samples, left.samples).auc.value
    turn = rotate_harmonics(rotation_matrix(37.0, 20.0, 10.0), 1)
    one, other = wave(20.0), wave(70.0, 30.0)
    turned = scored((turn @ one).astype(np.float32), (turn @ other).astype(np.float32))
    assert turned.cc.value == pytest.approx(scored(one, other).cc.value, abs=1e-3)
    assert turned.auc.value == pytest.approx(scored(one, other).auc.value, abs=0.01)


def test_a_mono_copy_scores_exactly_chance():
    mono = np.zeros((4, RATE), dtype=np.float32)
    mono[0] = noise(3)[:RATE]
    got = scored(mono, wave(40.0))
    assert (got.cc.value, got.auc.value) == (0.0, 0.5)
    assert (got.cc.extra["chance"], got.auc.extra["chance"]) == (0.0, 0.5)


def test_silence_and_a_reference_without_direction_are_undefined():
    clip = wave(10.0)
    for bad in (scored(0 * clip, clip), scored(clip, 0 * clip), scored(clip, clip * np.array([[1], [0], [0], [0]]))):
        assert np.isnan(bad.cc.value)
        assert "1 of 1 windows" in bad.auc.reason
    assert scored(clip[:, :0], clip).cc.reason == "silence"
    with pytest.raises(InputError, match="order 1 or more"):
        scored(clip[:1], clip)


def test_resampling_moves_nothing():
    clip = rendered("two", "foa").samples
    back = soxr.resample(soxr.resample(clip.T, 48000, 44100), 44100, 48000).T
    for a, b in zip(scored(clip, wave(60.0)), scored(back, wave(60.0)), strict=True):
        assert a.value == pytest.approx(b.value, rel=0.005)


def test_higher_orders_are_read_by_their_first_four_channels():
    hoa = rendered("left", "hoa3").samples
    assert scored(hoa, wave(25.0)).cc.value == pytest.approx(1.0, abs=1e-3)
