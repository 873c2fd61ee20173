"""X-CLIP: video and text to vectors of one space, through transformers.

It stands in for VideoCLIP-XL, which has no layout on record here: its cosines are not those of published T-V tables.

Reference: Ni et al., "Expanding language-image pretrained models for general video recognition", ECCV 2022.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from seehear.errors import InputError
from seehear.networks.hub_model import model_from
from seehear.networks.inputs import (
    IMAGENET_MEAN,
    IMAGENET_STD,
    Frames,
    centre_crop,
    checked_frames,
    normalised,
    short_side,
)
from seehear.weights import locate


class XClip:
    """The door: a video and texts in, cosines out.

    Args:
        model: transformers' ``XCLIPModel``.
        tokenizer: its tokenizer.
        device: where it runs.
    """

    def __init__(self, model: Any, tokenizer: Any, *, device: str = "cpu") -> None:  # noqa: ANN401
        self.model = model.to(device)
        self.tokenizer = tokenizer
        self.device = device
        self.frames = int(model.config.vision_config.num_frames)
        self.side = int(model.config.vision_config.image_size)

    def chosen(self, count: int) -> list[int]:
        """Give the frames that are looked at: as many as the model takes, the middle one of each equal part."""
        return [int((i + 0.5) * count / self.frames) for i in range(self.frames)]

    @torch.inference_mode()
    def match(self, frames: Frames, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give the cosine of a video with each text, (n,); the model lets the picture colour the texts' vectors.

        Args:
            frames: uint8 (as many as `chosen` names, height, width, 3); short side resized (bilinear, antialiased), the
                middle square kept.
            texts: n of them, cut at the model's length.

        Raises:
            InputError: another number of frames.
        """
        if len(checked_frames(frames)) != self.frames:
            raise InputError(f"expected {self.frames} frames, as `chosen` names them, got {len(frames)}")
        square = centre_crop(short_side(frames, self.side, mode="bilinear"), self.side)
        images = normalised(square, IMAGENET_MEAN, IMAGENET_STD)[None].to(self.device)
        ready = self.tokenizer(list(texts), padding=True, truncation=True, return_tensors="pt").to(self.device)
        found = self.model(
            input_ids=ready["input_ids"], attention_mask=ready.get("attention_mask"), pixel_values=images
        )
        return (found.text_embeds[0] @ found.video_embeds[0]).cpu().numpy()


def load(folder: Path | str | None = None, *, device: str = "cpu") -> XClip:
    """Load X-CLIP.

    Args:
        folder: as transformers writes it; None: the row ``x_clip_base_patch16``.
        device: where it runs.

    Raises:
        MissingWeights: not on this machine.
        InputError: a folder that transformers cannot read.
    """
    place = locate("x_clip_base_patch16", folder)
    from transformers import AutoTokenizer, XCLIPModel

    return XClip(model_from(XCLIPModel, place), model_from(AutoTokenizer, place), device=device)
