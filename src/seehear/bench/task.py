"""What a task is: data that names its metrics, its systems and where its work is written.

A task's work gives item number i from the options alone, so that any process can make any item.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from seehear.media.stems import Samples
from seehear.score.score import Metric

Options = Mapping[str, Any]


class Picture(NamedTuple):
    """What a person needs to judge one item.

    Attributes:
        frame: (height, width, 3) uint8 RGB; None where the task has no picture.
        sounds: by name, (2, n) left and right; at ``sample_rate``.
        sample_rate: Hz.
        caption: one line.
    """

    frame: NDArray[np.uint8] | None
    sounds: dict[str, Samples]
    sample_rate: int
    caption: str


class Work(Protocol):
    """The doing of a task."""

    def count(self, options: Options) -> int:
        """Say how many items there are; refuse options that cannot be."""
        ...

    def inputs(self, options: Options) -> dict[str, str]:
        """Give the SHA-256 of every file that the items come from, by name."""
        ...

    def measure(self, options: Options, index: int) -> dict[str, Any]:
        """Give an item's row: ``id``, ``scores``, ``reasons``, ``points``; see `seehear.bench.row`."""
        ...

    def picture(self, options: Options, index: int) -> Picture:
        """Make an item again, to be looked at."""
        ...


@dataclass(frozen=True)
class Task:
    """One task.

    Attributes:
        name: on the command line.
        summary: what goes in and what comes out, one line.
        system: the name of what is tested, first in every table.
        baselines: the names beside it.
        metrics: the columns; the first is the one that items are ranked by.
        options: every choice with its default.
        work: ``"package.module:attribute"`` of its `Work`.
        version: rises whenever a number can change.
        notes: what a reader of the table must know.
    """

    name: str
    summary: str
    system: str
    baselines: tuple[str, ...]
    metrics: tuple[Metric, ...]
    work: str
    options: Options = field(default_factory=dict)
    version: int = 1
    notes: tuple[str, ...] = ()

    @property
    def systems(self) -> tuple[str, ...]:
        """All names, the tested one first."""
        return (self.system, *self.baselines)

    def load(self) -> Work:
        """Import the work."""
        module, _, attribute = self.work.partition(":")
        work: Work = getattr(import_module(module), attribute)
        return work


def file_hash(path: Path) -> str:
    """Give a file's SHA-256."""
    import hashlib

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
