"""ImageBind-huge: pictures, sound and text to vectors of one space.

Three of its six towers, each a pre-norm transformer: sight (2 frames of 224 x 224), sound (2 s as 128 x 204 log-mel
picture; its attention has one learned key and value more), text (77 tokens, causal). What comes out is a unit vector;
sound is then multiplied by 20 and text by a learned number, and clips of one recording are averaged after that.

Reference: Girdhar et al., "ImageBind: one embedding space to bind them all", CVPR 2023. Keys and shapes as in
facebookresearch/ImageBind (CC-BY-NC-SA-4.0, weights too); the towers of depth, heat and motion are left out.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from seehear.networks.mel import single

OUT = 1024
TOKENS = 77
BANDS, COLUMNS = 128, 204


class Tower(NamedTuple):
    """The size of one tower.

    Attributes:
        width: of its tokens.
        blocks: how many.
        heads: of attention.
        more: whether attention has a learned key and value more.
    """

    width: int
    blocks: int
    heads: int
    more: bool


TOWERS = {
    "vision": Tower(1280, 32, 16, more=False),
    "text": Tower(1024, 24, 16, more=False),
    "audio": Tower(768, 12, 12, more=True),
}


class _FeedForward(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(functional.gelu(self.fc1(x)))


class TowerBlock(nn.Module):
    """A pre-norm transformer layer."""

    def __init__(self, tower: Tower) -> None:
        super().__init__()
        self.attn = nn.MultiheadAttention(tower.width, tower.heads, add_bias_kv=tower.more, batch_first=True)
        self.norm_1 = nn.LayerNorm(tower.width, eps=1e-6)
        self.mlp = _FeedForward(tower.width)
        self.norm_2 = nn.LayerNorm(tower.width, eps=1e-6)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """Give (n, tokens, width)."""
        h = self.norm_1(x)
        x = x + self.attn(h, h, h, need_weights=False, attn_mask=mask)[0]
        return x + self.mlp(self.norm_2(x))


class Trunk(nn.Module):
    """The layers of one tower."""

    def __init__(self, tower: Tower, *, normed: bool) -> None:
        super().__init__()
        if normed:
            self.pre_transformer_layer = nn.Sequential(nn.LayerNorm(tower.width, eps=1e-6))
        self.normed = normed
        self.blocks = nn.ModuleList(TowerBlock(tower) for _ in range(tower.blocks))

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Give (n, tokens, width)."""
        x = self.pre_transformer_layer(x) if self.normed else x
        for block in self.blocks:
            x = block(x, mask)
        return x


class _Places(nn.Module):
    def __init__(self, tokens: int, width: int) -> None:
        super().__init__()
        self.pos_embed = nn.Parameter(torch.zeros(1, tokens, width))


