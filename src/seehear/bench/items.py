"""Items on disk: each one file, written aside and renamed, holding what it is of and the hash of what it holds.

``items/00012/000003100.json`` is item 3100, in folder 3100 // 256, so that no folder grows large. A file counts as done
where its key (a hash of all that the item depends on) is the one asked for and its body is the one that was hashed;
anything else (cut short, of other options, of other code) is made again. Nothing in it depends on when or where.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from seehear.errors import SeehearError
from seehear.media.atomic import written_whole

SHARD = 256
"""Items to a folder; one folder's statistics are summed at a time."""

Make = Callable[[int], Mapping[str, Any]]
"""Gives an item's row, plain JSON, from its number; `SeehearError` makes it a failed one for good."""


class Done(NamedTuple):
    """All that comes back from an item.

    Attributes:
        number: of the item.
        made: whether it was made now; False: found done.
        failed: why it could not be made; "" where it was.
    """

    number: int
    made: bool
    failed: str


class ItemStore(NamedTuple):
    """A folder of items; it can be pickled and its methods called in any process that sees the folder.

    Attributes:
        folder: of the run.
        basis: a hash of all that every item depends on: task, options, seed, code.
    """

    folder: Path
    basis: str

    def path(self, index: int) -> Path:
        """Give an item's file."""
        return self.folder / "items" / f"{index // SHARD:05d}" / f"{index:09d}.json"

    def read(self, index: int) -> dict[str, Any] | None:
        """Give an item's row; None where it is not there, damaged or of another basis."""
        try:
            held = json.loads(self.path(index).read_text(encoding="utf-8"))
            row, said, key = held["row"], held["sha256"], held["key"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        if not isinstance(row, dict) or key != self.key(index) or said != _hash(_plain(row)):
            return None
        return row

    def key(self, index: int) -> str:
        """Give the hash of all that the item depends on."""
        return _hash(f"{self.basis}:{index}")

    def make(self, index: int, work: Make) -> Done:
        """Make an item unless it is done; write it whole. One that failed unforeseen is tried again."""
        done = self.read(index)
        if done is not None and not done.get("unforeseen"):
            return Done(index, False, str(done.get("failed") or ""))
        try:
            row = dict(work(index))
        except SeehearError as error:
            row = {"id": f"{index:09d}", "failed": " ".join(str(error).split())}
        self._write(index, row)
        return Done(index, True, str(row.get("failed") or ""))

    def fail(self, index: int, error: str) -> Done:
        """Write an item whose work broke, or whose process died, as a failed row that a rerun tries again."""
        self._write(index, {"id": f"{index:09d}", "failed": error, "unforeseen": True})
        return Done(index, True, error)

    def _write(self, index: int, row: dict[str, Any]) -> None:
        row = {"index": index, **row}
        text = json.dumps({"key": self.key(index), "sha256": _hash(_plain(row)), "row": row}, ensure_ascii=False)
        place = self.path(index)
        place.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(place, force=True) as beside:
            beside.write_text(text + "\n", encoding="utf-8")


def shards_of(count: int) -> int:
    """Give the number of folders that ``count`` items lie in.

    Example:
        >>> shards_of(0), shards_of(256), shards_of(257)
        (0, 1, 2)
    """
    return -(-count // SHARD)


def shard_indices(shard: int, count: int) -> range:
    """Give the numbers of a folder's items."""
    return range(shard * SHARD, min(count, (shard + 1) * SHARD))


def row_line(row: Mapping[str, Any]) -> str:
    """Give a row as its line of ``rows.jsonl``."""
    return _plain(row) + "\n"


def _plain(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
