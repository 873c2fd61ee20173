"""The released arithmetic over a run's judged clips, and beside it our own summary that no failure can raise.

Ours: every column is 0 to 100, over all prompts, each with its interval; a clip that is missing, unreadable, silent,
black or frozen counts 0 in every column that it should have earned.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from seehear.scene.direction import Array
from seehear.score.compass import (
    AUDIO_REALISM,
    GROUPS,
    VIDEO_REALISM,
    compass_average,
    compass_realism,
    if_audio,
    if_video,
    question_weights,
)

RELEASED = ("IF-Video", "IF-Audio", "Video realism", "Audio realism", "Average")
DRAWS = 1000

LATE, SIDED = 0.1, 0.25
"""s of offset from which a clip is late or early; agreement from which its sides are right."""


class Column(NamedTuple):
    """One number of a summary: percent, its 95 % interval, and over how many prompts."""

    name: str
    value: float
    low: float
    high: float
    n: int
    note: str


def released(subs: Mapping[str, Array], *, seed: int) -> tuple[Column, ...]:
    """Give the released columns with bootstrap intervals over prompts.

    Args:
        subs: by slot and realism key, (prompts,) percent, nan where there is no answer.
        seed: of the bootstrap.
    """
    names = [name for slots in (*GROUPS.values(), VIDEO_REALISM, AUDIO_REALISM) for name in slots]
    table = np.stack([subs[name] for name in names])
    known, filled = np.asarray(~np.isnan(table), dtype=np.float64), np.nan_to_num(table)
    count = table.shape[1]
    whole = _columns(dict(zip(names, _ratios(filled.sum(axis=1), known.sum(axis=1)), strict=True)))
    draws = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=DRAWS)
    totals, counts = filled @ draws.T, known @ draws.T
    drawn = np.array([
        _columns(dict(zip(names, _ratios(totals[:, one], counts[:, one]), strict=True))) for one in range(DRAWS)
    ])  # fmt: skip
    n = [_answered(known, names, slots) for slots in _used()]
    found = []
    for place, name in enumerate(RELEASED):
        low, high = _interval(drawn[:, place])
        found.append(Column(name, whole[place], low, high, n[place], _note(name, whole[place])))
    return tuple(found)


def ours(rows: Sequence[Mapping[str, Any]], subs: Mapping[str, Array] | None, *, seed: int) -> tuple[Column, ...]:
    """Give our own columns for one system.

    Args:
        rows: one for each prompt, as `seehear.bench.t2av.items` makes them.
        subs: a judge's percentages as for `released`, or None.
        seed: of the bootstrap.
    """
    from seehear.bench.t2av.items import CLIPPED

    good = np.array([_delivered(row) for row in rows])
    found = [
        ("delivered", 100.0 * good, "readable, with sound, not silent, black or frozen"),
        ("unclipped", _held(rows, good, "clipping", lambda value: value <= CLIPPED), "share of clips"),
        ("two channels", _held(rows, good, "dual_mono", lambda value: value == 0.0), "not one channel twice"),
        ("side", _side(rows, good), "sound comes from the side that moves; clips where nothing moves left out"),
        ("in time", _in_time(rows, good), "share of clips with sudden movements whose sound is within 0.1 s"),
    ]
    if subs is not None:
        found += [
            ("instructions seen", _mean_of(subs, [slot for name in GROUPS if name != "Sound" for slot in GROUPS[name]],
                                           good), "each question counts the same within its clip"),
            ("instructions heard", _mean_of(subs, list(GROUPS["Sound"]), good), "silence earns no NonSpeech"),
            ("picture realism", _mean_of(subs, list(VIDEO_REALISM), good), ""),
            ("sound realism", _mean_of(subs, list(AUDIO_REALISM), good), "material only where it applies"),
        ]  # fmt: skip
    return tuple(_column(name, values, told, seed) for name, values, told in found)


def weights_told(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """Give what share of the released Average one question of each slot and the whole slot carry, %, heaviest first."""
    weights = question_weights(counts)
    rows = [{"slot": slot, "questions": counts[slot], "question": round(100 * one, 4),
             "slot_share": round(100 * one * counts[slot], 3)} for slot, one in weights.items()]  # fmt: skip
    return sorted(rows, key=lambda row: -float(str(row["question"])))


def _delivered(row: Mapping[str, Any]) -> bool:
    from seehear.bench.t2av.items import BROKEN

    return row["status"] == "ok" and not set(row["flags"]) & set(BROKEN)


def _held(rows: Sequence[Mapping[str, Any]], good: Array, name: str, holds: Any) -> Array:  # noqa: ANN401 - a predicate
    values = [row["scores"].get(name) for row in rows]
    held = [float(ok and value is not None and holds(value)) for ok, value in zip(good, values, strict=True)]
    return 100.0 * np.array(held)


def _side(rows: Sequence[Mapping[str, Any]], good: Array) -> Array:
    judged = [_sided(row) for row in rows]
    # a clip in which too little moves to tell is left out; one that was not delivered earns nothing
    return np.where(good.astype(bool), judged, 0.0)


def _sided(row: Mapping[str, Any]) -> float:
    value = row["scores"].get("moving_side_agreement")
    sure = row["extra"].get("moving_side_agreement", {}).get("evidence", 0.0) >= 1.0
    if value is None or (abs(value) <= SIDED and not sure):
        return float("nan")
    return 100.0 * float(value > SIDED)


def _in_time(rows: Sequence[Mapping[str, Any]], good: Array) -> Array:
    values = [row["scores"].get("onset_to_motion_offset") for row in rows]
    judged = [np.nan if value is None else 100.0 * (value < LATE) for value in values]
    return np.where(good.astype(bool), judged, 0.0)


def _mean_of(subs: Mapping[str, Array], names: list[str], good: Array) -> Array:
    table = np.stack([subs[name] for name in names])
    known = ~np.isnan(table)
    mean = np.where(known.any(axis=0), np.nan_to_num(table).sum(axis=0) / np.maximum(known.sum(axis=0), 1), np.nan)
    return np.where(good.astype(bool), mean, 0.0)


def _column(name: str, values: Array, note: str, seed: int) -> Column:
    from seehear.score.score import bootstrap_interval

    known = values[~np.isnan(values)]
    low, high = bootstrap_interval(values, rng=np.random.default_rng([seed, len(name)]))
    return Column(name, float(known.mean()) if len(known) else float("nan"), low, high, len(known), note)


def _columns(subs: Mapping[str, float]) -> tuple[float, ...]:
    seen, heard = compass_realism(subs, VIDEO_REALISM), compass_realism(subs, AUDIO_REALISM)
    video, audio = if_video(subs), if_audio(subs)
    return video, audio, seen, heard, compass_average(video, audio, seen, heard)


def _used() -> list[tuple[str, ...]]:
    video = tuple(slot for name, slots in GROUPS.items() if name != "Sound" for slot in slots)
    every = (*video, *GROUPS["Sound"], *VIDEO_REALISM, *AUDIO_REALISM)
    return [video, GROUPS["Sound"], VIDEO_REALISM, AUDIO_REALISM, every]


def _answered(known: Array, names: list[str], slots: tuple[str, ...]) -> int:
    return int((known[[names.index(slot) for slot in slots]] > 0).any(axis=0).sum())


def _ratios(totals: Array, counts: Array) -> Array:
    """Give totals by counts; nan where nothing was counted."""
    return np.asarray(np.where(counts > 0, totals / np.maximum(counts, 1), np.nan))


def _interval(values: Array) -> tuple[float, float]:
    known = values[~np.isnan(values)]
    if len(known) < 2:
        return float("nan"), float("nan")
    low, high = np.quantile(known, [0.025, 0.975])
    return float(low), float(high)


def _note(name: str, value: float) -> str:
    return "no judge answered enough for it" if np.isnan(value) else ("as released" if name != "Average" else "")
