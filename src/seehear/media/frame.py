"""One decoded picture: its time, its upright size, and its luma or colours when asked for.

Luma comes straight from the Y plane where there is one. Transparent pixels are laid over white. Pictures whose
longer side exceeds `LONGEST_SIDE` are reduced to it.
"""

from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from seehear.errors import InputError
from seehear.media.exif import orientation

if TYPE_CHECKING:
    from av.buffer import Buffer
    from av.video.frame import VideoFrame
    from av.video.reformatter import VideoReformatter

Picture = NDArray[np.uint8]

LONGEST_SIDE = 4096
"""Pixels that a frame carries along its longer side at most."""

_FULL_RANGE = 2
_LUMA_WEIGHTS = (0.299, 0.587, 0.114)


class Turn(NamedTuple):
    """How a stored picture is turned to be seen: transposed first, then flipped.

    Attributes:
        transposed: rows become columns.
        flipped_x: left and right change places.
        flipped_y: top and bottom change places.
        clockwise: deg, 0, 90, 180 or 270; a mirrored picture is first flipped left to right, then turned by so much.
    """

    transposed: bool = False
    flipped_x: bool = False
    flipped_y: bool = False
    clockwise: int = 0


_EXIF_TURNS = (
    Turn(), Turn(False, True, False, 0), Turn(False, True, True, 180), Turn(False, False, True, 180),
    Turn(True, False, False, 270), Turn(True, True, False, 90), Turn(True, True, True, 90), Turn(True, False, True, 270)
)  # fmt: skip


def turn_of(frame: "VideoFrame", path: Path | str) -> Turn:
    """Say how a frame is turned: by an image's Exif orientation, else by the display matrix (ISO/IEC 14496-12, 8.3.2).

    Args:
        frame: as decoded.
        path: its file.
    """
    told = orientation(path)
    if told is not None:
        return _EXIF_TURNS[told - 1]
    try:
        data = cast("Mapping[str, Buffer]", frame.side_data).get("DISPLAYMATRIX")
    except ValueError:  # side data of a kind that PyAV has no name for: the angle alone can be read
        return _turned(-frame.rotation)
    return Turn() if data is None else _turn_of_matrix(np.frombuffer(bytes(data), np.int32, count=9))


def _turned(clockwise: float) -> Turn:
    quarter = round(clockwise / 90) % 4
    return (Turn(), Turn(True, True, False, 90), Turn(False, True, True, 180), Turn(True, False, True, 270))[quarter]


def _turn_of_matrix(matrix: NDArray[np.int32]) -> Turn:
    a, b, c, d = (int(matrix[index]) for index in (0, 1, 3, 4))
    sign = 1 if a * d - b * c >= 0 else -1
    clockwise = int(np.round(np.degrees(np.arctan2(sign * b, sign * a)) / 90) * 90) % 360
    if abs(a) >= abs(b):
        return Turn(False, a < 0, d < 0, clockwise)
    return Turn(True, c < 0, b < 0, clockwise)


class Converter:
    """A clip's one way from stored pixels to colours; setting it up anew for every frame takes eight times as long."""

    def __init__(self) -> None:
        self._busy = Lock()
        self._made: VideoReformatter | None = None

    def rgb24(self, frame: "VideoFrame") -> NDArray[np.generic]:
        """Give the colours, (height, width, 3).

        Raises:
            ValueError: a pixel format that cannot be converted.
        """
        from av.video.reformatter import VideoReformatter

        with self._busy:
            self._made = self._made or VideoReformatter()
            return self._made.reformat(frame, format="rgb24", src_colorspace=_colorspace(frame)).to_ndarray()


