"""What is asked: messages of text, sound and pictures, and the request they make up.

The wire form is the one of OpenAI's chat completions, as local servers speak it too: sound as ``input_audio`` (base64),
a picture as ``image_url`` and a video as ``video_url``, both as data URLs.

Reference: the OpenAI API reference, "Create chat completion"; ``video_url`` is vLLM's addition to it.
"""

import hashlib
import json
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any, Literal

from seehear.errors import InputError

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True)
class Text:
    """Words."""

    text: str

    def wire(self) -> dict[str, Any]:
        """Give the part as it is sent."""
        return {"type": "text", "text": self.text}


@dataclass(frozen=True)
class Audio:
    """A sound file's bytes; format wav, flac or mp3. OpenAI's own models take wav and mp3."""

    data: bytes = field(repr=False)
    format: Literal["wav", "flac", "mp3"] = "wav"

    def __post_init__(self) -> None:  # noqa: D105 - told in the class
        if self.format not in ("wav", "flac", "mp3"):
            raise InputError(f"a sound is sent as wav, flac or mp3, got {self.format!r}")

    def wire(self) -> dict[str, Any]:
        """Give the part as it is sent."""
        return {"type": "input_audio", "input_audio": {"data": b64encode(self.data).decode(), "format": self.format}}


@dataclass(frozen=True)
class Image:
    """A picture file's bytes, with its media type."""

    data: bytes = field(repr=False)
    media_type: str = "image/png"

    def wire(self) -> dict[str, Any]:
        """Give the part as it is sent."""
        return {"type": "image_url", "image_url": {"url": _data_url(self.data, self.media_type)}}


@dataclass(frozen=True)
class Video:
    """A video file's bytes, with its media type."""

    data: bytes = field(repr=False)
    media_type: str = "video/mp4"

    def wire(self) -> dict[str, Any]:
        """Give the part as it is sent."""
        return {"type": "video_url", "video_url": {"url": _data_url(self.data, self.media_type)}}


Part = Text | Audio | Image | Video


@dataclass(frozen=True)
class Message:
    """One turn of the conversation."""

    role: Role
    parts: tuple[Part, ...]

    def wire(self) -> dict[str, Any]:
        """Give the turn as it is sent; words alone go as a plain string, which every server takes."""
        if all(isinstance(part, Text) for part in self.parts):
            return {"role": self.role, "content": "\n\n".join(part.text for part in self.parts)}  # type: ignore[union-attr]
        return {"role": self.role, "content": [part.wire() for part in self.parts]}


def said(role: Role, *parts: Part | str) -> Message:
    """Make a message of parts; a plain string is text.

    Example:
        >>> said("user", "What do you hear?").wire()
        {'role': 'user', 'content': 'What do you hear?'}
    """
    return Message(role, tuple(Text(part) if isinstance(part, str) else part for part in parts))


@dataclass(frozen=True)
class Request:
    """All that is asked, but for who is asked.

    Attributes:
        messages: the conversation.
        temperature: 0 (always the likeliest word) to 2; None: the server's own.
        seed: for servers that can repeat themselves; None: not sent.
        schema: JSON schema that the answer must follow, sent as ``response_format``; None: free text.
        max_tokens: longest answer, tokens; None: the server's own.
        tag: a name for recordings, such as "clip 12, realism"; never sent.
    """

    messages: tuple[Message, ...]
    temperature: float | None = None
    seed: int | None = None
    schema: dict[str, Any] | None = None
    max_tokens: int | None = None
    tag: str | None = None

    def __post_init__(self) -> None:  # noqa: D105 - told in the class
        if not self.messages:
            raise InputError("a request needs at least one message, got none")
        if self.temperature is not None and not 0.0 <= self.temperature <= 2.0:
            raise InputError(f"temperature must be in [0, 2], got {self.temperature}")

    def body(self, model: str, *, enforced: bool = True) -> dict[str, Any]:
        """Give the body as it is sent to a model.

        Args:
            model: who is asked.
            enforced: whether the schema is sent as ``response_format``; else it is put in words, as a last message.
        """
        messages = [message.wire() for message in self.messages]
        body: dict[str, Any] = {"model": model, "messages": messages}
        if self.schema is not None and enforced:
            form = {"name": "answer", "schema": self.schema, "strict": True}
            body["response_format"] = {"type": "json_schema", "json_schema": form}
        elif self.schema is not None:
            order = "Answer with one JSON object that follows this JSON schema, and nothing after it:\n"
            messages.append({"role": "user", "content": order + json.dumps(self.schema)})
        for name in ("temperature", "seed", "max_tokens"):
            if getattr(self, name) is not None:
                body[name] = getattr(self, name)
        return body

    def content_hash(self, address: str = "", model: str = "") -> str:
        """Give the SHA-256 of all that is asked, and of whom; key, time-out and tag have no part in it."""
        whole = json.dumps([address, self.body(model)], sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(whole.encode()).hexdigest()


def _data_url(data: bytes, media_type: str) -> str:
    return f"data:{media_type};base64,{b64encode(data).decode()}"
