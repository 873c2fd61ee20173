"""The codec `pca-mel`: log-mel frames in pairs, turned to their principal axes. For controls: it is not made to sound.

64 bands, Fourier window 1024, hop 256 at 16 kHz; two frames stacked are a token, 31.25 a second, as in MMAudio. The
axes are fitted on training sounds of both ears; latents have deviation 1. Space is measured in the mel domain itself.
"""

import torch
from torch import Tensor, nn

from seehear.errors import InputError
from seehear.sound.flow.mel import MelSizes, MelSpectrogram

FRONT = MelSizes(16000, 1024, 256, 64, 8000.0, False)
STACKED = 2


class PcaMelCodec(nn.Module):
    """The codec.

    Args:
        channels: of the latent.

    Example:
        >>> PcaMelCodec(4).encode(torch.zeros(2, 4096)).shape
        torch.Size([2, 8, 4])
    """

    sample_rate, hop, context, fade = FRONT.sample_rate, FRONT.hop * STACKED, 0, 0
    middle: Tensor
    axes: Tensor
    size: Tensor

    def __init__(self, channels: int = 32) -> None:
        super().__init__()
        wide = FRONT.bands * STACKED
        if not 0 < channels <= wide:
            raise InputError(f"expected from 1 to {wide} channels, got {channels}")
        self.channels = channels
        self.front = MelSpectrogram(FRONT)
        self.register_buffer("middle", torch.zeros(wide))
        self.register_buffer("axes", torch.eye(wide)[:, :channels].clone())
        self.register_buffer("size", torch.ones(channels))

    @property
    def weights(self) -> Tensor:
        """Give each channel's share of the log-mel's variance, (channels,)."""
        return self.size.square() / self.size.square().sum()

    def encode(self, samples: Tensor) -> Tensor:
        """Give the latent (batch, frames, channels) of (batch, samples); samples that fill no token are left out."""
        return self._inward(self.front(samples).transpose(1, 2))

    def log_mel(self, latent: Tensor) -> Tensor:
        """Give the log-mel magnitudes (..., 2 frames, bands) of latents (..., frames, channels)."""
        return (latent * self.size @ self.axes.T + self.middle).unflatten(-1, (STACKED, -1)).flatten(-3, -2)

    def decode(self, latent: Tensor) -> Tensor:
        """Refuse: no vocoder belongs to it.

        Raises:
            InputError: always.
        """
        raise InputError("the codec 'pca-mel' makes no sound: it is for measuring in the mel domain; train on mdct")

    def mono(self, latents: Tensor) -> Tensor:
        """Give the latent (batch, frames, channels) of the ears' mean power, of (batch, 2, frames, channels)."""
        both = (2 * self.log_mel(latents)).logsumexp(dim=1) - torch.log(torch.tensor(2.0))
        return self._inward(both / 2)

    def fitted(self, samples: Tensor) -> "PcaMelCodec":
        """Give a codec with the principal axes of sounds (batch, samples)."""
        codec = PcaMelCodec(self.channels)
        tokens = _paired(self.front(samples).transpose(1, 2)).flatten(0, 1).double()
        middle = tokens.mean(dim=0)
        sizes, axes = torch.linalg.eigh(torch.cov(tokens.T))
        codec.middle.copy_(middle)
        codec.axes.copy_(axes[:, -self.channels :].flip(1))
        codec.size.copy_(sizes[-self.channels :].flip(0).clamp(min=1e-6).sqrt())
        return codec

    def _inward(self, log_mel: Tensor) -> Tensor:
        return (_paired(log_mel) - self.middle) @ self.axes / self.size


def _paired(frames: Tensor) -> Tensor:
    """(batch, frames, bands) to (batch, frames / 2, 2 bands)."""
    return frames[:, : frames.shape[1] // STACKED * STACKED].unflatten(1, (-1, STACKED)).flatten(2)
