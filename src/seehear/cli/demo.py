"""`seehear demo`: the main job on a clip it makes itself."""

from pathlib import Path
from typing import Annotated

import typer

from seehear.cli import console, options


def demo(
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR")] = Path("seehear-demo"),
    json: options.Json = False,
) -> None:
    """Make a short world (a car passes, a bird sings), fold its sound to mono, and put it back in place.

    Example: seehear demo
    """
    from seehear.pipelines import demo as run

    with console.progress(quiet=json) as tell:
        made = run(output, progress=tell)
    if json:
        console.emit({"files": [str(file) for file in made.files], **made.report.to_dict()})
        return
    console.show_report(made.report, json=False)
    for file in made.files:
        console.say(f"  {file}")
