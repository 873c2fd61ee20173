"""A picture with a new sound: the picture's packets are copied untouched, the sound is coded for the container.

A part of a video is copied, too, from a key frame on. Data streams, further
video streams, cover art and attached fonts are left out; subtitles and chapters come along.
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from seehear.errors import InputError
from seehear.media.atomic import check_output, written_whole
from seehear.media.coding import coding_for
from seehear.media.container import cause, opened
from seehear.media.copying import CopiedPicture
from seehear.media.cut import Cut, cut_points, key_frame_before
from seehear.media.edits import end_picture
from seehear.media.encode import SoundEncoder
from seehear.media.layout import Layout
from seehear.media.picture import PictureInfo, picture_info
from seehear.media.sa3d import insert_sa3d
from seehear.media.speakers import MASK_TAG
from seehear.media.stems import Samples
from seehear.media.still import StillPicture

if TYPE_CHECKING:
    from av.container import OutputContainer

__all__ = ["Muxed", "check_mux", "key_frame_before", "mux", "trimmed_start"]

IMAGE_SECONDS = 10.0
"""s that an image is shown when nothing else is said."""


class Muxed(NamedTuple):
    """What was written.

    Attributes:
        start: s of the picture's clip time at which the output begins, as `trimmed_start` tells.
        duration: s of the output's picture; its sound is as long.
    """

    start: float
    duration: float


def mux(
    picture: Path | str,
    out: Path | str,
    sound: Iterable[Samples],
    layout: Layout,
    *,
    sample_rate: int = 48000,
    keep_original: bool = False,
    start: float | None = None,
    end: float | None = None,
    duration: float | None = None,
    loops: int = 1,
    force: bool = False,
) -> Muxed:
    """Write a picture with a sound.

    Args:
        picture: image, animation or video.
        out: ``.mp4``, ``.m4v``, ``.mov`` or ``.mkv``.
        sound: float32 (channels, n) blocks in the layout's own order; the first sample belongs to the moment that
            `trimmed_start` names. Padded with silence or cut to the picture's length.
        layout: of the sound.
        sample_rate: Hz of the sound.
        keep_original: copy the picture's own first sound as a second track.
        start: s of clip time; a video begins with the frame shown then, in Matroska with the last key frame before.
        end: s of clip time; a video ends with the last frame mostly before it, in Matroska up to a few frames sooner,
            where it can be cut.
        duration: s that an image is shown, 10 without it; animations and videos have their own.
        loops: times that an animation runs.
        force: replace an existing output.

    Raises:
        InputError: the picture cannot be read or is damaged; the output exists, cannot be written or cannot hold the
            picture or the layout; the sound has too large or no finite samples. Nothing is left behind then.
    """
    import av

    source, target = Path(picture), Path(out)
    check_mux(source, target, layout, sample_rate=sample_rate, keep_original=keep_original, loops=loops, force=force)
    info = picture_info(source)
    plan = _Plan(source, layout, sample_rate, keep_original, start or 0.0, end, duration or IMAGE_SECONDS, loops)
    with written_whole(target, force=force) as beside:
        try:
            muxed = _written(beside, plan, info, _Feed(sound, layout))
        except (av.FFmpegError, ValueError) as error:
            raise _refusal(error, target) from None
        if target.suffix.lower() != ".mkv":
            if end is not None and info.kind == "video":
                end_picture(beside, muxed.duration)
            if layout.kind == "ambisonics":
                insert_sa3d(beside, layout.order)
    return muxed


def trimmed_start(picture: Path | str, out: Path | str, start: float) -> float:
    """Say where an output that is to begin at ``start`` does begin.

    Args:
        picture: image, animation or video.
        out: the output; its suffix names the container.
        start: s of clip time.

    Returns:
        s of clip time: the frame shown at ``start``; in Matroska the last key frame up to it.

    Raises:
        InputError: the picture cannot be read.
    """
    if start <= 0 or picture_info(picture).kind != "video":
        return max(0.0, start)
    return cut_points(picture, start, None, edit_list=Path(out).suffix.lower() != ".mkv").start


def check_mux(
    picture: Path | str,
    out: Path | str,
    layout: Layout,
    *,
    sample_rate: int = 48000,
    keep_original: bool = False,
    loops: int = 1,
    force: bool = False,
) -> None:
    """Refuse at once what `mux` could not write, before any sound is made.

    Raises:
        InputError: as `mux`, as far as it can be known.
    """
    target = Path(out)
    coding_for(target, layout, sample_rate=sample_rate)
    check_output(target, force=force)
    if loops < 1:
        raise InputError(f"loops must be at least 1, got {loops}")
    if picture_info(picture).kind != "video":
        return
    if loops > 1:
        raise InputError(f"loops is for animations, got the video '{picture}'")
    _check_copy(Path(picture), target, keep_original=keep_original)


def _check_copy(picture: Path, target: Path, *, keep_original: bool) -> None:
    """Refuse streams that the output's container cannot hold, by adding them to one that is never written."""
    import av

    name = {".mkv": "matroska", ".mov": "mov"}.get(target.suffix.lower(), "mp4")
    with av.open(BytesIO(), "w", format=name) as out, opened(picture) as container:
        whole = Cut(0.0, None, None, 0.0)
        CopiedPicture(container, out, picture, whole, target=target, keep_original=keep_original).add_others()


