"""The blocks of the flow transformer: attention within one stream, and across sound, picture and text.

Sequences are (batch, tokens, width); a modulation is (batch, tokens or 1, width). Reference: Cheng et al., "MMAudio",
arXiv 2412.15322, section 3.2, after Esser et al., arXiv 2403.03206 (joint blocks).
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from seehear.sound.flow.layers import GatedFeedForward, modulated, projection, rotate


class Heads(NamedTuple):
    """Queries, keys and values, each (batch, heads, tokens, head_width)."""

    query: Tensor
    key: Tensor
    value: Tensor


def attended(heads: Heads, bias: Tensor | None = None) -> Tensor:
    """Attend, all to all; ``bias`` (tokens,) is added to the logits of each key. Gives (batch, tokens, width)."""
    mask = None if bias is None else bias.to(heads.query.dtype).expand(heads.query.shape[2], -1)
    return functional.scaled_dot_product_attention(*heads, attn_mask=mask).transpose(1, 2).flatten(2)


class Attention(nn.Module):
    """Queries, keys and values of one stream; the output projection is the block's ``linear1``.

    Row (h * head_width + d) * 3 + j of ``qkv`` gives channel d of head h of the query (j = 0), key (1) or value (2).
    Queries and keys have root mean square 1, times a weight, before they are turned.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.q_norm = nn.RMSNorm(width // heads)
        self.k_norm = nn.RMSNorm(width // heads)

    def forward(self, x: Tensor, rotations: Tensor | None = None) -> Heads:
        """Give the heads of (batch, tokens, width)."""
        split = self.qkv(x).unflatten(-1, (self.heads, -1, 3)).transpose(1, 2)
        query, key, value = split.unbind(-1)
        query, key = self.q_norm(query), self.k_norm(key)
        if rotations is not None:
            query, key = rotate(query, rotations), rotate(key, rotations)
        return Heads(query, key, value.contiguous())


class StreamBlock(nn.Module):
    """One stream's part of a block: what comes before attention, and what comes after.

    Args:
        width: of the stream.
        heads: of attention.
        kernel: of the convolutions after attention; 1 = linear.
        queries_only: it is heard by the other streams and ends there (the last joint block's picture and text).
    """

    def __init__(self, width: int, heads: int, kernel: int, *, queries_only: bool = False) -> None:
        super().__init__()
        self.queries_only = queries_only
        self.attn = Attention(width, heads)
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), nn.Linear(width, (2 if queries_only else 6) * width))
        if not queries_only:
            self.linear1 = projection(width, width, kernel)
            self.ffn = GatedFeedForward(width, kernel)

    def before(self, x: Tensor, condition: Tensor, rotations: Tensor | None) -> tuple[Heads, tuple[Tensor, ...]]:
        """Give the heads, and the modulations that `after` needs."""
        parts = self.adaLN_modulation(condition).chunk(2 if self.queries_only else 6, dim=-1)
        return self.attn(modulated(x, parts[0], parts[1]), rotations), parts[2:]

    def after(self, x: Tensor, attention: Tensor, rest: Sequence[Tensor]) -> Tensor:
        """Add what was attended, then the feed-forward part, each behind its gate."""
        if self.queries_only:
            return x
        gate, shift, scale, gate_ffn = rest
        x = x + self.linear1(attention) * gate
        return x + self.ffn(modulated(x, shift, scale)) * gate_ffn

    def forward(self, x: Tensor, condition: Tensor, rotations: Tensor | None = None) -> Tensor:
        """Run the block on one stream by itself."""
        heads, rest = self.before(x, condition, rotations)
        return self.after(x, attended(heads), rest)


class Stream(NamedTuple):
    """One stream on its way into a joint block."""

    block: StreamBlock
    tokens: Tensor
    condition: Tensor
    rotations: Tensor | None = None


def joined(streams: Sequence[Stream], bias: Tensor | None = None) -> list[Tensor]:
    """Let streams attend to one another and themselves.

    Args:
        streams: in the order of the tokens.
        bias: (all tokens,) added to the logits of each key; None = none.

    Returns:
        Each stream's tokens after its block.
    """
    prepared = [one.block.before(one.tokens, one.condition, one.rotations) for one in streams]
    together = Heads(*(torch.cat(parts, dim=2) for parts in zip(*(heads for heads, _ in prepared), strict=True)))
    out = attended(together, bias).split([one.tokens.shape[1] for one in streams], dim=1)
    return [
        one.block.after(one.tokens, part, rest) for one, part, (_, rest) in zip(streams, out, prepared, strict=True)
    ]


class JointBlock(nn.Module):
    """One block of three streams: the sound's latent, the picture and the text."""

    def __init__(self, width: int, heads: int, *, last: bool = False) -> None:
        super().__init__()
        self.latent_block = StreamBlock(width, heads, 3)
        self.clip_block = StreamBlock(width, heads, 3, queries_only=last)
        self.text_block = StreamBlock(width, heads, 1, queries_only=last)


class FinalLayer(nn.Module):
    """Modulate, then a convolution of 7 frames down to the latent's channels."""

    def __init__(self, width: int, channels: int) -> None:
        super().__init__()
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), nn.Linear(width, 2 * width))
        self.conv = projection(width, channels, 7)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """Give (batch, tokens, channels)."""
        shift, scale = self.adaLN_modulation(condition).chunk(2, dim=-1)
        return self.conv(modulated(x, shift, scale))
