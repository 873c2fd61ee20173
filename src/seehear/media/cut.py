"""Where a video can be cut without touching its packets.

A decoder must begin at a key frame, and frames are stored in another order than they are shown in. MP4 and QuickTime
hide what a part needs but does not show with an edit list, so a part begins and ends at any frame. Matroska cannot
hide frames: a part begins at a key frame, and ends at a clean break, a place in the stored order before which all
frames are shown earlier than all frames behind it.
"""

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.media.container import clock_start, opened
from seehear.media.picture import kind_of, video_stream
from seehear.media.video import CLOSE, packets_of

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

Seconds = NDArray[np.float64]


class Cut(NamedTuple):
    """A part of a video that can be copied.

    Attributes:
        start: s of clip time, where the part's first frame is shown; 0 for the beginning.
        end: s of clip time, the end of the last frame shown; None for the end of the video.
        packets: how many to copy, counted in stored order from the key frame on; None for all.
        key: s of clip time, the key frame that decoding begins with; what lies between it and ``start`` is hidden.
    """

    start: float
    end: float | None
    packets: int | None
    key: float


def key_frame_before(picture: Path | str, start: float) -> float:
    """Find the last key frame at or before a time.

    Args:
        picture: image, animation or video; only a video has key frames.
        start: s of clip time.

    Returns:
        s of clip time; 0 where no key frame is known before ``start``; ``start`` for images and animations.

    Raises:
        InputError: the picture cannot be read.
    """
    if start <= 0:
        return 0.0
    with opened(picture) as container:
        stream = video_stream(container, picture)
        if kind_of(container, stream) != "video":
            return start
        zero, base = clock_start(container), stream.time_base or Fraction(1, 1000)
        found = 0.0
        container.seek(max(0, int((Fraction(start) + zero) / base)), stream=stream)
        for packet in packets_of(container, stream, picture):
            if packet.pts is None or not packet.size:
                continue
            time = float(packet.pts * base - zero)
            if packet.is_keyframe and not packet.is_discard and time <= start + CLOSE:
                found = max(found, time)
            if packet.dts is not None and float(packet.dts * base - zero) > start:
                break
    return found


def cut_points(picture: Path | str, start: float | None, end: float | None, *, edit_list: bool) -> Cut:
    """Find the part of a video nearest to a wanted one that can be copied as it is.

    Args:
        picture: a video.
        start: s of clip time; the part begins with the frame shown then, or without an edit list with the last key
            frame up to it.
        end: s of clip time; the part ends with the last frame that is shown mostly before it, or without an edit list
            at the last clean break up to there.
        edit_list: whether the target can hide frames.

    Raises:
        InputError: the video cannot be read.
    """
    key = key_frame_before(picture, start or 0.0)
    if key == (start or 0.0) and end is None:
        return Cut(key, None, None, key)
    latest = (start or 0.0) if end is None else end
    with opened(picture) as container:
        times, ends = _spans(container, video_stream(container, picture), picture, key, latest + 1.0)
    if not times.size:
        return Cut(key, None, None, key)
    begin = float(times[times <= (start or 0.0) + CLOSE].max(initial=key)) if edit_list else key
    if end is None:
        return Cut(begin, None, None, key)
    if edit_list:
        shown = np.flatnonzero((times + ends) / 2 <= end)
        shown = shown if shown.size else np.zeros(1, np.intp)
        return Cut(begin, float(ends[shown].max()), int(shown[-1]) + 1, key)
    count = _last_break(times, ends, end + float(np.median(ends - times)) / 2)
    return Cut(begin, float(ends[:count].max()), count, key)


def _spans(
    container: "InputContainer", stream: "VideoStream", picture: Path | str, key: float, latest: float
) -> tuple[Seconds, Seconds]:
    """Give begin and end of each frame from a key frame on, s of clip time, in stored order."""
    zero, base = clock_start(container), stream.time_base or Fraction(1, 1000)
    step = 1 / float(stream.average_rate or 25)
    spans: list[tuple[float, float]] = []
    if key > 0:
        container.seek(int((Fraction(key) + zero) / base), stream=stream)
    for packet in packets_of(container, stream, picture):
        if not packet.size or packet.pts is None:
            continue
        time = float(packet.pts * base - zero)
        if key == 0 or time >= key - CLOSE:
            spans.append((time, time + (float(packet.duration * base) if packet.duration else step)))
        if packet.dts is not None and float(packet.dts * base - zero) > latest:
            break
    table = np.asarray(spans, np.float64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _last_break(times: Seconds, ends: Seconds, limit: float) -> int:
    """Count the packets before the last clean break whose frames all end by ``limit``; at least up to the first one."""
    latest = np.maximum.accumulate(times)
    following = np.append(np.minimum.accumulate(times[::-1])[::-1][1:], np.inf)
    breaks = np.flatnonzero(latest < following)
    fitting = breaks[np.maximum.accumulate(ends)[breaks] <= limit]
    return int(fitting[-1] if fitting.size else breaks[0]) + 1
