"""The leaderboard page: one HTML file with all it shows but the videos, which it links to where they lie.

Texts that came from outside (prompts, judges' words, file names) go in as data and are set as text, never as markup.
"""

import json
import os
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from seehear.bench.report import number
from seehear.bench.style import STYLE
from seehear.bench.t2av.columns import told_of
from seehear.bench.t2av.gathering import Gathered
from seehear.bench.t2av.page_script import SCRIPT
from seehear.bench.t2av.page_style import PAGE_STYLE
from seehear.bench.t2av.prompts import TAXONOMY
from seehear.bench.t2av.published import published_rows
from seehear.bench.t2av.summary import Column
from seehear.bench.table import Cell

COMPARABLE = (
    "Comparable with the published leaderboard: IF-Video, IF-Audio, realism and Average, only where the same judge "
    "model answered at the same settings; their arithmetic here is the released one.",
    "Not comparable: everything without weights (loudness, place, time, stream audit): the leaderboard has no such "
    "column. Ours by name (delivered, side, in time ...) are of this project.",
)


def page_of(found: Gathered, folder: Path) -> str:
    """Give a run's page.

    Args:
        found: all its numbers.
        folder: where the page will lie; videos are linked relative to it.
    """
    title = f"T2AV-Compass: {', '.join(one.name for one in found.systems)}"
    parts = [
        f"<h1>{escape(title)}</h1>", f'<p class="lead">{escape(_told(found))}</p>',
        "<ul>" + "".join(f"<li>{escape(one)}</li>" for one in (*COMPARABLE, *_failures(found))) + "</ul>",
        "<h2>Standing</h2>", _columns_table(found.ours), _released(found),
        '<h2>Clips</h2><div id="filters"></div><p id="count"></p><div id="grid" class="items"></div>'
        '<p><button id="more" type="button">Show more</button></p><dialog id="clip"></dialog>',
        "<h2>Every column</h2>", _every(found), _pairs(found), _ranks(found),
        '<h2>By category</h2><div id="categories"></div>', _agreement(found), _weights(found), _published(),
        _ledger(found), _costs(found), _card(found.card),
    ]  # fmt: skip
    data = json.dumps(_data(found, folder), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    safe = data.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}{PAGE_STYLE}</style></head>'
        f"<body><main>\n{chr(10).join(parts)}\n</main>"
        f'<script type="application/json" id="data">{safe}</script><script>{SCRIPT}</script></body></html>\n'
    )


def _told(found: Gathered) -> str:
    options, judges = found.card["options"], found.card["judges"]
    asked = ", ".join(f"{name} ({one.get('model', '?')})" for name, one in judges.items()) or "none"
    way = "a failed clip counts as the worst" if options["missing"] == "zero" else "failed clips are left out"
    return f"{len(found.prompts)} prompts; missing: {options['missing']} ({way}); judge: {asked}; intervals of 95 %."


def _failures(found: Gathered) -> list[str]:
    told = []
    for one in found.systems:
        counts = found.failures[one.name]
        wrong = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()) if name != "ok")
        strangers = f"; {len(one.strangers)} files without a prompt's number" if one.strangers else ""
        told.append(f"{one.name}: {counts.get('ok', 0)} clips read{': ' if wrong else ''}{wrong}{strangers}")
    if found.card["options"]["commercial_only"]:
        told.append(told_of(found.ledger))
    return told


def _columns_table(systems: Mapping[str, Sequence[Column]]) -> str:
    first = next(iter(systems.values()), ())
    head = "".join(f'<th title="{escape(one.note)}">{escape(one.name)}</th>' for one in first)
    rows = [[name, *(_column(one) for one in columns)] for name, columns in systems.items()]
    body = "".join(f"<tr><th>{escape(row[0])}</th>{''.join(row[1:])}</tr>" for row in rows)
    return _table(f"<th>system</th>{head}", body)


def _column(one: Column) -> str:
    mean, interval = number(Cell(one.value, one.low, one.high, one.n, 0, ""))
    value = one.value if one.value == one.value else -1e9
    return f'<td data-value="{value}" title="{escape(one.note)}">{mean}<small>{interval or f"n {one.n}"}</small></td>'


