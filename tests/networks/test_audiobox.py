"""Audiobox Aesthetics against the original's outputs, and its door."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.neural

from seehear.errors import InputError  # noqa: E402
from seehear.networks import audiobox  # noqa: E402
from seehear.networks.audiobox import AXES  # noqa: E402
from tests.golden_case import GoldenCase  # noqa: E402

PLAIN = dict.fromkeys(AXES, (0.0, 1.0))


@pytest.fixture(scope="module")
def case():
    return GoldenCase("audiobox_aesthetics")


@pytest.fixture(scope="module")
def door(case):
    return audiobox.load(case.weights(), scale=PLAIN)


@pytest.mark.golden
@torch.inference_mode()
def test_the_network_is_the_originals(case, door):
    own = door.network.state_dict()
    assert {key: tuple(value.shape) for key, value in own.items()} == case.shapes
    waves = np.concatenate([case.signal("wave0", 16000, 16000), case.signal("wave1", 16000, 16000)])
    waves[1, 12000:] = 0.0
    absent = torch.zeros(2, 16000, dtype=torch.bool)
    absent[1, 12000:] = True
    features = door.network.wavlm_model.feature_extractor(torch.from_numpy(waves))
    case.check("feature_extractor", features)
    layers, _ = door.network.wavlm_model(torch.from_numpy(waves), absent)
    case.check("encoder.layers.11", layers[12].transpose(0, 1))
    found = door.network(torch.from_numpy(waves), absent)
    for i, axis in enumerate(AXES):
        case.check(f"out.{axis}", found[:, i])


class _Loudest(torch.nn.Module):
    """Gives the loudest sample that is not padding, four times."""

    def forward(self, waves, absent):
        assert waves.shape == (1, 160000)
        return waves.masked_fill(absent, 0.0).amax(dim=1, keepdim=True).expand(1, 4)


def test_windows_are_averaged_by_how_full_they_are():
    wave = np.full((2, 12 * 16000), 1.0, np.float32)
    wave[:, 160000:] = 4.0
    found = audiobox.AudioCritic(_Loudest(), dict.fromkeys(AXES, (10.0, 2.0))).hear(wave, 16000)
    assert found == pytest.approx([(12.0 + 0.2 * 18.0) / 1.2] * 4)


def test_the_head_and_the_scale_come_from_the_file(case, tmp_path, door):
    small = {key: value for key, value in door.network.state_dict().items() if not key.startswith("proj_layer")}
    for axis in AXES:
        small[f"proj_layer.{axis}.0.weight"] = torch.zeros(1, 768)
        small[f"proj_layer.{axis}.0.bias"] = torch.ones(1)
    scale = {axis: {"mean": 5.0, "std": 2.0 + i} for i, axis in enumerate(AXES)}
    held = {"state_dict": {f"model.{key}": value for key, value in small.items()}, "target_transform": scale}
    torch.save(held, tmp_path / "checkpoint.pt")
    loaded = audiobox.load(tmp_path)
    assert [type(one).__name__ for one in loaded.network.proj_layer["CE"]] == ["Linear"]
    loaded.network = _Loudest()
    found = loaded.hear(np.ones((1, 8000), np.float32), 16000)
    assert found == pytest.approx((7.0, 8.0, 9.0, 10.0))
    with pytest.raises(InputError, match="expected the scale"):
        audiobox.load(small)
    with pytest.raises(InputError, match="no proj_layer of CE, CU, PC, PQ"):
        audiobox.load({"a": np.zeros(1)}, scale=PLAIN)
    del held["target_transform"]
    torch.save(held, tmp_path / "checkpoint.pt")
    with pytest.raises(InputError, match="expected an element 'target_transform'"):
        audiobox.load(tmp_path)


def test_gelu_lies_between_layers_and_dropout_is_left_out():
    head = audiobox._head({0: (4, 8), 1: (4,), 4: (1, 4)})
    assert [type(one).__name__ for one in head] == ["Linear", "LayerNorm", "GELU", "Identity", "Linear"]
