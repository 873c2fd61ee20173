"""Whether the box and the ears agree in clips of 360-degree worlds: `seehear dataset binaural` against exact truth.

Run: ``PYTHONPATH=src python bench/dataset_check.py [WORLDS of each preset, 10] [FOLDER to keep them in]``.

Worlds of four presets are made all around (FOA), turned into clips through turning cameras, and the clip's sound is
measured apart from the code that made it (`seehear.score`): in windows of 100 ms in which one object sounds alone or is
10 dB above all else, the lateral angle heard is compared with that of the middle of the object's box; an object's error
is the median of its windows', by energy. Asked: a median of at most 5 deg. Beside it: the same clips with a plain
first-order decode (fixed filters), rendered exactly from the worlds' stems (what the rooms' reflections leave of the
measure), and with both ears alike.
"""

import json
import sys
import tempfile
from pathlib import Path

import numpy as np

from seehear.acoustics import Renderer
from seehear.media import ArrayStems, layout_of, read_audio
from seehear.pipelines.binaural_set import Filters, Wish, binaural_set
from seehear.scene import Camera, read_scene
from seehear.scene import Path as ObjectPath
from seehear.score.windows import emitted, heard_in, windowed, windows_of
from seehear.simulate import write_worlds

PRESETS = ("stationary", "translational", "foley", "camera")
EARS = layout_of("binaural")


def stems_of(world: Path) -> ArrayStems:
    clips = {file.stem: read_audio(file) for file in sorted((world / "stems").iterdir())}
    return ArrayStems({name: one.samples for name, one in clips.items()}, next(iter(clips.values())).sample_rate)


def asked_by_boxes(things, camera: Camera, heard) -> np.ndarray:
    """Give the directions of the boxes' middles in the camera's axes, when what is heard was sent, (n, k, 3)."""
    times, rows = heard.slice_times().ravel(), []
    for one in things:
        sent = emitted(one, camera, times).time
        box = ObjectPath(one).box_at(np.clip(sent, 0.0, None))
        whole = (box[:, [0, 1]] > 0.001).all(axis=1) & (box[:, [2, 3]] < 0.999).all(axis=1)
        rays = np.full((len(times), 3), np.nan)
        rays[whole] = camera.to_camera(camera.direction_of_box(box[whole], sent[whole]), sent[whole])
        rows.append(rays)
    return windowed(np.array(rows).reshape(len(things), len(times), 3), EARS, heard)


def exact(scene, stems: ArrayStems) -> np.ndarray:
    """The clip's sound rendered from the world's own stems: the ceiling."""
    ids = {one.id for one in scene.objects} | ({"ambience"} if scene.ambience else set())
    kept = ArrayStems({n: stems._samples[n] for n in stems.channels if n in ids}, stems.sample_rate, stems.length)
    renderer = Renderer(scene, EARS, sample_rate=stems.sample_rate)
    return np.concatenate([block.mix for block in renderer.blocks(kept)], axis=1)


def errors_of(clip: Path, world: Path, *, kind: str = "") -> tuple[np.ndarray, list[float]]:
    """Give the absolute lateral error of every window, deg, and each object's median by energy."""
    scene, sound = read_scene(clip / "scene.json"), read_audio(clip / "mix.binaural.flac")
    stems, samples = stems_of(world), sound.samples
    if kind == "mono":
        samples = np.repeat(samples.mean(axis=0, keepdims=True), 2, axis=0)
    elif kind == "exact":
        samples = exact(scene, stems)
    heard = heard_in(samples, EARS, sample_rate=sound.sample_rate)
    things = [one for one in scene.objects if one.sounding]
    asked = asked_by_boxes(things, Camera(scene.camera), heard)
    windows = windows_of(things, asked, scene, heard, stems=stems)
    known = np.isfinite(windows.heard[:, 0])
    lateral = [np.rad2deg(np.arcsin(np.clip(one[known, 1], -1, 1))) for one in (windows.heard, windows.asked)]
    off, thing, energy = np.abs(lateral[0] - lateral[1]), windows.thing[known], windows.energy[known]
    return off, [median_of(off[thing == i], energy[thing == i]) for i in np.unique(thing)]


def median_of(values: np.ndarray, weights: np.ndarray) -> float:
    """The value below which half of the weight lies."""
    order = values.argsort()
    reached = weights[order].cumsum()
    return float(values[order][np.searchsorted(reached, reached[-1] / 2)])


def row(name: str, clips: list[tuple[Path, Path]], *, kind: str = "") -> str:
    found = [errors_of(clip, world, kind=kind) for clip, world in clips]
    windows = np.concatenate([one[0] for one in found])
    objects = np.array([value for one in found for value in one[1]])
    if not len(objects):
        return f"| {name} | 0 | - | - | - | - |"
    return (
        f"| {name} | {len(objects)} | {np.median(objects):.1f} | {np.percentile(objects, 90):.1f} "
        f"| {np.median(windows):.1f} | {np.percentile(windows, 90):.1f} |"
    )


def main(count: int, folder: Path) -> None:
    worlds = folder / "worlds"
    for preset in PRESETS:
        write_worlds(worlds / preset, count, seed=11, preset=preset, size_wh=(512, 256), projection="equirectangular")
    filters = Filters(static_share=1.0, voice_share=1.0)
    sets = {}
    for ears in ("parametric", "linear"):
        wish = Wish(ears=ears, filters=filters, size_wh=(128, 128), clip_seconds=4.0, seed=3)
        done = binaural_set(worlds, folder / ears, wish=wish)
        rows = [json.loads(line) for line in (folder / ears / "manifest.jsonl").read_text().splitlines()]
        sets[ears] = [(folder / ears / one["name"], worlds / one["source"].replace("__", "/")) for one in rows]
        print(f"{ears}: {len(rows)} clips, {done.dropped} dropped, {done.failed} failed, {done.assumed} assumed")
    print("\n| ears | objects | median, deg | 90 % | windows' median | 90 % |\n|---|---|---|---|---|---|")
    for preset in PRESETS:
        chosen = [one for one in sets["parametric"] if one[1].parent.name == preset]
        print(row(f"parametric, {preset}", chosen))
    print(row("parametric, all", sets["parametric"]))
    print(row("plain first order, all", sets["linear"]))
    print(row("rendered from the world's stems, all", sets["parametric"], kind="exact"))
    print(row("both ears alike, all", sets["parametric"], kind="mono"))
    print("asked: a median of at most 5 deg")


if __name__ == "__main__":
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    if len(sys.argv) > 2:
        main(number, Path(sys.argv[2]))
    else:
        with tempfile.TemporaryDirectory() as place:
            main(number, Path(place))
