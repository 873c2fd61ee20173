"""CLIP as MMAudio uses it, weight-compatible with open_clip's files: a vector per picture, 77 vectors per text.

Both towers are pre-norm transformers with x * sigmoid(1.702 x) between the feed-forward layers. The text tower gives
its last hidden states, all of them, not the one at the end of the text; texts are filled up with token 0, and those
places are heard too. Vectors have length 1. Reference: Radford et al., arXiv 2103.00020; Fang et al., "Data filtering
networks", arXiv 2309.17425 (DFN5B ViT-H-14, 384 pixels).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from seehear.errors import InputError
from seehear.networks.inputs import CLIP_MEAN, CLIP_STD, Frames, checked_frames, normalised, resized
from seehear.networks.state import State, found_state, load_state, unfilled

WEIGHTS = "dfn5b_clip_h14_384"
SIDE = 384
_TOKENIZER = ("vocab.json", "merges.txt")


class ClipSizes(NamedTuple):
    """Every size of one network; all but the heads show in a file's shapes.

    Attributes:
        width: of the picture tower.
        layers: of it.
        heads: of it.
        patch: pixels.
        places: tokens of a picture, the class token among them.
        dim: of the vectors both towers end in.
        text_width: of the text tower.
        text_layers: of it.
        text_heads: of it.
        words: of the vocabulary.
        text_length: tokens of a text.
    """

    width: int
    layers: int
    heads: int
    patch: int
    places: int
    dim: int
    text_width: int
    text_layers: int
    text_heads: int
    words: int
    text_length: int


class _Attention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.in_proj_weight = nn.Parameter(torch.zeros(3 * width, width))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * width))
        self.out_proj = nn.Linear(width, width)

    def forward(self, x: Tensor, *, causal: bool) -> Tensor:
        heads = functional.linear(x, self.in_proj_weight, self.in_proj_bias).unflatten(2, (3, self.heads, -1))
        query, key, value = heads.permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(query, key, value, is_causal=causal)
        return self.out_proj(mixed.transpose(1, 2).flatten(2))


class _FeedForward(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.c_fc = nn.Linear(width, 4 * width)
        self.c_proj = nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        h = self.c_fc(x)
        return self.c_proj(h * torch.sigmoid(1.702 * h))


class _Block(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.ln_1 = nn.LayerNorm(width)
        self.attn = _Attention(width, heads)
        self.ln_2 = nn.LayerNorm(width)
        self.mlp = _FeedForward(width)

    def forward(self, x: Tensor, *, causal: bool) -> Tensor:
        x = x + self.attn(self.ln_1(x), causal=causal)
        return x + self.mlp(self.ln_2(x))


class _Layers(nn.Module):
    def __init__(self, width: int, layers: int, heads: int) -> None:
        super().__init__()
        self.resblocks = nn.ModuleList(_Block(width, heads) for _ in range(layers))

    def forward(self, x: Tensor, *, causal: bool = False) -> Tensor:
        for block in self.resblocks:
            x = block(x, causal=causal)
        return x


class PictureTower(nn.Module):
    """Pictures (n, 3, height, width), normalised, to (n, dim)."""

    def __init__(self, sizes: ClipSizes) -> None:
        super().__init__()
        width = sizes.width
        self.class_embedding = nn.Parameter(torch.zeros(width))
        self.positional_embedding = nn.Parameter(torch.zeros(sizes.places, width))
        self.proj = nn.Parameter(torch.zeros(width, sizes.dim))
        self.conv1 = nn.Conv2d(3, width, sizes.patch, stride=sizes.patch, bias=False)
        self.ln_pre = nn.LayerNorm(width)
        self.transformer = _Layers(width, sizes.layers, sizes.heads)
        self.ln_post = nn.LayerNorm(width)

    def forward(self, images: Tensor) -> Tensor:
        """Give the vectors, not normalised."""
        patches = self.conv1(images).flatten(2).transpose(1, 2)
        first = self.class_embedding.expand(len(images), 1, -1)
        x = self.transformer(self.ln_pre(torch.cat([first, patches], dim=1) + self.positional_embedding))
        return self.ln_post(x[:, 0]) @ self.proj


class Clip(nn.Module):
    """Both towers.

    Args:
        sizes: see `sizes_of`.
    """

    def __init__(self, sizes: ClipSizes) -> None:
        super().__init__()
        self.visual = PictureTower(sizes)
        self.token_embedding = nn.Embedding(sizes.words, sizes.text_width)
        self.positional_embedding = nn.Parameter(torch.zeros(sizes.text_length, sizes.text_width))
        self.transformer = _Layers(sizes.text_width, sizes.text_layers, sizes.text_heads)
        self.ln_final = nn.LayerNorm(sizes.text_width)
        self.text_projection = nn.Parameter(torch.zeros(sizes.text_width, sizes.dim))
        self.logit_scale = nn.Parameter(torch.zeros(()))

    def hidden(self, tokens: Tensor) -> Tensor:
        """Give the text tower's last hidden states (n, text_length, text_width) of (n, text_length) tokens."""
        x = self.token_embedding(tokens) + self.positional_embedding[: tokens.shape[1]]
        return self.ln_final(self.transformer(x, causal=True))


