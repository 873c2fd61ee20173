"""Writes frames as H.264 video, silent or with a sound that is carried over unchanged."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from seehear.errors import InputError
from seehear.media.atomic import check_output, written_whole
from seehear.media.carry import CopiedSound, carried_sound
from seehear.media.coding import PICTURE_SUFFIXES
from seehear.media.container import opened

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

Picture = NDArray[np.uint8]

_DRAWN = {"x264-params": "bframes=1:b-adapt=0:weightp=0:subme=1"}
"""On drawings: no worse and hardly larger than the preset's own choices, in two thirds of the time."""

_REPEATABLE = {"threads": "1", "x264-params": "mbtree=0"}
_STUDIO_RANGE, _BT601_MATRIX = 1, 6  # AVCOL_RANGE_MPEG and AVCOL_SPC_SMPTE170M, what cv2 converts to


def write_video(
    path: Path | str,
    frames: Iterable[Picture],
    fps: Fraction,
    *,
    sound: Path | str | None = None,
    repeatable: bool = False,
    drawn: bool = False,
    force: bool = False,
) -> None:
    """Write frames as H.264 (CRF 18, 4:2:0, marked as BT.601), whole or not at all.

    Args:
        path: ends in .mp4, .mkv or .mov.
        frames: (height, width, 3) uint8 RGB, all of one even size.
        fps: frames per second.
        sound: a file whose first sound comes along: its own packets where the container takes them, else FLAC or PCM
            that decodes to the same samples. It is not cut to the picture.
        repeatable: the same frames give the same bytes on any number of processors: one thread, and no macroblock
            tree, which differs from run to run. A little larger.
        drawn: choose what codes drawings fast.
        force: replace what is there.

    Raises:
        InputError: no frames, an odd size, frames of several sizes, an output that cannot be written, or a sound that
            cannot be read or that the container cannot hold.
    """
    import av

    check_output(path, force=force)
    if Path(path).suffix.lower() not in PICTURE_SUFFIXES:
        raise InputError(f"expected a video file ending in {', '.join(PICTURE_SUFFIXES)}, got '{path}'")
    with ExitStack() as stack:
        carried = None if sound is None else stack.enter_context(carried_sound(sound, Path(path)))
        beside = stack.enter_context(written_whole(path, force=force))
        out = stack.enter_context(av.open(f"file:{beside}", "w"))
        stream = _stream(out, fps, repeatable=repeatable, drawn=drawn)
        # the first frame settles the size, which the header holds; only then may a packet be written
        coded = _coded_frames(stream, frames, fps)
        first = next(coded)
        track = CopiedSound(stack.enter_context(opened(carried)), out) if carried is not None else None
        for packets, time in chain([first], coded):
            out.mux(packets)
            if track is not None:
                track.write(until=time)
        out.mux(stream.encode(None))
        if track is not None:
            track.write(until=float("inf"))


def _coded_frames(
    stream: "VideoStream", frames: Iterable[Picture], fps: Fraction
) -> "Iterator[tuple[list[Packet[VideoStream]], float]]":
    """Give what comes out of the encoder for each frame, and the frame's time in seconds."""
    size_wh: tuple[int, int] | None = None
    for index, picture in enumerate(frames):
        here = (picture.shape[1], picture.shape[0])
        if size_wh is None:
            size_wh = stream.width, stream.height = _even(here)
        if here != size_wh:
            raise InputError(f"expected every frame to be of size {size_wh}, got {here} at frame {index}")
        frame = _coded(picture)
        frame.pts, frame.time_base = index, 1 / Fraction(fps)
        yield stream.encode(frame), float(index / fps)
    if size_wh is None:
        raise InputError("expected at least one frame to write, got none")


def _stream(container: "OutputContainer", fps: Fraction, *, repeatable: bool, drawn: bool) -> "VideoStream":
    options = {"crf": "18", "preset": "veryfast"} | (_REPEATABLE if repeatable else _DRAWN if drawn else {})
    stream = container.add_stream("libx264", rate=fps, options=options)
    stream.pix_fmt = "yuv420p"
    context = stream.codec_context
    context.color_range, context.colorspace = _STUDIO_RANGE, _BT601_MATRIX
    return stream


def _coded(picture: Picture) -> "VideoFrame":
    import av
    import cv2  # converts in a third of the time swscale takes

    planes = np.asarray(cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2YUV_I420), np.uint8)
    frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
    frame.color_range, frame.colorspace = _STUDIO_RANGE, _BT601_MATRIX
    return frame


def _even(size_wh: tuple[int, int]) -> tuple[int, int]:
    if size_wh[0] % 2 or size_wh[1] % 2:
        raise InputError(f"expected frames of even width and height for H.264, got {size_wh}")
    return size_wh
