"""MMAudio's mel autoencoder, weight-compatible: log-mel magnitudes to a latent of half as many frames, and back.

Every layer keeps the size of its signal by construction: filters of unit length over unit-variance inputs, sums scaled
back to unit variance. Weights lie in the file as they were trained; `normalise_` scales each filter once after loading.
Reference: Karras et al., "Analyzing and improving the training dynamics of diffusion models", arXiv 2312.02696,
equations 47-51 (magnitude-preserving layers, forced weight normalisation) and 88 (sum).
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from seehear.errors import InputError

_SMALL = 1e-4
_LARGEST = 256.0
_BALANCE = 0.3
_MEAN_SILU = 0.596


class VaeSizes(NamedTuple):
    """Every size of one autoencoder.

    Attributes:
        bands: of the mel scale.
        latent: channels.
        width: channels of the first level; the next ones have 2 and 4 times as many.
    """

    bands: int
    latent: int
    width: int


VAES = {"16k": VaeSizes(80, 20, 384), "44k": VaeSizes(128, 40, 512)}
"""The published autoencoders."""


class Posterior(NamedTuple):
    """A normal distribution for each number of a latent; mean and logarithm of variance (batch, latent, frames)."""

    mean: Tensor
    logvar: Tensor

    def drawn(self, generator: torch.Generator | None = None) -> Tensor:
        """Draw a latent."""
        noise = torch.randn(self.mean.shape, generator=generator, dtype=self.mean.dtype)
        return self.mean + (0.5 * self.logvar).exp() * noise.to(self.mean.device)


class EvenConvolution(nn.Module):
    """A convolution over time without bias; once normalised, filters of unit length keep a unit variance."""

    def __init__(self, channels_in: int, channels_out: int, kernel: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(channels_out, channels_in, kernel))

    def forward(self, x: Tensor, gain: Tensor | None = None) -> Tensor:
        """Convolve (batch, channels, frames)."""
        weight = self.weight if gain is None else self.weight * gain
        return functional.conv1d(x, weight, padding=self.weight.shape[-1] // 2)

    def normalise_(self) -> None:
        """Give each filter unit length."""
        with torch.no_grad():
            root = math.sqrt(self.weight[0].numel())
            size = torch.linalg.vector_norm(self.weight, dim=(1, 2), keepdim=True)
            self.weight.div_((_SMALL + size / root) * root)


class EvenBlock(nn.Module):
    """Two convolutions beside a straight path."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__()
        self.conv1 = EvenConvolution(channels_in, channels_out, 3)
        self.conv2 = EvenConvolution(channels_out, channels_out, 3)
        self.nin_shortcut = EvenConvolution(channels_in, channels_out, 1) if channels_in != channels_out else None

    def forward(self, x: Tensor) -> Tensor:
        """Give (batch, channels_out, frames)."""
        x = per_frame(x)
        h = self.conv2(lively(self.conv1(lively(x))))
        return balanced(x if self.nin_shortcut is None else self.nin_shortcut(x), h)


class EvenAttention(nn.Module):
    """Attention of one head over frames; row 3c + j of ``qkv`` gives channel c of the query, key or value."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.qkv = EvenConvolution(channels, 3 * channels, 1)
        self.proj_out = EvenConvolution(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Give (batch, channels, frames)."""
        heads = self.qkv(x).unflatten(1, (-1, 3)).unbind(2)
        query, key, value = (per_frame(one).transpose(1, 2) for one in heads)
        h = functional.scaled_dot_product_attention(query, key, value)
        return balanced(x, self.proj_out(h.transpose(1, 2)))


class Halving(nn.Module):
    """Every two frames averaged."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = EvenConvolution(channels, channels, 1)
        self.conv2 = EvenConvolution(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Give half as many frames, an odd last one dropped."""
        return self.conv2(functional.avg_pool1d(self.conv1(x), 2))


