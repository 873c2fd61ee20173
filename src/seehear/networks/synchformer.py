"""Synchformer: how many seconds picture and sound are apart; its visual part also serves MMAudio.

Sight: 0.64 s segments of 16 frames (25 per second, 224 x 224), every 0.32 s, through a transformer whose attention is
divided into time and space. Sound: the same segments at 16 kHz as 128-band log-mel pictures through an audio
spectrogram transformer. Fourteen segments of both go through a third transformer that chooses one of 21 offsets.

Reference: Iashin, Xie, Rahtu and Zisserman, "Synchformer: efficient synchronization from sparse cues", ICASSP 2024;
Patrick et al., "Keeping your eye on the ball", NeurIPS 2021 (divided attention); weights: v-iashin/Synchformer
24-01-04T16-39-21. Keys and shapes as in its state dict.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

WIDTH, HEADS, PATCH = 768, 12, 16
SEGMENT_FRAMES, SEGMENT_STRIDE = 16, 8
"""Frames at 25 per second."""
SEGMENTS = 14
SEGMENT_SAMPLES, SAMPLE_STRIDE = 10240, 5120
"""Samples at 16 kHz."""
_GRID = 14
_TIMES = 8
_BANDS, _COLUMNS = 128, 66


class DividedAttention(nn.Module):
    """Attention along one axis of (time, space) tokens; the class token sees, and is seen by, all."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.proj = nn.Linear(WIDTH, WIDTH)

    def forward(self, x: Tensor, *, over: str) -> Tensor:
        """Give (n, 1 + times * places, width) tokens after attention over ``time`` or ``space``."""
        count, tokens, _ = x.shape
        q, k, v = self.qkv(x).view(count, tokens, 3, HEADS, -1).permute(2, 0, 3, 1, 4)
        first = functional.scaled_dot_product_attention(q[:, :, :1], k, v)
        grid = [one[:, :, 1:].unflatten(2, (_TIMES, -1)) for one in (q, k, v)]
        if over == "time":
            grid = [one.transpose(2, 3) for one in grid]
        keys, values = (
            torch.cat([one[:, :, None, :1].expand(-1, -1, rest.shape[2], -1, -1), rest], dim=3)
            for one, rest in ((k, grid[1]), (v, grid[2]))
        )
        rest = functional.scaled_dot_product_attention(grid[0], keys, values)
        if over == "time":
            rest = rest.transpose(2, 3)
        mixed = torch.cat([first, rest.flatten(2, 3)], dim=2)
        return self.proj(mixed.transpose(1, 2).reshape(count, tokens, WIDTH))


