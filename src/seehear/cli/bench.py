"""`seehear bench`: tasks, runs, comparisons."""

from math import isnan
from pathlib import Path
from typing import Annotated, Any

import typer

from seehear.cli import console, options, t2av

RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="A run's folder.")]


def tasks(json: options.Json = False) -> None:
    """List the tasks.

    Example: seehear bench list
    """
    from seehear.bench import TASKS

    rows = [(one.name, one.summary, [metric.name for metric in one.metrics], one.options) for one in TASKS.values()]
    rows += [(name, summary, [], {}) for name, summary in t2av.TASKS.items()]
    if json:
        console.emit([dict(zip(("task", "summary", "metrics", "options"), row, strict=True)) for row in rows])
        return
    told = [[name, summary, " ".join(metrics)] for name, summary, metrics, _ in rows]
    console.table("Tasks", ["task", "what", "metrics"], told)


def run(
    task: Annotated[str, typer.Argument(help="A task of bench list, such as worlds-hear or t2av-compass.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="Made, or gone on with.")],
    n: Annotated[int | None, typer.Option("--n", help="Items. Default: the task's.")] = None,
    seed: options.Seed = 0,
    preset: Annotated[str | None, typer.Option(help="What kind of worlds.")] = None,
    engine: Annotated[str, typer.Option(help="local, or ray (extra 'ray').")] = "local",
    jobs: Annotated[int, typer.Option(min=1, help="Items at work at a time.")] = 1,
    choices: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="An option of the task (bench list --json).")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Start over where another run lies.")] = False,
    json: options.Json = False,
    clips: t2av.Clips = None,
    prompts: t2av.Prompts = None,
    missing: t2av.Missing = "",
    only: t2av.Only = "",
    duration: t2av.Duration = None,
    judge: t2av.Judges = None,
    price: t2av.Price = "",
    budget: t2av.Budget = None,
    workers: t2av.Workers = 4,
    record: t2av.Record = None,
    scores: t2av.Scores = None,
    commercial_only: t2av.Commercial = False,
) -> None:
    """Run a task: card.json, rows.jsonl, table.json and report.html. A rerun goes on where it stopped.

    Example: seehear bench run worlds-hear -o runs/hear --n 20 --jobs 2
    """
    from seehear.bench import run as do

    if task in t2av.TASKS:
        common = t2av.Common(output, n, seed, engine, jobs, force, json, _chosen(choices or ()))
        asked = t2av.Judging(judge or [], price, budget, workers, record)
        t2av.run(
            task, common, t2av.Compass(clips or [], prompts, missing, only, duration, asked, scores, commercial_only)
        )
        return
    named = {"seed": seed, "n": n, "preset": preset}
    given = {**_chosen(choices or ()), **{name: value for name, value in named.items() if value is not None}}
    with console.progress(quiet=json) as tell:
        done = do(
            task, output, engine=engine, jobs=jobs, force=force, progress=tell, **given,
        )  # fmt: skip
    if json:
        console.emit({"folder": str(done.folder), "made": done.made, "found": done.found, **done.table.to_dict()})
        return
    _show_table(done.table)
    told = f", {done.failed} failed (rows.jsonl says why)" if done.failed else ""
    console.say(f"{done.made} items made, {done.found} found done{told}; {done.folder / 'report.html'}")


def compare(
    first: RunFolder,
    second: RunFolder,
    json: options.Json = False,
) -> None:
    """Compare two runs of one task, item by item: first less second, with intervals, and what differs.

    Example: seehear bench compare runs/new runs/old
    """
    from seehear.bench import compare as do

    found = do(first, second)
    if json:
        console.emit(found.to_dict())
        return
    rows = []
    for metric in found.metrics:
        cells = [found.cells[system, metric[0]] for system in found.systems]
        rows.append([_head(metric), *(_told(one.value, one.low, one.high, signed="+") for one in cells)])
    pairs = max((one.n for one in found.cells.values()), default=0)
    console.table(f"{first} less {second}: {pairs} items of both", ["", *found.systems], rows)
    for name, (a, b) in found.cards.items():
        console.say(f"differs: {name}: {a} | {b}")
    if found.only_first or found.only_second:
        console.say(f"left out: {found.only_first} items only in the first, {found.only_second} only in the second")


def _show_table(table: Any) -> None:  # noqa: ANN401 - seehear.bench.Table, imported late
    rows = []
    for metric in table.metrics:
        cells = [table.cells[system, metric[0]] for system in table.systems]
        rows.append([_head(metric), *(_told(one.mean, one.low, one.high) for one in cells)])
    console.table(f"{table.task}: {table.items} items, {table.interval}", ["", *table.systems], rows)


def _head(metric: tuple[str, str, bool]) -> str:
    name, unit, up = metric
    return f"{name.replace('_', ' ')} {'▲' if up else '▼'} {unit}".strip()


def _told(value: float, low: float, high: float, *, signed: str = "") -> str:
    if isnan(value):
        return "–"
    digits = 1 if abs(value) >= 10 else 2
    mean = f"{value:{signed}.{digits}f}"
    return mean if isnan(low) else f"{mean}\n{low:{signed}.{digits}f} to {high:{signed}.{digits}f}"


def _chosen(pairs: list[str] | tuple[str, ...]) -> dict[str, str]:
    from seehear.errors import InputError

    for one in pairs:
        if "=" not in one:
            raise InputError(f"--set must be NAME=VALUE, got {one!r}")
    return dict(one.split("=", 1) for one in pairs)
