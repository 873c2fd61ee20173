"""The parametric decoder against the head itself: plane waves, diffuse fields, two at once."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.signal import fftconvolve

from seehear.acoustics.ambisonics import sphere_quadrature, spherical_harmonics
from seehear.acoustics.hrtf import default_hrtf
from seehear.acoustics.lateral import LateralTable
from seehear.acoustics.parametric import ParametricDecoder, parameters_of
from seehear.acoustics.sound_field import linear_binaural
from seehear.acoustics.virtual_speakers import lateness, speaker_filters
from seehear.errors import InputError
from seehear.scene import angles_to_vector

RATE = 48000


@pytest.fixture(scope="module")
def decoder():
    return ParametricDecoder(default_hrtf(RATE))


@pytest.fixture(scope="module")
def lateral():
    return LateralTable(default_hrtf(RATE))


def noise(count: int = RATE, *, seed: int = 0) -> np.ndarray:
    return 0.1 * np.random.default_rng(seed).standard_normal(count)


def wave(direction: np.ndarray, sound: np.ndarray) -> np.ndarray:
    return (spherical_harmonics(direction, 1)[:, None] * sound).astype(np.float32)


def through_head(directions: np.ndarray, sounds: np.ndarray) -> np.ndarray:
    """What the head's own filters make of sounds from directions."""
    filters = speaker_filters(default_hrtf(RATE), np.atleast_2d(directions))
    ears = np.stack([fftconvolve(np.atleast_2d(sounds), one, axes=1).sum(axis=0) for one in filters])
    return ears[:, lateness(RATE) :][:, : np.atleast_2d(sounds).shape[1]].astype(np.float32)


@pytest.mark.parametrize(("azimuth", "elevation"), [(0, 0), (30, 0), (90, 0), (-45.4, 20.3), (135, -10), (180, 60)])
def test_one_plane_wave_is_the_heads_own_filter(decoder, lateral, azimuth, elevation):
    direction, sound = angles_to_vector(azimuth, elevation), noise()
    ears, own = decoder.decode(wave(direction, sound)), through_head(direction, sound)
    level = 10 * np.log10((ears**2).sum(axis=1) / (own**2).sum(axis=1))
    assert np.abs(level).max() < 0.2  # dB
    assert abs(lateral.itd_of(ears).itd - lateral.itd_of(own).itd) < 5e-6  # s
    assert ((ears - own) ** 2).sum() < 10**-2.0 * (own**2).sum()


def test_a_plain_first_order_decode_is_far_from_it(lateral):
    direction, sound = angles_to_vector(60.0), noise()
    ears, own = linear_binaural(wave(direction, sound), default_hrtf(RATE)), through_head(direction, sound)
    assert abs(lateral.itd_of(ears).itd - lateral.itd_of(own).itd) > 100e-6


def test_a_diffuse_field_keeps_its_energy_and_its_width(decoder):
    points, _ = sphere_quadrature(12)
    sounds = np.random.default_rng(1).standard_normal((len(points), 2 * RATE)) * 0.05
    ears = decoder.decode((spherical_harmonics(points, 1).T @ sounds).astype(np.float32))
    own = through_head(points, sounds)
    level = 10 * np.log10((ears**2).sum(axis=1) / (own**2).sum(axis=1))
    assert np.abs(level).max() < 1.0  # dB
    spectra, whole = np.fft.rfft(ears), np.fft.rfft(own)
    edge = np.searchsorted(np.fft.rfftfreq(2 * RATE, 1 / RATE), [100, 200, 400, 800, 1600, 3200, 6400, 12800])
    for low, high in pairwise(edge):
        band = 10 * np.log10((np.abs(spectra[:, low:high]) ** 2).sum(1) / (np.abs(whole[:, low:high]) ** 2).sum(1))
        assert np.abs(band).max() < 2.0
        assert abs(coherence(spectra[:, low:high]) - coherence(whole[:, low:high])) < 0.3


def coherence(pair: np.ndarray) -> float:
    power = (np.abs(pair) ** 2).sum(axis=1)
    return float((pair[0] * pair[1].conj()).sum().real / np.sqrt(power[0] * power[1]))


def test_two_voices_apart_in_frequency_keep_their_own_directions(decoder, lateral):
    left, right = np.sin(2 * np.pi * 400 * np.arange(RATE) / RATE), np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE)
    field = wave(angles_to_vector(60.0), left) + wave(angles_to_vector(-60.0), right)
    ears = np.fft.rfft(decoder.decode(field))
    own = np.fft.rfft(through_head(angles_to_vector([60.0, -60.0]), np.stack([left, right])))
    for hertz in (400, 1000):
        told = np.angle(ears[0, hertz] / ears[1, hertz]) - np.angle(own[0, hertz] / own[1, hertz])
        assert abs(np.angle(np.exp(1j * told))) < 0.1


def test_diffuseness_is_0_for_one_wave_and_near_1_for_a_diffuse_field(decoder):
    points, _ = sphere_quadrature(12)
    sounds = np.random.default_rng(2).standard_normal((len(points), RATE))
    fields = [wave(points[0], sounds[0]), (spherical_harmonics(points, 1).T @ sounds).astype(np.float32)]
    psi = [parameters_of(decoder._cells(one), RATE / decoder._size, 512 / RATE).diffuseness for one in fields]
    assert np.median(psi[0]) < 0.01
    assert psi[1].mean() > 0.8


def test_silence_stays_silent_and_lengths_are_kept(decoder):
    for count in (1, 511, 512, 4097):
        ears = decoder.decode(np.zeros((4, count), np.float32))
        assert ears.shape == (2, count)
        assert not ears.any()


def test_no_other_field_is_taken(decoder):
    with pytest.raises(InputError, match=r"\(4, n\)"):
        decoder.decode(np.zeros((9, 100), np.float32))
