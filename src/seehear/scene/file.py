"""The scene file: JSON with a version. A reader names the field and the object in its error."""

import json
from math import isfinite
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
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise _refusal(f"expected a scene file, found nothing at '{file}': check the path") from None
    except (OSError, ValueError) as error:  # ValueError: not UTF-8, or a path that no system takes
        raise _refusal(f"expected a scene file of JSON text at '{file}', cannot read it: {error}") from None
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
        data = json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise _refusal(f"expected JSON in '{where}', got text that is not: {error}") from None
    if not isinstance(data, dict):
        raise _refusal(f"expected a scene (a JSON object) in '{where}', got a {type(data).__name__}")
    version = data.get("schema")
    if not isinstance(version, int) or isinstance(version, bool):
        raise _refusal(f"expected \"schema\": {SCHEMA} in '{where}', got {version!r:.60}: add it")
    if version > SCHEMA:
        raise _refusal(f"expected scene schema {SCHEMA} or older in '{where}', got {version}: upgrade seehear")
    try:
        return Scene.model_validate_json(text, strict=True)  # strict: "2" and true are no numbers
    except ValidationError as error:
        raise _refusal(f"{where}: {_first(error, data)}") from None


def scene_to_json(scene: Scene) -> str:
    """Give the scene as JSON text, every field written, ending in a newline.

    Raises:
        InputError: an ``extra`` holds what JSON cannot: nan, an array, text that is not Unicode.
    """
    try:
        text = json.dumps(scene.model_dump(by_alias=True), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        text.encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise _refusal(f"expected only finite numbers, text, lists and dicts in the scene's 'extra': {error}") from None
    return text


def json_schema() -> dict[str, Any]:
    """Give the JSON Schema of a scene file, as published with the docs."""
    schema = Scene.model_json_schema(by_alias=True)
    required = ["schema", *schema["required"]]  # the model fills the version in, a file must say it
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "required": required}


def _refusal(message: str) -> InputError:
    """Make an error of one line, whatever names and paths it quotes."""
    return InputError(" ".join(message.split()))


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number a scene can hold")


def _finite(digits: str) -> float:
    number = float(digits)
    return number if isfinite(number) else _no_constant(digits[:30])


def _first(error: ValidationError, data: dict[str, Any]) -> str:
    """Tell the first fault in one line: which object, which field, what was expected, what came."""
    fault, *others = error.errors()
    place = list(fault["loc"])
    where = ".".join(str(step)[:80] for step in place) or "scene"
    if len(place) > 1 and place[0] == "objects" and isinstance(place[1], int):
        thing = data["objects"][place[1]]
        name = thing.get("id", place[1]) if isinstance(thing, dict) else place[1]
        where = f"object {name!r:.80}" + "".join(f", {step}" for step in _spoken(place[2:]))
    said = str(fault["msg"]).removeprefix("Value error, ")
    if fault["type"] == "extra_forbidden":
        return f"{where}: unknown field, expected one of the scene schema's: remove it or move it into 'extra'"
    came = "" if fault["type"] in ("value_error", "missing") else f", got {fault.get('input')!r:.60}"
    more = sum(other["type"] != "too_short" for other in others)  # a list is "too short" when its items are at fault
    return f"{where}: {said}{came}" + (f" (and {more} more)" if more else "")


def _spoken(steps: list[Any]) -> list[str]:
    words: list[str] = []
    for step in steps:
        if isinstance(step, int) and words:
            words[-1] = f"{words[-1]} {step}"
        else:
            words.append(str(step)[:80])
    return [word.replace("keyframes ", "keyframe ") for word in words]