class _VisionStem(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        kernel = (2, 14, 14)
        self.proj = nn.Sequential(nn.Identity(), nn.Conv3d(3, width, kernel, stride=kernel, bias=False))


class _AudioStem(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(1, width, 16, stride=10, bias=False)
        self.norm_layer = nn.LayerNorm(width)


class VisionTokens(nn.Module):
    """Two frames as tokens."""

    def __init__(self) -> None:
        super().__init__()
        width = TOWERS["vision"].width
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.rgbt_stem = _VisionStem(width)
        self.pos_embedding_helper = _Places(257, width)

    def forward(self, frames: Tensor) -> Tensor:
        """Give (n, 257, width) of (n, 3, 2, 224, 224), or of (n, 3, 224, 224), which is doubled."""
        pair = frames[:, :, None].expand(-1, -1, 2, -1, -1) if frames.ndim == 4 else frames
        patches = self.rgbt_stem.proj(pair).flatten(2).transpose(1, 2)
        return _with_class(self.cls_token, patches) + self.pos_embedding_helper.pos_embed


class AudioTokens(nn.Module):
    """A log-mel picture as tokens."""

    def __init__(self) -> None:
        super().__init__()
        width = TOWERS["audio"].width
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.rgbt_stem = _AudioStem(width)
        self.pos_embedding_helper = _Places(12 * 19 + 1, width)

    def forward(self, pictures: Tensor) -> Tensor:
        """Give (n, 229, width) of (n, 1, 128, 204)."""
        patches = self.rgbt_stem.norm_layer(self.rgbt_stem.proj(pictures).flatten(2).transpose(1, 2))
        return _with_class(self.cls_token, patches) + self.pos_embedding_helper.pos_embed


class TextTokens(nn.Module):
    """Token numbers as tokens, and the mask that keeps each from what follows."""

    def __init__(self) -> None:
        super().__init__()
        width = TOWERS["text"].width
        self.pos_embed = nn.Parameter(torch.zeros(1, TOKENS, width))
        self.register_buffer("mask", single(np.triu(np.full((TOKENS, TOKENS), -np.inf), 1)))
        self.token_embedding = nn.Embedding(49408, width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Give (n, 77, width) of (n, 77) numbers."""
        return self.token_embedding(tokens) + self.pos_embed


class _TextHead(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.proj = nn.Sequential(nn.LayerNorm(width, eps=1e-6), nn.Linear(width, OUT, bias=False))


class _Scale(nn.Module):
    def __init__(self, *, learned: bool) -> None:
        super().__init__()
        if learned:
            self.log_logit_scale = nn.Parameter(torch.zeros(()))
        else:
            self.register_buffer("log_logit_scale", single(np.log(np.array(20.0))))


def _postprocessors(towers: tuple[str, ...]) -> nn.ModuleDict:
    made = {name: nn.Sequential(nn.Identity(), _Scale(learned=name == "text")) for name in towers if name != "vision"}
    return nn.ModuleDict(made)


def _head(name: str) -> nn.Module:
    width = TOWERS[name].width
    if name == "text":
        return _TextHead(width)
    return nn.Sequential(nn.LayerNorm(width, eps=1e-6), nn.Identity(), nn.Linear(width, OUT, bias=False))


class ImageBind(nn.Module):
    """The network, or some of its towers.

    Args:
        towers: of ``TOWERS``; each is of use alone.
    """

    def __init__(self, towers: tuple[str, ...] = tuple(TOWERS)) -> None:
        super().__init__()
        preprocessors = {"vision": VisionTokens, "audio": AudioTokens, "text": TextTokens}
        self.towers = towers
        self.modality_preprocessors = nn.ModuleDict({name: preprocessors[name]() for name in towers})
        self.modality_trunks = nn.ModuleDict({name: Trunk(TOWERS[name], normed=name == "vision") for name in towers})
        self.modality_heads = nn.ModuleDict({name: _head(name) for name in towers})
        self.modality_postprocessors = _postprocessors(towers)

    def see(self, frames: Tensor) -> Tensor:
        """Give unit vectors, (n, 1024), of (n, 3, 2, 224, 224) or (n, 3, 224, 224)."""
        return functional.normalize(self._first("vision", frames), dim=-1)

    def hear(self, pictures: Tensor) -> Tensor:
        """Give vectors of length 20, (n, 1024), of (n, 1, 128, 204) log-mel pictures."""
        return functional.normalize(self._first("audio", pictures), dim=-1) * self._scale("audio")

    def read(self, tokens: Tensor) -> Tensor:
        """Give vectors, (n, 1024), of (n, 77) token numbers: of the place of the highest, which is the end."""
        preprocessor = self.modality_preprocessors["text"]
        x = self.modality_trunks["text"](preprocessor(tokens), preprocessor.mask)
        ends = x[torch.arange(len(x), device=x.device), tokens.argmax(dim=-1)]
        return functional.normalize(self.modality_heads["text"].proj(ends), dim=-1) * self._scale("text")

    def _first(self, tower: str, x: Tensor) -> Tensor:
        x = self.modality_trunks[tower](self.modality_preprocessors[tower](x))
        return self.modality_heads[tower](x[:, 0])

    def _scale(self, tower: str) -> Tensor:
        return torch.clamp(self.modality_postprocessors[tower][1].log_logit_scale.exp(), max=100.0)


def _with_class(cls_token: Tensor, patches: Tensor) -> Tensor:
    return torch.cat([cls_token.expand(len(patches), -1, -1), patches], dim=1)
