"""ImageBind's door: frames, sound and text in, vectors of one space out.

As its authors prepare them. Sight: 5 clips of 2 s spread evenly, first and last frame of each, short side 224
(bilinear, not antialiased), three squares side by side: 15 views, averaged. Sound: 3 clips of 2 s at 16 kHz, Kaldi's
filter bank, (x + 4.268) / 9.138. Text: lower case, 77 tokens; a longer text is cut and then has no end token.

Reference: as `seehear.networks.imagebind`.
"""

from collections.abc import Mapping, Sequence
from math import ceil
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from seehear.errors import InputError
from seehear.networks.imagebind import BANDS, COLUMNS, TOKENS, TOWERS, ImageBind
from seehear.networks.inputs import CLIP_MEAN, CLIP_STD, Frames, Sound, checked_frames, mono_at
from seehear.networks.mel import kaldi_fbank
from seehear.networks.state import found_state, load_state, unfilled
from seehear.weights import locate

RATE = 16000
_CLIP = 2.0
_CLIPS = 5
_SIDE = 224


class Binder:
    """Sight, sound and text to vectors whose cosines say how well they fit.

    Args:
        network: with its weights, at least the towers that are used.
        vocabulary: folder of CLIP's tokenizer (row ``clip_bpe``); needed for text only.
        device: where it runs.
    """

    def __init__(self, network: ImageBind, *, vocabulary: Path | None = None, device: str = "cpu") -> None:
        self.network = network.to(device)
        self.vocabulary = vocabulary
        self.device = device

    @torch.inference_mode()
    def see(self, frames: Frames) -> NDArray[np.float32]:
        """Give the vector of a video, (1024,).

        Args:
            frames: uint8 (10, height, width, 3): those that `chosen` names.

        Raises:
            InputError: another number of frames.
        """
        if len(checked_frames(frames)) != 2 * _CLIPS:
            raise InputError(f"expected {2 * _CLIPS} frames, as `chosen` names them, got {len(frames)}")
        found = [self.network.see(one[None].to(self.device)) for one in views(frames)]
        return torch.cat(found).mean(dim=0).cpu().numpy()

    @torch.inference_mode()
    def hear(self, samples: Sound, sample_rate: int) -> NDArray[np.float32]:
        """Give the vector of a sound, (1024,).

        Args:
            samples: float32 (channels, samples).
            sample_rate: Hz.

        Raises:
            InputError: shorter than 25 ms.
        """
        mono = mono_at(samples, sample_rate, RATE)
        if len(mono) < RATE // 40:
            raise InputError(f"expected at least 0.025 s of sound, got {len(mono) / RATE:.3f} s")
        return self.network.hear(pictures(mono).to(self.device)).mean(dim=0).cpu().numpy()

    @torch.inference_mode()
    def read(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give the vectors of texts, (n, 1024).

        Raises:
            MissingWeights: the tokenizer's vocabulary is not on this machine.
        """
        return self.network.read(tokens(texts, self.vocabulary).to(self.device)).cpu().numpy()


def load(
    weights: Path | str | Mapping[str, Tensor] | None = None,
    *,
    towers: tuple[str, ...] = tuple(TOWERS),
    vocabulary: Path | None = None,
    device: str = "cpu",
) -> Binder:
    """Load ImageBind-huge.

    Args:
        weights: a file, a folder or a state dict; None: the row ``imagebind_huge``.
        towers: which to keep: all three take 4.3 GB.
        vocabulary: as in `Binder`.
        device: where it runs.

    Raises:
        MissingWeights: not on this machine.
        InputError: a file that does not fit, or no such tower.
    """
    if not towers or not set(towers) <= set(TOWERS):
        raise InputError(f"expected towers of {', '.join(TOWERS)}, got {towers}")
    with unfilled():
        network = ImageBind(towers)
    load_state(
        network, found_state("imagebind_huge", weights), name="imagebind_huge",
        kept=lambda key: key.endswith(("text.mask", "audio.1.log_logit_scale")),
        dropped=lambda key: key.startswith("modality_") and key.split(".")[1] not in towers,
    )  # fmt: skip
    return Binder(network, vocabulary=vocabulary, device=device)


def clip_starts(duration: float, count: int) -> list[float]:
    """Give where clips of 2 s begin, spread evenly over a recording, s.

    Example:
        >>> clip_starts(8.0, 3), clip_starts(1.0, 2)
        ([0.0, 3.0, 6.0], [0.0, 0.0])
    """
    last = max(duration - _CLIP, 0.0)
    return [last * i / max(count - 1, 1) for i in range(count)]


def chosen(count: int, *, fps: float) -> list[int]:
    """Give the frames of a video that are looked at: first and last of each of 5 clips.

    Raises:
        InputError: no frames, or a frame rate that is not positive.

    Example:
        >>> chosen(80, fps=10.0)
        [0, 19, 15, 34, 30, 49, 45, 64, 60, 79]
    """
    if not (fps > 0 and count > 0):
        raise InputError(f"expected frames and a positive frame rate, got {count} at {fps}")
    found = []
    for start in clip_starts(count / fps, _CLIPS):
        first = min(ceil(start * fps - 1e-9), count - 1)
        found += [first, max(min(ceil((start + _CLIP) * fps - 1e-9), count) - 1, first)]
    return found


def views(frames: Frames) -> Tensor:
    """Give the 15 views of the chosen frames, float32 (15, 3, 2, 224, 224)."""
    found = []
    for pair in frames.reshape(_CLIPS, 2, *frames.shape[1:]):
        found += _squares(_scaled(torch.from_numpy(pair).permute(0, 3, 1, 2).float() / 255.0))
    middle, spread = (torch.tensor(one).view(3, 1, 1, 1) for one in (CLIP_MEAN, CLIP_STD))
    return (torch.stack(found).transpose(1, 2) - middle) / spread


def pictures(mono: Sound) -> Tensor:
    """Give the log-mel pictures of three clips, (3, 1, 128, 204), of (samples,) at 16 kHz."""
    found = []
    for start in clip_starts(len(mono) / RATE, 3):
        wave = torch.from_numpy(mono[int(start * RATE) : int((start + _CLIP) * RATE)])
        energies = kaldi_fbank(wave - wave.mean(), RATE, BANDS)[:, :COLUMNS]
        found.append(functional.pad(energies, (0, COLUMNS - energies.shape[1])))
    return (torch.stack(found)[:, None] + 4.268) / 9.138


def tokens(texts: Sequence[str], vocabulary: Path | None = None) -> Tensor:
    """Give token numbers, int64 (n, 77); zeros follow the end.

    Raises:
        MissingWeights: the vocabulary is not on this machine.
    """
    from transformers import CLIPTokenizer

    tokenizer = CLIPTokenizer.from_pretrained(locate("clip_bpe", vocabulary))
    numbers = torch.zeros(len(texts), TOKENS, dtype=torch.int64)
    for row, text in zip(numbers, texts, strict=True):
        ids = tokenizer(text)["input_ids"][:TOKENS]
        row[: len(ids)] = torch.tensor(ids)
    return numbers


def _scaled(images: Tensor) -> Tensor:
    height, width = images.shape[2:]
    shape = (_SIDE * height // width, _SIDE) if width < height else (_SIDE, _SIDE * width // height)
    return functional.interpolate(images, shape, mode="bilinear", align_corners=False)


def _squares(images: Tensor) -> list[Tensor]:
    height, width = images.shape[2:]
    spare = max(height, width) - _SIDE
    cuts = [0, ceil(spare / 2), spare]
    if height > width:
        return [images[:, :, cut : cut + _SIDE] for cut in cuts]
    return [images[..., cut : cut + _SIDE] for cut in cuts]
