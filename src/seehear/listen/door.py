"""The door of the room: ``to_scene(clip)``, its backends, and what a backend is given.

Times of the scene run from ``start`` of the clip. Azimuth in degrees, +90 is left.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, cast

from seehear.backends import Backend, Backends
from seehear.errors import BackendFailed, InputError
from seehear.scene import CameraSpec, Scene
from seehear.scene.scene import Projection

if TYPE_CHECKING:
    from seehear.listen.facts import Facts
    from seehear.listen.spectrogram import Source

MOST_KEYFRAMES = 1000


@dataclass(frozen=True)
class Wish:
    """What a backend is asked for.

    Attributes:
        clip: a file with sound, or samples (channels, n) and their rate in Hz.
        format: how the clip carries direction, where the user knows; None: to be found out.
        camera: how the picture is to be taken.
        keyframes: of each object, at least; evenly spaced.
        start: seconds into the clip.
        end: seconds into the clip; None: its end.
        choices: a backend's own, by name.
        facts: what is measured of this clip, format and stretch, where that is known already.
    """

    clip: "Source"
    format: str | None = None
    camera: CameraSpec = field(default_factory=CameraSpec)
    keyframes: int = 16
    start: float = 0.0
    end: float | None = None
    choices: Mapping[str, Any] = field(default_factory=dict)
    facts: "Facts | None" = None


class Listen(Protocol):
    """What every backend of this room can do."""

    def listen(self, wish: Wish) -> Scene:
        """Say who is where, moving how."""


BACKENDS = Backends(
    "listen",
    {"cues": Backend("seehear.listen.cues:CuesListen"), "mllm": Backend("seehear.listen.mllm:MllmListen")},
)


def to_scene(
    clip: "Source",
    *,
    backend: str = "cues",
    format: str | None = None,
    horizontal_fov: float = 60.0,
    projection: str = "perspective",
    size_wh: tuple[int, int] | None = None,
    keyframes: int = 16,
    start: float = 0.0,
    end: float | None = None,
    fallback: str | None = None,
    choices: Mapping[str, Any] | None = None,
    facts: "Facts | None" = None,
) -> Scene:
    """Listen to a sound and say who is where, moving how.

    Args:
        clip: any file with sound, a video's too; or samples (channels, n) and their rate in Hz.
        backend: a name in ``BACKENDS.names()``.
        format: what the channels are, where that is known: "binaural", "stereo", "foa" ...; None: it is found out.
        horizontal_fov: deg that the picture spans, (0, 180) perspective, (0, 360] equirectangular.
        projection: perspective or equirectangular.
        size_wh: pixels of the picture, for its shape; None: 16:9.
        keyframes: of each object with a direction, at least.
        start: seconds into the clip where the scene begins.
        end: seconds into the clip where it ends; None: the clip's end.
        fallback: the backend that is asked where the first one fails; None: the failure is the caller's.
        choices: the backend's own options, by name.
        facts: of `facts_of` for the same clip, format and stretch, where the caller has them: nothing is heard twice.

    Returns:
        The scene; what could not be known is listed in ``scene.extra["unknown"]``.

    Raises:
        InputError: the sound or an option cannot be used.
        UnknownBackend: no such backend.
        BackendFailed: the backend gave nothing usable, and there is no fallback.

    Example:
        >>> import numpy as np
        >>> rng = np.random.default_rng(1)
        >>> noise = rng.normal(scale=0.1, size=48000).astype(np.float32)
        >>> scene = to_scene((np.stack([noise, 0.5 * noise]), 48000))
        >>> scene.extra["format"]["kind"], scene.objects[0].motion, round(scene.objects[0].keyframes[0].azimuth)
        ('panned', 'still', 11)
    """
    camera = _camera(horizontal_fov, projection, size_wh)
    if not 2 <= keyframes <= MOST_KEYFRAMES:
        raise InputError(f"keyframes must be from 2 to {MOST_KEYFRAMES}, got {keyframes}")
    if not 0.0 <= start < (float("inf") if end is None else end):
        raise InputError(f"expected 0 <= start < end in seconds, got {start:g} to {end}")
    wish = Wish(clip, format, camera, keyframes, start, end, dict(choices or {}), facts)
    first: Listen = BACKENDS.load(backend)()
    second: Listen | None = None if fallback is None else BACKENDS.load(fallback)()
    try:
        return first.listen(wish)
    except BackendFailed as failed:
        if second is None:
            raise
        scene = second.listen(wish)
        note = f"{backend} failed, {fallback} was asked: {' '.join(str(failed).split())}"
        unknown = [note, *scene.extra.get("unknown", [])]
        return scene.model_copy(update={"extra": {**scene.extra, "unknown": unknown, "fallback": note}})


def _camera(horizontal_fov: float, projection: str, size_wh: tuple[int, int] | None) -> CameraSpec:
    if projection not in ("perspective", "equirectangular"):
        raise InputError(f"projection must be perspective or equirectangular, got {projection!r}")
    widest = 179.0 if projection == "perspective" else 360.0
    if not 1.0 <= horizontal_fov <= widest:
        raise InputError(
            f"horizontal_fov of a {projection} camera must be in [1, {widest:g}] deg, got {horizontal_fov:g}"
        )
    if size_wh is not None and min(size_wh) < 1:
        raise InputError(f"size_wh must be at least 1 pixel each way, got {size_wh}")
    return CameraSpec(horizontal_fov=horizontal_fov, projection=cast(Projection, projection), size_wh=size_wh)
