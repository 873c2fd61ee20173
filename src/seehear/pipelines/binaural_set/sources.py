"""What a folder holds to make clips of: pictures of all directions, each with its ambisonic sound."""

import re
import zlib
from pathlib import Path
from typing import Final, NamedTuple

from seehear.errors import InputError

PICTURES: Final = (".mp4", ".mkv", ".mov", ".m4v", ".webm")
SOUNDS: Final = (".wav", ".flac", ".ogg", ".opus")

_WORLD_PICTURE: Final = "video"
_WORLD_SOUNDS: Final = ("mix.hoa3", "mix.foa")


class Source(NamedTuple):
    """One recording.

    Attributes:
        name: of letters, digits, ``_``, ``.`` and ``-``; its clips' names begin with it.
        picture: the video.
        sound: the file that holds its sound; the video itself where nothing lies beside.
        scene: what is known of it; None where nothing is.
    """

    name: str
    picture: Path
    sound: Path
    scene: Path | None


def find_sources(folder: Path | str) -> list[Source]:
    """List the recordings below a folder, by name.

    A video's sound is the sound file of the same name beside it, else its own; its scene is ``NAME.scene.json``. A
    folder with ``video.mp4``, ``mix.foa.flac`` (or ``mix.hoa3.wav``) and ``scene.json`` is one recording, as simulated
    worlds lie.

    Raises:
        InputError: no such folder, or no video in it.
    """
    place = Path(folder)
    if not place.is_dir():
        raise InputError(f"expected a folder of 360-degree videos, found none at '{place}'")
    files = sorted(file for file in place.rglob("*") if file.suffix.lower() in PICTURES and _shown(file, place))
    if not files:
        raise InputError(f"expected videos ({', '.join(PICTURES)}) in '{place}', found none")
    found = [_source(file, place) for file in files]
    names = [one.name for one in found]
    return [
        one if names.count(one.name) == 1 else one._replace(name=f"{one.name}-{_crc(one.picture, place)}")
        for one in found
    ]


def _shown(file: Path, place: Path) -> bool:
    return file.is_file() and not any(part.startswith(".") for part in file.relative_to(place).parts)


def _source(file: Path, place: Path) -> Source:
    is_world = file.stem == _WORLD_PICTURE and file.parent != place
    told = file.parent if is_world else file.with_suffix("")
    beside = [file.with_name(f"{name}{suffix}") for name in _WORLD_SOUNDS for suffix in SOUNDS] if is_world else []
    beside += [file.with_suffix(suffix) for suffix in SOUNDS]
    sound = next((one for one in beside if one.is_file()), file)
    scenes = [file.with_suffix(".scene.json"), *([file.parent / "scene.json"] if is_world else [])]
    name = re.sub(r"[^A-Za-z0-9_.-]+", "_", "__".join(told.relative_to(place).parts)).lstrip(".-") or "clip"
    return Source(name[:80], file, sound, next((one for one in scenes if one.is_file()), None))


def _crc(file: Path, place: Path) -> str:
    return f"{zlib.crc32(file.relative_to(place).as_posix().encode()):08x}"
