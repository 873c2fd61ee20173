"""Stems on their way to the renderer: some muted, all of them written down beside if asked."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from seehear.media.stems import Samples, Stems


class Writer(Protocol):
    """Takes the blocks that pass."""

    def write(self, block: dict[str, Samples]) -> None:
        """Take one block: id -> (channels, n)."""
        ...


class Teed:
    """The same stems; the first time through, each block is written down too.

    Args:
        stems: to pass on.
        writer: takes the blocks.
    """

    def __init__(self, stems: Stems, writer: Writer) -> None:
        self._stems = stems
        self._writer = writer
        self.sample_rate = stems.sample_rate
        self.length = stems.length
        self.channels: Mapping[str, int] = stems.channels

    def blocks(self, size: int) -> Iterator[dict[str, Samples]]:
        """Give the stems ``size`` samples at a time."""
        for block in self._stems.blocks(size):
            self._writer.write(block)
            yield block


class Muted:
    """The stems of some ids only.

    Args:
        stems: to choose from.
        keep: the ids that stay.
    """

    def __init__(self, stems: Stems, keep: set[str]) -> None:
        self._stems = stems
        self._keep = keep
        self.sample_rate = stems.sample_rate
        self.length = stems.length
        self.channels: Mapping[str, int] = {name: n for name, n in stems.channels.items() if name in keep}

    def blocks(self, size: int) -> Iterator[dict[str, Samples]]:
        """Give the stems ``size`` samples at a time."""
        for block in self._stems.blocks(size):
            yield {name: one for name, one in block.items() if name in self._keep}
