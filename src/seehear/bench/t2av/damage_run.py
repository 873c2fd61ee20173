"""The damage table: how often each column, or a judge, notices each damage at each strength; and false alarms.

``DIR/card.json``, ``rows.jsonl``, ``damage.json``, ``report.html``, ``items/``. Every clip is coded (H.264, AAC), read
and measured as any clip is; a judge is asked about the kept clips (`seehear.bench.t2av.damage_judged`).
"""

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np

from seehear.bench.items import Done, ItemStore
from seehear.bench.t2av.alarms import ALARMS, alarms_of
from seehear.bench.t2av.damage_judged import add_alarms, jobs_of, kept_at
from seehear.bench.t2av.damage_table import CLEAN, page_of, table_of
from seehear.bench.t2av.damaging import (
    DAMAGES,
    FPS,
    PRESETS,
    RATE,
    Damage,
    Source,
    damaged_frames,
    damaged_sound,
    source_of,
)
from seehear.bench.t2av.decoding import DecodedClip
from seehear.bench.t2av.items import facts_of, plain
from seehear.bench.t2av.judging import AskedJudge, HumanJudge
from seehear.bench.t2av.measuring import Asked, Measured
from seehear.errors import InputError
from seehear.media.atomic import written_whole
from seehear.scene import Scene
from seehear.score.motion import FlowCurves

TASK, VERSION = "t2av-damage", 2
Progress = Callable[[str, float], None]


class Made(NamedTuple):
    """One clip of the set: its damage ("clean": none), strength and file."""

    damage: str
    strength: float
    path: Path


class DamageRun(NamedTuple):
    """What a run gave: its folder, the table, items made and kept."""

    folder: Path
    table: dict[str, Any]
    made: int
    kept: int


def run_damage(
    folder: Path | str, *, n: int = 100, seed: int = 0, jobs: int = 1, force: bool = False, clips: Path | None = None,
    judges: Sequence[AskedJudge | HumanJudge] = (), watch: bool = False,
    progress: Progress = lambda stage, done: None,
) -> DamageRun:  # fmt: skip
    """Make the damage table.

    Args:
        folder: made if missing, or gone on with.
        n: worlds of each kind.
        seed: of the worlds; thresholds were set on seed 7.
        jobs: worlds at work at a time.
        force: start over where the folder holds another run.
        watch: whether pictures are watched, too, for the columns that need boxes; it takes as long again.
        clips: also keep the clips here, a folder for each damage and strength, named as T2AV clips.
        judges: are asked about every clip; these are then kept in the run's own ``clips/`` unless ``clips`` says where.
        progress: told how far it is.

    Raises:
        InputError: no worlds, or a folder that holds something else.
    """
    from seehear.bench.t2av.runner import write_json
    from seehear.engine import engine_of

    if n < 1:
        raise InputError(f"--n must be at least 1, got {n}")
    place = Path(folder)
    card = _card(n, seed, judges)
    _claim(place, force=force)
    write_json(place / "card.json", card)
    keep = (clips or place / "clips").resolve() if clips or judges else None
    store = ItemStore(place.resolve(), json.dumps([TASK, VERSION, seed, card["code"], str(keep or ""), watch]))
    made = kept = 0
    work = partial(_make, store, _Order(seed, keep, watch))
    for number, outcome in enumerate(engine_of("local", jobs=jobs).map(work, range(n * len(PRESETS))), 1):
        done = outcome.value or store.fail(outcome.number, outcome.error)
        made, kept = made + done.made, kept + (not done.made)
        progress("worlds", number / (n * len(PRESETS)))
    rows = [store.read(index) or {} for index in range(n * len(PRESETS))]
    table = table_of(rows, _judged(rows, judges, store, keep, progress))
    with written_whole(place / "rows.jsonl", force=True) as beside:
        beside.write_text("".join(json.dumps(row, allow_nan=False) + "\n" for row in rows), encoding="utf-8")
    write_json(place / "damage.json", table)
    with written_whole(place / "report.html", force=True) as beside:
        beside.write_text(page_of(table, card), encoding="utf-8")
    return DamageRun(place, table, made, kept)


def _card(n: int, seed: int, judges: Sequence[AskedJudge | HumanJudge]) -> dict[str, Any]:
    from seehear.bench.card import code_hash, machine_and_versions

    return {
        "schema": 1, "task": TASK, "task_version": VERSION, "items": n * len(PRESETS),
        "options": {"n": n, "seed": seed}, "damages": {name: one._asdict() for name, one in DAMAGES.items()},
        "alarms": {name: one.told for name, one in ALARMS.items()},
        "judges": {one.name: one.told() for one in judges}, **machine_and_versions(), "code": code_hash(),
    }  # fmt: skip


