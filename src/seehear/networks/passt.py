"""PaSST: ten seconds of sound to 768 features and 527 AudioSet classes.

Reference: Koutini et al., "Efficient training of audio transformers with patchout", Interspeech 2022
(passt_s_swa_p16_128_ap476, 32 kHz). Keys and shapes as in kkoutini/passt_hear21; the published file has them without
the prefix ``net.``.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from seehear.networks.inputs import Sound, mono_at
from seehear.networks.mel import hann, kaldi_bank, power_spectrum, single
from seehear.networks.panns import Tagged
from seehear.networks.state import found_state, load_state, unfilled

RATE = 32000
WINDOW = 320000
"""Samples that it hears at once; shorter sounds are filled with zeros."""
_STEP = 80000
_WIDTH, _HEADS = 768, 12
_BANDS, _PATCH, _STRIDE = 128, 16, 10
_GRID = (12, 99)


class _Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(_WIDTH, 3 * _WIDTH)
        self.proj = nn.Linear(_WIDTH, _WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.qkv(x).unflatten(2, (3, _HEADS, -1)).permute(2, 0, 3, 1, 4)
        return self.proj(functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))


class _FeedForward(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(_WIDTH, 4 * _WIDTH)
        self.fc2 = nn.Linear(4 * _WIDTH, _WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(functional.gelu(self.fc1(x)))


class PasstBlock(nn.Module):
    """A pre-norm transformer layer."""

    def __init__(self) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(_WIDTH, eps=1e-6)
        self.attn = _Attention()
        self.norm2 = nn.LayerNorm(_WIDTH, eps=1e-6)
        self.mlp = _FeedForward()

    def forward(self, x: Tensor) -> Tensor:
        """Give (n, tokens, width)."""
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class _Patches(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.proj = nn.Conv2d(1, _WIDTH, _PATCH, stride=_STRIDE)


class PasstTransformer(nn.Module):
    """The transformer over patches of the log-mel picture; places in time and in frequency are learned apart."""

    def __init__(self) -> None:
        super().__init__()
        self.cls_token = nn.Parameter(torch.zeros(1, 1, _WIDTH))
        self.dist_token = nn.Parameter(torch.zeros(1, 1, _WIDTH))
        self.new_pos_embed = nn.Parameter(torch.zeros(1, 2, _WIDTH))
        self.freq_new_pos_embed = nn.Parameter(torch.zeros(1, _WIDTH, _GRID[0], 1))
        self.time_new_pos_embed = nn.Parameter(torch.zeros(1, _WIDTH, 1, _GRID[1]))
        self.patch_embed = _Patches()
        self.blocks = nn.Sequential(*(PasstBlock() for _ in range(12)))
        self.norm = nn.LayerNorm(_WIDTH, eps=1e-6)
        self.head = nn.Sequential(nn.LayerNorm(_WIDTH), nn.Linear(_WIDTH, 527))
        self.head_dist = nn.Linear(_WIDTH, 527)  # in the file, used in training only

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Give features, (n, 768), and logits, (n, 527), of (n, 128, frames) log-mel pictures."""
        patches = self.patch_embed.proj(pictures[:, None])
        patches = patches + self.time_new_pos_embed[..., : patches.shape[-1]] + self.freq_new_pos_embed
        own = torch.cat([self.cls_token, self.dist_token], dim=1) + self.new_pos_embed
        x = torch.cat([own.expand(len(patches), -1, -1), patches.flatten(2).transpose(1, 2)], dim=1)
        features = self.norm(self.blocks(x))[:, :2].mean(dim=1)
        return features, self.head(features)


class Passt(nn.Module):
    """The network as its wrapper holds it."""

    def __init__(self) -> None:
        super().__init__()
        self.device_proxy = nn.Parameter(torch.zeros(1))
        self.net = PasstTransformer()


class PasstTagger:
    """The door: sound in, features and logits out.

    Args:
        network: with its weights.
        device: where it runs.
    """

    def __init__(self, network: Passt, *, device: str = "cpu") -> None:
        self.network = network.to(device)
        self.device = device

    @torch.inference_mode()
    def hear(self, samples: Sound, sample_rate: int) -> Tagged:
        """Give one vector and the logits of a clip.

        Up to 10 s are heard at once, filled with zeros to 10 s. Of longer clips, windows of 10 s every 2.5 s are heard
        over the clip mirrored by 5 s at both ends, and their mean is given, as the authors do.

        Args:
            samples: float32 (channels, samples).
            sample_rate: Hz.
        """
        mono = torch.from_numpy(mono_at(samples, sample_rate, RATE))
        if len(mono) <= WINDOW:
            windows = functional.pad(mono, (0, WINDOW - len(mono)))[None]
        else:
            windows = functional.pad(mono[None], (WINDOW // 2, WINDOW // 2), mode="reflect")[0].unfold(0, WINDOW, _STEP)
        found = [self.network.net(log_mel(one[None]).to(self.device)) for one in windows]
        features, logits = (torch.cat(one).mean(dim=0).cpu().numpy() for one in zip(*found, strict=True))
        return Tagged(features, logits)


def load(weights: Path | str | Mapping[str, Tensor] | None = None, *, device: str = "cpu") -> PasstTagger:
    """Load PaSST.

    Args:
        weights: a file, a folder or a state dict, with or without the prefix; None: the row ``passt_s_swa``.
        device: where it runs.

    Raises:
        MissingWeights: not on this machine.
        InputError: a file that does not fit.
    """
    with unfilled():
        network = Passt()
    state = found_state("passt_s_swa", weights)
    if not any(key.startswith("net.") for key in state):
        state = {f"net.{key}": value for key, value in state.items()}
    state.setdefault("device_proxy", torch.zeros(1))
    load_state(network, state, name="passt_s_swa")
    return PasstTagger(network, device=device)


def log_mel(waves: Tensor) -> Tensor:
    """Give the normalised log-mel picture, (n, 128, frames), of (n, samples) at 32 kHz."""
    sharpened = waves[:, 1:] - 0.97 * waves[:, :-1]
    power = power_spectrum(sharpened, single(hann(800, periodic=False)), n_fft=1024, hop=320)
    bank = single(kaldi_bank(RATE, 1024, _BANDS, 0.0, 15000.0))
    return (torch.log(bank @ power + np.float32(1e-5)) + 4.5) / 5.0
