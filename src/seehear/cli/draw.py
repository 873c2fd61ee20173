"""`seehear draw`: a scene as a video."""

from pathlib import Path
from typing import Annotated, Any

import typer

from seehear.cli import console, options


def draw(
    scene: Annotated[Path, typer.Argument(metavar="SCENE.json", help="Scene file.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT.mp4", help=".mp4, .mkv or .mov.")],
    backend: Annotated[str, typer.Option(help="storyboard.")] = "storyboard",
    size: Annotated[str | None, typer.Option(metavar="WxH", help="Pixels; else the camera's, else 1280x720.")] = None,
    fps: Annotated[str, typer.Option(help="Frames per second, as 25 or 30000/1001.")] = "30",
    stems: Annotated[
        Path | None, typer.Option(metavar="DIR", help="<object id>.wav: each pulses as loud as it is.")
    ] = None,
    labels: Annotated[bool, typer.Option("--labels/--no-labels", help="Names, glow, corners, arrows.")] = True,
    captions: Annotated[bool, typer.Option("--captions/--no-captions", help="The scene's sentences.")] = True,
    top_view: Annotated[bool, typer.Option("--top-view", help="A small view from above.")] = False,
    seed: options.Seed = 0,
    force: options.Force = False,
    json: options.Json = False,
) -> None:
    """Draw a scene: what is where, moving and sounding as the scene says. The video has no sound.

    Example: seehear draw street.scene.json -o street.mp4 --stems street-stems --top-view
    """
    from seehear.draw import to_video
    from seehear.draw.loudness import loudness_of_stems
    from seehear.media.stem_files import FolderStems
    from seehear.scene import read_scene

    told = read_scene(scene)
    known = {} if stems is None else loudness_of_stems(told, FolderStems(stems, [one.id for one in told.objects]))
    extra: dict[str, Any] = (
        {"labels": labels, "captions": captions, "top_view": top_view, "seed": seed} if backend == "storyboard" else {}
    )
    to_video(
        told, output, backend=backend, fps=options.rate_of(fps), size_wh=options.size_of(size), loudness=known,
        force=force, **extra,
    )  # fmt: skip
    if json:
        console.emit(
            {"output": str(output), "duration": told.duration, "objects": len(told.objects), "backend": backend}
        )
