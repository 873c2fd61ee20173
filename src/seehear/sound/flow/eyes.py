"""Eyes that learn: small feature extractors of a closed world's frames and words, trained along with the network.

All three look at the whole frame, squeezed to 64 x 64: one feature a frame at 8 a second (what is there), one from a
frame and its difference to the frame before at 25 a second (when something happens, and where), a map of 8 x 8 tokens
at 4 a second (where things are). Words are looked up in a table; what stands behind the separator is out of sight.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from seehear.errors import InputError
from seehear.networks.inputs import frames_at, resized
from seehear.sound.flow.conditions import CLIP_FPS, SPATIAL_FPS, SYNC_FPS, Extractors, Picture, Rate
from seehear.sound.flow.sizes import FlowSizes
from seehear.sound.flow.visaudio import EarFeatures, EarSizes

SIDE, CELLS, SLOTS = 64, 8, 8
"""Pixels along a frame, tokens along a map, words of a caption."""

SEPARATOR = "|"
CLASSES = ("burst", "chime", "chirp", "click", "hiss", "pluck", "pulse", "tone")
"""The closed world's labels."""


@dataclass(frozen=True)
class EyeSizes:
    """Every size of a pair of eyes.

    Attributes:
        clip_dim: channels of a picture feature.
        sync_dim: channels of a timing feature.
        spatial_dim: channels of a map's token.
        text_dim: channels of a word.
        classes: the labels that have a word.
    """

    clip_dim: int = 64
    sync_dim: int = 64
    spatial_dim: int = 64
    text_dim: int = 64
    classes: tuple[str, ...] = CLASSES

    def flow(
        self, width: int, heads: int, *, joint: int, fused: int, channels: int, length: int, head: str = "velocity"
    ) -> FlowSizes:
        """Give the sizes of a network that sees with these eyes, over ``length`` latent frames of 4.096 s."""
        return FlowSizes(
            width, heads, joint, fused, channels, length,
            clip_dim=self.clip_dim, clip_length=33, sync_dim=self.sync_dim, sync_length=102, sync_group=1,
            text_dim=self.text_dim, text_length=SLOTS, head=head,
        )  # fmt: skip

    def ears(self, flow: FlowSizes, **choices: object) -> EarSizes:
        """Give the sizes of a network with two ears that sees with these eyes; see `EarSizes`."""
        return EarSizes(flow, spatial_dim=self.spatial_dim, spatial_cells=CELLS**2, spatial_length=16, **choices)  # type: ignore[arg-type]


