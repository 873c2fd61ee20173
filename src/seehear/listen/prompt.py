"""What the planner is told: the instruction, examples as earlier turns, the measured facts, and the question.

The form of the conversation follows SpA2V (arXiv 2508.00782, figure of its pipeline): a video director plans a video
scene layout; examples are earlier turns; reasoning comes before the layout. The words are our own.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from seehear.chat import Audio, Message, Part, Text, said
from seehear.listen.ablation import Planning
from seehear.listen.reply import LEAST_SIDE
from seehear.scene import Path, Scene
from seehear.scene.formats import spa2v_from_scene

_TASK = """\
You are a video director who plans from sound alone. You are given a recording and answer with a video scene layout: \
what a fixed camera, standing where the microphones stood, would see while this is heard.

The layout has exactly {keyframes} frames, evenly spaced over the recording; the first is its start, the last its end. \
Each frame has a short caption and a list of objects with id, name and box. A box is [x1, y1, x2, y2] in fractions of \
the frame: x from 0 at the left edge to 1 at the right edge, y from 0 at the top to 1 at the bottom, x1 < x2, y1 < y2. \
With each recording it is said how many degrees the camera sees from the left edge to the right edge.

Rules:
- Everything that sounds and would be in view is an object; so is a person who plays or speaks. Silent things are not.
- An object keeps its id and its name in all frames. Names are plain nouns.
- An object out of view is left out of that frame.
- Boxes change smoothly and have the size that such a thing has at that distance. Things on the ground stand on it: \
the nearer, the larger, and the lower their bottom edge."""

_CUES = """\
How sound tells where things are:
- louder or earlier on the left: left of the centre; on the right likewise; alike on both sides: near the centre;
- the side changes from left to right: the object crosses to the right; it is in mid frame when both sides are alike;
- level rises, sound gets brighter and drier: it comes nearer, so its box grows and its bottom edge sinks;
- level falls, sound gets duller: it moves away, so its box shrinks towards the horizon;
- level peaks in mid clip while the pitch falls: it passes by, closest at the peak;
- level and direction stay: it stays where it is;
- different timbres at the same time are different objects; an instrument has a player.

Think first: in "reasoning", say for each source what you hear or are told, where it therefore is, and how it moves."""

_FACTS = """\
Facts measured from the recording are given with it. Azimuth is in degrees, 0 straight ahead, positive to the left. \
They are measured, so trust them before your own hearing; the less their confidence, the less."""

_FORM = """\
Answer with one JSON object: {{{reasoning}"video_caption": "...", "frames": [{{"caption": "...", "objects": \
[{{"id": 0, "name": "...", "box": [x1, y1, x2, y2]}}]}}, ...]}}."""


class Shot(NamedTuple):
    """One example or the question.

    Attributes:
        lines: the facts in words.
        sound: its parts; none: not attached.
        duration: seconds.
        fov: deg that the camera sees.
    """

    lines: Sequence[str]
    sound: Sequence[Audio]
    duration: float
    fov: float


def instruction(planning: Planning) -> str:
    """Give the system instruction."""
    parts = [_TASK.format(keyframes=planning.keyframes)]
    if planning.reasoning:
        parts.append(_CUES)
    if planning.facts:
        parts.append(_FACTS)
    parts.append(_FORM.format(reasoning='"reasoning": "...", ' if planning.reasoning else ""))
    return "\n\n".join(parts)


def conversation(planning: Planning, examples: Iterable[tuple[Shot, Scene]], question: Shot) -> tuple[Message, ...]:
    """Give the whole conversation up to the model's turn."""
    turns = [said("system", instruction(planning))]
    for shot, scene in examples:
        turns.append(_asked(planning, shot))
        turns.append(said("assistant", layout_of_scene(scene, planning)))
    turns.append(_asked(planning, question))
    return tuple(turns)


