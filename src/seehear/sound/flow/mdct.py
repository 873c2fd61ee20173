"""The codec `mdct`: every sample kept, so that interaural time and phase live in the latent.

A square orthonormal lapped transform: as many coefficients as samples. Neighbouring frames overlap by one hop, the
clip's two ends are cut straight. Coefficients are scaled per band and companded, y = sign(c) |c / scale|^power, which
is undone exactly. Reference: Princen and Bradley, IEEE TASSP 34(5), 1986 (time-domain alias cancellation); Malvar,
IEEE TASSP 38(6), 1990 (the same as rotations before a DCT-IV).
"""

import math

import torch
from torch import Tensor, nn

from seehear.errors import InputError

HOPS = {16000: 256, 44100: 512, 48000: 512}
"""Samples of a frame: 16 ms at 16 kHz, about 11 ms above, where a stroke's onset asks for it."""

POWER = 0.5
"""Of the companding: a loud coefficient 40 dB above a soft one is 20 dB above it in the latent."""


class MdctCodec(nn.Module):
    """The codec.

    Args:
        sample_rate: Hz.
        hop: samples of a frame, even, also its coefficients; None = the usual one of the rate.
        power: of the companding, in (0, 1].
        scale: (hop,) each band's usual size, see `MdctCodec.fitted`; None = 1.

    Example:
        >>> codec = MdctCodec(16000)
        >>> codec.encode(torch.zeros(2, 65536)).shape
        torch.Size([2, 256, 256])
    """

    context, fade = 1, 0
    scale: Tensor
    cosines: Tensor
    window: Tensor

    def __init__(
        self, sample_rate: int, *, hop: int | None = None, power: float = POWER, scale: Tensor | None = None
    ) -> None:
        super().__init__()
        hop = HOPS.get(sample_rate, 2 * round(sample_rate * 0.016 / 2)) if hop is None else hop
        if hop < 2 or hop % 2 or not 0 < power <= 1:
            raise InputError(f"expected an even hop and a power in (0, 1], got {hop} and {power}")
        self.sample_rate, self.hop, self.channels, self.power = sample_rate, hop, hop, power
        at = torch.arange(hop, dtype=torch.float64) + 0.5
        cosines = math.sqrt(2 / hop) * torch.cos(math.pi / hop * at[:, None] * at)
        self.register_buffer("scale", torch.ones(hop) if scale is None else scale.clone())
        self.register_buffer("cosines", cosines.float(), persistent=False)
        self.register_buffer("window", torch.sin(math.pi / (2 * hop) * at).float(), persistent=False)

    def encode(self, samples: Tensor) -> Tensor:
        """Give the latent (batch, frames, hop) of (batch, samples); the last frame is filled up with zeros.

        Raises:
            InputError: no samples.
        """
        if samples.ndim != 2 or not samples.shape[1]:
            raise InputError(f"expected (batch, samples), got {tuple(samples.shape)}")
        lacking = -samples.shape[1] % self.hop
        blocks = nn.functional.pad(samples, (0, lacking)).unflatten(1, (-1, self.hop))
        coefficients = self._turned(blocks, 1) @ self.cosines / self.scale
        return coefficients.sign() * coefficients.abs() ** self.power

    def decode(self, latent: Tensor) -> Tensor:
        """Give the sound (batch, frames * hop) of (batch, frames, hop)."""
        coefficients = latent.sign() * latent.abs() ** (1 / self.power) * self.scale
        return self._turned(coefficients @ self.cosines, -1).flatten(1)

    def mono(self, latents: Tensor) -> Tensor:
        """Give the latent (batch, frames, hop) of the ears' mean, of (batch, 2, frames, hop)."""
        mean = (latents.sign() * latents.abs() ** (1 / self.power)).mean(dim=1)
        return mean.sign() * mean.abs() ** self.power

    def fitted(self, latents: Tensor) -> "MdctCodec":
        """Give a codec whose latents have the root mean square 1 in every band.

        Args:
            latents: (batch, frames, hop) of this codec, of typical sounds. Bands that are silent, or far below their
                neighbours, are scaled as if 60 dB below the strongest.
        """
        size = latents.flatten(0, 1).square().mean(dim=0).sqrt()
        size = size.clamp(min=float(size.max()) * 1e-3 or 1.0)
        scale = self.scale * size ** (1 / self.power)
        return MdctCodec(self.sample_rate, hop=self.hop, power=self.power, scale=scale)

    def _turned(self, blocks: Tensor, way: int) -> Tensor:
        """Rotate the samples on either side of every joint into one another, or (way -1) back."""
        half = self.hop // 2
        cosine, sine = self.window[half:], self.window[:half].flip(0)
        before = blocks[:, :-1, half:].flip(-1)  # outwards from the joint
        after = blocks[:, 1:, :half]
        out = blocks.clone()
        out[:, :-1, half:] = (cosine * before - way * sine * after).flip(-1)
        out[:, 1:, :half] = cosine * after + way * sine * before
        return out
