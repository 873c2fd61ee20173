"""Words into what the UNet attends to; every distinct sentence is encoded once."""

from collections.abc import Sequence

import torch
from torch import Tensor

from seehear.draw.animatediff.grounding import Pipe
from seehear.draw.animatediff.sampling import Words


def frame_words(pipe: Pipe, prompts: Sequence[str], negative: str, *, guided: bool) -> Words:
    """Encode what frames are told and what they should not be.

    Args:
        pipe: with a tokenizer and a text encoder.
        prompts: one for each frame.
        negative: what pictures should not be.
        guided: whether that is needed.
    """
    device = pipe._execution_device
    found: dict[str, Tensor] = {}
    untold = None
    with torch.no_grad():
        for prompt in dict.fromkeys(prompts):
            found[prompt], other = pipe.encode_prompt(prompt, device, 1, guided and untold is None, negative)
            untold = other if untold is None else untold
    places = {prompt: place for place, prompt in enumerate(found)}
    index = torch.tensor([places[prompt] for prompt in prompts], device=device)
    return Words(torch.cat(list(found.values())), index, untold if guided else None)


def phrase_words(pipe: Pipe, labels: Sequence[str]) -> tuple[Tensor, Tensor]:
    """Encode each object's words.

    Returns:
        (objects, tokens, width) hidden states and (objects, width) pooled; empty without objects.
    """
    device, width = pipe._execution_device, pipe.text_encoder.config.hidden_size
    length = pipe.tokenizer.model_max_length
    hidden = [torch.empty((0, length, width), device=device, dtype=pipe.text_encoder.dtype)]
    pooled = [hidden[0].new_empty((0, width))]
    with torch.no_grad():
        for label in labels:
            ids = token_ids(pipe, label).to(device)
            out = pipe.text_encoder(ids)
            hidden.append(out.last_hidden_state)
            pooled.append(out.pooler_output)
    return torch.cat(hidden), torch.cat(pooled)


def token_ids(pipe: Pipe, text: str) -> Tensor:
    """Give a text's tokens, (1, length), cut and filled as the encoder wants them."""
    cut = pipe.tokenizer(
        text, padding="max_length", max_length=pipe.tokenizer.model_max_length, truncation=True, return_tensors="pt"
    )
    return cut.input_ids


def too_long(pipe: Pipe, prompts: Sequence[str]) -> list[str]:
    """Name the prompts of which the encoder reads only the beginning."""
    length = pipe.tokenizer.model_max_length
    return [one for one in dict.fromkeys(prompts) if len(pipe.tokenizer(one).input_ids) > length]
