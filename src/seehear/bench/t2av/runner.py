"""Runs T2AV-Compass over systems' clips: items that resume, then tables, then one page.

``DIR/card.json``, ``rows.jsonl`` (a prompt a line, all systems), ``table.json``, ``summary.json``, ``categories.json``,
``pairs.json``, ``ledger.json``, ``costs.json``, ``report.html``; ``items/`` and ``judges/`` hold what a rerun need not
do again: a kill costs at most the items in flight.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from seehear.bench.card import code_hash, machine_and_versions
from seehear.bench.t2av.clips import ClipFolder, match_clips, named_folders
from seehear.bench.t2av.gathering import Gathered, gathered
from seehear.bench.t2av.items import Plan, make_item, read_item
from seehear.bench.t2av.judged import Judge
from seehear.bench.t2av.measuring import Asked
from seehear.bench.t2av.neural import neural_of
from seehear.bench.t2av.prompts import Prompt, read_prompts
from seehear.errors import InputError
from seehear.media.atomic import written_whole

TASK, VERSION = "t2av-compass", 1
Progress = Callable[[str, float], None]
"""Told the stage and how much of it is done."""


@dataclass(frozen=True)
class Choices:
    """What a run is asked to do.

    Attributes:
        clips: ``NAME=DIR`` or ``DIR``, one for each system.
        prompts: the released prompts file.
        missing: ``zero``: a clip that failed counts as the worst; ``skip``: it is left out; "": refused where a clip is
            missing or there twice.
        only: indices of prompts, such as ``1-20,33``; "": all.
        duration: s asked of the systems; None: nothing was asked.
        layout: of two channels: ``stereo`` or ``binaural``.
        horizontal_fov: deg that pictures are taken to span.
        scores: CSV of imported scores; None: none.
        commercial_only: leave out columns that rest on what may not be used commercially.
        judges: already opened, in order; the first one's scores are the table's.
        seed: of bootstraps and tests.
        whole: refuse a prompts file that is not the released one.
    """

    clips: tuple[str, ...]
    prompts: Path
    missing: str = ""
    only: str = ""
    duration: float | None = None
    layout: str = "stereo"
    horizontal_fov: float = 60.0
    scores: Path | None = None
    commercial_only: bool = False
    judges: tuple["JudgeChoice", ...] = field(default=())
    seed: int = 0
    whole: bool = True


class JudgeChoice(Protocol):
    """A judge to be asked; see `seehear.bench.t2av.judging`."""

    @property
    def name(self) -> str:
        """In tables."""

    def told(self) -> dict[str, Any]:
        """Give what the card says of it."""

    def judge(self, plan: Plan, prompts: Sequence[Prompt], progress: Progress) -> Judge:
        """Ask about every item."""


@dataclass(frozen=True)
class CompassRun:
    """What a run gave.

    Attributes:
        folder: where it lies.
        found: all its numbers.
        made: items made now.
        kept: items found done.
    """

    folder: Path
    found: Gathered
    made: int
    kept: int


def _quietly(stage: str, done: float) -> None:
    pass


def run_compass(
    folder: Path | str, choices: Choices, *, engine: str = "local", jobs: int = 1, force: bool = False,
    progress: Progress = _quietly,
) -> CompassRun:  # fmt: skip
    """Run, or go on with the run that lies there.

    Args:
        folder: made if missing.
        choices: what to do.
        engine: ``local`` or ``ray``.
        jobs: clips at work at a time.
        force: start over where the folder holds another run.
        progress: told how far each stage is.

    Raises:
        InputError: prompts, clips or options that cannot be used, or a folder that holds something else.
    """
    from seehear.engine import engine_of

    every = read_prompts(choices.prompts, whole=choices.whole)
    chosen = set(indices_of(choices.only, [one.index for one in every]))
    prompts = [one for one in every if one.index in chosen]
    systems = tuple(
        match_clips(path, [one.index for one in prompts], name=name)
        for name, path in named_folders(choices.clips).items()
    )
    _check(choices, systems)
    _check_tables(choices, systems, every)
    asked = Asked(choices.duration, choices.horizontal_fov, choices.layout)
    card = _card(choices, systems, prompts)
    place = Path(folder)
    _claim(place, card, force=force)
    plan = Plan(place.resolve(), _basis(card), systems, asked)
    made = kept = 0
    machine = engine_of(engine, jobs=jobs)
    for number, outcome in enumerate(machine.map(partial(make_item, plan), range(plan.count)), 1):
        done = outcome.value or plan.store(outcome.number).fail(outcome.number, outcome.error)
        made, kept = made + done.made, kept + (not done.made)
        progress("clips", number / plan.count)
    rows = [_row(plan, index) for index in range(plan.count)]
    neural = neural_of(plan, rows, prompts, commercial_only=choices.commercial_only, progress=progress)
    judges = tuple(one.judge(plan, prompts, progress) for one in choices.judges)
    progress("report", 0.0)
    found = gathered(rows, prompts, systems, judges, neural, choices, card)
    _write(place, found)
    progress("report", 1.0)
    return CompassRun(place, found, made, kept)


def indices_of(text: str, known: Sequence[int]) -> list[int]:
    """Read a choice of prompts.

    Raises:
        InputError: not a list of numbers and spans, or a number that no prompt has.

    Example:
        >>> indices_of("1-3,7", range(1, 9)), indices_of("", [4, 5])
        ([1, 2, 3, 7], [4, 5])
    """
    if not text.strip():
        return list(known)
    chosen: set[int] = set()
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        if not all(one.isascii() and one.isdigit() and len(one) < 10 for one in (first, last or first)):
            raise InputError(f"expected prompts like 1-20,33, got {text!r}")
        chosen |= set(range(int(first), int(last or first) + 1))
    strangers = sorted(chosen - set(known))
    if strangers or not chosen:
        raise InputError(f"expected prompts among {min(known)} to {max(known)}, got {strangers[:3] or text!r}")
    return sorted(chosen)


def _check(choices: Choices, systems: tuple[ClipFolder, ...]) -> None:
    if choices.missing not in ("", "zero", "skip"):
        raise InputError(f"--missing must be zero or skip, got {choices.missing!r}")
    if choices.layout not in ("stereo", "binaural"):
        raise InputError(f"two channels must be taken for stereo or binaural, got {choices.layout!r}")
    if choices.duration is not None and not 0 < choices.duration <= 120:
        raise InputError(f"--duration must be above 0 and at most 120 s, got {choices.duration:g}")
    if not 1 <= choices.horizontal_fov <= 179:
        raise InputError(f"--fov must be from 1 to 179 deg, got {choices.horizontal_fov:g}")
    names = [one.name for one in choices.judges]
    if len(set(names)) != len(names):
        raise InputError(f"expected each judge once, got {', '.join(names)}")
    lost = [(one.name, clip) for one in systems for clip in one.clips if clip.path is None]
    if lost and not choices.missing:
        name, clip = lost[0]
        raise InputError(
            f"{len(lost)} clips are missing or there twice (first: {name} {clip.number}, {clip.failure}): "
            "say --missing zero (they count as the worst) or --missing skip (they are left out)"
        )


def _check_tables(choices: Choices, systems: tuple[ClipFolder, ...], prompts: Sequence[Prompt]) -> None:
    """Read what is imported before hours of work, not after them."""
    from seehear.bench.t2av.external import check_known, read_ratings, read_scores
    from seehear.bench.t2av.judging import HumanJudge

    names, indices = [one.name for one in systems], [one.index for one in prompts]
    if choices.scores:
        check_known(read_scores(choices.scores), names, indices, choices.scores)
    for one in choices.judges:
        if isinstance(one, HumanJudge):
            check_known(read_ratings(one.path), names, indices, one.path)


def _card(choices: Choices, systems: tuple[ClipFolder, ...], prompts: Sequence[Prompt]) -> dict[str, Any]:
    from seehear.bench.t2av.columns import JUDGED, weight_free
    from seehear.bench.task import file_hash

    columns = (*weight_free(), *(JUDGED if choices.judges else ()))
    options = {
        "missing": choices.missing or "zero", "only": choices.only, "duration": choices.duration, "seed": choices.seed,
        "layout": choices.layout, "horizontal_fov": choices.horizontal_fov, "commercial_only": choices.commercial_only,
    }  # fmt: skip
    return {
        "schema": 1, "task": TASK, "task_version": VERSION, "items": len(prompts),
        "systems": [one.name for one in systems], "options": options,
        "judges": {one.name: one.told() for one in choices.judges},
        "metrics": {one.name: [one.unit, one.higher_is_better, one.version] for one in columns},
        **machine_and_versions(), "code": code_hash(),
        "inputs": {"prompts": file_hash(choices.prompts), **{f"clips {one.name}": str(one.folder) for one in systems}},
    }  # fmt: skip


def _basis(card: dict[str, Any]) -> str:
    """Give the hash of what a clip's own numbers depend on: not the judge, nor which clips there are."""
    import hashlib

    options = {name: card["options"][name] for name in ("duration", "layout", "horizontal_fov")}
    held = {"task": card["task"], "version": card["task_version"], "code": card["code"], "options": options}
    return hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()


