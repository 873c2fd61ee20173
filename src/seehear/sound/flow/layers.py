"""Parts that every flow network is made of: convolutions over time, gated feed-forward parts, time, rotary positions.

Sequences are (batch, tokens, channels).
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from seehear.sound.flow.sizes import feed_forward_width


class TimeConvolution(nn.Conv1d):
    """A convolution over the tokens of (batch, tokens, channels), as many tokens out as in, zeros beyond the ends."""

    def __init__(self, channels_in: int, channels_out: int, kernel: int, *, bias: bool = True) -> None:
        super().__init__(channels_in, channels_out, kernel, padding=kernel // 2, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        """Convolve (batch, tokens, channels)."""
        return super().forward(x.transpose(1, 2)).transpose(1, 2)


class GatedFeedForward(nn.Module):
    """w2(silu(w1 x) * w3 x), without bias: linear for kernel 1, else a convolution over time.

    Reference: Shazeer, "GLU variants improve transformer", arXiv 2002.05202, SwiGLU.
    """

    def __init__(self, width: int, kernel: int = 1) -> None:
        super().__init__()
        hidden = feed_forward_width(width)
        self.w1 = projection(width, hidden, kernel, bias=False)
        self.w2 = projection(hidden, width, kernel, bias=False)
        self.w3 = projection(width, hidden, kernel, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Give (batch, tokens, width)."""
        return self.w2(functional.silu(self.w1(x)) * self.w3(x))


def projection(channels_in: int, channels_out: int, kernel: int = 1, *, bias: bool = True) -> nn.Module:
    """Make a linear layer for kernel 1, else a convolution over time."""
    if kernel == 1:
        return nn.Linear(channels_in, channels_out, bias=bias)
    return TimeConvolution(channels_in, channels_out, kernel, bias=bias)


class TimeEmbedding(nn.Module):
    """The flow's time as a vector: cosines, then sines, of growing frequencies, then two linear layers.

    Args:
        width: of the vector.
        frequencies: how many cosines and sines together.
        longest: the longest period; frequency k is 10000^(-2k/frequencies) * 10000/longest.
    """

    def __init__(self, width: int, frequencies: int, longest: float) -> None:
        super().__init__()
        self.frequencies, self.longest = frequencies, longest
        self.mlp = nn.Sequential(nn.Linear(frequencies, width), nn.SiLU(), nn.Linear(width, width))

    def forward(self, time: Tensor) -> Tensor:
        """Embed (batch,) times in [0, 1] as (batch, width)."""
        # float32 throughout: phases reach 10000 rad, and the published weights saw these very roundings
        even = torch.arange(0, self.frequencies, 2, dtype=torch.float32, device=time.device)
        rates = (10000.0 / self.longest) * (1.0 / (10000 ** (even / self.frequencies)))
        phases = time.float()[:, None] * rates
        return self.mlp(torch.cat([phases.cos(), phases.sin()], dim=-1).to(self.mlp[0].weight.dtype))


def rotary_table(length: int, head_width: int, *, scale: float = 1.0, device: torch.device | None = None) -> Tensor:
    """Give the rotations of ``length`` positions, float32 (length, head_width / 2, 2): cosines and sines.

    Args:
        length: positions 0 .. length - 1.
        head_width: channels of a head; channels 2i and 2i + 1 turn together by position * scale * 10000^(-2i/width).
        scale: of all frequencies, so that streams of different rates share one axis of time.
        device: where the table is needed.

    Reference: Su et al., "RoFormer", arXiv 2104.09864, eq. 34.
    """
    even = torch.arange(0, head_width, 2, dtype=torch.float32, device=device)
    rates = scale * (1.0 / (10000 ** (even / head_width)))
    phases = torch.arange(length, dtype=torch.float32, device=device)[:, None] * rates
    return torch.stack([phases.cos(), phases.sin()], dim=-1)


def rotate(x: Tensor, table: Tensor) -> Tensor:
    """Turn (batch, heads, tokens, head_width) by a `rotary_table`, in float32."""
    pairs = x.float().unflatten(-1, (-1, 2))
    first, second = pairs[..., 0], pairs[..., 1]
    cosine, sine = table[..., 0], table[..., 1]
    turned = torch.stack([first * cosine - second * sine, first * sine + second * cosine], dim=-1)
    return turned.flatten(-2).to(x.dtype)


def stretched(x: Tensor, length: int) -> Tensor:
    """Repeat or drop tokens of (batch, tokens, channels) until there are ``length``: the nearest to each one's middle.

    The index is floor((i + 0.5) * tokens/length) in float32, whose roundings settle the ties: from 192 to 345 token 57
    takes 31 and token 172 takes 95, where exact arithmetic would take 32 and 96.
    """
    if x.shape[1] == length:
        return x
    ratio = torch.tensor(x.shape[1] / length, dtype=torch.float32)
    at = ((torch.arange(length, dtype=torch.float32) + 0.5) * ratio).floor().long().clamp_(max=x.shape[1] - 1)
    return x[:, at.to(x.device)]


def modulated(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """Normalise each token of (batch, tokens, channels), without weights, then scale it by 1 + scale and shift it."""
    return functional.layer_norm(x, x.shape[-1:]) * (1 + scale) + shift


def xavier(module: nn.Module) -> None:
    """Start a network as MMAudio does: Xavier-uniform linear layers, zero biases; for ``module.apply``."""
    if isinstance(module, nn.Linear):
        bound = math.sqrt(6 / (module.in_features + module.out_features))
        nn.init.uniform_(module.weight, -bound, bound)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
