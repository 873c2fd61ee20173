"""What copying a neighbour's layout is worth, with and without other cuts of the query's own recording in the store.

Run: ``PYTHONPATH=src python bench/planner_control.py [QUERIES] [PRESET ...]`` (30 of stationary and of translational).
As many worlds again are the store; for each query the store also holds another cut of it (0.5 to 3.5 s of 4 s).
No language model is asked. Labels are ignored: `cues` names classes, not things.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import soundfile

from seehear.listen import ExampleStore, Planner, facts_of, to_scene
from seehear.listen.ablation import Planning
from seehear.listen.attachment import clip_of
from seehear.listen.store import query_of
from seehear.scene import CameraSpec, Scene, scene_to_json
from seehear.scene import Path as ObjectPath
from seehear.scene.formats import scene_from_spa2v, spa2v_from_scene
from seehear.score.boxes import tracks_of
from seehear.score.layout_time import layout_over_time
from seehear.simulate import to_world

RATE = 48000
SECONDS = 4.0
CUT = (0.5, 3.5)


def write(place: Path, scene: Scene, samples: np.ndarray) -> None:
    place.mkdir(parents=True)
    (place / "scene.json").write_text(scene_to_json(scene))
    soundfile.write(place / "mix.binaural.wav", samples.T / max(1.0, np.abs(samples).max()), RATE, subtype="PCM_24")


def cut_scene(scene: Scene) -> Scene:
    start, end = CUT
    times = np.linspace(start, end, 16)
    things = []
    for one in scene.objects:
        boxes = ObjectPath(one).box_at(times)
        keys = [{"time": round(float(at - start), 6), "box": box.tolist() if np.isfinite(box).all() else None}
                for at, box in zip(times, boxes, strict=True)]  # fmt: skip
        things.append({"id": one.id, "label": one.label, "sounding": [[0.0, end - start]], "keyframes": keys})
    return Scene(duration=end - start, caption=scene.caption, camera=scene.camera, objects=things)


def central(duration: float) -> Scene:
    keys = [{"time": 0.0, "azimuth": 0.0, "box": [0.35, 0.4, 0.65, 0.8]}]
    return Scene(duration=duration, objects=[{"id": "centre_0", "keyframes": [*keys, {**keys[0], "time": duration}]}])


def interval(values: list[float]) -> str:
    given = np.array([value for value in values if np.isfinite(value)])
    if not len(given):
        return "nan"
    rng = np.random.default_rng(0)
    means = rng.choice(given, (2000, len(given))).mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return f"{given.mean():.3f} [{low:.3f}, {high:.3f}]"


def run(preset: str, count: int, folder: Path) -> None:
    made = [to_world(seed, preset=preset, size_wh=(64, 36), duration=SECONDS) for seed in range(2 * count)]
    mixes = [world.mixes()["binaural"] for world in made]
    for index in range(count, 2 * count):
        write(folder / "store" / f"other{index}", made[index].scene, mixes[index])
    for index in range(count):
        write(folder / "queries" / f"{index}", made[index].scene, mixes[index])
        cut = mixes[index][:, round(CUT[0] * RATE) : round(CUT[1] * RATE)]
        write(folder / "store" / f"cut{index}", cut_scene(made[index].scene), cut)
    store = ExampleStore(folder / "store")
    planner = Planner(None, store, Planning(copy=True))
    rows: dict[str, list] = {}
    times, leaked = np.linspace(0, SECONDS, 16), 0
    for index in range(count):
        sound = folder / "queries" / f"{index}" / "mix.binaural.wav"
        truth, facts = made[index].scene, facts_of(sound)
        query = query_of(clip_of(sound), facts)
        blind = store.nearest(query._replace(trace=np.zeros(1, np.int16)), 1)[0]
        leaked += blind.name == f"cut{index}"
        random = store.random(query, 1, rng=np.random.default_rng(index))[0]
        found = {
            "cues": to_scene(sound),
            "copy-nearest, own recording left out": planner.plan(sound, facts, camera=truth.camera),
            "copy-nearest, own recording left in": stretched(blind.scene),
            "copy of a random example": stretched(random.scene),
            "one box in the centre": central(SECONDS),
        }
        for name, scene in found.items():
            rows.setdefault(name, []).append(
                layout_over_time(tracks_of(scene, times), tracks_of(truth, times), labels="ignored")
            )
    print(f"\n{preset}: {count} queries; the nearest is the query's own other cut {leaked} times when left in")
    print("what | mean IoU | centre-x error | same direction of motion")
    for name, scores in rows.items():
        told = [interval([value_of(score, field) for score in scores]) for field in ("iou", "x", "way")]
        print(" | ".join([name, *told]))


def stretched(scene: Scene) -> Scene:
    return scene_from_spa2v(spa2v_from_scene(scene, frames=16, form="json"), duration=SECONDS, camera=CameraSpec())


def value_of(score, field: str) -> float:
    one = {"iou": score.mean_iou, "x": score.centre_x, "way": score.motion}[field]
    return float(one.value)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    for preset in sys.argv[2:] or ("stationary", "translational"):
        with TemporaryDirectory() as folder:
            run(preset, count, Path(folder))


if __name__ == "__main__":
    main()
