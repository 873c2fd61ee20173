"""Files of rows, one JSON object a line: written as rows come, put in order at the end, safe against a kill."""

import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from seehear.media.atomic import written_whole

Row = dict[str, Any]


def line_of(row: Row) -> str:
    """Give a row as a line."""
    return json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n"


def rows_of(file: Path) -> dict[str, Row]:
    """Read a file's rows by their name; a line cut short by a kill counts for nothing and is taken out."""
    rows: dict[str, Row] = {}
    text = file.read_text("utf-8") if file.is_file() else ""
    for line in text.splitlines():
        with suppress(json.JSONDecodeError):
            row = json.loads(line)
            rows[row["name"]] = row
    if text and not text.endswith("\n"):
        settle(file, rows.values())
    return rows


def append(file: Path, row: Row) -> None:
    """Add a row at the end, at once."""
    with file.open("a", encoding="utf-8") as open_file:
        open_file.write(line_of(row))


def settle(file: Path, rows: Iterable[Row]) -> None:
    """Write the rows in order of their names; no file for no rows, and none touched that is the same already."""
    text = "".join(line_of(row) for row in sorted(rows, key=lambda row: str(row["name"])))
    if not text:
        file.unlink(missing_ok=True)
    elif not file.is_file() or file.read_text("utf-8") != text:
        with written_whole(file, force=True) as beside:
            beside.write_text(text, "utf-8")