def _claim(place: Path, card: dict[str, Any], *, force: bool) -> None:
    from seehear.bench.runner import read_card

    if place.exists() and not place.is_dir():
        raise InputError(f"expected a folder for the run, got the file '{place}': choose another with -o")
    if (place / "card.json").is_file():
        there = read_card(place)
        for name in ("task", "systems"):
            if there.get(name) != card[name] and not force:
                raise InputError(f"'{place}' holds another run ({name} {there.get(name)!r}): choose another folder, "
                                 "or add --force")  # fmt: skip
    elif place.is_dir() and any(place.iterdir()):
        raise InputError(f"'{place}' holds files and no run: choose another folder with -o")
    place.mkdir(parents=True, exist_ok=True)
    write_json(place / "card.json", card)


def _row(plan: Plan, index: int) -> dict[str, Any]:
    row = read_item(plan, index)
    if row is None:
        raise InputError(f"item {index} cannot be read back: did its clip change while it ran? Run it again")
    if "status" not in row:  # the item failed as a whole
        system, clip = plan.place(index)
        row = {**empty_row(system.name, clip.number), "index": index, "failure": str(row.get("failed"))}
    return row


def empty_row(system: str, prompt: int) -> dict[str, Any]:
    """Give the row of a clip that could not be measured at all."""
    return {
        "id": f"{system}/{prompt:04d}", "system": system, "prompt": prompt, "file": None, "status": "unreadable",
        "flags": [], "scores": {}, "reasons": {}, "extra": {}, "facts": {}, "costs": {}, "track": {}, "view": {},
    }  # fmt: skip


def _write(place: Path, found: Gathered) -> None:
    from seehear.bench.t2av.page import page_of

    with written_whole(place / "rows.jsonl", force=True) as beside, beside.open("w", encoding="utf-8") as out:
        for row in found.rows:
            out.write(json.dumps(row, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n")
    for name, data in found.files().items():
        write_json(place / name, data)
    with written_whole(place / "report.html", force=True) as beside:
        beside.write_text(page_of(found, place), encoding="utf-8")


def write_json(path: Path, data: Any) -> None:  # noqa: ANN401 - plain JSON
    """Write plain JSON, whole or not at all."""
    with written_whole(path, force=True) as beside:
        beside.write_text(json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
