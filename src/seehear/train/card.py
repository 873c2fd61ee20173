"""The card of a training run: all that it depends on, the machine it ran on, what came out.

A run is done again by ``seehear train flow --config RUN/card.json``.
"""

import json
import os
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch

from seehear.errors import InputError
from seehear.media.atomic import written_whole
from seehear.train.config import Config, differing

SCHEMA = 1
CARD = "card.json"
PACKAGES = ("torch", "numpy", "scipy", "numba", "opencv-python-headless", "pydantic", "safetensors")


def opened_run(place: Path, config: Config) -> Path:
    """Make a run's folder, or check that it is of this config.

    Raises:
        InputError: it is a file, holds something else, or a run of another config: names the first key that differs.
    """
    if place.exists() and not place.is_dir():
        raise InputError(f"expected a folder for the run, got the file '{place}': choose another with -o")
    card = place / CARD
    if card.is_file():
        there, asked = read_card(card).get("config", {}), config.model_dump()
        name = differing(there, asked)
        if name is not None:
            raise InputError(
                f"'{place}' holds a run with {name} = {there.get(name)!r}, asked for {asked.get(name)!r}: "
                "choose another folder with -o"
            )
    elif place.is_dir() and any(one.name != "worlds" and not one.name.startswith(".") for one in place.iterdir()):
        raise InputError(f"'{place}' is there and holds no run: choose another folder with -o")
    place.mkdir(parents=True, exist_ok=True)
    return place


def read_card(file: Path) -> dict[str, Any]:
    """Read a card.

    Raises:
        InputError: not a card.
    """
    try:
        card = json.loads(file.read_text("utf-8"))
    except ValueError as error:
        raise InputError(f"expected a run's card, got '{file}': {error}") from None
    if not isinstance(card, dict):
        raise InputError(f"expected a run's card, got '{file}'")
    return card


def write_card(place: Path, config: Config, **facts: object) -> None:
    """Write a run's card: config, versions, machine, and what else there is to say."""
    card = {
        "schema": SCHEMA, "command": "seehear train flow --config card.json -o DIR",
        "config": config.model_dump(), "versions": _versions(), "machine": _machine(), **facts,
    }  # fmt: skip
    with written_whole(place / CARD, force=True) as beside:
        beside.write_text(json.dumps(card, indent=2) + "\n", "utf-8")


def _versions() -> Mapping[str, str]:
    import seehear

    found = {"seehear": seehear.__version__, "python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "absent"
    return found


def _machine() -> Mapping[str, Any]:
    found = {
        "system": f"{platform.system()} {platform.machine()}", "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
    }  # fmt: skip
    if torch.cuda.is_available():
        found["gpu"] = torch.cuda.get_device_name()
    return found
