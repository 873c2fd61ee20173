"""`seehear see`: a sound into a video that follows it."""

from pathlib import Path
from typing import Annotated

import typer

from seehear.cli import animating, console, options


def see(
    sound: Annotated[Path, typer.Argument(metavar="AUDIO", help="Any file with sound; a video's is taken.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT.mp4", help=".mp4, .mkv or .mov.")],
    planner: Annotated[str, typer.Option(help="cues (measured, no weights) or mllm (a language model).")] = "cues",
    backend: Annotated[str, typer.Option(help="storyboard, or animatediff (extra neural).")] = "storyboard",
    scene: Annotated[
        Path | None, typer.Option(metavar="SCENE.json", help="Draw this instead of listening: edit OUT.scene.json.")
    ] = None,
    format: Annotated[
        str | None,
        typer.Option(help="What the channels are: binaural, stereo, dual_mono, spaced_pair, 5.1, foa ...; else found."),
    ] = None,
    fov: Annotated[float, typer.Option(help="Horizontal field of view of the picture, deg.")] = 60.0,
    size: Annotated[str | None, typer.Option(metavar="WxH", help="Pixels; else 1280x720.")] = None,
    fps: Annotated[str, typer.Option(help="Frames per second, as 25 or 30000/1001.")] = "30",
    fallback: Annotated[str | None, typer.Option(help="The planner to ask where the first one fails: cues.")] = None,
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
    """Make the video that a sound implies, with that sound: listen, then draw.

    Writes OUT.scene.json beside it; change it and draw again with --scene.

    Example: seehear see street.wav -o street.mp4

    Example: seehear see street.wav -o street.mp4 --scene street.scene.json --force
    """
    from seehear.pipelines import see as run

    drawing = animating.Drawing(
        backend,
        {"top_view": top_view},
        {
            "checkpoint": checkpoint, "motion": motion, "grounding": grounding, "grounding_steps": grounding_steps,
            "grounding_weights": migc, "conditioning": conditioning, "samples": samples, "detector": detector,
            "steps": steps, "guidance": guidance, "sampler": sampler, "rate": rate, "low_memory": low_memory,
            "work": work,
        },
        seed=seed,
    )  # fmt: skip
    with console.progress(quiet=json) as tell:
        seen = run(
            sound, output, planner=planner, backend=backend, scene=scene, format=format, horizontal_fov=fov,
            fps=options.rate_of(fps), size_wh=options.size_of(size), fallback=fallback, drawing=drawing.choices,
            force=force, progress=tell,
        )  # fmt: skip
    unknown = seen.scene.extra.get("unknown", [])
    if json:
        console.emit(
            {
                "output": str(seen.output), "scene": str(seen.scene_file), "frames": seen.frames, "fps": seen.fps,
                "objects": [one.id for one in seen.scene.objects], "unknown": unknown,
                **drawing.told,
            }
        )  # fmt: skip
        return
    for sentence in unknown:
        console.say(f"unknown: {sentence}")
    console.say(f"{seen.output}: {len(seen.scene.objects)} objects, {seen.frames} frames; scene in {seen.scene_file}")
