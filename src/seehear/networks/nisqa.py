"""NISQA v2.0: how speech sounds after it was sent, as a mean opinion score and four of its sides.

Made for transmitted speech: what it says of music or noise means nothing.

Reference: Mittag et al., "NISQA: a deep CNN-self-attention model for multidimensional speech quality prediction with
crowdsourced datasets", Interspeech 2021 (weights file nisqa.tar: 4096 points, 20 ms every 10 ms, 48 bands to 20 kHz,
segments of 15 frames every 4). Keys and shapes as in gabrielmittag/NISQA.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from seehear.errors import InputError
from seehear.networks.inputs import Sound, mono_at
from seehear.networks.mel import hann, power_spectrum, single, slaney_bank
from seehear.networks.state import found_state, load_state, unfilled

_POINTS, _BANDS, _TOP = 4096, 48, 20000.0
_FRAMES, _STEP = 15, 4
_POOLS = ((24, 7), (12, 5), (6, 3))
_WIDTH = 64
LONGEST = 1300
"""Segments that the published model takes, 52 s."""


class SpeechQuality(NamedTuple):
    """All five, 1 bad to 5 excellent.

    Attributes:
        mos: overall.
        noisiness: 5 is free of noise.
        discontinuity: 5 is free of gaps.
        coloration: 5 is natural.
        loudness: 5 is right.
    """

    mos: float
    noisiness: float
    discontinuity: float
    coloration: float
    loudness: float


class _Cnn(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        widths = (1, 16, 32, 64, 64, 64, 64)
        for i in range(1, 7):
            kernel, padding = ((3, 3), (1, 0)) if i == 6 else ((3, 3), (1, 1))
            self.add_module(f"conv{i}", nn.Conv2d(widths[i - 1], widths[i], kernel, padding=padding))
            self.add_module(f"bn{i}", nn.BatchNorm2d(widths[i]))

    def forward(self, x: Tensor) -> Tensor:
        """Give (n, 384) of (n, 1, 48, 15)."""
        pools = {1: _POOLS[0], 2: _POOLS[1], 4: _POOLS[2]}
        for i in range(1, 7):
            x = torch.relu(self.get_submodule(f"bn{i}")(self.get_submodule(f"conv{i}")(x)))
            x = functional.adaptive_max_pool2d(x, pools[i]) if i in pools else x
        return x.flatten(1)


class _Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.self_attn = nn.MultiheadAttention(_WIDTH, 1, batch_first=True)
        self.linear1 = nn.Linear(_WIDTH, _WIDTH)
        self.linear2 = nn.Linear(_WIDTH, _WIDTH)
        self.norm1 = nn.LayerNorm(_WIDTH)
        self.norm2 = nn.LayerNorm(_WIDTH)

    def forward(self, x: Tensor, absent: Tensor) -> Tensor:
        x = self.norm1(x + self.self_attn(x, x, x, key_padding_mask=absent, need_weights=False)[0])
        return self.norm2(x + self.linear2(torch.relu(self.linear1(x))))


class _Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(_WIDTH)
        self.linear = nn.Linear(384, _WIDTH)
        self.layers = nn.ModuleList(_Layer() for _ in range(2))

    def forward(self, x: Tensor, absent: Tensor) -> Tensor:
        x = self.norm1(self.linear(x))
        for layer in self.layers:
            x = layer(x, absent)
        return x


class _Pool(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(_WIDTH, 2 * _WIDTH)
        self.linear2 = nn.Linear(2 * _WIDTH, 1)
        self.linear3 = nn.Linear(_WIDTH, 1)

    def forward(self, x: Tensor, absent: Tensor) -> Tensor:
        weights = self.linear2(torch.relu(self.linear1(x)))[..., 0].masked_fill(absent, -torch.inf).softmax(dim=1)
        return self.linear3((weights[:, None] @ x)[:, 0])


class _Model(nn.Module):
    """One level of names, as the files have it."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model


