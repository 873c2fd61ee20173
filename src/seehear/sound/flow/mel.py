"""The log-mel front ends of the two mel codecs: exact, and all that a vocoder is given.

Reflected at both ends by (window - hop)/2, frames not centred; periodic Hann; magnitude sqrt(re^2 + im^2 + 1e-9);
Slaney's mel scale with bands of equal area. Reference: Slaney, "Auditory Toolbox", Interval TR 1998-010 (scale).
"""

import math
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from seehear.errors import InputError


class MelSizes(NamedTuple):
    """One front end.

    Attributes:
        sample_rate: Hz.
        window: samples, also the FFT's length.
        hop: samples.
        bands: of the mel scale.
        highest: Hz, the upper edge of the last band; the first starts at 0.
        decimal: logarithm to base 10, else natural.
    """

    sample_rate: int
    window: int
    hop: int
    bands: int
    highest: float
    decimal: bool


MELS = {
    "16k": MelSizes(16000, 1024, 256, 80, 8000.0, True),
    "44k": MelSizes(44100, 2048, 512, 128, 22050.0, False),
}
"""The published front ends."""

FLOOR = 1e-5
"""Mel magnitudes below it count as it."""


class MelSpectrogram(nn.Module):
    """Sound to log-mel magnitudes.

    Args:
        sizes: one of `MELS`.

    Example:
        >>> MelSpectrogram(MELS["16k"])(torch.zeros(1, 16000)).shape
        torch.Size([1, 80, 62])
    """

    basis: Tensor
    hann: Tensor

    def __init__(self, sizes: MelSizes) -> None:
        super().__init__()
        self.sizes = sizes
        self.register_buffer("basis", torch.from_numpy(mel_basis(sizes)), persistent=False)
        self.register_buffer("hann", torch.hann_window(sizes.window), persistent=False)

    def forward(self, samples: Tensor) -> Tensor:
        """Give the log-mel magnitudes of (batch, samples) as (batch, bands, frames).

        Raises:
            InputError: shorter than the reflection needs.
        """
        window, hop = self.sizes.window, self.sizes.hop
        edge = (window - hop) // 2
        if samples.shape[-1] <= edge:
            raise InputError(f"expected more than {edge} samples, got {samples.shape[-1]}")
        padded = functional.pad(samples[:, None], (edge, edge), mode="reflect")[:, 0]
        hann = self.hann.to(padded.dtype)
        spectrum = torch.stft(padded, window, hop, window=hann, center=False, return_complex=True)
        magnitude = torch.sqrt(spectrum.real.square() + spectrum.imag.square() + 1e-9)
        mel = (self.basis.to(padded.dtype) @ magnitude).clamp(min=FLOOR)
        return mel.log10() if self.sizes.decimal else mel.log()


def mel_basis(sizes: MelSizes) -> NDArray[np.float32]:
    """Give the triangular bands (bands, window/2 + 1), each of unit area over frequency in Hz."""
    edges = _to_hertz(np.linspace(0.0, _to_mel(sizes.highest), sizes.bands + 2))
    bins = np.linspace(0, sizes.sample_rate / 2, sizes.window // 2 + 1)
    rising = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    weights = np.maximum(0, np.minimum(rising, falling)) * (2 / (edges[2:] - edges[:-2]))[:, None]
    return weights.astype(np.float32)


_LINEAR = 200 / 3  # Hz to a mel below 1 kHz
_CORNER = 1000 / _LINEAR
_OCTAVE = math.log(6.4) / 27  # natural logarithm to a mel above


def _to_mel(hertz: float) -> float:
    return hertz / _LINEAR if hertz < 1000 else _CORNER + math.log(hertz / 1000) / _OCTAVE


def _to_hertz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(mel < _CORNER, mel * _LINEAR, 1000 * np.exp((mel - _CORNER) * _OCTAVE))
