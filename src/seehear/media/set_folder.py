"""A folder that holds a made set: opened again only for the same set, or started over when told so."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from shutil import rmtree
from typing import Any

from seehear.errors import InputError
from seehear.media.atomic import written_whole


def opened_set(
    place: Path,
    told: Mapping[str, Any],
    *,
    settings: str,
    what: str,
    left: str,
    clear: Callable[[Path], None],
    force: bool,
) -> Path:
    """Make or check a set's folder.

    Args:
        place: the folder.
        told: the set's settings, plain JSON.
        settings: name of the file that holds them.
        what: what the set is made of, in messages: "worlds".
        left: pattern of the names that a killed run leaves; they are removed.
        clear: removes what an earlier run made, and nothing else; called with ``force``.
        force: start over where the folder holds such a set.

    Raises:
        InputError: it is a file, holds something else, or a set of other settings.
    """
    if place.exists() and not place.is_dir():
        raise InputError(f"expected a folder for the {what}, got the file '{place}': choose another with -o")
    file = place / settings
    if force and file.is_file():
        clear(place)
    if file.is_file():
        _agreed(json.loads(file.read_text("utf-8")), told, place, what)
    elif place.is_dir() and any(place.iterdir()):
        raise InputError(f"'{place}' is there and holds no {what}: choose another folder with -o")
    else:
        place.mkdir(parents=True, exist_ok=True)
        with written_whole(file) as beside:
            beside.write_text(json.dumps(told, indent=2) + "\n", "utf-8")
    for old in place.glob(left):
        rmtree(old, ignore_errors=True)
    return place


def _agreed(there: Mapping[str, Any], asked: Mapping[str, Any], place: Path, what: str) -> None:
    for name, value in asked.items():
        if there.get(name) != value:
            raise InputError(
                f"'{place}' holds {what} of {name} {there.get(name)!r}, asked for {value!r}: "
                "choose another folder, or start over with --force"
            )
