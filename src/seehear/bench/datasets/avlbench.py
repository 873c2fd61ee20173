"""Audio-video-layout sets in the published form of AVLBench, and a builder of such a set from one's own clips.

AVLBench (7,274 stereo clips, 14,546 boxed objects) is described and not released, so the folder's form is ours:

    annotations.jsonl    one line for each clip, in order
    layouts/<id>.txt     the video scene layout, as published: reasoning, captions, boxes frame by frame
    <video>              anywhere; named by the line, relative to the folder or absolute

A line: ``{"id", "video", "duration", "scene": "stationary" | "translational", "events": "single" | "multiple",
"layout", "objects": [{"id", "name", "attribute"}]}``. Attributes are the published ones: left, center, right for what
stays; left crossing, right crossing, approaching, receding for what travels. Thirds of the frame part left from center,
a drift of a fifth of the frame is a crossing, and otherwise growth and shrinking by a fifth decide: our thresholds.

Reference: SpA2V's project page and figures (the form of layouts, the table of scenes and attributes).
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from seehear.bench.datasets.clip import VIDEOS, Clip, folder_of
from seehear.errors import InputError
from seehear.media.atomic import written_whole
from seehear.scene import Path as Course
from seehear.scene import Scene, SceneObject, read_scene
from seehear.scene.formats.spa2v import spa2v_from_scene

CROSSING = 0.2
"""Share of the frame's width that a box's centre must travel to cross."""

GROWTH = 1.2
"""How many times larger a box must end (or begin) to approach (or recede)."""

FRAMES = 16


def avlbench(folder: Path | str, *, scene: str = "", events: str = "") -> list[Clip]:
    """Give the clips of a set, in its order.

    Args:
        folder: holds ``annotations.jsonl``.
        scene: stationary or translational; "": both.
        events: single or multiple; "": both, the published C.

    Raises:
        InputError: no set there, a line of another form, or a layout that is missing.
    """
    root = folder_of(folder, "the layouts")
    clips = []
    for number, line in enumerate(_lines(root), 1):
        try:
            row = json.loads(line)
            names = tuple(str(one["name"]) for one in row["objects"])
            clip = Clip(
                str(row["id"]), video=root / row["video"], sound="stereo", labels=names, end=float(row["duration"]),
                protocol=f"{row['scene']} {row['events']}", layout=root / row["layout"],
            )  # fmt: skip
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"line {number} of '{root / 'annotations.jsonl'}' cannot be read: {error!r}") from None
        if clip.layout is None or not clip.layout.is_file():
            raise InputError(f"clip {clip.id} names the layout '{clip.layout}', found none")
        if scene in ("", row["scene"]) and events in ("", row["events"]):
            clips.append(clip)
    return clips


def build_avlbench(clips: Path | str, folder: Path | str, *, labels: Sequence[str] = (), frames: int = FRAMES) -> int:
    """Make such a set from the videos of a folder.

    A video's scene is ``<name>.scene.json`` beside it, else it is watched. Videos in which nothing is seen are left
    out.

    Args:
        clips: a folder of videos.
        folder: of the set; made if missing. Videos are named, not copied.
        labels: as `seehear.watch.to_scene` takes them, for what is watched.
        frames: of each layout.

    Returns:
        How many clips the set has.

    Raises:
        InputError: no videos; the folder holds a set already; a video or scene that cannot be read.
    """
    source, root = folder_of(clips, "clips"), Path(folder)
    if (root / "annotations.jsonl").exists():
        raise InputError(f"'{root}' holds a set already: choose another folder")
    videos = sorted(one for one in source.iterdir() if one.suffix.lower() in VIDEOS and not one.name.startswith("."))
    if not videos:
        raise InputError(f"expected videos ({' '.join(VIDEOS)}) in '{source}', found none")
    (root / "layouts").mkdir(parents=True, exist_ok=True)
    lines = []
    for video in videos:
        scene = _scene_of(video, labels)
        if any(key.box is not None for one in scene.objects for key in one.keyframes):
            with written_whole(root / "layouts" / f"{video.stem}.txt", force=True) as beside:
                beside.write_text(spa2v_from_scene(scene, frames=frames), encoding="utf-8")
            lines.append(json.dumps(annotation(scene, video, root), ensure_ascii=False))
    with written_whole(root / "annotations.jsonl") as beside:
        beside.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return len(lines)


def annotation(scene: Scene, video: Path, root: Path) -> dict[str, Any]:
    """Give a clip's line."""
    seen = [one for one in scene.objects if any(key.box is not None for key in one.keyframes)]
    travels = any(_travels(one, scene.duration) for one in seen)
    return {
        "id": video.stem,
        "video": os.path.relpath(video, root),
        "duration": scene.duration,
        "scene": "translational" if travels else "stationary",
        "events": "single" if sum(bool(one.sounding) for one in scene.objects) <= 1 else "multiple",
        "layout": f"layouts/{video.stem}.txt",
        "objects": [
            {"id": number, "name": one.label or one.id, "attribute": attribute(one, scene.duration)}
            for number, one in enumerate(seen)
        ],
    }


def attribute(thing: SceneObject, duration: float) -> str:
    """Name where an object is, or how it travels; "left crossing" goes to the left."""
    box = _boxes(thing, duration)
    middle, area = (box[:, 0] + box[:, 2]) / 2, (box[:, 2:] - box[:, :2]).prod(axis=1)
    drift, growth = middle[-1] - middle[0], area[-1] / max(area[0], 1e-9)
    if abs(drift) >= CROSSING:
        return "right crossing" if drift > 0 else "left crossing"
    if growth >= GROWTH:
        return "approaching"
    if growth <= 1 / GROWTH:
        return "receding"
    place = float(middle.mean())
    return "left" if place < 1 / 3 else ("right" if place > 2 / 3 else "center")


def _travels(thing: SceneObject, duration: float) -> bool:
    return attribute(thing, duration) not in ("left", "center", "right")


def _boxes(thing: SceneObject, duration: float) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Give the boxes where there are any, (k, 4), k at least 1."""
    box = Course(thing).box_at(np.linspace(0.0, duration, 65))
    known = box[~np.isnan(box[:, 0])]
    if len(known):
        return np.asarray(known)
    return np.array([key.box for key in thing.keyframes if key.box is not None][:1], dtype=np.float64)


def _scene_of(video: Path, labels: Sequence[str]) -> Scene:
    given = video.with_suffix(".scene.json")
    if given.is_file():
        return read_scene(given)
    from seehear.watch import to_scene

    scene: Scene = to_scene(video, labels=tuple(labels))
    return scene


def _lines(root: Path) -> list[str]:
    file = root / "annotations.jsonl"
    if not file.is_file():
        raise InputError(f"expected a set's annotations.jsonl in '{root}', found none")
    return [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
