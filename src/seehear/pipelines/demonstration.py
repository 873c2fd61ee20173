"""The main job on a clip made here: a car passes, a bird sings; their sound folded to mono, then put back in place."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np

from seehear.errors import InputError
from seehear.media.atomic import written_whole
from seehear.media.layout import layout_of
from seehear.pipelines.picture_to_sound import hear
from seehear.pipelines.rendering import SAMPLE_RATE, Progress, Rendering, quietly
from seehear.pipelines.report import Report

NAMES = ("world.mp4", "heard.mp4", "heard.scene.json", "heard-5.1.wav", "heard-5.1.scene.json", "heard.png")
MARK = ".seehear-demo.json"
LOUDNESS = -23.0


class Demo(NamedTuple):
    """The files made, and what was asked and heard."""

    files: tuple[Path, ...]
    report: Report


def demo(folder: Path | str = "seehear-demo", *, seed: int = 0, progress: Progress = quietly) -> Demo:
    """Make a world, hear it, show it.

    Args:
        folder: where the files go; made if missing. Only files of an earlier demo are replaced.
        seed: of the world.
        progress: told how far each stage is.

    Returns:
        The files and the report of the binaural rendering.

    Raises:
        InputError: a file of that name is there that no demo made.
    """
    place = Path(folder)
    if place.exists() and not place.is_dir():
        raise InputError(f"expected a folder for the demo, got the file '{place}': choose another with -o")
    place.mkdir(parents=True, exist_ok=True)
    _claim(place)
    world, heard, wide, drawn = (place / name for name in ("world.mp4", "heard.mp4", "heard-5.1.wav", "heard.png"))
    progress("world", 0.0)
    _write_world(world, seed=seed)
    progress("world", 1.0)
    made = hear(world, heard, force=True, progress=progress)
    hear(world, wide, layout="5.1", scene=made.scene, sound="own", force=True, progress=progress)
    from seehear.scene.show import draw_scene

    with written_whole(drawn, force=True) as beside:
        beside.write_bytes(draw_scene(made.scene))
    return Demo(tuple(place / name for name in NAMES), made.report)


def _claim(place: Path) -> None:
    """Refuse a folder that holds a file of ours by name that no earlier demo made."""
    mark = place / MARK
    ours = json.loads(mark.read_text()) if mark.is_file() else []
    for name in NAMES:
        if (place / name).exists() and name not in ours:
            raise InputError(f"'{place / name}' is there and no demo made it: choose another folder with -o")
    mark.write_text(json.dumps(NAMES))


def _write_world(path: Path, *, seed: int) -> None:
    """Write the world's picture; its sound is what one omnidirectional microphone hears, on both channels."""
    from seehear.media.mux import mux
    from seehear.simulate import to_world, write_video

    world = to_world(seed)
    with (
        TemporaryDirectory(dir=path.parent, prefix=".world-") as folder,
        Rendering(world.scene, world.stems, layout_of("foa"), folder=path.parent) as rendering,
    ):
        silent = Path(folder) / "silent.mp4"
        write_video(silent, world.frames(), world.fps)
        rendering.run()
        gain = rendering.level(LOUDNESS).gain_db
        folded = (np.repeat(block[:1], 2, axis=0) for block in rendering.blocks(gain))
        mux(silent, path, folded, layout_of("stereo"), sample_rate=SAMPLE_RATE, force=True)
