"""Runs a task: items made by an engine, rows gathered in order, a card, a summary, a report.

``DIR/card.json``, ``DIR/rows.jsonl``, ``DIR/table.json``, ``DIR/report.html``, and ``DIR/items/``, where each item lies
whole with its hash. A rerun makes only what is missing; whatever was interrupted, the files end in the same bytes.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from seehear.bench.card import FREE, basis_of, card_of, differences
from seehear.bench.items import Done, ItemStore, row_line, shard_indices, shards_of
from seehear.bench.report import report_of
from seehear.bench.summary import Summary, summary_of
from seehear.bench.table import Table, table_of
from seehear.bench.task import Task
from seehear.bench.tasks import options_of, task_of
from seehear.engine import Engine, engine_of
from seehear.errors import InputError
from seehear.media.atomic import written_whole

Progress = Callable[[str, float], None]


class Run(NamedTuple):
    """What a run gave.

    Attributes:
        folder: where it lies.
        card: what it depends on.
        table: the numbers.
        made: items made now.
        found: items found done.
        failed: items that could not be made; their rows say why.
    """

    folder: Path
    card: dict[str, Any]
    table: Table
    made: int
    found: int
    failed: int


def _quietly(stage: str, done: float) -> None:
    pass


def run(
    task: Task | str,
    folder: Path | str,
    *,
    engine: str = "local",
    jobs: int = 1,
    force: bool = False,
    progress: Progress = _quietly,
    **options: Any,  # noqa: ANN401 - the task's own
) -> Run:
    """Run a task into a folder, or go on with a run that lies there.

    Args:
        task: its name, or one of your own: its work must be importable wherever items are made.
        folder: made if missing; every process must see it.
        engine: ``local`` or ``ray``.
        jobs: items at work at a time; above 1 from a script, call it under ``if __name__ == "__main__":``.
        force: start over where the folder holds another run.
        progress: told how far each stage is.
        **options: the task's: ``n``, ``seed``, ``preset`` ...

    Returns:
        The card, the table, and how many items were made.

    Raises:
        InputError: no such task or option; the folder holds a run of other options, code or inputs.
        UnknownBackend: no such engine.
        MissingBackend: the engine's extra is not installed.
    """
    task, place = task_of(task) if isinstance(task, str) else task, Path(folder)
    chosen = options_of(task, options)
    work, machine = task.load(), engine_of(engine, jobs=jobs)
    count = work.count(chosen)
    card = card_of(task, chosen, count=count, inputs=work.inputs(chosen))
    _claim(place, card, force=force)
    store = ItemStore(place.resolve(), basis_of(card))
    one = partial(_make, store, task, chosen)
    done = _all(machine, store, one, count, progress)
    summary = _gathered(machine, store, task, count, progress)
    table = table_of(summary, task, place / "rows.jsonl", seed=int(chosen.get("seed", 0)))
    _write(place / "table.json", json.dumps(table.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n")
    progress("report", 0.0)
    mark = _mark(place)
    if not _reported(place / "report.html", mark):
        _write(place / "report.html", report_of(task, card, chosen, summary, table, mark=mark))
    progress("report", 1.0)
    return Run(place, card, table, *done)


def read_card(folder: Path | str) -> dict[str, Any]:
    """Read a run's card.

    Raises:
        InputError: no card there, or not one.
    """
    file = Path(folder) / "card.json"
    try:
        card = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise InputError(f"expected a run's folder with its card.json, found none at '{file.parent}'") from None
    if not isinstance(card, dict) or "task" not in card:
        raise InputError(f"expected a run's card, got something else in '{file}'")
    return card


def _claim(place: Path, card: Mapping[str, Any], *, force: bool) -> None:
    """Make the folder this run's, or go on with the run that lies there."""
    if place.exists() and not place.is_dir():
        raise InputError(f"expected a folder for the run, got the file '{place}': choose another with -o")
    if (place / "card.json").is_file() and not force:
        other = {name: pair for name, pair in differences(read_card(place), card).items() if _matters(name)}
        if other:
            told = "; ".join(f"{name} {a!r} there, {b!r} now" for name, (a, b) in list(other.items())[:3])
            raise InputError(f"'{place}' holds another run ({told}): choose another folder, or add --force")
    elif place.is_dir() and any(place.iterdir()) and not (place / "card.json").is_file():
        raise InputError(f"'{place}' holds files and no run: choose another folder with -o")
    place.mkdir(parents=True, exist_ok=True)
    _write(place / "card.json", json.dumps(card, indent=2, ensure_ascii=False) + "\n")


def _matters(name: str) -> bool:
    """Say whether a difference makes another run of it; more or fewer items of the same kind do not."""
    return name.split(".")[0] not in (*FREE, "inputs") and name not in ("items", "options.n")


def _make(store: ItemStore, task: Task, options: Mapping[str, Any], index: int) -> Done:
    return store.make(index, partial(task.load().measure, options))


def _all(
    machine: Engine, store: ItemStore, one: Callable[[int], Done], count: int, progress: Progress
) -> tuple[int, int, int]:
    made = failed = 0
    for number, outcome in enumerate(machine.map(one, range(count)), 1):
        done = outcome.value or store.fail(outcome.number, outcome.error)
        made += done.made
        failed += bool(done.failed)
        progress("items", number / count)
    return made, count - made, failed


def _gathered(machine: Engine, store: ItemStore, task: Task, count: int, progress: Progress) -> Summary:
    """Write the rows in order and sum them up, folder by folder."""
    shards, whole, merged = shards_of(count), Summary(), 0
    early: dict[int, Summary] = {}  # a folder's sums that came before its turn: always the same order, the same bytes
    for number, outcome in enumerate(machine.map(partial(_sum, store, task, count), range(shards)), 1):
        early[outcome.number] = outcome.got()
        while merged in early:
            whole = whole.plus(early.pop(merged))
            merged += 1
        progress("sums", number / shards)
    with written_whole(store.folder / "rows.jsonl", force=True) as beside, beside.open("wb") as out:
        for shard in range(shards):
            out.write(_part(store, shard).read_bytes())
    for shard in range(shards):
        _part(store, shard).unlink()
    return whole


def _sum(store: ItemStore, task: Task, count: int, shard: int) -> Summary:
    """Write one folder's rows as a part of ``rows.jsonl``, and sum them up."""
    rows = []
    for index in shard_indices(shard, count):
        row = store.read(index)
        if row is None:
            raise InputError(f"item {index} was written and cannot be read back: check the disk of '{store.folder}'")
        rows.append(row)
    _write(_part(store, shard), "".join(row_line(row) for row in rows))
    return summary_of(rows, task)


def _mark(place: Path) -> str:
    """Give the hash of all that a report is made from."""
    whole = hashlib.sha256()
    for name in ("card.json", "rows.jsonl"):
        with (place / name).open("rb") as file:
            whole.update(hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()


def _reported(page: Path, mark: str) -> bool:
    """Say whether a page is there already and was made from the same."""
    if not page.is_file():
        return False
    with page.open(encoding="utf-8") as file:
        return mark in file.read(4096)


def _part(store: ItemStore, shard: int) -> Path:
    return store.folder / "items" / f"{shard:05d}" / "rows.part"


def _write(path: Path, text: str) -> None:
    with written_whole(path, force=True) as beside:
        beside.write_text(text, encoding="utf-8")
