"""One world as a folder: scene.json, video.mp4, mix.<layout>.flac or .wav, stems; written aside, then renamed."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

import numpy as np

from seehear.errors import InputError
from seehear.media.film import write_video
from seehear.media.layout import layout_of
from seehear.media.stems import Samples
from seehear.media.write import FLAC_CHANNELS, SoundWriter
from seehear.scene import scene_to_json
from seehear.simulate.recordings import RECORDINGS, rig_of
from seehear.simulate.world import World

_TOP = 0.99
"""A mix's peak at most; louder ones are turned down, and the scene says by how much."""


def write_world(world: World, folder: Path | str, *, layouts: Sequence[str] = ("binaural",)) -> None:
    """Write a world into a new folder, whole or not at all.

    Args:
        world: what to write.
        folder: must not exist, its parent must.
        layouts: to mix in; also ``dual-mono``, ``spaced-pair`` and ``rig-offset``.

    Raises:
        InputError: the folder exists or cannot be made, or an unknown layout.
    """
    place = Path(folder)
    if place.exists():
        raise InputError(f"output '{place}' exists already: choose another name")
    try:
        beside = Path(mkdtemp(prefix=f".{place.name}.", dir=place.parent))
    except OSError as error:
        raise InputError(f"cannot write in '{place.parent}': {error.strerror or error}") from None
    try:
        _fill(beside, world, layouts)
        beside.chmod(0o755)
        beside.rename(place)
    finally:
        rmtree(beside, ignore_errors=True)


def row_of(folder: Path) -> dict[str, Any]:
    """Give what a manifest says of a world: caption, labels, files and a hash of all they hold."""
    scene = json.loads((folder / "scene.json").read_text("utf-8"))
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    names = [file.relative_to(folder).as_posix() for file in files]
    content = hashlib.sha256()
    for name, file in zip(names, files, strict=True):
        content.update(f"{name}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return {
        "duration": scene["duration"], "caption": scene["caption"],
        "labels": [thing["label"] for thing in scene["objects"]], "files": names, "sha256": content.hexdigest(),
    }  # fmt: skip


def _fill(place: Path, world: World, layouts: Sequence[str]) -> None:
    gains: dict[str, float] = {}
    for name, mix in world.mixes(layouts).items():
        peak = float(np.abs(mix).max(initial=0.0))
        if peak > _TOP:
            gains[name] = round(20 * float(np.log10(_TOP / peak)) - 0.005, 2)
            mix = mix * np.float32(10 ** (gains[name] / 20))
        _write_mix(place, name, mix, world.stems.sample_rate)
    _write_stems(place / "stems", world)
    write_video(place / "video.mp4", world.frames(), world.fps, repeatable=True)
    extra = dict(world.scene.extra)
    if gains:
        extra["mix_gain_db"] = gains
    if "rig-offset" in layouts:
        rig = rig_of(world.scene)
        extra["rig_offset"] = {"gain_db": rig.gain_db, "delay": rig.delay}
    scene = world.scene.model_copy(update={"extra": extra})
    (place / "scene.json").write_text(scene_to_json(scene), "utf-8")


def _write_mix(place: Path, name: str, mix: Samples, sample_rate: int) -> None:
    layout = layout_of("stereo" if name in RECORDINGS else name)
    suffix = "flac" if layout.size <= FLAC_CHANNELS else "wav"
    with SoundWriter(place / f"mix.{name}.{suffix}", layout, sample_rate=sample_rate, bits=24) as writer:
        writer.write(mix)


def _write_stems(place: Path, world: World) -> None:
    """Each stem as 24-bit FLAC, one channel."""
    import soundfile

    place.mkdir()
    blocks = list(world.stems.blocks(1 << 20))
    for name in world.stems.channels:
        samples = np.concatenate([block[name] for block in blocks], axis=1)
        soundfile.write(place / f"{name}.flac", samples.T, world.stems.sample_rate, subtype="PCM_24", format="FLAC")