def _judged(rows: list[dict[str, Any]], judges: Sequence[AskedJudge | HumanJudge], store: ItemStore, keep: Path | None,
            progress: Progress) -> dict[str, dict[str, Any]]:  # fmt: skip
    if keep is None or not judges:
        return {}
    jobs = jobs_of(rows, keep, [store.key(index) for index in range(len(rows))])
    found = {}
    for one in judges:
        answers = one.ask(store.folder, jobs, progress)
        found[one.name] = {**add_alarms(rows, answers), "usage": dict(answers.usage)}
    return found


def _claim(place: Path, *, force: bool) -> None:
    from seehear.bench.runner import read_card

    if place.is_dir() and (place / "card.json").is_file() and not force:
        other = read_card(place).get("task")
        if other != TASK:
            raise InputError(f"'{place}' holds another run ({other}): choose another folder, or add --force")
    elif place.exists() and (not place.is_dir() or any(place.iterdir())) and not force:
        raise InputError(f"'{place}' holds something else: choose another folder with -o")
    place.mkdir(parents=True, exist_ok=True)


class _Order(NamedTuple):
    """What every item is made by."""

    seed: int
    keep: Path | None
    watch: bool


def _make(store: ItemStore, order: _Order, index: int) -> Done:
    return store.make(index, partial(_row, order))


def _row(order: _Order, index: int) -> dict[str, Any]:
    preset, number = PRESETS[index % len(PRESETS)], index // len(PRESETS)
    source = source_of(order.seed, preset, number)
    row: dict[str, Any] = {"id": f"{preset}-{order.seed}-{number:04d}", "preset": preset, "label": source.label,
                           "alarms": {}, "scores": {}, "clips": {}}  # fmt: skip
    with TemporaryDirectory(prefix="seehear-damage-") as folder:
        clean: _Clean | None = None
        for made in _clips(source, preset, Path(folder)):
            clean = clean or _watched(made, watch=order.watch)
            clip = _clip(made, clean)
            found = _measured(clip, made, clean, watch=order.watch)
            scores = {one.name: one.value for one in found.scores}
            name = f"{made.damage} {made.strength:g}"
            row["alarms"][name] = alarms_of(found.scores)
            row["scores"][name] = {column: plain(scores[column]) for column in ALARMS}
            if order.keep is not None:
                out = kept_at(order.keep, name, index + 1)
                out.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(made.path, out)
                row["clips"][name] = {"facts": facts_of(clip, found.scores), "track": found.track,
                                      "scores": {one: plain(value) for one, value in scores.items()}}  # fmt: skip
    return row


class _Clean(NamedTuple):
    """The clean clip, its scene and its movement: a damaged sound lies under the very same packets."""

    clip: DecodedClip
    scene: Scene
    curves: FlowCurves


def _watched(made: Made, *, watch: bool) -> _Clean:
    from seehear.bench.t2av.measuring import watched
    from seehear.score.motion import flow_curves

    clip = _decoded(made.path)
    if clip.seen is None:
        raise InputError("a clip of the set has no picture")
    scene = watched(clip.seen, Asked()) if watch else Scene(duration=clip.seen.duration)
    return _Clean(clip, scene, flow_curves(clip.seen.luma))


def _clip(made: Made, clean: _Clean) -> DecodedClip:
    from seehear.media.reading import read_audio

    if made.damage == "frozen picture":
        return _decoded(made.path)
    return clean.clip._replace(heard=read_audio(made.path))


def _measured(clip: DecodedClip, made: Made, clean: _Clean, *, watch: bool) -> Measured:
    from seehear.bench.t2av.measuring import measure

    if made.damage == "frozen picture":
        return measure(clip, Asked(), scene=None if watch else clean.scene)
    return measure(clip, Asked(), scene=clean.scene, curves=clean.curves)


def _decoded(path: Path) -> DecodedClip:
    from seehear.bench.t2av.decoding import decode_clip

    clip = decode_clip(path)
    if clip.seen is None or clip.faults:
        raise InputError(f"a clip of the set cannot be read: {'; '.join(clip.faults)}")
    return clip


def _clips(source: Source, preset: str, folder: Path) -> Iterator[Made]:
    from seehear.media.layout import layout_of
    from seehear.media.mux import mux
    from seehear.simulate import write_video

    silent, stereo = folder / "clean.mp4", layout_of("stereo")
    write_video(silent, source.frames, FPS)
    wanted: list[tuple[Damage | None, float]] = [(None, 0.0)]
    wanted += [(one, strength) for one in DAMAGES.values() if one.preset == preset for strength in one.strengths]
    for one, strength in wanted:
        name = one.name if one else CLEAN
        picture, out = silent, folder / "clip.mp4"
        if name == "frozen picture":
            picture = folder / "frozen.mp4"
            write_video(picture, damaged_frames(source, name, strength), FPS, force=True)
        sound = damaged_sound(source, name, strength)
        mux(picture, out, iter([np.ascontiguousarray(sound)]), stereo, sample_rate=RATE, force=True)
        yield Made(name, strength, out)
