"""Where weights lie on this machine: a file given, the folder SEEHEAR_WEIGHTS, or the hub's cache.

The cache is the hub's own layout, ``models--OWNER--NAME/snapshots/REVISION/...`` with ``refs/BRANCH`` naming the
revision, so that what other programs fetched is found. Files that are in no hub repository lie in
``SEEHEAR_WEIGHTS``, or in ``seehear`` beside the hub's cache, by the row's name.

Reference: huggingface_hub, "Understand caching" (cache layout; HF_HOME, HF_HUB_CACHE).
"""

import os
from pathlib import Path

from seehear.weights.row import MissingWeights, Weight
from seehear.weights.table import row_of

_WHOLE = ("config.json", "model_index.json")
"""What a whole folder must hold to be one."""


def locate(name: str, folder: Path | str | None = None) -> Path:
    """Give where the weights lie: the file of a one-file row, else the folder.

    Args:
        name: of a row of the table.
        folder: a file or folder to take instead of looking; it must hold the row's files, flat or by their paths.

    Raises:
        InputError: no such row.
        MissingWeights: not on this machine; one line with the command that fetches them, size, licence, what it allows.
    """
    row = row_of(name)
    for place in _places(row, folder):
        found = _held(row, place)
        if found is not None:
            return found
    if folder is not None:
        raise MissingWeights(f"expected the weights {name!r} ({_wanted(row)}) in '{folder}', which lacks them")
    raise MissingWeights(missing(row))


def missing(row: Weight) -> str:
    """Give the line that says how to come by weights that are not here."""
    can_fetch = bool(row.repository) or all(file.url for file in row.files)
    way = f"seehear weights fetch {row.name}" if can_fetch else row.note
    return f"weights {row.name!r} are not on this machine: {way} ({row.told})"


def own_folder() -> Path:
    """Give the folder of files that no hub repository holds."""
    given = os.environ.get("SEEHEAR_WEIGHTS")
    return Path(given) if given else _hub_home() / "seehear"


def hub_cache() -> Path:
    """Give the hub's cache folder, as the hub's own client finds it."""
    given = os.environ.get("HF_HUB_CACHE")
    return Path(given) if given else _hub_home() / "hub"


def revision_of(place: Path) -> str | None:
    """Give the commit that a path in the hub's cache belongs to; None elsewhere.

    Example:
        >>> revision_of(Path("hub/models--a--b/snapshots/0123abc/model.pt"))
        '0123abc'
    """
    parts = place.parts
    return parts[parts.index("snapshots") + 1] if "snapshots" in parts[:-1] else None


def _hub_home() -> Path:
    given = os.environ.get("HF_HOME")
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(given) if given else Path(cache) / "huggingface"


def _places(row: Weight, folder: Path | str | None) -> list[Path]:
    if folder is not None:
        return [Path(folder)]
    own = own_folder()
    places = [own / row.name, own] if row.files else [own / row.name]
    if row.repository:
        home = hub_cache() / f"models--{row.repository.replace('/', '--')}"
        ref = home / "refs" / row.revision
        places.append(home / "snapshots" / (ref.read_text().strip() if ref.is_file() else row.revision))
    return places


def _held(row: Weight, place: Path) -> Path | None:
    """Give the row's file or folder at a place; None where it is not whole."""
    if place.is_file():
        return place if len(row.files) == 1 else None
    if not row.files:
        return place if any((place / name).is_file() for name in _WHOLE) else None
    found = [_first(place / file.path, place / Path(file.path).name) for file in row.files]
    if any(one is None for one in found):
        return None
    return found[0] if len(found) == 1 else place


def _first(*places: Path) -> Path | None:
    return next((place for place in places if place.is_file()), None)


def _wanted(row: Weight) -> str:
    return ", ".join(Path(file.path).name for file in row.files) or " or ".join(_WHOLE)
