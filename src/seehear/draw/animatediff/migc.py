"""MIGC's grounding module: what the words give, object by object, shaded together by their boxes.

Key names and shapes are those of the published weights, of which there are four modules, all 1280 wide. Boxes reach
the position network in the order (x1, x2, y1, y2), as the released weights want them.

Reference: Zhou et al., "MIGC", CVPR 2024; details by the released code: the enhancement attention looks at a layer
norm of the picture, the layout attention does not; scores of absent objects are those of a slot of zeros.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seehear.draw.animatediff.settings import MOST_OBJECTS

HEADS = 8
_FREQUENCIES = 8
_BASE = 100.0


class Gains(NamedTuple):
    """How loud each object speaks, one number for each.

    Attributes:
        words: of the attention to its words.
        enhancement: of the attention to its words and place.
        score: of its score in the shading.
    """

    words: Sequence[float]
    enhancement: Sequence[float]
    score: Sequence[float]


class CrossAttention(nn.Module):
    """Attention of one thing to another, without biases but the last."""

    def __init__(self, width: int, context: int) -> None:
        super().__init__()
        self.to_q = nn.Linear(width, width, bias=False)
        self.to_k = nn.Linear(context, width, bias=False)
        self.to_v = nn.Linear(context, width, bias=False)
        self.to_out = nn.ModuleList([nn.Linear(width, width)])

    def forward(self, hidden: Tensor, context: Tensor, allowed: Tensor | None = None) -> Tensor:
        """Attend.

        Args:
            hidden: (batch, cells, width).
            context: (batch, tokens, context).
            allowed: (batch, cells, tokens) whether one may see the other.
        """
        parts = (self.to_q(hidden), self.to_k(context), self.to_v(context))
        query, key, value = (part.unflatten(-1, (HEADS, -1)).transpose(1, 2) for part in parts)
        mask = None if allowed is None else allowed[:, None]
        out = F.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        return self.to_out[0](out.transpose(1, 2).flatten(2))


class _ChannelGate(nn.Module):
    def __init__(self, channels: int, ratio: int) -> None:
        super().__init__()
        narrow = channels // ratio
        self.mlp = nn.Sequential(nn.Flatten(), nn.Linear(channels, narrow), nn.ReLU(), nn.Linear(narrow, channels))

    def forward(self, x: Tensor) -> Tensor:
        score = self.mlp(x.mean(dim=(2, 3), keepdim=True)) + self.mlp(x.amax(dim=(2, 3), keepdim=True))
        return x * torch.sigmoid(score)[:, :, None, None]


class _Seven(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(2, 1, 7, padding=3, bias=False)


class _SpatialGate(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.spatial = _Seven()

    def forward(self, x: Tensor) -> Tensor:
        seen = torch.cat([x.amax(dim=1, keepdim=True), x.mean(dim=1, keepdim=True)], dim=1)
        return x * torch.sigmoid(self.spatial.conv(seen))


class Cbam(nn.Module):
    """Woo et al., "CBAM", ECCV 2018: what matters by channel, then by place."""

    def __init__(self, channels: int, ratio: int) -> None:
        super().__init__()
        self.ChannelGate = _ChannelGate(channels, ratio)  # the published keys spell it so
        self.SpatialGate = _SpatialGate()

    def forward(self, x: Tensor) -> Tensor:
        """Weigh (batch, channels, height, width)."""
        return self.SpatialGate(self.ChannelGate(x))


class Shading(nn.Module):
    """How much each slot says at each place."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(width + 1, width, 1)
        self.cbam1 = Cbam(width, 16)
        self.conv2 = nn.Conv2d(width, 1, 1)
        self.cbam2 = Cbam(MOST_OBJECTS + 2, 1)

    def forward(self, slots: Tensor, masks: Tensor, places: Sequence[int], gains: Sequence[float]) -> Tensor:
        """Give weights that sum to 1 over the slots.

        Args:
            slots: (objects + 2, width, height, width of the grid): background, objects, template.
            masks: (objects + 2, height, width).
            places: which of the 28 places each object takes.
            gains: of each object's score.

        Returns:
            (objects + 2, height, width).
        """
        given = torch.cat([slots, masks[:, None]], dim=1)
        given = torch.cat([given, torch.zeros_like(given[:1])])  # the slot of zeros stands for absent objects
        scores = self.conv2(self.cbam1(self.conv1(given)))[:, 0]
        objects = scores[-1].expand(MOST_OBJECTS, -1, -1).clone()
        objects[list(places)] = scores[1:-2]
        weighed = self.cbam2(torch.cat([scores[:1], objects, scores[-2:-1]])[None])[0]
        own = weighed[1:-1][list(places)] * weighed.new_tensor(list(gains))[:, None, None]
        return torch.cat([weighed[:1], own, weighed[-1:]]).softmax(dim=0)


