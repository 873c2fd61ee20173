"""What the networks' doors take: sound at any rate and uint8 pictures, checked, resampled and resized.

Sound: float32 (channels, samples), folded to mono by the mean, resampled by soxr (HQ). Pictures: uint8 RGB (frames,
height, width, 3), resized by torch's antialiased filters, which are those of torchvision's tensor transforms.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from seehear.errors import InputError

Sound = NDArray[np.float32]
Frames = NDArray[np.uint8]
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)


def mono_at(samples: Sound, sample_rate: int, rate: int) -> Sound:
    """Give the mean of the channels at another rate.

    Args:
        samples: (channels, n) or (n,), finite.
        sample_rate: Hz, of the samples.
        rate: Hz, wanted.

    Returns:
        (n * rate / sample_rate,).

    Raises:
        InputError: another shape, no samples, not finite, or a rate that is not positive.
    """
    sound = np.atleast_2d(np.asarray(samples, dtype=np.float32))
    if sound.ndim != 2 or not sound.size:
        raise InputError(f"expected sound of shape (channels, samples), got {np.shape(samples)}")
    if not np.isfinite(sound).all():
        raise InputError("expected finite samples, got nan or infinity")
    if sample_rate <= 0:
        raise InputError(f"expected a positive sample rate, got {sample_rate}")
    mono = sound.mean(axis=0, dtype=np.float32)
    if sample_rate == rate:
        return mono
    import soxr

    return np.asarray(soxr.resample(mono, sample_rate, rate), dtype=np.float32)


def checked_frames(frames: Frames, *, least: int = 1) -> Frames:
    """Give the frames back, or say what is wrong with them.

    Raises:
        InputError: not uint8 (frames, height, width, 3), or fewer than ``least``.
    """
    if frames.dtype != np.uint8 or frames.ndim != 4 or frames.shape[-1] != 3 or not frames.size:
        raise InputError(f"expected uint8 frames (n, height, width, 3), got {frames.dtype} {frames.shape}")
    if len(frames) < least:
        raise InputError(f"expected at least {least} frames, got {len(frames)}: give a longer clip")
    return frames


def frames_at(times: NDArray[np.float64], *, fps: float, duration: float) -> NDArray[np.int64]:
    """Give, for each tick of a steady frame rate, the index of the frame nearest in time (as ffmpeg's filter `fps`).

    Args:
        times: (n,) s, of the frames there are, rising.
        fps: frames per second, wanted.
        duration: s, of the result.

    Example:
        >>> frames_at(np.array([0.0, 0.1, 0.2, 0.3]), fps=5.0, duration=0.4)
        array([0, 2])
    """
    ticks = np.arange(round(duration * fps)) / fps
    edges = (times[:-1] + times[1:]) / 2
    return np.searchsorted(edges, ticks, side="right").astype(np.int64)


def resized(frames: Frames, shape_hw: tuple[int, int], *, mode: str = "bicubic") -> Tensor:
    """Give frames of another size, uint8 (n, 3, height, width), antialiased; the aspect is not kept.

    Args:
        frames: uint8 (n, height, width, 3).
        shape_hw: pixels.
        mode: ``bicubic`` (a = -0.5) or ``bilinear``.
    """
    tensor = torch.from_numpy(np.ascontiguousarray(frames)).permute(0, 3, 1, 2)
    if tuple(tensor.shape[2:]) == shape_hw:
        return tensor
    return functional.interpolate(tensor, shape_hw, mode=mode, antialias=True)


def short_side(frames: Frames, side: int, *, mode: str = "bicubic") -> Tensor:
    """Give frames whose shorter side has so many pixels, the aspect kept, uint8 (n, 3, height, width)."""
    height, width = frames.shape[1:3]
    small = min(height, width)
    return resized(frames, (int(side * height / small), int(side * width / small)), mode=mode)


def centre_crop(images: Tensor, side: int) -> Tensor:
    """Cut a square of so many pixels out of the middle of (..., height, width)."""
    top, left = (round((size - side) / 2.0) for size in images.shape[-2:])
    return images[..., top : top + side, left : left + side]


def normalised(images: Tensor, mean: tuple[float, ...], std: tuple[float, ...]) -> Tensor:
    """Give uint8 (n, 3, height, width) as float32, (x / 255 - mean) / std by channel."""
    middle, spread = (torch.tensor(one).view(3, 1, 1) for one in (mean, std))
    return (images.float() / 255.0 - middle) / spread
