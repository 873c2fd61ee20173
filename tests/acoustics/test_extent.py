"""Wide objects: the EBU renderer's table, and the laws of the spread."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seehear.acoustics.ambisonics import degree_of_channels
from seehear.acoustics.extent import axes_at, point_share, source_grid, spread_weights
from seehear.acoustics.panning import panner_of
from seehear.media.layout import layout_of
from seehear.scene.direction import angle_between, angles_to_vector
from seehear.scene.scene import Extent

LAYOUTS = ["stereo", "5.1", "7.1", "5.1.4", "7.1.4"]


@pytest.mark.golden
@pytest.mark.parametrize(("name", "system"), [("5.1", "0+5+0"), ("7.1.4", "4+7+0")])
def test_gains_are_the_ebu_renderers(shared, name, system):
    """ear 2.1.0 `PolarExtentHandler`, distance 1; the grid is the same, so the file's six digits are met."""
    table = json.loads((shared / "spec/golden_acoustics/ear_extent.json").read_text())
    layout = layout_of(name)
    keep = [index for index in range(layout.size) if index != layout.lfe]
    for case, expected in table["cases"][system]["gains"].items():
        _, width, _, height, _, elevation = case.split()
        extent = Extent.model_construct(width=float(width), height=float(height))
        u = angles_to_vector(table["azimuth_deg"], float(elevation))
        np.testing.assert_allclose(panner_of(layout).gains(u, extent=extent)[:, keep], expected, atol=1e-6)


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(LAYOUTS), st.floats(-180, 180), st.floats(-90, 90), st.floats(0, 360), st.floats(0, 180))
def test_power_is_one_lfe_silent_and_mirrored(name, azimuth, elevation, width, height):
    layout, extent = layout_of(name), Extent(width=width, height=height)
    left, right = panner_of(layout).gains(angles_to_vector([azimuth, -azimuth], elevation), extent=extent)
    assert np.isclose(left @ left, 1.0, atol=1e-9)
    assert layout.lfe is None or left[layout.lfe] == 0.0
    np.testing.assert_allclose(left, right[list(layout.mirror)], rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", [*LAYOUTS, "foa", "hoa3"])
def test_no_extent_is_a_point_and_a_little_extent_almost_one(name):
    panner, u = panner_of(layout_of(name)), angles_to_vector(np.arange(-180.0, 180.0, 7.0), 12.0)
    point = panner.gains(u)
    np.testing.assert_array_equal(panner.gains(u, extent=Extent(width=0.0, height=0.0)), point)
    np.testing.assert_allclose(panner.gains(u, extent=Extent(width=0.001)) ** 2, point**2, atol=1e-3)


def test_width_opens_the_energy_vector():
    layout = layout_of("7.1.4")
    speakers = angles_to_vector(layout.azimuths, layout.elevations)
    u = angles_to_vector([0.0, 40.0])
    lengths = []
    for width in (10.0, 60.0, 120.0, 240.0, 360.0):
        gains = panner_of(layout).gains(u, extent=Extent(width=width))
        lengths.append(np.linalg.norm(gains**2 @ speakers, axis=1))
    assert (np.diff(lengths, axis=0) < 0).all()


def test_ambisonics_keep_w_and_direction_and_lose_higher_orders():
    panner, u = panner_of(layout_of("hoa3")), angles_to_vector(np.arange(-180.0, 180.0, 15.0), 20.0)
    before = np.ones(4)
    for width in (20.0, 60.0, 120.0):
        gains = panner.gains(u, extent=Extent(width=width, height=width))
        np.testing.assert_allclose(gains[:, 0], 1.0, atol=1e-12)
        assert angle_between(gains[:, [3, 1, 2]], u).max() < 0.01
        per_degree = np.array([np.sqrt((gains[0, degree_of_channels(3) == n] ** 2).sum()) for n in range(4)])
        assert (per_degree[1:] < before[1:]).all()
        before = per_degree


def test_a_round_area_has_the_caps_own_coefficients():
    """Mean of P_l over a cap of weight w: its Legendre moments, by an independent sum over the polar angle."""
    extent = Extent(width=60.0, height=60.0)
    gains = panner_of(layout_of("hoa3")).gains(np.array([[1.0, 0.0, 0.0]]), extent=extent)[0]
    angle = np.linspace(0.0, np.pi, 200001)
    weight = np.clip(1 - (np.rad2deg(angle) - 30.0) / 10.0, 0, 1) * np.sin(angle)
    for degree in range(4):
        moment = (weight * np.polynomial.legendre.legval(np.cos(angle), np.eye(4)[degree])).sum() / weight.sum()
        found = np.sqrt((gains[degree_of_channels(3) == degree] ** 2).sum())
        assert np.isclose(found, moment, atol=1e-3)


def test_everywhere_is_the_same_from_every_direction():
    everywhere = Extent(width=360.0, height=180.0)
    gains = panner_of(layout_of("7.1.4")).gains(angles_to_vector([0.0, 90.0, -135.0], 0.0), extent=everywhere)
    np.testing.assert_allclose(gains, gains[:1].repeat(3, axis=0), atol=0.06)


def test_the_area_is_a_band_with_round_ends():
    u = angles_to_vector([0.0, 29.0, 31.0, 45.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0, 9.9, 25.0])
    weights = spread_weights(u, 60.0, 20.0)
    np.testing.assert_allclose(weights, [1.0, 1.0, 0.9, 0.0, 1.0, 0.0], atol=1e-9)
    assert spread_weights(angles_to_vector(0.0, 25.0), 20.0, 60.0) == 1.0


def test_own_axes_carry_the_front_to_the_direction():
    u = np.concatenate([source_grid()[::50], [[0.0, 0.0, 1.0], [0.0, 0.0, -1.0]]])
    axes = axes_at(u)
    np.testing.assert_allclose(axes[:, :, 0], u)
    np.testing.assert_allclose(np.matmul(axes, axes.transpose(0, 2, 1)), np.eye(3)[None].repeat(len(u), 0), atol=1e-12)
    np.testing.assert_allclose(np.linalg.det(axes), 1.0)


def test_ten_degrees_are_no_longer_a_point():
    assert [point_share(Extent(width=width)) for width in (0.0, 5.0, 10.0, 40.0)] == [1.0, 0.5, 0.0, 0.0]
