"""`seehear listen`: a sound into a scene."""

from pathlib import Path
from typing import Annotated

import typer

from seehear.cli import console, options


def listen(
    sound: Annotated[Path, typer.Argument(metavar="AUDIO", help="Any file with sound; a video's is taken.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="SCENE.json")],
    backend: Annotated[str, typer.Option(help="cues (measured, no weights) or mllm (a language model).")] = "cues",
    format: Annotated[
        str | None,
        typer.Option(help="What the channels are: binaural, stereo, dual_mono, spaced_pair, 5.1, foa ...; else found."),
    ] = None,
    fov: Annotated[float, typer.Option(help="Horizontal field of view of the picture to be made, deg.")] = 60.0,
    projection: Annotated[str, typer.Option(help="perspective or equirectangular.")] = "perspective",
    keyframes: Annotated[int, typer.Option(help="Of each object that moves, at least.")] = 16,
    start: Annotated[float, typer.Option(help="From here, s.")] = 0.0,
    end: Annotated[float | None, typer.Option(help="To here, s.")] = None,
    examples: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Annotated clips that the language model learns from.")
    ] = None,
    fallback: Annotated[str | None, typer.Option(help="The backend to ask where the first one fails: cues.")] = None,
    force: options.Force = False,
    json: options.Json = False,
) -> None:
    """Find who is where, moving how: a sound into a scene file.

    Example: seehear listen street.wav -o street.scene.json
    """
    from seehear.listen import to_scene
    from seehear.media.atomic import check_output, written_whole
    from seehear.scene import scene_to_json

    check_output(output, force=force)
    with console.progress(quiet=json) as tell:
        tell("listen", 0.0)
        scene = to_scene(
            sound, backend=backend, format=format, horizontal_fov=fov, projection=projection, keyframes=keyframes,
            start=start, end=end, fallback=fallback, choices={} if examples is None else {"examples": examples},
        )  # fmt: skip
    with written_whole(output, force=force) as beside:
        beside.write_text(scene_to_json(scene), encoding="utf-8")
    if json:
        console.emit(scene.model_dump(mode="json", by_alias=True))
        return
    rows = [_row(one.id, one.label, one.motion, one.caption, one.confidence) for one in scene.objects]
    console.table(
        f"{output}: {len(rows)} object{'s' * (len(rows) != 1)}",
        ["object", "label", "motion", "caption", "confidence"], rows,
    )  # fmt: skip
    for sentence in scene.extra.get("unknown", []):
        console.say(f"unknown: {sentence}")


def _row(name: str, label: str | None, motion: str | None, caption: str | None, sure: float | None) -> list[str]:
    return [name, label or "?", motion or "?", caption or "", f"{sure or 0:.2f}"]
