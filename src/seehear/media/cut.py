"""Where a video can be cut without touching its packets: it starts at a key frame and ends at a clean break.

A clean break is a place in the stored order before which all frames are shown earlier than all frames behind it.
"""

from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import numpy as np

from seehear.media.container import clock_start, opened
from seehear.media.picture import CLOSE, kind_of, packets_of, video_stream


class Cut(NamedTuple):
    """A part of a video that can be copied.

    Attributes:
        start: s of clip time, where a key frame is shown; 0 for the beginning.
        end: s of clip time, the end of the last frame copied; None for the end of the video.
        packets: how many to copy, counted in stored order from the key frame on; None for all.
    """

    start: float
    end: float | None
    packets: int | None


def key_frame_before(picture: Path | str, start: float) -> float:
    """Find the last key frame at or before a time: where a copied part begins.

    Args:
        picture: image, animation or video; only a video's start moves.
        start: s of clip time.

    Returns:
        s of clip time; 0 where no key frame is known before ``start``.

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


def cut_points(picture: Path | str, start: float | None, end: float | None) -> Cut:
    """Find the part of a video nearest to a wanted one that can be copied as it is.

    Args:
        picture: a video.
        start: s of clip time; the part begins at the last key frame up to it.
        end: s of clip time; the part ends at the last clean break up to half a frame behind it.

    Raises:
        InputError: the video cannot be read.
    """
    begin = key_frame_before(picture, start or 0.0)
    if end is None:
        return Cut(begin, None, None)
    times: list[float] = []
    ends: list[float] = []
    with opened(picture) as container:
        stream = video_stream(container, picture)
        zero, base = clock_start(container), stream.time_base or Fraction(1, 1000)
        step = 1 / float(stream.average_rate or 25)
        if begin > 0:
            container.seek(int((Fraction(begin) + zero) / base), stream=stream)
        for packet in packets_of(container, stream, picture):
            if not packet.size or packet.pts is None:
                continue
            time = float(packet.pts * base - zero)
            if begin > 0 and time < begin - CLOSE:
                continue
            times.append(time)
            ends.append(time + (float(packet.duration * base) if packet.duration else step))
            if packet.dts is not None and float(packet.dts * base - zero) > end + 1.0:
                break
    if not times:
        return Cut(begin, None, None)
    count = _last_break(np.asarray(times), np.asarray(ends), end + step / 2)
    return Cut(begin, max(ends[:count]), count)


def _last_break(times: "np.ndarray[tuple[int], np.dtype[np.float64]]", ends: "np.ndarray[tuple[int], np.dtype[np.float64]]", limit: float) -> int:  # fmt: skip  # noqa: E501
    """Count the packets before the last clean break whose frames all end by ``limit``; at least up to the first one."""
    latest = np.maximum.accumulate(times)
    following = np.append(np.minimum.accumulate(times[::-1])[::-1][1:], np.inf)
    breaks = np.flatnonzero(latest < following)
    fitting = breaks[np.maximum.accumulate(ends)[breaks] <= limit]
    return int(fitting[-1] if fitting.size else breaks[0]) + 1
