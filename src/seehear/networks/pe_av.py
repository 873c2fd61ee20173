"""PE-AV's sound and text: vectors of one space under a licence that allows everything, through transformers.

Of Perception Encoder Audiovisual only the sound and the text encoder are made: its picture encoder comes from timm,
which needs torchvision. Sound at 48 kHz mono of any length, mirrored at its end to whole steps of 40 ms.

Reference: Vyas et al., "Pushing the frontier of audiovisual perception with large-scale multimodal correspondence
learning" (PE-AV), 2025. Files in transformers' layout.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from seehear.errors import InputError
from seehear.networks.hub_model import model_from
from seehear.networks.inputs import Sound, mono_at
from seehear.networks.state import State, load_state, read_state
from seehear.weights import locate

RATE = 48000
VARIANTS = ("pe_av_small", "pe_av_base", "pe_av_large")


class SoundAndText:
    """The door: a sound and texts in, cosines out.

    Args:
        model: transformers' ``PeAudioModel``.
        tokenizer: its tokenizer.
        device: where it runs.
    """

    def __init__(self, model: Any, tokenizer: Any, *, device: str = "cpu") -> None:  # noqa: ANN401
        self.model = model.to(device)
        self.tokenizer = tokenizer
        self.device = device
        self.step = int(model.config.audio_config.dac_config.hop_length)

    @torch.inference_mode()
    def match(self, samples: Sound, sample_rate: int, texts: list[str]) -> np.ndarray:
        """Give the cosine of a sound with each text, (n,).

        Args:
            samples: float32 (channels, samples).
            sample_rate: Hz.
            texts: n of them.

        Raises:
            InputError: shorter than 40 ms.
        """
        wave = _whole(mono_at(samples, sample_rate, RATE), self.step)
        ready = self.tokenizer(texts, padding=True, truncation=True, return_tensors="pt").to(self.device)
        found = self.model(
            input_ids=ready["input_ids"], attention_mask=ready["attention_mask"],
            input_values=torch.from_numpy(wave)[None, None].to(self.device),
        )  # fmt: skip
        sound = functional.normalize(found.audio_embeds[0], dim=-1)
        return (functional.normalize(found.text_audio_embeds, dim=-1) @ sound).cpu().numpy()


def load(name: str = "pe_av_base", folder: Path | str | None = None, *, device: str = "cpu") -> SoundAndText:
    """Load the sound and text encoders of a variant.

    Args:
        name: one of ``VARIANTS``, rows of the weights table.
        folder: as transformers writes it; None: where `seehear weights` keeps it.
        device: where they run.

    Raises:
        MissingWeights: not on this machine.
        InputError: an unknown variant, or a folder that does not fit.
    """
    if name not in VARIANTS:
        raise InputError(f"expected one of {', '.join(VARIANTS)}, got {name!r}")
    place = locate(name, folder)
    from transformers import AutoTokenizer, PeAudioModel, PeAudioVideoConfig

    model = PeAudioModel(model_from(PeAudioVideoConfig, place).audio_config)
    load_state(model, sound_state(_folder_state(place)), name=f"{name}'s sound and text")
    return SoundAndText(model, model_from(AutoTokenizer, place), device=device)


def sound_state(state: State) -> State:
    """Give the weights of sound and text out of the whole model's, where the text encoder is kept once for all."""
    own = {key.removeprefix("audio_model."): value for key, value in state.items() if key.startswith("audio_model.")}
    text = {key: value for key, value in state.items() if key.startswith("text_model.")}
    return {**text, **own}


def _folder_state(place: Path) -> State:
    """Read safetensors, in one file or in several with an index."""
    index = place / "model.safetensors.index.json"
    if not index.is_file():
        return read_state(place / "model.safetensors")
    files = sorted(set(json.loads(index.read_text())["weight_map"].values()))
    state: dict[str, Tensor] = {}
    for file in files:
        state.update(read_state(place / file))
    return state


def _whole(mono: Sound, step: int) -> Sound:
    if len(mono) < step:
        raise InputError(f"expected at least {step / RATE} s of sound, got {len(mono) / RATE:.3f} s")
    return np.pad(mono, (0, -len(mono) % step), mode="reflect")
