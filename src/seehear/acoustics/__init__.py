"""Exact spatial sound: moving sources, ears, loudspeakers, ambisonics, rooms, loudness, and measures of direction.

A contents page: each name comes in when it is first used, so that importing the room is light.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seehear.acoustics.air import absorption
    from seehear.acoustics.ambisonics import rotate_harmonics, spherical_harmonics
    from seehear.acoustics.bed import Bed, bed_source
    from seehear.acoustics.binaural import EarFilter
    from seehear.acoustics.decoder import loudspeaker_decoder
    from seehear.acoustics.hrtf import Hrtf, default_hrtf
    from seehear.acoustics.lateral import LateralTable
    from seehear.acoustics.loudness import Gain, LoudnessMeter
    from seehear.acoustics.measure import DirectionMeter, Heard
    from seehear.acoustics.panning import Panner, panner_of
    from seehear.acoustics.render import RenderedBlock, Renderer
    from seehear.acoustics.retarded import Emission, emission_of
    from seehear.acoustics.room import reflection_factor, reflections_of
    from seehear.acoustics.sofa import read_sofa

__all__ = [
    "Bed",
    "DirectionMeter",
    "EarFilter",
    "Emission",
    "Gain",
    "Heard",
    "Hrtf",
    "LateralTable",
    "LoudnessMeter",
    "Panner",
    "RenderedBlock",
    "Renderer",
    "absorption",
    "bed_source",
    "default_hrtf",
    "emission_of",
    "loudspeaker_decoder",
    "panner_of",
    "read_sofa",
    "reflection_factor",
    "reflections_of",
    "rotate_harmonics",
    "spherical_harmonics",
]

_PAGES = {
    "air": "absorption",
    "ambisonics": "rotate_harmonics spherical_harmonics",
    "bed": "Bed bed_source",
    "binaural": "EarFilter",
    "decoder": "loudspeaker_decoder",
    "hrtf": "Hrtf default_hrtf",
    "lateral": "LateralTable",
    "loudness": "Gain LoudnessMeter",
    "measure": "DirectionMeter Heard",
    "panning": "Panner panner_of",
    "render": "RenderedBlock Renderer",
    "retarded": "Emission emission_of",
    "room": "reflection_factor reflections_of",
    "sofa": "read_sofa",
}
_PLACES = {name: page for page, names in _PAGES.items() for name in names.split()}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - classes, functions and numbers alike
    if name in _PLACES:
        return getattr(import_module(f"seehear.acoustics.{_PLACES[name]}"), name)
    raise AttributeError(f"module 'seehear.acoustics' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *globals()])