class PositionNet(nn.Module):
    """A box as a token."""

    def __init__(self, context: int) -> None:
        super().__init__()
        self.linears_position = nn.Sequential(
            nn.Linear(8 * _FREQUENCIES, 512), nn.SiLU(), nn.Linear(512, 512), nn.SiLU(), nn.Linear(512, context)
        )

    def forward(self, boxes: Tensor) -> Tensor:
        """Encode (objects, 4) boxes, x1 x2 y1 y2, into (objects, context)."""
        waves = [
            wave(_BASE ** (k / _FREQUENCIES) * boxes) for k in range(_FREQUENCIES) for wave in (torch.sin, torch.cos)
        ]
        return self.linears_position(torch.cat(waves, dim=-1))


class Migc(nn.Module):
    """One module.

    Args:
        width: of the layer.
        context: of the words.
    """

    def __init__(self, width: int = 1280, context: int = 768) -> None:
        super().__init__()
        self.ea = CrossAttention(width, context)
        self.la = CrossAttention(width, width)
        self.norm = nn.LayerNorm(width)
        self.sac = Shading(width)
        self.pos_net = PositionNet(context)

    def forward(
        self, told: Tensor, hidden: Tensor, pooled: Tensor, boxes: Tensor, masks: Tensor,
        *, grid_hw: tuple[int, int], places: Sequence[int], gains: Gains | None = None,
    ) -> Tensor:  # fmt: skip
        """Shade one frame.

        Args:
            told: (1 + objects, cells, width) what the attention to the caption and to each object's words gives.
            hidden: (cells, width) the layer's input.
            pooled: (objects, context) each object's words as one vector.
            boxes: (objects, 4) fractions of the frame, xyxy.
            masks: (1 + objects, cells) of the background and the objects, 0 to 1.
            grid_hw: rows and columns of the cells.
            places: which of the 28 slots each object takes.
            gains: None: 1 throughout.

        Returns:
            (cells, width).
        """
        count = len(boxes)
        loud = gains or Gains(*([[1.0] * count] * 3))
        at = self.pos_net(boxes[:, [0, 2, 1, 3]])
        seen = self.norm(hidden).expand(count, -1, -1)
        enhanced = self.ea(seen, torch.stack([pooled, at], dim=1)) * masks[1:, :, None]
        words, more = (told.new_tensor(list(one))[:, None, None] for one in (loud.words, loud.enhancement))
        objects = told[1:] * masks[1:, :, None] * words + enhanced * more
        there = (masks > 0).float()
        together = (there.T @ there) > 0
        template = self.la(hidden[None], hidden[None], allowed=_seeing(together)[None])
        slots = torch.cat([told[:1] * masks[:1, :, None], objects, template])
        everywhere = torch.cat([masks, torch.ones_like(masks[:1])])
        weights = self.sac(
            slots.transpose(1, 2).unflatten(-1, grid_hw), everywhere.unflatten(-1, grid_hw), places, loud.score
        )
        return (slots * weights.flatten(1)[..., None]).sum(dim=0)


def _seeing(together: Tensor) -> Tensor:
    """Let a cell that belongs to nothing see itself: softmax over nothing is not a number."""
    return together | (
        torch.eye(len(together), dtype=torch.bool, device=together.device) & ~together.any(dim=1)[:, None]
    )
