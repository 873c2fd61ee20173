"""Metrics that need published networks: which weights each rests on, and running them on a clip.

A contents page: each name comes in when it is first used, so that importing the room is light.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seehear.bench.embedding.clip import ClipParts
    from seehear.bench.embedding.running import Measured, Measurer
    from seehear.bench.embedding.sets import embed_sound, set_embedder_table, set_scores
    from seehear.bench.embedding.table import Embedder, embedder_table

__all__ = [
    "ClipParts", "Embedder", "Measured", "Measurer", "embed_sound", "embedder_table", "set_embedder_table",
    "set_scores",
]  # fmt: skip

_PLACES = {
    "ClipParts": "clip", "Embedder": "table", "Measured": "running", "Measurer": "running", "embed_sound": "sets",
    "embedder_table": "table", "set_embedder_table": "sets", "set_scores": "sets",
}  # fmt: skip


def __getattr__(name: str) -> Any:  # noqa: ANN401 - classes, functions and tables alike
    if name in _PLACES:
        return getattr(import_module(f"seehear.bench.embedding.{_PLACES[name]}"), name)
    raise AttributeError(f"module 'seehear.bench.embedding' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *globals()])
