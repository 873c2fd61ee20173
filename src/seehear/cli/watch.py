"""`seehear watch`: a picture into a scene."""

from pathlib import Path
from typing import Annotated

import typer

from seehear.cli import console, options


def watch(
    picture: Annotated[Path, typer.Argument(help="Image, GIF or video.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="SCENE.json")],
    backend: Annotated[str, typer.Option(help="motion.")] = "motion",
    label: Annotated[list[str] | None, typer.Option(help="What is to be seen: car, or object_0=car.")] = None,
    fov: Annotated[float, typer.Option(help="Horizontal field of view of the camera, deg.")] = 60.0,
    projection: Annotated[str, typer.Option(help="perspective or equirectangular.")] = "perspective",
    spread: Annotated[float, typer.Option(help="Widen azimuths by this factor, for effect.")] = 1.0,
    start: Annotated[float, typer.Option(help="From here, s.")] = 0.0,
    end: Annotated[float | None, typer.Option(help="To here, s.")] = None,
    duration: Annotated[float, typer.Option(help="Seconds, for an image.")] = 10.0,
    force: options.Force = False,
    json: options.Json = False,
) -> None:
    """Find what moves and where it is: a picture into a scene file.

    Example: seehear watch street.mp4 -o street.scene.json
    """
    from seehear.media.atomic import check_output, written_whole
    from seehear.scene import scene_to_json
    from seehear.watch import to_scene

    check_output(output, force=force)
    with console.progress(quiet=json) as tell:
        tell("watch", 0.0)
        scene = to_scene(
            picture, backend=backend, labels=label or (), horizontal_fov=fov, projection=projection, spread=spread,
            start=start, end=end, duration=duration,
        )  # fmt: skip
    with written_whole(output, force=force) as beside:
        beside.write_text(scene_to_json(scene), encoding="utf-8")
    if json:
        console.emit(scene.model_dump(mode="json", by_alias=True))
        return
    rows = [[one.id, one.label or "?", one.motion or "?", f"{one.confidence or 0:.2f}"] for one in scene.objects]
    console.table(f"{output}: {len(rows)} objects", ["object", "label", "motion", "confidence"], rows)
    for sentence in scene.extra.get("unknown", []):
        console.say(f"unknown: {sentence}")
