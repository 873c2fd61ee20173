"""VGGish: sound to a vector of 128 for each 0.96 s.

Without the principal components, the 8-bit rounding and the last ReLU of the first release, as the Frechet audio
distance is computed on it.

Reference: Hershey et al., "CNN architectures for large-scale audio classification", ICASSP 2017; the front end of the
AudioSet release (window 400, hop 160, 512 points, 64 bands from 125 to 7500 Hz, ln(x + 0.01)). Keys and shapes as in
torchvggish.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from seehear.errors import InputError
from seehear.networks.inputs import Sound, mono_at
from seehear.networks.mel import hann, kaldi_bank
from seehear.networks.state import found_state, load_state, unfilled

RATE = 16000
_WINDOW, _HOP, _POINTS, _BANDS = 400, 160, 512, 64
FRAMES = 96
"""Of one example: 0.96 s."""
_PLAN = (64, None, 128, None, 256, 256, None, 512, 512, None)


class Vggish(nn.Module):
    """The network."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        inside = 1
        for outside in _PLAN:
            if outside is None:
                layers.append(nn.MaxPool2d(2))
            else:
                layers += [nn.Conv2d(inside, outside, 3, padding=1), nn.ReLU()]
                inside = outside
        self.features = nn.Sequential(*layers)
        self.embeddings = nn.Sequential(
            nn.Linear(512 * 6 * 4, 4096), nn.ReLU(), nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, 128)
        )

    def forward(self, examples: Tensor) -> Tensor:
        """Give (n, 128) of (n, 96, 64) log-mel examples; the flat order is time, band, channel."""
        return self.embeddings(self.features(examples[:, None]).permute(0, 2, 3, 1).flatten(1))


class VggishEmbedder:
    """The door: sound in, vectors out.

    Args:
        network: with its weights.
        device: where it runs.
    """

    def __init__(self, network: Vggish, *, device: str = "cpu") -> None:
        self.network = network.to(device)
        self.device = device

    @torch.inference_mode()
    def hear(self, samples: Sound, sample_rate: int) -> NDArray[np.float32]:
        """Give a vector for each 0.96 s, (n, 128); what is left over at the end is not heard.

        Args:
            samples: float32 (channels, samples).
            sample_rate: Hz.

        Raises:
            InputError: shorter than 0.975 s.
        """
        found = torch.from_numpy(examples(mono_at(samples, sample_rate, RATE)).astype(np.float32))
        return self.network(found.to(self.device)).cpu().numpy()


def load(weights: Path | str | Mapping[str, Tensor] | None = None, *, device: str = "cpu") -> VggishEmbedder:
    """Load VGGish.

    Args:
        weights: a file, a folder or a state dict; None: the row ``vggish``.
        device: where it runs.

    Raises:
        MissingWeights: not on this machine.
        InputError: a file that does not fit.
    """
    with unfilled():
        network = Vggish()
    state = found_state("vggish", weights)
    load_state(network, state, name="vggish", dropped=lambda key: key.startswith("pproc."))
    return VggishEmbedder(network, device=device)


def examples(mono: NDArray[np.floating]) -> NDArray[np.float64]:
    """Give the log-mel examples of a sound, (n, 96, 64), in float64.

    Args:
        mono: (samples,), 16 kHz.

    Raises:
        InputError: shorter than one example.
    """
    wave = np.asarray(mono, dtype=np.float64)
    count = (len(wave) - _WINDOW) // _HOP + 1
    if count < FRAMES:
        least = (_WINDOW + (FRAMES - 1) * _HOP) / RATE
        raise InputError(f"expected at least {least} s of sound, got {len(wave) / RATE:.3f} s")
    frames = np.lib.stride_tricks.sliding_window_view(wave, _WINDOW)[::_HOP] * hann(_WINDOW)
    spectrum = np.abs(np.fft.rfft(frames, _POINTS))
    logged = np.log(spectrum @ kaldi_bank(RATE, _POINTS, _BANDS, 125.0, 7500.0).T + 0.01)
    whole = count // FRAMES
    return np.asarray(logged[: whole * FRAMES].reshape(whole, FRAMES, _BANDS))
