"""SpA2V's video scene layouts (VSL) <-> Scene: as the published text, and as JSON.

A layout has a global caption, then for each of its frames a list of objects, ``{id, name, box}``, and a local caption.
Frame k of n stands at (k - 1)/(n - 1) of the clip. Boxes are two corners, [x1, y1, x2, y2], origin top left.

The published form is text::

    Reasoning: the piano is loud on the left throughout, so ...
    Video caption: a person plays a piano on the left
    Frame 1:
       Layout: [{id: 0, name: piano, box: [0.10, 0.40, 0.35, 0.80]}],
       Frame caption: the pianist begins

The JSON form is ``{"duration_s", "n_frames", "canvas", "reasoning", "video_caption", "frames": [{"t", "caption",
"objects": [{"id", "name", "box", "conf", "sounding"}]}]}`` with ``t`` in [0, 1].

Reference: SpA2V (spatial audio to video by layouts), the figures of its project page; "at most 28 objects in a frame"
is the limit of its second stage (MIGC).
"""

import json
import re
from itertools import pairwise
from typing import Any, Literal, NamedTuple

import numpy as np

from seehear.errors import InputError
from seehear.scene.camera import Camera
from seehear.scene.direction import Array, vector_to_angles
from seehear.scene.path import Path
from seehear.scene.scene import CameraSpec, FrameCaption, Keyframe, Scene, SceneObject

MOST_OBJECTS = 28
"""In one frame of a layout that is written."""

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"


class _Item(NamedTuple):
    number: int
    name: str
    box: tuple[float, ...]
    confidence: float | None = None
    sounding: bool | None = None


class _Frame(NamedTuple):
    share: float  # of the clip
    caption: str
    items: list[_Item]


class _Layout(NamedTuple):
    reasoning: str
    caption: str
    frames: list[_Frame]
    duration: float | None = None
    canvas_wh: tuple[float, float] | None = None


def scene_from_spa2v(
    text: str,
    *,
    duration: float | None = None,
    camera: CameraSpec | None = None,
    canvas_wh: tuple[float, float] | None = None,
) -> Scene:
    """Make a scene of a layout; the form is told by the text. Directions follow from the boxes through the camera.

    Boxes are clipped to the frame; one of which nothing is left counts as absent. The first name of an id is kept.
    An object sounds in the frames that say so (JSON only), else throughout the clip.

    Args:
        text: the published form, with or without quotes, code fences and emphasis around it, or our JSON form.
        duration: seconds of the clip; None: the JSON's own.
        camera: how the picture was taken; None: 60 deg wide.
        canvas_wh: what the boxes are measured in; None: the JSON's own canvas, else fractions of the frame.

    Raises:
        InputError: no duration, no frames or frames missing, an object that cannot be read (by frame), boxes that are
            neither fractions nor have a canvas.
    """
    layout = _parsed(text)
    seconds = layout.duration if duration is None else duration
    if seconds is None or not (np.isfinite(seconds) and seconds > 0):
        raise InputError(f"expected the layout's duration in seconds, above 0, got {seconds}: give duration")
    spec = CameraSpec() if camera is None else camera
    scaled = [_scaled(frame, number, canvas_wh or layout.canvas_wh) for number, frame in enumerate(layout.frames, 1)]
    times = [round(frame.share * float(seconds), 9) for frame in layout.frames]
    names: dict[int, str] = {}
    for frame in layout.frames:
        for item in frame.items:
            names.setdefault(item.number, item.name)
    return Scene(
        duration=float(seconds),
        caption=layout.caption or None,
        camera=spec,
        objects=tuple(_object(number, name, scaled, times, float(seconds), spec) for number, name in names.items()),
        frame_captions=tuple(
            FrameCaption(time=time, caption=frame.caption)
            for time, frame in zip(times, layout.frames, strict=True)
            if frame.caption
        ),
        extra={"reasoning": layout.reasoning} if layout.reasoning else {},
    )


