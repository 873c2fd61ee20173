"""Stems: the sound of each object and of the ambience, read block by block so that memory does not grow with length."""

from collections.abc import Iterator, Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

AMBIENCE = "ambience"
"""The key of the bed among the stems; no object may have this id."""


class Stems(Protocol):
    """What every sound backend gives and the renderer takes."""

    @property
    def sample_rate(self) -> int:
        """Hz of all stems."""
        ...

    @property
    def length(self) -> int:
        """Samples of the whole clip."""
        ...

    @property
    def channels(self) -> Mapping[str, int]:
        """Channels of each stem, by object id; the bed's key is ``"ambience"``."""
        ...

    def blocks(self, size: int) -> Iterator[dict[str, Samples]]:
        """Give the stems in order, ``size`` samples at a time (the last block may be shorter).

        Each block maps id to float32 (channels, n), n the same for all; an id left out is silent there.
        May be called again: it starts from the beginning and gives the same samples.
        """
        ...


class ArrayStems:
    """Stems held in memory.

    Args:
        samples: id -> (channels, n) or (n,) samples; shorter ones are silent to the end.
        sample_rate: Hz.
        length: samples of the clip; None: the longest stem's.
    """

    def __init__(
        self, samples: Mapping[str, NDArray[np.floating]], sample_rate: int, length: int | None = None
    ) -> None:
        self._samples = {name: np.atleast_2d(np.asarray(one, dtype=np.float32)) for name, one in samples.items()}
        self.sample_rate = sample_rate
        self.length = max((one.shape[1] for one in self._samples.values()), default=0) if length is None else length
        self.channels = {name: one.shape[0] for name, one in self._samples.items()}

    def blocks(self, size: int) -> Iterator[dict[str, Samples]]:
        """Give the stems ``size`` samples at a time."""
        for start in range(0, self.length, size):
            count = min(size, self.length - start)
            yield {name: _padded(one[:, start : start + count], count) for name, one in self._samples.items()}


def _padded(part: Samples, count: int) -> Samples:
    return part if part.shape[1] == count else np.pad(part, ((0, 0), (0, count - part.shape[1])))
