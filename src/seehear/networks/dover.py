"""DOVER: how good a video looks, apart in technique and in taste.

Technique is judged on 7 x 7 fragments of 32 pixels in full resolution (`seehear.networks.fragment_swin`), taste on the
whole frame made small, by a 3-D ConvNeXt. The published scale comes from natural videos: made ones get extreme values.

Reference: Wu et al., "Exploring video quality assessment on user generated contents from aesthetic and technical
perspectives", ICCV 2023; Liu et al., "A ConvNet for the 2020s", CVPR 2022. Keys and shapes as in VQAssessment/DOVER
(S-Lab License 1.0, weights too).
"""

from collections.abc import Mapping
from math import tanh
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from seehear.errors import InputError
from seehear.networks.fragment_swin import FragmentSwin
from seehear.networks.inputs import Frames, checked_frames
from seehear.networks.state import found_state, load_state, unfilled

_MEAN, _STD = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)
_WIDTHS, _DEPTHS = (96, 192, 384, 768), (3, 3, 9, 3)
_FRAGMENTS, _SIDE = 7, 32
FRAMES = 32
CLIPS = 3
_STEP = 2


class VideoQuality(NamedTuple):
    """All three, 0 to 1.

    Attributes:
        technical: sharpness, noise, artefacts.
        aesthetic: composition, content.
        overall: both, weighted as published.
    """

    technical: float
    aesthetic: float
    overall: float


