"""Decoding a video stream: true times, no more work than asked for, nothing lost unnoticed."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from seehear.errors import InputError
from seehear.media.container import MAX_PIXELS, cause, clock_start, damaged
from seehear.media.frame import Converter, Frame, Turn, turn_of

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

TAIL = 0.5
"""s; a video may end this much before its container says; more means that it is damaged."""

CLOSE = 1e-4
"""s; times closer than this are the same: containers round them."""


def rate_of(stream: "VideoStream") -> Fraction | None:
    """Give the mean frame rate; containers without one lead to guesses beyond all sense."""
    return next((one for one in (stream.average_rate, stream.guessed_rate) if one and 0 < one <= 1000), None)


def stated_end(container: "InputContainer", stream: "VideoStream") -> float | None:
    """Give the end of the last frame, s of clip time, where the container says it exactly."""
    if stream.duration is None or stream.time_base is None or "mov" not in container.format.name:
        return None
    begin = (stream.start_time or 0) * stream.time_base - clock_start(container)
    return float(begin + stream.duration * stream.time_base)


def packets_of(container: "InputContainer", stream: "VideoStream", path: Path | str) -> "Iterator[Packet[VideoStream]]":
    """Give a video stream's packets in stored order.

    Raises:
        InputError: damaged on the way.
    """
    import av

    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
        except (av.FFmpegError, OSError) as error:
            raise damaged(path, 0.0, error) from None
        if packet is None:
            return
        yield packet


class VideoReader:
    """One pass over a video stream.

    Args:
        container: the open file.
        stream: its video stream.
        path: its name, for messages.
    """

    def __init__(self, container: "InputContainer", stream: "VideoStream", path: Path | str) -> None:
        self._container, self._stream, self._path = container, stream, path
        self._zero, self._base = clock_start(container), stream.time_base or Fraction(1, 1000)
        self._step = 1 / float(rate_of(stream) or 25)
        self._cells: dict[int, float] = {}
        self._reach = 0.0
        self._converter = Converter()
        stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}

    def frames(self, start: float, every: float | None) -> Iterator[Frame]:
        """Give frames from the key frame at or before ``start`` on, with their times.

        Args:
            start: s of clip time; frames before it may be missing.
            every: s; in each span of this length, counted from ``start``, only the first frame is sure to be there.

        Raises:
            InputError: no frames, damaged, or shorter than the container says.
        """
        shown = self._clocked(start, every)
        if start > 0 and {"mov", "matroska"} & set(self._container.format.name.split(",")):
            self._container.seek(int((Fraction(start) + self._zero) / self._base), stream=self._stream)
            first = next(shown, None)
            if first is None or first.time > start:
                self._container.seek(0)
                shown = self._clocked(start, every)
            else:
                yield first
        last = None
        for last in shown:
            yield last
        end = stated_end(self._container, self._stream)
        if last is None and start <= 0:
            raise InputError(f"expected a picture in '{self._path}', got a video without frames")
        if last is not None and end is not None and self._reach < end - TAIL:
            raise damaged(self._path, self._reach, f"the picture should last {end:.3f} s")

    def decoded(self, start: float = 0.0, every: float | None = None) -> "Iterator[VideoFrame]":
        """Give decoded frames; arguments and errors as for `frames`."""
        import av

        time, begun, failure = 0.0, False, None
        for packet in packets_of(self._container, self._stream, self._path):
            try:
                self._spare(packet, start, every)
                decoded = packet.decode()
            except (av.FFmpegError, OSError, ValueError) as error:
                if begun:
                    raise damaged(self._path, time, error) from None
                failure = error  # broadcasts and cut recordings begin between key frames
                continue
            for frame in decoded:
                begun, time = True, frame.time if frame.time is not None else time
                yield frame
        if not begun and failure is not None:
            raise InputError(
                f"expected a picture in '{self._path}', got one that cannot be decoded ({cause(failure)}): "
                "convert it to PNG, GIF or MP4"
            )

    def _clocked(self, start: float, every: float | None) -> Iterator[Frame]:
        time = -self._step
        turn: Turn | None = None
        for frame in self.decoded(start, every):
            turn = turn_of(frame, self._path) if turn is None else turn
            base = frame.time_base or Fraction(1, 1000)
            time = time + self._step if frame.pts is None else float(frame.pts * base - self._zero)
            shown = float(frame.duration * base) if frame.duration else self._step
            yield Frame(frame, time, turn, shown, self._converter)

    def _spare(self, packet: "Packet[VideoStream]", start: float, every: float | None) -> None:
        """Let the decoder skip a frame that nobody asked for, if no other frame needs it."""
        if packet.pts is None:
            return
        time = float(packet.pts * self._base - self._zero)
        self._reach = max(self._reach, time + (float(packet.duration * self._base) if packet.duration else self._step))
        if every is None:
            return
        cell = int((time - start + CLOSE) // every)
        first = self._cells.get(cell)
        spared = time < start - CLOSE or (first is not None and first < time)
        self._cells[cell] = time if first is None else min(first, time)
        if len(self._cells) > 1000:
            self._cells = {one: begin for one, begin in self._cells.items() if one > cell - 500}
        self._stream.codec_context.skip_frame = "NONREF" if spared else "DEFAULT"