def _released(found: Gathered) -> str:
    if not found.released:
        return "<p>No judge was asked, so the released columns are empty: add --judge.</p>"
    return "<h3>As released (percent; the released formulas, faults included)</h3>" + _columns_table(found.released)


def _every(found: Gathered) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in found.table.systems)
    rows, empty = [], []
    for name, unit, up in found.table.metrics:
        mine = [found.table.cells[system, name] for system in found.table.systems]
        if not any(one.n for one in mine):
            why = next((one.reason for one in mine if one.reason), "no clip has one")
            empty.append(f'<tr><th>{escape(_words(name))}</th><td class="why">{escape(why)}</td></tr>')
            continue
        told = f"{unit or 'plain'}, {'more' if up else 'less'} is better"
        cells = "".join(_cell(one) for one in mine)
        rows.append(f"<tr><th>{escape(_words(name))}<small>{escape(told)}</small></th>{cells}</tr>")
    whole = _table(f"<th>column</th>{head}", "".join(rows))
    if not empty:
        return whole
    lacking = _table("<th>column</th><th>why</th>", "".join(empty))
    return f"{whole}<details><summary>{len(empty)} columns without a number, and why</summary>{lacking}</details>"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _cell(cell: Cell) -> str:
    mean, interval = number(cell)
    missing = f"{cell.n_undefined} undefined" if cell.n_undefined else ""
    small = "; ".join(one for one in (interval, missing) if one)
    value = cell.mean if cell.n else -1e9
    return f'<td data-value="{value}" title="{escape(cell.reason)}">{mean}<small>{escape(small)}</small></td>'


def _pairs(found: Gathered) -> str:
    if len(found.systems) < 2:
        return ""
    rows = []
    for one in found.pairs:
        if one.n:
            mark = " *" if one.holm < 0.05 else ""
            p = "–" if one.holm != one.holm else f"{one.holm:.3f}{mark}"
            told = [f"{one.value:+.3g}", f"{one.low:+.3g} to {one.high:+.3g}", str(one.n), p]
            cells = "".join(f"<td>{escape(text)}</td>" for text in told)
            title = escape(f"{one.column.replace('_', ' ')}: {one.first} less {one.second}")
            rows.append(f"<tr><th>{title}</th>{cells}</tr>")
    head = "".join(f"<th>{one}</th>" for one in ("pair", "difference", "95 %", "prompts", "p (Holm)"))
    return f"<details><summary>Paired differences</summary>{_table(head, ''.join(rows))}</details>"


def _ranks(found: Gathered) -> str:
    if not found.ranks:
        return ""
    rows = []
    for name, one in found.ranks.items():
        order = " > ".join(f"{system} ({100 * one['shares'][system][place]:.0f} %)"
                           for place, system in enumerate(one["order"]))  # fmt: skip
        rows.append(f"<tr><th>{escape(name)}</th><td>{escape(order)}</td><td>{one['tau']:.2f}</td></tr>")
    head = "<th>column</th><th>order (share of draws in that place)</th><th>tau</th>"
    return f"<details><summary>How stable the ranks are</summary>{_table(head, ''.join(rows))}</details>"


def _agreement(found: Gathered) -> str:
    if not found.agreement:
        return ""
    rows = []
    for one in found.agreement:
        for pair in one["pairs"]:
            told = [one["column"], " / ".join(pair["judges"]), str(pair["n"]), _two(pair["kappa"]),
                    _two(pair["mean_absolute_difference"]), _two(one["icc"])]  # fmt: skip
            rows.append("<tr>" + "".join(f"<td>{escape(text)}</td>" for text in told) + "</tr>")
    head = "".join(
        f"<th>{one}</th>" for one in ("column", "judges", "items", "kappa (quadratic)", "|difference|", "ICC")
    )
    return f"<h2>Do the judges agree?</h2>{_table(head, ''.join(rows))}"


