"""Which convention ambisonic channels are in, told from fields made in each."""

import numpy as np
import pytest

from seehear.acoustics.ambisonics import ambix_to_fuma, sn3d_to_n3d, sphere_quadrature, spherical_harmonics
from seehear.acoustics.foa_order import (
    CONVENTIONS,
    SURE,
    band_covariance,
    detect_convention,
    plane_wave_misfit,
    to_ambix,
)
from seehear.errors import InputError
from seehear.scene import angles_to_vector

RATE = 16000


def field(order: int, kind: str, *, seed: int = 0) -> np.ndarray:
    """Noise: one wave, three near the horizon, or from all around with more from the horizon."""
    rng = np.random.default_rng(seed)
    if kind == "diffuse":
        points, _ = sphere_quadrature(12)
        gain = 1.0 - 0.5 * np.abs(points[:, 2])
    else:
        count = 1 if kind == "wave" else 3
        points, gain = angles_to_vector(rng.uniform(-180, 180, count), rng.uniform(-20, 20, count)), np.ones(count)
    sound = 0.05 * rng.standard_normal((len(points), 2 * RATE)) * gain[:, None]
    return (spherical_harmonics(points, order).T @ sound).astype(np.float32)


def as_convention(samples: np.ndarray, name: str) -> np.ndarray:
    if name == "fuma":
        return ambix_to_fuma(samples).astype(np.float32)
    gained = sn3d_to_n3d(samples) if name.endswith("n3d") and not name.endswith("sn3d") else samples
    return np.asarray(gained[[0, 3, 1, 2]] if name.startswith("wxyz") else gained, np.float32)


@pytest.mark.parametrize("name", CONVENTIONS)
@pytest.mark.parametrize("kind", ["wave", "waves", "diffuse"])
def test_every_convention_is_brought_back_to_ambix(name, kind):
    made = field(1, kind)
    assert np.abs(to_ambix(as_convention(made, name), name) - made).max() < 1e-5


@pytest.mark.parametrize("name", CONVENTIONS)
@pytest.mark.parametrize("kind", ["waves", "diffuse"])
def test_the_gains_of_first_order_are_told_without_a_picture(name, kind):
    verdict = detect_convention(band_covariance(as_convention(field(1, kind), name), RATE))
    asked = {"sn3d": 0.0, "n3d": 4.77, "fuma": 3.01}[name.rpartition("-")[2]]
    assert verdict.ratio_db == pytest.approx(asked, abs=0.4)
    assert verdict.convention.rpartition("-")[2] == name.rpartition("-")[2]


@pytest.mark.parametrize("name", CONVENTIONS)
def test_with_the_picture_the_order_of_first_order_is_told(name):
    made = field(1, "wave", seed=4)
    true = band_covariance(made, RATE)

    def picture(covariance: np.ndarray) -> float:
        return float((covariance[0, 1:4] @ true[0, 1:4]) / np.linalg.norm(covariance[0, 1:4]) / true[0, 0])

    verdict = detect_convention(band_covariance(as_convention(made, name), RATE), picture=picture)
    assert verdict.convention == name
    assert verdict.basis == ("detected" if verdict.confidence >= SURE else "assumed")


@pytest.mark.parametrize("name", ["acn-sn3d", "acn-n3d", "fuma"])
@pytest.mark.parametrize("order", [2, 3])
@pytest.mark.parametrize("kind", ["wave", "waves", "diffuse"])
def test_higher_orders_are_told_by_their_own_laws(name, order, kind):
    verdict = detect_convention(band_covariance(as_convention(field(order, kind), name), RATE))
    assert (verdict.convention, verdict.basis) == (name, "detected")
    assert verdict.confidence > 0.95


def test_what_cannot_be_told_is_said_to_be_assumed():
    even = np.diag([1.0, 1 / 3, 1 / 3, 1 / 3])  # sound from everywhere alike, no picture: any order fits
    verdict = detect_convention(even)
    assert verdict.convention == "acn-sn3d"
    assert verdict.runner_up == "wxyz-sn3d"
    assert detect_convention(np.zeros((4, 4))).basis == "assumed"


def test_a_sum_of_plane_waves_obeys_the_laws_and_swapped_channels_do_not():
    made = band_covariance(field(2, "waves"), RATE)
    assert plane_wave_misfit(made) < 0.02
    swapped = made[np.ix_([0, 2, 1, 3, 4, 5, 6, 7, 8], [0, 2, 1, 3, 4, 5, 6, 7, 8])]
    assert plane_wave_misfit(swapped) > 0.1


def test_real_recordings_are_what_their_makers_say(shared):
    from seehear.media import read_audio

    room = read_audio(shared / "data" / "foa" / "gewandhaus_sh1.wav")  # of a package that works in N3D
    fuma = read_audio(shared / "data" / "foa" / "jsamb_BF_rec3.ogg")
    for clip, name in ((room, "acn-n3d"), (fuma, "fuma")):
        assert detect_convention(band_covariance(clip.samples, clip.sample_rate)).convention == name


def test_what_is_no_convention_is_refused():
    with pytest.raises(InputError, match="acn-sn3d"):
        to_ambix(np.zeros((4, 10), np.float32), "ambix2")
    with pytest.raises(InputError, match="4 channels"):
        to_ambix(np.zeros((9, 10), np.float32), "wxyz-sn3d")
    with pytest.raises(InputError, match="channels"):
        detect_convention(np.eye(5))
