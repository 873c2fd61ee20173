"""One item of a run: one system's clip of one prompt, measured without weights, as a row; whatever it is, it is a row.

``{"index", "id", "system", "prompt", "status", "flags", "file", "scores", "reasons", "extra", "facts", "costs",
"track", "view"}``; status: ``ok``, ``missing``, ``duplicate`` or ``unreadable``, and "failure" says why.
"""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Any

import cv2

from seehear.bench.items import Done, ItemStore
from seehear.bench.t2av.clips import ClipFile, ClipFolder
from seehear.bench.t2av.decoding import DecodedClip, decode_clip
from seehear.bench.t2av.measuring import AUDIT, WEIGHT_FREE, Asked, Measured, measure
from seehear.bench.task import file_hash
from seehear.score.score import Score

DIGITS = 6
WRONG_LENGTH = 0.5
"""s that a clip may differ from the duration asked for."""

ALL_SILENT, ALL_BLACK, ALL_FROZEN, CLIPPED, FLAT, GAP = 0.99, 0.95, 0.95, 0.0001, 0.3, 0.25
"""Shares (and s) from which on a clip is flagged."""

_FAULTS = (cv2.error, ValueError, ArithmeticError, LookupError, TypeError)

FAILED = ("missing", "duplicate", "unreadable")
BROKEN = ("no sound", "silent", "black", "frozen")
"""Flags of a clip that was delivered in name only."""


@dataclass(frozen=True)
class Plan:
    """All that items are made from.

    Attributes:
        folder: of the run.
        basis: hash of code and options.
        systems: with their clips, in order.
        asked: of the clips.
    """

    folder: Path
    basis: str
    systems: tuple[ClipFolder, ...]
    asked: Asked

    @property
    def count(self) -> int:
        """How many items there are."""
        return sum(len(one.clips) for one in self.systems)

    def place(self, index: int) -> tuple[ClipFolder, ClipFile]:
        """Give an item's system and clip."""
        each = len(self.systems[0].clips)
        system = self.systems[index // each]
        return system, system.clips[index % each]

    def store(self, index: int) -> ItemStore:
        """Give the store whose key for this item also holds what is in its file."""
        clip = self.place(index)[1]
        content = file_hash(clip.path) if clip.path else clip.failure
        return ItemStore(self.folder, hashlib.sha256(f"{self.basis}:{content}".encode()).hexdigest())


def make_item(plan: Plan, index: int) -> Done:
    """Make an item unless it is done."""
    return plan.store(index).make(index, lambda number: row_of(plan, number))


def read_item(plan: Plan, index: int) -> dict[str, Any] | None:
    """Give an item's row; None where it is not done."""
    return plan.store(index).read(index)


def row_of(plan: Plan, index: int) -> dict[str, Any]:
    """Measure an item."""
    system, clip = plan.place(index)
    row: dict[str, Any] = {
        "id": f"{system.name}/{clip.number:04d}", "system": system.name, "prompt": clip.number,
        "file": clip.path.name if clip.path else None, "status": "ok", "failure": "", "flags": [],
        "scores": {}, "reasons": {}, "extra": {}, "facts": {}, "costs": {}, "track": {}, "view": {},
    }  # fmt: skip
    if clip.path is None:
        return row | _without(clip.failure.partition(":")[0], clip.failure)
    start = process_time()
    decoded = decode_clip(clip.path)
    costs = {"decode": process_time() - start}
    if decoded.seen is None or any(one.startswith("sound") for one in decoded.faults):
        return row | _without("unreadable", _short(decoded, clip.path)) | {"costs": _rounded(costs)}
    try:
        return row | _measured(decoded, measure(decoded, plan.asked), costs, plan.asked)
    except _FAULTS as error:  # one odd clip must not stop hundreds; it becomes a row
        told = f"cannot be measured: {type(error).__name__}: {' '.join(str(error).split())[:200]}"
        return row | _without("unreadable", told) | {"costs": _rounded(costs)}


def _measured(decoded: DecodedClip, found: Measured, costs: dict[str, float], asked: Asked) -> dict[str, Any]:
    from seehear.bench.t2av.viewing import view_of

    start = process_time()
    view = view_of(decoded)
    costs |= found.costs | {"view": process_time() - start}
    scores = {one.name: plain(one.value) for one in found.scores}
    return {
        "flags": flags_of(scores, asked), "scores": scores,
        "reasons": {one.name: one.reason for one in found.scores if one.reason and math.isnan(one.value)},
        "extra": {one.name: _rounded(one.extra) for one in found.scores if one.extra},
        "facts": facts_of(decoded, found.scores), "costs": _rounded(costs), "track": found.track, "view": view,
    }  # fmt: skip


def flags_of(scores: Mapping[str, float | None], asked: Asked) -> list[str]:
    """Say in words what is wrong with a clip that could be read."""
    value = {name: math.nan if one is None else one for name, one in scores.items()}
    found = {
        "no sound": math.isnan(value["channels"]),
        "silent": value["silence"] > ALL_SILENT,
        "black": value["black_share"] > ALL_BLACK,
        "frozen": value["frozen_share"] > ALL_FROZEN,
        "dual mono": value["dual_mono"] == 1.0,
        "clipped": value["clipping"] > CLIPPED or value["flat_tops"] > FLAT,
        "wrong length": bool(asked.duration) and value["duration_error"] > WRONG_LENGTH,
        "sound and picture of different lengths": value["av_length_gap"] > GAP,
    }
    return [name for name, holds in found.items() if holds]


def facts_of(decoded: DecodedClip, scores: tuple[Score, ...]) -> dict[str, Any]:
    """Give what was measured in words and numbers, for people and for judges."""
    facts: dict[str, Any] = {}
    if decoded.seen:
        info = decoded.seen.info
        facts |= {"size": f"{info.size_wh[0]}x{info.size_wh[1]}", "frames_per_second": round(decoded.seen.fps, 3)}
        facts["seconds"] = round(decoded.seen.duration, 3)
    if decoded.heard_info:
        facts |= {"sound_codec": decoded.heard_info.codec, "sound_layout": decoded.heard_info.layout}
    return facts | {one.name: plain(one.value) for one in scores if one.name in {metric.name for metric in AUDIT}}


def plain(value: float) -> float | None:
    """Give a number as it is written; None where undefined."""
    return round(float(value), DIGITS) if math.isfinite(value) else None


def _without(status: str, failure: str) -> dict[str, Any]:
    names = [one.name for one in WEIGHT_FREE]
    return {
        "status": status, "failure": failure, "scores": dict.fromkeys(names), "reasons": dict.fromkeys(names, failure),
    }  # fmt: skip


def _short(decoded: DecodedClip, path: Path) -> str:
    told = "; ".join(decoded.faults) or "no picture"
    return told.replace(f"'{path}'", f"'{path.name}'").replace(str(path.parent), "")


def _rounded(values: Mapping[str, float]) -> dict[str, float | None]:
    return {name: plain(value) for name, value in values.items()}
