"""One clip: a stretch of a recording, seen through a turning camera and heard by two ears that turn with it."""

import zlib
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any, Final, NamedTuple

import numpy as np

from seehear.acoustics.foa_order import to_ambix
from seehear.acoustics.hrtf import default_hrtf
from seehear.acoustics.parametric import ParametricDecoder
from seehear.acoustics.sound_field import linear_binaural, turned_field
from seehear.media.film import write_video
from seehear.media.frame import Picture
from seehear.media.layout import layout_of
from seehear.media.mux import mux
from seehear.media.perspective import PerspectiveView
from seehear.media.picture import frames
from seehear.media.stems import Samples
from seehear.media.write import SoundWriter
from seehear.pipelines.binaural_set.camera_path import MainDirection, camera_path, main_direction
from seehear.pipelines.binaural_set.filters import (
    STATIC_FPS,
    left_right_difference,
    silent_share,
    static_share,
    voice_share,
)
from seehear.pipelines.binaural_set.objects import later_camera, seen_objects
from seehear.pipelines.binaural_set.sources import Source
from seehear.pipelines.binaural_set.survey import read_field
from seehear.pipelines.binaural_set.wish import Wish
from seehear.scene import Camera, CameraSpec, Keyframe, Scene, SceneObject, read_scene, scene_to_json, vector_to_angles
from seehear.simulate.folder import row_of

Captioner = Callable[[Path], str]
"""Given a clip's folder: what is seen and heard there, in words."""

FACTS: Final = "binaural_set"
"""Where a clip's scene keeps what was measured, in its ``extra``."""

_TURN_STEP: Final = 0.01  # s between control points of the turn
_TOP: Final = 0.99
_CONTRAST_DB: Final = 0.5
_STATIC_WIDTH: Final = 512
_FASTEST: Final = Fraction(60)


class Order(NamedTuple):
    """One clip to be made.

    Attributes:
        name: of its folder.
        source: the recording.
        start: s of the recording.
        duration: s.
        surveyed: the recording's row, as `survey` gives it.
    """

    name: str
    source: Source
    start: float
    duration: float
    surveyed: dict[str, Any]


class _Heard(NamedTuple):
    """The recording's stretch: its camera by the clip's clock, what is known of it, its field in AmbiX."""

    camera: CameraSpec
    scene: Scene | None
    field: Samples


def make_clip(place: Path, wish: Wish, caption: Captioner | None, order: Order) -> dict[str, Any]:
    """Make one clip as a folder, whole or not at all; or say why it is left out.

    Args:
        place: the set's folder.
        wish: of the set.
        caption: gives its caption; None: the recording's own.
        order: which.

    Returns:
        A row: what the manifest says; with ``dropped`` it is left out, and that is why.

    Raises:
        SeehearError: the recording cannot be read, or no caption came.
    """
    folder = place / order.name
    row: dict[str, Any] = {"name": order.name, "source": order.source.name, "start": order.start}
    made = {"scene": f"{order.name}/scene.json"}
    if folder.is_dir():
        kept: dict[str, Any] = read_scene(folder / "scene.json").extra[FACTS]
        return row | made | kept | row_of(folder)
    heard = _stretch(order, wish)
    measured: dict[str, float] = {}
    if why := _dropped_by_sound(heard.field[0], wish, measured) or _dropped_by_picture(order, wish, measured):
        return row | {"dropped": why, **measured}
    direction = main_direction(_in_world(heard, wish.sample_rate))
    camera = _camera(order, wish, direction)
    ears = _ears(heard, camera, wish)
    measured["left_right"] = round(left_right_difference(ears), 6)
    if measured["left_right"] < wish.filters.left_right:
        return row | {"dropped": "both ears alike", **measured}
    scene = _scene(order, heard, camera, direction, measured)
    _write(folder, order, (heard.camera, scene, ears), wish, caption)
    facts: dict[str, Any] = scene.extra[FACTS]
    return row | made | facts | row_of(folder)


def _stretch(order: Order, wish: Wish) -> _Heard:
    told = None if order.source.scene is None else read_scene(order.source.scene)
    width, height = order.surveyed["size_wh"]
    around = CameraSpec(projection="equirectangular", horizontal_fov=360.0, size_wh=(width, height))
    camera = later_camera(around if told is None else told.camera, order.start, order.duration)
    field = read_field(order.source, order.start, order.duration, sample_rate=wish.sample_rate)
    return _Heard(camera, told, to_ambix(field, order.surveyed["ambisonics"]["convention"]))


def _dropped_by_sound(mono: Samples, wish: Wish, measured: dict[str, float]) -> str:
    limits = wish.filters
    measured["silent_share"] = round(silent_share(mono, wish.sample_rate, below_dbfs=limits.silence_dbfs), 4)
    if measured["silent_share"] > limits.silence_share:
        return "silence"
    if limits.voice_share < 1.0:
        measured["voice_share"] = round(voice_share(mono, wish.sample_rate), 4)
        if measured["voice_share"] > limits.voice_share:
            return "speech"
    return ""


def _dropped_by_picture(order: Order, wish: Wish, measured: dict[str, float]) -> str:
    if wish.filters.static_share < 1.0:
        share = static_share(_small_pictures(order), below=wish.filters.static_mse)
        measured["static_share"] = round(share, 4)
        if share > wish.filters.static_share:
            return "still picture"
    return ""


def _small_pictures(order: Order) -> Iterator[Picture]:
    import cv2

    end = order.start + order.duration
    for frame in frames(order.source.picture, start=order.start, end=end, every=1 / STATIC_FPS):
        grey = frame.luma()
        if grey.shape[1] > _STATIC_WIDTH:
            size = _STATIC_WIDTH, max(1, round(_STATIC_WIDTH * grey.shape[0] / grey.shape[1]))
            grey = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        yield grey