def spa2v_from_scene(scene: Scene, *, frames: int = 16, form: Literal["text", "json"] = "text") -> str:
    """Give a scene as a layout of so many frames, evenly spaced; objects that are not visible are left out.

    Args:
        scene: its objects need boxes where they are visible.
        frames: how many.
        form: the published text, or JSON.

    Raises:
        InputError: more than 28 objects in one frame, or an unknown form.
    """
    if form not in ("text", "json"):
        raise InputError(f"layout form must be one of text, json, got {form!r}")
    if frames < 1:
        raise InputError(f"a layout needs at least 1 frame, got {frames}")
    shares = np.linspace(0.0, 1.0, frames) if frames > 1 else np.zeros(1)
    times = shares * scene.duration
    exact = [_snapped(times, thing, scene.duration) for thing in scene.objects]
    boxes = [Path(thing).box_at(at) for thing, at in zip(scene.objects, exact, strict=True)]
    shown = [index for index, box in enumerate(boxes) if np.isfinite(box).any()]
    # the last frame stands at the clip's end, where nothing sounds any more: it says what was just before
    last = np.minimum(times, scene.duration * (1 - 1e-9)) + 1e-6 * scene.duration * (times < scene.duration)
    sounding = [Path(thing).sounds_at(last) for thing in scene.objects]
    said: list[dict[str, Any]] = []
    for at in range(frames):
        objects = [
            {"id": number, "name": _name(scene.objects[index]), "box": np.round(boxes[index][at], 4).tolist(),
             "conf": scene.objects[index].confidence, "sounding": bool(sounding[index][at])}
            for number, index in enumerate(shown) if np.isfinite(boxes[index][at]).all()
        ]  # fmt: skip
        if len(objects) > MOST_OBJECTS:
            raise InputError(
                f"a layout holds at most {MOST_OBJECTS} objects in a frame, got {len(objects)} in {at + 1}"
            )
        said.append({"t": round(float(shares[at]), 6), "caption": _caption(scene, times[at]), "objects": objects})
    return _text(scene, said) if form == "text" else _json(scene, said)


def _snapped(times: Array, thing: SceneObject, duration: float) -> Array:
    """Move times onto keyframes a rounding error away, where a box may begin or end."""
    keys = np.array([key.time for key in thing.keyframes])
    nearest = keys[np.abs(keys[:, None] - times).argmin(axis=0)]
    return np.where(np.abs(nearest - times) < 1e-6 * duration, nearest, times)


def _name(thing: SceneObject) -> str:
    return " ".join(re.sub(r"[\[\]{}\"',:]", " ", thing.label or thing.id).split()) or thing.id


def _caption(scene: Scene, time: float) -> str:
    said = [one.caption for one in scene.frame_captions if one.time <= time + 1e-6 * scene.duration]
    return " ".join(said[-1].split()) if said else ""


def _text(scene: Scene, frames: list[dict[str, Any]]) -> str:
    lines = [f"Reasoning: {' '.join(str(scene.extra.get('reasoning', '')).split())}".rstrip(),
             f"Video caption: {' '.join((scene.caption or '').split())}".rstrip()]  # fmt: skip
    for number, frame in enumerate(frames, 1):
        items = (
            f"{{id: {one['id']}, name: {one['name']}, box: [{', '.join(f'{side:.4f}' for side in one['box'])}]}}"
            for one in frame["objects"]
        )
        lines += [f"Frame {number}:", f"   Layout: [{', '.join(items)}],"]
        lines += [f"   Frame caption: {frame['caption']}".rstrip()]
    return "\n".join(lines) + "\n"


