"""`seehear simulate`: worlds with exact truth, by the thousand."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from seehear.cli import console, options

if TYPE_CHECKING:
    from seehear.scene.scene import Projection


def simulate(
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="A folder for each world goes here.")],
    count: Annotated[int, typer.Option("-n", "--count", help="Worlds.", min=1)] = 1,
    seed: options.Seed = 0,
    preset: Annotated[
        str,
        typer.Option(help="stationary, translational, foley, camera, hidden, crowd, closed or demo."),
    ] = "stationary",
    layout: Annotated[
        list[str] | None,
        typer.Option(help="Of the mix; may be repeated; also dual-mono, spaced-pair, rig-offset. Else binaural."),
    ] = None,
    size: Annotated[
        str | None, typer.Option(metavar="WxH", help="Pixels; else the preset's own, mostly 256x256.")
    ] = None,
    duration: Annotated[float | None, typer.Option(help="Seconds; else the preset's own, mostly 4.")] = None,
    fps: Annotated[str | None, typer.Option(help="Frames per second, as 25 or 30000/1001.")] = None,
    sample_rate: Annotated[int | None, typer.Option(help="Hz; else the preset's own, mostly 48000.")] = None,
    projection: Annotated[
        str, typer.Option(help="perspective, or equirectangular: all around, 2:1, with foa.")
    ] = "perspective",
    shards: Annotated[bool, typer.Option("--shards", help="Write WebDataset tar files, too.")] = False,
    engine: Annotated[str, typer.Option(help="local, or ray (extra 'ray').")] = "local",
    jobs: Annotated[int, typer.Option(help="Worlds at work at a time.", min=1)] = 1,
    force: Annotated[bool, typer.Option("--force", help="Start over where DIR holds other worlds.")] = False,
    json: options.Json = False,
) -> None:
    """Make worlds: scene, video, mixes and stems that are the exact truth of each other.

    A rerun makes what is missing and changes nothing else. Same seed, same bytes, whatever the number of processes.

    Example: seehear simulate -n 100 --seed 1 --preset translational -o worlds --layout binaural --layout foa --jobs 2
    """
    from fractions import Fraction

    from seehear.errors import InputError
    from seehear.simulate import write_worlds

    try:
        rate = Fraction(fps) if fps else None
    except (ValueError, ZeroDivisionError):
        raise InputError(f"--fps must be a number such as 25 or 30000/1001, got {fps!r}") from None
    try:
        with console.progress(quiet=json) as tell:
            done = write_worlds(
                output, count, seed=seed, preset=preset, layouts=layout or None, size_wh=options.size_of(size),
                fps=rate, duration=duration, sample_rate=sample_rate, projection=_projection(projection), shards=shards,
                jobs=jobs, engine=engine, force=force, progress=tell,
            )  # fmt: skip
    except KeyboardInterrupt:
        raise InputError(f"stopped: whole worlds in '{output}' stay, the same command goes on") from None
    if json:
        console.emit({"folder": str(done.folder), "made": done.made, "kept": done.kept, "failed": done.failed})
        return
    console.say(f"{done.folder}: {done.made} worlds made, {done.kept} kept, {done.failed} failed")
    if done.failed:
        console.say(f"warning: see {done.folder / 'failures.jsonl'}; a rerun tries them again")


def _projection(text: str) -> "Projection":
    from seehear.errors import InputError

    if text in ("perspective", "equirectangular"):
        return cast("Projection", text)
    raise InputError(f"--projection must be perspective or equirectangular, got {text!r}")
