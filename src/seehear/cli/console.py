"""What commands share: progress and tables on stderr, JSON on stdout."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Progress = Callable[[str, float], None]


@contextmanager
def progress(*, quiet: bool) -> Iterator[Progress]:
    """Show the stage and how much of it is done on stderr; nothing when quiet or when stderr is no terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda stage, done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bars

    with Bars(
        TextColumn("{task.description:<8}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"),
        console=Console(stderr=True), transient=True,
    ) as bars:  # fmt: skip
        stages: dict[str, Any] = {}

        def tell(stage: str, done: float) -> None:
            if stage not in stages:
                stages[stage] = bars.add_task(stage, total=1.0)
            bars.update(stages[stage], completed=done)

        yield tell


def say(text: str) -> None:
    """Write one line on stderr."""
    sys.stderr.write(f"{text}\n")


def emit(data: Any) -> None:  # noqa: ANN401 - any JSON
    """Write data as JSON on stdout."""
    sys.stdout.write(json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def table(title: str, columns: list[str], rows: list[list[str]]) -> None:
    """Write a table on stderr."""
    from rich.console import Console
    from rich.table import Table

    drawn = Table(*columns, title=title, title_justify="left", box=None, pad_edge=False, header_style="dim")
    for row in rows:
        drawn.add_row(*row)
    Console(stderr=True).print(drawn)


def show_report(report: Any, *, json: bool) -> None:  # noqa: ANN401 - seehear.pipelines.Report, imported late
    """Show what a journey did: a table of asked against heard, levels, warnings; or all of it as JSON."""
    if json:
        emit(report.to_dict())
        return
    rows = []
    for one in report.objects:
        bearing = one.bearing
        cells = ["-", "-", "-", "-"]
        if bearing is not None:
            mix = "masked" if bearing.in_mix is None else f"{bearing.in_mix:.1f}"
            cells = [f"{bearing.asked:+.1f}", f"{bearing.heard:+.1f}", f"{bearing.error:.1f}", mix]
        rows.append([one.id, one.label or "?", one.motion or "?", one.sound, *cells])
    columns = ["object", "label", "motion", "sound", "asked deg", "heard deg", "error", "in the mix"]
    table(f"{report.output}: {report.layout}, {report.duration:.1f} s", columns, rows)
    loud = "-" if report.loudness_lufs is None else f"{report.loudness_lufs:.1f} LUFS"
    peak = "-" if report.true_peak_dbtp is None else f"{report.true_peak_dbtp:.1f} dBTP"
    say(f"gain {report.gain_db:+.1f} dB, loudness {loud}, true peak {peak}")
    for sentence in report.warnings:
        say(f"warning: {sentence}")
    for sentence in report.unknown:
        say(f"unknown: {sentence}")
