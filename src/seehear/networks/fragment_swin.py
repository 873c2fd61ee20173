"""The technical half of DOVER: a 3-D Swin transformer over fragments pasted side by side.

Tokens of a window that come from one fragment are biased by their distance as if in one picture, those from different
fragments by another table.

References: Wu et al., "FAST-VQA: efficient end-to-end video quality assessment with fragment sampling", ECCV 2022
(gated relative position bias); Liu et al., "Video Swin transformer", CVPR 2022. Keys and shapes as in
VQAssessment/DOVER.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

WINDOW = (8, 7, 7)
"""Frames, rows and columns of tokens."""
_TOKENS = 8 * 7 * 7
_WIDTH, _DEPTHS, _HEADS = 96, (2, 2, 6, 2), (3, 6, 12, 24)
_GATED = (True, True, True, False)
_APART = -100.0


class WindowAttention(nn.Module):
    """Attention within windows.

    Args:
        width: of the tokens.
        heads: how many.
        gated: whether it has a table for tokens of different fragments.
    """

    def __init__(self, width: int, heads: int, *, gated: bool) -> None:
        super().__init__()
        self.heads, self.gated = heads, gated
        entries = 15 * 13 * 13
        self.relative_position_bias_table = nn.Parameter(torch.zeros(entries, heads))
        if gated:
            self.fragment_position_bias_table = nn.Parameter(torch.zeros(entries, heads))
        self.register_buffer("relative_position_index", torch.from_numpy(_pair_index()))
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, windows: Tensor, apart: Tensor, mask: Tensor | None) -> Tensor:
        """Give (n, windows, tokens, width).

        Args:
            windows: (n, windows, tokens, width).
            apart: (windows, tokens, tokens), how many fragments lie between two tokens.
            mask: (windows, tokens, tokens), added; None: all see each other.
        """
        q, k, v = self.qkv(windows).unflatten(3, (3, self.heads, -1)).permute(3, 0, 1, 4, 2, 5)
        bias = self._table(self.relative_position_bias_table)
        if self.gated:
            # as published: the gate is the distance in fragments, not whether there is one
            gate = apart[:, None]
            bias = bias * gate + self._table(self.fragment_position_bias_table) * (1.0 - gate)
        bias = bias.expand(windows.shape[1], -1, -1, -1) if mask is None else bias + mask[:, None]
        mixed = functional.scaled_dot_product_attention(q, k, v, attn_mask=bias[None])
        return self.proj(mixed.transpose(2, 3).flatten(3))

    def _table(self, table: Tensor) -> Tensor:
        return table[self.relative_position_index].permute(2, 0, 1)[None]


class _FeedForward(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(functional.gelu(self.fc1(x)))


class SwinBlock(nn.Module):
    """Attention in windows, shifted by half of one in every second block, and two layers after it."""

    def __init__(self, width: int, heads: int, *, gated: bool, shifted: bool) -> None:
        super().__init__()
        self.shifted = shifted
        self.norm1 = nn.LayerNorm(width)
        self.attn = WindowAttention(width, heads, gated=gated)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = _FeedForward(width)

    def forward(self, x: Tensor) -> Tensor:
        """Give (n, frames, rows, columns, width); the sides are multiples of the window's."""
        shape = (x.shape[1], x.shape[2], x.shape[3])
        shifts = _shifts(shape) if self.shifted else (0, 0, 0)
        axes, back = (1, 2, 3), tuple(-shift for shift in shifts)
        windows = _cut(torch.roll(self.norm1(x), back, axes))
        places = _places(shape, shifts).to(x.device)
        mask = _mask(shape, shifts).to(x.device) if any(shifts) else None
        mixed = _pasted(self.attn(windows, places, mask), shape)
        x = x + torch.roll(mixed, shifts, axes)
        return x + self.mlp(self.norm2(x))


