"""MIGC's modules against the published key table and what the original computes."""

from fractions import Fraction

import numpy as np
import pytest

pytest.importorskip("torch")

import torch
import torch.nn.functional as F
from tests.golden_case import GoldenCase

from seehear.draw.animatediff.checkpoint import load_pipeline
from seehear.draw.animatediff.drawer import AnimateDiff
from seehear.draw.animatediff.migc import Gains, Migc
from seehear.draw.animatediff.settings import Settings
from seehear.draw.animatediff.shading import _layer, load_modules, published_masks
from seehear.errors import InputError
from seehear.networks.state import load_state, unfilled
from seehear.scene import Scene

pytestmark = pytest.mark.neural
GRID = (10, 16)


@pytest.fixture(scope="module")
def case() -> GoldenCase:
    return GoldenCase("migc_c1280")


@pytest.fixture(scope="module")
def module(case: GoldenCase) -> Migc:
    with unfilled():
        made = Migc()
    load_state(made, case.weights(), name="MIGC")
    return made


@pytest.fixture(scope="module")
def given(case: GoldenCase) -> dict:
    u = case.uniform("box_u", (3, 4))
    x1, y1 = 0.5 * u[:, 0], 0.5 * u[:, 2]
    x2, y2 = x1 + 0.2 + 0.25 * u[:, 1], y1 + 0.2 + 0.25 * u[:, 3]
    case.check("in.box", np.stack([x1, x2, y1, y2], axis=1))
    binary = torch.from_numpy(case.stored["in.guidance_mask.f64"]).view(3, 40, 64).float()
    every = torch.cat([1 - binary.amax(0, keepdim=True), binary])
    return {
        "boxes": torch.from_numpy(np.stack([x1, y1, x2, y2], axis=1)).float(),
        "masks": F.interpolate(every[None], GRID, mode="bilinear")[0].flatten(1),
    }


def test_keys_and_shapes_are_the_published_ones(case: GoldenCase):
    with unfilled():
        state = Migc().state_dict()
    assert {key: tuple(value.shape) for key, value in state.items()} == case.shapes
    assert sum(value.numel() for value in state.values()) == 14_341_977


@pytest.mark.golden
@pytest.mark.parametrize("gains", [None, Gains([1.2, 0.8, 1], [0.5, 1, 1.5], [1, 2, 0.5])], ids=["out", "out_scaled"])
def test_a_frame_is_shaded_as_the_original_does(case: GoldenCase, module: Migc, given: dict, gains: Gains | None):
    told = torch.from_numpy(case.normal("ca_x", (1, 4, 160, 1280)))[0].float()
    hidden = torch.from_numpy(case.normal("image_token", (1, 1, 160, 1280)))[0, 0].float()
    pooled = torch.from_numpy(case.normal("context_pooler", (4, 1, 768)))[1:, 0].float()
    kept: dict[str, torch.Tensor] = {}
    hooks = [
        part.register_forward_hook(lambda _, __, out, name=name: kept.update({name: out}))
        for name, part in module.named_modules()
        if name in ("ea", "la", "pos_net", "sac", "sac.cbam1", "sac.cbam2")
    ]
    with torch.no_grad():
        out = module(told, hidden, pooled, given["boxes"], given["masks"], grid_hw=GRID, places=[0, 1, 2], gains=gains)
    for hook in hooks:
        hook.remove()
    close = {"max_rel": 3e-4, "rms_rel": 2e-5}
    if gains is None:
        case.check("pos_net", kept["pos_net"][:, None], **close)
        case.check("ea", kept["ea"], **close)
        case.check("la", kept["la"], **close)
        case.check("sac.cbam1", kept["sac.cbam1"], max_rel=1e-3, rms_rel=2e-5)
        case.check("sac.cbam2", kept["sac.cbam2"], **close)
        case.check("sac_weights", kept["sac"][None], **close)
    case.check("out" if gains is None else "out_scaled", out[None, None], **close)


