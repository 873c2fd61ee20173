"""Ogg Vorbis through libsndfile, which keeps every sample; ffmpeg loses the first and last block of short files.

Reference: Vorbis I specification, section 4.3.9 (channel order).
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from seehear.media.container import damaged
from seehear.media.stems import Samples

VORBIS_ORDER = {
    3: ["FL", "FC", "FR"],
    5: ["FL", "FC", "FR", "BL", "BR"],
    6: ["FL", "FC", "FR", "BL", "BR", "LFE"],
    7: ["FL", "FC", "FR", "SL", "SR", "BC", "LFE"],
    8: ["FL", "FC", "FR", "SL", "SR", "BL", "BR", "LFE"],
}
"""ffmpeg's name of each channel as Vorbis stores it, where that is not WAVE order."""


def vorbis_runs(path: Path, order: tuple[int, ...] | None, start: float) -> Iterator[tuple[int, Samples]]:
    """Read an Ogg Vorbis file from shortly before ``start``.

    Args:
        path: the file.
        order: stored channel of each channel given; None when the same.
        start: s.

    Yields:
        A run's place in samples, and float32 (channels, n).

    Raises:
        InputError: damaged.
    """
    import soundfile

    place = 0
    try:
        with soundfile.SoundFile(path) as file:
            place = min(max(0, int((start - 1.0) * file.samplerate)), file.frames)
            file.seek(place)
            while len(samples := file.read(65536, dtype="float32", always_2d=True)):
                turned = np.ascontiguousarray(samples.T)
                yield place, turned if order is None else turned[list(order)]
                place += len(samples)
    except (soundfile.SoundFileError, OSError) as error:
        raise damaged(path, place / 48000, error) from None