def _json(scene: Scene, frames: list[dict[str, Any]]) -> str:
    size = scene.camera.size_wh
    head = {"duration_s": scene.duration, "n_frames": len(frames), "canvas": None if size is None else list(size),
            "reasoning": str(scene.extra.get("reasoning", "")), "video_caption": scene.caption or ""}  # fmt: skip
    return json.dumps({**head, "frames": frames}, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _parsed(text: str) -> _Layout:
    bare = re.sub(r"^\s*```\w*\s*$", "", text.removeprefix("\ufeff"), flags=re.MULTILINE).strip()
    layout = _from_json(bare) if bare.startswith("{") else _from_text(bare)
    if not layout.frames:
        raise InputError("expected a layout with frames ('Frame 1: ... Layout: [...]' or JSON \"frames\"), got none")
    shares = [frame.share for frame in layout.frames]
    if any(after <= before for before, after in pairwise(shares)) or not 0 <= shares[0] <= shares[-1] <= 1:
        raise InputError(f"a layout's times must rise within [0, 1], got {shares[:8]}")
    for number, frame in enumerate(layout.frames, 1):
        numbers = [item.number for item in frame.items]
        if len(set(numbers)) < len(numbers):
            raise InputError(f"frame {number}: every id may stand once in a frame, got {numbers}")
    return layout


def _from_text(text: str) -> _Layout:
    plain = re.sub(r"[*#`]+", "", text)
    heads = list(re.finditer(r"^[ \t>-]*frame[ \t]+(\d+)[ \t]*[:.]", plain, re.IGNORECASE | re.MULTILINE))
    numbers = [int(head[1]) for head in heads]
    if numbers != list(range(1, len(numbers) + 1)):
        raise InputError(f"a layout's frames must be numbered 1, 2, 3 ..., got {numbers[:20]}")
    if not heads:
        return _Layout("", "", [])
    before = plain[: heads[0].start()]
    ends = [head.start() for head in heads[1:]] + [len(plain)]
    frames: list[_Frame] = []
    for number, (head, end) in enumerate(zip(heads, ends, strict=True), 1):
        block = plain[head.end() : end]
        share = (number - 1) / max(len(heads) - 1, 1)
        frames.append(_Frame(share, _said("frame caption", block), _items(block, number)))
    return _Layout(_said("reasoning", before), _said("(?:global )?video caption", before), frames)


def _said(field: str, block: str) -> str:
    """What stands behind ``field:``, up to the next field or the end."""
    found = re.search(rf"\b{field}\s*:(.*?)(?=^\s*(?:(?:global )?video caption|reasoning|layout|frame caption)\s*:|\Z)",
                      block, re.IGNORECASE | re.DOTALL | re.MULTILINE)  # fmt: skip
    return " ".join(found[1].split()).rstrip(",").strip("\"' ") if found else ""


def _items(block: str, number: int) -> list[_Item]:
    found = re.search(r"\blayout\s*:\s*\[", block, re.IGNORECASE)
    if not found:
        raise InputError(f"frame {number}: expected 'Layout: [...]', got {' '.join(block.split())!r:.60}")
    items: list[_Item] = []
    rest = re.split(r"\bframe caption\s*:", block[found.end() :], maxsplit=1, flags=re.IGNORECASE)[0]
    for one in re.findall(r"\{([^{}]*)\}?", rest):
        label = re.search(r"\bid[\"']?\s*:\s*[\"']?(\d+)", one)
        name = re.search(r"\bname[\"']?\s*:\s*(?:\"([^\"]*)\"|'([^']*)'|([^,\"']+))", one)
        box = re.search(r"\b\w*box[\"']?\s*:\s*[\[(]([^\])]*)[\])]", one)
        sides = [float(side) for side in re.findall(_NUMBER, box[1])] if box else []
        if not (label and name and len(sides) == 4):
            raise InputError(
                f"frame {number}: expected {{id: 0, name: dog, box: [x1, y1, x2, y2]}}, got {one.strip()!r:.80}"
            )
        items.append(_Item(int(label[1]), next(filter(None, name.groups()), "").strip(), tuple(sides)))
    return items


def _from_json(text: str) -> _Layout:
    try:
        data = json.loads(text)
        frames = data["frames"]
        count = len(frames)
        parsed = [
            _Frame(
                float(frame.get("t", at / max(count - 1, 1))),
                str(frame.get("caption") or ""),
                [_json_item(one) for one in frame["objects"]],
            )
            for at, frame in enumerate(frames)
        ]
        canvas = data.get("canvas")
        length = data.get("duration_s")
        return _Layout(
            str(data.get("reasoning") or ""),
            str(data.get("video_caption") or ""),
            parsed,
            None if length is None else float(length),
            None if canvas is None else (float(canvas[0]), float(canvas[1])),
        )
    except (ValueError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise InputError(f"expected a layout in JSON, got text that is none: {' '.join(str(error).split())}") from None
    except KeyError as missing:
        raise InputError(f"expected a layout in JSON, and {missing} is missing in it") from None


def _json_item(one: dict[str, Any]) -> _Item:
    confidence, sounding = one.get("conf"), one.get("sounding")
    box = tuple(float(side) for side in one["box"])
    if len(box) != 4 or not (sounding is None or isinstance(sounding, bool)):
        raise ValueError(f"an object needs a box of 4 numbers and sounding true, false or null, got {one}")
    return _Item(int(one["id"]), str(one["name"]), box, None if confidence is None else float(confidence), sounding)


def _scaled(frame: _Frame, number: int, canvas_wh: tuple[float, float] | None) -> dict[int, _Item]:
    """The objects of a frame by id, their boxes as fractions inside the frame; those outside are left out."""
    sides = [side for item in frame.items for side in item.box]
    if any(not np.isfinite(side) for side in sides):
        raise InputError(f"frame {number}: expected finite boxes, got {sides}")
    within = all(abs(side) <= 1.5 for side in sides)
    if not within and canvas_wh is None:
        raise InputError(
            f"frame {number}: expected boxes in fractions of the frame, got {max(sides):g}: give canvas_wh"
        )
    width, height = (1.0, 1.0) if within or canvas_wh is None else canvas_wh
    kept: dict[int, _Item] = {}
    for item in frame.items:
        box = np.clip(np.array(item.box) / [width, height, width, height], 0.0, 1.0)
        if box[0] < box[2] and box[1] < box[3]:
            kept[item.number] = item._replace(box=tuple(box.tolist()))
    return kept


def _object(
    number: int, name: str, frames: list[dict[int, _Item]], times: list[float], seconds: float, spec: CameraSpec
) -> SceneObject:
    camera = Camera(spec)
    keyframes: list[Keyframe] = []
    for time, frame in zip(times, frames, strict=True):
        if number not in frame:
            keyframes.append(Keyframe(time=time))
            continue
        box = frame[number].box
        azimuth, elevation = (float(angle[0]) for angle in vector_to_angles(camera.direction_of_box(box, time)))
        data = {"time": time, "azimuth": azimuth, "elevation": elevation, "box": box, "state": "seen"}
        keyframes.append(Keyframe.model_validate(data))
    listed = [frame.get(number) for frame in frames]
    known = [item.confidence for item in listed if item is not None and item.confidence is not None]
    slug = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:60] or "object"
    return SceneObject(
        id=f"{slug}_{number}",
        label=name or None,
        sounding=_sounding([item.sounding if item else None for item in listed], times, seconds),
        confidence=float(np.clip(np.mean(known), 0, 1)) if known else None,
        keyframes=tuple(keyframes),
    )


def _sounding(flags: list[bool | None], times: list[float], seconds: float) -> tuple[tuple[float, float], ...]:
    """Spans from each frame that says so to the next one; without a word on it, the whole clip."""
    if all(flag is None for flag in flags):
        return ((0.0, seconds),)
    spans: list[tuple[float, float]] = []
    for flag, start, end in zip(flags, times, [*times[1:], seconds], strict=True):
        if flag and start < end:
            joined = bool(spans) and spans[-1][1] == start
            spans[-1:] = [(spans[-1][0], end)] if joined else [*spans[-1:], (start, end)]
    return tuple(spans)