class Frame:
    """One picture of a clip.

    Args:
        frame: as decoded.
        time: s of clip time.
        turn: how it is turned to be seen.
        duration: s that it is shown; None when nothing says.
        converter: shared by the frames of a clip.

    Attributes:
        time: s of clip time.
        duration: as given.
        turn: as given; already applied to what the methods return.
    """

    def __init__(
        self, frame: "VideoFrame", time: float, turn: Turn, duration: float | None, converter: Converter
    ) -> None:
        self._stored = frame
        self._converter = converter
        self.time = time
        self.duration = duration
        self.turn = turn

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height of the arrays given, pixels, upright."""
        width, height = bounded_size(self._stored.width, self._stored.height)
        return (height, width) if self.turn.transposed else (width, height)

    def luma(self) -> Picture:
        """Give the brightness, (height, width), 0 black to 255 white."""
        plane = _luma_plane(self._frame)
        if plane is None:
            return luma_of_rgb(self.rgb())
        return self._upright(plane)

    def rgb(self) -> Picture:
        """Give the colours, (height, width, 3)."""
        frame = self._frame
        try:
            if not _is_transparent(frame):
                colours = self._converter.rgb24(frame)
            else:
                colours = _over_white(frame.to_ndarray(format="rgba"))
        except ValueError as error:
            raise InputError(f"expected a common pixel format, got {frame.format.name}: {error}") from None
        return self._upright(colours)

    @cached_property
    def _frame(self) -> "VideoFrame":
        stored = self._stored
        width, height = bounded_size(stored.width, stored.height)
        if (width, height) == (stored.width, stored.height):
            return stored
        name = "rgba" if stored.format.has_palette else stored.format.name
        return stored.reformat(width=width, height=height, format=name, interpolation="AREA")

    def _upright(self, array: NDArray[np.generic]) -> Picture:
        turn = self.turn
        if turn.transposed:
            array = array.swapaxes(0, 1)
        array = array[:: -1 if turn.flipped_y else 1, :: -1 if turn.flipped_x else 1]
        return np.array(array, dtype=np.uint8, order="C")  # a copy: what the decoder holds, it may use again


def bounded_size(width: int, height: int) -> tuple[int, int]:
    """Give the size a picture is reduced to, so that its longer side fits `LONGEST_SIDE`.

    Example:
        >>> bounded_size(10000, 9000), bounded_size(1280, 720)
        ((4096, 3686), (1280, 720))
    """
    scale = min(1.0, LONGEST_SIDE / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def luma_of_rgb(colours: Picture) -> Picture:
    """Give the luma of colours (ITU-R BT.601, as JPEG stores it), (height, width)."""
    weighted = colours.astype(np.float32) @ np.asarray(_LUMA_WEIGHTS, np.float32)
    grey: Picture = np.rint(weighted).astype(np.uint8)
    return grey


def _is_transparent(frame: "VideoFrame") -> bool:
    return frame.format.has_palette or any(part.is_alpha for part in frame.format.components)


def _colorspace(frame: "VideoFrame") -> int | None:
    """Unmarked high-definition pictures are BT.709, as players take them."""
    from av.video.reformatter import Colorspace

    return int(Colorspace.ITU709) if frame.colorspace == 2 and frame.height >= 720 and not frame.format.is_rgb else None


def _over_white(rgba: NDArray[np.generic]) -> Picture:
    colours, alpha = rgba[..., :3].astype(np.uint16), rgba[..., 3:].astype(np.uint16)
    blended = (colours * alpha + 255 * (255 - alpha) + 127) // 255
    return blended.astype(np.uint8)


def _luma_plane(frame: "VideoFrame") -> Picture | None:
    """Give the stored Y plane at full range, or None where there is none to take."""
    luma, others = frame.format.components[0], frame.format.components[1:]
    grey = not others
    if frame.format.is_rgb or _is_transparent(frame) or not (grey or (luma.is_luma and frame.format.is_planar)):
        return None
    bits = luma.bits
    if not 8 <= bits <= 16 or frame.format.is_bit_stream or "f" in frame.format.name.removeprefix("gray"):
        return None
    plane = frame.planes[0]
    if bits == 8:
        lines = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        picture = lines[: frame.height, : frame.width]
    else:
        kind = np.dtype(">u2" if frame.format.is_big_endian else "<u2")
        words = np.frombuffer(memoryview(plane), kind).reshape(-1, plane.line_size // 2)[: frame.height, : frame.width]
        shift = 8 if frame.format.name.startswith(("p0", "p2", "p4")) else bits - 8
        picture = (words >> shift).astype(np.uint8)
    full = frame.color_range == _FULL_RANGE or frame.format.name.startswith("yuvj")
    full = full or (grey and frame.color_range == 0)
    return picture if full else _stretched(picture)


def _stretched(picture: Picture) -> Picture:
    import cv2  # the quickest table look-up there is; a frame's time is spent here

    return np.asarray(cv2.LUT(picture, _full_range_table()), dtype=np.uint8)


@lru_cache(maxsize=1)
def _full_range_table() -> Picture:
    """Map studio range, 16 to 235, to 0 to 255 (ITU-R BT.709, section 4.6)."""
    levels = np.clip((np.arange(256) - 16.0) * (255.0 / 219.0), 0, 255)
    table: Picture = np.rint(levels).astype(np.uint8)
    return table
