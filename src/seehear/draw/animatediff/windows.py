"""Clips longer than the motion modules reach: overlapping windows whose predictions are blended.

Each step predicts the noise of every window of 16 frames apart and blends what overlaps with weights that rise to the
middle of the window; so memory does not grow with the clip. The noise to begin from is that of the first 16 frames,
shuffled from window to window, which keeps far frames alike.

Reference: Qiu et al., "FreeNoise", ICLR 2024 (noise rescheduling; it fuses windows inside temporal attention, here
the predicted noise is fused).
"""

import torch
from torch import Tensor

from seehear.draw.animatediff.places import LEAST_FRAMES

STRIDE = 8
"""Frames from one window to the next."""


def windows_of(frames: int, *, length: int = LEAST_FRAMES, stride: int = STRIDE) -> list[slice]:
    """Give windows that cover all frames, each of the full length; the last ends with the clip.

    Example:
        >>> windows_of(16), windows_of(27)
        ([slice(0, 16, None)], [slice(0, 16, None), slice(8, 24, None), slice(11, 27, None)])
    """
    starts = [*range(0, max(frames - length, 0), stride), max(frames - length, 0)]
    return [slice(start, min(start + length, frames)) for start in starts]


def window_weights(length: int) -> Tensor:
    """Give the weight of each frame of a window, (length,): 1, 2, ... to the middle and back.

    Example:
        >>> window_weights(5).tolist()
        [1.0, 2.0, 3.0, 2.0, 1.0]
    """
    rising = torch.arange(1, length + 1, dtype=torch.float32)
    return torch.minimum(rising, rising.flip(0))


def first_noise(shape: tuple[int, int, int, int], *, seed: int, length: int = LEAST_FRAMES) -> Tensor:
    """Give the noise to begin from, of unit variance.

    Args:
        shape: (channels, frames, height, width) of the latents.
        seed: of the noise; the first ``length`` frames are what `torch.randn` gives for it.
        length: frames of a window.

    Returns:
        (1, channels, frames, height, width) float32 on the CPU.
    """
    channels, frames, height, width = shape
    source = torch.Generator("cpu").manual_seed(seed)
    made = torch.randn((1, channels, min(frames, length), height, width), generator=source)
    pieces = [made]
    for start in range(length, frames, STRIDE):
        order = torch.randperm(STRIDE, generator=source)
        begin = (start - length) % length
        taken = made[:, :, begin : begin + STRIDE][:, :, order]
        pieces.append(taken[:, :, : frames - start])
    return torch.cat(pieces, dim=2)
