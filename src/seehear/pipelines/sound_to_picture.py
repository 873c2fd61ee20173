"""`see`: a sound into a video that follows it, with that sound: listen, then draw."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from seehear.draw import to_video
from seehear.errors import InputError
from seehear.listen import to_scene
from seehear.media.atomic import check_output, written_whole
from seehear.media.audio import audio_blocks, audio_info
from seehear.scene import Scene, read_scene, scene_to_json

if TYPE_CHECKING:
    from seehear.draw.loudness import Loudness
    from seehear.listen import Facts

Progress = Callable[[str, float], None]


class Seen(NamedTuple):
    """What `see` made.

    Attributes:
        output: the video.
        scene_file: the scene beside it; change it and draw again with ``scene=``.
        scene: what was drawn.
        frames: how many pictures.
        fps: pictures a second.
    """

    output: Path
    scene_file: Path
    scene: Scene
    frames: int
    fps: float


def see(
    sound: Path | str,
    output: Path | str,
    *,
    planner: str = "cues",
    backend: str = "storyboard",
    scene: Scene | Path | str | None = None,
    format: str | None = None,
    horizontal_fov: float = 60.0,
    fps: Fraction | float = 30,
    size_wh: tuple[int, int] | None = None,
    fallback: str | None = None,
    planning: Mapping[str, Any] | None = None,
    drawing: Mapping[str, Any] | None = None,
    force: bool = False,
    progress: Progress = lambda stage, done: None,
) -> Seen:
    """Turn a sound into a video of what it implies; the sound comes along unchanged.

    Args:
        sound: any file with sound, a video's too.
        output: ends in .mp4, .mkv or .mov; the scene is written beside it, as OUT.scene.json.
        planner: listening backend.
        backend: drawing backend.
        scene: a scene to draw instead of listening, or its file.
        format: what the channels are, where that is known; None: found out.
        horizontal_fov: deg that the picture spans.
        fps: pictures a second.
        size_wh: pixels; None: 1280 by 720.
        fallback: the listening backend to ask where ``planner`` fails.
        planning: the planner's own options.
        drawing: the drawing backend's own options.
        force: replace what is there.
        progress: told the stage and how much of it is done.

    Raises:
        InputError: the sound, the scene or an option cannot be used; a scene of another length.

    Example:
        >>> see("nowhere.wav", "out.mp4")
        Traceback (most recent call last):
        ...
        seehear.errors.InputError: no such file: 'nowhere.wav'
    """
    from seehear.draw.wish import checked_rate, checked_size, picture_times
    from seehear.listen import facts_of

    target = Path(output)
    beside = target.with_suffix(".scene.json")
    own = isinstance(scene, Path | str) and Path(scene).resolve() == beside.resolve()
    check_output(target, force=force)
    check_output(beside, force=force or own)
    length = _length(sound)
    rate = checked_rate(fps)
    progress("listen", 0.0)
    given = _scene(scene, length, float(rate))
    facts = facts_of(sound, format=format) if given is None and planner == "cues" else None
    told = given or to_scene(
        sound, backend=planner, format=format, horizontal_fov=horizontal_fov, size_wh=size_wh, fallback=fallback,
        choices=planning, facts=facts,
    )  # fmt: skip
    size = checked_size(size_wh, told)
    loudness = _loudness(sound, told, facts or facts_of(sound, format=format))
    progress("listen", 1.0)
    to_video(
        told, target, backend=backend, fps=rate, size_wh=size, loudness=loudness, sound=sound, force=force,
        progress=lambda done: progress("draw", done), **(drawing or {}),
    )  # fmt: skip
    if not own:
        with written_whole(beside, force=force) as file:
            file.write_text(scene_to_json(told), encoding="utf-8")
    return Seen(target, beside, told, len(picture_times(told.duration, rate)), float(rate))


def _length(sound: Path | str) -> float:
    """Seconds of a sound, by its samples: what containers say may be a guess."""
    info = audio_info(sound)
    if info is None:
        raise InputError(f"expected a file with sound, got '{sound}' that has none")
    count = sum(int(block.shape[1]) for block in audio_blocks(sound))
    if not count:
        raise InputError(f"expected sound in '{sound}', got 0 samples")
    return count / info.sample_rate


def _scene(given: Scene | Path | str | None, length: float, fps: float) -> Scene | None:
    """Give the scene to draw; None: listen.

    Raises:
        InputError: it is not as long as the sound, to one picture.
    """
    if given is None:
        return None
    scene = given if isinstance(given, Scene) else read_scene(given)
    if abs(scene.duration - length) > 1 / fps:
        raise InputError(f"expected a scene as long as the sound, {length:.3f} s, got {scene.duration:.3f} s")
    return scene


def _loudness(sound: Path | str, scene: Scene, facts: "Facts") -> "dict[str, Loudness]":
    """How loud each object is: by its own share of the sound where it was heard apart, else by the whole."""
    from seehear.draw.loudness import loudness_of_sound, shown_of_levels

    apart = {source.id: source for source in facts.sources}
    whole = None
    found = {}
    for one in scene.objects:
        if one.id in apart and len(apart[one.id].times):
            found[one.id] = shown_of_levels(apart[one.id].times, apart[one.id].level_db)
        else:
            whole = whole or loudness_of_sound(sound)
            found[one.id] = whole
    return found
