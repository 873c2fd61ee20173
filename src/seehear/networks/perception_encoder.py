"""Perception Encoder, spatially tuned: a picture to a map of features, one for each patch.

A vision transformer with a class token, learned absolute positions (resized bilinearly to other grids) and rotary
positions in two dimensions; the last layer's tokens come out as they are, without a norm.

Reference: Bolya et al., "Perception Encoder: the best visual embeddings are not at the output of the network", 2025
(PE-Spatial); Su et al., "RoFormer", 2021 (rotary positions). Keys and shapes as in facebookresearch/perception_models.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from seehear.errors import InputError
from seehear.networks.inputs import Frames, checked_frames, normalised, resized
from seehear.networks.state import found_state, load_state, stripped, unfilled

_GRID = 32
"""Patches along a side of the pictures it was trained on."""
_HEAD = 64


class Variant(NamedTuple):
    """One published size.

    Attributes:
        width: of a feature.
        layers: of the transformer.
        patch: pixels.
        side: pixels of the square pictures it was trained on.
    """

    width: int
    layers: int
    patch: int
    side: int


VARIANTS = {
    "pe_spatial_t16_512": Variant(192, 12, 16, 512),
    "pe_spatial_s16_512": Variant(384, 12, 16, 512),
    "pe_spatial_b16_512": Variant(768, 12, 16, 512),
    "pe_spatial_l14_448": Variant(1024, 24, 14, 448),
}


class RotaryAttention(nn.Module):
    """Self-attention with rotary positions."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.in_proj_weight = nn.Parameter(torch.zeros(3 * width, width))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * width))
        self.out_proj = nn.Linear(width, width)

    def forward(self, x: Tensor, turns: tuple[Tensor, Tensor]) -> Tensor:
        """Give (n, tokens, width); ``turns`` is the cosine and sine of each token's angles, (tokens, 64)."""
        proj = functional.linear(x, self.in_proj_weight, self.in_proj_bias)
        q, k, v = proj.unflatten(2, (3, -1, _HEAD)).permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(_turned(q, turns), _turned(k, turns), v)
        return self.out_proj(mixed.transpose(1, 2).flatten(2))


