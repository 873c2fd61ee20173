"""`seehear bench run t2av-compass` and `t2av-damage`: their options, and what is told of them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from seehear.cli import console

TASKS = {
    "t2av-compass": "systems' clips of the T2AV-Compass prompts -> stream audit, place, time, a judge, a page",
    "t2av-damage": "made-up worlds made worse on purpose -> how often each column notices",
}
_PANEL = "t2av-compass"

Clips = Annotated[
    list[str] | None,
    typer.Option(
        "--clips",
        metavar="[NAME=]DIR",
        help="A system's clips; several times. t2av-damage: where to keep its clips.",
        rich_help_panel=_PANEL,
    ),
]
Prompts = Annotated[Path | None, typer.Option(metavar="FILE", help="The released prompts file.")]
Missing = Annotated[str, typer.Option(help="zero: a failed clip counts as the worst; skip: it is left out.")]
Only = Annotated[str, typer.Option(metavar="1-20,33", help="Prompts. Default: all.")]
Duration = Annotated[float | None, typer.Option(help="Seconds that were asked of the systems.")]
Judges = Annotated[
    list[str] | None,
    typer.Option("--judge", "--judges", metavar="[NAME=]ADDRESS#MODEL",
                 help="Or recorded:DIR, or human:FILE.csv; several, or with commas: their agreement."),
]  # fmt: skip
Price = Annotated[str, typer.Option(metavar="IN,OUT", help="Money for a million tokens.")]
Budget = Annotated[float | None, typer.Option(help="Money that judging may cost at most.")]
Workers = Annotated[int, typer.Option(min=1, max=64, help="Requests at a time.")]
Record = Annotated[Path | None, typer.Option(metavar="DIR", help="Keep the judge's answers, for recorded:DIR.")]
Scores = Annotated[Path | None, typer.Option(metavar="CSV", help="Scores made elsewhere; marked as external.")]
Commercial = Annotated[bool, typer.Option("--commercial-only", help="Leave out what may not be used commercially.")]


@dataclass(frozen=True)
class Judging:
    """How judges are asked, as given."""

    judges: list[str]
    price: str
    budget: float | None
    workers: int
    record: Path | None


@dataclass(frozen=True)
class Compass:
    """The options of `t2av-compass` alone, as given."""

    clips: list[str]
    prompts: Path | None
    missing: str
    only: str
    duration: float | None
    judging: Judging
    scores: Path | None
    commercial_only: bool


@dataclass(frozen=True)
class Common:
    """The options of every task."""

    output: Path
    n: int | None
    seed: int
    engine: str
    jobs: int
    force: bool
    json: bool
    chosen: dict[str, str]


def run(task: str, common: Common, given: Compass) -> None:
    """Run one of `TASKS`."""
    (_compass if task == "t2av-compass" else _damage)(common, given)


def _compass(common: Common, given: Compass) -> None:
    from seehear.bench.t2av.columns import told_of
    from seehear.bench.t2av.runner import Choices, run_compass
    from seehear.errors import InputError

    if given.prompts is None or not given.clips:
        raise InputError("t2av-compass needs --clips [NAME=]DIR and --prompts FILE (the released prompts.json)")
    choices = Choices(
        tuple(given.clips), given.prompts, given.missing, given.only, given.duration, *_picture(common.chosen),
        scores=given.scores, commercial_only=given.commercial_only, judges=_judges(given.judging),
        seed=common.seed,
    )  # fmt: skip
    with console.progress(quiet=common.json) as tell:
        done = run_compass(common.output, choices, engine=common.engine, jobs=common.jobs, force=common.force,
                           progress=tell)  # fmt: skip
    files = done.found.files()
    if common.json:
        console.emit({"folder": str(done.folder), "made": done.made, "found": done.kept, **files["table.json"],
                      "summary": files["summary.json"]})  # fmt: skip
        return
    for title, systems in (("Ours", done.found.ours), ("As released", done.found.released)):
        _columns(title, systems)
    told = ", ".join(f"{name}: {counts}" for name, counts in files["summary.json"]["failures"].items())
    console.say(f"missing: {files['summary.json']['missing']}; {told}")
    if given.commercial_only:
        console.say(told_of(done.found.ledger))
    console.say(f"{done.made} clips measured, {done.kept} found done; {done.folder / 'report.html'}")


def _judges(how: Judging) -> Any:  # noqa: ANN401 - a tuple of judges
    from seehear.bench.t2av.judge_choice import Terms, judges_of, prices_of

    terms = Terms(prices=prices_of(how.price), budget=how.budget, workers=how.workers, record=how.record,
                  tell=console.say)  # fmt: skip
    return judges_of(how.judges, terms)


def _picture(chosen: dict[str, str]) -> tuple[str, float]:
    """Read ``--set layout=binaural`` and ``--set horizontal_fov=60``."""
    from seehear.errors import InputError

    strange = set(chosen) - {"layout", "horizontal_fov"}
    fov = chosen.get("horizontal_fov", "60")
    if strange or not fov.replace(".", "", 1).isdigit():
        raise InputError(f"t2av-compass takes --set layout=stereo|binaural and --set horizontal_fov=DEG, got {chosen}")
    return chosen.get("layout", "stereo"), float(fov)


def _columns(title: str, systems: Any) -> None:  # noqa: ANN401 - columns by system
    first = next(iter(systems.values()), ())
    rows = [[one.name, *(_told(columns[place]) for columns in systems.values())] for place, one in enumerate(first)]
    if rows:
        console.table(f"{title}, % (95 %)", ["", *systems], rows)


def _told(one: Any) -> str:  # noqa: ANN401 - seehear.bench.t2av.summary.Column
    if one.value != one.value:
        return "–"
    return f"{one.value:.1f}" if one.low != one.low else f"{one.value:.1f} ({one.low:.1f} to {one.high:.1f})"


def _damage(common: Common, given: Compass) -> None:
    from seehear.bench.t2av.damage_run import run_damage
    from seehear.errors import InputError

    if set(common.chosen) - {"watch"} or common.chosen.get("watch", "off") not in ("on", "off"):
        raise InputError(f"t2av-damage takes --set watch=on|off, got {common.chosen}")
    kept = Path(given.clips[0]) if given.clips else None
    watch = common.chosen.get("watch", "off") == "on"
    with console.progress(quiet=common.json) as tell:
        done = run_damage(common.output, n=common.n or 100, seed=common.seed, jobs=common.jobs, force=common.force,
                          clips=kept, judges=_judges(given.judging), watch=watch, progress=tell)  # fmt: skip
    if common.json:
        console.emit({"folder": str(done.folder), "made": done.made, "found": done.kept, **done.table})
        return
    names = list(done.table["columns"])
    rows = [
        [f"{row['damage']} {row['strength']:g} {row['unit']}".strip(), str(row["n"]),
         *(_rate(row, name) for name in names)]
        for row in done.table["rows"] if row["n"]
    ]  # fmt: skip
    console.table(
        "Alarms, % of clips (* meant for it)", ["damage", "n", *(one.replace("_", " ") for one in names)], rows
    )
    for name, one in done.table["judges"].items():
        console.say(f"judge {name}: {one['answered']} of {one['clips']} clips answered")
    console.say(f"{done.table['failed']} worlds failed; {done.folder / 'report.html'}")


def _rate(row: dict[str, Any], name: str) -> str:
    rate = row["rates"][name]
    return "–" if rate is None else f"{100 * rate:.0f}{'*' if name in row['intended'] else ''}"