def test_masks_are_drawn_as_published_and_small_boxes_do_not_vanish():
    boxes = torch.tensor([[0.0, 0.0, 0.5, 1.0], [0.6, 0.6, 0.601, 0.601]], dtype=torch.float64)
    masks = published_masks(boxes, (40, 64), (5, 8)).unflatten(1, (5, 8))
    assert masks.min() >= 0
    assert masks.max() <= 1
    assert torch.equal(masks[1], (torch.arange(8) < 4).float().expand(5, 8))
    assert torch.allclose(masks[0] + masks[1], torch.ones(5, 8), atol=0.3)
    assert masks[2].sum() > 0


def _published(widths: int, context: int) -> dict[str, torch.Tensor]:
    """Random modules under the names that the published file uses."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        module = Migc(widths, context)
    homes = ("middle_block.1", "output_blocks.3.1", "output_blocks.4.1")
    tail = "transformer_blocks.0.attn2.migc"
    return {
        f"model.diffusion_model.{home}.{tail}.{key}": value
        for home in homes
        for key, value in module.state_dict().items()
    }


def test_a_published_file_goes_into_the_middle_and_the_first_attending_up_block(tiny_diffusion, tmp_path):
    file = tmp_path / "MIGC_SD14.ckpt"
    torch.save({"state_dict": _published(16, 16)}, file)
    pipe = load_pipeline(*tiny_diffusion, Settings(device="cpu"))
    assert list(load_modules(pipe.unet, file)) == [
        f"{place}.transformer_blocks.0.attn2.processor"
        for place in ("mid_block.attentions.0", "up_blocks.1.attentions.0", "up_blocks.1.attentions.1")
    ]


def test_files_that_are_not_of_the_modules_are_told_apart(tiny_diffusion):
    unet = load_pipeline(*tiny_diffusion, Settings(device="cpu")).unet
    good = _published(16, 16)
    with pytest.raises(InputError, match=r"MIGC's module for .* is 32 wide, the checkpoint's layer 16"):
        load_modules(unet, _published(32, 16))
    with pytest.raises(InputError, match=r"got those of MIGC\+\+"):
        load_modules(unet, {key: value for key, value in good.items() if "sac.conv1" not in key})
    with pytest.raises(InputError, match=r"not the weights of MIGC at mid_block.* lacking"):
        load_modules(unet, {key: value for key, value in good.items() if "la.to_q" not in key})
    with pytest.raises(InputError, match="without any 'migc' in its keys"):
        load_modules(unet, {"unet.weight": torch.zeros(1)})


def test_the_modules_draw_and_keep_one_order_of_slots(tiny_diffusion):
    """Same seed, same video; another object's coming and going does not move a slot; nobody seen: finite."""
    car = {"id": "car", "label": "car", "keyframes": [{"time": 0.0, "box": [0.0, 0.2, 0.5, 0.9]}]}
    dog = {"id": "dog", "label": "dog", "keyframes": [
        {"time": 0.0, "box": [0.6, 0.6, 0.61, 0.61]}, {"time": 0.5, "box": [0.6, 0.6, 0.61, 0.61]},
        {"time": 0.6, "box": None, "azimuth": -60.0}]}  # fmt: skip
    told: list[str] = []
    made = []
    for objects in ([car, dog], [dog, car], [car]):
        backend = AnimateDiff(
            checkpoint=tiny_diffusion[0], motion=tiny_diffusion[1], grounding="migc", steps=2, rate=0.0,
            grounding_weights=_published(16, 16), made_size=(64, 64), device="cpu", tell=told.append,
        )  # fmt: skip
        scene = Scene(duration=1.0, objects=objects)
        made.append(np.stack(list(backend.frames(scene, fps=Fraction(15), size_wh=(64, 64), loudness={}))))
    assert any("non-commercial research only" in line for line in told)
    assert np.array_equal(made[0], made[1])
    assert not np.array_equal(made[0], made[2])
    assert made[0].std() > 0


def test_the_published_names_go_to_the_published_layers():
    keys = [f"model.diffusion_model.{home}.1.transformer_blocks.0.attn2.migc.norm.bias" for home in (
        "middle_block", "output_blocks.3", "output_blocks.4", "output_blocks.5")]  # fmt: skip
    assert [_layer(key.split("."), key).removesuffix(".transformer_blocks.0.attn2.processor") for key in keys] == [
        "mid_block.attentions.0", "up_blocks.1.attentions.0", "up_blocks.1.attentions.1", "up_blocks.1.attentions.2",
    ]  # fmt: skip
