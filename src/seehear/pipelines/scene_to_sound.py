"""A scene and its stems into sound, exactly."""

import time
from pathlib import Path
from typing import Any

from seehear.acoustics.retarded import SPEED_OF_SOUND
from seehear.errors import InputError
from seehear.media.atomic import check_output
from seehear.media.layout import layout_of
from seehear.media.stems import AMBIENCE, Stems
from seehear.media.write import SoundWriter, check_sound_output
from seehear.pipelines.picture_to_sound import SOUNDS, refuse_silent
from seehear.pipelines.rendering import SAMPLE_RATE, Progress, Rendering, quietly
from seehear.pipelines.report import Report
from seehear.pipelines.wish import check_loudness
from seehear.scene import Keyframe, Scene, SceneObject, read_scene

LONGEST_TRAVEL = 60.0
"""s that a single stem may be under way."""


def render(
    scene: Scene | Path | str,
    output: Path | str,
    *,
    stems: Path | str | Stems,
    layout: str = "binaural",
    hrtf: Path | str | None = None,
    loudness: float | None = None,
    air: bool = True,
    force: bool = False,
    progress: Progress = quietly,
) -> Report:
    """Render a scene's stems to a sound file.

    Args:
        scene: a Scene or its file. A gain in its ``extra["gain_db"]`` (`hear` writes the one it applied) is applied,
            so that a heard scene comes out as it was heard.
        output: ``.wav`` or ``.flac``.
        stems: a folder with ``<object id>.wav`` and, where the scene has a bed, ``ambience.wav``; or `Stems` at 48 kHz.
        layout: binaural, stereo, 5.1, 7.1, 5.1.4, 7.1.4, foa, hoa3.
        hrtf: SOFA file; None: the built-in KEMAR.
        loudness: target in LUFS; None: off.
        air: absorption by the air over distance.
        force: overwrite what exists.
        progress: told how far it is.

    Returns:
        Asked against heard, levels, warnings.

    Raises:
        InputError: a scene, stem, layout or output that cannot be used; nothing is written then.
    """
    out = Path(output)
    if out.suffix.lower() not in SOUNDS:
        raise InputError(f"output must end in .wav or .flac, got '{out.name}'")
    check_output(out, force=force)
    check_loudness(loudness)
    wanted = layout_of(layout)
    check_sound_output(out, wanted)
    given = scene if isinstance(scene, Scene) else read_scene(scene)
    refuse_silent(given)
    sounds = _stems_of(given, Path(stems)) if isinstance(stems, Path | str) else stems
    began = time.perf_counter()
    with Rendering(given, sounds, wanted, hrtf=hrtf, air=air, folder=out.parent, progress=progress) as rendering:
        rendering.run()
        level = rendering.level(loudness, fixed_db=_recorded_gain(given))
        with SoundWriter(out, wanted, sample_rate=SAMPLE_RATE, force=force) as writer:
            for block in rendering.blocks(level.gain_db):
                writer.write(block)
        seconds = {"render": time.perf_counter() - began}
        return rendering.report(given, level, backend="stems", output=out, seconds=seconds)


def render_stem(
    stem: Path | str,
    output: Path | str,
    *,
    azimuth: float,
    elevation: float = 0.0,
    distance: float | None = None,
    **choices: Any,  # noqa: ANN401 - those of render
) -> Report:
    """Render one sound file from one direction.

    The output lasts as long as the stem and its way through the air.

    Args:
        stem: any sound file; several channels are folded to one.
        output: as in `render`.
        azimuth: deg, + = left; any turn, brought into [-180, 180).
        elevation: deg in [-90, 90].
        distance: m; None: direction only.
        **choices: ``layout``, ``hrtf``, ``loudness``, ``air``, ``force``, ``progress`` of `render`.

    Returns:
        As `render`.

    Raises:
        InputError: as `render`.
    """
    from seehear.media.audio import FileStem

    if not -90 <= elevation <= 90:
        raise InputError(f"elevation must be in [-90, 90] deg, got {elevation:g}")
    if distance is not None and not 0 < distance < float("inf"):
        raise InputError(f"distance must be above 0 m, got {distance:g}")
    if not abs(azimuth) <= 360:
        raise InputError(f"azimuth must be in [-180, 180) deg, + = left, got {azimuth:g}")
    dry = FileStem(stem, "stem", sample_rate=SAMPLE_RATE)
    length = dry.length / SAMPLE_RATE
    travel = (distance or 0.0) / SPEED_OF_SOUND
    if travel > LONGEST_TRAVEL:
        raise InputError(f"distance must be at most {LONGEST_TRAVEL * SPEED_OF_SOUND:g} m, got {distance:g}")
    sounds = FileStem(stem, "stem", sample_rate=SAMPLE_RATE, length=dry.length + round(travel * SAMPLE_RATE))
    key = Keyframe(time=0.0, azimuth=(azimuth + 180) % 360 - 180, elevation=elevation, distance=distance)
    thing = SceneObject(id="stem", label=Path(stem).stem, sounding=((0.0, length),), keyframes=(key,))
    report = render(Scene(duration=length + travel, objects=(thing,)), output, stems=sounds, **choices)
    if dry.channels["stem"] > 1:
        folded = f"the {dry.channels['stem']} channels of '{stem}' were folded to one, which is what has a direction"
        report = report._replace(warnings=(*report.warnings, folded))
    return report


def _stems_of(scene: Scene, folder: Path) -> Stems:
    from seehear.media.audio import FolderStems

    if not folder.is_dir():
        raise InputError(f"expected a folder of stems, found none at '{folder}'")
    ids = [one.id for one in scene.objects]
    if scene.ambience is not None:
        ids.append(AMBIENCE)
    return FolderStems(folder, ids, sample_rate=SAMPLE_RATE, length=round(scene.duration * SAMPLE_RATE))


def _recorded_gain(scene: Scene) -> float:
    gain = scene.extra.get("gain_db", 0.0)
    if isinstance(gain, bool) or not isinstance(gain, int | float) or not abs(gain) <= 200:
        raise InputError(f"the scene's extra 'gain_db' must be a number of dB, got {gain!r}")
    return float(gain)
