"""PANNs Cnn14 at 16 kHz: sound to 2048 features and 527 AudioSet classes.

Reference: Kong et al., "PANNs: large-scale pretrained audio neural networks for audio pattern recognition", IEEE/ACM
TASLP 28, 2020 (Cnn14, 16 kHz: window 512, hop 160, 64 bands from 50 to 8000 Hz). Keys and shapes as published, with
the transform and the mel bank as weights of the network.
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
from seehear.networks.inputs import Sound, mono_at
from seehear.networks.mel import hann, single, slaney_bank
from seehear.networks.state import found_state, load_state, unfilled

RATE = 16000
_WINDOW, _HOP, _BANDS = 512, 160, 64
_WIDTHS = (1, 64, 128, 256, 512, 1024, 2048)
LEAST = 31 * _HOP
"""Samples: the five halvings leave at least one column."""


class Tagged(NamedTuple):
    """What a network hears in a clip.

    Attributes:
        features: (n,), the vector before the classes.
        logits: (527,), of AudioSet's classes.
    """

    features: NDArray[np.float32]
    logits: NDArray[np.float32]


class _Transform(nn.Module):
    """The Fourier transform as two convolutions, as the published file holds it."""

    def __init__(self) -> None:
        super().__init__()
        turns = 2.0 * np.pi * np.outer(np.arange(_WINDOW // 2 + 1), np.arange(_WINDOW)) / _WINDOW
        self.conv_real, self.conv_imag = nn.Module(), nn.Module()
        for module, wave in ((self.conv_real, np.cos(turns)), (self.conv_imag, -np.sin(turns))):
            module.weight = nn.Parameter(single((wave * hann(_WINDOW))[:, None]))

    def forward(self, waves: Tensor) -> Tensor:
        """Give the power, (n, 1, frames, bins), of (n, samples)."""
        padded = functional.pad(waves[:, None], (_WINDOW // 2, _WINDOW // 2), mode="reflect")
        real, imaginary = (
            functional.conv1d(padded, one.weight, stride=_HOP) for one in (self.conv_real, self.conv_imag)
        )
        return (real.square() + imaginary.square()).transpose(1, 2)[:, None]


class _Spectrogram(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stft = _Transform()


class _MelBank(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.melW = nn.Parameter(single(slaney_bank(RATE, _WINDOW, _BANDS, 50.0, 8000.0).T))


class ConvBlock(nn.Module):
    """Two convolutions with batch norm and ReLU."""

    def __init__(self, inside: int, outside: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inside, outside, 3, padding=1, bias=False)
        self.conv2 = nn.Conv2d(outside, outside, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outside)
        self.bn2 = nn.BatchNorm2d(outside)

    def forward(self, x: Tensor) -> Tensor:
        """Give (n, outside, frames, bands)."""
        x = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(x)))


class Cnn14(nn.Module):
    """The network."""

    def __init__(self) -> None:
        super().__init__()
        self.spectrogram_extractor = _Spectrogram()
        self.logmel_extractor = _MelBank()
        self.bn0 = nn.BatchNorm2d(_BANDS)
        for i in range(1, 7):
            self.add_module(f"conv_block{i}", ConvBlock(_WIDTHS[i - 1], _WIDTHS[i]))
        self.fc1 = nn.Linear(2048, 2048)
        self.fc_audioset = nn.Linear(2048, 527)

    def logmel(self, waves: Tensor) -> Tensor:
        """Give the mel spectrum in dB, (n, 1, frames, 64), of (n, samples)."""
        power = self.spectrogram_extractor.stft(waves) @ self.logmel_extractor.melW
        return 10.0 * torch.log10(torch.clamp(power, min=1e-10))

    def forward(self, waves: Tensor) -> tuple[Tensor, Tensor]:
        """Give features, (n, 2048), and logits, (n, 527).

        Args:
            waves: (n, samples), 16 kHz.
        """
        x = self.bn0(self.logmel(waves).transpose(1, 3)).transpose(1, 3)
        for i in range(1, 7):
            x = self.get_submodule(f"conv_block{i}")(x)
            x = functional.avg_pool2d(x, 2) if i < 6 else x
        x = x.mean(dim=3)
        features = torch.relu(self.fc1(x.amax(dim=2) + x.mean(dim=2)))
        return features, self.fc_audioset(features)


class PannsTagger:
    """The door: sound in, features and logits out.

    Args:
        network: with its weights.
        device: where it runs.
    """

    def __init__(self, network: Cnn14, *, device: str = "cpu") -> None:
        self.network = network.to(device)
        self.device = device

    @torch.inference_mode()
    def hear(self, samples: Sound, sample_rate: int) -> Tagged:
        """Give one vector and the logits of a clip of any length.

        Args:
            samples: float32 (channels, samples).
            sample_rate: Hz.

        Raises:
            InputError: shorter than 0.31 s.
        """
        mono = mono_at(samples, sample_rate, RATE)
        if len(mono) < LEAST:
            raise InputError(f"expected at least {LEAST / RATE} s of sound, got {len(mono) / RATE:.3f} s")
        features, logits = self.network(torch.from_numpy(mono)[None].to(self.device))
        return Tagged(features[0].cpu().numpy(), logits[0].cpu().numpy())


def load(weights: Path | str | Mapping[str, Tensor] | None = None, *, device: str = "cpu") -> PannsTagger:
    """Load Cnn14.

    Args:
        weights: a file, a folder or a state dict; None: the row ``panns_cnn14_16k``.
        device: where it runs.

    Raises:
        MissingWeights: not on this machine.
        InputError: a file that does not fit.
    """
    with unfilled():
        network = Cnn14()
    load_state(network, found_state("panns_cnn14_16k", weights), name="panns_cnn14_16k", kept=_made_here)
    return PannsTagger(network, device=device)


def _made_here(key: str) -> bool:
    return key.startswith(("spectrogram_extractor", "logmel_extractor")) or key.endswith("num_batches_tracked")
