"""Stems on their way to the renderer: some left out, all of them written down beside if asked."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from seehear.errors import InputError
from seehear.media.stems import AMBIENCE, Samples, Stems
from seehear.scene import Scene


class Writer(Protocol):
    """Takes the blocks that pass."""

    def write(self, block: dict[str, Samples], count: int | None = None) -> None:
        """Take one block of ``count`` samples: id -> (channels, count), silent ones left out."""
        ...


class Chosen:
    """The stems of a scene without those that are muted; muted objects leave the scene too.

    Args:
        stems: to choose from.
        scene: whose objects they are.
        only: ids that stay; empty: all.
        mute: ids that go; "ambience" is the bed.

    Raises:
        InputError: an id that is neither an object's nor the bed's.
    """

    def __init__(self, stems: Stems, scene: Scene, *, only: Sequence[str] = (), mute: Sequence[str] = ()) -> None:
        self._stems = stems
        self._keep = keep = kept_ids(scene, only=only, mute=mute)
        changes = {"objects": tuple(one for one in scene.objects if one.id in keep)}
        self.scene = scene.model_copy(update=changes if AMBIENCE in keep else {**changes, "ambience": None})
        self.sample_rate = stems.sample_rate
        self.length = stems.length
        self.channels: Mapping[str, int] = {name: n for name, n in stems.channels.items() if name in keep}

    def blocks(self, size: int) -> Iterator[dict[str, Samples]]:
        """Give the stems ``size`` samples at a time."""
        for block in self._stems.blocks(size):
            yield {name: one for name, one in block.items() if name in self._keep}


def kept_ids(scene: Scene, *, only: Sequence[str] = (), mute: Sequence[str] = ()) -> set[str]:
    """Give the ids, the bed's among them, that ``only`` and ``mute`` leave.

    Raises:
        InputError: an id that is neither an object's nor the bed's.
    """
    known = [*(one.id for one in scene.objects), AMBIENCE]
    for name in (*only, *mute):
        if name not in known:
            raise InputError(f"expected one of the ids {', '.join(known)}, got {name!r}")
    return {name for name in known if (not only or name in only) and name not in mute}


class Teed:
    """The same stems; each block that passes is written down too.

    Args:
        stems: to pass on.
        writer: takes the blocks; None: nothing is written.
    """

    def __init__(self, stems: Stems, writer: Writer | None) -> None:
        self._stems = stems
        self._writer = writer
        self.sample_rate = stems.sample_rate
        self.length = stems.length
        self.channels: Mapping[str, int] = stems.channels

    def blocks(self, size: int) -> Iterator[dict[str, Samples]]:
        """Give the stems ``size`` samples at a time."""
        for number, block in enumerate(self._stems.blocks(size)):
            if self._writer is not None:  # a block in which all are silent may be empty
                self._writer.write(block, max(0, min(size, self.length - number * size)))
            yield block


@contextmanager
def stems_folder(folder: Path | str | None, stems: Stems, *, force: bool) -> Iterator[Writer | None]:
    """Give a writer of stems into ``folder``, whole or not at all; None without a folder.

    Raises:
        InputError: the folder holds sound files already and ``force`` is off, or it cannot be made.
    """
    if folder is None:
        yield None
        return
    from seehear.media.audio import StemWriter

    place = Path(folder)
    if place.exists() and not place.is_dir():
        raise InputError(f"expected a folder for the stems, got the file '{place}'")
    if place.is_dir() and any(place.glob("*.wav")) and not force:
        raise InputError(f"the folder '{place}' holds stems already: choose another or add --force")
    place.parent.mkdir(parents=True, exist_ok=True)
    with StemWriter(place, stems.channels, sample_rate=stems.sample_rate, force=force) as writer:
        yield writer
