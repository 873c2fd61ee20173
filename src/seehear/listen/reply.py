"""From the planner's answer to a scene: checked as a whole, so that what is wrong can be told to the model."""

import json
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from seehear.errors import InputError
from seehear.scene import CameraSpec, Path, Scene, SceneObject
from seehear.scene.formats import scene_from_spa2v
from seehear.scene.formats.spa2v import MOST_OBJECTS
from seehear.scene.scene import Motion

SLACK = 0.02
"""How far outside of the frame a box may reach; it is clipped."""
LEAST_SIDE = 0.004
"""Of a box, as a fraction of the frame."""

_Side = Annotated[float, Field(ge=-SLACK, le=1 + SLACK, allow_inf_nan=False, strict=False)]


class _Thing(BaseModel):
    model_config = ConfigDict(extra="ignore")
    id: Annotated[int, Field(ge=0, le=9999)]
    name: Annotated[str, Field(min_length=1, max_length=60)]
    box: tuple[_Side, _Side, _Side, _Side]


class _Frame(BaseModel):
    model_config = ConfigDict(extra="ignore")
    caption: Annotated[str, Field(max_length=2000)] | None = None
    objects: Annotated[list[_Thing], Field(max_length=MOST_OBJECTS)]


class _Layout(BaseModel):
    model_config = ConfigDict(extra="ignore")
    reasoning: Annotated[str, Field(max_length=50_000)] | None = None
    video_caption: Annotated[str, Field(max_length=4000)]
    frames: list[_Frame]


def scene_from_reply(
    data: dict[str, Any], *, keyframes: int, duration: float, camera: CameraSpec, silent: bool = False
) -> Scene:
    """Check an answer and make a scene of it; directions follow from the boxes through the camera.

    Args:
        data: the answer.
        keyframes: how many frames it must have.
        duration: seconds.
        camera: how the picture is taken.
        silent: nothing is heard, so that there may be no object at all.

    Raises:
        InputError: fields missing or of another kind, another number of frames, an id twice in a frame or with two
            names, a box outside of the frame, turned round or too small, no object at all. Told in words for the model.
    """
    layout = _Layout.model_validate(data)
    if len(layout.frames) != keyframes:
        raise InputError(f"expected exactly {keyframes} frames, got {len(layout.frames)}")
    names: dict[int, str] = {}
    for number, frame in enumerate(layout.frames, 1):
        _check_frame(frame, number, names)
    if not names and not silent:
        raise InputError("expected at least one object in at least one frame, got none")
    text = json.dumps({**layout.model_dump(), "reasoning": layout.reasoning or ""})
    scene = scene_from_spa2v(text, duration=duration, camera=camera)
    return scene.model_copy(update={"objects": tuple(_moving(thing, duration) for thing in scene.objects)})


def _check_frame(frame: _Frame, number: int, names: dict[int, str]) -> None:
    ids = [thing.id for thing in frame.objects]
    if len(set(ids)) < len(ids):
        raise InputError(f"frame {number}: every id may stand once in a frame, got {ids}")
    for thing in frame.objects:
        known = names.setdefault(thing.id, thing.name)
        if known != thing.name:
            raise InputError(
                f"frame {number}: id {thing.id} is called {thing.name!r}, and {known!r} before: keep one name"
            )
        left, top, right, bottom = thing.box
        if right - left < LEAST_SIDE or bottom - top < LEAST_SIDE:
            raise InputError(
                f"frame {number}, {thing.name!r}: a box is [x1, y1, x2, y2] with x1 < x2 and y1 < y2, in fractions of"
                f" the frame, got {list(thing.box)}"
            )


def _moving(thing: SceneObject, duration: float) -> SceneObject:
    return thing.model_copy(update={"motion": motion_of_boxes(thing, duration)})


def motion_of_boxes(thing: SceneObject, duration: float) -> Motion:
    """Name the motion that an object's boxes show: across a quarter of the frame, or half as large again, is motion."""
    boxes = Path(thing).box_at(np.linspace(0.0, duration, 33))
    seen = boxes[np.isfinite(boxes).all(axis=1)]
    if len(seen) < 2:
        return "still"
    middle = (seen[:, 0] + seen[:, 2]) / 2
    size = np.log((seen[:, 2] - seen[:, 0]) * (seen[:, 3] - seen[:, 1])) / 2
    peak = int(size.argmax())
    if size[peak] - max(size[0], size[-1]) > 0.4:
        return "passing"
    if abs(middle[-1] - middle[0]) > 0.25:
        return "crossing"
    change = size[-1] - size[0]
    return _nearing(float(change)) if abs(change) > 0.4 else "still"


def _nearing(change: float) -> Literal["approaching", "receding"]:
    return "approaching" if change > 0 else "receding"
