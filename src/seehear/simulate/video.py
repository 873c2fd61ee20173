"""Writes a world's frames as a silent H.264 video."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

from seehear.errors import InputError
from seehear.media.atomic import written_whole
from seehear.simulate.stage import Frame

_REPEATABLE = {"threads": "1", "x264-params": "mbtree=0"}


def write_video(
    path: Path | str, frames: Iterable[Frame], fps: Fraction, *, repeatable: bool = False, force: bool = False
) -> None:
    """Write frames as H.264 (CRF 18, 4:2:0), whole or not at all.

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

    options = {"crf": "18", "preset": "veryfast"} | (_REPEATABLE if repeatable else {})
    with written_whole(path, force=force) as beside, av.open(str(beside), "w") as container:
        stream = container.add_stream("libx264", rate=fps, options=options)
        stream.pix_fmt = "yuv420p"
        size_wh: tuple[int, int] | None = None
        for index, picture in enumerate(frames):
            here = (picture.shape[1], picture.shape[0])
            if size_wh is None:
                size_wh = stream.width, stream.height = _even(here)
            if here != size_wh:
                raise InputError(f"expected every frame to be of size {size_wh}, got {here} at frame {index}")
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = index, 1 / Fraction(fps)
            container.mux(stream.encode(frame))
        if size_wh is None:
            raise InputError("expected at least one frame to write, got none")
        container.mux(stream.encode(None))


def _even(size_wh: tuple[int, int]) -> tuple[int, int]:
    if size_wh[0] % 2 or size_wh[1] % 2:
        raise InputError(f"expected frames of even width and height for H.264, got {size_wh}")
    return size_wh