def _in_world(heard: _Heard, sample_rate: int) -> Samples:
    """The field by the world's axes, the recording's own turning undone."""
    if not any((pose.yaw, pose.pitch, pose.roll) != (0.0, 0.0, 0.0) for pose in heard.camera.pose):
        return heard.field
    turn = Camera(heard.camera).rotation_at(_stamps(heard.field.shape[1], sample_rate))
    return turned_field(heard.field, np.swapaxes(turn, -1, -2))


def _camera(order: Order, wish: Wish, direction: MainDirection) -> CameraSpec:
    rng = np.random.default_rng(np.random.SeedSequence([wish.seed, zlib.crc32(order.name.encode())]))
    pose = camera_path(direction.vector, order.duration, wander=wish.wander, rng=rng)
    return CameraSpec(projection="perspective", horizontal_fov=wish.fov, size_wh=wish.size_wh, pose=pose)


def _ears(heard: _Heard, camera: CameraSpec, wish: Wish) -> Samples:
    times = _stamps(heard.field.shape[1], wish.sample_rate)
    turn = np.swapaxes(Camera(heard.camera).rotation_at(times), -1, -2) @ Camera(camera).rotation_at(times)
    field = turned_field(heard.field, turn)
    if len(field) == 4 and wish.ears == "parametric":
        return _decoder(wish.sample_rate).decode(field)
    return linear_binaural(field, default_hrtf(wish.sample_rate))


@lru_cache(maxsize=2)
def _decoder(sample_rate: int) -> ParametricDecoder:
    return ParametricDecoder(default_hrtf(sample_rate))


def _stamps(count: int, sample_rate: int) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    duration = count / sample_rate
    return np.linspace(0.0, duration, max(2, round(duration / _TURN_STEP) + 1))


def _scene(
    order: Order, heard: _Heard, camera: CameraSpec, direction: MainDirection, measured: dict[str, float]
) -> Scene:
    azimuth, elevation = (round(float(angle), 3) for angle in vector_to_angles(direction.vector))
    facts = {
        "main_direction": {"azimuth": azimuth, "elevation": elevation, "contrast_db": direction.contrast_db},
        "ambisonics": order.surveyed["ambisonics"], **measured,
    }  # fmt: skip
    told = heard.scene
    things: tuple[SceneObject, ...] = ()
    if told is None:
        things = (_main_object(azimuth, elevation, order.duration),) if direction.contrast_db > _CONTRAST_DB else ()
        return Scene(duration=order.duration, camera=camera, objects=things, extra={FACTS: facts})
    fps = float(Fraction(order.surveyed["fps"]))
    things = seen_objects(told, heard.camera, camera, start=order.start, duration=order.duration, fps=fps)
    extra = {name: value for name, value in told.extra.items() if name != "mix_gain_db"} | {FACTS: facts}
    return told.model_copy(
        update={"duration": order.duration, "camera": camera, "objects": things, "frame_captions": (), "extra": extra}
    )


def _main_object(azimuth: float, elevation: float, duration: float) -> SceneObject:
    key = Keyframe(time=0.0, azimuth=azimuth if azimuth < 180.0 else -180.0, elevation=elevation)
    return SceneObject(id="main", sounding=((0.0, duration),), stem="as_heard", keyframes=(key,))


def _write(
    folder: Path, order: Order, made: tuple[CameraSpec, Scene, Samples], wish: Wish, caption: Captioner | None
) -> None:
    beside = Path(mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        scene = _fill(beside, order, made, wish)
        if caption is not None:
            scene = scene.model_copy(update={"caption": caption(beside)})
        (beside / "scene.json").write_text(scene_to_json(scene), "utf-8")
        beside.chmod(0o755)
        beside.rename(folder)
    finally:
        rmtree(beside, ignore_errors=True)


def _fill(beside: Path, order: Order, made: tuple[CameraSpec, Scene, Samples], wish: Wish) -> Scene:
    """Write sound and picture; give the scene, with the gain that was needed."""
    around, scene, ears = made
    peak = float(np.abs(ears).max(initial=0.0))
    if peak > _TOP:
        gain = round(20 * float(np.log10(_TOP / peak)) - 0.005, 2)
        ears = ears * np.float32(10 ** (gain / 20))
        scene = scene.model_copy(update={"extra": scene.extra | {"mix_gain_db": {"binaural": gain}}})
    layout = layout_of("binaural")
    with SoundWriter(beside / "mix.binaural.flac", layout, sample_rate=wish.sample_rate, bits=24) as writer:
        writer.write(ears)
    fps = wish.fps or min(Fraction(order.surveyed["fps"]), _FASTEST)
    silent = beside / "silent.mp4"
    write_video(silent, _views(order, PerspectiveView(around, scene.camera), fps), fps, repeatable=True)
    mux(silent, beside / "video.mp4", iter([ears]), layout, sample_rate=wish.sample_rate)
    silent.unlink()
    return scene


def _views(order: Order, view: PerspectiveView, fps: Fraction) -> Iterator[Picture]:
    """Give what the camera sees, ``fps`` times a second: at each time the recording's nearest frame."""
    count, index, before = round(order.duration * fps), 0, None
    for frame in frames(
        order.source.picture, start=max(0.0, order.start - 0.5), end=order.start + order.duration + 0.5
    ):
        if before is not None:
            middle = (before.time + frame.time) / 2 - order.start
            shown = None
            while index < count and float(index / fps) <= middle:
                shown = before.rgb() if shown is None else shown
                yield view.seen(shown, float(index / fps))
                index += 1
        before = frame
    if before is not None:
        last = before.rgb()
        for rest in range(index, count):
            yield view.seen(last, float(rest / fps))