def _two(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _weights(found: Gathered) -> str:
    rows = "".join(
        f"<tr><th>{one['slot']}</th><td>{one['questions']}</td><td>{one['question']:.4f}</td>"
        f"<td>{one['slot_share']:.2f}</td></tr>"
        for one in found.weights
    )
    head = "<th>slot</th><th>questions</th><th>one question, % of Average</th><th>whole slot, %</th>"
    return f"<details><summary>Effective weights in the released Average</summary>{_table(head, rows)}</details>"


def _published() -> str:
    rows = []
    for one in published_rows():
        printed = "".join(f"<td>{told:.2f}<small>{found:.2f}</small></td>"
                          for told, found in zip(one.printed, one.computed, strict=True))  # fmt: skip
        rows.append(f"<tr><th>{escape(one.system)}</th>{printed}<td>{escape(one.verdict or 'agrees')}</td></tr>")
    good = sum(not one.verdict for one in published_rows())
    names = ("system", "IF-Video", "IF-Audio", "video realism", "audio realism", "Average", "verdict")
    head = "".join(f"<th>{name}</th>" for name in names)
    told = f"The published table, recomputed from its sub-scores (small): {good} of {len(rows)} rows agree"
    return f"<details><summary>{told}</summary>{_table(head, ''.join(rows))}</details>"


def _ledger(found: Gathered) -> str:
    rows = "".join("<tr>" + "".join(f"<td>{escape(text)}</td>" for text in one) + "</tr>" for one in found.ledger)
    head = "<th>what</th><th>rests on</th><th>licence</th><th>commercial use</th><th>in this run</th><th>to know</th>"
    return f"<details><summary>Licences</summary>{_table(head, rows)}</details>"


def _costs(found: Gathered) -> str:
    spent = found.costs["processor_seconds_per_clip"]
    rows = "".join(f"<tr><th>{escape(name)}</th><td>{one['mean_s']:.3f}</td><td>{one['n']}</td></tr>"
                   for name, one in spent.items())  # fmt: skip
    judged = "".join(
        f"<tr><th>judge {escape(name)}</th><td colspan='2'>{escape(json.dumps(one))}</td></tr>"
        for name, one in found.costs["judges"].items()
    )
    head = "<th>stage</th><th>processor s a clip</th><th>clips</th>"
    return f"<details><summary>What it cost</summary>{_table(head, rows + judged)}</details>"


def _card(card: Mapping[str, Any]) -> str:
    rows = []
    for name, value in card.items():
        told = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
        rows.append(f"<tr><th>{escape(name)}</th><td>{escape(told)}</td></tr>")
    return f'<details><summary>The run card</summary><table class="card">{"".join(rows)}</table></details>'


def _table(head: str, body: str) -> str:
    return f'<div class="wide"><table class="sorts"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _data(found: Gathered, folder: Path) -> dict[str, Any]:
    """Give what the page's script reads."""
    clips = {(one.name, clip.number): clip.path for one in found.systems for clip in one.clips}
    return {
        "systems": [one.name for one in found.systems],
        "metrics": [[name, unit, up] for name, unit, up in found.table.metrics],
        "fields": list(TAXONOMY), "categories": list(found.categories), "judges": list(found.card["judges"]),
        "prompts": {str(one.index): {
            "text": one.text, "categories": {name: list(values) for name, values in one.categories.items()},
            "questions": {question.slot: question.text for question in one.questions},
        } for one in found.prompts},
        "items": [_item(row, found, clips[row["system"], row["prompt"]], folder) for row in found.items],
    }  # fmt: skip


def _item(row: Mapping[str, Any], found: Gathered, path: Path | None, folder: Path) -> dict[str, Any]:
    place = next(number for number, one in enumerate(found.prompts) if one.index == row["prompt"])
    kept = ("system", "prompt", "status", "failure", "flags", "file", "reasons", "extra", "facts", "track", "view")
    scores = {name: value for name, value in found.rows[place]["scores"][row["system"]].items() if value is not None}
    return {name: row[name] for name in kept} | {
        "verdicts": row["verdicts"], "scores": scores, "video": link(path, folder) if path else None,
    }  # fmt: skip


def link(path: Path, folder: Path) -> str:
    """Give a clip's address relative to the page's folder.

    Example:
        >>> link(Path("/a/clips/my clip#1.mp4"), Path("/a/run"))
        '../clips/my%20clip%231.mp4'
    """
    return quote(Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix())
