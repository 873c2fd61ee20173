"""The ambisonic decoder: as good as the EBU renderer's all-round decoder with max-rE weights, and symmetric."""

import json

import numpy as np
import pytest

from seehear.acoustics.ambisonics import degree_of_channels, spherical_harmonics
from seehear.acoustics.decoder import loudspeaker_decoder
from seehear.media.layout import layout_of
from seehear.scene.direction import angle_between, angles_to_vector, vector_to_angles, wrap_azimuth

LAYOUTS = ["stereo", "5.1", "7.1", "5.1.4", "7.1.4"]


def _fibonacci(count=4000):
    index = np.arange(count) + 0.5
    return angles_to_vector(
        np.rad2deg(index * np.pi * (1 + 5**0.5)) % 360, np.rad2deg(np.arcsin(1 - 2 * index / count))
    )


def test_quality_is_the_ebu_decoders():
    """ear 2.1.0, max-rE, 4+7+0: rE 6.3/15.2 deg (mean/max, upper half), energy -1.9..1.3 dB, azimuth 2.5/9.8 deg."""
    layout = layout_of("7.1.4")
    decode, speakers = loudspeaker_decoder(layout, 3), angles_to_vector(layout.azimuths, layout.elevations)
    u = _fibonacci()
    u = u[u[:, 2] >= 0]
    gains = spherical_harmonics(u, 3) @ decode.T
    error, energy = angle_between(gains**2 @ speakers, u), 10 * np.log10((gains**2).sum(axis=1))
    assert error.mean() <= 6.3 + 0.5
    assert error.max() <= 15.2 + 0.5
    assert energy.min() > -2.0
    assert energy.max() < 1.4
    asked = np.arange(-180.0, 180.0, 2.0)
    heard = (spherical_harmonics(angles_to_vector(asked), 3) @ decode.T) ** 2 @ speakers
    off = np.abs(wrap_azimuth(vector_to_angles(heard)[0] - asked))
    assert off.mean() <= 2.5 + 0.5
    assert off.max() <= 9.8 + 0.5


@pytest.mark.golden
def test_matrix_is_the_ebu_decoders(shared):
    """ear 2.1.0 `allrad_design` times exact max-rE weights; tolerance: its 5200 virtual sources against our 10082."""
    table = json.loads((shared / "spec/golden_acoustics/allrad_4+7+0.json").read_text())
    layout = layout_of("7.1.4")
    ours = np.delete(loudspeaker_decoder(layout, 3), layout.lfe, axis=0)
    np.testing.assert_allclose(ours, table["matrices"]["ear_maxrE_exact"], atol=5e-4)


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("order", [1, 3])
def test_decoders_are_mirrored_quiet_in_the_lfe_and_of_mean_power_one(name, order):
    layout = layout_of(name)
    decode = loudspeaker_decoder(layout, order)
    degree = degree_of_channels(order)
    sine = np.arange(len(degree)) < degree * (degree + 1)
    np.testing.assert_allclose(decode[list(layout.mirror)], np.where(sine, -decode, decode), atol=1e-12)
    assert layout.lfe is None or not decode[layout.lfe].any()
    power = ((spherical_harmonics(_fibonacci(), order) @ decode.T) ** 2).sum(axis=1)
    assert np.isclose(power.mean(), 1.0, atol=2e-3)
