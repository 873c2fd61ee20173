"""`seehear hear`: picture in, spatial sound out."""

from pathlib import Path
from typing import Annotated, Any

import typer

from seehear.cli import console, options
from seehear.errors import SeehearError


def hear(
    picture: Annotated[list[Path], typer.Argument(help="Image, GIF or video; several with -o DIR/.")],
    output: Annotated[str, typer.Option("-o", "--output", metavar="OUT", help=".mp4 .mkv .mov .wav .flac, or DIR/")],
    layout: options.Layout = "binaural",
    sound: Annotated[
        str | None,
        typer.Option(
            help="own, voices, library:DIR, mmaudio[:VARIANT], visaudio:FILE, or flow-tiny (16 kHz, knows only the "
            "labels of the preset closed). Default: own if the clip has sound, else voices."
        ),
    ] = None,
    commercial_only: Annotated[
        bool, typer.Option("--commercial-only", help="Refuse weights that do not allow commercial use.")
    ] = False,
    label: Annotated[list[str] | None, typer.Option(help="What is to be seen: car, or object_0=car.")] = None,
    scene: Annotated[Path | None, typer.Option(help="A scene file instead of watching.")] = None,
    fov: Annotated[float, typer.Option(help="Horizontal field of view of the camera, deg.")] = 60.0,
    projection: Annotated[str, typer.Option(help="perspective or equirectangular.")] = "perspective",
    spread: Annotated[float, typer.Option(help="Widen azimuths by this factor, for effect.")] = 1.0,
    duration: Annotated[float, typer.Option(help="Seconds, for an image.")] = 10.0,
    loops: Annotated[int, typer.Option(min=1, help="How often a GIF runs.")] = 1,
    start: Annotated[float, typer.Option(help="From here, s (.mp4, .mkv: from the key frame before).")] = 0.0,
    end: Annotated[float | None, typer.Option(help="To here, s.")] = None,
    only: Annotated[list[str] | None, typer.Option(metavar="ID", help="Only these objects.")] = None,
    mute: Annotated[list[str] | None, typer.Option(metavar="ID", help="Not these objects (ambience too).")] = None,
    ambience_gain: Annotated[float, typer.Option(help="dB on the ambience.")] = 0.0,
    keep_original: Annotated[bool, typer.Option("--keep-original", help="The old sound as a second track.")] = False,
    stream: Annotated[bool, typer.Option("--stream", help="One pass, no loudness gain; .wav only.")] = False,
    stems: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write each stem there, for render; one folder a picture.")
    ] = None,
    hrtf: options.Hrtf = None,
    loudness: Annotated[str, typer.Option(help="Target in LUFS, or off.")] = "-23",
    air: options.Air = True,
    seed: options.Seed = 0,
    force: options.Force = False,
    json: options.Json = False,
) -> None:
    """Give a picture its sound, in the right place.

    Example: seehear hear street.mp4 -o street-binaural.mp4

    Example: seehear hear photo.jpg -o photo.wav --layout 7.1.4 --label car
    """
    from seehear.pipelines import hear as run
    from seehear.pipelines import hear_outputs

    level = options.loudness_of(loudness)
    several = len(picture) > 1
    told: list[dict[str, Any]] = []
    for one, out in hear_outputs(picture, output, layout=layout):
        try:
            with console.progress(quiet=json) as tell:
                heard = run(
                    one, out, layout=layout, sound=sound, commercial_only=commercial_only, labels=tuple(label or ()),
                    scene=scene, horizontal_fov=fov, projection=projection, spread=spread, duration=duration,
                    loops=loops, start=start, end=end, only=tuple(only or ()), mute=tuple(mute or ()),
                    ambience_gain=ambience_gain, keep_original=keep_original, stream=stream,
                    stems=stems / one.stem if stems and several else stems, hrtf=hrtf, loudness=level, air=air,
                    seed=seed, force=force, progress=tell,
                )  # fmt: skip
        except SeehearError as error:
            if not several:
                raise
            console.say(f"error: {' '.join(str(error).split())}")
            told.append({"picture": str(one), "error": str(error)})
            continue
        told.append({"picture": str(one), **heard.report.to_dict()})
        if not json:
            console.show_report(heard.report, json=False)
    if json:
        console.emit(told if several else told[0])
    if any("error" in row for row in told):
        raise typer.Exit(1)
