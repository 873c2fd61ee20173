"""Writes frames as a silent H.264 video."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from seehear.errors import InputError
from seehear.media.atomic import written_whole

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

_REPEATABLE = {"threads": "1", "x264-params": "mbtree=0"}
_STUDIO_RANGE, _BT601_MATRIX = 1, 6  # AVCOL_RANGE_MPEG and AVCOL_SPC_SMPTE170M, what cv2 converts to


def write_video(
    path: Path | str,
    frames: Iterable[NDArray[np.uint8]],
    fps: Fraction,
    *,
    repeatable: bool = False,
    force: bool = False,
) -> None:
    """Write frames as H.264 (CRF 18, 4:2:0, marked as BT.601), whole or not at all.

    Args:
        path: ends in .mp4, .mkv or .mov.
        frames: (height, width, 3) uint8 RGB, all of one even size.
        fps: frames per second.
        repeatable: the same frames give the same bytes on any number of processors: one thread, and no macroblock
            tree, which differs from run to run. A little larger.
        force: replace what is there.

    Raises:
        InputError: no frames, an odd size, frames of several sizes, or an output that cannot be written.
    """
    import av

    with written_whole(path, force=force) as beside, av.open(str(beside), "w") as container:
        stream = _stream(container, fps, repeatable=repeatable)
        size_wh: tuple[int, int] | None = None
        for index, picture in enumerate(frames):
            here = (picture.shape[1], picture.shape[0])
            if size_wh is None:
                size_wh = stream.width, stream.height = _even(here)
            if here != size_wh:
                raise InputError(f"expected every frame to be of size {size_wh}, got {here} at frame {index}")
            frame = _coded(picture)
            frame.pts, frame.time_base = index, 1 / Fraction(fps)
            container.mux(stream.encode(frame))
        if size_wh is None:
            raise InputError("expected at least one frame to write, got none")
        container.mux(stream.encode(None))


def _stream(container: "OutputContainer", fps: Fraction, *, repeatable: bool) -> "VideoStream":
    options = {"crf": "18", "preset": "veryfast"} | (_REPEATABLE if repeatable else {})
    stream = container.add_stream("libx264", rate=fps, options=options)
    stream.pix_fmt = "yuv420p"
    context = stream.codec_context
    context.color_range, context.colorspace = _STUDIO_RANGE, _BT601_MATRIX
    return stream


def _coded(picture: NDArray[np.uint8]) -> "VideoFrame":
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
