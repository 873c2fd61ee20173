"""The codec `mel`, as published: log-mel magnitudes, an autoencoder, a vocoder. One ear at a time, phase not kept."""

from torch import Tensor, nn

from seehear.errors import InputError
from seehear.sound.flow.bigvgan import Bigvgan
from seehear.sound.flow.mel import MelSizes, MelSpectrogram
from seehear.sound.flow.vae import MelVae


class MelCodec(nn.Module):
    """The codec.

    Args:
        sizes: of the mel front end.
        vae: whose weights were normalised.
        vocoder: folded.

    Raises:
        InputError: parts that do not go together.
    """

    context, fade = 32, 2

    def __init__(self, sizes: MelSizes, vae: MelVae, vocoder: Bigvgan) -> None:
        super().__init__()
        hop = 1
        for rate in vocoder.sizes.rates:
            hop *= rate
        if not (sizes.bands == vae.sizes.bands == vocoder.sizes.bands and sizes.hop == hop):
            raise InputError(
                f"mel, autoencoder and vocoder must share bands and hop, got bands {sizes.bands}, {vae.sizes.bands}, "
                f"{vocoder.sizes.bands} and hops {sizes.hop}, {hop}"
            )
        self.front, self.vae, self.vocoder = MelSpectrogram(sizes), vae, vocoder
        self.sample_rate, self.hop, self.channels = sizes.sample_rate, 2 * sizes.hop, vae.sizes.latent

    def encode(self, samples: Tensor) -> Tensor:
        """Give the posterior's mean (batch, frames, channels) of (batch, samples); what fills no frame is dropped."""
        return self.vae.encode(self.front(samples)).mean.transpose(1, 2)

    def decode(self, latent: Tensor) -> Tensor:
        """Give the sound (batch, frames * hop) of (batch, frames, channels)."""
        return self.vocoder(self.vae.decode(latent.transpose(1, 2)))[:, 0]
