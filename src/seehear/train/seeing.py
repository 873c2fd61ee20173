"""Eyes taught beforehand, on what scenes say of their pictures, then left as they are; what they see is kept on disk.

The networks that this stands in for are fed by extractors that were trained elsewhere and are frozen. So are these: a
map's cell says which class covers it, a picture feature which classes are in sight, a timing feature where each class
is and how loud each band of the sound is at that frame. Each is read off by a linear layer that is thrown away. Since
frozen eyes always see the same, features of every world are computed once, as it is and mirrored, for all runs.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from seehear.media.atomic import written_whole
from seehear.sound.flow.conditions import SYNC_FPS
from seehear.sound.flow.eyes import Eyes, EyeSizes
from seehear.sound.flow.visaudio import EarFeatures
from seehear.train.checkpoint import read_checkpoint, write_checkpoint
from seehear.train.truths import LABELS, occupied, places
from seehear.train.worlds import Progress, Worlds

BANDS, BATCH, RATE = 16, 96, 5e-3
_FRAMES, _HOP, _ROWS = 102, 640, slice(3, 5)
_FLOOR = 1e-4
_HEAT = 6.0
"""How much steeper heat maps begin: a softmax over a nearly flat map learns slowly."""

_VERSION = 2  # of what is taught
_MOMENTS = 2  # stream of randomness of a seed
_LOOKED = 16  # worlds seen at a time
_NORMED = 64  # worlds that features are normalised on


class Views(NamedTuple):
    """What eyes see in worlds, each (batch, 2, ...): as they are, then mirrored."""

    clip: Tensor
    sync: Tensor
    spatial: Tensor

    @property
    def device(self) -> torch.device:
        """Where they are."""
        return self.clip.device


class Seen(NamedTuple):
    """A batch whose pictures were seen before; see `seehear.sound.flow.learners.Batch`."""

    frames: Views
    words: Tensor
    latents: Tensor

    def mirrored(self, which: Tensor) -> "Seen":
        """Mirror the worlds that ``which``, bool (batch,), says."""
        views = Views(*(torch.where(which.reshape(-1, *[1] * (one.ndim - 1)), one.flip(1), one) for one in self.frames))
        return Seen(views, self.words, torch.where(which.reshape(-1, 1, 1, 1), self.latents.flip(1), self.latents))


class RememberingEyes(Eyes):
    """Eyes that take frames, or what was seen in them before."""

    def forward(self, frames: Tensor | Views, words: Tensor, *, fps: float = SYNC_FPS) -> EarFeatures:
        """Give the features of whole clips."""
        if not isinstance(frames, Views):
            return super().forward(frames, words, fps=fps)
        clip, sync, spatial = (one[:, 0].float() for one in frames)
        return EarFeatures(clip=clip, sync=sync, text=self.read(words), spatial=spatial)

    def frozen(self, taught: dict[str, Tensor]) -> "RememberingEyes":
        """Take taught weights for what sees, and leave them as they are; words are learned along."""
        self.load_state_dict(taught, strict=False)
        for name, value in self.named_parameters():
            value.requires_grad_(name not in taught)
        return self


class Lesson(nn.Module):
    """Eyes and the linear layers that read off what they are taught."""

    def __init__(self, eyes: Eyes) -> None:
        super().__init__()
        sizes, count = eyes.sizes, len(LABELS)
        self.eyes = eyes
        self.in_sight = nn.Linear(sizes.clip_dim, count)
        self.timed = nn.Linear(sizes.sync_dim, 2 * count + BANDS)
        self.covered = nn.Linear(sizes.spatial_dim, count)
        with torch.no_grad():
            for glance in (eyes.clip, eyes.sync):
                glance.heat[2].weight *= _HEAT

    def loss(self, truth: "Truth") -> Tensor:
        """Give how far what is read off is from the truth, one number."""
        last, count = truth.frames[:, 1:], len(LABELS)
        clip = self.in_sight(self.eyes.seen_clip(last))[:, 0]
        timed = self.timed(self.eyes.seen_sync(truth.frames))[:, 1]
        sight, across, loud = timed.split([count, count, BANDS], dim=-1)
        maps = self.covered(self.eyes.seen_spatial(last))[:, 0]
        covering = torch.zeros_like(maps)
        covering[:, _ROWS] = truth.cells[:, None]
        entropy = functional.binary_cross_entropy_with_logits
        return (
            entropy(clip, truth.sight)
            + entropy(sight, truth.sight)
            + 4 * ((across - truth.across) * truth.sight).square().mean()
            + 0.5 * (loud - truth.loud).square().mean()
            + 8 * entropy(maps, covering)
        )


class Truth(NamedTuple):
    """Moments of worlds, and what is to be read off them.

    Attributes:
        frames: uint8 (batch, 2, 64, 64, 3), the moment's and the one before.
        sight: (batch, classes) in sight or not.
        across: (batch, classes) from -1, left, to 1.
        cells: (batch, 8 columns, classes) share covered.
        loud: (batch, bands) level of the sound.
    """

    frames: Tensor
    sight: Tensor
    across: Tensor
    cells: Tensor
    loud: Tensor


def truth_of(worlds: Worlds, indices: Sequence[int], moments: Sequence[int]) -> Truth:
    """Give one moment of each of some worlds, frames from 1 on."""
    rows: list[tuple[NDArray[Any], ...]] = []
    for index, moment in zip(indices, moments, strict=True):
        frames, samples = worlds.moment(index, moment, hop=_HOP)
        where = places(worlds.told(index), np.array([moment / SYNC_FPS]))
        rows.append((frames, where.width[0] > 0, 2 * where.across[0] - 1, occupied(where)[0], levels(samples)))
    frames, *rest = (np.stack(part) for part in zip(*rows, strict=True))
    return Truth(torch.from_numpy(frames), *(torch.from_numpy(one.astype(np.float32)) for one in rest))


def levels(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the level (bands,) of a frame of sound (2, samples), both ears together, in bands of equal ratio."""
    power = np.abs(np.fft.rfft(samples * np.hanning(samples.shape[1]))) ** 2 / samples.shape[1]
    edges = np.geomspace(2, power.shape[1], BANDS + 1)
    edges = np.maximum(edges.round(), 2 + np.arange(BANDS + 1)).astype(int)
    bands = np.add.reduceat(power.sum(axis=0), edges[:-1])
    return (np.log10(bands + _FLOOR) / 2 + 0.5).astype(np.float32)


