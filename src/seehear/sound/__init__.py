"""Scene and picture to stems: the clip's own soundtrack taken apart, voices by formula, or the user's files."""

from pathlib import Path
from typing import Protocol, cast

from seehear.backends import Backend, Backends
from seehear.errors import InputError
from seehear.scene import Scene
from seehear.sound.sounded import Sounded
from seehear.sound.soundtrack import has_sound

BACKENDS = Backends(
    "sound",
    {
        "flow-tiny": Backend("seehear.sound.flow.tiny:TinySound", "neural"),
        "library": Backend("seehear.sound.library:LibrarySound"),
        "mmaudio": Backend("seehear.sound.flow.placed:PlacedSound", "neural"),
        "own": Backend("seehear.sound.own:OwnSound"),
        "visaudio": Backend("seehear.sound.flow.two_ears:TwoEarSound", "neural"),
        "voices": Backend("seehear.sound.voices:VoiceSound"),
    },
)
"""Made without arguments, or with what follows the name: ``library:DIR``, ``mmaudio:VARIANT``, ``visaudio:FILE``."""

_NAMED = ("mmaudio", "visaudio")
_ARGUED = ("library", *_NAMED)


class SoundBackend(Protocol):
    """Gives each object of a scene its sound."""

    def to_stems(self, scene: Scene, picture: Path | None, *, seed: int = 0, sample_rate: int = 48000) -> Sounded:
        """Give the scene of what is heard, and its stems; the same seed gives the same samples."""
        ...


def to_stems(
    scene: Scene, picture: Path | None = None, *, backend: str = "own", seed: int = 0, sample_rate: int = 48000
) -> Sounded:
    """Give each object of a scene its sound.

    Args:
        scene: what is where; objects need not have sounding spans.
        picture: the file the scene was watched in; None where there is none (``own`` needs it).
        backend: ``own`` | ``voices`` | ``library:DIR`` | ``mmaudio[:VARIANT]`` | ``visaudio:FILE`` |
            ``flow-tiny`` | a plugged-in name.
        seed: settles every free choice.
        sample_rate: Hz of the stems.

    Returns:
        The scene of what is heard and its stems.

    Raises:
        UnknownBackend: no such backend; the message lists the known ones.
        InputError: the backend cannot work with what came.
    """
    name, _, argument = backend.partition(":")
    made = BACKENDS.load(name)
    if name == "library" and not argument:
        raise InputError("expected the folder of sounds after 'library:', got none: write library:DIR")
    if argument and name not in _ARGUED and name in BACKENDS.builtin:
        raise InputError(f"sound backend {name!r} takes nothing after its name, got {backend!r}")
    maker = cast(SoundBackend, made(argument if name in _NAMED else Path(argument)) if argument else made())
    return maker.to_stems(scene, picture, seed=seed, sample_rate=sample_rate)


__all__ = ["BACKENDS", "SoundBackend", "Sounded", "has_sound", "to_stems"]
