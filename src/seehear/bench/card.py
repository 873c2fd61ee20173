"""The run card: all that a run's numbers depend on, and the machine they were made on.

Engine, jobs and the time of day are not in it: they change no number. Two cards name what differs between two runs.
"""

import hashlib
import os
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from seehear.bench.task import Options, Task

SCHEMA = 1
PACKAGES = ("numpy", "scipy", "numba", "soundfile", "soxr", "av", "opencv-python-headless", "pydantic")

FREE = ("machine",)
"""Parts of a card that a rerun may change."""

UNTOLD = ("worlds",)
"""Options that change no number, and are on no card."""


def card_of(task: Task, options: Options, *, count: int, inputs: Mapping[str, str]) -> dict[str, Any]:
    """Give a run's card, plain JSON."""
    import seehear

    return {
        "schema": SCHEMA,
        "task": task.name,
        "task_version": task.version,
        "items": count,
        "systems": list(task.systems),
        "options": {name: options[name] for name in sorted(options) if name not in UNTOLD},
        "metrics": {one.name: [one.unit, one.higher_is_better, one.version] for one in task.metrics},
        "versions": {"seehear": seehear.__version__, "python": platform.python_version(), **_packages()},
        "code": code_hash(),
        "inputs": {name: inputs[name] for name in sorted(inputs)},
        "machine": _machine(),
    }


def basis_of(card: Mapping[str, Any]) -> str:
    """Give the hash of what every item depends on: not how many there are, nor the machine."""
    import json

    fixed = {name: value for name, value in card.items() if name not in (*FREE, "items", "inputs")}
    fixed["options"] = {name: value for name, value in card["options"].items() if name != "n"}
    return hashlib.sha256(json.dumps(fixed, sort_keys=True).encode()).hexdigest()


def differences(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Name what differs between two cards, by dotted name: the one's value and the other's; None: not there.

    Example:
        >>> differences({"options": {"seed": 0, "n": 5}}, {"options": {"seed": 1, "n": 5}})
        {'options.seed': (0, 1)}
    """
    a, b = _flat(first), _flat(second)
    names = [*a, *(name for name in b if name not in a)]
    return {name: (a.get(name), b.get(name)) for name in names if a.get(name) != b.get(name)}


def code_hash() -> str:
    """Give the SHA-256 over every source file of the package, names and contents."""
    import seehear

    root = Path(str(seehear.__file__)).parent
    whole = hashlib.sha256()
    for file in sorted(root.rglob("*.py")):
        whole.update(f"{file.relative_to(root).as_posix()}\0".encode())
        whole.update(hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()


def _flat(data: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in data.items():
        if isinstance(value, Mapping):
            flat.update(_flat(value, f"{before}{name}."))
        else:
            flat[f"{before}{name}"] = value
    return flat


def _packages() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "absent"
    return found


def _machine() -> dict[str, Any]:
    return {"system": f"{platform.system()} {platform.machine()}", "processor": _processor(), "cores": os.cpu_count()}


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def machine_and_versions() -> dict[str, Any]:
    """Give what every card says of the machine and of the packages: ``{"versions", "machine"}``."""
    import seehear

    versions = {"seehear": seehear.__version__, "python": platform.python_version(), **_packages()}
    return {"versions": versions, "machine": _machine()}