class Words(NamedTuple):
    """A text as tokens.

    Attributes:
        tokens: (text_length,) int64, zeros behind the end.
        cut: the end of the text that did not fit; "" where all did.
    """

    tokens: NDArray[np.int64]
    cut: str


class ClipFeatures:
    """The door: pictures and texts in, vectors out.

    Args:
        network: with its weights.
        tokenizer: of transformers, with CLIP's vocabulary; None: texts cannot be read.
        side: pixels that pictures are resized to, both ways: the aspect is not kept.
        device: where it runs.
    """

    def __init__(self, network: Clip, tokenizer: Any = None, *, side: int = SIDE, device: str = "cpu") -> None:  # noqa: ANN401
        self.network, self.side, self.device = network.to(device), side, device
        self._tokenizer = tokenizer

    @torch.inference_mode()
    def see(self, frames: Frames) -> NDArray[np.float32]:
        """Give a vector for each of uint8 (n, height, width, 3) frames, (n, dim), of length 1.

        Raises:
            InputError: no frames.
        """
        images = normalised(resized(checked_frames(frames), (self.side, self.side)), CLIP_MEAN, CLIP_STD)
        found = [self.network.visual(one[None].to(self.device)) for one in images]
        return functional.normalize(torch.cat(found), dim=-1).cpu().numpy()

    @torch.inference_mode()
    def read(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give the vectors of texts, (n, text_length, text_width), each of length 1; see `words` for what is cut.

        Raises:
            InputError: there is no vocabulary.
        """
        tokens = torch.from_numpy(np.stack([self.words(text).tokens for text in texts]))
        return functional.normalize(self.network.hidden(tokens.to(self.device)), dim=-1).cpu().numpy()

    def words(self, text: str) -> Words:
        """Give a text as tokens, and what did not fit.

        Raises:
            InputError: there is no vocabulary.
        """
        if self._tokenizer is None:
            raise InputError(f"CLIP's vocabulary is not here: put {' and '.join(_TOKENIZER)} beside its weights")
        every = self._tokenizer(" ".join(text.split())).input_ids
        room = self.network.positional_embedding.shape[0]
        kept = every if len(every) <= room else [*every[: room - 1], every[-1]]
        tokens = np.zeros(room, dtype=np.int64)
        tokens[: len(kept)] = kept
        cut = self._tokenizer.decode(every[room - 1 : -1]) if len(every) > room else ""
        return Words(tokens, cut.strip())


def sizes_of(state: Mapping[str, Tensor], *, head_width: int = 80, text_head_width: int = 64) -> ClipSizes:
    """Read a network's sizes off its weights.

    Args:
        state: with open_clip's keys.
        head_width: channels of a head of the picture tower, which no shape tells; 80 in ViT-H.
        text_head_width: the same of the text tower.

    Raises:
        InputError: not open_clip's layout.
    """
    try:
        width, _, patch, _ = state["visual.conv1.weight"].shape
        words, text_width = state["token_embedding.weight"].shape
        places, dim = state["visual.positional_embedding"].shape[0], state["visual.proj"].shape[1]
        text_length = state["positional_embedding"].shape[0]
    except (KeyError, ValueError):
        raise InputError(
            "expected the weights of a CLIP in open_clip's layout, got others: see 'seehear weights'"
        ) from None
    layers, text_layers = (
        len({key[len(start) :].split(".")[0] for key in state if key.startswith(start)})
        for start in ("visual.transformer.resblocks.", "transformer.resblocks.")
    )
    return ClipSizes(
        width, layers, width // head_width, patch, places, dim,
        text_width, text_layers, text_width // text_head_width, words, text_length,
    )  # fmt: skip


def load(
    weights: Path | str | State | None = None,
    *,
    vocabulary: Path | str | None = None,
    device: str = "cpu",
) -> ClipFeatures:
    """Load DFN5B's ViT-H-14 at 384 pixels.

    Args:
        weights: a file, a folder or a state dict; None: where `seehear weights` keeps it.
        vocabulary: the folder of ``vocab.json`` and ``merges.txt``; None: beside the weights.
        device: where it runs.

    Raises:
        MissingWeights: not on this machine.
        InputError: not CLIP's weights.
    """
    state = found_state(WEIGHTS, weights)
    with unfilled():
        network = Clip(sizes_of(state))
    load_state(network, state, name="CLIP DFN5B ViT-H-14", dropped=lambda key: key.endswith("attn_mask"))
    return ClipFeatures(network, tokenizer_in(_folder(weights, vocabulary)), device=device)


def tokenizer_in(folder: Path | None) -> Any:  # noqa: ANN401 - transformers' class
    """Give CLIP's tokenizer of a folder's vocabulary; None where there is none."""
    if folder is None or not all((folder / name).is_file() for name in _TOKENIZER):
        return None
    from transformers import CLIPTokenizer

    return CLIPTokenizer(*(str(folder / name) for name in _TOKENIZER))


def _folder(weights: Path | str | State | None, vocabulary: Path | str | None) -> Path | None:
    if vocabulary is not None:
        return Path(vocabulary)
    if isinstance(weights, Mapping):
        return None
    from seehear.weights import locate

    place = locate(WEIGHTS, weights)
    return place if place.is_dir() else place.parent
