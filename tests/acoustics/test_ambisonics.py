"""Spherical harmonics, rotation and weights: golden tables and laws."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seehear.acoustics.ambisonics import (
    ambix_to_fuma,
    degree_of_channels,
    fuma_to_ambix,
    max_re_weights,
    max_re_weights_approximate,
    n3d_to_sn3d,
    order_of_channels,
    rotate_harmonics,
    sn3d_to_n3d,
    sphere_quadrature,
    spherical_harmonics,
)
from seehear.acoustics.panning import panner_of
from seehear.errors import InputError
from seehear.media.layout import layout_of
from seehear.scene.direction import angle_between, angles_to_vector, rotation_matrix

ANGLE = st.floats(-180, 180, allow_nan=False)


def _directions(count=50, seed=1):
    found = np.random.default_rng(seed).normal(size=(count, 3))
    return found / np.linalg.norm(found, axis=1, keepdims=True)


@pytest.mark.golden
def test_harmonics_are_spaudiopys(shared):
    """spaudiopy 0.2.0 `sph.sh_matrix` rescaled to SN3D, 60 directions; tolerance: the file's ten digits."""
    table = json.loads((shared / "spec/golden_acoustics/spherical_harmonics.json").read_text())
    azimuth, elevation = zip(*((one["azimuth"], one["elevation"]) for one in table["directions"]), strict=True)
    ours = spherical_harmonics(angles_to_vector(azimuth, elevation), 3)
    np.testing.assert_allclose(ours, table["acn_sn3d"], atol=1e-9)


@pytest.mark.golden
def test_rotations_are_spaudiopys(shared):
    """spaudiopy 0.2.0 `sph.sh_rotation_matrix`; tolerance: the file's ten digits."""
    table = json.loads((shared / "spec/golden_acoustics/sh_rotation.json").read_text())
    turns = np.array([one["cartesian"] for one in table["rotations"]])
    np.testing.assert_allclose(rotate_harmonics(turns, 3), [one["sh_order3"] for one in table["rotations"]], atol=1e-9)


@pytest.mark.golden
def test_max_re_weights_are_the_published_ones(shared):
    """Exact: ear 2.1.0; approximate: spaudiopy 0.2.0; tolerance: the file's eight digits."""
    table = json.loads((shared / "spec/golden_acoustics/max_re_weights.json").read_text())
    for order, weights in table["weights_per_order"].items():
        np.testing.assert_allclose(max_re_weights(int(order)), weights["exact"], atol=1e-7)
        np.testing.assert_allclose(max_re_weights_approximate(int(order)), weights["approx_137.9"], atol=1e-7)


def test_order_seven_agrees_with_scipy():
    """`scipy.special.sph_harm_y` (complex, Condon-Shortley, orthonormal) turned into real SN3D."""
    from scipy.special import sph_harm_y

    u = _directions()
    azimuth, colatitude = np.arctan2(u[:, 1], u[:, 0]), np.arccos(u[:, 2])
    ours = spherical_harmonics(u, 7)
    for degree in range(8):
        for m in range(-degree, degree + 1):
            wave = sph_harm_y(degree, abs(m), colatitude, azimuth) * np.sqrt(4 * np.pi / (2 * degree + 1))
            wave = wave * (-1.0) ** m * np.sqrt(2.0 if m else 1.0)
            np.testing.assert_allclose(ours[:, degree**2 + degree + m], wave.real if m >= 0 else wave.imag, atol=1e-12)


def test_harmonics_are_orthogonal_over_the_sphere():
    points, weights = sphere_quadrature(14)
    y = spherical_harmonics(points, 7)
    np.testing.assert_allclose((y * weights[:, None]).T @ y, np.diag(1 / (2 * degree_of_channels(7) + 1)), atol=1e-14)


@settings(max_examples=25, deadline=None)
@given(ANGLE, ANGLE, ANGLE, st.integers(0, 7))
def test_turning_a_direction_turns_its_harmonics(yaw, pitch, roll, order):
    turn, u = rotation_matrix(yaw, pitch, roll), _directions(10)
    matrix = rotate_harmonics(turn, order)
    np.testing.assert_allclose(
        spherical_harmonics(u @ turn.T, order), spherical_harmonics(u, order) @ matrix.T, atol=1e-12
    )
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(len(matrix)), atol=1e-12)


def test_many_rotations_at_once_are_each_one():
    turns = rotation_matrix(np.linspace(-170, 170, 12).reshape(3, 4), 20.0, -5.0)
    together = rotate_harmonics(turns, 3)
    assert together.shape == (3, 4, 16, 16)
    np.testing.assert_allclose(together[2, 1], rotate_harmonics(turns[2, 1], 3), atol=1e-14)


@settings(max_examples=25, deadline=None)
@given(ANGLE, st.floats(-90, 90))
def test_mirroring_flips_the_sine_channels(azimuth, elevation):
    left, right = spherical_harmonics(angles_to_vector([azimuth, -azimuth], elevation), 3)
    m = np.array([n - d * d - d for n, d in enumerate(degree_of_channels(3))])
    np.testing.assert_allclose(left, np.where(m < 0, -right, right), atol=1e-12)


@pytest.mark.parametrize("name", ["foa", "hoa3"])
def test_a_static_sources_direction_is_right(name):
    """24 azimuths x 3 elevations by the intensity vector: asked < 0.1 deg."""
    azimuth, elevation = np.meshgrid(np.arange(-180, 180, 15), [-30, 0, 45])
    u = angles_to_vector(azimuth.ravel(), elevation.ravel())
    gains = panner_of(layout_of(name)).gains(u)
    assert angle_between(gains[:, [3, 1, 2]], u).max() < 1e-6
    np.testing.assert_allclose(gains[:, 0], 1.0)


def test_converters_return_what_they_got():
    samples = np.random.default_rng(0).normal(size=(16, 5))
    np.testing.assert_allclose(fuma_to_ambix(ambix_to_fuma(samples)), samples, atol=1e-15)
    np.testing.assert_allclose(n3d_to_sn3d(sn3d_to_n3d(samples)), samples, atol=1e-15)


def test_fuma_harmonics_peak_at_one():
    """Malham 2003: max-normalised, but W at -3 dB."""
    points, _ = sphere_quadrature(240)
    peaks = np.abs(ambix_to_fuma(spherical_harmonics(points, 3).T)).max(axis=1)
    np.testing.assert_allclose(peaks, [0.5**0.5, *[1.0] * 15], atol=2e-3)


def test_fuma_order_is_wxyz():
    x, y, z = ambix_to_fuma(spherical_harmonics(np.eye(3), 1).T)[1:]
    np.testing.assert_array_equal([x, y, z], np.eye(3))


@pytest.mark.parametrize("channels", [0, 2, 3, 5, 81, -4])
def test_odd_channel_counts_are_refused(channels):
    with pytest.raises(InputError, match="ambisonics must have 1, 4, 9, 16"):
        order_of_channels(channels)


def test_orders_beyond_seven_are_refused():
    with pytest.raises(InputError, match="0 to 7, got 8"):
        spherical_harmonics([1.0, 0.0, 0.0], 8)
    with pytest.raises(InputError, match="FuMa ends at order 3"):
        ambix_to_fuma(np.zeros(25))