def layout_of_scene(scene: Scene, planning: Planning) -> str:
    """Give a known scene as the answer that is hoped for."""
    layout = json.loads(spa2v_from_scene(scene, frames=planning.keyframes, form="json"))
    told = len(scene.frame_captions) > 1  # a single one, held over the clip, says nothing of its phases
    frames = [
        {
            "caption": frame["caption"] if told else _in_view(frame["objects"]),
            "objects": [
                {"id": one["id"], "name": one["name"], "box": [round(side, 3) for side in one["box"]]}
                for one in frame["objects"]
                if min(one["box"][2] - one["box"][0], one["box"][3] - one["box"][1]) > 2 * LEAST_SIDE
            ],
        }
        for frame in layout["frames"]
    ]
    answer: dict[str, Any] = {"reasoning": reasoning_of(scene)} if planning.reasoning else {}
    return json.dumps({**answer, "video_caption": layout["video_caption"], "frames": frames}, ensure_ascii=False)


def reasoning_of(scene: Scene) -> str:
    """Say why the things of a known scene are where they are, one sentence each."""
    return " ".join(filter(None, (_reason(scene, index) for index in range(len(scene.objects)))))


def answer_schema(planning: Planning) -> dict[str, Any]:
    """Give the JSON schema of an answer, reasoning first."""
    box = {"type": "array", "items": {"type": "number", "minimum": 0, "maximum": 1}, "minItems": 4, "maxItems": 4}
    thing = _closed({"id": {"type": "integer"}, "name": {"type": "string"}, "box": box})
    frame = _closed({"caption": {"type": "string"}, "objects": {"type": "array", "items": thing}})
    frames = {"type": "array", "items": frame, "minItems": planning.keyframes, "maxItems": planning.keyframes}
    reasoning = {"reasoning": {"type": "string"}} if planning.reasoning else {}
    return _closed({**reasoning, "video_caption": {"type": "string"}, "frames": frames})


def _closed(fields: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


def _asked(planning: Planning, shot: Shot) -> Message:
    parts: list[Part] = [Text(f"The recording lasts {shot.duration:.2f} s; the camera sees {shot.fov:g} degrees.")]
    if planning.facts:
        facts = "\n".join(f"- {line}" for line in shot.lines) or "- nothing could be measured"
        parts.append(Text(f"Measured:\n{facts}"))
    names = ("Left channel alone:", "Right channel alone:") if len(shot.sound) == 2 else ("The recording:",)
    for name, sound in zip(names, shot.sound, strict=False):
        parts += [Text(name), sound]
    parts.append(Text(f"Plan its layout of {planning.keyframes} frames."))
    return said("user", *parts)


def _reason(scene: Scene, index: int) -> str:
    thing = scene.objects[index]
    times = np.linspace(0.0, scene.duration, 33)
    boxes = Path(thing).box_at(times)
    seen = boxes[np.isfinite(boxes).all(axis=1)]
    if not len(seen):
        return ""
    first, last = seen[0], seen[-1]
    begins, ends = _side(first), _side(last)
    name = thing.label or "object"
    growth = np.log((last[2] - last[0]) * (last[3] - last[1]) / ((first[2] - first[0]) * (first[3] - first[1])))
    where = f"The {name} is heard on the {begins}" if begins == ends else f"The {name} moves from {begins} to {ends}"
    nearer = " and comes nearer, so its box grows" if growth > 0.5 else ""
    away = " and moves away, so its box shrinks" if growth < -0.5 else ""
    middle = [(box[0] + box[2]) / 2 for box in (first, last)]
    return f"{where}{nearer or away}: its centre goes from x={middle[0]:.2f} to x={middle[1]:.2f}."


def _in_view(objects: Sequence[dict[str, Any]]) -> str:
    """Say what a frame shows: "car left, dog centre"."""
    return ", ".join(f"{one['name']} {_side(one['box'])}" for one in objects) or "nothing in view"


def _side(box: Any) -> str:  # noqa: ANN401 - a row of an array
    middle = (box[0] + box[2]) / 2
    return "left" if middle < 0.4 else "right" if middle > 0.6 else "centre"
