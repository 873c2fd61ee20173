"""Scores made elsewhere, read from CSV and marked so: ``system,index,metric,value``.

And human ratings as one more judge: ``system,index,question,score``, the score 1 to 5, ``na`` for not applicable.
"""

import csv
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from seehear.errors import InputError
from seehear.score.compass import HIGHEST, LOWEST


class Imported(NamedTuple):
    """Values by (system, prompt) and name; names in the order they came."""

    names: tuple[str, ...]
    values: Mapping[tuple[str, int], Mapping[str, float]]


MARK = " (external)"


def read_scores(path: Path | str) -> Imported:
    """Read imported scores; every column's name is marked as external.

    Raises:
        InputError: not readable, other columns, or a value that is no number; the message names the line.
    """
    return _read(path, ("system", "index", "metric", "value"), _number, MARK)


def read_ratings(path: Path | str) -> Imported:
    """Read human ratings; nan is "not applicable".

    Raises:
        InputError: as `read_scores`; or a score off the scale.
    """
    return _read(path, ("system", "index", "question", "score"), _rating, "")


def check_known(found: Imported, systems: Iterable[str], indices: Iterable[int], path: Path | str) -> None:
    """Refuse values of systems or prompts that there are none of: they would be lost in silence.

    Args:
        found: as read.
        systems: of the run.
        indices: of the whole prompts file.
        path: where it was read from.

    Raises:
        InputError: one that is unknown.
    """
    names, known = set(systems), set(indices)
    for system, index in found.values:
        if system not in names:
            raise InputError(f"expected systems among {', '.join(sorted(names))} in '{path}', got {system!r}")
        if index not in known:
            raise InputError(f"expected prompts of the prompts file in '{path}', got {index} ({system})")


def _read(path: Path | str, columns: tuple[str, ...], number: Callable[[str, str], float], mark: str) -> Imported:
    names: dict[str, None] = {}
    values: dict[tuple[str, int], dict[str, float]] = {}
    for line, row in _rows(Path(path), columns):
        system, index, name, text = (row[column].strip() for column in columns)
        where = f"line {line} of '{path}'"
        if not (index.isascii() and index.isdigit() and len(index) < 10):
            raise InputError(f"expected a prompt's index in {where}, got {index[:40]!r}")
        if not name:
            raise InputError(f"expected a name in {where}, got none")
        key, name = (system, int(index)), f"{name}{mark}"
        if name in values.get(key, {}):
            raise InputError(f"expected one value of {name!r} for {system} {index}, got a second in {where}")
        values.setdefault(key, {})[name] = number(text, where)
        names[name] = None
    return Imported(tuple(names), values)


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if tuple(reader.fieldnames or ()) != columns:
                raise InputError(f"expected the columns {','.join(columns)} in '{path}', got {reader.fieldnames}")
            for row in reader:
                if None in row or any(row[column] is None for column in columns):
                    raise InputError(f"expected {len(columns)} values in line {reader.line_num} of '{path}'")
                yield reader.line_num, row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"cannot read '{path}': {error}") from None


def _number(text: str, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(f"expected a number in {where}, got {text!r}")
    return value


def _rating(text: str, where: str) -> float:
    if text.lower() in ("na", "n/a"):
        return math.nan
    value = _number(text, where)
    if not LOWEST <= value <= HIGHEST:
        raise InputError(f"expected a score from {LOWEST} to {HIGHEST} or na in {where}, got {text!r}")
    return value
