"""Eyes taught beforehand, on what scenes say of their pictures, then left as they are; what they see is kept on disk.

The networks that this stands in for are fed by extractors that were trained elsewhere and are frozen. So are these: a
map's cell says which class covers it, a picture feature which classes are in sight, a timing feature where each class
is and how loud each band of the sound is at that frame. Each is read off by a linear layer that is thrown away. Since
frozen eyes always see the same, features of every world are computed once, as it is and mirrored, for all runs.
"""

import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from seehear.media.atomic import written_whole
from seehear.sound.flow.conditions import SYNC_FPS
from seehear.sound.flow.eyes import Eyes, EyeSizes, ticks
from seehear.sound.flow.visaudio import EarFeatures
from seehear.train.checkpoint import read_checkpoint, write_checkpoint
from seehear.train.order import drawn
from seehear.train.truths import LABELS, occupied, places
from seehear.train.worlds import Progress, Worlds

BANDS, BATCH, RATE = 16, 16, 3e-3
_FRAMES, _SAMPLES, _ROWS = 102, 65536, (3, 4)
_FLOOR = 1e-4


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

    def loss(self, frames: Tensor, truth: "Truth") -> Tensor:
        """Give how far what is read off is from the truth, one number."""
        seen = self.eyes(frames, torch.zeros(len(frames), 8, dtype=torch.long, device=frames.device))
        count = len(LABELS)
        sight, across, loud = self.timed(seen.sync).float().split([count, count, BANDS], dim=-1)
        rows = self.covered(seen.spatial).float().unflatten(2, (8, 8))
        covering = torch.zeros_like(rows)
        covering[:, :, _ROWS[0] : _ROWS[1] + 1] = truth.cells[:, :, None]
        entropy = functional.binary_cross_entropy_with_logits
        return (
            entropy(self.in_sight(seen.clip).float(), truth.clip)
            + entropy(sight, truth.sight)
            + 4 * ((across - truth.across) * truth.sight).square().mean()
            + 0.5 * (loud - truth.loud).square().mean()
            + 8 * entropy(rows, covering)
        )


class Truth(NamedTuple):
    """What is to be read off, for a batch.

    Attributes:
        clip: (batch, picture features, classes) in sight or not.
        sight: (batch, frames, classes) the same for timing features.
        across: (batch, frames, classes) from -1, left, to 1.
        loud: (batch, frames, bands) level of the sound, about -1 to 1.
        cells: (batch, maps, 8 columns, classes) share covered.
    """

    clip: Tensor
    sight: Tensor
    across: Tensor
    loud: Tensor
    cells: Tensor


def truth_of(worlds: Worlds, indices: NDArray[np.int64], samples: NDArray[np.float32]) -> Truth:
    """Give what eyes are taught of some worlds."""
    picks, times = ticks(_FRAMES), np.arange(_FRAMES) / SYNC_FPS
    parts: list[list[NDArray[Any]]] = [[], [], [], []]
    for index in indices:
        where = places(worlds.told(int(index)), times)
        sight = where.width > 0
        cells = occupied(type(where)(*(one[picks["spatial"]] for one in where)))
        for part, one in zip(parts, (sight[picks["clip"]], sight, 2 * where.across - 1, cells), strict=True):
            part.append(one)
    clip, sight, across, cells = (torch.from_numpy(np.stack(part).astype(np.float32)) for part in parts)
    return Truth(clip, sight, across, torch.from_numpy(levels(samples)), cells)


def levels(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the sound's level at each frame in bands of equal ratio, both ears together, (batch, 102, bands)."""
    hop = round(16000 / SYNC_FPS)
    filled = np.pad(samples, ((0, 0), (0, 0), (0, _FRAMES * hop - samples.shape[2] if _FRAMES * hop > _SAMPLES else 0)))
    blocks = filled[:, :, : _FRAMES * hop].reshape(len(samples), 2, _FRAMES, hop)
    power = np.abs(np.fft.rfft(blocks * np.hanning(hop), axis=-1)) ** 2 / hop
    edges = np.unique(np.geomspace(2, hop // 2 + 1, BANDS + 1).round().astype(int))
    bands = np.add.reduceat(power.sum(axis=1), edges[:-1], axis=-1)
    bands = np.concatenate([bands, np.repeat(bands[..., -1:], BANDS - bands.shape[-1], axis=-1)], axis=-1)
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
    told = json.dumps([sizes.__dict__, steps, seed, worlds.digest()], sort_keys=True)
    name = hashlib.sha256(told.encode()).hexdigest()[:12]
    file = place / f"eyes-{name}.pt"
    if not file.is_file():
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            lesson = Lesson(Eyes(sizes))
        _teach(lesson, worlds, steps, seed, progress)
        write_checkpoint(file, {"eyes": {k: v for k, v in lesson.eyes.state_dict().items() if _sees(k)}})
    return read_checkpoint(file)["eyes"], name


def _teach(lesson: Lesson, worlds: Worlds, steps: int, seed: int, progress: Progress) -> None:
    optimiser = torch.optim.AdamW(lesson.parameters(), lr=RATE, weight_decay=1e-4)
    size = min(BATCH, len(worlds))
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1.0, (step + 1) / 20) * (1 - step / steps)
        indices = drawn(step, size, len(worlds), seed=seed)
        frames, _, samples = worlds.picked(indices.tolist())
        loss = lesson.loss(torch.from_numpy(frames), truth_of(worlds, indices, samples))
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(lesson.parameters(), 1.0)
        optimiser.step()
        progress("eyes", (step + 1) / steps)


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
        for start in range(0, len(worlds), BATCH):
            indices = range(start, min(start + BATCH, len(worlds)))
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