class _Plan(NamedTuple):
    picture: Path
    layout: Layout
    sample_rate: int
    keep_original: bool
    start: float
    end: float | None
    duration: float
    loops: int


def _written(beside: Path, plan: _Plan, info: PictureInfo, feed: "_Feed") -> Muxed:
    import av

    with ExitStack() as stack:
        out = stack.enter_context(av.open(f"file:{beside}", "w"))
        if info.kind == "video":
            cut = cut_points(plan.picture, plan.start, plan.end, edit_list=beside.suffix.lower() != ".mkv")
            container = stack.enter_context(opened(plan.picture))
            copied = CopiedPicture(container, out, plan.picture, cut, target=beside, keep_original=plan.keep_original)
            encoder = _sound_stream(out, beside, plan)
            copied.add_others()
            _interleave(out, copied, encoder, feed, plan.sample_rate)
            return Muxed(cut.start, copied.end)
        still = StillPicture(
            out, plan.picture, start=plan.start, end=plan.end, duration=plan.duration, loops=plan.loops
        )
        _interleave(out, still, _sound_stream(out, beside, plan), feed, plan.sample_rate)
        return Muxed(plan.start, still.end)


def _sound_stream(out: "OutputContainer", beside: Path, plan: _Plan) -> SoundEncoder:
    coding = coding_for(beside, plan.layout, sample_rate=plan.sample_rate)
    encoder = SoundEncoder(out, coding, plan.layout, plan.sample_rate)
    encoder.stream.metadata["title"] = plan.layout.name
    if beside.suffix.lower() == ".mkv":
        encoder.stream.metadata[MASK_TAG] = hex(plan.layout.mask)
    return encoder


def _interleave(
    out: "OutputContainer", picture: CopiedPicture | StillPicture, encoder: SoundEncoder, feed: "_Feed", rate: int
) -> None:
    """Write picture and sound side by side, the sound never behind, so that nothing piles up in memory."""
    for packet, time in picture.packets():
        out.mux(packet)
        behind = round(min(time, picture.end) * rate) - encoder.place
        if behind > 0:
            out.mux(encoder.encode(feed.take(behind)))
    for count in _steps(round(picture.end * rate) - encoder.place):
        out.mux(encoder.encode(feed.take(count)))
    out.mux(encoder.flush())


def _steps(count: int) -> Iterator[int]:
    for begin in range(0, count, 65536):
        yield min(65536, count - begin)


class _Feed:
    """Blocks of any length, given out in the lengths asked for; silence behind the end."""

    def __init__(self, sound: Iterable[Samples], layout: Layout) -> None:
        self._blocks = iter(sound)
        self._layout = layout
        self._held = np.zeros((layout.size, 0), np.float32)

    def take(self, count: int) -> Samples:
        """Give the next ``count`` samples."""
        parts, missing = [self._held], count - self._held.shape[1]
        while missing > 0:
            block = next(self._blocks, None)
            if block is None:
                block = np.zeros((self._layout.size, missing), np.float32)
            self._check(block)
            parts.append(block)
            missing -= block.shape[1]
        joined = np.concatenate(parts, axis=1) if len(parts) > 1 else parts[0]
        self._held = joined[:, count:]
        return joined[:, :count]

    def _check(self, block: Samples) -> None:
        if block.ndim != 2 or block.shape[0] != self._layout.size:
            raise InputError(f"expected ({self._layout.size}, n) samples for {self._layout.name}, got {block.shape}")
        if not np.isfinite(block).all():
            raise InputError("expected finite samples, got NaN or infinity")


def _refusal(error: Exception, target: Path) -> InputError:
    import errno

    import av

    if isinstance(error, InputError):
        return error
    if isinstance(error, av.FFmpegError) and error.errno in (
        errno.ENOSPC,
        errno.EFBIG,
        errno.EDQUOT,
        errno.EIO,
        errno.EROFS,
    ):
        return InputError(f"cannot write '{target}': {cause(error)}")
    return InputError(
        f"'{target}' cannot hold this picture or what comes with it ({cause(error)}): write '{target.stem}.mkv'"
    )
