"""The damage table: how often each column, or a judge, notices each damage at each strength; and false alarms.

``DIR/card.json``, ``rows.jsonl``, ``damage.json``, ``report.html``, ``items/``. Every clip is coded (H.264, AAC), read
and measured as any clip is. A judge notices where its realism falls by a point of five or more against the clean clip.
"""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np

from seehear.bench.items import Done, ItemStore
from seehear.bench.t2av.alarms import ALARMS, alarms_of
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
from seehear.bench.t2av.items import plain
from seehear.bench.t2av.measuring import Asked, Measured
from seehear.errors import InputError
from seehear.media.atomic import written_whole
from seehear.scene import Scene
from seehear.score.motion import FlowCurves

TASK, VERSION = "t2av-damage", 1
CLEAN = "clean"


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
    watch: bool = False, progress: Callable[[str, float], None] = lambda stage, done: None,
) -> DamageRun:  # fmt: skip
    """Make the damage table.

    Args:
        folder: made if missing, or gone on with.
        n: worlds of each kind.
        seed: of the worlds; thresholds were set on seed 7.
        jobs: worlds at work at a time.
        force: start over where the folder holds another run.
        watch: whether pictures are watched, too, for the columns that need boxes; it takes as long again.
        clips: also keep the clips here, a folder for each damage and strength, named as T2AV clips: for a judge.
        progress: told how far it is.

    Raises:
        InputError: no worlds, or a folder that holds something else.
    """
    from seehear.bench.card import code_hash, machine_and_versions
    from seehear.bench.t2av.runner import write_json
    from seehear.engine import engine_of

    if n < 1:
        raise InputError(f"--n must be at least 1, got {n}")
    place = Path(folder)
    card = {
        "schema": 1, "task": TASK, "task_version": VERSION, "items": n * len(PRESETS),
        "options": {"n": n, "seed": seed},
        "damages": {name: one._asdict() for name, one in DAMAGES.items()},
        "alarms": {name: one.told for name, one in ALARMS.items()}, **machine_and_versions(), "code": code_hash(),
    }  # fmt: skip
    _claim(place, force=force)
    write_json(place / "card.json", card)
    store = ItemStore(place.resolve(), json.dumps([TASK, VERSION, seed, card["code"], clips is not None, watch]))
    made = kept = 0
    work = partial(_make, store, _Order(seed, clips.resolve() if clips else None, watch))
    for number, outcome in enumerate(engine_of("local", jobs=jobs).map(work, range(n * len(PRESETS))), 1):
        done = outcome.value or store.fail(outcome.number, outcome.error)
        made, kept = made + done.made, kept + (not done.made)
        progress("worlds", number / (n * len(PRESETS)))
    rows = [store.read(index) or {} for index in range(n * len(PRESETS))]
    table = table_of(rows)
    with written_whole(place / "rows.jsonl", force=True) as beside:
        beside.write_text("".join(json.dumps(row, allow_nan=False) + "\n" for row in rows), encoding="utf-8")
    write_json(place / "damage.json", table)
    with written_whole(place / "report.html", force=True) as beside:
        beside.write_text(page_of(table, card), encoding="utf-8")
    return DamageRun(place, table, made, kept)


def table_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Give how often each column rings, by damage and strength, and its false alarms on clean clips.

    Returns:
        ``{"rows": [{"damage", "strength", "unit", "n", "rates": {column: share}, "intended": [...]}], "failed": n}``.
    """
    good = [row for row in rows if "alarms" in row]
    found = [_rates(CLEAN, 0.0, "", [row["alarms"][f"{CLEAN} 0"] for row in good], ())]
    for preset in PRESETS:
        mine = [row["alarms"][f"{CLEAN} 0"] for row in good if row["preset"] == preset]
        found.append(_rates(f"{CLEAN}, {preset}", 0.0, "", mine, ()))
    for one in DAMAGES.values():
        for strength in one.strengths:
            mine = [row["alarms"][f"{one.name} {strength:g}"] for row in good if row["preset"] == one.preset]
            found.append(_rates(one.name, strength, one.unit, mine, one.intended))
    return {"rows": found, "failed": len(rows) - len(good), "columns": {name: one.told for name, one in ALARMS.items()}}


def page_of(table: Mapping[str, Any], card: Mapping[str, Any]) -> str:
    """Give the damage table as a page."""
    from seehear.bench.style import STYLE

    head = "".join(f"<th>{escape(name.replace('_', ' '))}<small>{escape(told)}</small></th>"
                   for name, told in table["columns"].items())  # fmt: skip
    body = []
    for row in table["rows"]:
        cells = "".join(_cell(row, name) for name in table["columns"])
        strength = f"{row['strength']:g} {row['unit']}" if row["unit"] else "false alarms"
        body.append(f"<tr><th>{escape(row['damage'])}<small>{escape(strength)}, n {row['n']}</small></th>{cells}</tr>")
    told = "How often each column raises its alarm, percent of clips. Shaded: columns meant for that damage."
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>t2av-damage</title>'
        f"<style>{STYLE}</style></head><body><main><h1>Metrics and damages</h1><p>{told} seed "
        f'{card["options"]["seed"]}, {table["failed"]} worlds failed.</p><div class="wide"><table><thead><tr><th></th>'
        f"{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div></main></body></html>\n"
    )


def _cell(row: Mapping[str, Any], name: str) -> str:
    kind = ' class="tested"' if name in row["intended"] else ""
    rate = row["rates"].get(name)
    return f"<td{kind}>{'–' if rate is None else f'{100 * rate:.0f}'}</td>"


def _rates(damage: str, strength: float, unit: str, alarms: Sequence[Mapping[str, bool]], intended: tuple[str, ...]
           ) -> dict[str, Any]:  # fmt: skip
    rates = {name: round(float(np.mean([one.get(name, False) for one in alarms])), 4) if alarms else None
             for name in ALARMS}  # fmt: skip
    return {"damage": damage, "strength": strength, "unit": unit, "n": len(alarms), "rates": rates,
            "intended": list(intended)}  # fmt: skip


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
                           "alarms": {}, "scores": {}}  # fmt: skip
    with TemporaryDirectory(prefix="seehear-damage-") as folder:
        clean: _Clean | None = None
        for made in _clips(source, preset, Path(folder)):
            clean = clean or _watched(made, watch=order.watch)
            scores = {one.name: one.value for one in _measured(made, clean, watch=order.watch).scores}
            name = f"{made.damage} {made.strength:g}"
            row["alarms"][name] = alarms_of(scores)
            row["scores"][name] = {column: plain(scores[column]) for column in ALARMS}
            if order.keep is not None:
                _keep(made, order.keep, number + 1)
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


def _measured(made: Made, clean: _Clean, *, watch: bool) -> Measured:
    from seehear.bench.t2av.measuring import measure
    from seehear.media.reading import read_audio

    if made.damage == "frozen picture":
        return measure(_decoded(made.path), Asked(), scene=None if watch else clean.scene)
    clip = clean.clip._replace(heard=read_audio(made.path))
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


def _keep(made: Made, keep: Path, index: int) -> None:
    place = keep / f"{made.damage} {made.strength:g}".replace(" ", "-")
    place.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(made.path, place / f"sample_{index:04d}.mp4")
