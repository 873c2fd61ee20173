"""Synchformer's door: frames and sound in, the logits of 21 offsets out; and frames in, MMAudio's features out.

Frames are taken at 25 per second, the short side resized to 224 (bicubic, antialiased) and the middle square kept;
sound at 16 kHz mono. A window of 4.8 s holds fourteen segments: av-benchmark takes the first and the last fourteen of
the clip, T2AV-Compass those that begin at the third of 125 frames (0.08 s).

Reference: as `seehear.networks.synchformer`; av-benchmark 050a5cd (windows of 4.8 s).
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from seehear.errors import InputError
from seehear.networks.inputs import Frames, Sound, centre_crop, checked_frames, mono_at, normalised, short_side
from seehear.networks.mel import hann, htk_bank, power_spectrum, single
from seehear.networks.state import found_state, load_state, stripped, unfilled
from seehear.networks.synchformer import (
    SAMPLE_STRIDE,
    SEGMENT_FRAMES,
    SEGMENT_SAMPLES,
    SEGMENT_STRIDE,
    SEGMENTS,
    Synchformer,
    VisualEncoder,
)

FPS, RATE = 25, 16000
WINDOW = 4.8
"""Seconds that fourteen segments cover."""
OFFSETS = np.round(np.linspace(-2.0, 2.0, 21), 1)
"""Seconds of the 21 classes."""
_MEAN, _STD = -4.2677393, 4.5689974


class SyncOffset:
    """The offset model on a device.

    Args:
        network: with its weights.
        device: where it runs.
    """

    def __init__(self, network: Synchformer, *, device: str = "cpu") -> None:
        self.network = network.to(device)
        self.device = device

    def see(self, frames: Frames) -> NDArray[np.float32]:
        """Give features of every segment, (segments, 8, 768), one each 0.32 s.

        Args:
            frames: uint8 (at least 120, height, width, 3), 25 per second.

        Raises:
            InputError: fewer frames, or no frames at all.
        """
        segments = segmented(picture(checked_frames(frames, least=round(WINDOW * FPS))))
        return _seen(self.network.vfeat_extractor, segments, self.device)

    @torch.inference_mode()
    def hear(self, samples: Sound, sample_rate: int) -> NDArray[np.float32]:
        """Give features of every segment of the sound, (segments, 6, 768).

        Args:
            samples: float32 (channels, samples).
            sample_rate: Hz.

        Raises:
            InputError: shorter than 4.8 s.
        """
        mono = mono_at(samples, sample_rate, RATE)
        if len(mono) < WINDOW * RATE:
            raise InputError(f"expected at least {WINDOW} s of sound, got {len(mono) / RATE:.2f} s")
        waves = torch.from_numpy(mono).unfold(0, SEGMENT_SAMPLES, SAMPLE_STRIDE)
        parts = waves.split(SEGMENTS)
        found = [self.network.afeat_extractor(spectrograms(part[None]).to(self.device)) for part in parts]
        return torch.cat(found, dim=1)[0].cpu().numpy()

    @torch.inference_mode()
    def logits(self, seen: NDArray[np.float32], heard: NDArray[np.float32]) -> NDArray[np.float32]:
        """Give the 21 offsets' logits of one window.

        Args:
            seen: (14, 8, 768), neighbouring segments of `see`.
            heard: (14, 6, 768), the same segments of `hear`.

        Returns:
            (21,), of ``OFFSETS``.

        Raises:
            InputError: another number of segments.
        """
        if len(seen) != SEGMENTS or len(heard) != SEGMENTS:
            raise InputError(f"expected {SEGMENTS} segments on both sides, got {len(seen)} and {len(heard)}")
        sight, sound = (torch.from_numpy(one)[None].to(self.device) for one in (seen, heard))
        return self.network(sight, sound)[0].cpu().numpy()


class SyncFeatures:
    """Synchformer's visual encoder alone, as MMAudio uses it.

    Args:
        network: with its weights.
        device: where it runs.
    """

    def __init__(self, network: VisualEncoder, *, device: str = "cpu") -> None:
        self.network = network.to(device)
        self.device = device

    def see(self, frames: Frames) -> NDArray[np.float32]:
        """Give eight vectors for each segment in turn, (8 * segments, 768): 24 a second, 192 for 8 s.

        Args:
            frames: uint8 (at least 16, height, width, 3), 25 per second.

        Raises:
            InputError: fewer than 16 frames.
        """
        segments = segmented(picture(checked_frames(frames, least=SEGMENT_FRAMES)))
        return _seen(self.network, segments, self.device).reshape(-1, 768)


def load(weights: Path | str | Mapping[str, Tensor] | None = None, *, device: str = "cpu") -> SyncOffset:
    """Load the whole model.

    Args:
        weights: a file, a folder or a state dict; None: the row ``synchformer_av``.
        device: where it runs.

    Raises:
        MissingWeights: not on this machine.
        InputError: a file that does not fit.
    """
    with unfilled():
        network = Synchformer()
    load_state(network, found_state("synchformer_av", weights), name="synchformer_av", dropped=_old)
    return SyncOffset(network, device=device)


def load_visual(weights: Path | str | Mapping[str, Tensor] | None = None, *, device: str = "cpu") -> SyncFeatures:
    """Load the visual encoder alone, from the same file."""
    with unfilled():
        network = VisualEncoder()
    state = stripped(found_state("synchformer_av", weights), "vfeat_extractor.")
    load_state(network, state, name="synchformer_av's visual encoder")
    return SyncFeatures(network, device=device)


def picture(frames: Frames) -> Tensor:
    """Give frames as the encoder wants them, float32 (n, 3, 224, 224) in [-1, 1]."""
    return normalised(centre_crop(short_side(frames, 224), 224), (0.5,) * 3, (0.5,) * 3)


def segmented(images: Tensor) -> Tensor:
    """Cut (n, 3, 224, 224) into segments, (segments, 16, 3, 224, 224), one every 8 frames."""
    return images.unfold(0, SEGMENT_FRAMES, SEGMENT_STRIDE).movedim(-1, 1)


def spectrograms(waves: Tensor) -> Tensor:
    """Give the normalised log-mel pictures of segments.

    Args:
        waves: (..., 10240), 16 kHz.

    Returns:
        (..., 128, 66): 65 frames and a column of what the original pads with, zeros after the logarithm.
    """
    bank = single(htk_bank(RATE, 1024, 128, 0.0, 8000.0))
    power = power_spectrum(waves, single(hann(400)), n_fft=1024, hop=160)
    logged = torch.nn.functional.pad(torch.log(bank @ power + 1e-6), (0, 1))
    return (logged - _MEAN) / (2.0 * _STD)


@torch.inference_mode()
def _seen(network: VisualEncoder, segments: Tensor, device: str) -> NDArray[np.float32]:
    """Run segments one by one: a segment holds 1569 tokens, all fourteen at once would hold gigabytes."""
    found = [network(one[None, None].to(device))[0, 0].cpu() for one in segments]
    return torch.stack(found).numpy()


def _old(key: str) -> bool:
    return key.endswith(("position_ids", "num_batches_tracked"))
