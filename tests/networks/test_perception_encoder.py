"""Perception Encoder against the original's outputs, and its door."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.neural

from seehear.errors import InputError  # noqa: E402
from seehear.networks import perception_encoder  # noqa: E402
from seehear.networks.perception_encoder import VARIANTS, PerceptionEncoder  # noqa: E402
from seehear.networks.state import unfilled  # noqa: E402
from tests.golden_case import GoldenCase  # noqa: E402


@pytest.mark.golden
@pytest.mark.parametrize("name", VARIANTS)
def test_keys_and_shapes_are_the_originals(name):
    case = GoldenCase("pe_spatial_t16_512", table=name)
    with unfilled():
        own = PerceptionEncoder(VARIANTS[name]).state_dict()
    assert {key: tuple(value.shape) for key, value in own.items()} == case.shapes


@pytest.mark.golden
@pytest.mark.parametrize("name", ["pe_spatial_t16_512", "pe_spatial_s16_512"])
@torch.inference_mode()
def test_tokens_are_the_originals(name):
    case = GoldenCase(name)
    network = perception_encoder.load(name, case.weights()).network
    case.check("tokens_512", network(torch.from_numpy(case.normal("image", (1, 3, 512, 512)))))
    case.check("tokens_224x320", network(torch.from_numpy(case.normal("small", (1, 3, 224, 320)))))


def test_a_map_has_a_feature_for_each_patch():
    door = perception_encoder.load("pe_spatial_t16_512", GoldenCase("pe_spatial_t16_512").weights())
    frames = np.random.default_rng(0).integers(0, 255, (2, 40, 60, 3), dtype=np.uint8)
    seen = door.see(frames, shape_hw=(32, 64))
    assert seen.shape == (2, 2, 4, 192)
    assert seen.dtype == np.float32
    np.testing.assert_allclose(door.see(frames[1:], shape_hw=(32, 64))[0], seen[1], atol=1e-4)
    with pytest.raises(InputError, match=r"divisible by 16, got \(30, 64\)"):
        door.see(frames, shape_hw=(30, 64))
    with pytest.raises(InputError, match="expected uint8 frames"):
        door.see(frames.astype(np.float32))


def test_another_variants_weights_are_refused():
    with pytest.raises(InputError, match=r"not the weights of pe_spatial_s16_512: 149|of another shape"):
        perception_encoder.load("pe_spatial_s16_512", GoldenCase("pe_spatial_t16_512").weights())
    with pytest.raises(InputError, match="expected one of"):
        perception_encoder.load("pe_core")
