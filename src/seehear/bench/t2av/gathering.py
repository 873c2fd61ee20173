"""From items and verdicts to every table of a run."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from seehear.bench.t2av.clips import ClipFolder
from seehear.bench.t2av.columns import JUDGED, WORST, Licence, ledger_of, weight_free
from seehear.bench.t2av.external import Imported, read_scores
from seehear.bench.t2av.items import FAILED
from seehear.bench.t2av.judged import Judge, agreement_of, percentages
from seehear.bench.t2av.neural import Neural
from seehear.bench.t2av.prompts import Prompt, slot_counts
from seehear.bench.t2av.standings import Pair, categories_of, cells_of, pairs_of, plain_cell
from seehear.bench.t2av.summary import Column, ours, released, weights_told
from seehear.bench.table import Table
from seehear.scene.direction import Array
from seehear.score.score import Metric

if TYPE_CHECKING:
    from seehear.bench.t2av.runner import Choices

HEADLINES = (
    "moving_side_agreement", "onset_to_motion_offset", "av_align_fixed", "dual_mono", "width", "loudness", "silence",
    "clipping", "frozen_share",
)  # fmt: skip
"""Weight-free columns of the category tables."""


@dataclass(frozen=True)
class Gathered:
    """All numbers of a run.

    Attributes:
        card: of the run.
        prompts: that were run.
        systems: with their clips.
        items: every item's row, with its verdict by judge under ``"verdicts"``.
        rows: a prompt a row, plain, for ``rows.jsonl``.
        table: means with intervals.
        released: the released columns by system; empty without a judge.
        ours: our own by system.
        categories: see `categories_of`.
        pairs: compared systems.
        ranks: by column: order, shares, tau.
        agreement: of judges; empty with fewer than two.
        weights: effective weights of the released Average.
        ledger: licences.
        costs: mean processor seconds a clip by stage, and what judging took.
        failures: counts by system and status, and flags.
    """

    card: Mapping[str, Any]
    prompts: Sequence[Prompt]
    systems: Sequence[ClipFolder]
    items: Sequence[Mapping[str, Any]]
    rows: Sequence[Mapping[str, Any]]
    table: Table
    released: Mapping[str, tuple[Column, ...]]
    ours: Mapping[str, tuple[Column, ...]]
    categories: Sequence[Mapping[str, Any]]
    pairs: Sequence[Pair]
    ranks: Mapping[str, Mapping[str, Any]]
    agreement: Sequence[Mapping[str, Any]]
    weights: Sequence[Mapping[str, Any]]
    ledger: Sequence[Licence]
    costs: Mapping[str, Any]
    failures: Mapping[str, Mapping[str, int]]

    def files(self) -> dict[str, Any]:
        """Give the run's JSON files by name."""
        summary = {
            "released": {name: [_column(one) for one in columns] for name, columns in self.released.items()},
            "ours": {name: [_column(one) for one in columns] for name, columns in self.ours.items()},
            "effective_weights": list(self.weights), "failures": dict(self.failures),
            "missing": self.card["options"]["missing"], "rank_stability": dict(self.ranks),
            "agreement": list(self.agreement),
        }  # fmt: skip
        return {
            "table.json": self.table.to_dict(), "summary.json": summary, "categories.json": list(self.categories),
            "pairs.json": [{name: _plain(value) for name, value in one._asdict().items()} for one in self.pairs],
            "ledger.json": [one._asdict() for one in self.ledger], "costs.json": dict(self.costs),
        }  # fmt: skip


