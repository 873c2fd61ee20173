"""Where a voice plays: the drive cut into chunks of half a second, and the random streams.

Every layer of a voice is a generator of chunks of one size; its state (phases, filters) lives in the generator. So a
sound of any length needs the memory of a few chunks, and its samples do not depend on how it is read.
"""

import zlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

import numpy as np

from seehear.voices.drive import Array, Drive

MOVING = 0.05
"""m/s; a drive that never exceeds it says nothing of speed."""


class Chunk(NamedTuple):
    """Half a second of the drive.

    Attributes:
        start: index of its first sample.
        time: (n,) seconds.
        speed: (n,) m/s.
        activity: (n,) 0 to 1.
    """

    start: int
    time: Array
    speed: Array
    activity: Array

    @property
    def size(self) -> int:
        """How many samples."""
        return len(self.time)

    @property
    def end(self) -> int:
        """Index of the sample after its last."""
        return self.start + len(self.time)


class Stage:
    """The facts all layers of one performance share.

    Args:
        drive: what moves the sound.
        sample_rate: Hz.
        seed: settles every free choice.
    """

    def __init__(self, drive: Drive, sample_rate: int, seed: Sequence[int]) -> None:
        self.drive = drive
        self.sample_rate = sample_rate
        self.length = round(drive.duration * sample_rate)
        self.chunk = sample_rate // 2
        self.moves = bool(drive.speed.max(initial=0.0) > MOVING)
        self._seed = list(seed)

    def rng(self, layer: str) -> np.random.Generator:
        """Give the layer's own random stream, the same at every call."""
        return np.random.default_rng(np.random.SeedSequence([*self._seed, zlib.crc32(layer.encode())]))

    def chunks(self, *, pace: float | None = None) -> Iterator[Chunk]:
        """Give the drive, half a second at a time; the last chunk is whole, too.

        Args:
            pace: m/s taken throughout where the drive never moves; None: 0.
        """
        drive = self.drive
        speed = drive.speed if self.moves or pace is None else np.full_like(drive.speed, pace)
        for start in range(0, self.length, self.chunk):
            time = np.arange(start, start + self.chunk) / self.sample_rate
            yield Chunk(
                start, time, np.interp(time, drive.time, speed), np.interp(time, drive.time, drive.activity)
            )  # fmt: skip


class Voice(Protocol):
    """What every voice is: parameters, and a way to play them."""

    def play(self, stage: Stage) -> Iterator[Array]:
        """Give the sound in chunks of ``stage.chunk`` samples, in any unit; `performance` sets the level."""
        ...


def mixed(*layers: Iterator[Array]) -> Iterator[Array]:
    """Add layers, chunk by chunk."""
    for parts in zip(*layers, strict=True):
        total = np.array(parts[0], dtype=np.float64)
        for part in parts[1:]:
            total += part
        yield total
