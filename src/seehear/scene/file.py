"""The scene file: JSON with a version. A reader names the field and the object in its error."""

import json
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from seehear.errors import InputError
from seehear.scene.scene import SCHEMA, Scene


def read_scene(path: FilePath | str) -> Scene:
    """Read a scene file.

    Raises:
        InputError: no such file, not JSON, a newer schema, or a field that does not fit; the message says which.
    """
    file = FilePath(path)
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(f"expected a scene file, found nothing at '{file}': check the path") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"expected a scene file of JSON text at '{file}', cannot read it: {error}") from None
    return scene_from_json(text, where=str(file))


def scene_from_json(text: str, *, where: str = "scene") -> Scene:
    """Make a Scene of JSON text.

    Args:
        text: the file's content.
        where: how errors name it.

    Raises:
        InputError: as `read_scene`.
    """
    try:
        data = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise InputError(f"expected JSON in '{where}', got text that is not: {error}") from None
    if not isinstance(data, dict):
        raise InputError(f"expected a scene (a JSON object) in '{where}', got a {type(data).__name__}")
    version = data.get("schema")
    if not isinstance(version, int) or isinstance(version, bool):
        raise InputError(f"expected \"schema\": {SCHEMA} in '{where}', got {version!r}: add it")
    if version > SCHEMA:
        raise InputError(f"expected scene schema {SCHEMA} or older in '{where}', got {version}: upgrade seehear")
    try:
        return Scene.model_validate(data)
    except ValidationError as error:
        raise InputError(f"{where}: {_first(error, data)}") from None


def scene_to_json(scene: Scene) -> str:
    """Give the scene as JSON text, every field written, ending in a newline."""
    data = scene.model_dump(mode="json", by_alias=True)
    return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def json_schema() -> dict[str, Any]:
    """Give the JSON Schema of a scene file, as published with the docs."""
    schema = Scene.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number a scene can hold")


def _first(error: ValidationError, data: dict[str, Any]) -> str:
    """Tell the first fault in one line: which object, which field, what was expected, what came."""
    fault = error.errors()[0]
    place = list(fault["loc"])
    where = ".".join(str(step) for step in place) or "scene"
    if len(place) > 1 and place[0] == "objects" and isinstance(place[1], int):
        thing = data["objects"][place[1]]
        name = thing.get("id", place[1]) if isinstance(thing, dict) else place[1]
        where = f"object {name!r}" + "".join(f", {step}" for step in _spoken(place[2:]))
    said = str(fault["msg"]).removeprefix("Value error, ")
    if fault["type"] == "extra_forbidden":
        return f"{where}: unknown field, expected one of the scene schema's: remove it or move it into 'extra'"
    came = "" if fault["type"] in ("value_error", "missing") else f", got {str(fault.get('input'))[:60]!r}"
    more = len(error.errors()) - 1
    return f"{where}: {said}{came}" + (f" (and {more} more)" if more else "")


def _spoken(steps: list[Any]) -> list[str]:
    words: list[str] = []
    for step in steps:
        if isinstance(step, int) and words:
            words[-1] = f"{words[-1]} {step}"
        else:
            words.append(str(step))
    return [word.replace("keyframes ", "keyframe ") for word in words]
