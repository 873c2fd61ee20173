"""Subtitles between containers: text travels from one form into the other, pictures only where the target takes them.

References: 3GPP TS 26.245, section 5.16 (`tx3g` sample entry, text samples); SubRip as plain text in Matroska.
"""

import re
from typing import TYPE_CHECKING

from seehear.errors import InputError

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.packet import Packet
    from av.stream import Stream

_PLAIN = frozenset({"subrip", "srt", "text", "webvtt", "ass", "ssa", "mov_text"})
_TAGS = re.compile(r"<[^>]*>|\{\\[^}]*\}")
_STYLES = b"""[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, \
StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Arial,16,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,0

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""
"""The style sheet that ffmpeg's MP4 text coder asks for; it makes the track's header of it."""


class Subtitle:
    """One subtitle stream on its way into the output.

    Args:
        out: the open output.
        stream: the subtitle stream of the input.
        suffix: the output's, for messages.

    Attributes:
        place: the output's stream.

    Raises:
        InputError: the output's container cannot hold it.
    """

    def __init__(self, out: "OutputContainer", stream: "Stream", suffix: str) -> None:
        self._from = stream.codec_context.name
        self._into = self._from
        try:
            self.place = out.add_stream_from_template(stream, opaque=True)
        except ValueError:
            self._into = "subrip" if "matroska" in out.format.name else "mov_text"
            if self._from not in _PLAIN or self._into not in out.supported_codecs:
                raise InputError(
                    f"a {suffix} file cannot hold subtitles of the kind {self._from}: write a file ending in .mkv"
                ) from None
            if self._into == "mov_text":
                self.place = out.add_stream("mov_text")
                self.place.codec_context.subtitle_header = _STYLES
            else:
                self.place = out.add_mux_stream(self._into)
            self.place.time_base = stream.time_base

    def converted(self, packet: "Packet[Stream]") -> "Packet[Stream]":
        """Give a packet in the output's form."""
        if self._into == self._from:
            return packet
        from av.packet import Packet

        other = Packet(retold(bytes(packet), self._from, self._into))
        other.pts, other.dts, other.duration = packet.pts, packet.dts, packet.duration
        other.time_base = packet.time_base
        return other


def retold(data: bytes, origin: str, target: str) -> bytes:
    r"""Carry one subtitle text from one form into another.

    Example:
        >>> retold(b"<i>Hi</i>", "subrip", "mov_text")
        b'\x00\x02Hi'
    """
    text = data[2 : 2 + int.from_bytes(data[:2], "big")] if origin == "mov_text" else data
    if origin in ("ass", "ssa"):
        text = data.split(b",", 8)[-1].replace(b"\\N", b"\n")
    if target != "mov_text":
        return text
    plain = _TAGS.sub("", text.decode("utf-8", "replace")).encode()[:0xFFFF]
    return len(plain).to_bytes(2, "big") + plain
