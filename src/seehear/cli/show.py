"""`seehear show`: a scene as a picture."""

from pathlib import Path
from typing import Annotated

import typer

from seehear.cli import options


def show(
    scene: Annotated[Path, typer.Argument(metavar="SCENE.json", help="Scene file.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT.png")],
    force: options.Force = False,
) -> None:
    """Draw a scene: top view with tracks, azimuth over time, sounding spans.

    Example: seehear show street.scene.json -o street.png
    """
    from seehear.media.atomic import check_output, written_whole
    from seehear.scene import read_scene
    from seehear.scene.show import draw_scene

    check_output(output, force=force)
    drawn = draw_scene(read_scene(scene))
    with written_whole(output, force=force) as beside:
        beside.write_bytes(drawn)