class Eyes(nn.Module):
    """The feature extractors.

    Args:
        sizes: of the features.

    Example:
        >>> eyes = Eyes(EyeSizes(clip_dim=8, sync_dim=8, spatial_dim=8, text_dim=8))
        >>> film = torch.zeros(1, 102, 64, 64, 3, dtype=torch.uint8)
        >>> [tuple(one.shape) for one in eyes(film, torch.zeros(1, 8, dtype=torch.long))]
        [(1, 33, 8), (1, 102, 8), (1, 8, 8), (1, 16, 64, 8)]
    """

    def __init__(self, sizes: EyeSizes | None = None) -> None:
        super().__init__()
        self.sizes = sizes or EyeSizes()
        self.clip = _Glance(3, self.sizes.clip_dim)
        self.sync = _Glance(6, self.sizes.sync_dim)
        self.spatial = nn.Sequential(
            _conv(5, 16, 4), nn.SiLU(), _conv(16, 48, 2), nn.SiLU(), nn.Conv2d(48, self.sizes.spatial_dim, 3, padding=1)
        )
        self.word = nn.Embedding(len(self.vocabulary), self.sizes.text_dim)
        self.slot = nn.Parameter(torch.zeros(SLOTS, self.sizes.text_dim))
        self.unseen = nn.Parameter(torch.zeros(self.sizes.text_dim))

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """Every word with a number: nothing, the separator, the classes."""
        return ("", SEPARATOR, *self.sizes.classes)

    def forward(self, frames: Tensor, words: Tensor, *, fps: float = SYNC_FPS) -> EarFeatures:
        """Give the features of whole clips.

        Args:
            frames: uint8 (batch, n, 64, 64, 3), evenly spaced.
            words: long (batch, 8), see `numbered`.
            fps: frames per second.
        """
        picks = ticks(frames.shape[1], fps)
        return EarFeatures(
            clip=self.seen_clip(frames[:, picks["clip"]]),
            sync=self.seen_sync(frames[:, picks["sync"]]),
            text=self.read(words),
            spatial=self.seen_spatial(frames[:, picks["spatial"]]).flatten(2, 3),
        )

    def seen_clip(self, frames: Tensor) -> Tensor:
        """Give (batch, n, clip_dim) of uint8 (batch, n, 64, 64, 3)."""
        return self.clip(_halved(frames))

    def seen_sync(self, frames: Tensor) -> Tensor:
        """Give (batch, n, sync_dim) of uint8 (batch, n, 64, 64, 3); the first frame has no difference."""
        small = _halved(frames)
        change = torch.diff(small, dim=1, prepend=small[:, :1])
        return self.sync(torch.cat([small, 4 * change], dim=2))

    def seen_spatial(self, frames: Tensor) -> Tensor:
        """Give maps (batch, n, 8, 8, spatial_dim) of uint8 (batch, n, 64, 64, 3)."""
        pixels = _pixels(frames).flatten(0, 1)
        across = torch.linspace(-1, 1, SIDE, device=pixels.device)
        place = torch.stack([across.expand(SIDE, -1), across[:, None].expand(-1, SIDE)]).expand(len(pixels), -1, -1, -1)
        maps = self.spatial(torch.cat([pixels, place], dim=1))
        return maps.permute(0, 2, 3, 1).unflatten(0, frames.shape[:2])

    def read(self, words: Tensor) -> Tensor:
        """Give (batch, 8, text_dim) of numbers (batch, 8)."""
        behind = (words == 1).cumsum(dim=1).clamp(max=1)[..., None]
        return self.word(words) + self.slot + behind * self.unseen

    def numbered(self, captions: Sequence[str]) -> Tensor:
        """Give captions as numbers of words, long (captions, 8), padded with nothing.

        Raises:
            InputError: an unknown word, or more than 8.
        """
        return torch.tensor([_numbers(caption, self.vocabulary) for caption in captions], dtype=torch.long)

    def extractors(self) -> Extractors:
        """Give the eyes as `seehear.sound.flow.generate.Maker` takes them."""
        whole = {name: Rate(fps, squeezed) for name, fps in RATES.items()}
        return Extractors(_Reads(self), _Sees(self, "sync"), _Sees(self, "spatial"), cells=CELLS, shown_at=whole)

    def told(self) -> dict[str, object]:
        """Give the sizes as plain JSON."""
        return asdict(self.sizes)


RATES = {"clip": float(CLIP_FPS), "sync": float(SYNC_FPS), "spatial": float(SPATIAL_FPS)}
"""Frames per second of each extractor."""


def ticks(count: int, fps: float = SYNC_FPS) -> dict[str, NDArray[np.int64]]:
    """Give which of ``count`` frames each extractor sees, as `seehear.sound.flow.conditions.sampled` picks them.

    Example:
        >>> ticks(102)["spatial"][:4].tolist()
        [0, 6, 13, 19]
    """
    times = np.arange(count) / fps
    return {name: frames_at(times, fps=rate, duration=count / fps) for name, rate in RATES.items()}


def squeezed(picture: Picture) -> Picture:
    """Squeeze a whole frame (height, width, 3) to 64 x 64."""
    return resized(picture[None], (SIDE, SIDE), mode="bilinear")[0].permute(1, 2, 0).numpy()


def known_words(text: str, classes: Sequence[str] = CLASSES) -> tuple[str, list[str]]:
    """Keep what eyes can read of a text: labels and the separator, at most 8, and list the words left out.

    Example:
        >>> known_words("tone and dog | hiss")
        ('tone | hiss', ['and', 'dog'])
    """
    words = text.replace(",", " ").split()
    known = [word for word in words if word in (SEPARATOR, *classes)]
    return " ".join(known[:SLOTS]), [word for word in words if word not in known] + known[SLOTS:]


