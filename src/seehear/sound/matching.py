"""Which of the user's files an object sounds with: words of the object against words of the files' names."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import numpy as np

from seehear.errors import InputError
from seehear.scene import SceneObject

SUFFIXES = frozenset(
    (
        *(".aac", ".ac3", ".aif", ".aiff", ".au", ".caf", ".flac", ".m4a", ".mka", ".mp2", ".mp3"),
        *(".oga", ".ogg", ".opus", ".w64", ".wav", ".wave", ".wma", ".wv"),
    )
)
_LESS = frozenset(
    (
        *("a", "an", "and", "at", "by", "in", "is", "of", "on", "the", "to", "with"),
        *("loop", "mono", "object", "sound", "sounds", "stereo"),
    )
)


class Rank(NamedTuple):
    """How well a file's name fits an object; the larger is taken."""

    source: int
    letters: int
    exact: int
    spare: int


def sound_files(folder: Path) -> list[Path]:
    """List the sounds in a folder and below, in the order of their names.

    Raises:
        InputError: no such folder, or no sound in it.
    """
    if not folder.is_dir():
        raise InputError(f"expected a folder of sounds after 'library:', got '{folder}'")
    files = [file for file in folder.rglob("*") if file.suffix.lower() in SUFFIXES and not file.name.startswith(".")]
    found = sorted((file for file in files if file.is_file()), key=lambda file: file.relative_to(folder).as_posix())
    if not found:
        raise InputError(f"expected sounds ({' '.join(sorted(SUFFIXES))}) in '{folder}', got none")
    return found


def words_of(text: str) -> tuple[str, ...]:
    """Give the words of a name or caption, in lower case and the singular, without small words and numbers.

    Example:
        >>> words_of("The red-Cars_02")
        ('red', 'car')
    """
    split = re.sub(r"([a-z])([A-Z])", r"\1 \2", text)
    words = re.findall(r"[^\W\d_]+", split.lower())
    return tuple(singular(word) for word in words if word not in _LESS)


def singular(word: str) -> str:
    """Take the plural's ending off an English noun; enough for names of things that sound.

    Example:
        >>> [singular(word) for word in ("buses", "puppies", "glass", "steps", "knives")]
        ['bus', 'puppy', 'glass', 'step', 'knife']
    """
    if len(word) < 4 or word.endswith(("ss", "us", "is")) or not word.endswith("s"):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith("ives"):
        return word[:-3] + "fe"
    return word[:-2] if word.endswith(("ses", "xes", "zes", "ches", "shes")) else word[:-1]


def names_of(thing: SceneObject) -> list[str]:
    """Give what an object may be called, the surest first: label, caption, id."""
    return [text for text in (thing.label, thing.caption, thing.id) if text and words_of(text)]


def file_for(names: Sequence[str], files: Sequence[Path], folder: Path, *, key: str, seed: int) -> Path | None:
    """Choose the file whose name fits best; None when none fits.

    Args:
        names: what is looked for, the surest first.
        files: to choose from.
        folder: names of folders below it count too.
        key: settles, with the seed, which of several equally good files is taken.
        seed: as said.
    """
    ranked = [(rank, file) for file in files if (rank := _rank(names, file.relative_to(folder))) is not None]
    if not ranked:
        return None
    best = max(rank for rank, _ in ranked)
    equal = [file for rank, file in ranked if rank == best]
    return equal[int(np.random.default_rng([seed, crc32(key.encode())]).integers(len(equal)))]


def _rank(names: Sequence[str], file: Path) -> Rank | None:
    """Words of the name itself or of the folders it lies in, the longest match first."""
    own = words_of(" ".join([*file.parts[:-1], file.stem]))
    for source, name in enumerate(names):
        shared = [word for word in words_of(name) if any(_same(word, other) for other in own)]
        if shared:
            exact = sum(word in own for word in shared)
            return Rank(-source, sum(map(len, shared)), exact, -len(own))
    return None


def _same(word: str, other: str) -> bool:
    """Whether two words mean the same sound: equal, or names of one voice."""
    from seehear.voices import canonical

    return word == other or (canonical(word) is not None and canonical(word) == canonical(other))
