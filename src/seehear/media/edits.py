"""Ending the picture of an MP4 by its edit list, so that frames stored for others' sake are not shown.

Reference: ISO/IEC 14496-12, 8.2.2 (`mvhd`), 8.3.2 (`tkhd`), 8.6.6 (`elst`).
"""

from pathlib import Path
from typing import BinaryIO

from seehear.media.boxes import Box, boxes


def end_picture(path: Path | str, seconds: float) -> None:
    """Let the first video track end at a time, where it is longer; the file is changed in place.

    Args:
        path: an MP4 or QuickTime file with an index that is not fragmented.
        seconds: where the picture ends.
    """
    name = Path(path)
    with name.open("r+b") as file:
        moov = next((box for box in boxes(file, 0, name.stat().st_size) if box.kind == b"moov"), None)
        if moov is None:
            return
        inner = list(boxes(file, moov.body, moov.end))
        header = next(box for box in inner if box.kind == b"mvhd")
        ticks = round(seconds * _number(file, header.body + (20 if _version(file, header) else 12), 4))
        tracks = [box for box in inner if box.kind == b"trak"]
        video = next((box for box in tracks if _is_video(file, box)), None)
        if video is not None:
            _shorten(file, video, ticks)
        lengths = [_number(file, *_tkhd_duration(file, box)) for box in tracks]
        wide = _version(file, header) == 1
        _put(file, header.body + (24 if wide else 16), 8 if wide else 4, max(lengths))


def _shorten(file: BinaryIO, track: Box, ticks: int) -> None:
    place, width = _tkhd_duration(file, track)
    if _number(file, place, width) <= ticks:
        return
    edits = _child(file, track, b"edts")
    table = None if edits is None else _child(file, edits, b"elst")
    if table is None:
        return
    _put(file, place, width, ticks)
    size, entry = (8, 20) if _version(file, table) else (4, 12)
    count = _number(file, table.body + 4, 4)
    starts = [table.body + 8 + entry * index for index in range(count)]
    before = sum(_number(file, start, size) for start in starts[:-1])
    _put(file, starts[-1], size, max(0, ticks - before))


def _tkhd_duration(file: BinaryIO, track: Box) -> tuple[int, int]:
    header = _child(file, track, b"tkhd")
    if header is None:
        raise ValueError("expected a track header in every track")
    return (header.body + 28, 8) if _version(file, header) else (header.body + 20, 4)


def _is_video(file: BinaryIO, track: Box) -> bool:
    media = _child(file, track, b"mdia")
    handler = None if media is None else _child(file, media, b"hdlr")
    return handler is not None and _number(file, handler.body + 8, 4) == int.from_bytes(b"vide", "big")


def _child(file: BinaryIO, parent: Box, kind: bytes) -> Box | None:
    return next((box for box in boxes(file, parent.body, parent.end) if box.kind == kind), None)


def _version(file: BinaryIO, box: Box) -> int:
    return _number(file, box.body, 1)


def _number(file: BinaryIO, place: int, width: int) -> int:
    file.seek(place)
    return int.from_bytes(file.read(width), "big")


def _put(file: BinaryIO, place: int, width: int, value: int) -> None:
    file.seek(place)
    file.write(value.to_bytes(width, "big"))
