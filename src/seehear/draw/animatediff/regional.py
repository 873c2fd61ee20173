"""Grounding without weights: each object's words are attended to where its box is.

In the chosen layers the output for the frame's caption, of weight 1 everywhere, is averaged with the output for each
object's own words, of weight 10 times how much of the cell the box covers.

Reference: the mask-weighted mean of MIGC's released code ("naive fuser", weights 1 and 10), here for each frame.
"""

from typing import Any

from torch import Tensor

from seehear.draw.animatediff.grounding import Attention, Ground, Passing, put, text_layers

BLOCKS = ("down_blocks.2", "mid_block", "up_blocks.1", "up_blocks.2")
WEIGHT = 10.0


class Regional(Passing):
    """The processor."""

    def shaded(self, attn: Attention, hidden: Tensor, plain: Tensor) -> Tensor:
        """Average what the caption and what the objects' words give, by the boxes."""
        masks = self.ground.masks(hidden.shape[1], hidden)
        total, weights = plain, 1.0 + WEIGHT * masks.sum(dim=0)[..., None]
        for words, mask in zip(self.ground.phrases, masks, strict=True):
            seen = mask.sum(dim=1) > 0
            if not seen.any():
                continue
            share = WEIGHT * mask[seen][..., None]
            total = total.clone()
            total[seen] = total[seen] + share * self.with_words(attn, hidden[seen], words)
        return total / weights


def ground_regionally(unet: Any, ground: Ground, *, blocks: tuple[str, ...] = BLOCKS) -> None:  # noqa: ANN401
    """Put the processor into every layer of the blocks that attends to text."""
    own = unet.attn_processors
    put(unet, {name: Regional(own[name], ground) for name in text_layers(unet, blocks)})
