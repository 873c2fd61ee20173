"""The picture of a video, its subtitles and, if wanted, its old sound: packets copied as they are."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from seehear.errors import InputError
from seehear.media.container import clock_start, damaged, first_stream
from seehear.media.cut import Cut
from seehear.media.picture import video_stream
from seehear.media.subtitles import Subtitle
from seehear.media.video import CLOSE, TAIL

if TYPE_CHECKING:
    from av.container import InputContainer, OutputContainer
    from av.container.core import Chapter
    from av.packet import Packet
    from av.stream import Stream

_S = TypeVar("_S", bound="Stream")

_NOT_OURS = frozenset({"major_brand", "minor_version", "compatible_brands", "encoder"})


class CopiedPicture:
    """What is copied from a video.

    Args:
        container: the open video.
        out: the open output.
        path: the video's name.
        cut: the part to copy.
        target: the output's name, for messages.
        keep_original: copy the first sound stream, too.

    Raises:
        InputError: the output's container cannot hold the picture, a subtitle or the old sound.
    """

    def __init__(
        self,
        container: "InputContainer",
        out: "OutputContainer",
        path: Path,
        cut: Cut,
        *,
        target: Path,
        keep_original: bool,
    ) -> None:
        self._container, self._out, self._path, self._cut, self._target = container, out, path, cut, target
        self._is_matroska = "matroska" in out.format.name
        self._video = video_stream(container, path)
        self._step = 1 / float(self._video.average_rate or 25)
        self._zero = clock_start(container) + Fraction(cut.start).limit_denominator(1_000_000)
        place = self._copied(self._video)
        if self._video.average_rate:
            place.codec_context.framerate = self._video.average_rate
        self._places: dict[int, Stream] = {self._video.index: place}
        self._sound = first_stream(container, "audio") if keep_original else None
        self._texts: dict[int, Subtitle] = {}
        self._length = None if cut.end is None else cut.end - cut.start
        self._lead = cut.key - cut.start if cut.key > 0 else float("-inf")
        self.end = 0.0

    def add_others(self) -> None:
        """Add the streams that stand behind the new sound: the old one, then subtitles; and chapters and titles.

        Raises:
            InputError: the output's container cannot hold one of them.
        """
        if self._sound is not None:
            self._places[self._sound.index] = self._copied(self._sound)
        for stream in self._container.streams:
            if stream.type == "subtitle" and stream.codec_context is not None:
                text = Subtitle(self._out, stream, self._target.suffix)
                self._texts[stream.index], self._places[stream.index] = text, text.place
                _describe(text.place, stream)
        self._out.metadata.update({k: v for k, v in self._container.metadata.items() if k not in _NOT_OURS})
        self._out.set_chapters(list(self._chapters()))

    def packets(self) -> "Iterator[tuple[Packet[Stream], float]]":
        """Give the packets to write, in stored order, each with its time in s of the output.

        Raises:
            InputError: the video is damaged on the way.
        """
        count = 0
        for packet in self._stored():
            time = self._shifted(packet)
            length = float(packet.duration * packet.time_base) if packet.duration else 0.0
            if packet.stream_index == self._video.index:
                if time < self._lead - CLOSE or count == self._cut.packets:
                    continue
                count += 1
                self.end = max(self.end, time + (length or self._step)) if self._length is None else self._length
            elif not self._inside(packet, time, length):
                continue
            if count == self._cut.packets and time > self.end + TAIL:
                return
            index = packet.stream_index
            written = self._texts[index].converted(packet) if index in self._texts else packet
            written.stream = self._places[index]
            yield written, time

    def _stored(self) -> "Iterator[Packet[Stream]]":
        import av

        if self._cut.key > 0:
            key = Fraction(self._cut.key) + clock_start(self._container)
            self._container.seek(round(key / (self._video.time_base or Fraction(1, 1000))), stream=self._video)
        packets = self._container.demux([self._container.streams[index] for index in self._places])
        while True:
            try:
                packet = next(packets, None)
            except (av.FFmpegError, OSError) as error:
                raise damaged(self._path, self.end, error) from None
            if packet is None:
                return
            if packet.size:
                yield packet

    def _shifted(self, packet: "Packet[Stream]") -> float:
        """Move a packet's timestamps to the output's clock; gives its time in s."""
        base = packet.time_base
        shift = round(self._zero / base)
        if packet.pts is not None:
            packet.pts -= shift
        if packet.dts is not None:
            packet.dts -= shift
        tick = packet.pts if packet.pts is not None else packet.dts
        return self.end if tick is None else float(tick * base)

    def _inside(self, packet: "Packet[Stream]", time: float, length: float) -> bool:
        """Whether a packet beside the picture belongs to the output.

        An encoder's run-in before time 0 is hidden by MP4's edit list; Matroska has no place for it. A subtitle that
        begins earlier is shown from 0 on.
        """
        if self._length is not None and time >= self._length:
            return False
        if time >= -CLOSE or (self._cut.start == 0 and not self._is_matroska):
            return True
        if packet.stream_index in self._texts:
            if time + length <= 0 or packet.pts is None:
                return False
            packet.duration = (packet.duration or 0) + packet.pts
            packet.pts = packet.dts = 0
            return True
        return not self._is_matroska and time + 2 * length > 0

    def _copied(self, stream: "_S") -> "_S":
        codec = stream.codec_context.name
        try:
            place = self._out.add_stream_from_template(stream, opaque=True)
        except ValueError:
            raise InputError(f"a {self._target.suffix} file cannot hold {codec}: write a file ending in .mkv") from None
        if codec == "hevc" and not self._is_matroska:
            place.codec_context.codec_tag = "hvc1"  # the tag that every player knows
        _describe(place, stream)
        return place

    def _chapters(self) -> "Iterator[Chapter]":
        last = self._length
        for chapter in self._container.chapters():
            base = chapter["time_base"] or Fraction(1, 1000)
            begin, end = (max(Fraction(0), chapter[key] * base - self._zero) for key in ("start", "end"))
            if end > 0 and (last is None or begin < last):
                end = end if last is None else min(end, Fraction(last).limit_denominator(1000))
                yield {**chapter, "start": round(begin / base), "end": round(end / base), "time_base": base}


def _describe(place: "Stream", stream: "Stream") -> None:
    """Carry over a stream's language, title and role."""
    for key in ("language", "title", "handler_name"):
        if key in stream.metadata:
            place.metadata[key] = stream.metadata[key]