class Nisqa(nn.Module):
    """The network."""

    def __init__(self) -> None:
        super().__init__()
        self.cnn = _Model(_Cnn())
        self.time_dependency = _Model(_Attention())
        self.pool_layers = nn.ModuleList(_Model(_Pool()) for _ in range(5))

    def framed(self, segments: Tensor, lengths: Tensor) -> Tensor:
        """Give (n, most, 384), zero after each one's length."""
        found = self.cnn.model(segments.flatten(0, 1)).unflatten(0, segments.shape[:2])
        return found * ~_absent(segments, lengths)[..., None]

    def forward(self, segments: Tensor, lengths: Tensor) -> Tensor:
        """Give (n, 5): mos, noisiness, discontinuity, coloration, loudness.

        Args:
            segments: (n, most, 1, 48, 15) dB.
            lengths: (n,) segments that each has.
        """
        absent = _absent(segments, lengths)
        x = self.time_dependency.model(self.framed(segments, lengths), absent)
        return torch.cat([one.model(x, absent) for one in self.pool_layers], dim=1)


class SpeechJudge:
    """The door: speech in, scores out.

    Args:
        network: with its weights.
        device: where it runs.
    """

    def __init__(self, network: Nisqa, *, device: str = "cpu") -> None:
        self.network = network.to(device)
        self.device = device

    @torch.inference_mode()
    def hear(self, samples: Sound, sample_rate: int) -> SpeechQuality:
        """Give the five scores of a clip, at its own rate.

        Args:
            samples: float32 (channels, samples), up to 52 s.
            sample_rate: Hz; the bands reach 20 kHz, so that a low rate is heard as dull.

        Raises:
            InputError: shorter than 0.15 s, or longer than 52 s.
        """
        segments = segmented(mel_db(torch.from_numpy(mono_at(samples, sample_rate, sample_rate)), sample_rate))
        if len(segments) > LONGEST:
            raise InputError(f"expected at most 52 s of speech, got {len(segments) * _STEP / 100:.0f} s: cut it")
        lengths = torch.tensor([len(segments)], device=self.device)
        return SpeechQuality(*self.network(segments[None].to(self.device), lengths)[0].tolist())


def load(weights: Path | str | Mapping[str, Tensor] | None = None, *, device: str = "cpu") -> SpeechJudge:
    """Load NISQA v2.0.

    Args:
        weights: a file, a folder or a state dict; None: the row ``nisqa``.
        device: where it runs.

    Raises:
        MissingWeights: not on this machine.
        InputError: a file that does not fit.
    """
    with unfilled():
        network = Nisqa()
    state = found_state("nisqa", weights)
    load_state(network, state, name="nisqa", kept=lambda key: key.endswith("num_batches_tracked"))
    return SpeechJudge(network, device=device)


def mel_db(wave: Tensor, sample_rate: int) -> Tensor:
    """Give the mel amplitudes in dB, (48, frames), at most 80 dB below the loudest.

    Raises:
        InputError: too short to be mirrored by half a transform.
    """
    if len(wave) <= _POINTS // 2:
        raise InputError(f"expected more than {_POINTS // 2} samples of speech, got {len(wave)}")
    window = single(hann(int(sample_rate * 0.02)))
    amplitude = power_spectrum(wave, window, n_fft=_POINTS, hop=int(sample_rate * 0.01)).sqrt()
    bands = single(slaney_bank(sample_rate, _POINTS, _BANDS, 0.0, _TOP)) @ amplitude
    found = 20.0 * torch.log10(torch.clamp(bands, min=1e-4))
    return torch.clamp(found, min=float(found.max()) - 80.0)


def segmented(decibels: Tensor) -> Tensor:
    """Give windows of 15 frames, one every 4, (windows, 1, 48, 15).

    Raises:
        InputError: fewer than 15 frames.
    """
    if decibels.shape[1] < _FRAMES:
        raise InputError(f"expected at least 0.15 s of speech, got {decibels.shape[1]} frames of 10 ms")
    return decibels.unfold(1, _FRAMES, 1)[:, ::_STEP].permute(1, 0, 2)[:, None]


def _absent(segments: Tensor, lengths: Tensor) -> Tensor:
    return torch.arange(segments.shape[1], device=segments.device)[None] >= lengths[:, None]
