"""Grounding by guidance: latents are moved down the slope of an energy that is low where names look into their boxes.

For each frame, object and token of its name: weight 1 times (1 - mean of the strongest quarter of the attention inside
the box) plus weight 2 times (mean of the strongest quarter outside), summed over heads and frames, averaged over
tokens, objects and layers. Before each grounded step the latents lose 2.5 times its gradient times the variance of
their noise.

Reference: Lian et al., "LLM-grounded Video Diffusion Models", ICLR 2024, the released code's recommended weak setting
(layers, weights, shares, one move a step); the sum over frames is ours, so that windows of any length move alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from seehear.draw.animatediff.encoding import token_ids
from seehear.draw.animatediff.grounding import Attention, Ground, Pipe, put, text_layers
from seehear.draw.animatediff.places import Places
from seehear.draw.animatediff.sampling import Words
from seehear.draw.animatediff.windows import window_weights, windows_of
from seehear.errors import InputError

LAYERS = tuple(
    f"{block}.attentions.{layer}."
    for block, layer in (
        ("down_blocks.1", 0), ("down_blocks.2", 0), ("down_blocks.2", 1), ("up_blocks.1", 0), ("up_blocks.1", 1),
        ("up_blocks.2", 2),
    )
)  # fmt: skip
SCALE = 2.5
_INSIDE, _OUTSIDE = 1.0, 2.0
_SHARE = 0.25
_LOUDER = 2.0**10  # keeps small gradients alive in half precision; exact in single


def naming_prompts(pipe: Pipe, prompts: Sequence[str], places: Places) -> list[str]:
    """Add to each frame's prompt the names of what is seen there and not named in it.

    Example: "a street" with a dog becomes "a street | dog".
    """
    named = []
    for index, prompt in enumerate(prompts):
        lacking = [
            label
            for label, box in zip(places.labels, places.boxes[:, index], strict=True)
            if box[2] > box[0] and not _positions(pipe, prompt, label)
        ]
        after = " | ".join([prompt, *dict.fromkeys(lacking)])
        before = " | ".join([*dict.fromkeys(lacking), prompt])
        named.append(after if all(_positions(pipe, after, label) for label in lacking) else before)
    return named


def _positions(pipe: Pipe, prompt: str, label: str) -> list[int]:
    """Give where a label's tokens stand in a prompt's; empty where they do not, or where it is cut."""
    ids = token_ids(pipe, prompt)[0].tolist()
    name = pipe.tokenizer(label, add_special_tokens=False).input_ids
    for start in range(1, len(ids) - len(name) + 1):
        if name and ids[start : start + len(name)] == name:
            return list(range(start, start + len(name)))
    return []


@dataclass
class Watch:
    """What the watching processors add up, and what they look for.

    Attributes:
        ground: what is seen where.
        tokens: (frames) -> (objects) -> where the object's name stands in the frame's prompt.
        energies: one for each layer, while a gradient is under way.
        told: energy of the frames before each move, for the report.
    """

    ground: Ground
    tokens: list[list[list[int]]]
    watching: bool = False
    energies: list[Tensor] = field(default_factory=list)
    told: list[float] = field(default_factory=list)

    def energy_of(self, probabilities: Tensor) -> Tensor:
        """Give one layer's energy.

        Args:
            probabilities: (frames, heads, cells, tokens) of the window.
        """
        masks = self.ground.masks(probabilities.shape[2], probabilities)
        total, count = probabilities.new_zeros(()), max(len(masks), 1)
        for frame, names in enumerate(self.tokens[self.ground.window]):
            for mask, name in zip(masks[:, frame], names, strict=True):
                if name and mask.max() > 0:
                    total = total + _energy(probabilities[frame][:, :, name], mask)
        return total / count


def _energy(attention: Tensor, mask: Tensor) -> Tensor:
    """Give the energy of one name in one frame; ``attention`` is (heads, cells, tokens)."""
    inside = mask >= 0.5 * mask.max()
    kept = 1 - _strongest(attention[:, inside])
    if not inside.all():
        return (_INSIDE * kept + _OUTSIDE * _strongest(attention[:, ~inside])).sum(dim=0).mean()
    return (_INSIDE * kept).sum(dim=0).mean()


def _strongest(attention: Tensor) -> Tensor:
    count = max(int(attention.shape[1] * _SHARE), 1)
    return attention.topk(count, dim=1).values.mean(dim=1)


class Watching:
    """The processor: attends as before, and while watching adds up its layer's energy."""

    def __init__(self, inner: Any, watch: Watch) -> None:  # noqa: ANN401 - diffusers' class
        self.inner, self.watch = inner, watch

    def __call__(
        self, attn: Attention, hidden_states: Tensor, encoder_hidden_states: Tensor | None = None, **rest: object
    ) -> Tensor:
        """Attend as diffusers would."""
        if self.watch.watching and encoder_hidden_states is not None:
            query = attn.to_q(hidden_states).unflatten(-1, (attn.heads, -1)).transpose(1, 2)
            key = attn.to_k(encoder_hidden_states).unflatten(-1, (attn.heads, -1)).transpose(1, 2)
            scores = query.float() @ key.float().transpose(-1, -2) / query.shape[-1] ** 0.5
            self.watch.energies.append(self.watch.energy_of(scores.softmax(dim=-1)))
        return self.inner(attn, hidden_states, encoder_hidden_states=encoder_hidden_states, **rest)


