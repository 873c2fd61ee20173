"""What judges said, gathered: percentages by column, and the items' own words; judges are told apart by name."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from seehear.bench.t2av.columns import JUDGED
from seehear.bench.t2av.prompts import Prompt
from seehear.scene.direction import Array
from seehear.score.compass import rating_to_percent

Verdicts = Mapping[tuple[str, int], Mapping[str, Any]]
"""By (system, prompt): ``{"scores": {column: 1..5 or null}, "reasons": {column: text}, "failures": {column: why}}``;
a null score with a reason is "not applicable"."""


class Judge(NamedTuple):
    """One judge's answers.

    Attributes:
        name: as given.
        model: who answered, pinned in the card.
        verdicts: of all items.
        usage: requests, tokens and money: see `seehear.bench.t2av.judging`.
    """

    name: str
    model: str
    verdicts: Verdicts
    usage: Mapping[str, Any]


def percentages(judge: Judge, systems: Sequence[str], prompts: Sequence[Prompt]) -> dict[str, Array]:
    """Give (systems, prompts) percentages by column; nan where it was not asked, not applicable or not answered."""
    found = {one.name: np.full((len(systems), len(prompts)), np.nan) for one in JUDGED}
    for row, system in enumerate(systems):
        for column, prompt in enumerate(prompts):
            verdict = judge.verdicts.get((system, prompt.index), {})
            for name, raw in verdict.get("scores", {}).items():
                if raw is not None and name in found:
                    found[name][row, column] = rating_to_percent(raw)
    return found


def ratings(judge: Judge, keys: Sequence[tuple[str, int, str]]) -> Array:
    """Give (keys,) raw scores of (system, prompt, column); nan where there is none."""
    values = [judge.verdicts.get((system, prompt), {}).get("scores", {}).get(name) for system, prompt, name in keys]
    return np.array([math.nan if value is None else float(value) for value in values])


def agreement_of(judges: Sequence[Judge]) -> list[dict[str, Any]]:
    """Give a row for each column, and one for all: kappa and mean difference of each two judges, ICC of all.

    Columns are compared over the items that any judge rated; an item that one did not rate is left out of its pairs.
    """
    from seehear.score.agreement import intraclass_correlation

    keys = sorted({(system, prompt, name) for judge in judges for (system, prompt), verdict in judge.verdicts.items()
                   for name, raw in verdict.get("scores", {}).items() if raw is not None})  # fmt: skip
    names = [one.name for one in JUDGED if any(key[2] == one.name for key in keys)]
    rows = []
    for name in ["all", *names]:
        mine = [key for key in keys if name in ("all", key[2])]
        table = np.stack([ratings(judge, mine) for judge in judges], axis=1)
        whole = intraclass_correlation(table) if len(judges) > 1 else None
        rows.append({
            "column": name, "items": len(mine), "pairs": _pairs(judges, table),
            "icc": None if whole is None or math.isnan(whole.value) else round(whole.value, 4),
            "icc_reason": "" if whole is None else whole.reason,
        })  # fmt: skip
    return rows


def _pairs(judges: Sequence[Judge], table: Array) -> list[dict[str, Any]]:
    from itertools import combinations

    from seehear.score.agreement import mean_absolute_difference, weighted_kappa

    found = []
    for a, b in combinations(range(len(judges)), 2):
        # means of several people fall between the categories
        kappa = weighted_kappa(np.round(table[:, a]), np.round(table[:, b]))
        gap = mean_absolute_difference(table[:, a], table[:, b])
        found.append({
            "judges": [judges[a].name, judges[b].name], "n": gap.n,
            "kappa": None if math.isnan(kappa.value) else round(kappa.value, 4), "reason": kappa.reason,
            "mean_absolute_difference": None if math.isnan(gap.value) else round(gap.value, 4),
        })  # fmt: skip
    return found
