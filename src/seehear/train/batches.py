"""Batches by number: the same batch for the same step, whoever asks and after whatever interruption."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from seehear.sound.flow.learners import Batch
from seehear.train.order import drawn
from seehear.train.seeing import Memory, Seen, Views
from seehear.train.worlds import Worlds

Encode = Callable[[Tensor], Tensor]
"""Sound (batch, 2, samples) to latents (batch, 2, frames, channels)."""


class Batches:
    """The batches of a run.

    Args:
        worlds: to draw from; every world once before any comes again.
        encode: of the codec.
        size: worlds of a batch, at most as many as there are.
        seed: of the order.
        memory: what eyes saw in the worlds; None: batches have frames.
        device: where batches are put.
    """

    def __init__(
        self,
        worlds: Worlds,
        encode: Encode,
        *,
        size: int,
        seed: int,
        memory: Memory | None = None,
        device: torch.device | str = "cpu",
    ) -> None:
        self.worlds, self.size, self._memory = worlds, size, memory
        self._encode, self._seed, self._device = encode, seed, device

    def parts(self, step: int, count: int) -> list[NDArray[np.int64]]:
        """Give the numbers of a step's worlds, cut into so many parts."""
        return np.array_split(drawn(step, self.size, len(self.worlds), seed=self._seed), count)

    def of(self, indices: Sequence[int] | NDArray[np.int64]) -> Batch | Seen:
        """Give some worlds as a batch; what was seen of them in place of their frames where it is remembered."""
        chosen = [int(index) for index in indices]
        frames, words, samples = self.worlds.picked(chosen, frames=self._memory is None)
        with torch.no_grad():
            latents = self._encode(torch.from_numpy(samples).to(self._device))
        known = torch.from_numpy(words).to(self._device)
        if self._memory is not None:
            return Seen(Views(*(one.to(self._device) for one in self._memory.views(chosen))), known, latents)
        return Batch(torch.from_numpy(frames).to(self._device), known, latents)
