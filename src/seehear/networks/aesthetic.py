"""Aesthetic Predictor V2.5: a picture's SigLIP embedding to a score of about 1 to 10.

The head is five linear layers with nothing between them when it does not learn. The embedding comes from
transformers' SigLIP (so400m, 384 pixels), pooled, divided by its length.

Reference: discus0434, "Aesthetic Predictor V2.5" (from 5.5 on it calls a picture great); Zhai et al., "Sigmoid loss for
language image pre-training", ICCV 2023.
"""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from seehear.errors import InputError
from seehear.networks.hub_model import model_from
from seehear.networks.inputs import Frames, checked_frames, normalised, resized
from seehear.networks.state import found_state, load_state, stripped, unfilled
from seehear.weights import locate

WIDTH, SIDE = 1152, 384
_SIZES = (WIDTH, 1024, 128, 64, 16, 1)


class AestheticHead(nn.Module):
    """The head."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inside, outside in pairwise(_SIZES):
            layers += [nn.Linear(inside, outside), nn.Identity()]  # there the original drops out while it learns
        self.scoring_head = nn.Sequential(*layers[:-1])

    def forward(self, embeddings: Tensor) -> Tensor:
        """Give (n, 1) of (n, 1152) embeddings of length 1."""
        return self.scoring_head(embeddings)


class AestheticScorer:
    """The door: pictures in, scores out.

    Args:
        head: with its weights.
        encoder: SigLIP's vision model, as transformers has it.
        device: where they run.
    """

    def __init__(self, head: AestheticHead, encoder: Any, *, device: str = "cpu") -> None:  # noqa: ANN401
        self.head = head.to(device)
        self.encoder = encoder.to(device)
        self.device = device

    @torch.inference_mode()
    def see(self, frames: Frames) -> NDArray[np.float32]:
        """Give a score for each frame, (n,).

        Args:
            frames: uint8 (n, height, width, 3); resized to 384 x 384 (bicubic, antialiased, the aspect not kept).

        Raises:
            InputError: no frames.
        """
        images = normalised(resized(checked_frames(frames), (SIDE, SIDE)), (0.5,) * 3, (0.5,) * 3)
        pooled = [self.encoder(pixel_values=one[None].to(self.device)).pooler_output for one in images]
        return self.head(functional.normalize(torch.cat(pooled), dim=-1))[:, 0].cpu().numpy()


def load_head(weights: Path | str | Mapping[str, Tensor] | None = None) -> AestheticHead:
    """Load the head alone.

    Args:
        weights: a file, a folder or a state dict; None: the row ``aesthetic_v2_5_head``.

    Raises:
        MissingWeights: not on this machine.
        InputError: a file that does not fit.
    """
    with unfilled():
        head = AestheticHead()
    state = stripped(found_state("aesthetic_v2_5_head", weights), "layers.")
    load_state(head, state, name="aesthetic_v2_5_head")
    return head


def load(
    weights: Path | str | Mapping[str, Tensor] | None = None,
    *,
    encoder: Path | str | None = None,
    device: str = "cpu",
) -> AestheticScorer:
    """Load head and encoder.

    Args:
        weights: of the head, as in `load_head`.
        encoder: folder of SigLIP; None: the row ``siglip_so400m_384``.
        device: where they run.

    Raises:
        MissingWeights: one of them is not on this machine.
        InputError: a file that does not fit.
    """
    head = load_head(weights)
    folder = locate("siglip_so400m_384", encoder)
    from transformers import SiglipVisionModel

    model = model_from(SiglipVisionModel, folder)
    if model.config.hidden_size != WIDTH:
        raise InputError(f"expected SigLIP of width {WIDTH} in '{folder}', got {model.config.hidden_size}")
    return AestheticScorer(head, model, device=device)
