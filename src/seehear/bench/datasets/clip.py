"""What every reader gives: one clip of a data set."""

from pathlib import Path
from typing import Literal, NamedTuple

from seehear.errors import InputError

Sound = Literal["binaural", "stereo", "mono", "unknown"]

VIDEOS = (".mp4", ".mkv", ".webm", ".mov", ".avi")


class Clip(NamedTuple):
    """One clip; what a data set does not have is None.

    Attributes:
        id: within the data set.
        video: the video file.
        frames: the folder of frames.
        audio: the sound file, where it lies apart from the video.
        sound: what its channels are.
        labels: what is to be heard, as the data set names it.
        start: s, where the clip begins in its video.
        end: s, where it ends; None: with the video.
        split: train, val or test; "" where the set has no splits.
        protocol: which published division the split is of; clips of two protocols are never scored together.
        layout: the file of its boxes.
    """

    id: str
    video: Path | None = None
    frames: Path | None = None
    audio: Path | None = None
    sound: Sound = "unknown"
    labels: tuple[str, ...] = ()
    start: float = 0.0
    end: float | None = None
    split: str = ""
    protocol: str = ""
    layout: Path | None = None


def folder_of(path: Path | str, what: str) -> Path:
    """Give a data set's folder.

    Raises:
        InputError: no such folder.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise InputError(f"expected the folder of {what}, found none at '{folder}'")
    return folder


def one_protocol(clips: list[Clip]) -> str:
    """Give the protocol that clips share.

    Raises:
        InputError: clips of several protocols, whose numbers cannot be compared.
    """
    found = sorted({one.protocol for one in clips})
    if len(found) > 1:
        raise InputError(f"expected clips of one protocol, got {', '.join(found)}: score them apart")
    return found[0] if found else ""


def videos_by_stem(folder: Path) -> dict[str, Path]:
    """Give the video files under a folder by their names without suffix; the first in order where two share one."""
    found: dict[str, Path] = {}
    for file in sorted(folder.rglob("*")):
        if file.suffix.lower() in VIDEOS and not file.name.startswith("."):
            found.setdefault(file.stem, file)
    return found
