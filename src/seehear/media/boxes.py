"""The boxes of MP4 and QuickTime files: finding, changing and growing them in place.

Reference: ISO/IEC 14496-12, section 4.2 (box header), 8.7.5 (chunk offsets).
"""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple


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
