"""`seehear draw`: a scene as a video."""

from pathlib import Path
from typing import Annotated

import typer

from seehear.cli import animating, console, options


def draw(
    scene: Annotated[Path, typer.Argument(metavar="SCENE.json", help="Scene file.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT.mp4", help=".mp4, .mkv or .mov.")],
    backend: Annotated[str, typer.Option(help="storyboard, or animatediff (extra neural).")] = "storyboard",
    size: Annotated[str | None, typer.Option(metavar="WxH", help="Pixels; else the camera's, else 1280x720.")] = None,
    fps: Annotated[str, typer.Option(help="Frames per second, as 25 or 30000/1001.")] = "30",
    stems: Annotated[
        Path | None, typer.Option(metavar="DIR", help="<object id>.wav: each pulses as loud as it is.")
    ] = None,
    labels: Annotated[bool, typer.Option("--labels/--no-labels", help="Names, glow, corners, arrows.")] = True,
    captions: Annotated[bool, typer.Option("--captions/--no-captions", help="The scene's sentences.")] = True,
    top_view: Annotated[bool, typer.Option("--top-view", help="A small view from above.")] = False,
    checkpoint: animating.Checkpoint = None,
    motion: animating.Motion = None,
    grounding: animating.Grounding = None,
    grounding_steps: animating.GroundingSteps = None,
    migc: animating.Migc = None,
    conditioning: animating.Conditioning = None,
    samples: animating.Samples = None,
    detector: animating.Detector = None,
    steps: animating.Steps = None,
    guidance: animating.Guidance = None,
    sampler: animating.Sampler = None,
    rate: animating.Rate = None,
    low_memory: animating.LowMemory = False,
    work: animating.Work = None,
    seed: options.Seed = 0,
    force: options.Force = False,
    json: options.Json = False,
) -> None:
    """Draw a scene: what is where, moving and sounding as the scene says. The video has no sound.

    Example: seehear draw street.scene.json -o street.mp4 --stems street-stems --top-view

    Example: seehear draw street.scene.json -o street.mp4 --backend animatediff --size 512x320 --seed 3
    """
    from seehear.draw import to_video
    from seehear.draw.loudness import loudness_of_stems
    from seehear.media.stem_files import FolderStems
    from seehear.scene import read_scene

    told = read_scene(scene)
    known = {} if stems is None else loudness_of_stems(told, FolderStems(stems, [one.id for one in told.objects]))
    drawing = animating.Drawing(
        backend,
        {"labels": labels, "captions": captions, "top_view": top_view},
        {
            "checkpoint": checkpoint, "motion": motion, "grounding": grounding, "grounding_steps": grounding_steps,
            "grounding_weights": migc, "conditioning": conditioning, "samples": samples, "detector": detector,
            "steps": steps, "guidance": guidance, "sampler": sampler, "rate": rate, "low_memory": low_memory,
            "work": work,
        },
        seed=seed,
    )  # fmt: skip
    to_video(
        told, output, backend=backend, fps=options.rate_of(fps), size_wh=options.size_of(size), loudness=known,
        force=force, **drawing.choices,
    )  # fmt: skip
    if json:
        console.emit(
            {
                "output": str(output),
                "duration": told.duration,
                "objects": len(told.objects),
                "backend": backend,
                **drawing.told,
            }
        )
