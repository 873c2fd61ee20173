"""Output that appears whole or not at all: written beside its place, then renamed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkstemp

from seehear.errors import InputError


def check_output(path: Path | str, *, force: bool = False) -> Path:
    """Refuse an output that exists (without ``force``), that is a folder, or whose folder takes no files.

    Returns:
        The path.

    Raises:
        InputError: as said.
    """
    file = Path(path)
    if file.is_dir():
        raise InputError(f"expected a file name for the output, got the folder '{file}'")
    if file.exists() and not force:
        raise InputError(f"output '{file}' exists already: choose another name or add --force")
    if not file.parent.is_dir():
        raise InputError(f"expected the output's folder '{file.parent}' to exist: make it first")
    if not os.access(file.parent, os.W_OK):
        raise InputError(f"cannot write in '{file.parent}': choose a folder that you may write to")
    return file


@contextmanager
def written_whole(path: Path | str, *, force: bool = False) -> Iterator[Path]:
    """Give a fresh name beside ``path`` to write to; on success it is renamed, on any error removed.

    The name keeps the suffix, so that writers that go by it work.

    Raises:
        InputError: the output exists (without ``force``), cannot be made, or the disk is full.
    """
    file = check_output(path, force=force)
    try:
        handle, name = mkstemp(prefix=f".{file.stem[:40]}.", suffix=file.suffix, dir=file.parent)
    except OSError as error:
        raise InputError(f"cannot write in '{file.parent}': {error.strerror or error}") from None
    beside = Path(name)
    try:
        os.close(handle)
        yield beside
        beside.chmod(0o666 & ~_umask())
        beside.replace(file)
    except OSError as error:
        raise InputError(f"cannot write '{file}': {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            beside.unlink()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
