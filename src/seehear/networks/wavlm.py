"""WavLM base: sound at 16 kHz to 50 vectors a second, after each of its layers.

Reference: Chen et al., "WavLM: large-scale self-supervised pre-training for full stack speech processing", IEEE JSTSP
16, 2022 (gated relative position bias: section IV.A). Keys and shapes as published.
"""

from math import log

import torch
from torch import Tensor, nn
from torch.nn import functional

WIDTH, HEADS, LAYERS = 768, 12, 12
_CONVOLUTIONS = ((10, 5), (3, 2), (3, 2), (3, 2), (3, 2), (2, 2), (2, 2))
_CHANNELS = 512
_BUCKETS, _FARTHEST = 320, 800
_PLACES, _GROUPS = 128, 16


class _Convolutions(nn.Module):
    """Samples to frames of 20 ms."""

    def __init__(self) -> None:
        super().__init__()
        layers = []
        for i, (kernel, stride) in enumerate(_CONVOLUTIONS):
            conv = nn.Conv1d(_CHANNELS if i else 1, _CHANNELS, kernel, stride=stride, bias=False)
            norm = nn.Identity() if i else nn.GroupNorm(_CHANNELS, _CHANNELS)
            layers.append(nn.Sequential(conv, nn.Identity(), norm, nn.GELU()))
        self.conv_layers = nn.ModuleList(layers)

    def forward(self, waves: Tensor) -> Tensor:
        """Give (n, 512, frames) of (n, samples)."""
        x = waves[:, None]
        for layer in self.conv_layers:
            x = layer(x)
        return x


class _Places(nn.Module):
    """A grouped convolution that tells places; its weight is stored as a direction and a length for each tap."""

    def __init__(self) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(WIDTH))
        self.weight_g = nn.Parameter(torch.zeros(1, 1, _PLACES))
        self.weight_v = nn.Parameter(torch.zeros(WIDTH, WIDTH // _GROUPS, _PLACES))

    def forward(self, x: Tensor) -> Tensor:
        """Give (n, frames, width)."""
        weight = self.weight_v * (self.weight_g / self.weight_v.square().sum(dim=(0, 1), keepdim=True).sqrt())
        found = functional.conv1d(x.transpose(1, 2), weight, self.bias, padding=_PLACES // 2, groups=_GROUPS)
        return functional.gelu(found[..., :-1]).transpose(1, 2)


class GatedAttention(nn.Module):
    """Attention with a bias by distance, which every token opens more or less.

    Args:
        first: whether it holds the bias, which all layers share.
    """

    def __init__(self, *, first: bool) -> None:
        super().__init__()
        self.grep_a = nn.Parameter(torch.ones(1, HEADS, 1, 1))
        if first:
            self.relative_attention_bias = nn.Embedding(_BUCKETS, HEADS)
        self.k_proj, self.v_proj, self.q_proj, self.out_proj = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.grep_linear = nn.Linear(WIDTH // HEADS, 8)

    def bias(self, frames: int) -> Tensor:
        """Give the bias by distance, (heads, frames, frames)."""
        places = torch.arange(frames, device=self.grep_a.device)
        return self.relative_attention_bias(_bucket(places[None] - places[:, None])).permute(2, 0, 1)

    def forward(self, x: Tensor, bias: Tensor, absent: Tensor) -> Tensor:
        """Give (n, frames, width).

        Args:
            x: (n, frames, width).
            bias: (heads, frames, frames).
            absent: (n, frames), what is not to be heard.
        """
        heads = x.unflatten(2, (HEADS, -1)).transpose(1, 2)
        a, b = self.grep_linear(heads).unflatten(3, (2, 4)).sum(dim=-1).sigmoid().chunk(2, dim=-1)
        mask = (a * (b * self.grep_a - 1.0) + 2.0) * bias
        mask = mask.masked_fill(absent[:, None, None], -torch.inf)
        q, k, v = (one(x).unflatten(2, (HEADS, -1)).transpose(1, 2) for one in (self.q_proj, self.k_proj, self.v_proj))
        mixed = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        return self.out_proj(mixed.transpose(1, 2).flatten(2))


class WavLayer(nn.Module):
    """A transformer layer that is normed after each addition."""

    def __init__(self, *, first: bool) -> None:
        super().__init__()
        self.self_attn = GatedAttention(first=first)
        self.self_attn_layer_norm = nn.LayerNorm(WIDTH)
        self.fc1 = nn.Linear(WIDTH, 4 * WIDTH)
        self.fc2 = nn.Linear(4 * WIDTH, WIDTH)
        self.final_layer_norm = nn.LayerNorm(WIDTH)

    def forward(self, x: Tensor, bias: Tensor, absent: Tensor) -> Tensor:
        """Give (n, frames, width)."""
        x = self.self_attn_layer_norm(x + self.self_attn(x, bias, absent))
        return self.final_layer_norm(x + self.fc2(functional.gelu(self.fc1(x))))


class _Encoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.pos_conv = nn.Sequential(_Places())
        self.layers = nn.ModuleList(WavLayer(first=i == 0) for i in range(LAYERS))
        self.layer_norm = nn.LayerNorm(WIDTH)


class WavLM(nn.Module):
    """The network."""

    def __init__(self) -> None:
        super().__init__()
        self.mask_emb = nn.Parameter(torch.zeros(WIDTH))  # in the files, used in training only
        self.feature_extractor = _Convolutions()
        self.post_extract_proj = nn.Linear(_CHANNELS, WIDTH)
        self.encoder = _Encoder()
        self.layer_norm = nn.LayerNorm(_CHANNELS)

    def forward(self, waves: Tensor, absent: Tensor) -> tuple[Tensor, Tensor]:
        """Give what goes into the first layer and what comes out of each.

        Args:
            waves: (n, samples), 16 kHz.
            absent: (n, samples), what is not to be heard.

        Returns:
            (13, n, frames, 768), and which frames hold only absent samples, (n, frames).
        """
        features = self.layer_norm(self.feature_extractor(waves).transpose(1, 2))
        count = features.shape[1]
        whole = absent.shape[1] - absent.shape[1] % count
        silent = absent[:, :whole].view(len(absent), count, -1).all(dim=-1)
        x = self.post_extract_proj(features).masked_fill(silent[..., None], 0.0)
        x = self.encoder.layer_norm(x + self.encoder.pos_conv(x))
        bias = self.encoder.layers[0].self_attn.bias(count)
        found = [x]
        for layer in self.encoder.layers:
            x = layer(x, bias, silent)
            found.append(x)
        return torch.stack(found), silent


def _bucket(distance: Tensor) -> Tensor:
    """Give the number of the bias for a distance in frames: each its own when near, then by its logarithm."""
    half = _BUCKETS // 2
    near = half // 2
    far = distance.abs()
    spread = near + (torch.log(far.float().clamp(min=1.0) / near) / log(_FARTHEST / near) * (half - near)).long()
    return (distance > 0).long() * half + torch.where(far < near, far, spread.clamp(max=half - 1))
