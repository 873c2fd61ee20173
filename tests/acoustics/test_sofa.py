"""A user's SOFA files: read, corrected with a warning, or refused in one line."""

import warnings

import numpy as np
import pytest

from seehear.acoustics.hrtf import default_hrtf
from seehear.acoustics.sofa import SofaContradiction, read_sofa
from seehear.errors import InputError
from seehear.scene import angles_to_vector

h5py = pytest.importorskip("h5py")
AZIMUTH = np.arange(0.0, 360.0, 15.0)


def set_of_pulses(azimuth=AZIMUTH, elevation=0.0):
    """A head of two points: pulses, late and soft by the ears' distance. Positions (d, 3) deg, deg, m; left, right."""
    side = np.sin(np.deg2rad(azimuth)) * np.cos(np.deg2rad(elevation))
    late = 40.0 + 12.0 * np.stack([-side, side], axis=1)
    time = np.arange(128.0)
    responses = np.sinc(time - late[..., None]) * 10 ** (0.3 * np.stack([side, -side], axis=1))[..., None]
    position = np.stack([azimuth, np.broadcast_to(elevation, azimuth.shape), np.full(azimuth.shape, 1.4)], axis=1)
    return position, responses


def write(path, position=None, responses=None, *, convention="SimpleFreeFieldHRIR", ears=(0.09, -0.09), **fields):
    own = set_of_pulses()
    position, responses = own[0] if position is None else position, own[1] if responses is None else responses
    with h5py.File(path, "w") as file:
        file.attrs["Conventions"] = np.bytes_("SOFA")
        file.attrs["SOFAConventions"] = np.bytes_(convention)
        file.attrs["DataType"] = np.bytes_("FIR")
        file.attrs["DatabaseName"] = "Pulses"
        file["Data.IR"] = responses
        file["Data.SamplingRate"] = fields.get("rate", [48000.0])
        file["Data.Delay"] = fields.get("delay", np.zeros((1, 2)))
        file["SourcePosition"] = position
        file["SourcePosition"].attrs["Type"] = np.bytes_(fields.get("kind", "spherical"))
        file["ReceiverPosition"] = np.array([[[0.0], [y], [0.0]] for y in ears])
        file["ReceiverPosition"].attrs["Type"] = "cartesian"
        file["ListenerView"] = fields.get("view", [[1.0, 0.0, 0.0]])
        file["ListenerView"].attrs["Type"] = "cartesian"
        for name in fields.get("drop", ()):
            del file[name]
    return path


def test_the_built_in_sets_own_file_gives_the_built_in_set(shared):
    hrtf = read_sofa(shared / "data/hrtf/MIT_KEMAR_normal_pinna.sofa")
    assert hrtf.name == "MIT, KEMAR, normal pinna (MIT_KEMAR_normal_pinna.sofa)"
    assert np.abs(hrtf.filters - default_hrtf().filters).max() < 1e-6
    np.testing.assert_allclose(hrtf.delay_at(hrtf.directions), default_hrtf().delay_at(hrtf.directions), atol=1e-9)


def test_a_published_file_that_contradicts_itself_is_corrected(shared):
    """It lists the right receiver first, but the first channel is the left ear; 360 directions on the horizon."""
    with pytest.warns(SofaContradiction, match="swapped"):
        hrtf = read_sofa(shared / "data/hrtf/KEMAR_HRTFs_lfcorr.sofa")
    assert "left and right corrected" in hrtf.name
    assert "held over" in hrtf.name
    delay = hrtf.delay_at(angles_to_vector([80.0, -80.0], [0.0, 40.0])) * 1e6
    assert 550 < delay[0, 1] - delay[0, 0] < 700
    assert -700 < delay[1, 1] - delay[1, 0] < -550
    level = 20 * np.log10(np.linalg.norm(hrtf.filters_at(angles_to_vector([80.0]))[0], axis=1))
    assert 10 < level[0] - level[1] < 20
    turn = hrtf.delay_at(angles_to_vector(np.arange(0.0, 361.0))) * 1e6
    assert np.abs(np.diff(turn, axis=0)).max() < 10