class _ChannelNorm(nn.Module):
    """Layer norm over the channels of (n, channels, ...)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.bias = nn.Parameter(torch.zeros(width))

    def forward(self, x: Tensor) -> Tensor:
        normed = functional.layer_norm(x.movedim(1, -1), self.weight.shape, self.weight, self.bias, 1e-6)
        return normed.movedim(-1, 1)


class ConvBlock(nn.Module):
    """A depth-wise convolution and two layers on each place.

    Args:
        width: channels.
        frames: of the convolution.
    """

    def __init__(self, width: int, frames: int) -> None:
        super().__init__()
        self.dwconv = nn.Conv3d(width, width, (frames, 7, 7), padding=(frames // 2, 3, 3), groups=width)
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.pwconv1 = nn.Linear(width, 4 * width)
        self.pwconv2 = nn.Linear(4 * width, width)
        self.gamma = nn.Parameter(torch.zeros(width))

    def forward(self, x: Tensor) -> Tensor:
        """Give (n, width, frames, rows, columns)."""
        h = self.norm(self.dwconv(x).movedim(1, -1))
        h = self.gamma * self.pwconv2(functional.gelu(self.pwconv1(h)))
        return x + h.movedim(-1, 1)


class ConvNext3d(nn.Module):
    """ConvNeXt, of whose three blocks in turn the second also looks at neighbouring frames."""

    def __init__(self) -> None:
        super().__init__()
        first = nn.Sequential(nn.Conv3d(3, _WIDTHS[0], (2, 4, 4), stride=(2, 4, 4)), _ChannelNorm(_WIDTHS[0]))
        later = (
            nn.Sequential(_ChannelNorm(_WIDTHS[i]), nn.Conv3d(_WIDTHS[i], _WIDTHS[i + 1], (1, 2, 2), stride=(1, 2, 2)))
            for i in range(3)
        )
        self.downsample_layers = nn.ModuleList([first, *later])
        self.stages = nn.ModuleList(
            nn.Sequential(*(ConvBlock(width, 3 if j % 3 == 1 else 1) for j in range(depth)))
            for width, depth in zip(_WIDTHS, _DEPTHS, strict=True)
        )
        self.norm = nn.LayerNorm(_WIDTHS[-1], eps=1e-6)

    def forward(self, frames: Tensor) -> Tensor:
        """Give (n, 768, 16, 7, 7) of (n, 3, 32, 224, 224)."""
        x = frames
        for smaller, stage in zip(self.downsample_layers, self.stages, strict=True):
            x = stage(smaller(x))
        return self.norm(x.movedim(1, -1)).movedim(-1, 1)


class _Head(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc_hid = nn.Conv3d(_WIDTHS[-1], 64, 1)
        self.fc_last = nn.Conv3d(64, 1, 1)

    def forward(self, features: Tensor) -> Tensor:
        return self.fc_last(functional.gelu(self.fc_hid(features)))


class Dover(nn.Module):
    """Both halves."""

    def __init__(self) -> None:
        super().__init__()
        self.technical_backbone = FragmentSwin()
        self.aesthetic_backbone = ConvNext3d()
        self.technical_head = _Head()
        self.aesthetic_head = _Head()

    def technical(self, frames: Tensor) -> Tensor:
        """Give the map of scores, (n, 1, 16, 7, 7), of (n, 3, 32, 224, 224) pasted fragments."""
        return self.technical_head(self.technical_backbone(frames))

    def aesthetic(self, frames: Tensor) -> Tensor:
        """Give the map of scores, (n, 1, 16, 7, 7), of (n, 3, 32, 224, 224) small frames."""
        return self.aesthetic_head(self.aesthetic_backbone(frames))


class VideoCritic:
    """The door: frames in, three scores out.

    Args:
        network: with its weights.
        device: where it runs.
    """

    def __init__(self, network: Dover, *, device: str = "cpu") -> None:
        self.network = network.to(device)
        self.device = device

    @torch.inference_mode()
    def see(self, technical: Frames, aesthetic: Frames) -> VideoQuality:
        """Give the scores of a video.

        Where the original draws frames and fragments at random, the middle of what it draws from is taken, so that the
        same video always gets the same score.

        Args:
            technical: uint8 (96, height, width, 3), whole frames that `technical_frames` names.
            aesthetic: uint8 (32, height, width, 3), whole frames that `aesthetic_frames` names; resized to 224 x 224
                (bilinear, not antialiased, the aspect not kept).

        Raises:
            InputError: another number of frames.
        """
        if len(checked_frames(technical)) != CLIPS * FRAMES or len(checked_frames(aesthetic)) != FRAMES:
            raise InputError(
                f"expected {CLIPS * FRAMES} and {FRAMES} frames, got {len(technical)} and {len(aesthetic)}"
            )
        clips = fragments(technical).unflatten(1, (CLIPS, FRAMES)).transpose(0, 1)
        raw = [float(self.network.technical(one[None].to(self.device)).mean()) for one in clips]
        taste = float(self.network.aesthetic(_small(aesthetic)[None].to(self.device)).mean())
        return scaled(float(np.mean(raw)), taste)


def load(weights: Path | str | Mapping[str, Tensor] | None = None, *, device: str = "cpu") -> VideoCritic:
    """Load DOVER.

    Args:
        weights: a file, a folder or a state dict; None: the row ``dover``.
        device: where it runs.

    Raises:
        MissingWeights: not on this machine.
        InputError: a file that does not fit.
    """
    with unfilled():
        network = Dover()
    load_state(
        network, found_state("dover", weights), name="dover",
        kept=lambda key: key.endswith("relative_position_index"), dropped=lambda key: ".head." in key,
    )  # fmt: skip
    return VideoCritic(network, device=device)


def scaled(technical: float, aesthetic: float) -> VideoQuality:
    """Bring both raw scores to the published scale.

    Example:
        >>> scaled(0.1107, -0.08285)
        VideoQuality(technical=0.5, aesthetic=0.5, overall=0.5)
    """
    t, a = (technical - 0.1107) / 0.07355, (aesthetic + 0.08285) / 0.03774
    return VideoQuality(*(0.5 * (1.0 + tanh(value / 2.0)) for value in (t, a, 0.6104 * t + 0.3896 * a)))


def technical_frames(count: int) -> list[int]:
    """Give the 96 frames for technique: 3 clips of 32, every second frame, each in the middle of its third."""
    third = count // CLIPS
    begin = (third - FRAMES * _STEP) // 2 if third > FRAMES * _STEP else 0
    return [(clip * third + begin + i * _STEP) % count for clip in range(CLIPS) for i in range(FRAMES)]


def aesthetic_frames(count: int) -> list[int]:
    """Give the 32 frames for taste: one from the middle of each 32nd."""
    part = count // FRAMES
    begin = (part - _STEP) // 2 if part > _STEP else 0
    return [(i * part + begin) % count for i in range(FRAMES)]


def fragments(frames: Frames) -> Tensor:
    """Paste 7 x 7 fragments of 32 pixels, one from the middle of each part of the frame, float32 (3, n, 224, 224).

    Args:
        frames: uint8 (n, height, width, 3); smaller than 224 pixels are first made larger.
    """
    images = torch.from_numpy(np.ascontiguousarray(frames)).permute(0, 3, 1, 2)
    side = _FRAGMENTS * _SIDE
    ratio = min(images.shape[2] / side, images.shape[3] / side)
    if ratio < 1.0:
        shape = [max(side, round(length / ratio)) for length in images.shape[2:]]
        images = functional.interpolate(images.float(), shape, mode="bilinear", align_corners=False).floor()
    rows, columns = (_starts(length) for length in images.shape[2:])
    strips = [torch.cat([images[:, :, y : y + _SIDE, x : x + _SIDE] for x in columns], dim=3) for y in rows]
    return _normal(torch.cat(strips, dim=2).float())


def _starts(length: int) -> list[int]:
    part = length // _FRAGMENTS
    return [min(part * i, length - _SIDE) + max(part - _SIDE, 0) // 2 for i in range(_FRAGMENTS)]


def _small(frames: Frames) -> Tensor:
    found = []
    for frame in frames:
        image = torch.from_numpy(np.ascontiguousarray(frame)).permute(2, 0, 1)[None].float()
        found.append(functional.interpolate(image, (224, 224), mode="bilinear", align_corners=False))
    return _normal(torch.cat(found).round())


def _normal(images: Tensor) -> Tensor:
    mean, std = (torch.tensor(one).view(3, 1, 1) for one in (_MEAN, _STD))
    return ((images - mean) / std).transpose(0, 1)
