"""From a clip to what the flow networks are told: frames at three rates, and the features of frames and caption.

CLIP sees 8 frames a second, squeezed to its square; Synchformer 25, the middle square, in segments of 16 frames every
8; the spatial encoder 4, squeezed. A tick of a rate takes the frame nearest in time; frames are made small as they are
read, so that a long or large film fits.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from seehear.errors import InputError
from seehear.media.picture import frames, picture_info
from seehear.networks.inputs import centre_crop, resized, short_side
from seehear.sound.flow.mmaudio import Features
from seehear.sound.flow.visaudio import EarFeatures

Picture = NDArray[np.uint8]
CLIP_FPS, SYNC_FPS, SPATIAL_FPS = 8, 25, 4
SYNC_SIDE = 224
SHORTEST = 16 / SYNC_FPS
"""s, of one timing segment; nothing shorter can be given a sound."""


class Shown(Protocol):
    """A frame and its time."""

    time: float

    def rgb(self) -> Picture:
        """Give the colours, (height, width, 3)."""
        ...


class Rate(NamedTuple):
    """How one feature extractor wants its frames.

    Attributes:
        fps: frames per second.
        small: makes one frame small, (height, width, 3) to (h, w, 3).
    """

    fps: float
    small: Callable[[Picture], Picture]


class Sees(Protocol):
    """A feature extractor for pictures."""

    def see(self, frames: Picture) -> NDArray[np.float32]:
        """Give the features of uint8 (n, height, width, 3)."""
        ...


class Words(Protocol):
    """What a text reader says of a text."""

    @property
    def cut(self) -> str:
        """The end of the text that did not fit."""
        ...


class Reads(Sees, Protocol):
    """A feature extractor for pictures and texts."""

    side: int

    def read(self, texts: list[str]) -> NDArray[np.float32]:
        """Give (n, tokens, channels)."""
        ...

    def words(self, text: str) -> Words:
        """Give a text as tokens, and what did not fit."""
        ...


class Extractors(NamedTuple):
    """The feature extractors.

    Attributes:
        clip: of pictures and texts.
        sync: of timing.
        spatial: of token maps; None for networks that have no use for them.
        cells: to which a map is averaged, along each side.
        spatial_side: pixels along each side of what ``spatial`` is shown.
        shown_at: how each wants its frames, by name; None: as the published ones do.
    """

    clip: Reads
    sync: Sees
    spatial: Sees | None = None
    cells: int = 8
    spatial_side: int = 512
    shown_at: Mapping[str, Rate] | None = None

    def rates(self) -> dict[str, Rate]:
        """Give how each wants its frames, by name."""
        if self.shown_at is not None:
            return dict(self.shown_at)
        found = {
            "clip": Rate(CLIP_FPS, lambda one: _squeezed(one, self.clip.side, "bicubic")),
            "sync": Rate(SYNC_FPS, _middle),
        }
        if self.spatial is not None:
            found["spatial"] = Rate(SPATIAL_FPS, lambda one: _squeezed(one, self.spatial_side, "bilinear"))
        return found

    def features(self, seen: Mapping[str, Picture], text: Tensor) -> Features | EarFeatures:
        """Give the features of one clip.

        Args:
            seen: the frames by extractor, as `sampled` gives them.
            text: (1, tokens, channels), as ``clip.read`` gives it.

        Raises:
            InputError: shorter than one timing segment.
        """
        if len(seen["sync"]) < 16:
            raise InputError(
                f"expected at least {SHORTEST:.2f} s of picture, got {len(seen['sync']) / SYNC_FPS:.2f} s: "
                "give a longer clip, or --loops"
            )
        plain = Features(_tensor(self.clip.see(seen["clip"])), _tensor(self.sync.see(seen["sync"])), text)
        if self.spatial is None:
            return plain
        return EarFeatures(*plain, spatial=_tensor(pooled(self.spatial.see(seen["spatial"]), self.cells)))


def sampled(
    shown: Iterable[Shown],
    rates: Mapping[str, Rate],
    *,
    start: float,
    duration: float,
    crop: Callable[[Picture, float], Picture] | None = None,
) -> dict[str, Picture]:
    """Take the frames that feature extractors want.

    Args:
        shown: frames in order; the first and the last are held where there are none.
        rates: by name.
        start: s of clip time.
        duration: s.
        crop: cuts a frame at a time, before it is made small.

    Returns:
        By name, uint8 (ticks, h, w, 3); at least one tick.

    Raises:
        InputError: no frame.
    """
    picks = {name: _Picks(rate, start, max(1, round(duration * rate.fps))) for name, rate in rates.items()}
    before: Shown | None = None
    for frame in shown:
        for pick in picks.values():
            if before is not None:
                pick.take(before, (before.time + frame.time) / 2, crop)
        before = frame
        if frame.time > start + duration:
            break
    if before is None:
        raise InputError(f"expected pictures from {start:.2f} s on, got none")
    for pick in picks.values():
        pick.take(before, float("inf"), crop)
    return {name: np.stack(pick.taken) for name, pick in picks.items()}


class _Picks:
    """One rate's frames, as they come."""

    def __init__(self, rate: Rate, start: float, count: int) -> None:
        self._rate, self._start, self._count = rate, start, count
        self.taken: list[Picture] = []

    def take(self, frame: Shown, until: float, crop: Callable[[Picture, float], Picture] | None) -> None:
        """Take a frame for every tick before ``until``."""
        small: Picture | None = None
        while len(self.taken) < self._count and self._start + len(self.taken) / self._rate.fps < until:
            if small is None:
                colours = frame.rgb()
                small = self._rate.small(colours if crop is None else crop(colours, frame.time))
            self.taken.append(small)


def shown_in(path: Path, *, start: float, duration: float) -> Iterator[Shown]:
    """Give a picture's frames over a span, and a few before it; a still picture's one frame."""
    if picture_info(path).kind == "image":
        yield from frames(path)
    else:
        yield from frames(path, start=max(0.0, start - 0.5), end=start + duration + 0.5)


def unchanging(seen: Picture) -> bool:
    """Say whether no frame differs from the one before by as much as one grey level on average."""
    return all(np.abs(one.astype(np.int16) - other).mean() < 1 for one, other in pairwise(seen))


def pooled(maps: NDArray[np.float32], cells: int) -> NDArray[np.float32]:
    """Average (times, rows, columns, channels) maps to cells x cells, (times, cells^2, channels).

    Example:
        >>> pooled(np.ones((3, 32, 32, 5), np.float32), 8).shape
        (3, 64, 5)
    """
    moved = torch.from_numpy(maps).permute(0, 3, 1, 2)
    return torch.nn.functional.adaptive_avg_pool2d(moved, cells).flatten(2).transpose(1, 2).numpy()


def _tensor(found: NDArray[np.float32]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(found))[None]


def _squeezed(picture: Picture, side: int, mode: str) -> Picture:
    return _array(resized(picture[None], (side, side), mode=mode))


def _middle(picture: Picture) -> Picture:
    return _array(centre_crop(short_side(picture[None], SYNC_SIDE), SYNC_SIDE))


def _array(images: Tensor) -> Picture:
    return images[0].permute(1, 2, 0).numpy()
