"""Reading pictures: any image, animation or video as a stream of upright frames with their true times.

Clip time 0 is the container's start, as for sound. Frames stored with pixels that are not square stay as stored;
`PictureInfo.size_wh` is the size to show them at.
"""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from seehear.errors import InputError
from seehear.media.container import MAX_PIXELS, clock_start, first_stream, opened
from seehear.media.frame import Converter, Frame, Turn, turn_of
from seehear.media.video import CLOSE, VideoReader, packets_of, rate_of, stated_end

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

PictureKind = Literal["image", "gif", "video"]

_ANIMATIONS = frozenset({"gif", "apng", "webp", "webp_anim"})
_STILL_BRANDS = frozenset({"avif", "heic", "heix", "mif1"})


class PictureInfo(NamedTuple):
    """What a picture file says of itself.

    Attributes:
        kind: "image"; "gif" for any animation of images with delays (GIF, APNG, WebP); "video".
        size_wh: width and height to show it at, pixels: upright, with square pixels.
        duration: s from clip time 0 to the end of the last frame; None for an image.
        fps: mean frames per second; None for an image or when unknown.
        has_audio: whether there is a sound stream.
        rotation: deg clockwise by which the stored picture is turned to be upright: 0, 90, 180 or 270.
    """

    kind: PictureKind
    size_wh: tuple[int, int]
    duration: float | None
    fps: Fraction | None
    has_audio: bool
    rotation: int


def picture_info(path: Path | str) -> PictureInfo:
    """Say what picture a file holds.

    Raises:
        InputError: not readable, no picture in it, no frames, or more than 200 megapixels.
    """
    with opened(path) as container:
        stream = video_stream(container, path)
        kind = kind_of(container, stream)
        has_audio = first_stream(container, "audio") is not None
        frame = next(VideoReader(container, stream, path).decoded(), None)
        if frame is None:
            raise InputError(f"expected a picture in '{path}', got a video without frames")
        turn = turn_of(frame, path)
        size = _shown_size(frame, stream, turn)
        if kind == "image":
            return PictureInfo(kind, size, None, None, has_audio, turn.clockwise)
        duration = None if kind == "gif" else stated_end(container, stream)
        rate = rate_of(stream)
    if duration is None:
        duration, count = _scanned(path)
        rate = Fraction(count / duration).limit_denominator(1001) if kind == "gif" else rate
    return PictureInfo(kind, size, duration, rate, has_audio, turn.clockwise)


def frames(
    path: Path | str, *, start: float = 0.0, end: float | None = None, every: float | None = None
) -> Iterator[Frame]:
    """Read a picture's frames in the order they are shown.

    Args:
        path: image, animation or video.
        start: s of clip time; frames before it are left out.
        end: s of clip time; frames from it on are left out.
        every: s; at most one frame is given in each span of this length, the first. None gives all.

    Yields:
        Frames with true times; an image gives one at time 0.

    Raises:
        InputError: as `picture_info`; damaged on the way, or shorter than it says.
    """
    with opened(path) as container:
        stream = video_stream(container, path)
        if kind_of(container, stream) == "image":
            image = next(VideoReader(container, stream, path).decoded(), None)
            if image is None:
                raise InputError(f"expected a picture in '{path}', got one without content")
            if start <= 0:
                yield Frame(image, 0.0, turn_of(image, path), None, Converter())
            return
        stream.thread_type = "AUTO"
        yield from _thinned(VideoReader(container, stream, path).frames(start, every), start, end, every)


def _scanned(path: Path | str) -> tuple[float, int]:
    """Find the end of the last frame, s of clip time, and the number of frames, by reading all packets."""
    last, count = 0.0, 0
    with opened(path) as container:
        stream = video_stream(container, path)
        zero, base = clock_start(container), stream.time_base or Fraction(1, 1000)
        step = 1 / float(rate_of(stream) or 25)
        for packet in packets_of(container, stream, path):
            if packet.size and not packet.is_discard:
                begin = count * step if packet.pts is None else float(packet.pts * base - zero)
                last = max(last, begin + (float(packet.duration * base) if packet.duration else step))
                count += 1
    return last, count


def video_stream(container: "InputContainer", path: Path | str) -> "VideoStream":
    """Give the first video stream.

    Raises:
        InputError: none; or it cannot be decoded here; or its picture is too large.
    """
    from av.video.stream import VideoStream

    stream = first_stream(container, "video")
    if not isinstance(stream, VideoStream):
        raise InputError(f"expected a picture or video, got '{path}' that has no picture")
    context = stream.codec_context
    if context is None:
        raise InputError(f"expected a video codec that can be decoded in '{path}': convert it to H.264")
    if context.width * context.height > MAX_PIXELS:
        raise InputError(
            f"expected at most {MAX_PIXELS // 10**6} megapixels, got {context.width}x{context.height} in '{path}': "
            "reduce it first"
        )
    brand = container.metadata.get("major_brand", "").strip()
    if brand in _STILL_BRANDS and sum(one.type == "video" for one in container.streams) > 1:
        raise InputError(f"expected one picture, got a tiled image in '{path}': convert it to JPEG or PNG")
    return stream


def kind_of(container: "InputContainer", stream: "VideoStream") -> PictureKind:
    """Tell images, animations and videos apart."""
    names = set(container.format.name.split(","))
    if names & _ANIMATIONS:
        return "gif" if _has_several(container, stream) else "image"
    if "image2" in names or any(name.endswith("_pipe") for name in names):
        return "image"
    if container.metadata.get("major_brand", "").strip() in _STILL_BRANDS and stream.frames <= 1:
        return "image"
    return "video"


def _has_several(container: "InputContainer", stream: "VideoStream") -> bool:
    packets = (packet for packet in container.demux(stream) if packet.size)
    several = next(packets, None) is not None and next(packets, None) is not None
    container.seek(0)
    return several


def _shown_size(frame: "VideoFrame", stream: "VideoStream", turn: Turn) -> tuple[int, int]:
    aspect = stream.sample_aspect_ratio or Fraction(1)
    width = max(1, round(frame.width * aspect)) if aspect > 0 else frame.width
    return (frame.height, width) if turn.transposed else (width, frame.height)


def _thinned(shown: Iterator[Frame], start: float, end: float | None, every: float | None) -> Iterator[Frame]:
    due = start
    for frame in shown:
        if end is not None and frame.time >= end - CLOSE:
            return
        if frame.time < due - CLOSE:
            continue
        if every is not None:
            due += every * (1 + int((frame.time + CLOSE - due) / every))
        yield frame
