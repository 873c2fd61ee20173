"""Whether a file holds all that its header promises: MP4, Matroska, RIFF and Ogg cut short are found at the door.

References: ISO/IEC 14496-12 section 4.2 (boxes); RFC 8794 sections 4 to 6 (EBML sizes); Microsoft RIFF; EBU Tech 3306
(RF64). Sizes that writers leave open on purpose (live recordings) count as whole.
"""

from pathlib import Path
from typing import BinaryIO

from seehear.errors import InputError
from seehear.media.boxes import boxes

_LEADS = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"styp"})
_OPEN_SIZES = (0xFFFFFFFF, 0x7FFFFFFF)


def check_complete(path: Path) -> None:
    """Refuse an MP4, Matroska, AVI or WAV file that ends before its header says.

    Raises:
        InputError: cut short, or an MP4 without its index.
        OSError: not readable.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(12)
        if head[4:8] in _LEADS:
            promised = _mp4_end(file, size, path)
        elif head[:4] == b"\x1a\x45\xdf\xa3":
            promised = _matroska_end(file)
        elif head[:4] in (b"RIFF", b"RF64"):
            promised = _riff_end(file, head)
        elif head[:4] == b"OggS":
            promised = _ogg_end(file, size)
        else:
            return
    if promised > size:
        raise InputError(f"'{path}' is cut short: its header promises {promised} bytes, it has {size}; copy it again")


def _mp4_end(file: BinaryIO, size: int, path: Path) -> int:
    end, seen = 0, set()
    for box in boxes(file, 0, size):
        seen.add(box.kind)
        if box.kind in (b"moov", b"mdat", b"moof"):
            end = max(end, box.end)
    if end <= size and not seen & {b"moov", b"moof", b"meta"}:
        raise InputError(f"'{path}' is cut short: the index ('moov') at its end is missing; copy it again")
    return end


def _vint(file: BinaryIO, *, keep_marker: bool) -> int | None:
    """Read one EBML number; None for the reserved 'unknown size' or the end of the file."""
    first = file.read(1)
    if not first or not first[0]:
        return None
    length = 9 - first[0].bit_length()
    rest = file.read(length - 1)
    value = int.from_bytes(first + rest, "big")
    if keep_marker:
        return value
    value &= (1 << 7 * length) - 1
    return None if value == (1 << 7 * length) - 1 else value


def _matroska_end(file: BinaryIO) -> int:
    file.seek(4)
    header = _vint(file, keep_marker=False)
    if header is None:
        return 0
    file.seek(header, 1)
    segment = _vint(file, keep_marker=True)
    size = _vint(file, keep_marker=False)
    return file.tell() + size if segment == 0x18538067 and size is not None else 0


def _riff_end(file: BinaryIO, head: bytes) -> int:
    if head[8:12] != b"WAVE":
        size = int.from_bytes(head[4:8], "little")
        return 0 if _is_open(size) else size + 8
    long_size = None
    file.seek(12)
    while len(chunk := file.read(8)) == 8:
        name, size = chunk[:4], int.from_bytes(chunk[4:], "little")
        if name == b"ds64":
            body = file.read(size)
            long_size = int.from_bytes(body[8:16], "little")
            continue
        if name == b"data":
            size = long_size if long_size is not None and size == 0xFFFFFFFF else size
            return 0 if _is_open(size) else file.tell() + size
        file.seek(size + size % 2, 1)
    return 0


def _ogg_end(file: BinaryIO, size: int) -> int:
    """Where the last page ends by its own header (RFC 3533, section 6)."""
    begin = max(0, size - 2 * 65307)
    file.seek(begin)
    tail = file.read()
    place = tail.rfind(b"OggS")
    page = tail[place : place + 27 + 255]
    if place < 0 or len(page) < 27:
        return size + 1
    table = page[27 : 27 + page[26]]
    return begin + place + 27 + page[26] + sum(table)


def has_length(path: Path) -> bool:
    """Whether an MP3 file tells its length in a Xing or Info header; without one its length is a guess."""
    with path.open("rb") as file:
        head = file.read(10)
        skip = 0
        if head[:3] == b"ID3":
            skip = 10 + sum(byte << 7 * (3 - index) for index, byte in enumerate(head[6:10]))
        file.seek(skip)
        frame = file.read(4096)
    return b"Xing" in frame or b"Info" in frame


def _is_open(size: int) -> bool:
    return size == 0 or any(0 <= limit - size < 4096 for limit in _OPEN_SIZES)
