"""`seehear train`: train the networks that come with the package, or others of their kind."""

from pathlib import Path
from typing import Annotated

import typer

from seehear.cli import console, options


def flow(
    config: Annotated[
        str, typer.Option(metavar="FILE", help="TOML, a run's card.json, or a packaged one: flow-tiny, contrast.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="The run. Made, or gone on with.")],
    worlds: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Rendered worlds, shared by runs. Default: in the run's folder.")
    ] = None,
    variant: Annotated[str | None, typer.Option(help="V0 to V7, ..., in place of the config's.")] = None,
    seed: Annotated[int | None, typer.Option(help="In place of the config's.")] = None,
    steps: Annotated[int | None, typer.Option(help="In place of the config's.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    jobs: Annotated[int, typer.Option(help="Processes that render worlds.", min=1)] = 1,
    plan: Annotated[bool, typer.Option("--plan", help="Say what would be done, and do nothing.")] = False,
    json: options.Json = False,
) -> None:
    """Train a network that makes closed worlds' sound. A rerun goes on where it stopped; Ctrl-C keeps a checkpoint.

    Example: seehear train flow --config flow-tiny -o runs/tiny --worlds worlds --jobs 2
    """
    from seehear.errors import InputError, MissingBackend
    from seehear.train import read_config

    asked = read_config(config, {"variant": variant, "seed": seed, "steps": steps})
    try:
        from seehear.train.flow import planned, train_flow
    except ModuleNotFoundError as missing:
        raise MissingBackend(f"seehear train needs {missing.name!r}: pip install 'seehear[neural]'") from missing
    if plan:
        console.say(planned(asked))
        return
    with console.progress(quiet=json) as tell:
        done = train_flow(
            asked, output, worlds=worlds, device=device, jobs=jobs, tell=console.say, progress=tell
        )  # fmt: skip
    if done.step < done.steps:
        raise InputError(f"stopped at step {done.step} of {done.steps}: '{output}' keeps it, the same command goes on")
    if json:
        console.emit({"folder": str(done.folder), "steps": done.step, "validation": done.validation})
        return
    heard = f"; hear it with --sound visaudio:{done.weights}" if done.weights else ""
    console.say(f"{done.folder}: {done.step} steps, loss on held-back worlds {done.validation:.4f}{heard}")


def measure(
    runs: Annotated[
        list[Path], typer.Argument(metavar="RUN...", help="Folders of runs; others are set beside the first.")
    ],
    worlds: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Rendered worlds. Default: in each run's folder.")
    ] = None,
    count: Annotated[int, typer.Option(help="Held-back worlds.", min=1)] = 200,
    steps: Annotated[int, typer.Option(help="Of the flow.", min=1)] = 25,
    json: options.Json = False,
) -> None:
    """Measure runs on worlds they were not trained on: side, level difference, direction, mirrored picture, onsets.

    Example: seehear train measure runs/v5-0 runs/v1-0 --worlds worlds
    """
    from seehear.errors import MissingBackend

    try:
        from seehear.train.table import COLUMNS, beside, measure_run, plain
    except ModuleNotFoundError as missing:
        raise MissingBackend(f"seehear train needs {missing.name!r}: pip install 'seehear[neural]'") from missing
    with console.progress(quiet=json) as tell:
        found = [measure_run(run, worlds=worlds, count=count, steps=steps, progress=tell) for run in runs]
    gaps = [beside(found[0]["rows"], one["rows"]) for one in found]
    if json:
        told = [{"run": str(run), **one, "beside_first": gap} for run, one, gap in zip(runs, found, gaps, strict=True)]
        console.emit(plain(told))
        return
    lines = []
    for run, one, gap in zip(runs, found, gaps, strict=True):
        lines.append([str(run), *(f"{one['means'].get(name, float('nan')):.3f}" for name in COLUMNS)])
        if one is not found[0]:
            lines.append(["", *(f"{low:+.2f} {high:+.2f}" for _, low, high in (gap[name] for name in COLUMNS))])
    console.table(
        f"{count} held-back worlds; below: the 95 % interval of the difference to the first", ["run", *COLUMNS], lines
    )
