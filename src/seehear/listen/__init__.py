"""Sound in, scene out: who is where, moving how.

A contents page: each name comes in when it is first used, so that importing the room is light.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seehear.listen.ablation import ABLATIONS, Planning, ablated
    from seehear.listen.door import BACKENDS, Listen, Wish, to_scene
    from seehear.listen.facts import Approach, Facts, SourceFacts, facts_of
    from seehear.listen.heard import Format, Heard, Track
    from seehear.listen.hearing import hear_tracks
    from seehear.listen.mllm import Planner
    from seehear.listen.shares import SpectraBlock, track_spectra
    from seehear.listen.store import ExampleStore

__all__ = [
    "ABLATIONS",
    "BACKENDS",
    "Approach",
    "ExampleStore",
    "Facts",
    "Format",
    "Heard",
    "Listen",
    "Planner",
    "Planning",
    "SourceFacts",
    "SpectraBlock",
    "Track",
    "Wish",
    "ablated",
    "facts_of",
    "hear_tracks",
    "to_scene",
    "track_spectra",
]

_PAGES = {
    "ablation": "ABLATIONS Planning ablated",
    "door": "BACKENDS Listen Wish to_scene",
    "facts": "Approach Facts SourceFacts facts_of",
    "heard": "Format Heard Track",
    "hearing": "hear_tracks",
    "mllm": "Planner",
    "shares": "SpectraBlock track_spectra",
    "store": "ExampleStore",
}
_PLACES = {name: page for page, names in _PAGES.items() for name in names.split()}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - classes and functions alike
    if name in _PLACES:
        return getattr(import_module(f"seehear.listen.{_PLACES[name]}"), name)
    raise AttributeError(f"module 'seehear.listen' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *globals()])
