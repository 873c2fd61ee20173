"""`seehear listen`: a sound into a scene."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seehear.cli import console, options
from seehear.errors import BackendFailed, InputError

if TYPE_CHECKING:
    from seehear.scene import Scene

_MODEL = "A language model (--backend mllm)"


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
    keyframes: Annotated[int, typer.Option(help="Of each object, at least.")] = 16,
    start: Annotated[float, typer.Option(help="From here, s.")] = 0.0,
    end: Annotated[float | None, typer.Option(help="To here, s.")] = None,
    fallback: Annotated[str | None, typer.Option(help="The backend to ask where the first one fails: cues.")] = None,
    endpoint: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Base address of a chat server, like http://localhost:8000/v1; or recorded:DIR.",
            rich_help_panel=_MODEL,
        ),
    ] = None,
    model: Annotated[str, typer.Option(help="Its name on that server.", rich_help_panel=_MODEL)] = "",
    key: Annotated[
        str | None, typer.Option(help="Its key; better in SEEHEAR_CHAT_KEY.", rich_help_panel=_MODEL)
    ] = None,
    timeout: Annotated[float, typer.Option(help="Of one request, s.", rich_help_panel=_MODEL)] = 120.0,
    examples: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Clips with their scenes, such as simulate writes: the model is shown the nearest.",
            rich_help_panel=_MODEL,
        ),
    ] = None,
    shots: Annotated[int, typer.Option(help="How many examples.", rich_help_panel=_MODEL)] = 3,
    group: Annotated[
        str | None, typer.Option(help="The recording AUDIO is from: no example of it.", rich_help_panel=_MODEL)
    ] = None,
    attach_sound: Annotated[
        bool, typer.Option(help="Send the sound, too, not only what was measured.", rich_help_panel=_MODEL)
    ] = True,
    per_ear: Annotated[
        bool, typer.Option("--per-ear", help="Send left and right as two mono sounds.", rich_help_panel=_MODEL)
    ] = False,
    ablation: Annotated[
        list[str] | None,
        typer.Option(
            help="Take a part away: no-reasoning, no-examples, random-examples, facts-only, sound-only, or copy-nearest"
            " (no model). Repeatable.",
            rich_help_panel=_MODEL,
        ),
    ] = None,
    cache: Annotated[
        str, typer.Option(metavar="DIR", help="Answers are kept here; off: nowhere.", rich_help_panel=_MODEL)
    ] = "your cache folder",
    seed: options.Seed = 0,
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
    given = {"endpoint": endpoint, "examples": examples, "ablation": ablation, "key": key, "group": group}
    more = {"model": model, "timeout": timeout, "shots": shots, "attach_sound": attach_sound, "per_ear": per_ear}
    choices = _choices(backend, given, {**more, "seed": seed}, cache)
    with console.progress(quiet=json) as tell:
        tell("listen", 0.0)
        if backend == "mllm":
            choices["progress"] = tell
        try:
            scene = to_scene(
                sound, backend=backend, format=format, horizontal_fov=fov, projection=projection, keyframes=keyframes,
                start=start, end=end, fallback=fallback, choices=choices,
            )  # fmt: skip
        except BackendFailed as failed:
            raise _with_reply(failed, output) from None
    with written_whole(output, force=force) as beside:
        beside.write_text(scene_to_json(scene), encoding="utf-8")
    if json:
        console.emit(scene.model_dump(mode="json", by_alias=True))
    else:
        _tell(scene, output)


def _tell(scene: "Scene", output: Path) -> None:
    rows = [_row(one.id, one.label, one.motion, one.caption, one.confidence) for one in scene.objects]
    console.table(
        f"{output}: {len(rows)} object{'s' * (len(rows) != 1)}",
        ["object", "label", "motion", "caption", "confidence"], rows,
    )  # fmt: skip
    for sentence in scene.extra.get("unknown", []):
        console.say(f"unknown: {sentence}")


def _row(name: str, label: str | None, motion: str | None, caption: str | None, sure: float | None) -> list[str]:
    return [name, label or "?", motion or "?", caption or "", f"{sure or 0:.2f}"]


def _choices(backend: str, given: dict[str, Any], more: dict[str, Any], cache: str) -> dict[str, Any]:
    """What the language model's backend is told; nothing for the others.

    Raises:
        InputError: options of the language model for another backend.
    """
    asked = {name: value for name, value in given.items() if value}
    if backend != "mllm":
        if asked and backend == "cues":
            raise InputError(f"--{min(asked)} belongs to the language model: add --backend mllm")
        return asked
    from seehear.chat import default_folder

    folder = {"off": None, "your cache folder": default_folder()}.get(cache, Path(cache))
    return {**asked, **more, "cache": folder}


def _with_reply(failed: BackendFailed, output: Path) -> BackendFailed:
    """Keep the backend's last words beside the output, and say where."""
    if failed.raw is None:
        return failed
    from seehear.media.atomic import written_whole

    place = output.with_suffix(".reply.txt")
    with written_whole(place, force=True) as beside:
        beside.write_text(failed.raw, encoding="utf-8", errors="replace")
    return BackendFailed(f"{failed} (its last words are in '{place}')", raw=failed.raw)
