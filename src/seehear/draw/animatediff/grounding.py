"""Holds pictures to boxes through the attention to text: what every kind of it shares.

A processor stands in the place of diffusers' own at chosen layers. While grounding rests, it passes everything on
untouched. Frames lie in the batch: first those without the caption (if guided), then those with it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from seehear.draw.animatediff.places import Places, coverage
from seehear.errors import InputError

Attention = Any
Pipe = Any
"""diffusers' classes."""


@dataclass
class Ground:
    """What the processors of one video look at.

    Attributes:
        places: what is seen where.
        phrases: (objects, tokens, width) each object's words, encoded.
        pooled: (objects, width) the same, as one vector each.
        latent_hw: of the latents.
        active: whether grounding is at work in this step.
        window: the frames of the call that is under way.
        guided: whether that call's batch holds the frames without the caption too.
        blind: that call holds only frames without the caption.
    """

    places: Places
    phrases: Tensor
    pooled: Tensor
    latent_hw: tuple[int, int]
    active: bool = False
    window: slice = field(default_factory=lambda: slice(0, 0))
    guided: bool = True
    blind: bool = False
    _masks: dict[tuple[int, int], Tensor] = field(default_factory=dict)

    def grid_of(self, cells: int) -> tuple[int, int]:
        """Give the rows and columns of a layer that has so many cells: each level of the UNet halves, rounding up.

        Raises:
            InputError: no level has so many.
        """
        height, width = self.latent_hw
        while height * width > cells:
            height, width = -(-height // 2), -(-width // 2)
        if height * width != cells:
            raise InputError(f"expected a layer of {height * width} cells for {self.latent_hw}, got {cells}")
        return height, width

    def masks(self, cells: int, like: Tensor) -> Tensor:
        """Give the window's masks at a layer, (objects, frames, cells), 0 to 1."""
        grid = self.grid_of(cells)
        if grid not in self._masks:
            made = torch.from_numpy(coverage(self.places.boxes, grid)).flatten(2)
            self._masks[grid] = made.to(like.device, like.dtype)
        return self._masks[grid][:, self.window]


class Passing:
    """Stands before a layer's own processor; subclasses say in `shaded` what becomes of the frames with the caption."""

    def __init__(self, inner: Callable[..., Tensor], ground: Ground) -> None:
        self.inner, self.ground = inner, ground

    def __call__(
        self, attn: Attention, hidden_states: Tensor, encoder_hidden_states: Tensor | None = None, **rest: object
    ) -> Tensor:
        """Attend as diffusers would; while grounding is at work, hold the told frames to their boxes."""
        plain = self.inner(attn, hidden_states, encoder_hidden_states=encoder_hidden_states, **rest)
        ground = self.ground
        if not ground.active or ground.blind or encoder_hidden_states is None or not len(ground.places.ids):
            return plain
        frames = ground.window.stop - ground.window.start
        told = slice(frames, None) if ground.guided else slice(0, None)
        shaded = self.shaded(attn, hidden_states[told], plain[told])
        return torch.cat([plain[:frames], shaded]) if ground.guided else shaded

    def shaded(self, attn: Attention, hidden: Tensor, plain: Tensor) -> Tensor:
        """Give (frames, cells, width) in the place of ``plain``."""
        raise NotImplementedError

    def with_words(self, attn: Attention, hidden: Tensor, words: Tensor) -> Tensor:
        """Attend to one object's words, (tokens, width), in every frame."""
        return self.inner(attn, hidden, encoder_hidden_states=words.expand(len(hidden), -1, -1))


def text_layers(unet: Any, blocks: Sequence[str]) -> list[str]:  # noqa: ANN401 - diffusers' class
    """Name the processors of the attention to text in some blocks, in the network's order.

    Raises:
        InputError: none of the blocks attends to text.
    """
    names = [name for name in unet.attn_processors if ".attn2." in name and "motion_modules" not in name]
    found = [name for name in names if name.startswith(tuple(blocks))]
    if not found:
        raise InputError(f"expected attention to text in {', '.join(blocks)}, got none there")
    return found


def put(unet: Any, changed: dict[str, Any]) -> None:  # noqa: ANN401 - diffusers' class
    """Set some processors and keep all others: diffusers wants every layer named."""
    unet.set_attn_processor({**unet.attn_processors, **changed})