def taught_eyes(
    place: Path,
    worlds: Worlds,
    sizes: EyeSizes,
    *,
    steps: int,
    seed: int,
    progress: Progress = lambda stage, done: None,
) -> tuple[dict[str, Tensor], str]:
    """Give the weights of eyes taught on worlds, and their name; kept in the worlds' folder for other runs.

    Args:
        place: folder of the worlds.
        worlds: to teach on.
        sizes: of the eyes.
        steps: of teaching, `BATCH` worlds each.
        seed: of their start and of the order.
        progress: told how far it is.
    """
    told = json.dumps([_VERSION, sizes.__dict__, steps, seed, worlds.digest()], sort_keys=True)
    name = hashlib.sha256(told.encode()).hexdigest()[:12]
    file = place / f"eyes-{name}.pt"
    if not file.is_file():
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            lesson = Lesson(Eyes(sizes))
        _teach(lesson, worlds, steps, seed, progress)
        _normalise(lesson.eyes, worlds)
        write_checkpoint(file, {"eyes": {k: v for k, v in lesson.eyes.state_dict().items() if _sees(k)}})
    return read_checkpoint(file)["eyes"], name


def _teach(lesson: Lesson, worlds: Worlds, steps: int, seed: int, progress: Progress) -> None:
    optimiser = torch.optim.AdamW(lesson.parameters(), lr=RATE, betas=(0.9, 0.98), weight_decay=1e-4)
    rng = np.random.default_rng([_MOMENTS, seed])
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1.0, (step + 1) / 20) * (1 - step / steps)
        indices = rng.permutation(len(worlds))[:BATCH].tolist()
        loss = lesson.loss(truth_of(worlds, indices, rng.integers(1, _FRAMES, len(indices)).tolist()))
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(lesson.parameters(), 1.0)
        optimiser.step()
        progress("eyes", (step + 1) / steps)


def _normalise(eyes: Eyes, worlds: Worlds) -> None:
    """Give every feature mean 0 and deviation 1, by its last layer's weights: networks are fed by it unchanged."""
    frames = torch.from_numpy(worlds.picked(range(min(_NORMED, len(worlds)))).frames)
    with torch.no_grad():
        seen = eyes(frames, torch.zeros(len(frames), 8, dtype=torch.long))
        for layer, found in (
            (eyes.clip.out[-1], seen.clip),
            (eyes.sync.out[-1], seen.sync),
            (eyes.spatial[-1], seen.spatial),
        ):
            flat = found.flatten(0, -2)
            mean, size = flat.mean(dim=0), flat.std(dim=0).clamp(min=1e-4)
            layer.weight /= size.reshape(-1, *[1] * (layer.weight.ndim - 1))
            layer.bias.copy_((layer.bias - mean) / size)


class Memory:
    """What taught eyes see in the worlds of a set, on disk as half precision.

    Args:
        place: folder of the worlds.
        name: of the eyes.
        eyes: that see.
        worlds: of the set.
        seed: of the set.
        progress: told how far it is.
    """

    def __init__(self, place: Path, name: str, eyes: Eyes, worlds: Worlds, *, seed: int, progress: Progress) -> None:
        self._files = {part: place / f"seen-{name}-{seed}-{len(worlds)}.{part}.npy" for part in Views._fields}
        if not all(file.is_file() for file in self._files.values()):
            self._look(eyes, worlds, progress)
        self._maps = {part: np.load(file, mmap_mode="r") for part, file in self._files.items()}

    def views(self, indices: NDArray[np.int64] | list[int]) -> Views:
        """Give what was seen in some worlds."""
        return Views(*(torch.from_numpy(self._maps[part][np.asarray(indices)]) for part in Views._fields))

    def _look(self, eyes: Eyes, worlds: Worlds, progress: Progress) -> None:
        found: dict[str, list[NDArray[np.float16]]] = {part: [] for part in Views._fields}
        for start in range(0, len(worlds), _LOOKED):
            indices = range(start, min(start + _LOOKED, len(worlds)))
            frames = torch.from_numpy(worlds.picked(indices).frames)
            with torch.no_grad():
                both = [eyes(one, torch.zeros(len(frames), 8, dtype=torch.long)) for one in (frames, frames.flip(3))]
            for part, parts in found.items():
                parts.append(torch.stack([getattr(one, part) for one in both], dim=1).half().numpy())
            progress("seen", indices[-1] / len(worlds))
        for part, file in self._files.items():
            with written_whole(file, force=True) as beside:
                np.save(beside, np.concatenate(found[part]))


def _sees(key: str) -> bool:
    return key.partition(".")[0] in ("clip", "sync", "spatial")
