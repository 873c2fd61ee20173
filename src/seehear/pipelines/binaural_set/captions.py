"""Captions in two stages, as published: one model describes what is seen and heard, one puts it into the fixed form.

The form is "Visible sound: …, Invisible sound: …". The published models are Qwen2.5-Omni and Qwen3-Instruct; prompts
and sizes are not published, the words here are ours.

Reference: ViSAudio (arXiv 2512.03036), data set construction.
"""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from seehear.chat import Audio, Chat, Image, Message, NoAnswer, Request, ask, ask_json, open_endpoint, said
from seehear.media.audio import read_audio
from seehear.media.picture import frames, picture_info

PICTURES: Final = 4
"""Pictures of a clip that are shown, evenly spaced."""

_RATE: Final = 16000
_DESCRIBE: Final = (
    "These are pictures of one clip, in order of time, and its sound. Describe in two parts. First: which sounds come "
    "from things that can be seen in the pictures, and from what. Second: which sounds come from outside the pictures "
    "or from the background. Name only what you hear; write 'none' for a part without any."
)
_REWRITE: Final = (
    "Below is a description of a clip's sounds. Give two short noun phrases, at most 20 words each: 'visible', the "
    "sounds of things in the picture, and 'invisible', all other sounds; 'none' where there is none.\n\n"
)
_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {"visible": {"type": "string"}, "invisible": {"type": "string"}},
    "required": ["visible", "invisible"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Captions:
    """Asks for captions; picklable, so that processes may share it.

    Attributes:
        address: of an OpenAI-compatible endpoint, or ``recorded:DIR``. The key comes from the environment,
            SEEHEAR_CHAT_KEY.
        model: that sees and hears.
        rewriter: that puts the words into form; "": the same.
    """

    address: str
    model: str = ""
    rewriter: str = ""

    @property
    def told(self) -> str:
        """Who is asked, for a set's settings."""
        return " ".join(dict.fromkeys(name for name in (self.model, self.rewriter) if name)) or self.address

    def __call__(self, clip: Path) -> str:
        """Give the caption of a clip's folder.

        Raises:
            NoAnswer: none came.
        """
        watcher = open_endpoint(self.address, model=self.model)
        writer = open_endpoint(self.address, model=self.rewriter or self.model)
        return rewritten(writer, described(watcher, clip))


def described(endpoint: Chat, clip: Path) -> str:
    """Ask for a description of a clip's sounds, seen and unseen.

    Args:
        endpoint: a model that takes pictures and sound.
        clip: its folder.

    Raises:
        NoAnswer: none came, or it refused.
    """
    answer = ask(endpoint, Request((_shown(clip),), temperature=0.0, seed=0, tag="dataset describe"))
    if answer.outcome != "answered" or not answer.text.strip():
        raise NoAnswer(f"{endpoint.model} gave no description", failure="refused", raw=answer.text)
    return answer.text.strip()


def rewritten(endpoint: Chat, description: str) -> str:
    """Ask for the fixed form of a description.

    Raises:
        NoAnswer: none came that fits.
    """
    found = ask_json(
        endpoint, [said("user", _REWRITE + description)], check=_formed, schema=_SCHEMA, temperature=0.0, seed=0,
        tag="dataset rewrite",
    )  # fmt: skip
    return found.value


def _formed(data: dict[str, Any]) -> str:
    parts = [data.get(name) for name in ("visible", "invisible")]
    if not all(isinstance(part, str) and part.strip() for part in parts):
        raise ValueError("expected two strings, 'visible' and 'invisible'; write 'none' where there is no such sound")
    visible, invisible = (" ".join(str(part).split()).rstrip(".") for part in parts)
    return f"Visible sound: {visible}, Invisible sound: {invisible}"


def _shown(clip: Path) -> Message:
    duration = picture_info(clip / "video.mp4").duration or 1.0
    shown = list(frames(clip / "video.mp4", every=duration / PICTURES))[:PICTURES]
    return said("user", *(Image(_png(one.rgb())) for one in shown), Audio(_wav(clip)), _DESCRIBE)


def _png(picture: Any) -> bytes:  # noqa: ANN401 - cv2's own array type
    import cv2

    return bytes(cv2.imencode(".png", picture[..., ::-1])[1])


def _wav(clip: Path) -> bytes:
    import soundfile

    sound, file = read_audio(clip / "mix.binaural.flac", sample_rate=_RATE), BytesIO()
    soundfile.write(file, sound.samples.T.clip(-1.0, 1.0), _RATE, subtype="PCM_16", format="WAV")
    return file.getvalue()