def gathered(
    rows: list[dict[str, Any]], prompts: Sequence[Prompt], systems: Sequence[ClipFolder], judges: Sequence[Judge],
    neural: Neural, choices: "Choices", card: Mapping[str, Any],
) -> Gathered:  # fmt: skip
    """Make every table.

    Args:
        rows: items in order: all prompts of the first system, then of the second ...
        prompts: in order.
        systems: in order.
        judges: the first one's scores are the table's.
        neural: what embedders gave.
        choices: of the run.
        card: of the run.
    """
    names = [one.name for one in systems]
    by_system = {name: [row for row in rows if row["system"] == name] for name in names}
    given = read_scores(choices.scores) if choices.scores else Imported((), {})
    imported = Imported((), {}) if choices.commercial_only else given
    subs = percentages(judges[0], names, prompts) if judges else None
    _attach(rows, judges, neural)
    metrics = [*weight_free(), *neural.metrics, *(JUDGED if subs is not None else ()),
               *(Metric(name, "", higher_is_better=True) for name in imported.names)]  # fmt: skip
    values = _values(metrics, by_system, prompts, subs, imported)
    if card["options"]["missing"] == "zero":
        values = {name: _worst(name, table, by_system, names) for name, table in values.items()}
    seed = choices.seed
    shown = [one for one in metrics if one.name in HEADLINES or one.name not in {two.name for two in weight_free()}]
    table = _table(metrics, values, by_system, names, len(prompts), seed=seed)
    return Gathered(
        card, prompts, systems, rows, _by_prompt(rows, prompts, names, values, metrics), table,
        {} if subs is None else {name: released(_of(values, number), seed=seed) for number, name in enumerate(names)},
        {name: ours(by_system[name], None if subs is None else _of(subs, number), seed=seed)
         for number, name in enumerate(names)},
        categories_of({one.name: values[one.name] for one in shown}, prompts, names, seed=seed),
        [pair for one in metrics for pair in pairs_of(values[one.name], one, names, seed=seed)],
        _ranks(metrics, values, names, seed=seed), agreement_of(judges) if len(judges) > 1 else [],
        weights_told(slot_counts(tuple(prompts))),
        ledger_of(neural.licences, {one.name: one.model for one in judges}, given.names,
                  ears=choices.layout == "binaural", commercial_only=choices.commercial_only), _costs(rows, judges),
        {name: dict(Counter([row["status"] for row in by_system[name]]
                            + [flag for row in by_system[name] for flag in row["flags"]])) for name in names},
    )  # fmt: skip


def _values(
    metrics: Sequence[Metric], by_system: Mapping[str, list[dict[str, Any]]], prompts: Sequence[Prompt],
    subs: Mapping[str, Array] | None, imported: Imported,
) -> dict[str, Array]:  # fmt: skip
    found = {}
    for one in metrics:
        if subs is not None and one.name in subs:
            found[one.name] = subs[one.name].copy()
        elif one.name in imported.names:
            found[one.name] = np.array([[imported.values.get((name, prompt.index), {}).get(one.name, np.nan)
                                         for prompt in prompts] for name in by_system])  # fmt: skip
        else:
            found[one.name] = np.array([[_number(row["scores"].get(one.name)) for row in mine]
                                        for mine in by_system.values()])  # fmt: skip
    return found


def _worst(name: str, table: Array, by_system: Mapping[str, list[dict[str, Any]]], names: Sequence[str]) -> Array:
    """Put the worst value where a clip failed; a slot that this prompt does not ask for stays undefined."""
    if name not in WORST:
        return table
    failed = np.array([[row["status"] in FAILED for row in by_system[one]] for one in names])
    asked = ~failed
    if name in {one.name for one in JUDGED}:
        asked = np.array([[name in row.get("asked", ()) for row in by_system[one]] for one in names])
        failed &= asked
    return np.where(failed, WORST[name], table)


def _table(
    metrics: Sequence[Metric], values: Mapping[str, Array], by_system: Mapping[str, list[dict[str, Any]]],
    names: Sequence[str], items: int, *, seed: int,
) -> Table:  # fmt: skip
    cells = {}
    for one in metrics:
        why = [_common(row["reasons"].get(one.name) for row in by_system[name]) for name in names]
        for name, cell in zip(names, cells_of(values[one.name], why, seed=seed), strict=True):
            cells[name, one.name] = cell
    failed = Counter(f"{name}: {row['status']}" for name in names for row in by_system[name] if row["status"] in FAILED)
    told = tuple((one.name, one.unit, one.higher_is_better) for one in metrics)
    return Table("t2av-compass", items, dict(failed), tuple(names), told, cells, "95 % bootstrap over prompts")


