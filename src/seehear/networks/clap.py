"""CLAP: sound and text to vectors of one space, through transformers.

Sound at 48 kHz mono; shorter than 10 s it is repeated and filled, as the original does. The original cuts a random 10 s
out of longer sounds; here they are heard in windows of 10 s spread evenly, and the unit vectors are averaged, so that
the same sound always gets the same vector.

Reference: Wu et al., "Large-scale contrastive language-audio pretraining with feature fusion and keyword-to-caption
augmentation", ICASSP 2023. Files in transformers' layout; LAION's own ``.pt`` is not read.
"""

from collections.abc import Sequence
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from seehear.networks.hub_model import model_from
from seehear.networks.inputs import Sound, mono_at
from seehear.weights import locate

RATE = 48000
WINDOW = 10 * RATE


class Clap:
    """The door: sound and text in, unit vectors out.

    Args:
        model: transformers' ``ClapModel``.
        extractor: its feature extractor.
        tokenizer: its tokenizer.
        device: where it runs.
    """

    def __init__(self, model: Any, extractor: Any, tokenizer: Any, *, device: str = "cpu") -> None:  # noqa: ANN401
        self.model = model.to(device)
        self.extractor = extractor
        self.tokenizer = tokenizer
        self.device = device

    @torch.inference_mode()
    def hear(self, samples: Sound, sample_rate: int) -> NDArray[np.float32]:
        """Give the vector of a sound, (d,).

        Args:
            samples: float32 (channels, samples).
            sample_rate: Hz.
        """
        found = []
        for wave in windows(mono_at(samples, sample_rate, RATE)):
            ready = self.extractor(
                wave, sampling_rate=RATE, padding="repeatpad", truncation="rand_trunc", return_tensors="pt"
            )
            found.append(_vectors(self.model.get_audio_features(ready["input_features"].to(self.device))))
        return functional.normalize(torch.cat(found).mean(dim=0), dim=-1).cpu().numpy()

    @torch.inference_mode()
    def read(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give the vectors of texts, (n, d)."""
        ready = self.tokenizer(list(texts), padding=True, truncation=True, return_tensors="pt").to(self.device)
        return _vectors(self.model.get_text_features(**ready)).cpu().numpy()


def load(folder: Path | str | None = None, *, device: str = "cpu") -> Clap:
    """Load CLAP.

    Args:
        folder: as transformers writes it; None: the row ``clap_htsat_music_speech``.
        device: where it runs.

    Raises:
        MissingWeights: not on this machine.
        InputError: a folder that transformers cannot read.
    """
    place = locate("clap_htsat_music_speech", folder)
    from transformers import AutoTokenizer, ClapFeatureExtractor, ClapModel

    parts = [model_from(kind, place) for kind in (ClapModel, ClapFeatureExtractor, AutoTokenizer)]
    return Clap(*parts, device=device)


def windows(mono: Sound) -> list[Sound]:
    """Cut a sound at 48 kHz into the fewest windows of 10 s that cover it, spread evenly; a short one is one window.

    Example:
        >>> [len(one) / 48000 for one in windows(np.zeros(48000 * 15, np.float32))]
        [10.0, 10.0]
    """
    count = ceil(len(mono) / WINDOW)
    starts = np.linspace(0, max(len(mono) - WINDOW, 0), max(count, 1)).round().astype(int)
    return [mono[start : start + WINDOW] for start in starts]


def _vectors(found: Any) -> torch.Tensor:  # noqa: ANN401 - a tensor, or since version 5 what holds it
    return functional.normalize(found if isinstance(found, torch.Tensor) else found.pooler_output, dim=-1)
