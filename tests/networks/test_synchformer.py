"""Synchformer against the original's outputs, and its door."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.neural

from seehear.errors import InputError  # noqa: E402
from seehear.networks import sync_offset  # noqa: E402
from seehear.networks.state import load_state, unfilled  # noqa: E402
from seehear.networks.synchformer import Synchformer  # noqa: E402
from tests.golden_case import GoldenCase  # noqa: E402


@pytest.fixture(scope="module")
def case():
    return GoldenCase("synchformer_av")


@pytest.fixture(scope="module")
def door(case):
    return sync_offset.load(case.weights())


@pytest.mark.golden
def test_keys_and_shapes_are_the_originals(case):
    with unfilled():
        own = Synchformer().state_dict()
    assert {key: tuple(value.shape) for key, value in own.items()} == case.shapes


@pytest.mark.golden
@torch.inference_mode()
def test_sight_is_the_originals(case, door):
    frames = case.normal("frames", (1, 1, 16, 3, 224, 224), std=0.6)
    network = door.network.vfeat_extractor
    case.check("v.patch_embed_3d", network.patch_embed_3d(torch.from_numpy(frames)[0].transpose(1, 2)))
    case.check("vfeat_of_frames", network(torch.from_numpy(frames)))


@pytest.mark.golden
@torch.inference_mode()
def test_sound_and_offset_are_the_originals(case, door):
    wave = case.signal("wave", 76800, 16000)
    waves = torch.from_numpy(wave[0]).unfold(0, 10240, 5120)[None]
    case.check("a.spec", sync_offset.spectrograms(waves))
    heard = door.hear(wave, 16000)
    case.check("afeat", heard[None])
    seen = case.normal("vfeat", (1, 14, 8, 768))
    case.check("logits", door.logits(seen[0], heard)[None])
    np.testing.assert_allclose(case.stored["offset_grid_s.f64"], sync_offset.OFFSETS, atol=1e-6)


def test_segments_overlap_by_half():
    images = torch.arange(24.0).view(24, 1, 1, 1).expand(24, 3, 2, 2)
    assert sync_offset.segmented(images)[:, :, 0, 0, 0].tolist() == [list(range(16)), list(range(8, 24))]


def test_pictures_keep_the_middle_square():
    frames = np.zeros((1, 224, 400, 3), np.uint8)
    frames[:, :, 88:312] = 255
    assert sync_offset.picture(frames).min() == 1.0


def test_too_short_a_clip_is_refused(case, door):
    with pytest.raises(InputError, match="at least 120 frames, got 4"):
        door.see(np.zeros((4, 32, 32, 3), np.uint8))
    with pytest.raises(InputError, match=r"at least 4\.8 s of sound, got 1\.00 s"):
        door.hear(np.zeros((2, 48000), np.float32), 48000)


def test_the_visual_encoder_loads_alone(door):
    alone = sync_offset.load_visual(door.network.state_dict())
    own = alone.network.spatial_attn_agg.cls_token
    assert torch.equal(own, door.network.vfeat_extractor.spatial_attn_agg.cls_token)


def test_the_file_of_another_network_is_refused():
    with unfilled():
        network = Synchformer()
    with pytest.raises(InputError, match=r"not the weights of synchformer_av: 513 lacking .*; 1 too many \(conv1"):
        load_state(network, {"conv1.weight": np.zeros((2, 2), np.float32)}, name="synchformer_av")
