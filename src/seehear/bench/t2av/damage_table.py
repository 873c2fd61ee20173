"""The damage table: shares of clips with their intervals, as data and as a page."""

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from seehear.bench.t2av.alarms import ALARMS
from seehear.bench.t2av.damage_judged import KEYS, MEANT, TOLD, column
from seehear.bench.t2av.damaging import DAMAGES, PRESETS, Damage

CLEAN = "clean"
Rows = Sequence[Mapping[str, Any]]


def table_of(rows: Rows, judges: Mapping[str, Mapping[str, Any]] | None = None) -> dict[str, Any]:
    """Give how often each column rings, by damage and strength, and its false alarms on clean clips.

    Args:
        rows: of all worlds; a failed one has no "alarms".
        judges: by name, what `add_alarms` counted.

    Returns:
        ``{"rows": [{"damage", "strength", "unit", "n", "rates": {column: share}, "intervals": {column: [low, high]},
        "answered": {column: clips}, "intended": [...]}], "failed": n, "columns": {column: told}, "judges": {...}}``.
    """
    judges = judges or {}
    told = {name: one.told for name, one in ALARMS.items()}
    told |= {column(judge, key): TOLD for judge in judges for key in KEYS}
    good = [row for row in rows if "alarms" in row]
    found = [_rates((CLEAN, 0.0, ""), [row["alarms"][f"{CLEAN} 0"] for row in good], (), told)]
    for preset in PRESETS:
        mine = [row["alarms"][f"{CLEAN} 0"] for row in good if row["preset"] == preset]
        found.append(_rates((f"{CLEAN}, {preset}", 0.0, ""), mine, (), told))
    for one in DAMAGES.values():
        for strength in one.strengths:
            mine = [row["alarms"][f"{one.name} {strength:g}"] for row in good if row["preset"] == one.preset]
            found.append(_rates((one.name, strength, one.unit), mine, _intended(one, judges), told))
    return {"rows": found, "failed": len(rows) - len(good), "columns": told, "judges": dict(judges)}


def share_interval(count: int, n: int) -> tuple[float, float]:
    """Give the 95 % interval of a share.

    Args:
        count: clips that it holds for.
        n: clips, at least 1.

    Example:
        >>> tuple(round(one, 3) for one in share_interval(100, 100))
        (0.963, 1.0)

    Reference: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", J. Am. Stat.
    Assoc. 22, 1927, equation for p1 and p2.
    """
    z2 = 1.959964**2
    share = count / n
    middle, half = share + z2 / (2 * n), math.sqrt(z2 * (share * (1 - share) + z2 / (4 * n)) / n)
    return max(0.0, (middle - half) / (1 + z2 / n)), min(1.0, (middle + half) / (1 + z2 / n))


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
    told = ("How often each column raises its alarm, percent of clips, with its 95 % interval where it was meant to or "
            "where it never should. Shaded: columns meant for that damage.")  # fmt: skip
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>t2av-damage</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>'
        f"<body><main><h1>Metrics and damages</h1><p>{told} Seed "
        f'{card["options"]["seed"]}, {table["failed"]} worlds failed.</p>{_judges(table)}<div class="wide"><table>'
        f"<thead><tr><th></th>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div></main></body></html>\n"
    )


def _intended(one: Damage, judges: Iterable[str]) -> tuple[str, ...]:
    return (*one.intended, *(column(judge, key) for judge in judges for key in MEANT[one.name]))


def _rates(what: tuple[str, float, str], alarms: Rows, intended: tuple[str, ...], columns: Iterable[str]
           ) -> dict[str, Any]:  # fmt: skip
    rates: dict[str, float | None] = {}
    intervals, answered = {}, {}
    for name in columns:
        # a column of ours that is undefined rings no alarm; a judge that gave no answer is not counted
        known = [bool(one.get(name, False)) for one in alarms if name in one or name in ALARMS]
        rates[name] = round(sum(known) / len(known), 4) if known else None
        if known:
            intervals[name] = [round(value, 4) for value in share_interval(sum(known), len(known))]
        answered[name] = len(known)
    damage, strength, unit = what
    return {"damage": damage, "strength": strength, "unit": unit, "n": len(alarms), "rates": rates,
            "intervals": intervals, "answered": answered, "intended": list(intended)}  # fmt: skip


def _cell(row: Mapping[str, Any], name: str) -> str:
    meant, rate = name in row["intended"], row["rates"].get(name)
    kind = ' class="tested"' if meant else ""
    small = ""
    if rate is not None and (meant or row["damage"] == CLEAN):
        low, high = row["intervals"][name]
        small = f"<small>{100 * low:.0f} to {100 * high:.0f}</small>"
    return f"<td{kind}>{'–' if rate is None else f'{100 * rate:.0f}'}{small}</td>"


def _judges(table: Mapping[str, Any]) -> str:
    lines = []
    for name, one in table["judges"].items():
        why = "; ".join(f"{count} x {reason}" for reason, count in one["failures"].items())
        told = f"Judge {name} ({one['model']}): {one['answered']} of {one['clips']} clips answered"
        lines.append(f"<p>{escape(told + (f'; answers lacking: {why}' if why else '') + '.')}</p>")
    return "".join(lines)