class _Text(NamedTuple):
    cut: str


class _Reads:
    """Picture features and words, for the protocol `seehear.sound.flow.conditions.Reads`."""

    side = SIDE

    def __init__(self, eyes: Eyes) -> None:
        self.network = eyes

    def see(self, frames: Picture) -> NDArray[np.float32]:
        return _array(self.network.seen_clip(torch.from_numpy(frames)[None]))

    def read(self, texts: list[str]) -> NDArray[np.float32]:
        with torch.inference_mode():
            return self.network.read(self.network.numbered(texts)).numpy()

    def words(self, text: str) -> _Text:
        return _Text(" ".join(text.split()[SLOTS:]))


class _Sees:
    """One of the other two extractors; its weights are counted with `_Reads`."""

    def __init__(self, eyes: Eyes, name: str) -> None:
        self._look = eyes.seen_sync if name == "sync" else eyes.seen_spatial

    def see(self, frames: Picture) -> NDArray[np.float32]:
        return _array(self._look(torch.from_numpy(frames)[None]))


class _Glance(nn.Module):
    """A frame to one feature: where each of a few heat maps has its middle, and how strong it is.

    Reference: Levine et al., "End-to-end training of deep visuomotor policies", JMLR 17(39), 2016, section 5.1.
    """

    def __init__(self, channels: int, dim: int, *, maps: int = 24) -> None:
        super().__init__()
        self.heat = nn.Sequential(_conv(channels, 16, 2), nn.SiLU(), nn.Conv2d(16, maps, 3, padding=1))
        self.out = nn.Sequential(nn.Linear(4 * maps, 2 * dim), nn.SiLU(), nn.Linear(2 * dim, dim))

    def forward(self, pixels: Tensor) -> Tensor:
        """Give (batch, n, dim) of (batch, n, channels, side, side)."""
        heat = self.heat(pixels.flatten(0, 1)).float()
        share = heat.flatten(2).softmax(dim=2).unflatten(2, heat.shape[2:])
        across = torch.linspace(-1, 1, heat.shape[-1], device=heat.device)
        middle = [share.sum(dim=2) @ across, share.sum(dim=3) @ across]
        strength = [heat.flatten(2).mean(dim=2), (share * heat).sum(dim=(2, 3))]
        return self.out(torch.cat([*middle, *strength], dim=1)).unflatten(0, pixels.shape[:2])


def _conv(before: int, after: int, stride: int) -> nn.Conv2d:
    kernel = 3 if stride == 2 else stride + 1
    return nn.Conv2d(before, after, kernel, stride=stride, padding=kernel // 2)


def _pixels(frames: Tensor) -> Tensor:
    if frames.dtype != torch.uint8 or frames.ndim != 5 or tuple(frames.shape[2:]) != (SIDE, SIDE, 3):
        raise InputError(
            f"expected uint8 frames (batch, n, {SIDE}, {SIDE}, 3), got {frames.dtype} {tuple(frames.shape)}"
        )
    return frames.permute(0, 1, 4, 2, 3).float() / 64 - 1


def _halved(frames: Tensor) -> Tensor:
    """As `_pixels`, at half the size."""
    return functional.avg_pool2d(_pixels(frames).flatten(0, 1), 2).unflatten(0, frames.shape[:2])


def _numbers(caption: str, vocabulary: Sequence[str]) -> list[int]:
    words = caption.split()
    unknown = [word for word in words if word not in vocabulary]
    if unknown or len(words) > SLOTS:
        raise InputError(
            f"expected at most {SLOTS} words out of {' '.join(vocabulary[1:])}, got {len(words)}"
            + (f", {unknown[0]!r} among them" if unknown else "")
        )
    return [vocabulary.index(word) for word in words] + [0] * (SLOTS - len(words))


def _array(found: Tensor) -> NDArray[np.float32]:
    return found[0].detach().numpy()
