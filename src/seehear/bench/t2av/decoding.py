"""One pass over a clip: its sound whole, its picture as small brightness and a few small colour frames.

Every frame is decoded once; nothing large is kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.errors import InputError
from seehear.media.picture import PictureInfo
from seehear.media.reading import AudioClip, AudioInfo
from seehear.scene.direction import Array

LUMA_WIDTH = 160
"""Pixels across of the brightness that movement is measured on."""

VIEW_WIDTH = 640
"""Pixels across, at most, of the colour frames that are watched."""

VIEW_EVERY = 0.1
"""s between them, or the nearest whole number of frames."""

LONGEST = 120.0
"""s; longer clips are refused, they are no answer to these prompts."""

MOST_FRAMES = 14400
"""Frames; more are refused, whatever a header says of its rate."""


@dataclass
class SmallFrame:
    """One colour frame, (height, width, 3) uint8, and its time, s."""

    time: float
    colours: NDArray[np.uint8]

    def rgb(self) -> NDArray[np.uint8]:
        """(height, width, 3)."""
        return self.colours

    def luma(self) -> NDArray[np.uint8]:
        """(height, width)."""
        import cv2

        return np.asarray(cv2.cvtColor(self.colours, cv2.COLOR_RGB2GRAY), np.uint8)


class Seen(NamedTuple):
    """A clip's picture.

    Attributes:
        info: what the container says.
        time: (n,) s of each frame.
        luma: (n, height, `LUMA_WIDTH`) uint8.
        level: (n,) mean brightness, 0 to 255.
        change: (n,) how much each frame differs from the one before, levels; nan at first: `picture_change`.
        views: colour frames, small.
        fps: frames a second.
        duration: s to the end of the last frame.
    """

    info: PictureInfo
    time: Array
    luma: NDArray[np.uint8]
    level: Array
    change: Array
    views: tuple[SmallFrame, ...]
    fps: float
    duration: float


class DecodedClip(NamedTuple):
    """What one clip holds.

    Attributes:
        seen: its picture; None where it has none or it cannot be read.
        heard: its sound; None likewise.
        heard_info: what the container says of the sound.
        faults: why a part could not be read.
    """

    seen: Seen | None
    heard: AudioClip | None
    heard_info: AudioInfo | None
    faults: tuple[str, ...]


def decode_clip(path: Path | str) -> DecodedClip:
    """Read a clip once; a part that cannot be read is told in ``faults``, the other one is kept."""
    from seehear.media.reading import audio_info, read_audio

    faults: list[str] = []
    seen = heard = told = None
    try:
        seen = _seen(path)
    except InputError as error:
        faults.append(f"picture: {error}")
    try:
        told = audio_info(path)
        heard = None if told is None else read_audio(path, limit_seconds=LONGEST)
    except InputError as error:
        faults.append(f"sound: {error}")
    return DecodedClip(seen, heard, told, tuple(faults))


def _seen(path: Path | str) -> Seen:
    from seehear.media.picture import frames, picture_info
    from seehear.score.stillness import picture_change

    info = picture_info(path)
    if info.duration is None or info.duration > LONGEST:
        told = "a still picture" if info.duration is None else f"{info.duration:.0f} s"
        raise InputError(f"expected a video of at most {LONGEST:g} s in '{path}', got {told}")
    fps = float(info.fps or 25)
    due, step = 0.0, max(1, round(VIEW_EVERY * fps)) / fps
    measured = _Measured(LUMA_WIDTH)
    views = []
    for frame in frames(path):
        if frame.time > LONGEST or len(measured.times) >= MOST_FRAMES:
            raise InputError(
                f"expected a video of at most {LONGEST:g} s and {MOST_FRAMES} frames in '{path}', got more"
            )
        measured.add(frame.time, frame.luma())
        if frame.time >= due - 1e-4:
            due += step * (1 + int((frame.time + 1e-4 - due) / step))
            views.append(SmallFrame(frame.time, small(frame.rgb(), VIEW_WIDTH)))
    if len(views) < 2:
        raise InputError(f"expected a video of several frames in '{path}', got {len(measured.times)}")
    luma = measured.luma()
    return Seen(
        info, np.array(measured.times), luma, np.array(measured.level), picture_change(luma, fps=fps), tuple(views),
        fps, info.duration,
    )  # fmt: skip


class _Measured:
    """Collects what is measured of every frame."""

    def __init__(self, width: int) -> None:
        self._width = width
        self.times: list[float] = []
        self.level: list[float] = []
        self._luma: list[NDArray[np.uint8]] = []

    def add(self, time: float, luma: NDArray[np.uint8]) -> None:
        import cv2

        self.times.append(time)
        self.level.append(float(cv2.mean(luma)[0]))
        tiny = small(luma, self._width)
        if self._luma and self._luma[-1].shape != tiny.shape:
            raise InputError("expected frames of one size, got several")
        self._luma.append(tiny)

    def luma(self) -> NDArray[np.uint8]:
        return np.stack(self._luma)


def small(picture: NDArray[np.uint8], width: int) -> NDArray[np.uint8]:
    """Bring a picture (h, w) or (h, w, 3) within a width in pixels, and twice that in height, by area averages."""
    import cv2

    shrunk = min(width / picture.shape[1], 2 * width / picture.shape[0])
    if shrunk >= 1:
        return picture
    size_wh = max(16, round(picture.shape[1] * shrunk)), max(16, round(picture.shape[0] * shrunk))
    return np.asarray(cv2.resize(picture, size_wh, interpolation=cv2.INTER_AREA), np.uint8)


def sight_frames(views: tuple[SmallFrame, ...], every: float) -> Iterator[SmallFrame]:
    """Give the kept frames again, at most one in each span of ``every`` seconds."""
    due = 0.0
    for one in views:
        if one.time >= due - 1e-4:
            due += every * (1 + int((one.time + 1e-4 - due) / every))
            yield one
