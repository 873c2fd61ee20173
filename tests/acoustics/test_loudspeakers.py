"""Loudspeaker gains: the EBU renderer's table, and the laws every layout keeps."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seehear.acoustics.panning import panner_of
from seehear.errors import InputError
from seehear.media.layout import layout_of
from seehear.scene.direction import angle_between, angles_to_vector

SURROUND = {"5.1": "0+5+0", "7.1": "0+7+0", "5.1.4": "4+5+0", "7.1.4": "4+7+0"}
LAYOUTS = ["stereo", *SURROUND]
CIRCLE = np.arange(-180.0, 180.0, 5.0)


def _without_lfe(layout):
    return [index for index in range(layout.size) if index != layout.lfe]


def _vector_error(layout, gains, wanted):
    speakers = angles_to_vector(layout.azimuths, layout.elevations)
    return angle_between(gains @ speakers, wanted)


@pytest.mark.golden
@pytest.mark.parametrize(("name", "system"), SURROUND.items())
def test_gains_are_the_ebu_renderers(shared, name, system):
    """ear 2.1.0 `point_source` at 72 azimuths x 6 elevations; tolerance: the file's six digits."""
    table = json.loads((shared / "spec/golden_acoustics/ear_point_source.json").read_text())
    azimuth, elevation = np.meshgrid(table["azimuth_deg"], table["elevation_deg"])
    layout = layout_of(name)
    ours = panner_of(layout).gains(angles_to_vector(azimuth, elevation).reshape(-1, 3))[:, _without_lfe(layout)]
    np.testing.assert_allclose(ours.reshape(6, 72, -1), table["layouts"][system]["gains"], atol=1e-6)


@pytest.mark.parametrize(
    ("name", "azimuth", "elevation", "expected"),
    [
        ("5.1", 70.0, 0.0, {0: 0.707107, 4: 0.707107}),
        ("5.1", -45.0, -30.0, {1: 0.961559, 5: 0.274597}),
        ("7.1", -180.0, 0.0, {6: 0.707107, 7: 0.707107}),
        ("7.1.4", -30.0, 15.0, {1: 0.505055, 2: 0.353059, 9: 0.787572}),
        ("7.1.4", 0.0, 90.0, {8: 0.5, 9: 0.5, 10: 0.5, 11: 0.5}),
    ],
)
def test_a_few_rows_of_the_ebu_table(name, azimuth, elevation, expected):
    """Rows of ear 2.1.0's answers, for machines without the whole table (7.1.4 at -30/15 as printed there)."""
    gains = panner_of(layout_of(name)).gains(angles_to_vector([azimuth], elevation))[0]
    if name == "7.1.4" and elevation == 15.0:
        assert sorted(gains[gains > 1e-9].round(6).tolist()) == sorted(expected.values())
        return
    full = np.zeros_like(gains)
    full[list(expected)] = list(expected.values())
    np.testing.assert_allclose(gains, full, atol=1e-6)


@pytest.mark.parametrize("name", SURROUND)
def test_the_horizon_is_pairwise_panning(name):
    """Pulkki 1997: only the two neighbours sound, and the velocity vector points at the source exactly."""
    layout = layout_of(name)
    u = angles_to_vector(np.arange(-180.0, 180.0, 1.0))
    gains = panner_of(layout).gains(u)
    assert (gains > 1e-9).sum(axis=1).max() == 2
    assert _vector_error(layout, gains, u).max() < 1e-6
    np.testing.assert_allclose((gains**2).sum(axis=1), 1.0, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "mean", "largest"), [("5.1", 8.2, 17.9), ("5.1.4", 8.2, 17.9), ("7.1", 5.3, 12.7), ("7.1.4", 5.3, 12.7)]
)
def test_energy_vectors_are_as_good_as_the_ebu_renderers(name, mean, largest):
    """Published for ear 2.1.0 on the horizon in 5-deg steps: mean, max; inside +-30 deg at most 4.0. Asked: + 0.5."""
    layout, u = layout_of(name), angles_to_vector(CIRCLE)
    error = _vector_error(layout, panner_of(layout).gains(u) ** 2, u)
    assert error.mean() <= mean + 0.5
    assert error.max() <= largest + 0.5
    assert error[np.abs(CIRCLE) <= 30].max() <= 4.5


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_speakers_own_direction_is_that_speaker_alone(name):
    layout = layout_of(name)
    keep = _without_lfe(layout)
    u = angles_to_vector(np.array(layout.azimuths)[keep], np.array(layout.elevations)[keep])
    np.testing.assert_allclose(panner_of(layout).gains(u)[:, keep], np.eye(len(keep)), atol=1e-7)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(LAYOUTS), st.floats(-180, 180), st.floats(-90, 90))
def test_power_is_one_lfe_silent_and_mirrored(name, azimuth, elevation):
    layout = layout_of(name)
    u = angles_to_vector([azimuth, -azimuth], elevation)
    left, right = panner_of(layout).gains(u)
    assert np.isclose(left @ left, 1.0, atol=1e-12)
    assert layout.lfe is None or left[layout.lfe] == 0.0
    assert left.min() >= 0.0
    np.testing.assert_allclose(left, right[list(layout.mirror)], rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", LAYOUTS)
def test_gains_do_not_jump(name):
    """A thousandth of a degree moves no gain by more than 1e-3, in regions and across their edges."""
    panner = panner_of(layout_of(name))
    rng = np.random.default_rng(4)
    azimuth, elevation = rng.uniform(-180, 180, 4000), rng.uniform(-90, 90, 4000)
    azimuth[:2000], elevation[2000:3000] = np.repeat(np.arange(-180, 180, 15), 84)[:2000], 30.0
    step = panner.gains(angles_to_vector(azimuth + 1e-3, elevation + 1e-3)) - panner.gains(
        angles_to_vector(azimuth, elevation)
    )
    assert np.abs(step).max() < 1e-3


def test_stereo_folds_clamps_and_follows_the_tangent_law():
    panner = panner_of(layout_of("stereo"))
    left, right = panner.gains(angles_to_vector([0.0, 15.0, 30.0, 31.0, 90.0, 150.0, 165.0, 180.0, -120.0])).T
    np.testing.assert_allclose((left - right) / (left + right), [0, 0.4641016, 1, 1, 1, 1, 0.4641016, 0, -1], atol=1e-7)
    up = panner.gains(np.array([[0.0, 0.0, 1.0]]))[0]
    np.testing.assert_allclose(up, [0.5**0.5] * 2, atol=1e-12)


def test_ears_have_no_panner():
    with pytest.raises(InputError, match="ears need an HRTF"):
        panner_of(layout_of("binaural"))


@pytest.mark.parametrize("name", [*LAYOUTS, "foa", "hoa3"])
def test_no_directions_give_no_gains(name):
    layout = layout_of(name)
    assert panner_of(layout).gains(np.zeros((0, 3))).shape == (0, layout.size)