class _FeedForward(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.c_fc = nn.Linear(width, 4 * width)
        self.c_proj = nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        return self.c_proj(functional.gelu(self.c_fc(x)))


class EncoderBlock(nn.Module):
    """A pre-norm transformer layer."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.attn = RotaryAttention(width)
        self.ln_1 = nn.LayerNorm(width)
        self.ln_2 = nn.LayerNorm(width)
        self.mlp = _FeedForward(width)

    def forward(self, x: Tensor, turns: tuple[Tensor, Tensor]) -> Tensor:
        """Give (n, tokens, width)."""
        x = x + self.attn(self.ln_1(x), turns)
        return x + self.mlp(self.ln_2(x))


class _Layers(nn.Module):
    def __init__(self, width: int, layers: int) -> None:
        super().__init__()
        self.resblocks = nn.ModuleList(EncoderBlock(width) for _ in range(layers))


class PerceptionEncoder(nn.Module):
    """The network.

    Args:
        variant: its size.
    """

    def __init__(self, variant: Variant) -> None:
        super().__init__()
        width = variant.width
        self.patch = variant.patch
        self.class_embedding = nn.Parameter(torch.zeros(width))
        self.positional_embedding = nn.Parameter(torch.zeros(1 + _GRID**2, width))
        self.conv1 = nn.Conv2d(3, width, variant.patch, stride=variant.patch, bias=False)
        self.ln_pre = nn.LayerNorm(width)
        self.transformer = _Layers(width, variant.layers)

    def forward(self, images: Tensor) -> Tensor:
        """Give tokens.

        Args:
            images: (n, 3, height, width), in [-1, 1]; sides divisible by the patch.

        Returns:
            (n, 1 + rows * columns, width), the class token first, then row by row.
        """
        patches = self.conv1(images)
        grid = (patches.shape[2], patches.shape[3])
        first = self.class_embedding.expand(len(images), 1, -1)
        x = torch.cat([first, patches.flatten(2).transpose(1, 2)], dim=1) + self._places(grid)
        x = self.ln_pre(x)
        turns = tuple(one.to(x.device) for one in _angles(grid))
        for block in self.transformer.resblocks:
            x = block(x, turns)
        return x

    def _places(self, grid: tuple[int, int]) -> Tensor:
        if grid == (_GRID, _GRID):
            return self.positional_embedding
        square = self.positional_embedding[1:].view(1, _GRID, _GRID, -1).permute(0, 3, 1, 2)
        places = functional.interpolate(square, grid, mode="bilinear", align_corners=False)
        return torch.cat([self.positional_embedding[:1], places[0].flatten(1).T])


class SpatialEncoder:
    """The door: pictures in, maps of features out.

    Args:
        network: with its weights.
        variant: its size.
        device: where it runs.
    """

    def __init__(self, network: PerceptionEncoder, variant: Variant, *, device: str = "cpu") -> None:
        self.network = network.to(device)
        self.variant = variant
        self.device = device

    @torch.inference_mode()
    def see(self, frames: Frames, *, shape_hw: tuple[int, int] | None = None) -> NDArray[np.float32]:
        """Give the map of each frame, (n, rows, columns, width); the class token is left out.

        Args:
            frames: uint8 (n, height, width, 3).
            shape_hw: pixels to resize to (bilinear, antialiased, the aspect not kept, as the authors' transform does),
                divisible by the patch; None: the square it was trained on.

        Raises:
            InputError: no frames, or a shape that the patch does not divide.
        """
        shape = shape_hw or (self.variant.side, self.variant.side)
        if min(shape) < 1 or any(side % self.variant.patch for side in shape):
            raise InputError(f"expected sides divisible by {self.variant.patch}, got {shape}")
        images = normalised(resized(checked_frames(frames), shape, mode="bilinear"), (0.5,) * 3, (0.5,) * 3)
        rows, columns = (side // self.variant.patch for side in shape)
        found = [self.network(one[None].to(self.device))[:, 1:].cpu() for one in images]
        return torch.cat(found).unflatten(1, (rows, columns)).numpy()


def load(
    name: str = "pe_spatial_s16_512",
    weights: Path | str | Mapping[str, Tensor] | None = None,
    *,
    device: str = "cpu",
) -> SpatialEncoder:
    """Load a variant.

    Args:
        name: one of ``VARIANTS``, which are rows of the weights table.
        weights: a file, a folder or a state dict; None: where `seehear weights` keeps it.
        device: where it runs.

    Raises:
        MissingWeights: not on this machine.
        InputError: an unknown variant, or a file that does not fit.
    """
    if name not in VARIANTS:
        raise InputError(f"expected one of {', '.join(VARIANTS)}, got {name!r}")
    with unfilled():
        network = PerceptionEncoder(VARIANTS[name])
    state = stripped(stripped(found_state(name, weights), "module."), "visual.")
    load_state(network, state, name=name)
    return SpatialEncoder(network, VARIANTS[name], device=device)


def _angles(grid: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Give cosine and sine of the rotary angles, (1 + rows * columns, 64): by column, then by row, 0 for the class."""
    rates = 10000.0 ** -(torch.arange(0, _HEAD // 2, 2).float() / (_HEAD // 2))
    down, across = ((torch.arange(1, count + 1).float()[:, None] * rates).repeat_interleave(2, 1) for count in grid)
    both = torch.cat([across[None].expand(grid[0], -1, -1), down[:, None].expand(-1, grid[1], -1)], dim=2)
    angles = functional.pad(both.flatten(0, 1), (0, 0, 1, 0))
    return angles.cos(), angles.sin()


def _turned(x: Tensor, turns: tuple[Tensor, Tensor]) -> Tensor:
    """Turn pairs of neighbouring channels by their angles."""
    crossed = torch.stack([-x[..., 1::2], x[..., ::2]], dim=-1).flatten(-2)
    return x * turns[0] + crossed * turns[1]