class Guide:
    """Moves latents down the slope; call it before a step.

    Args:
        pipe: diffusers' pipeline; watching processors are put into it.
        ground: what is seen where.
        prompts: one for each frame, which name what is seen (`naming_prompts`).
        words: the same, encoded.
        scale: of the move.
    """

    def __init__(
        self, pipe: Pipe, ground: Ground, prompts: Sequence[str], words: Words, *, scale: float = SCALE
    ) -> None:
        found = {
            prompt: [_positions(pipe, prompt, label) for label in ground.places.labels]
            for prompt in dict.fromkeys(prompts)
        }
        self.watch = Watch(ground, [found[prompt] for prompt in prompts])
        self._pipe, self._words, self._scale = pipe, words, scale
        own = pipe.unet.attn_processors
        names = [name for name in text_layers(pipe.unet, ("",)) if name.startswith(LAYERS)]
        if not names:
            raise InputError(f"expected attention to text in {', '.join(LAYERS)}, got none there")
        put(pipe.unet, {name: Watching(own[name], self.watch) for name in names})

    def __call__(self, latents: Tensor, time: Tensor, index: int) -> Tensor:
        """Give the moved latents."""
        slope, energy = self.slope(latents, time)
        self.watch.told.append(round(energy, 4))
        return latents - (self._scale * self._variance(time, index) * slope).to(latents.dtype)

    def slope(self, latents: Tensor, time: Tensor) -> tuple[Tensor, float]:
        """Give the energy's gradient, shaped as the latents, and the energy, averaged over windows."""
        windows = windows_of(latents.shape[2])
        total = torch.zeros_like(latents, dtype=torch.float32)
        shares, energy = torch.zeros_like(total[:1, :1, :, :1, :1]), 0.0
        for window in windows:
            weight = window_weights(window.stop - window.start).to(total)[None, None, :, None, None]
            slope, here = self._in_window(latents[:, :, window], time, window)
            total[:, :, window] += weight * slope
            shares[:, :, window] += weight
            energy += here / len(windows)
        return total / shares, energy

    def _in_window(self, latents: Tensor, time: Tensor, window: slice) -> tuple[Tensor, float]:
        watch = self.watch
        watch.ground.window, watch.energies, watch.watching = window, [], True
        try:
            with torch.enable_grad():
                given = latents.detach().requires_grad_(requires_grad=True)
                scaled = self._pipe.scheduler.scale_model_input(given, time)
                self._pipe.unet(scaled, time, encoder_hidden_states=self._words.told(window))
                energy = torch.stack(watch.energies).mean()
                if not energy.requires_grad:  # nothing of this window is seen
                    return torch.zeros_like(latents, dtype=torch.float32), 0.0
                (slope,) = torch.autograd.grad(energy * _LOUDER, given)
        finally:
            watch.watching, watch.energies = False, []
        return slope.float().nan_to_num() / _LOUDER, float(energy.detach())

    def _variance(self, time: Tensor, index: int) -> float:
        """Variance of the latents' noise: of unit latents for DDIM, of growing ones for Euler."""
        scheduler = self._pipe.scheduler
        if hasattr(scheduler, "sigmas"):
            return float(scheduler.sigmas[index]) ** 2
        return 1 - float(scheduler.alphas_cumprod[int(time)])
