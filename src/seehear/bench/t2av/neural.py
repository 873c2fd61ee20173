"""Columns that rest on published weights, through the table of embedders; without a weight: undefined, with the reason.

Items lie in ``neural/``; one whose weights came later is measured then.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from seehear.bench.embedding import ClipParts, Measurer
from seehear.bench.items import ItemStore
from seehear.bench.t2av.columns import LACKING, LEFT_OUT, USED, Licence
from seehear.bench.t2av.items import Plan, plain
from seehear.bench.t2av.prompts import Prompt
from seehear.score.score import Metric

TEXTS = ("audio_prompt", "video_prompt", "audio_description", "video_description")


class Neural(NamedTuple):
    """What the embedders gave.

    Attributes:
        metrics: the columns.
        scores: by (system, prompt) and column; None where undefined.
        reasons: why.
        licences: of the weights, one line for each embedder.
    """

    metrics: tuple[Metric, ...]
    scores: Mapping[tuple[str, int], Mapping[str, float | None]]
    reasons: Mapping[tuple[str, int], Mapping[str, str]]
    licences: Mapping[str, Licence]


def neural_of(
    plan: Plan, rows: Sequence[Mapping[str, Any]], prompts: Sequence[Prompt], *, commercial_only: bool,
    progress: Callable[[str, float], None],
) -> Neural:  # fmt: skip
    """Measure every clip that could be read with every embedder whose weights are here."""
    measurer = Measurer(commercial_only=commercial_only)
    lacking = measurer.unavailable()
    able = [one.name for one in measurer.rows if one.name not in lacking]
    by_index = {one.index: one for one in prompts}
    metrics = tuple(metric for one in measurer.rows for metric in one.metrics)
    missing = {metric.name: lacking[one.name] for one in measurer.rows if one.name in lacking for metric in one.metrics}
    working = Measurer(able, commercial_only=commercial_only) if able else None
    scores: dict[tuple[str, int], dict[str, float | None]] = {}
    reasons: dict[tuple[str, int], dict[str, str]] = {}
    for index, row in enumerate(rows):
        key = row["system"], row["prompt"]
        found: Mapping[str, Any] = {}
        path = plan.place(index)[1].path
        if working is not None and path is not None and row["status"] == "ok":
            found = _item(plan, index, path, by_index[row["prompt"]], working, able)
            progress("neural", (index + 1) / len(rows))
        scores[key] = {one.name: found.get("scores", {}).get(one.name) for one in metrics}
        why = row["failure"] or "not measured"
        reasons[key] = {one.name: found.get("reasons", {}).get(one.name) or missing.get(one.name) or why
                        for one in metrics if scores[key][one.name] is None}  # fmt: skip
    return Neural(metrics, scores, reasons, _licences(measurer, lacking, commercial_only=commercial_only))


def _item(plan: Plan, index: int, path: Path, prompt: Prompt, measurer: Measurer, able: list[str]) -> dict[str, Any]:
    basis = hashlib.sha256(f"{plan.store(index).basis}:{able}".encode()).hexdigest()
    store = ItemStore(plan.folder / "neural", basis)

    def make(number: int) -> dict[str, Any]:
        parts = ClipParts(path, {name: prompt.texts[name] for name in TEXTS})
        measured = measurer.measure(parts).scores
        return {
            "scores": {name: plain(one.value) for name, one in measured.items()},
            "reasons": {name: one.reason for name, one in measured.items() if one.reason and plain(one.value) is None},
        }

    store.make(index, make)
    return store.read(index) or {}


def _licences(measurer: Measurer, lacking: Mapping[str, str], *, commercial_only: bool) -> dict[str, Licence]:
    from seehear.weights import ledger

    found = {}
    for one in measurer.rows:
        terms = ledger(one.weights)
        told = "; ".join(f"{term.name}: {term.licence}" for term in terms)
        allowed = [term.commercial for term in terms]
        free = "yes" if all(allowed) else ("no" if False in allowed else "unknown")
        state = LEFT_OUT if commercial_only and free != "yes" else LACKING if one.name in lacking else USED
        names = ", ".join(metric.name for metric in one.metrics)
        found[one.name] = Licence(names, one.name, told, free, state, one.note)
    return found
