"""The boxes of MP4 and QuickTime files: finding, changing and growing them in place.

Reference: ISO/IEC 14496-12, section 4.2 (box header), 8.7.5 (chunk offsets).
"""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

import numpy as np


class Box(NamedTuple):
    """One box of a file.

    Attributes:
        kind: the four-character type.
        start: byte offset of the box's header.
        body: byte offset of its content.
        end: byte offset behind it; may lie past the end of a file that was cut short.
    """

    kind: bytes
    start: int
    body: int
    end: int


def boxes(file: BinaryIO, start: int, end: int) -> Iterator[Box]:
    """Walk the boxes that lie side by side in a span of a file.

    Stops without complaint at what cannot be a box (some cameras leave rubbish behind the last one).

    Args:
        file: open for reading in binary.
        start: byte offset of the first box.
        end: byte offset where the walk ends.
    """
    while start + 8 <= end:
        file.seek(start)
        head = file.read(16)
        size, kind, body = int.from_bytes(head[:4], "big"), head[4:8], start + 8
        if size == 1 and len(head) == 16:
            size, body = int.from_bytes(head[8:16], "big"), start + 16
        elif size == 0:
            size = end - start
        if size < body - start or not _is_name(kind):
            return
        yield Box(kind, start, body, start + size)
        start += size


def _is_name(kind: bytes) -> bool:
    return len(kind) == 4 and all(32 <= byte < 127 or byte == 0xA9 for byte in kind)


def grow_box(file: BinaryIO, box: Box, by: int) -> None:
    """Add to the size in a box's header."""
    file.seek(box.start)
    size = int.from_bytes(file.read(4), "big")
    if size == 1:
        file.seek(box.start + 8)
        file.write((box.end - box.start + by).to_bytes(8, "big"))
    elif size:
        file.seek(box.start)
        file.write((size + by).to_bytes(4, "big"))


def shift_offsets(file: BinaryIO, moov: Box, place: int, by: int) -> None:
    """Mend the chunk offsets that point behind a place where bytes are about to be inserted.

    Args:
        file: open for reading and writing.
        moov: the index box.
        place: byte offset of the insertion.
        by: bytes inserted.
    """
    for box in _deep(file, moov.body, moov.end):
        width = 4 if box.kind == b"stco" else 8
        file.seek(box.body)
        body = file.read(box.end - box.body)
        table = np.frombuffer(body, f">u{width}", offset=8).copy()
        behind = table >= place
        if behind.any():
            table[behind] += by
            file.seek(box.body + 8)
            file.write(table.tobytes())


def insert_bytes(file: BinaryIO, place: int, extra: bytes) -> None:
    """Insert bytes, moving what lies behind them in pieces from the end."""
    end = file.seek(0, 2)
    piece = 1 << 20
    while end > place:
        begin = max(place, end - piece)
        file.seek(begin)
        moved = file.read(end - begin)
        file.seek(begin + len(extra))
        file.write(moved)
        end = begin
    file.seek(place)
    file.write(extra)


_NESTS = frozenset({b"trak", b"mdia", b"minf", b"stbl"})


def _deep(file: BinaryIO, start: int, end: int) -> Iterator[Box]:
    for box in boxes(file, start, end):
        if box.kind in (b"stco", b"co64"):
            yield box
        elif box.kind in _NESTS:
            yield from _deep(file, box.body, box.end)
