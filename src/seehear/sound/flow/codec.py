"""What stands between sound and latent: one small protocol, and decoding piece by piece."""

from collections.abc import Iterable, Iterator
from typing import Protocol

import torch
from torch import Tensor


class Codec(Protocol):
    """Sound of one channel to a latent and back; two ears are two items of a batch.

    Attributes:
        sample_rate: Hz.
        hop: samples of one latent frame.
        channels: of the latent.
        context: latent frames on either side that a frame's sound depends on.
        fade: latent frames over which pieces decoded apart are blended; 0 where ``context`` makes them exact.
    """

    sample_rate: int
    hop: int
    channels: int
    context: int
    fade: int

    def encode(self, samples: Tensor) -> Tensor:
        """Give the latent (batch, frames, channels) of (batch, samples)."""
        ...

    def decode(self, latent: Tensor) -> Tensor:
        """Give the sound (batch, frames * hop) of (batch, frames, channels)."""
        ...


def decoded(codec: Codec, pieces: Iterable[Tensor]) -> Iterator[Tensor]:
    """Decode a latent that comes in pieces, in memory that does not grow with its length.

    Args:
        codec: of the latent.
        pieces: (batch, frames, channels) each, in order, of any lengths.

    Yields:
        (batch, samples): together frames * hop samples.
    """
    pending: Tensor | None = None  # the frames not yet decoded, with the context before them
    known = 0  # of them, how many are such context
    tail: Tensor | None = None  # the last piece's decoding of the frames to be blended
    side = codec.context + codec.fade
    for piece in pieces:
        pending = piece if pending is None else torch.cat([pending, piece], dim=1)
        ready = pending.shape[1] - known - side
        if ready <= max(side, codec.fade):
            continue
        sound, tail = _piece(codec, pending, known, ready, tail)
        yield sound
        kept = min(side, known + ready)
        pending, known = pending[:, known + ready - kept :], kept
    if pending is not None and pending.shape[1] > known:
        yield _piece(codec, pending, known, pending.shape[1] - known, tail)[0]


def _piece(codec: Codec, latent: Tensor, known: int, ready: int, tail: Tensor | None) -> tuple[Tensor, Tensor]:
    """Decode ``ready`` frames behind ``known`` ones, blending their start; give them and what follows, for blending."""
    sound = codec.decode(latent)[:, known * codec.hop :]
    if tail is not None and tail.shape[1]:
        width = min(tail.shape[1], sound.shape[1])
        ramp = torch.linspace(0, 1, width, device=sound.device)
        head = tail[:, :width] + ramp * (sound[:, :width] - tail[:, :width])
        sound = torch.cat([head, sound[:, width:]], dim=1)
    cut = ready * codec.hop
    return sound[:, :cut], sound[:, cut : cut + codec.fade * codec.hop]
