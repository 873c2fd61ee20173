"""WAV files with the channel mask in their header, growing into RF64 beyond 4 GB.

The header is always WAVE_FORMAT_EXTENSIBLE; a JUNK chunk keeps the place of RF64's ds64 chunk.

References: Microsoft, "Multiple channel audio data and WAVE files"; EBU Tech 3306 (RF64).
"""

import struct
from typing import BinaryIO

import numpy as np

from seehear.errors import InputError
from seehear.media.stems import Samples

RIFF_LIMIT = 2**32 - 1
"""Bytes; a longer file becomes RF64."""

_PCM, _FLOAT = 1, 3
_GUID_TAIL = bytes.fromhex("000000001000800000aa00389b71")
_HEADER = 12 + 36 + 48 + 12 + 8


class WaveWriter:
    """Write interleaved samples behind a header that is completed at the end.

    Args:
        file: open for writing in binary, seekable, empty.
        channels: how many.
        sample_rate: Hz.
        mask: WAVE channel mask; 0 without loudspeaker positions.
        bits: 24 for PCM, 32 for IEEE float.
    """

    def __init__(self, file: BinaryIO, *, channels: int, sample_rate: int, mask: int, bits: int = 24) -> None:
        self._file = file
        self._channels = channels
        self._sample_rate = sample_rate
        self._mask = mask
        self._bits = bits
        self._frames = 0
        file.write(self._header())

    def write(self, block: Samples) -> None:
        """Append float32 (channels, n), channels in WAVE order.

        Raises:
            InputError: for PCM, samples beyond ±1 or not finite.
        """
        turned = block.T
        if self._bits == 32:
            self._file.write(np.ascontiguousarray(turned, dtype="<f4").tobytes())
        else:
            levels = np.ascontiguousarray(pcm24(turned), dtype="<i4")
            self._file.write(np.ascontiguousarray(levels.view(np.uint8).reshape(-1, 4)[:, :3]).tobytes())
        self._frames += block.shape[1]

    def close(self) -> None:
        """Complete the header; the file stays open."""
        if self._data_size % 2:
            self._file.write(b"\0")
        self._file.seek(0)
        self._file.write(self._header())
        self._file.seek(0, 2)

    @property
    def _data_size(self) -> int:
        return self._frames * self._channels * self._bits // 8

    def _header(self) -> bytes:
        data = self._data_size
        riff = _HEADER - 8 + data + data % 2
        long = riff + 8 > RIFF_LIMIT
        cap = 0xFFFFFFFF
        ds64 = struct.pack("<4sIQQQI", b"ds64" if long else b"JUNK", 28, *((riff, data, self._frames) if long else (0, 0, 0)), 0)  # fmt: skip  # noqa: E501
        width = self._channels * self._bits // 8
        form = struct.pack("<4sIHHIIHH", b"fmt ", 40, 0xFFFE, self._channels, self._sample_rate,
                           self._sample_rate * width, width, self._bits)  # fmt: skip
        form += struct.pack("<HHIH", 22, self._bits, self._mask, _FLOAT if self._bits == 32 else _PCM) + _GUID_TAIL
        fact = struct.pack("<4sII", b"fact", 4, cap if long else self._frames)
        head = struct.pack("<4sI4s", b"RF64" if long else b"RIFF", cap if long else riff, b"WAVE")
        return head + ds64 + form + fact + struct.pack("<4sI", b"data", cap if long else data)


def pcm24(samples: Samples) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    """Round samples to 24-bit levels, nearest first, ties to even; +1 becomes the highest level.

    Raises:
        InputError: samples beyond ±1, or not finite.

    Example:
        >>> pcm24(np.array([-1, 0.5, 1], np.float32)).tolist()
        [-8388608, 4194304, 8388607]
    """
    peak = np.abs(samples).max(initial=0.0)
    if not peak <= 1.0:
        raise InputError(
            f"expected samples within ±1 for 24-bit sound, got {peak:.4g}: lower the gain or write 32-bit float"
        )
    return np.minimum(np.rint(samples.astype(np.float64) * 2.0**23), 2**23 - 1).astype(np.int32)
