"""Opening media files: one door for sound and pictures, with one-line refusals.

Clip time 0 is the container's start (its earliest stream, after edit lists and encoder delays). Files are opened as
plain local files only: no protocols, playlists or file-name patterns.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from seehear.errors import InputError
from seehear.media.whole import check_complete

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.stream import Stream

MAX_PIXELS = 200_000_000
"""The largest picture that is decoded; a bigger one is refused before any of it is."""

NOT_MEDIA = frozenset({"tty", "bin", "xbin", "adf", "idf", "concat", "hls", "dash", "sdp", "rtsp", "lavfi", "imf"})
"""Demuxers that take text for a picture, or open other files."""


@contextmanager
def opened(path: Path | str) -> "Iterator[InputContainer]":
    """Open a sound or picture file for reading.

    Raises:
        InputError: no such file, a folder, not readable, empty, not media, cut short.
    """
    import av

    file = checked_file(path)
    options = {"protocol_whitelist": "file", "pattern_type": "none", "max_pixels": str(MAX_PIXELS)}
    try:
        container = av.open(f"file:{file}", options=options, metadata_errors="replace")
    except (av.FFmpegError, ValueError) as error:
        raise InputError(
            f"expected a sound or picture file, got '{file}' that cannot be read: {cause(error)}"
        ) from None
    with container:
        if set(container.format.name.split(",")) & NOT_MEDIA:
            raise InputError(f"expected a sound or picture file, got '{file}' that is text or a list of files")
        yield container


def checked_file(path: Path | str) -> Path:
    """Refuse what is not a whole, readable file.

    Raises:
        InputError: no such file, a folder, not readable, empty, cut short.
    """
    file = Path(path)
    if file.is_dir():
        raise InputError(f"expected a sound or picture file, got the folder '{file}'")
    if not file.exists():
        raise InputError(f"no such file: '{file}'")
    if not file.is_file():
        raise InputError(f"expected a sound or picture file, got '{file}' that is not a regular file")
    try:
        if not file.stat().st_size:
            raise InputError(f"expected a sound or picture file, got '{file}' of zero bytes")
        check_complete(file)
    except OSError as error:
        raise InputError(f"cannot read '{file}': {error.strerror or error}") from None
    return file


def cause(error: Exception) -> str:
    """Give an error's reason in a few words, without numbers and repeated names."""
    words = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(words).splitlines()[0]


def damaged(path: Path | str, time: float, error: Exception | str) -> InputError:
    """Make the error for a file that opens but breaks off while being read.

    Args:
        path: the file.
        time: s, how far it could be read.
        error: what the reader said.
    """
    reason = error if isinstance(error, str) else cause(error)
    return InputError(f"'{path}' is damaged after {time:.3f} s: {reason}; repair or shorten the file")


def clock_start(container: "InputContainer") -> Fraction:
    """Give the container's start on its own clock, in seconds; clip time 0."""
    start = container.start_time
    return Fraction(0) if start is None else Fraction(start, 1_000_000)


def first_stream(container: "InputContainer", kind: str) -> "Stream | None":
    """Give the first stream of a kind ("audio" or "video"), one marked as default before others; cover art is none."""
    from av.stream import Disposition

    streams = [one for one in container.streams if one.type == kind]
    streams = [one for one in streams if not one.disposition & Disposition.attached_pic]
    marked = [one for one in streams if one.disposition & Disposition.default]
    return next(iter(marked if kind == "audio" and marked else streams), None)
