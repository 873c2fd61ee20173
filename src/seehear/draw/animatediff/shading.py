"""Grounding by MIGC's modules, frame by frame, in the middle of the UNet and its first attending block on the way up.

The released code draws a new order of the 28 slots at every call; here one order, from the seed, holds for the whole
clip, and an object keeps its slot while others come and go. Frames without objects are left as they are.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from seehear.draw.animatediff.grounding import Attention, Ground, Passing, Pipe, put
from seehear.draw.animatediff.migc import Migc
from seehear.draw.animatediff.places import coverage
from seehear.draw.animatediff.settings import MIGC, MOST_OBJECTS
from seehear.errors import InputError
from seehear.networks.state import found_state, load_state, unfilled

_ATTENTIONS = 3
"""A block of Stable Diffusion's own numbering holds three layers."""


class Shaded(Passing):
    """The processor of one layer."""

    def __init__(self, inner: Any, ground: Ground, module: Migc, *, seed: int) -> None:  # noqa: ANN401 - diffusers' class
        super().__init__(inner, ground)
        self.module = module
        self._order = torch.randperm(MOST_OBJECTS, generator=torch.Generator("cpu").manual_seed(seed)).tolist()

    def shaded(self, attn: Attention, hidden: Tensor, plain: Tensor) -> Tensor:
        """Shade every frame in which something is seen."""
        ground = self.ground
        grid = ground.grid_of(hidden.shape[1])
        boxes = torch.from_numpy(ground.places.boxes[:, ground.window])
        made = []
        for frame in range(len(hidden)):
            seen = [one for one in range(len(boxes)) if bool(boxes[one, frame].isfinite().all())]
            if not seen:
                made.append(plain[frame])
                continue
            here = boxes[seen, frame]
            words = ground.phrases[seen]
            each = self.inner(attn, hidden[frame].expand(len(seen), -1, -1), encoder_hidden_states=words)
            masks = published_masks(here, ground.latent_hw, grid).to(plain)
            told = torch.cat([plain[frame : frame + 1], each])
            places = [self._order[one] for one in seen]
            pooled = ground.pooled[seen]
            shaded = self.module(told, hidden[frame], pooled, here.to(plain), masks, grid_hw=grid, places=places)
            made.append(shaded)
        return torch.stack(made)


def published_masks(boxes: Tensor, latent_hw: tuple[int, int], grid_hw: tuple[int, int]) -> Tensor:
    """Draw boxes as the released code does; one that vanishes on the grid is drawn by how much it covers.

    Args:
        boxes: (objects, 4) fractions of the frame.
        latent_hw: of the latents, an eighth of the picture.
        grid_hw: of the layer.

    Returns:
        (1 + objects, cells) float32 in [0, 1]: the background, then the objects.
    """
    height, width = (8 * side for side in latent_hw)
    whole = torch.zeros(len(boxes), height, width)
    for mask, box in zip(whole, boxes.tolist(), strict=True):
        left, top, right, bottom = (int(part * side) for part, side in zip(box, (width, height) * 2, strict=True))
        mask[top:bottom, left:right] = 1
    every = torch.cat([1 - whole.amax(dim=0, keepdim=True), whole])[None]
    small = F.interpolate(F.interpolate(every, latent_hw, mode="bilinear"), grid_hw, mode="bilinear")[0].flatten(1)
    gone = small[1:].sum(dim=1) == 0
    small[1:][gone] = torch.from_numpy(coverage(boxes[gone].numpy(), grid_hw)).flatten(1)
    return small


def load_modules(unet: Any, given: Path | str | Mapping[str, Tensor] | None) -> dict[str, Migc]:  # noqa: ANN401
    """Load the modules of a file.

    Args:
        unet: that they go into.
        given: the file or a state dict; None: where `seehear weights` keeps it.

    Returns:
        Name of the layer's processor -> module.

    Raises:
        MissingWeights: not on this machine.
        InputError: a file without such modules, MIGC++, or modules of another width.
    """
    parts: dict[str, dict[str, Tensor]] = {}
    for key, value in found_state(MIGC, given).items():
        path = key.split(".")
        if "migc" in path:
            at = path.index("migc")
            parts.setdefault(_layer(path, key), {})[".".join(path[at + 1 :])] = value
    if not parts:
        raise InputError("expected MIGC's weights, got a file without any 'migc' in its keys: is it a checkpoint?")
    return {layer: _module(unet, layer, state) for layer, state in sorted(parts.items())}


def _layer(path: list[str], key: str) -> str:
    """Translate Stable Diffusion's own names into diffusers'."""
    kind, number = (path[2], path[3]) if len(path) > 3 else ("", "")
    if not number.isdecimal() or kind not in ("input_blocks", "middle_block", "output_blocks"):
        raise InputError(f"expected keys as model.diffusion_model.output_blocks.3..., got {key!r}")
    block, rest = divmod(int(number), _ATTENTIONS)
    place = {
        "input_blocks": f"down_blocks.{block}.attentions.{rest - 1}",
        "middle_block": "mid_block.attentions.0",
        "output_blocks": f"up_blocks.{block}.attentions.{rest}",
    }[kind]
    return f"{place}.transformer_blocks.0.attn2.processor"


def _module(unet: Any, layer: str, state: Mapping[str, Tensor]) -> Migc:  # noqa: ANN401 - diffusers' class
    if layer not in unet.attn_processors:
        raise InputError(f"MIGC's weights hold a module for {layer}, which this checkpoint does not have")
    if "sac.conv1.weight" not in state and "sac.conv2.weight" in state:
        raise InputError("expected the weights of MIGC, got those of MIGC++: take MIGC_SD14.ckpt")
    if "norm.bias" not in state or "ea.to_k.weight" not in state:
        raise InputError(f"the module of MIGC for {layer} lacks norm.bias or ea.to_k.weight: truncated? fetch it again")
    attention = unet.get_submodule(layer.removesuffix(".processor"))
    wanted, got = attention.to_q.in_features, len(state["norm.bias"])
    if wanted != got:
        raise InputError(f"MIGC's module for {layer} is {got} wide, the checkpoint's layer {wanted}")
    with unfilled():
        module = Migc(got, state["ea.to_k.weight"].shape[1])
    load_state(module, state, name=f"MIGC at {layer}")
    return module


def ground_by_shading(pipe: Pipe, ground: Ground, modules: Mapping[str, Migc], *, seed: int) -> None:
    """Put the modules into the layers they are for."""
    unet = pipe.unet
    own, device = unet.attn_processors, pipe._execution_device
    kind = ground.phrases.dtype
    put(unet, {at: Shaded(own[at], ground, one.to(device, kind), seed=seed) for at, one in modules.items()})