class Doubling(nn.Module):
    """Every frame twice."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = EvenConvolution(channels, channels, 3)

    def forward(self, x: Tensor) -> Tensor:
        """Give twice as many frames."""
        return self.conv(x.repeat_interleave(2, dim=-1))


class Middle(nn.Module):
    """Block, attention, block, at the widest."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.block_1 = EvenBlock(channels, channels)
        self.attn_1 = EvenAttention(channels)
        self.block_2 = EvenBlock(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Give (batch, channels, frames)."""
        return bounded(self.block_2(self.attn_1(self.block_1(x))))


class Level(nn.Module):
    """Blocks of one width, then perhaps another rate (in ``downsample`` or ``upsample``)."""

    def __init__(self, channels_in: int, channels: int, blocks: int, **rate: nn.Module) -> None:
        super().__init__()
        self.block = nn.ModuleList(EvenBlock(channels if i else channels_in, channels) for i in range(blocks))
        self.rate = next(iter(rate), None)
        for name, module in rate.items():
            self.add_module(name, module)

    def forward(self, x: Tensor) -> Tensor:
        """Run the blocks, then the change of rate."""
        for block in self.block:
            x = bounded(block(x))
        return x if self.rate is None else getattr(self, self.rate)(x)


class Encoder(nn.Module):
    """Normalised log-mel (batch, bands, frames) to mean and log variance (batch, 2 * latent, frames // 2)."""

    def __init__(self, sizes: VaeSizes) -> None:
        super().__init__()
        widths = [sizes.width, 2 * sizes.width, 4 * sizes.width]
        self.conv_in = EvenConvolution(sizes.bands, widths[0], 3)
        self.down = nn.ModuleList(
            [
                Level(widths[0], widths[0], 2, downsample=Halving(widths[0])),
                Level(widths[0], widths[1], 2),
                Level(widths[1], widths[2], 2),
            ]
        )
        self.mid = Middle(widths[2])
        self.conv_out = EvenConvolution(widths[2], 2 * sizes.latent, 3)
        self.learnable_gain = nn.Parameter(torch.zeros(()))

    def forward(self, mel: Tensor) -> Tensor:
        """Give mean and log variance, stacked."""
        x = self.conv_in(mel)
        for level in self.down:
            x = level(x)
        return self.conv_out(lively(self.mid(x)), self.learnable_gain + 1)


class Decoder(nn.Module):
    """Latent (batch, latent, frames) to normalised log-mel (batch, bands, 2 * frames)."""

    def __init__(self, sizes: VaeSizes) -> None:
        super().__init__()
        widths = [sizes.width, 2 * sizes.width, 4 * sizes.width]
        self.conv_in = EvenConvolution(sizes.latent, widths[2], 3)
        self.mid = Middle(widths[2])
        self.up = nn.ModuleList(
            [
                Level(widths[1], widths[0], 3),
                Level(widths[2], widths[1], 3, upsample=Doubling(widths[1])),
                Level(widths[2], widths[2], 3),
            ]
        )
        self.conv_out = EvenConvolution(widths[0], sizes.bands, 3)
        self.learnable_gain = nn.Parameter(torch.zeros(()))

    def forward(self, latent: Tensor) -> Tensor:
        """Give the normalised log-mel."""
        x = self.mid(self.conv_in(latent))
        for level in reversed(self.up):
            x = level(x)
        return self.conv_out(lively(x), self.learnable_gain + 1)


class MelVae(nn.Module):
    """The autoencoder.

    Args:
        sizes: one of `VAES`.

    Example:
        >>> tiny = MelVae(VaeSizes(8, 4, 16)).normalise_()
        >>> tiny.decode(tiny.encode(torch.zeros(1, 8, 10)).mean).shape
        torch.Size([1, 8, 10])
    """

    data_mean: Tensor
    data_std: Tensor

    def __init__(self, sizes: VaeSizes) -> None:
        super().__init__()
        self.sizes = sizes
        self.register_buffer("data_mean", torch.zeros(1, sizes.bands, 1))
        self.register_buffer("data_std", torch.ones(1, sizes.bands, 1))
        self.encoder = Encoder(sizes)
        self.decoder = Decoder(sizes)

    def normalise_(self) -> "MelVae":
        """Scale every filter, once, after loading."""
        for module in self.modules():
            if isinstance(module, EvenConvolution):
                module.normalise_()
        return self

    def encode(self, mel: Tensor) -> Posterior:
        """Give the posterior of (batch, bands, frames); an odd last frame is dropped.

        Raises:
            InputError: other bands, or fewer than two frames.
        """
        if mel.ndim != 3 or mel.shape[1] != self.sizes.bands or mel.shape[2] < 2:
            raise InputError(f"expected log-mel (batch, {self.sizes.bands}, 2 or more), got {tuple(mel.shape)}")
        mean, logvar = self.encoder((mel - self.data_mean) / self.data_std).chunk(2, dim=1)
        return Posterior(mean, logvar.clamp(-30, 20))

    def decode(self, latent: Tensor) -> Tensor:
        """Give the log-mel (batch, bands, 2 * frames) of (batch, latent, frames)."""
        return self.decoder(latent) * self.data_std + self.data_mean


def per_frame(x: Tensor) -> Tensor:
    """Give each frame of (batch, channels, frames) the root mean square 1 over its channels."""
    return x / (_SMALL + torch.linalg.vector_norm(x, dim=1, keepdim=True) / math.sqrt(x.shape[1]))


def lively(x: Tensor) -> Tensor:
    """SiLU, scaled to keep a unit variance."""
    return functional.silu(x) / _MEAN_SILU


def balanced(x: Tensor, h: Tensor) -> Tensor:
    """Add 0.7 of one and 0.3 of the other, scaled to keep a unit variance."""
    return ((1 - _BALANCE) * x + _BALANCE * h) / math.hypot(1 - _BALANCE, _BALANCE)


def bounded(x: Tensor) -> Tensor:
    """Keep within +-256, so that half precision holds."""
    return x.clamp(-_LARGEST, _LARGEST)
