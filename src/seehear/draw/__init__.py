"""Scene in, video out: what the scene says is where, is seen there.

Backends: `storyboard` (default, no weights), an animatic of labelled drawings; `animatediff` (extra ``neural``), Stable
Diffusion 1.5 in motion, held to the boxes.
"""

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from seehear.backends import Backend, Backends

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from seehear.draw.loudness import Loudness
    from seehear.scene import Scene

__all__ = ["BACKENDS", "Drawer", "to_video"]

BACKENDS = Backends(
    "draw",
    {
        "animatediff": Backend("seehear.draw.animatediff.drawer:AnimateDiff", "neural"),
        "storyboard": Backend("seehear.draw.storyboard:Storyboard"),
    },
)


class Drawer(Protocol):
    """What stands behind a row of `BACKENDS`, made with the backend's own options."""

    def frames(
        self, scene: "Scene", *, fps: Fraction, size_wh: tuple[int, int], loudness: "Mapping[str, Loudness]"
    ) -> "Iterator[NDArray[np.uint8]]":
        """Give the pictures of a scene, (height, width, 3) RGB, one after the other.

        Args:
            scene: what is where.
            fps: pictures a second; the picture of index i shows the time i / fps.
            size_wh: pixels.
            loudness: object id -> how loud it is over time; objects left out go by their spans.
        """
        ...


def to_video(
    scene: "Scene",
    path: Path | str,
    *,
    backend: str = "storyboard",
    fps: Fraction | float = 30,
    size_wh: tuple[int, int] | None = None,
    loudness: "Mapping[str, Loudness] | None" = None,
    sound: Path | str | None = None,
    force: bool = False,
    progress: Callable[[float], None] = lambda done: None,
    **options: Any,  # noqa: ANN401 - each backend has its own
) -> None:
    """Draw a scene into a video, whole or not at all.

    Args:
        scene: what is where, when.
        path: ends in .mp4, .mkv or .mov.
        backend: a name in `BACKENDS`.
        fps: pictures a second, 1 to 240.
        size_wh: pixels, even, 16 to 8192; default: the scene camera's, else 1280 by 720.
        loudness: object id -> `Loudness`; objects left out pulse evenly while the scene says they sound.
        sound: a file whose sound comes along unchanged; None: a silent video.
        force: replace what is there.
        progress: told now and then how much is done, 0 to 1.
        options: the backend's own: see `seehear.draw.storyboard.Storyboard` and
            `seehear.draw.animatediff.settings.Settings`.

    Raises:
        InputError: a size, rate or output that cannot be, or a scene that the backend cannot draw.
        UnknownBackend: no such backend.
        MissingBackend: its packages are not installed.

    Example:
        >>> from seehear.scene import Scene
        >>> to_video(Scene(duration=0.1), "empty.mp4", size_wh=(33, 20))
        Traceback (most recent call last):
        ...
        seehear.errors.InputError: expected an even width and height from 16 to 8192 pixels, got 33 x 20: try 32 x 20
    """
    from seehear.draw.wish import checked_rate, checked_size
    from seehear.media.atomic import check_output
    from seehear.media.film import write_video

    rate, size = checked_rate(fps), checked_size(size_wh, scene)
    check_output(path, force=force)
    drawer: Drawer = BACKENDS.load(backend)(**options)
    frames = drawer.frames(scene, fps=rate, size_wh=size, loudness=loudness or {})
    count = max(round(scene.duration * rate), 1)
    write_video(path, _counted(frames, count, progress), rate, sound=sound, drawn=backend == "storyboard", force=force)


def _counted(
    frames: "Iterator[NDArray[np.uint8]]", count: int, progress: Callable[[float], None]
) -> "Iterator[NDArray[np.uint8]]":
    for index, frame in enumerate(frames):
        yield frame
        progress((index + 1) / count)
