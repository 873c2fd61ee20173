"""The `SA3D` box, which tells players that an MP4's sound is ambisonic.

Reference: Google, "Spatial Audio RFC" (draft): version 0, ambisonic type 0 (periphonic), order, channel ordering 0
(ACN), normalization 0 (SN3D), channel map.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from seehear.media.boxes import Box, boxes, grow_box, insert_bytes, shift_offsets

_NESTS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl"})
_SOUND_HEADS = {0: 28, 1: 44, 2: 64}


class SpatialAudio(NamedTuple):
    """What an `SA3D` box says.

    Attributes:
        order: ambisonic order.
        ordering: 0 for ACN.
        normalization: 0 for SN3D.
        channel_map: ambisonic component carried by each channel of the track.
    """

    order: int
    ordering: int
    normalization: int
    channel_map: tuple[int, ...]


def pack_sa3d(order: int) -> bytes:
    """Give the whole box for ACN, SN3D and channels in their order.

    Example:
        >>> pack_sa3d(1)[4:8], len(pack_sa3d(1))
        (b'SA3D', 36)
    """
    count = (order + 1) ** 2
    body = struct.pack(">BBIBBI", 0, 0, order, 0, 0, count) + struct.pack(f">{count}I", *range(count))
    return struct.pack(">I4s", len(body) + 8, b"SA3D") + body


def read_sa3d(path: Path | str) -> SpatialAudio | None:
    """Find the first `SA3D` box of a file; None without one, or of another version."""
    file_path = Path(path)
    with file_path.open("rb") as file:
        for trail in sound_entries(file, file_path.stat().st_size):
            entry = trail[-1]
            for box in boxes(file, _inner_start(file, entry), entry.end):
                if box.kind == b"SA3D":
                    file.seek(box.body)
                    return _unpack(file.read(box.end - box.body))
    return None


def _unpack(body: bytes) -> SpatialAudio | None:
    if len(body) < 12 or body[0] != 0:
        return None
    _, _, order, ordering, normalization, count = struct.unpack(">BBIBBI", body[:12])
    if len(body) < 12 + 4 * count:
        return None
    return SpatialAudio(order, ordering, normalization, struct.unpack(f">{count}I", body[12 : 12 + 4 * count]))


def sound_entries(file: BinaryIO, size: int) -> Iterator[tuple[Box, ...]]:
    """Find the sample entry of each sound track, with the boxes around it, outermost first.

    Args:
        file: an MP4 or QuickTime file open for reading.
        size: its length in bytes.
    """
    for trail in _descend(file, (), 0, size):
        if _handler(file, trail) == b"soun":
            stsd = trail[-1]
            for entry in boxes(file, stsd.body + 8, stsd.end):
                yield (*trail, entry)


def _descend(file: BinaryIO, trail: tuple[Box, ...], start: int, end: int) -> Iterator[tuple[Box, ...]]:
    for box in boxes(file, start, end):
        if box.kind == b"stsd":
            yield (*trail, box)
        elif box.kind in _NESTS:
            yield from _descend(file, (*trail, box), box.body, box.end)


def _handler(file: BinaryIO, trail: tuple[Box, ...]) -> bytes:
    mdia = next((box for box in trail if box.kind == b"mdia"), None)
    if mdia is not None:
        for box in boxes(file, mdia.body, mdia.end):
            if box.kind == b"hdlr":
                file.seek(box.body + 8)
                return file.read(4)
    return b""


def _inner_start(file: BinaryIO, entry: Box) -> int:
    """Where a sound sample entry's own boxes begin: QuickTime's versions 1 and 2 have longer heads."""
    file.seek(entry.body + 8)
    version = int.from_bytes(file.read(2), "big")
    return entry.body + _SOUND_HEADS.get(version, 28)


def insert_sa3d(path: Path | str, order: int) -> None:
    """Put an `SA3D` box into the first sound track's sample entry, and mend the sizes and offsets around it.

    Args:
        path: an MP4 or QuickTime file; rewritten in place.
        order: ambisonic order.

    Raises:
        ValueError: no sound track.
    """
    name, extra = Path(path), pack_sa3d(order)
    size = name.stat().st_size
    with name.open("r+b") as file:
        trail = next(sound_entries(file, size), None)
        if trail is None:
            raise ValueError(f"expected a sound track in '{name}'")
        place = trail[-1].end
        shift_offsets(file, trail[0], place, len(extra))
        for box in trail:
            grow_box(file, box, len(extra))
        insert_bytes(file, place, extra)
