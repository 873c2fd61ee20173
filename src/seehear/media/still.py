"""Images and animations as H.264 video: an image stands still, an animation keeps its delays."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from seehear.media.frame import Frame, Picture
from seehear.media.picture import frames, picture_info

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

LONGEST_SIDE = 2560
"""Pixels along the longer side of a video made from an image; larger ones are reduced to it."""

RATE = 10
TICK = Fraction(1, 1000)
_SMALLEST = 16


class StillPicture:
    """The picture of a file made from an image or an animation.

    Args:
        container: open output.
        path: image or animation.
        start: s of the animation's time; before it is left out.
        end: s; from it on is left out; None for the animation's own end.
        duration: s that an image is shown; an animation has its own.
        loops: times that an animation runs.
    """

    def __init__(
        self, container: "OutputContainer", path: Path, *, start: float, end: float | None, duration: float, loops: int
    ) -> None:
        info = picture_info(path)
        self._path, self._start, self._end, self._loops = path, start, end, loops
        self._still = info.kind == "image"
        length = (info.duration or duration) if end is None else min(end, info.duration or end)
        self._once = duration if self._still else length - start
        self.end = self._once * (1 if self._still else loops)
        self._size = _even_size(next(frames(path)).size_wh)
        options = {"preset": "veryfast", "tune": "stillimage", "crf": "18", "bf": "0"}
        self._stream = container.add_stream("libx264", rate=RATE, options=options, time_base=TICK)
        self._stream.width, self._stream.height = self._size
        self._stream.pix_fmt = "yuv420p"
        context = self._stream.codec_context
        context.color_range = context.colorspace = context.color_primaries = context.color_trc = 1
        context.gop_size = 10 * RATE

    def packets(self) -> "Iterator[tuple[Packet[VideoStream], float]]":
        """Give the encoded packets in order, each with its time in s."""
        lengths: dict[int, int] = {}
        for picture, time, length in self._shown():
            picture.pts, picture.time_base = round(time / TICK), TICK
            lengths[picture.pts] = round((time + length) / TICK) - picture.pts
            yield from self._timed(self._stream.encode(picture), lengths)
        yield from self._timed(self._stream.encode(None), lengths)

    def _timed(
        self, packets: "list[Packet[VideoStream]]", lengths: dict[int, int]
    ) -> "Iterator[tuple[Packet[VideoStream], float]]":
        for packet in packets:
            tick = round((packet.pts or 0) * packet.time_base / TICK)
            packet.duration = round(lengths.pop(tick, 1000 // RATE) * TICK / packet.time_base)
            yield packet, float(tick * TICK)

    def _shown(self) -> "Iterator[tuple[VideoFrame, float, float]]":
        """Give each picture with its time and length in s."""
        if self._still:
            picture = self._drawn(next(frames(self._path)))
            count = max(1, round(self.end * RATE))
            for index in range(count):
                time = index / RATE
                yield picture, time, (self.end if index == count - 1 else (index + 1) / RATE) - time
            return
        for loop in range(self._loops):
            held: Frame | None = None
            for frame in frames(self._path, start=self._start, end=self._end):
                if held is not None:
                    yield self._drawn(held), *self._span(loop, held.time, frame.time)
                held = frame
            if held is not None:
                yield self._drawn(held), *self._span(loop, held.time, self._start + self._once)

    def _span(self, loop: int, begin: float, end: float) -> tuple[float, float]:
        return loop * self._once + begin - self._start, max(end - begin, float(TICK))

    def _drawn(self, frame: Frame) -> "VideoFrame":
        import av

        width, height = self._size
        colours = _reduced(frame.rgb())
        padded = np.pad(colours, ((0, height - colours.shape[0]), (0, width - colours.shape[1]), (0, 0)), mode="edge")
        drawn = av.VideoFrame.from_ndarray(padded, format="rgb24")
        return drawn.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")


def _reduced(colours: Picture) -> Picture:
    import cv2

    height, width = colours.shape[:2]
    scale = LONGEST_SIDE / max(width, height)
    if scale >= 1:
        return colours
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(colours, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _even_size(size_wh: tuple[int, int]) -> tuple[int, int]:
    """Give the size of the coded picture: reduced, then padded to even sides of at least 16 pixels."""
    scale = min(1.0, LONGEST_SIDE / max(size_wh))
    sides = [max(_SMALLEST, max(1, round(side * scale))) for side in size_wh]
    return sides[0] + sides[0] % 2, sides[1] + sides[1] % 2
