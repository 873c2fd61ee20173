"""The orientation that cameras leave in JPEG, PNG, WebP and TIFF files.

References: CIPA DC-008 (Exif), 4.6.2 and tag 0x0112; ISO/IEC 10918-1, B.1.1.4 (JPEG segments); PNG 3rd edition, 5.3
(chunks) and `eXIf`; WebP container specification (`EXIF` chunk).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

ORIENTATION = 0x0112
_LARGEST = 1 << 20
"""Bytes of Exif data that are looked at."""


def orientation(path: Path | str) -> int | None:
    """Give an image's Exif orientation, 1 to 8; None when it has none."""
    with Path(path).open("rb") as file:
        head = file.read(12)
        if head[:2] == b"\xff\xd8":
            blocks = _jpeg(file)
        elif head[:8] == b"\x89PNG\r\n\x1a\n":
            blocks = _chunks(file, 8, b"eXIf", "big")
        elif head[:4] == b"RIFF" and head[8:] == b"WEBP":
            blocks = _chunks(file, 12, b"EXIF", "little")
        elif head[:4] in (b"II*\0", b"MM\0*"):
            file.seek(0)
            blocks = iter([file.read(_LARGEST)])
        else:
            return None
        for block in blocks:
            found = _tag(block.removeprefix(b"Exif\0\0"))
            if found is not None and 1 <= found <= 8:
                return found
    return None


def _jpeg(file: BinaryIO) -> Iterator[bytes]:
    file.seek(2)
    while (mark := file.read(4)) and len(mark) == 4 and mark[0] == 0xFF and mark[1] not in (0xD9, 0xDA):
        size = int.from_bytes(mark[2:], "big") - 2
        body = file.read(max(0, size))
        if mark[1] == 0xE1 and body.startswith(b"Exif\0\0"):
            yield body


def _chunks(file: BinaryIO, start: int, wanted: bytes, order: str) -> Iterator[bytes]:
    """Walk the chunks of a PNG (big-endian, name second, checksum last) or a RIFF file (name first, padded)."""
    file.seek(start)
    while len(head := file.read(8)) == 8:
        if order == "big":
            name, size = head[4:], int.from_bytes(head[:4], "big")
            behind = size + 4
        else:
            name, size = head[:4], int.from_bytes(head[4:], "little")
            behind = size + size % 2
        if name == wanted:
            yield file.read(min(size, _LARGEST))
            return
        file.seek(behind, 1)


def _tag(data: bytes) -> int | None:
    """Find the orientation in the first directory of TIFF data."""
    byte_order = {b"II": "little", b"MM": "big"}.get(data[:2])
    if byte_order is None:
        return None

    def number(start: int, size: int) -> int:
        return int.from_bytes(data[start : start + size], "little" if byte_order == "little" else "big")

    directory = number(4, 4)
    for entry in range(number(directory, 2)):
        place = directory + 2 + 12 * entry
        if place + 12 > len(data):
            return None
        if number(place, 2) == ORIENTATION:
            return number(place + 8, 2)
    return None
