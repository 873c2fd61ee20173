"""`seehear render`: a scene and its stems into sound, exactly."""

from pathlib import Path
from typing import Annotated

import typer

from seehear.cli import console, options


def render(
    output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT.wav")],
    scene: Annotated[Path | None, typer.Argument(metavar="[SCENE.json]", help="Scene file.")] = None,
    stems: Annotated[Path | None, typer.Option(metavar="DIR", help="<object id>.wav and ambience.wav.")] = None,
    stem: Annotated[Path | None, typer.Option(metavar="FILE", help="One sound, without a scene file.")] = None,
    azimuth: Annotated[float, typer.Option(help="Of --stem, deg, + = left.")] = 0.0,
    elevation: Annotated[float, typer.Option(help="Of --stem, deg, + = up.")] = 0.0,
    distance: Annotated[
        float | None, typer.Option(help="Of --stem, m; nearer than 1 m is no louder. Without: direction only.")
    ] = None,
    layout: options.Layout = "binaural",
    hrtf: options.Hrtf = None,
    loudness: Annotated[str, typer.Option(help="Target in LUFS; off: the gain recorded in the scene.")] = "off",
    air: options.Air = True,
    force: options.Force = False,
    json: options.Json = False,
) -> None:
    """Render a scene's stems: moving sources, in any layout.

    Example: seehear render street.scene.json --stems street-stems -o street.wav --layout 7.1.4

    Example: seehear render --stem bird.wav --azimuth 45 -o bird-left.wav
    """
    from seehear.errors import InputError
    from seehear.pipelines import render as run
    from seehear.pipelines import render_stem

    level = options.loudness_of(loudness)
    with console.progress(quiet=json) as tell:
        if stem is not None:
            if scene is not None or stems is not None:
                raise InputError("expected a scene with --stems DIR, or --stem FILE alone, got both: drop one")
            report = render_stem(
                stem, output, azimuth=azimuth, elevation=elevation, distance=distance, layout=layout, hrtf=hrtf,
                loudness=level, air=air, force=force, progress=tell,
            )  # fmt: skip
        elif scene is None or stems is None:
            raise InputError("expected a scene file and --stems DIR, or --stem FILE: see seehear render --help")
        else:
            report = run(
                scene, output, stems=stems, layout=layout, hrtf=hrtf, loudness=level, air=air, force=force,
                progress=tell,
            )  # fmt: skip
    console.show_report(report, json=json)