def test_a_file_that_agrees_with_itself_warns_of_nothing(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        hrtf = read_sofa(write(tmp_path / "a set ä.sofa"), sample_rate=44100)
    assert (hrtf.sample_rate, len(hrtf.directions)) == (44100, 24)
    delay = hrtf.delay_at(angles_to_vector([90.0]))[0]
    assert delay[1] - delay[0] == pytest.approx(24 / 48000, abs=2e-5)


def test_ears_in_the_other_order_and_azimuths_of_the_other_sense(tmp_path):
    position, responses = set_of_pulses()
    usual = read_sofa(write(tmp_path / "a.sofa"))
    right_first = read_sofa(write(tmp_path / "b.sofa", responses=responses[:, ::-1], ears=(-0.09, 0.09)))
    assert np.array_equal(right_first.filters, usual.filters)
    with pytest.warns(SofaContradiction):
        clockwise = read_sofa(write(tmp_path / "c.sofa", position * [-1.0, 1.0, 1.0]))
    around = angles_to_vector(AZIMUTH)
    np.testing.assert_allclose(clockwise.filters_at(around), usual.filters_at(around), atol=1e-5)


def test_the_farthest_of_several_distances_is_taken_and_said(tmp_path):
    position, responses = set_of_pulses()
    near = position * [1.0, 1.0, 0.25]
    path = write(tmp_path / "a.sofa", np.concatenate([near, position]), np.concatenate([9.0 * responses, responses]))
    hrtf = read_sofa(path)
    assert "1.40 m, the farthest of 2 distances" in hrtf.name
    np.testing.assert_allclose(hrtf.filters, read_sofa(write(tmp_path / "b.sofa")).filters, atol=1e-6)


def test_cartesian_positions_a_turned_listener_and_separate_delays(tmp_path):
    position, responses = set_of_pulses()
    usual = read_sofa(write(tmp_path / "a.sofa"))
    metres = angles_to_vector(position[:, 0], position[:, 1]) * position[:, 2:]
    turned = metres @ np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])  # the listener looks along +y
    other = read_sofa(write(tmp_path / "b.sofa", turned, kind="cartesian", view=[[0.0, 1.0, 0.0]]))
    np.testing.assert_allclose(other.filters, usual.filters, atol=1e-6)
    level = np.linalg.norm(responses, axis=2)
    same = np.sinc(np.arange(128.0) - 40.0) * level[..., None]
    side = np.sin(np.deg2rad(AZIMUTH))
    apart = read_sofa(write(tmp_path / "c.sofa", responses=same, delay=12.0 * np.stack([-side, side], axis=1)))
    around = angles_to_vector(AZIMUTH)
    np.testing.assert_allclose(apart.delay_at(around), usual.delay_at(around), atol=1e-6)
    np.testing.assert_allclose(apart.filters_at(around), usual.filters_at(around), atol=0.05)


def test_a_set_with_elevations_is_triangulated(tmp_path):
    azimuth, elevation = (a.ravel() for a in np.meshgrid(AZIMUTH, [-60.0, -30.0, 0.0, 30.0, 60.0]))
    hrtf = read_sofa(write(tmp_path / "a.sofa", *set_of_pulses(azimuth, elevation)))
    assert "held" not in hrtf.name
    assert len(hrtf.filters) == 122  # and one straight up, one straight down
    level = np.linalg.norm(hrtf.filters_at(angles_to_vector([90.0, 0.0], [0.0, 90.0])), axis=2)
    assert level[0, 0] / level[0, 1] == pytest.approx(10**0.6, rel=0.01)
    assert level[1, 0] == pytest.approx(level[1, 1], rel=1e-6)


def nan_in(responses):
    broken = responses.copy()
    broken[3, 1, 7] = np.nan
    return broken


REFUSED = {
    "another convention": ({"convention": "GeneralFIR"}, "SimpleFreeFieldHRIR"),
    "NaN": ({"responses": nan_in(set_of_pulses()[1])}, "Data.IR must be finite"),
    "empty": ({"position": np.zeros((0, 3)), "responses": np.zeros((0, 2, 64))}, "empty"),
    "one ear": ({"responses": set_of_pulses()[1][:, :1]}, "2 ears"),
    "a silent direction": ({"responses": np.zeros((24, 2, 64))}, "silent|must lead"),
    "no positions": ({"drop": ["SourcePosition"]}, "SourcePosition"),
    "no responses": ({"drop": ["Data.IR"]}, "Data.IR"),
    "no rate": ({"drop": ["Data.SamplingRate"]}, "SamplingRate"),
    "two rates": ({"rate": [44100.0, 48000.0]}, "SamplingRate"),
    "too few positions": ({"position": set_of_pulses()[0][:5]}, "SourcePosition"),
    "half a circle": (dict(zip(("position", "responses"), set_of_pulses(AZIMUTH[:13]), strict=True)), "gap"),
    "unknown coordinates": ({"kind": "toroidal"}, "cartesian or spherical"),
    "elevation past the pole": ({"position": set_of_pulses(elevation=100.0)[0]}, "elevation"),
    "levels against delays": (
        {"responses": set_of_pulses()[1] / np.linalg.norm(set_of_pulses()[1], axis=2, keepdims=True) ** 2},
        "disagree",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_used_is_refused_in_one_line(tmp_path, case):
    changed, match = REFUSED[case]
    with pytest.raises(InputError, match=match) as refusal:
        read_sofa(write(tmp_path / "a.sofa", **changed))
    assert "\n" not in str(refusal.value)
    assert str(refusal.value).startswith("a.sofa: ")


def test_damaged_files_are_refused_in_one_line(tmp_path):
    whole = write(tmp_path / "whole.sofa").read_bytes()
    for name, content in {"cut": whole[: len(whole) // 2], "nothing": b"", "words": b"no HDF5 here" * 99}.items():
        (tmp_path / f"{name}.sofa").write_bytes(content)
        with pytest.raises(InputError, match="cannot be read") as refusal:
            read_sofa(tmp_path / f"{name}.sofa")
        assert "\n" not in str(refusal.value)
    with pytest.raises(InputError, match="found none"):
        read_sofa(tmp_path / "absent.sofa")