class FeedForward(nn.Module):
    """Two layers with GELU between."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(WIDTH, 4 * WIDTH)
        self.fc2 = nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        """Give tokens of the same shape."""
        return self.fc2(functional.gelu(self.fc1(x)))


class DividedBlock(nn.Module):
    """Attention over time, then over space, then the feed-forward layers, each added to what went in."""

    def __init__(self) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(WIDTH, eps=1e-6)
        self.attn = DividedAttention()
        self.timeattn = DividedAttention()
        self.norm2 = nn.LayerNorm(WIDTH, eps=1e-6)
        self.mlp = FeedForward()
        self.norm3 = nn.LayerNorm(WIDTH, eps=1e-6)

    def forward(self, x: Tensor) -> Tensor:
        """Give tokens of the same shape."""
        x = x + self.timeattn(self.norm3(x), over="time")
        x = x + self.attn(self.norm1(x), over="space")
        return x + self.mlp(self.norm2(x))


class Aggregation(nn.TransformerEncoderLayer):
    """One encoder layer whose class token sums up a row of tokens."""

    def __init__(self) -> None:
        super().__init__(
            WIDTH, HEADS, 4 * WIDTH, 0.0, nn.GELU(), layer_norm_eps=1e-6, batch_first=True, norm_first=True
        )
        self.cls_token = nn.Parameter(torch.zeros(1, 1, WIDTH))

    def forward(self, x: Tensor) -> Tensor:
        """Give (n, width) for (n, tokens, width)."""
        return super().forward(torch.cat([self.cls_token.expand(len(x), -1, -1), x], dim=1))[:, 0]


class PatchEmbedding(nn.Module):
    """Patches of pictures, or of pairs of pictures, as tokens."""

    def __init__(self, *, frames: int) -> None:
        super().__init__()
        kernel = (PATCH, PATCH) if frames == 1 else (frames, PATCH, PATCH)
        kind = nn.Conv2d if frames == 1 else nn.Conv3d
        self.proj = kind(3, WIDTH, kernel, stride=kernel)

    def forward(self, x: Tensor) -> Tensor:
        """Give (n, tokens, width), time first, then rows, then columns."""
        return self.proj(x).flatten(2).transpose(1, 2)


class VisualEncoder(nn.Module):
    """Sixteen frames to eight vectors, one for each 80 ms."""

    def __init__(self) -> None:
        super().__init__()
        self.cls_token = nn.Parameter(torch.zeros(1, 1, WIDTH))
        self.pos_embed = nn.Parameter(torch.zeros(1, 1 + _GRID**2, WIDTH))
        self.temp_embed = nn.Parameter(torch.zeros(1, _TIMES, WIDTH))
        self.patch_embed = PatchEmbedding(frames=1)  # in the files, never used
        self.patch_embed_3d = PatchEmbedding(frames=2)
        self.blocks = nn.ModuleList(DividedBlock() for _ in range(12))
        self.norm = nn.LayerNorm(WIDTH, eps=1e-6)
        self.spatial_attn_agg = Aggregation()

    def forward(self, frames: Tensor) -> Tensor:
        """Give features of segments.

        Args:
            frames: (n, segments, 16, 3, 224, 224), in [-1, 1].

        Returns:
            (n, segments, 8, 768).
        """
        batch, segments = frames.shape[:2]
        tokens = self.patch_embed_3d(frames.flatten(0, 1).transpose(1, 2))
        places = self.pos_embed[:, 1:].repeat(1, _TIMES, 1)
        times = self.temp_embed.repeat_interleave(_GRID**2, dim=1)
        first = (self.cls_token + self.pos_embed[:, :1]).expand(len(tokens), -1, -1)
        x = torch.cat([first, tokens + places + times], dim=1)
        for block in self.blocks:
            x = block(x)
        x = self.norm(x[:, 1:]).reshape(-1, _GRID**2, WIDTH)
        return self.spatial_attn_agg(x).view(batch, segments, _TIMES, WIDTH)


class _Named(nn.Module):
    """A bag of modules, so that keys nest as in the files."""

    def __init__(self, **modules: nn.Module) -> None:
        super().__init__()
        for name, module in modules.items():
            self.add_module(name, module)


class SpectrogramBlock(nn.Module):
    """A pre-norm transformer layer with separate projections."""

    def __init__(self) -> None:
        super().__init__()
        projections = {name: nn.Linear(WIDTH, WIDTH) for name in ("query", "key", "value")}
        self.attention = _Named(attention=_Named(**projections), output=_Named(dense=nn.Linear(WIDTH, WIDTH)))
        self.intermediate = _Named(dense=nn.Linear(WIDTH, 4 * WIDTH))
        self.output = _Named(dense=nn.Linear(4 * WIDTH, WIDTH))
        self.layernorm_before = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layernorm_after = nn.LayerNorm(WIDTH, eps=1e-12)

    def forward(self, x: Tensor) -> Tensor:
        """Give (n, tokens, width)."""
        own = self.attention.attention
        h = self.layernorm_before(x)
        q, k, v = (one(h).unflatten(2, (HEADS, -1)).transpose(1, 2) for one in (own.query, own.key, own.value))
        mixed = functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
        x = x + self.attention.output.dense(mixed)
        h = functional.gelu(self.intermediate.dense(self.layernorm_after(x)))
        return x + self.output.dense(h)


class SpectrogramEmbeddings(nn.Module):
    """Overlapping patches of a log-mel picture (16 x 16, every 10), two tokens of its own before them."""

    def __init__(self) -> None:
        super().__init__()
        tokens = ((_BANDS - PATCH) // 10 + 1) * ((_COLUMNS - PATCH) // 10 + 1)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, WIDTH))
        self.distillation_token = nn.Parameter(torch.zeros(1, 1, WIDTH))
        self.position_embeddings = nn.Parameter(torch.zeros(1, tokens + 2, WIDTH))
        self.patch_embeddings = _Named(projection=nn.Conv2d(1, WIDTH, PATCH, stride=10))

    def forward(self, spectrograms: Tensor) -> Tensor:
        """Give (n, 2 + 12 * 6, width) of (n, 128, 66)."""
        patches = self.patch_embeddings.projection(spectrograms[:, None]).flatten(2).transpose(1, 2)
        own = torch.cat([self.cls_token, self.distillation_token], dim=1).expand(len(patches), -1, -1)
        return torch.cat([own, patches], dim=1) + self.position_embeddings


class SpectrogramTransformer(nn.Module):
    """The audio spectrogram transformer."""

    def __init__(self) -> None:
        super().__init__()
        self.embeddings = SpectrogramEmbeddings()
        self.encoder = _Named(layer=nn.ModuleList(SpectrogramBlock() for _ in range(12)))
        self.layernorm = nn.LayerNorm(WIDTH, eps=1e-12)

    def forward(self, spectrograms: Tensor) -> Tensor:
        """Give (n, 74, width) of (n, 128, 66)."""
        x = self.embeddings(spectrograms)
        for block in self.encoder.layer:
            x = block(x)
        return self.layernorm(x)


class AudioEncoder(nn.Module):
    """A segment's log-mel picture to six vectors."""

    def __init__(self) -> None:
        super().__init__()
        self.ast = SpectrogramTransformer()
        self.freq_attn_agg = Aggregation()

    def forward(self, spectrograms: Tensor) -> Tensor:
        """Give features of segments.

        Args:
            spectrograms: (n, segments, 128, 66), normalised.

        Returns:
            (n, segments, 6, 768).
        """
        batch, segments = spectrograms.shape[:2]
        x = self.ast(spectrograms.flatten(0, 1))[:, 2:]
        x = x.unflatten(1, (-1, 6)).transpose(1, 2).flatten(0, 1)
        return self.freq_attn_agg(x).view(batch, segments, 6, WIDTH)


