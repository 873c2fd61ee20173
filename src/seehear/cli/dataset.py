"""`seehear dataset binaural`: clips with binaural sound out of 360-degree videos."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from seehear.cli import console, options

if TYPE_CHECKING:
    from seehear.pipelines.binaural_set import Built


def binaural(
    recordings: Annotated[
        Path, typer.Option("--input", metavar="DIR", help="360-degree videos with ambisonic sound, in them or beside.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="A folder for each clip goes here.")],
    ambisonics: Annotated[
        str, typer.Option(help="auto, acn-sn3d (or ambix), acn-n3d, fuma, wxyz-sn3d or wxyz-n3d.")
    ] = "auto",
    fov: Annotated[float, typer.Option(help="Horizontal field of view, deg.")] = 90.0,
    size: Annotated[str, typer.Option(metavar="WxH", help="Pixels.")] = "384x384",
    clip_seconds: Annotated[float, typer.Option(help="Seconds of each clip.")] = 8.0,
    fps: Annotated[str | None, typer.Option(help="Frames per second; else each video's own, 60 at most.")] = None,
    sample_rate: Annotated[int, typer.Option(help="Hz.")] = 48000,
    ears: Annotated[
        str, typer.Option(help="parametric; or linear: fixed filters of the sound's own order.")
    ] = "parametric",
    seed: options.Seed = 0,
    yaw_offset: Annotated[float, typer.Option(help="From the main direction at the start, deg, either way.")] = 30.0,
    pitch_offset: Annotated[float, typer.Option(help="The same in pitch, deg.")] = 10.0,
    yaw_rate: Annotated[float, typer.Option(help="Fastest drift, deg/s.")] = 15.0,
    pitch_rate: Annotated[float, typer.Option(help="Fastest drift, deg/s.")] = 3.0,
    roll_rate: Annotated[float, typer.Option(help="Fastest drift, deg/s.")] = 2.0,
    still: Annotated[float, typer.Option(help="Share of clips whose camera does not move.")] = 0.25,
    silence_dbfs: Annotated[float, typer.Option(help="Level below which 100 ms are silent.")] = -35.0,
    silence_share: Annotated[float, typer.Option(help="Largest share of silence; 1: any.")] = 0.9,
    static_mse: Annotated[float, typer.Option(help="Difference of grey below which a frame repeats.")] = 5.0,
    static_share: Annotated[float, typer.Option(help="Largest share of repeating frames; 1: any.")] = 0.85,
    voice_share: Annotated[float, typer.Option(help="Largest share of speech; 1: any.")] = 0.5,
    left_right: Annotated[float, typer.Option(help="Least difference of the two ears; 0: any.")] = 0.01,
    caption_endpoint: Annotated[
        str, typer.Option(metavar="ADDRESS", help="OpenAI-compatible, as http://localhost:8000/v1; or recorded:DIR.")
    ] = "",
    caption_model: Annotated[str, typer.Option(help="That sees and hears the clips.")] = "",
    caption_rewriter: Annotated[str, typer.Option(help="That words the captions; else the same model.")] = "",
    jobs: Annotated[int, typer.Option(help="Processes.", min=1)] = 1,
    force: Annotated[bool, typer.Option("--force", help="Start over where DIR holds clips of other wishes.")] = False,
    json: options.Json = False,
) -> None:
    """Make perspective clips with binaural sound from 360-degree videos with ambisonics.

    A rerun makes what is missing and changes nothing else. Same seed, same bytes, whatever the number of processes.

    Example: seehear dataset binaural --input recordings -o clips --jobs 2
    """
    from seehear.errors import InputError
    from seehear.pipelines.binaural_set import Captions, Filters, Wander, Wish, binaural_set

    wander = Wander(yaw_offset, pitch_offset, yaw_rate, pitch_rate, roll_rate, still)
    filters = Filters(silence_dbfs, silence_share, static_mse, static_share, voice_share, left_right)
    captions = Captions(caption_endpoint, caption_model, caption_rewriter) if caption_endpoint else None
    wish = Wish(
        ambisonics="acn-sn3d" if ambisonics == "ambix" else ambisonics, fov=fov,
        size_wh=options.size_of(size) or (384, 384), clip_seconds=clip_seconds,
        sample_rate=sample_rate, fps=options.rate_of(fps) if fps else None, seed=seed, wander=wander,
        filters=filters, ears=ears, captions=captions.told if captions else "",
    )  # fmt: skip
    try:
        with console.progress(quiet=json) as tell:
            done = binaural_set(recordings, output, wish=wish, jobs=jobs, force=force, caption=captions, progress=tell)
    except KeyboardInterrupt:
        raise InputError(f"stopped: whole clips in '{output}' stay, the same command goes on") from None
    _report(done, json=json)


def _report(done: "Built", *, json: bool) -> None:
    if json:
        console.emit(done._asdict() | {"folder": str(done.folder)})
        return
    console.say(
        f"{done.folder}: {done.made} clips made, {done.kept} kept, {done.dropped} left out, {done.failed} failed"
    )
    if done.dropped:
        console.say(f"left out by the filters: see {done.folder / 'dropped.jsonl'}")
    if done.assumed:
        console.say(
            f"warning: the ambisonics of {done.assumed} recordings are assumed: see {done.folder / 'sources.jsonl'}"
        )
    if done.failed:
        console.say(f"warning: see {done.folder / 'failures.jsonl'}; a rerun tries them again")
