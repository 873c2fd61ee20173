"""The report: one HTML file that holds everything it shows, opened from anywhere without a network."""

import base64
import math
from collections.abc import Mapping
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seehear.bench import svg
from seehear.bench.style import STYLE
from seehear.bench.summary import Summary, Worst
from seehear.bench.table import Cell, Table
from seehear.bench.task import Options, Picture, Task
from seehear.errors import SeehearError

FRAME_WIDTH = 480


def report_of(
    task: Task, card: Mapping[str, Any], options: Options, summary: Summary, table: Table, *, mark: str
) -> str:
    """Give a run's page.

    Args:
        task: what was run.
        card: of the run.
        options: of the run; the worst items are made again from them, to be looked at.
        summary: the plots' data.
        table: the numbers.
        mark: of what the page is made from; kept in it.
    """
    parts = [
        f"<h1>{escape(task.name)}</h1>",
        f'<p class="lead">{escape(task.summary)}</p>',
        f"<p>{_told(card, table)}</p>",
        _numbers(table),
        _notes(task, table),
        _plots(task, summary),
        _worst(task, options, summary),
        _card(card),
    ]
    title = escape(f"{task.name}: {table.items} items")
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="made-from" content="{mark}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>'
        f"<body><main>\n{chr(10).join(parts)}\n</main></body></html>\n"
    )


def number(cell: Cell) -> tuple[str, str]:
    """Give a mean and its interval as text, to what the interval can tell; a dash where it is undefined.

    Example:
        >>> number(Cell(3.14159, 3.0, 3.3, 9, 0, ""))
        ('3.14', '3.00 to 3.30')
    """
    if math.isnan(cell.mean):
        return "–", ""
    digits = 1 if abs(cell.mean) >= 10 else 2
    if math.isnan(cell.low):
        return f"{cell.mean:.{digits}f}", ""
    return f"{cell.mean:.{digits}f}", f"{cell.low:.{digits}f} to {cell.high:.{digits}f}"


def _told(card: Mapping[str, Any], table: Table) -> str:
    given = {name: value for name, value in card["options"].items() if name == "seed" or value is False or value}
    chosen = ", ".join(f"{name} {value}" for name, value in given.items() if name != "n")
    failed = f", {sum(table.failed.values())} failed" if table.failed else ""
    return escape(f"{table.items} items{failed}; {chosen}. Means; intervals: {table.interval}.")


def _numbers(table: Table) -> str:
    head = "".join(
        f'<th{_tested(place)}><i class="key k{place}"></i>{escape(system)}</th>'
        for place, system in enumerate(table.systems)
    )
    rows = []
    for name, unit, up in table.metrics:
        told = f"{unit or '0 to 1'}, {'more' if up else 'less'} is better"
        cells = "".join(_cell(table.cells[system, name], place) for place, system in enumerate(table.systems))
        rows.append(f"<tr><th>{escape(name.replace('_', ' '))}<small>{escape(told)}</small></th>{cells}</tr>")
    return (
        f'<div class="wide"><table><thead><tr><th></th>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    )


def _tested(place: int) -> str:
    return "" if place else ' class="tested"'


def _cell(cell: Cell, place: int) -> str:
    mean, interval = number(cell)
    told = f' title="{escape(cell.reason)}"' if cell.reason else ""
    missing = f"{cell.n_undefined} undefined" if cell.n_undefined and cell.n else ""
    small = "; ".join(one for one in (interval, missing) if one)
    return f"<td{_tested(place)}{told}>{mean}<small>{escape(small)}</small></td>"


def _notes(task: Task, table: Table) -> str:
    notes = [*task.notes, *(f"{count} failed: {why}" for why, count in table.failed.items())]
    return "<ul>" + "".join(f"<li>{escape(one)}</li>" for one in notes) + "</ul>"


def _plots(task: Task, summary: Summary) -> str:
    shown = [name for name in task.systems if summary.points.get(name)]
    keys = " ".join(f'<span><i class="key k{task.systems.index(one)}"></i>{escape(one)}</span>' for one in shown)
    drawn = svg.error_by_azimuth(summary.bins, task.systems, task.system)
    figures = [
        _figure("Error by azimuth", drawn, f'<span class="keys">{keys}</span>'),
        _figure("Heard against true", svg.true_against_heard(summary.points, task.system),
                escape(f"{task.system}: each object once; the band is ±10 deg.")),
        *(_sides(summary, name) for name in (task.system, task.systems[-1])),
    ]  # fmt: skip
    return f'<h2>Where it is heard</h2><div class="figures">{"".join(figures)}</div>'


def _sides(summary: Summary, system: str) -> str:
    told = "true side down, heard side across; centre is within 10 deg."
    return _figure(f"Sides: {system}", svg.confusion(summary.sides, system), told)


def _figure(title: str, drawn: str, caption: str) -> str:
    return f"<figure><h3>{escape(title)}</h3>{drawn}<figcaption>{caption}</figcaption></figure>"


def _worst(task: Task, options: Options, summary: Summary) -> str:
    metric = task.metrics[0]
    cards = "".join(_item(task, options, one, f"{one.value:.1f} {metric.unit}") for one in summary.worst)
    name = metric.name.replace("_", " ")
    return f'<h2>The worst items by {escape(name)}</h2><div class="items">{cards}</div>'


def _item(task: Task, options: Options, one: Worst, told: str) -> str:
    try:
        made = task.load().picture(options, one.number)
    except SeehearError as error:
        return f"<article><h3>{escape(one.id)} <b>{escape(told)}</b></h3><p>{escape(str(error))}</p></article>"
    inside = "" if made.frame is None else f'<img alt="{escape(made.caption)}" src="{_png(made.frame)}">'
    return (
        f"<article><h3>{escape(one.id)} <b>{escape(told)}</b></h3>{inside}"
        f"<p>{escape(made.caption)}</p>{_waves(made)}</article>"
    )


def _waves(made: Picture) -> str:
    peak = max((float(np.abs(one).max(initial=0.0)) for one in made.sounds.values()), default=0.0)
    drawn = []
    for name, samples in made.sounds.items():
        own = float(np.abs(samples).max(initial=0.0))
        level = f"peak {20 * math.log10(own):.0f} dB" if own > 0 else "silence"
        drawn.append(f"<h4>{escape(name)} <small>{level}</small></h4>{svg.waveform(samples, own or peak)}")
    return "".join(drawn)


def _png(frame: NDArray[np.uint8]) -> str:
    """Give a picture as a data address, at most `FRAME_WIDTH` wide."""
    import cv2

    height, width = frame.shape[:2]
    wanted = (min(width, FRAME_WIDTH), round(height * min(width, FRAME_WIDTH) / width))
    _, held = cv2.imencode(".png", cv2.resize(frame[:, :, ::-1], wanted, interpolation=cv2.INTER_AREA))
    return "data:image/png;base64," + base64.b64encode(held.tobytes()).decode("ascii")


def _card(card: Mapping[str, Any]) -> str:
    rows = []
    for name, value in card.items():
        inside = value.items() if isinstance(value, Mapping) else None
        told = ", ".join(f"{key} {one}" for key, one in inside) if inside is not None else str(value)
        if isinstance(value, list):
            told = ", ".join(str(one) for one in value)
        rows.append(f"<tr><th>{escape(name)}</th><td>{escape(told)}</td></tr>")
    return f'<details><summary>The run card</summary><table class="card">{"".join(rows)}</table></details>'
