"""The backend `flow-tiny`: the network with two ears that comes with the package, trained on the preset `closed`.

It knows eight made-up classes (a shape, a colour and a timbre each) and hears at 16 kHz; any picture is squeezed to
64 x 64 pixels. What it makes of another picture is unspecified: it shows the way end to end, it is no product.
"""

import logging
from pathlib import Path

from seehear.errors import InputError
from seehear.scene import Scene
from seehear.sound.flow.eyes import CLASSES, SEPARATOR, known_words
from seehear.sound.flow.generate import Maker, Sampling
from seehear.sound.flow.loading import load_network
from seehear.sound.flow.two_ears import TwoEarSound
from seehear.sound.flow.visaudio import ViSAudio
from seehear.sound.sounded import Sounded
from seehear.weights import MissingWeights

FILE = Path(__file__).parent / "checkpoints" / "flow-tiny.safetensors"
STEPS, STRENGTH = 25, 1.0

LIMITS = f"flow-tiny knows the closed world's {', '.join(CLASSES)} alone, at 16 kHz"
_log = logging.getLogger(__name__)


class TinySound:
    """The backend.

    Args:
        file: of a network with two ears and eyes of its own; "" = the one in the package.
        sampling: how; the seed is given to `to_stems`.
    """

    def __init__(self, file: str = "", *, sampling: Sampling | None = None) -> None:
        self._file = Path(file) if file else FILE
        self._sampling = sampling or Sampling(steps=STEPS, strength=STRENGTH, mirrored=True)

    def to_stems(self, scene: Scene, picture: Path | None, *, seed: int = 0, sample_rate: int = 48000) -> Sounded:
        """Make the sound at two ears; see `TwoEarSound.to_stems`.

        Args:
            scene: its caption, or its labels, are read where they are the closed world's; the rest is left out.
            picture: the file it was watched in.
            seed: settles the noise the sound begins from.
            sample_rate: Hz of the stems; the sound itself ends at 8 kHz.

        Raises:
            MissingWeights: the package came without the network.
            InputError: no picture, or less of it than 0.64 s.
            BackendFailed: out of memory.
        """
        if picture is None:
            raise InputError("sound backend 'flow-tiny' makes sound out of a picture, got a scene alone: use voices")
        _log.warning("%s", LIMITS)
        caption, unread = told(scene)
        ears = TwoEarSound(maker=learned(self._file), sampling=self._sampling, caption=lambda scene: caption)
        made = ears.to_stems(scene, picture, seed=seed, sample_rate=sample_rate)
        notes = [LIMITS]
        if unread:
            notes.append(f"words that flow-tiny does not know were left out: {', '.join(unread)}")
        extra = dict(made.scene.extra)
        extra["unknown"] = [*extra.get("unknown", []), *notes]
        return made._replace(scene=made.scene.model_copy(update={"extra": extra}))


def told(scene: Scene) -> tuple[str, list[str]]:
    """Give a scene's caption in the closed world's words, what is seen before the separator, and the words left out.

    Example:
        >>> told(Scene(duration=1.0, caption="chirp and tone | hiss"))
        ('chirp tone | hiss', ['and'])
    """
    text = scene.caption
    if not text:
        groups: dict[bool, list[str]] = {True: [], False: []}
        for one in scene.objects:
            groups[any(key.box is not None for key in one.keyframes)].append(one.label or "")
        text = " ".join([*groups[True], SEPARATOR, *groups[False]])
    words, unread = known_words(text)
    return ("" if words == SEPARATOR else words), list(dict.fromkeys(unread))


def learned(file: Path) -> Maker:
    """Load a network with two ears and the eyes that it learned with.

    Raises:
        MissingWeights: the network of the package is not there.
        InputError: no such file, or a network without eyes of its own, or of one channel.
    """
    if file == FILE and not file.is_file():
        raise MissingWeights(
            "sound backend 'flow-tiny' needs its network, which this copy of seehear came without: "
            "install a release, or train one: seehear train flow --config flow-tiny"
        )
    kept = load_network(file)
    if not isinstance(kept.network, ViSAudio) or kept.eyes is None or kept.codec is None:
        raise InputError(f"expected a network with two ears and eyes of its own, got another in '{file.name}'")
    return Maker(kept.network.eval(), kept.codec, kept.eyes.eval().extractors())
