"""Batches by number: the same batch for the same step, whoever asks and after whatever interruption."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from seehear.sound.flow.learners import Batch
from seehear.train.worlds import Worlds

_ORDER = 1  # stream of randomness of a seed

Encode = Callable[[Tensor], Tensor]
"""Sound (batch, 2, samples) to latents (batch, 2, frames, channels)."""


class Batches:
    """The batches of a run.

    Args:
        worlds: to draw from; every world once before any comes again.
        encode: of the codec.
        size: worlds of a batch, at most as many as there are.
        seed: of the order.
        device: where batches are put.
    """

    def __init__(
        self, worlds: Worlds, encode: Encode, *, size: int, seed: int, device: torch.device | str = "cpu"
    ) -> None:
        self.worlds, self.size = worlds, size
        self._encode, self._seed, self._device = encode, seed, device

    def parts(self, step: int, count: int) -> list[NDArray[np.int64]]:
        """Give the numbers of a step's worlds, cut into so many parts."""
        return np.array_split(drawn(step, self.size, len(self.worlds), seed=self._seed), count)

    def of(self, indices: Sequence[int] | NDArray[np.int64]) -> Batch:
        """Give some worlds as a batch."""
        frames, words, samples = self.worlds.picked([int(index) for index in indices])
        with torch.no_grad():
            latents = self._encode(torch.from_numpy(samples).to(self._device))
        return Batch(torch.from_numpy(frames).to(self._device), torch.from_numpy(words).to(self._device), latents)


def drawn(step: int, size: int, count: int, *, seed: int) -> NDArray[np.int64]:
    """Give which of ``count`` worlds a step sees, (size,).

    Example:
        >>> [drawn(step, 2, 4, seed=0).tolist() for step in range(3)]
        [[3, 1], [0, 2], [0, 3]]
    """
    places = range(step * size, (step + 1) * size)
    orders = {
        epoch: np.random.default_rng([_ORDER, seed, epoch]).permutation(count)
        for epoch in {place // count for place in places}
    }
    return np.array([orders[place // count][place % count] for place in places], np.int64)