def _by_prompt(
    rows: list[dict[str, Any]], prompts: Sequence[Prompt], names: Sequence[str], values: Mapping[str, Array],
    metrics: Sequence[Metric],
) -> list[dict[str, Any]]:  # fmt: skip
    found = []
    for place, prompt in enumerate(prompts):
        mine = {row["system"]: row for row in rows if row["prompt"] == prompt.index}
        found.append({
            "index": place, "id": f"{prompt.index:04d}", "labels": prompt.labels,
            "status": {name: mine[name]["status"] for name in names},
            "flags": {name: mine[name]["flags"] for name in names},
            "failure": {name: mine[name]["failure"] for name in names if mine[name]["failure"]},
            "scores": {name: {one.name: _plain(float(values[one.name][number, place])) for one in metrics}
                       for number, name in enumerate(names)},
            "reasons": {name: mine[name]["reasons"] for name in names}, "points": {},
        })  # fmt: skip
    return found


def _attach(rows: list[dict[str, Any]], judges: Sequence[Judge], neural: Neural) -> None:
    for row in rows:
        key = row["system"], row["prompt"]
        row["scores"] = {**row["scores"], **neural.scores[key]}
        row["reasons"] = {**row["reasons"], **neural.reasons[key]}
        row["verdicts"] = {one.name: one.verdicts.get((row["system"], row["prompt"]), {}) for one in judges}
        row["asked"] = sorted({name for one in row["verdicts"].values() for name in one.get("asked", ())})


def _ranks(
    metrics: Sequence[Metric], values: Mapping[str, Array], names: Sequence[str], *, seed: int
) -> dict[str, Any]:
    from seehear.score.ranking import rank_stability

    if len(names) < 2:
        return {}
    found = {}
    for one in metrics:
        if np.isnan(values[one.name]).all():
            continue
        rng = np.random.default_rng([seed, 7])
        ranked = rank_stability(values[one.name], higher_is_better=one.higher_is_better, rng=rng, draws=300)
        found[one.name] = {"order": [names[number] for number in ranked.order], "tau": round(ranked.tau, 4),
                           "shares": {name: [round(float(s), 3) for s in ranked.share[number]]
                                      for number, name in enumerate(names)}}  # fmt: skip
    return found


def _costs(rows: list[dict[str, Any]], judges: Sequence[Judge]) -> dict[str, Any]:
    stages = sorted({stage for row in rows for stage in row["costs"]})
    spent = {stage: [row["costs"][stage] for row in rows if row["costs"].get(stage) is not None] for stage in stages}
    clips = {stage: {"mean_s": round(float(np.mean(one)), 4), "n": len(one)} for stage, one in spent.items() if one}
    return {"processor_seconds_per_clip": clips, "total_s": round(sum(sum(one) for one in spent.values()), 2),
            "judges": {one.name: dict(one.usage) for one in judges}}  # fmt: skip


def _of(values: Mapping[str, Array], number: int) -> dict[str, Array]:
    return {one.name: values[one.name][number] for one in JUDGED}


def _common(reasons: Any) -> str:  # noqa: ANN401 - an iterator of texts or None
    counts = Counter(one for one in reasons if one)
    return counts.most_common(1)[0][0] if counts else ""


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)


def _plain(value: Any) -> Any:  # noqa: ANN401 - a number or a text
    if isinstance(value, float):
        return round(value, 6) if np.isfinite(value) else None
    return value


def _column(one: Column) -> dict[str, Any]:
    return {name: _plain(value) for name, value in one._asdict().items()}


__all__ = ["Gathered", "gathered", "plain_cell"]
