"""`seehear score`: clips into numbers."""

from collections.abc import Sequence
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seehear.cli import console, options

if TYPE_CHECKING:
    from seehear.score import Score


def score(
    clips: Annotated[list[Path], typer.Argument(metavar="CLIP...", help="Sound files, or videos with sound.")],
    truth: Annotated[
        list[Path] | None, typer.Option(metavar="SCENE.json", help="Where everything is: one for all, or one each.")
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Take the scene from each clip's own picture.")] = False,
    fov: Annotated[float, typer.Option(help="With --watch: horizontal field of view of the camera, deg.")] = 60.0,
    stems: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="The truth's stems: judge directions where one object is heard alone."),
    ] = None,
    reference: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="The sound that it should be: one for all, or one each.")
    ] = None,
    metrics: Annotated[
        list[str] | None,
        typer.Option(
            help="Names or groups, with commas: signal, sides, direction, picture, swap, reference, see2sound."
        ),
    ] = None,
    layout: Annotated[
        str | None, typer.Option(help="Of the clips; else as the files say, two channels binaural.")
    ] = None,
    seed: options.Seed = 0,
    json: options.Json = False,
) -> None:
    """Score clips: their signal and sides; with a scene their directions; with a reference their likeness to it.

    An undefined score is nan, with its reason. Of several clips, means with 95 % bootstrap intervals over the clips.

    Example: seehear score heard.wav --truth heard.scene.json
    """
    from seehear.pipelines import Beside, score_clip

    besides = [
        Beside(truth=scene, stems=folder, reference=other, watch=watch, horizontal_fov=fov)
        for scene, folder, other in zip(
            _each(truth, clips, "--truth"), _each(stems, clips, "--stems"), _each(reference, clips, "--reference"),
            strict=True,
        )
    ]  # fmt: skip
    names = [name.strip() for given in metrics or () for name in given.split(",") if name.strip()]
    rows = []
    with console.progress(quiet=json) as tell:
        for done, (clip, beside) in enumerate(zip(clips, besides, strict=True)):
            tell("score", done / len(clips))
            rows.append(score_clip(clip, beside, layout=layout, metrics=names))
    means = _means(rows, seed)
    if json:
        told = [{"clip": str(clip), "scores": _plain(row)} for clip, row in zip(clips, rows, strict=True)]
        console.emit({"clips": told, "mean": means})
    elif len(clips) == 1:
        _show_one(clips[0], rows[0])
    else:
        _show_means(means, len(clips))


def _each(given: list[Path] | None, clips: list[Path], name: str) -> list[Path | None]:
    """Give what stands beside each clip: nothing, the same for all, or one each."""
    from seehear.errors import InputError

    if not given:
        return [None] * len(clips)
    if len(given) not in (1, len(clips)):
        raise InputError(f"expected {name} once, or once for each of {len(clips)} clips, got {len(given)}")
    return [*given] if len(given) == len(clips) else [given[0]] * len(clips)


def _means(rows: "Sequence[tuple[Score, ...]]", seed: int) -> dict[str, dict[str, Any]]:
    """Give each metric's mean over the clips, with its interval; the columns are the same for all clips."""
    import numpy as np

    from seehear.score import bootstrap_interval, mean_score

    means = {}
    for number, column in enumerate(zip(*rows, strict=True)):
        mean = mean_score(column)
        low, high = bootstrap_interval(mean.per_item, rng=np.random.default_rng([seed, number]))
        means[mean.name] = {
            "value": _number(mean.value), "low": _number(low), "high": _number(high), "unit": mean.unit,
            "higher_is_better": mean.higher_is_better, "n": mean.n, "n_undefined": mean.n_undefined,
            "reason": mean.reason,
        }  # fmt: skip
    return means


def _plain(row: "Sequence[Score]") -> dict[str, dict[str, Any]]:
    return {
        one.name: {
            "value": _number(one.value), "unit": one.unit, "higher_is_better": one.higher_is_better, "n": one.n,
            "n_undefined": one.n_undefined, "version": one.version, "reason": one.reason,
            "extra": {name: _number(value) for name, value in one.extra.items()},
        }
        for one in row
    }  # fmt: skip


def _number(value: float) -> float | None:
    return None if isnan(value) else value


def _show_one(clip: Path, row: "Sequence[Score]") -> None:
    rows = []
    for one in row:
        chance = one.extra.get("chance")
        rows.append([one.name, _told(one.value), one.unit, "" if chance is None else _told(chance), one.reason])
    console.table(str(clip), ["metric", "value", "unit", "chance", ""], rows)


def _show_means(means: dict[str, dict[str, Any]], count: int) -> None:
    rows = []
    for name, one in means.items():
        span = "" if one["low"] is None else f"{_told(one['low'])} to {_told(one['high'])}"
        rows.append([name, _told(one["value"]), span, one["unit"], f"{one['n']}", one["reason"]])
    console.table(f"{count} clips", ["metric", "mean", "95 %", "unit", "n", ""], rows)


def _told(value: float | None) -> str:
    return "nan" if value is None or isnan(value) else f"{value:.4g}"
