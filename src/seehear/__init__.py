"""Pictures into the sound they would make, in the right place; and measures of whether it is.

The rooms are modules (`seehear.scene`, `seehear.watch`, `seehear.sound`, `seehear.acoustics` ...) and the journeys are
functions here. Importing seehear imports nothing heavy: each name comes in when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seehear.pipelines import hear, render, see
    from seehear.scene import Scene, read_scene, scene_to_json

__version__ = "0.1.0"

__all__ = ["Scene", "__version__", "hear", "read_scene", "render", "scene_to_json", "see"]

_ROOMS = (
    *("acoustics", "bench", "chat", "draw", "engine", "figures", "listen", "media", "networks", "pipelines", "scene"),
    *("score", "simulate", "sound", "train", "voices", "watch", "weights"),
)
_NAMES = {
    "Scene": "scene",
    "read_scene": "scene",
    "scene_to_json": "scene",
    "hear": "pipelines",
    "render": "pipelines",
    "see": "pipelines",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - modules and functions alike
    if name in _ROOMS:
        return import_module(f"seehear.{name}")
    if name in _NAMES:
        return getattr(import_module(f"seehear.{_NAMES[name]}"), name)
    raise AttributeError(f"module 'seehear' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *_ROOMS])
