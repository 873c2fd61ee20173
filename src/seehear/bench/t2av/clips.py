"""Which file is which prompt's clip: by the number in its name, in every naming that the authors allow.

``sample_0001``, ``sample_1``, ``0001``, ``1``, ``video_0001``, ``video_1``, with any common container's suffix, in
upper or lower case. What is missing or there twice is said, never guessed.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from seehear.errors import InputError

SUFFIXES = (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ts", ".flv", ".wmv", ".ogv")
_NAME = re.compile(r"(?:sample_|video_)?0*([1-9][0-9]*)", re.IGNORECASE)


class ClipFile(NamedTuple):
    """One prompt's clip.

    Attributes:
        number: the prompt's index.
        path: the file; None where there is none or more than one.
        failure: "" or why there is none: ``missing`` or ``duplicate: a.mp4, b.mkv``.
    """

    number: int
    path: Path | None
    failure: str


class ClipFolder(NamedTuple):
    """A system's clips.

    Attributes:
        name: of the system.
        folder: where they lie.
        clips: one for each index, in order.
        strangers: names of media files that belong to no index.
    """

    name: str
    folder: Path
    clips: tuple[ClipFile, ...]
    strangers: tuple[str, ...]


def index_of(name: str) -> int | None:
    """Read the index from a file's name; None where there is none.

    Example:
        >>> [index_of(one) for one in ("sample_0007.mp4", "7.MKV", "video_12.webm", "notes.txt", "clip_3.mp4", "0.mp4")]
        [7, 7, 12, None, None, None]
    """
    path = Path(name)
    if path.suffix.lower() not in SUFFIXES:
        return None
    found = _NAME.fullmatch(path.stem)
    return int(found.group(1)) if found else None


def match_clips(folder: Path | str, indices: Iterable[int], *, name: str) -> ClipFolder:
    """Find a system's clips.

    Args:
        folder: holds them; sub-folders are not searched.
        indices: of the prompts.
        name: of the system.

    Raises:
        InputError: no such folder, or not one clip in it.
    """
    place, wanted = Path(folder), list(indices)
    if not place.is_dir():
        raise InputError(f"expected a folder of clips for {name!r}, got '{place}'")
    files = sorted(one for one in place.iterdir() if one.is_file() and one.suffix.lower() in SUFFIXES)
    by_index: dict[int, list[Path]] = {}
    strangers = []
    for one in files:
        index = index_of(one.name)
        if index is None or index not in set(wanted):
            strangers.append(one.name)
        else:
            by_index.setdefault(index, []).append(one)
    if not by_index:
        raise InputError(f"expected clips named like sample_0001.mp4, 0001.mp4 or video_1.mkv in '{place}', got none")
    return ClipFolder(name, place, tuple(_clip(index, by_index.get(index, [])) for index in wanted), tuple(strangers))


def named_folders(given: Iterable[str]) -> dict[str, Path]:
    """Read ``NAME=DIR`` or ``DIR``, whose name is then the folder's.

    Raises:
        InputError: two of one name, or none.

    Example:
        >>> {name: str(path) for name, path in named_folders(["ours=a/b", "c/theirs"]).items()}
        {'ours': 'a/b', 'theirs': 'c/theirs'}
    """
    found: dict[str, Path] = {}
    for one in given:
        name, sign, folder = one.partition("=")
        path = Path(folder) if sign and not Path(one).is_dir() else Path(one)
        name = name if sign and not Path(one).is_dir() else (path.name or path.resolve().name)
        if not name or name in found:
            raise InputError(f"expected each --clips with a name of its own, got {one!r}: write --clips NAME=DIR")
        found[name] = path
    if not found:
        raise InputError("expected at least one --clips DIR or --clips NAME=DIR, got none")
    return found


def _clip(index: int, files: list[Path]) -> ClipFile:
    if len(files) == 1:
        return ClipFile(index, files[0], "")
    return ClipFile(index, None, f"duplicate: {', '.join(one.name for one in files)}" if files else "missing")
