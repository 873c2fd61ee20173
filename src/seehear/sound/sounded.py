"""What a sound backend gives."""

from typing import NamedTuple

from seehear.media.stems import Stems
from seehear.scene import Scene


class Sounded(NamedTuple):
    """A scene in which every object sounds, and the sounds.

    Attributes:
        scene: every object has at least one sounding span; what cannot be heard is told in ``extra["unheard"]``.
        stems: one stem for each object id and, where the scene has one, for the ambience.
    """

    scene: Scene
    stems: Stems