class OffsetBlock(nn.Module):
    """A pre-norm transformer layer."""

    def __init__(self) -> None:
        super().__init__()
        self.ln1 = nn.LayerNorm(WIDTH)
        self.ln2 = nn.LayerNorm(WIDTH)
        self.attn = _Named(**{name: nn.Linear(WIDTH, WIDTH) for name in ("key", "query", "value", "proj")})
        self.mlp = nn.Sequential(nn.Linear(WIDTH, 4 * WIDTH), nn.GELU(), nn.Linear(4 * WIDTH, WIDTH))

    def forward(self, x: Tensor) -> Tensor:
        """Give (n, tokens, width)."""
        h = self.ln1(x)
        q, k, v = (
            one(h).unflatten(2, (8, -1)).transpose(1, 2) for one in (self.attn.query, self.attn.key, self.attn.value)
        )
        x = x + self.attn.proj(functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))
        return x + self.mlp(self.ln2(x))


class OffsetTransformer(nn.Module):
    """Sight and sound of fourteen segments to 21 logits."""

    def __init__(self) -> None:
        super().__init__()
        tokens = SEGMENTS * (_TIMES + 6) + 2
        self.OFF_tok = nn.Parameter(torch.zeros(1, 1, WIDTH))
        self.MOD_tok = nn.Parameter(torch.zeros(1, 1, WIDTH))
        self.vis_in_lnorm = nn.LayerNorm(WIDTH)
        self.aud_in_lnorm = nn.LayerNorm(WIDTH)
        self.pos_emb_cfg = _Named()
        self.pos_emb_cfg.pos_emb = nn.Parameter(torch.zeros(1, tokens, WIDTH))
        self.blocks = nn.Sequential(*(OffsetBlock() for _ in range(3)))
        self.ln_f = nn.LayerNorm(WIDTH)
        self.off_head = nn.Linear(WIDTH, 21)

    def forward(self, sight: Tensor, sound: Tensor) -> Tensor:
        """Give (n, 21) of (n, 112, width) and (n, 84, width)."""
        off, mod = (one.expand(len(sight), -1, -1) for one in (self.OFF_tok, self.MOD_tok))
        x = torch.cat([off, self.vis_in_lnorm(sight), mod, self.aud_in_lnorm(sound)], dim=1)
        return self.off_head(self.ln_f(self.blocks(x + self.pos_emb_cfg.pos_emb))[:, 0])


class Synchformer(nn.Module):
    """The whole model."""

    def __init__(self) -> None:
        super().__init__()
        self.vfeat_extractor = VisualEncoder()
        self.afeat_extractor = AudioEncoder()
        self.vproj = nn.Linear(WIDTH, WIDTH)
        self.aproj = nn.Linear(WIDTH, WIDTH)
        self.transformer = OffsetTransformer()

    def forward(self, sight: Tensor, sound: Tensor) -> Tensor:
        """Give the offsets' logits.

        Args:
            sight: (n, 14, 8, 768), of the visual encoder.
            sound: (n, 14, 6, 768), of the audio encoder.

        Returns:
            (n, 21), of the offsets -2, -1.8, ..., 2 s.
        """
        return self.transformer(self.vproj(sight.flatten(1, 2)), self.aproj(sound.flatten(1, 2)))