class PatchMerging(nn.Module):
    """Four neighbours into one token of twice the width."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.reduction = nn.Linear(4 * width, 2 * width, bias=False)
        self.norm = nn.LayerNorm(4 * width)

    def forward(self, x: Tensor) -> Tensor:
        """Give (n, frames, rows / 2, columns / 2, 2 width)."""
        four = [x[:, :, row::2, column::2] for column in (0, 1) for row in (0, 1)]
        return self.reduction(self.norm(torch.cat(four, dim=-1)))


class _Stage(nn.Module):
    def __init__(self, index: int) -> None:
        super().__init__()
        width, heads = _WIDTH * 2**index, _HEADS[index]
        self.blocks = nn.ModuleList(
            SwinBlock(width, heads, gated=_GATED[index], shifted=i % 2 == 1) for i in range(_DEPTHS[index])
        )
        self.last = index == len(_DEPTHS) - 1
        if not self.last:
            self.downsample = PatchMerging(width)

    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(x)
        return x if self.last else self.downsample(x)


class _Patches(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.proj = nn.Conv3d(3, _WIDTH, (2, 4, 4), stride=(2, 4, 4))
        self.norm = nn.LayerNorm(_WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.proj(x).permute(0, 2, 3, 4, 1))


class FragmentSwin(nn.Module):
    """The network."""

    def __init__(self) -> None:
        super().__init__()
        self.patch_embed = _Patches()
        self.layers = nn.ModuleList(_Stage(index) for index in range(4))
        self.norm = nn.LayerNorm(8 * _WIDTH)

    def forward(self, frames: Tensor) -> Tensor:
        """Give (n, 768, 16, 7, 7) of (n, 3, 32, 224, 224)."""
        x = self.patch_embed(frames)
        for layer in self.layers:
            x = layer(x)
        return self.norm(x).permute(0, 4, 1, 2, 3)


def _pair_index() -> NDArray[np.int64]:
    """Give the table's entry for every pair of a window's tokens, (392, 392)."""
    places = np.stack(np.meshgrid(*(np.arange(size) for size in WINDOW), indexing="ij")).reshape(3, -1)
    apart = places[:, :, None] - places[:, None] + np.array(WINDOW)[:, None, None] - 1
    return np.asarray(apart[0] * 13 * 13 + apart[1] * 13 + apart[2], dtype=np.int64)


def _shifts(shape: tuple[int, int, int]) -> tuple[int, ...]:
    """Give half a window along each axis that holds more than one."""
    return tuple(size // 2 if length > size else 0 for length, size in zip(shape, WINDOW, strict=True))


def _cut(x: Tensor) -> Tensor:
    """Cut (n, frames, rows, columns, width) into windows, (n, windows, tokens, width)."""
    a, b, c = WINDOW
    parts = x.unflatten(1, (-1, a)).unflatten(3, (-1, b)).unflatten(5, (-1, c))
    return parts.permute(0, 1, 3, 5, 2, 4, 6, 7).flatten(1, 3).flatten(2, 4)


def _pasted(windows: Tensor, shape: tuple[int, int, int]) -> Tensor:
    """Undo `_cut`."""
    counts = tuple(length // size for length, size in zip(shape, WINDOW, strict=True))
    parts = windows.unflatten(2, WINDOW).unflatten(1, counts)
    return parts.permute(0, 1, 4, 2, 5, 3, 6, 7).flatten(1, 2).flatten(2, 3).flatten(3, 4)


def _places(shape: tuple[int, int, int], shifts: tuple[int, ...]) -> Tensor:
    """Give how many of 7 x 7 fragments lie between two tokens of a window, (windows, tokens, tokens)."""
    rows, columns = (torch.arange(length) * 7 // length for length in shape[1:])
    both = torch.stack(torch.meshgrid(rows, columns, indexing="ij"), dim=-1).float()
    grid = both.expand(1, shape[0], -1, -1, -1)
    windows = _cut(torch.roll(grid, tuple(-shift for shift in shifts), (1, 2, 3)))[0]
    return (windows[:, None] - windows[:, :, None]).abs().sum(dim=-1)


def _mask(shape: tuple[int, int, int], shifts: tuple[int, ...]) -> Tensor:
    """Give -100 for tokens that only the shift brought together, (windows, tokens, tokens)."""
    marks = []
    for length, size, shift in zip(shape, WINDOW, shifts, strict=True):
        mark = torch.zeros(length)
        if shift:
            mark[-size:-shift], mark[-shift:] = 1.0, 2.0
        marks.append(mark)
    grid = marks[0][:, None, None] * 9 + marks[1][:, None] * 3 + marks[2]
    windows = _cut(grid[None, ..., None])[0, :, :, 0]
    return torch.where(windows[:, None] == windows[:, :, None], 0.0, _APART)
