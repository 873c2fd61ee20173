"""Plots as SVG text: small, sharp, the same bytes every time, nothing to load.

Coordinates are in the units of a viewBox; colours come from the page's style by class name.
"""

import math
from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise

import numpy as np

from seehear.bench.summary import ASIDE, BIN, SIDES
from seehear.bench.tally import Tally
from seehear.media.stems import Samples

WIDTH, HEIGHT = 420.0, 270.0
LEFT, RIGHT, TOP, BOTTOM = 50.0, 16.0, 14.0, 44.0
REACH = 90.0
"""Deg drawn to each side."""

COLUMNS = 240
"""Of a waveform."""


def error_by_azimuth(bins: Mapping[tuple[str, int], Tally], systems: Sequence[str], tested: str) -> str:
    """Draw mean absolute error against true lateral angle, left on the left; the tested system with its interval."""
    means = [tally.mean for (system, _), tally in bins.items() if system in systems and tally.n]
    top = _nice(max([*means, 5.0]) * 1.1)
    parts = [_frame(top, "true lateral angle, deg (left to right)", "mean absolute error, deg")]
    for number, system in enumerate(systems):
        numbers = sorted((bin_, tally) for (name, bin_), tally in bins.items() if name == system and tally.n)
        points = [(_x((bin_ + 0.5) * BIN), _y(min(tally.mean, top), top), tally) for bin_, tally in numbers]
        if system == tested:
            parts += [_whisker(x, tally, top) for x, _, tally in points if tally.n > 1]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in points)
        parts.append(f'<polyline class="line s{number}" points="{line}"/>')
        parts += [f'<circle class="dot s{number}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y, _ in points]
    return _svg(parts, "error by azimuth")


def true_against_heard(points: Mapping[str, Sequence[tuple[float, float]]], tested: str) -> str:
    """Draw each object's heard angle against its true one; on the diagonal it is right."""
    parts = [_square_frame()]
    for true, heard in points.get(tested, ()):
        parts.append(f'<circle class="point" cx="{_x(true):.1f}" cy="{_upwards(heard):.1f}" r="2.6"/>')
    return _svg(parts, "heard against true")


def confusion(sides: Mapping[tuple[str, str, str], int], system: str) -> str:
    """Draw the counts of true against heard side, shaded by the share of each true side."""
    cell, edge = 72.0, 62.0
    parts = []
    for row, true in enumerate(SIDES):
        total = sum(sides.get((system, true, heard), 0) for heard in SIDES)
        parts.append(_text(edge - 8, 30 + cell * (row + 0.5) + 4, true, "end"))
        parts.append(_text(edge + cell * (row + 0.5), 20, true, "middle"))
        for column, heard in enumerate(SIDES):
            count = sides.get((system, true, heard), 0)
            share = count / total if total else 0.0
            x, y = edge + cell * column, 30 + cell * row
            parts.append(
                f'<rect class="cell" x="{x:.1f}" y="{y:.1f}" width="{cell - 3}" height="{cell - 3}" rx="4" '
                f'fill-opacity="{0.06 + 0.84 * share:.3f}"/>'
            )
            ink = "on" if share > 0.4 else "tick"
            parts.append(_text(x + cell / 2 - 1, y + cell / 2, f"{100 * share:.0f} %" if total else "-", "middle", ink))
            parts.append(_text(x + cell / 2 - 1, y + cell / 2 + 16, str(count), "middle", f"{ink} small"))
    size = edge + 3 * cell + 4, 34 + 3 * cell
    return _svg(parts, f"side confusion of {system}", size)


def waveform(samples: Samples, peak: float) -> str:
    """Draw two channels above each other, (2, n), as the least and largest of each column."""
    width, half = 480.0, 26.0
    parts = []
    for channel, name in enumerate(("L", "R")):
        middle = half + channel * 2 * half
        edges = np.linspace(0, samples.shape[1], COLUMNS + 1).astype(int)
        pieces = [samples[channel, a : max(b, a + 1)] for a, b in pairwise(edges)]
        scale = (half - 2) / max(peak, 1e-9)
        highs = [middle - float(one.max(initial=0.0)) * scale for one in pieces]
        lows = [middle - float(one.min(initial=0.0)) * scale for one in pieces]
        xs = [16 + (width - 18) * (i + 0.5) / COLUMNS for i in range(COLUMNS)]
        outline = [f"{x:.1f},{y:.1f}" for x, y in zip(xs, highs, strict=True)]
        outline += [f"{x:.1f},{y:.1f}" for x, y in zip(xs[::-1], lows[::-1], strict=True)]
        parts.append(f'<polygon class="wave" points="{" ".join(outline)}"/>')
        parts.append(_text(2, middle + 4, name, "start"))
    return _svg(parts, "left and right", (width, 4 * half))


def _svg(parts: Sequence[str], label: str, size: tuple[float, float] = (WIDTH, HEIGHT)) -> str:
    inside = "".join(parts)
    return f'<svg viewBox="0 0 {size[0]:.0f} {size[1]:.0f}" role="img" aria-label="{escape(label)}">{inside}</svg>'


def _x(azimuth: float) -> float:
    """Left of the listener is drawn on the left."""
    share = (REACH - max(-REACH, min(REACH, azimuth))) / (2 * REACH)
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _y(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM)


def _upwards(azimuth: float) -> float:
    return _y(max(-REACH, min(REACH, azimuth)) + REACH, 2 * REACH)


def _whisker(x: float, tally: Tally, top: float) -> str:
    low, high = (_y(max(0.0, min(one, top)), top) for one in tally.interval())
    return f'<line class="whisker" x1="{x:.1f}" x2="{x:.1f}" y1="{low:.1f}" y2="{high:.1f}"/>'


def _frame(top: float, across: str, up: str) -> str:
    step = top / 4
    rows = [(f"{step * i:g}", _y(step * i, top)) for i in range(5)]
    return _axes(rows, across, up)


def _square_frame() -> str:
    rows = [(_signed(angle), _upwards(angle)) for angle in (-90, -45, 0, 45, 90)]
    band = [(REACH, REACH - ASIDE), (REACH, REACH), (REACH - ASIDE, REACH)]
    band += [(-one, -two) for one, two in band]
    shape = " ".join(f"{_x(a):.1f},{_upwards(b):.1f}" for a, b in band)
    shaded = f'<polygon class="band" points="{shape}"/>'
    return shaded + _axes(rows, "true lateral angle, deg (left to right)", "heard, deg")


def _axes(rows: Sequence[tuple[str, float]], across: str, up: str) -> str:
    parts = []
    for told, y in rows:
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(_text(LEFT - 6, y + 4, told, "end"))
    for angle in (90, 60, 30, 0, -30, -60, -90):
        parts.append(_text(_x(angle), HEIGHT - BOTTOM + 16, _signed(angle), "middle"))
    middle = (HEIGHT - BOTTOM + TOP) / 2
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, across, "middle"))
    turned = f'transform="translate(12 {middle:.0f}) rotate(-90)"'
    parts.append(f'<text class="tick" {turned} text-anchor="middle">{escape(up)}</text>')
    return "".join(parts)


def _signed(angle: float) -> str:
    return "0" if not angle else f"{angle:+g}"


def _text(x: float, y: float, told: str, anchor: str, kind: str = "tick") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(told)}</text>'


def _nice(value: float) -> float:
    """Give the least of 1, 2, 4, 8 times a power of ten that is not below a value."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 4, 6, 8, 10) if step * power >= value - 1e-9)
