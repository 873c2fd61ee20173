"""The door of the room: ``to_scene(picture)``, its backends, and what a backend is given.

Times of the scene run from ``start`` of the clip. Boxes are fractions of the frame, ``[x0, y0, x1, y1]``.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from seehear.backends import Backend, Backends
from seehear.errors import InputError
from seehear.media.picture import picture_info
from seehear.scene import Scene
from seehear.scene.scene import Projection


class SightFrame(Protocol):
    """One picture of the clip.

    Attributes:
        time: seconds.
    """

    time: float

    def luma(self) -> NDArray[np.uint8]:
        """(height, width) brightness."""

    def rgb(self) -> NDArray[np.uint8]:
        """(height, width, 3)."""


@dataclass(frozen=True)
class Sight:
    """What a backend is given to watch.

    Attributes:
        frames: gives the frames at most every so many seconds, each time anew, times from the scene's start.
        size_wh: pixels of a frame.
        duration: seconds of the scene.
        fps: frames a second; None: unknown.
        still: whether it is one still picture.
        horizontal_fov: deg.
        projection: perspective or equirectangular.
        spread: widens azimuths for effect, 1 is true to the picture.
        labels: what is known: ``"car"`` or ``"object_0=car"``.
    """

    frames: Callable[[float], Iterable[SightFrame]]
    size_wh: tuple[int, int]
    duration: float
    fps: float | None = None
    still: bool = False
    horizontal_fov: float = 60.0
    projection: Projection = "perspective"
    spread: float = 1.0
    labels: tuple[str, ...] = ()


class Watch(Protocol):
    """What every backend of this room can do."""

    def watch(self, sight: Sight) -> Scene:
        """Say what is where, when."""


BACKENDS = Backends("watch", {"motion": Backend("seehear.watch.motion:MotionWatch")})


def to_scene(
    picture: Path | str,
    *,
    backend: str = "motion",
    horizontal_fov: float = 60.0,
    projection: str = "perspective",
    spread: float = 1.0,
    labels: Sequence[str] = (),
    start: float = 0.0,
    end: float | None = None,
    duration: float = 10.0,
) -> Scene:
    """Watch an image, GIF or video and say what is where, when.

    Args:
        picture: the file.
        backend: a name in ``BACKENDS.names()``.
        horizontal_fov: deg that the picture spans, (0, 180) perspective, (0, 360] equirectangular.
        projection: perspective or equirectangular.
        spread: widens azimuths for effect, (0, 6]; 1 is true to the picture.
        labels: what is known: ``"car"`` names the most prominent object without a name, ``"object_0=car"`` that one.
        start: seconds into the clip where the scene begins.
        end: seconds into the clip where it ends; None: the clip's end.
        duration: seconds a still image lasts.

    Returns:
        The scene; what could not be known is listed in ``scene.extra["unknown"]``.

    Raises:
        InputError: the file or an option cannot be used.
        UnknownBackend: no such backend.
    """
    _check(horizontal_fov, projection, spread, labels)
    watcher: Watch = BACKENDS.load(backend)()
    return watcher.watch(_sight(picture, horizontal_fov, projection, spread, labels, (start, end), duration))


def _check(horizontal_fov: float, projection: str, spread: float, labels: Sequence[str]) -> None:
    if projection not in ("perspective", "equirectangular"):
        raise InputError(f"projection must be perspective or equirectangular, got {projection!r}")
    widest = 179.0 if projection == "perspective" else 360.0
    if not 1.0 <= horizontal_fov <= widest:
        raise InputError(
            f"horizontal_fov of a {projection} camera must be in [1, {widest:g}] deg, got {horizontal_fov:g}"
        )
    if not 0.0 < spread <= 6.0:
        raise InputError(f"spread must be in (0, 6], got {spread:g}")
    for label in labels:
        if isinstance(labels, str) or not label.partition("=")[-1 if "=" in label else 0].strip():
            raise InputError(f"labels must be like 'car' or 'object_0=car', got {label!r}")


def _sight(
    picture: Path | str,
    horizontal_fov: float,
    projection: str,
    spread: float,
    labels: Sequence[str],
    span: tuple[float, float | None],
    duration: float,
) -> Sight:
    from seehear.media.picture import frames as read

    info, (start, end) = picture_info(picture), span
    last = info.duration
    if last is None:
        if not 0.0 < duration < float("inf"):
            raise InputError(f"duration of a still image must be above 0 s, got {duration:g}")
    else:
        last = last if end is None else min(last, end)
        if not 0.0 <= start < last:
            raise InputError(
                f"expected start and end within {info.duration:g} s of '{picture}', got {start:g} to {end}"
            )

    def frames(every: float) -> Iterator[SightFrame]:
        if last is None:
            yield from read(picture)
            return
        for frame in read(picture, start=start, end=end, every=every):
            frame.time -= start
            yield frame

    return Sight(
        frames=frames,
        size_wh=info.size_wh,
        duration=duration if last is None else last - start,
        fps=float(info.fps) if info.fps else None,
        still=last is None,
        horizontal_fov=horizontal_fov,
        projection=cast(Projection, projection),
        spread=spread,
        labels=tuple(labels),
    )
