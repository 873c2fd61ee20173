"""Drawings that move: things by their labels, as `voices` has their sounds, and the places they stand in.

`cast.CAST` gives every label its drawing and its way of sounding; `cutout` puts shaded, jointed drawings into a
picture at a scale; `surroundings` are grounds and halls with parallax.
"""

from seehear.figures.act import Act
from seehear.figures.cast import CAST, Character, met
from seehear.figures.cutout import Figure

__all__ = ["CAST", "Act", "Character", "Figure", "met"]
