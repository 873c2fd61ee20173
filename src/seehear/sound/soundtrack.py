"""A clip's soundtrack at the stems' rate and length: cut where the scene ends, silent where it falls short."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from seehear.media.stems import Samples

SILENCE = 10 ** (-90 / 20)
"""A peak up to this counts as digital silence: one and a half steps of 16 bits, so that dither does not sound."""

_READ = 65536


class Soundtrack(NamedTuple):
    """The soundtrack of one file.

    Attributes:
        path: the file.
        sample_rate: Hz it is read at.
        channels: as in the file.
        length: samples of the clip; the sound is cut or padded to it.
        start: seconds into the file at which the clip begins.
    """

    path: Path
    sample_rate: int
    channels: int
    length: int
    start: float = 0.0

    def blocks(self, size: int = _READ) -> Iterator[Samples]:
        """Give (channels, n) samples, ``size`` at a time (the last block may be shorter), ``length`` in all.

        Raises:
            InputError: the file is damaged, or a sample is not a number.
        """
        from seehear.media.audio import audio_blocks

        end = self.start + self.length / self.sample_rate
        given = 0
        for block in audio_blocks(self.path, sample_rate=self.sample_rate, size=size, start=self.start, end=end):
            part = block[:, : self.length - given]
            given += part.shape[1]
            if part.shape[1]:
                yield part
        while given < self.length:
            count = min(size, self.length - given)
            given += count
            yield np.zeros((self.channels, count), dtype=np.float32)


def soundtrack_of(path: Path, *, duration: float, sample_rate: int, start: float = 0.0) -> Soundtrack | None:
    """Open a file's soundtrack; None where the file has none.

    Args:
        path: any file with sound.
        duration: seconds of the clip.
        sample_rate: Hz to read at.
        start: seconds into the file at which the clip begins.

    Raises:
        InputError: the file cannot be read.
    """
    from seehear.media.audio import audio_info

    info = audio_info(path)
    if info is None:
        return None
    return Soundtrack(path, sample_rate, info.channels, max(1, round(duration * sample_rate)), start)


def has_sound(picture: Path | str, *, start: float = 0.0, end: float | None = None) -> bool:
    """Say whether a file has a soundtrack that is more than digital silence; reading stops at the first sound.

    Args:
        picture: image, GIF or video; one without a soundtrack gives False.
        start: seconds into the file from which to listen.
        end: seconds into the file up to which to listen; None: its end.

    Raises:
        InputError: the file cannot be read.
    """
    from seehear.media.audio import audio_blocks, audio_info

    info = audio_info(picture)
    if info is None:
        return False
    blocks = audio_blocks(picture, size=_READ, start=start, end=end)
    return any(float(np.abs(block).max(initial=0.0)) > SILENCE for block in blocks)
