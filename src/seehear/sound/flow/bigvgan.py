"""The BigVGAN vocoders, weight-compatible: log-mel magnitudes to sound. Version 1 at 16 kHz, version 2 at 44.1 kHz.

Weights are stored as length and direction; `Bigvgan.folded` multiplies them out for use. Reference: Lee et al.,
"BigVGAN", arXiv 2206.04658 (anti-aliased periodic activations), after HiFi-GAN, arXiv 2010.05646.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import parametrize
from torch.nn.utils.parametrizations import weight_norm

_TAPS, _RATE = 12, 2
_BLOCKS = ((3, (1, 3, 5)), (7, (1, 3, 5)), (11, (1, 3, 5)))


class VocoderSizes(NamedTuple):
    """Every size of one vocoder.

    Attributes:
        bands: of the mel scale.
        width: channels before the first stage; each stage has half as many as the one before.
        rates: by which each stage raises the rate; their product is the mel's hop.
        kernels: of the stages' transposed convolutions.
        second_version: the output is clipped and has no bias; else a tanh and a bias.
    """

    bands: int
    width: int
    rates: tuple[int, ...]
    kernels: tuple[int, ...]
    second_version: bool


VOCODERS = {
    "16k": VocoderSizes(80, 1536, (4, 4, 2, 2, 2, 2), (8, 8, 4, 4, 4, 4), False),
    "44k": VocoderSizes(128, 1536, (8, 4, 2, 2, 2, 2), (16, 8, 4, 4, 4, 4), True),
}
"""The published vocoders."""


def low_pass() -> Tensor:
    """Give the 12 taps (1, 1, 12) of the filter around every activation: a Kaiser-windowed sinc at half the band.

    Reference: Oppenheim and Schafer, "Discrete-time signal processing", section 7.6 (Kaiser's formulae).
    """
    transition = 0.6 / _RATE
    attenuation = 2.285 * (_TAPS // 2 - 1) * np.pi * 4 * transition + 7.95
    beta = 0.1102 * (attenuation - 8.7)  # above 50 dB, as it is here
    at = np.arange(-_TAPS // 2, _TAPS // 2) + 0.5
    taps = np.kaiser(_TAPS, beta) * np.sinc(at / _RATE) / _RATE
    return torch.from_numpy(taps / taps.sum()).float().reshape(1, 1, -1)


class Raised(nn.Module):
    """Twice the rate, ends held."""

    filter: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("filter", low_pass())

    def forward(self, x: Tensor) -> Tensor:
        """Give (batch, channels, 2 * samples)."""
        edge = _TAPS // _RATE - 1
        taps = self.filter.expand(x.shape[1], -1, -1)
        held = functional.pad(x, (edge, edge), mode="replicate")
        out = _RATE * functional.conv_transpose1d(held, taps, stride=_RATE, groups=x.shape[1])
        cut = edge * _RATE + (_TAPS - _RATE) // 2
        return out[..., cut:-cut]


class LowPass(nn.Module):
    """Half the rate, ends held."""

    filter: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("filter", low_pass())

    def forward(self, x: Tensor) -> Tensor:
        """Give (batch, channels, samples / 2)."""
        held = functional.pad(x, (_TAPS // 2 - 1, _TAPS // 2), mode="replicate")
        return functional.conv1d(held, self.filter.expand(x.shape[1], -1, -1), stride=_RATE, groups=x.shape[1])


class Lowered(nn.Module):
    """A low-pass filter under the name the files give it."""

    def __init__(self) -> None:
        super().__init__()
        self.lowpass = LowPass()

    def forward(self, x: Tensor) -> Tensor:
        """Give (batch, channels, samples / 2)."""
        return self.lowpass(x)


class Snake(nn.Module):
    """x + sin^2(a x) / b, with a and b learned for each channel as logarithms.

    Reference: Ziyin et al., "Neural networks fail to learn periodic functions", arXiv 2006.08195.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.alpha = nn.Parameter(torch.zeros(channels))
        self.beta = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Give (batch, channels, samples)."""
        frequency, depth = self.alpha.exp()[:, None], self.beta.exp()[:, None] + 1e-9
        return x + torch.sin(x * frequency).square() / depth


class SmoothSnake(nn.Module):
    """A snake at twice the rate, so that what it adds above the band does not fold back."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.act = Snake(channels)
        self.upsample = Raised()
        self.downsample = Lowered()

    def forward(self, x: Tensor) -> Tensor:
        """Give (batch, channels, samples)."""
        return self.downsample(self.act(self.upsample(x)))


class PeriodicBlock(nn.Module):
    """Three pairs of convolutions, the first of each dilated, beside a straight path."""

    def __init__(self, channels: int, kernel: int, dilations: tuple[int, ...]) -> None:
        super().__init__()
        self.convs1 = nn.ModuleList(_convolution(channels, channels, kernel, dilation=d) for d in dilations)
        self.convs2 = nn.ModuleList(_convolution(channels, channels, kernel) for _ in dilations)
        self.activations = nn.ModuleList(SmoothSnake(channels) for _ in range(2 * len(dilations)))

    def forward(self, x: Tensor) -> Tensor:
        """Give (batch, channels, samples)."""
        befores, afters = self.activations[::2], self.activations[1::2]
        for before, first, after, second in zip(befores, self.convs1, afters, self.convs2, strict=True):
            x = x + second(after(first(before(x))))
        return x


class Bigvgan(nn.Module):
    """The vocoder.

    Args:
        sizes: one of `VOCODERS`.

    Example:
        >>> tiny = Bigvgan(VocoderSizes(4, 8, (2, 2), (4, 4), True)).folded()
        >>> tiny(torch.zeros(1, 4, 16)).shape
        torch.Size([1, 1, 64])
    """

    def __init__(self, sizes: VocoderSizes) -> None:
        super().__init__()
        self.sizes = sizes
        self.conv_pre = _convolution(sizes.bands, sizes.width, 7)
        self.ups = nn.ModuleList()
        self.resblocks = nn.ModuleList()
        channels = sizes.width
        for rate, kernel in zip(sizes.rates, sizes.kernels, strict=True):
            raising = nn.ConvTranspose1d(channels, channels // 2, kernel, rate, padding=(kernel - rate) // 2)
            self.ups.append(nn.ModuleList([weight_norm(raising)]))
            channels //= 2
            self.resblocks.extend(PeriodicBlock(channels, size, dilations) for size, dilations in _BLOCKS)
        self.activation_post = SmoothSnake(channels)
        self.conv_post = _convolution(channels, 1, 7, bias=not sizes.second_version)

    def folded(self) -> "Bigvgan":
        """Multiply length and direction of every weight out, for use; training would need them apart."""
        for module in self.modules():
            if parametrize.is_parametrized(module, "weight"):
                parametrize.remove_parametrizations(module, "weight")
        return self

    def forward(self, mel: Tensor) -> Tensor:
        """Give (batch, 1, samples) within +-1 of log-mel magnitudes (batch, bands, frames)."""
        x = self.conv_pre(mel)
        for stage, (raising,) in enumerate(self.ups):
            x = raising(x)
            blocks = self.resblocks[len(_BLOCKS) * stage : len(_BLOCKS) * (stage + 1)]
            x = torch.stack([block(x) for block in blocks]).mean(dim=0)
        x = self.conv_post(self.activation_post(x))
        return x.clamp(-1, 1) if self.sizes.second_version else x.tanh()


def modern_names(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Give a vocoder's state under the names of torch's own weight normalisation.

    Example:
        >>> sorted(modern_names({"conv_pre.weight_g": 0, "conv_pre.weight_v": 1}))
        ['conv_pre.parametrizations.weight.original0', 'conv_pre.parametrizations.weight.original1']
    """
    endings = {".weight_g": ".parametrizations.weight.original0", ".weight_v": ".parametrizations.weight.original1"}
    named = dict(state)
    for old, new in endings.items():
        named = {key.removesuffix(old) + new if key.endswith(old) else key: value for key, value in named.items()}
    return named


def _convolution(
    channels_in: int, channels_out: int, kernel: int, *, dilation: int = 1, bias: bool = True
) -> nn.Module:
    padding = dilation * (kernel - 1) // 2
    return weight_norm(nn.Conv1d(channels_in, channels_out, kernel, dilation=dilation, padding=padding, bias=bias))
