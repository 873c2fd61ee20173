"""The place behind the drawings, for a camera that stands, turns or looks all around: painted once, then looked up."""

from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from seehear.figures.surroundings import Hall, Meadow, Rays, Road, Surroundings
from seehear.scene import Camera, CameraSpec, Path, Room, Scene
from seehear.scene.direction import Array

Pixels = NDArray[np.uint8]

_EYES = 1.6  # metres from the ground to the camera
_INDOORS = {"piano", "guitar", "fan", "clock", "phone", "alarm clock", "speech", "typing", "music", "drum"}
_ROAD = {"car", "bus", "truck", "motorcycle", "bicycle", "ambulance", "tractor", "engine", "siren", "vehicle"}
_FINE = 960  # pixels across that the place is painted at; larger pictures are enlarged from it
_GRID = 8  # a turning camera's look-up is worked out at every eighth pixel
_MOST_TEXELS = 1.2e6
_LOOKED = (17, 11)  # points of the picture that are followed to find what a camera ever sees
_MOST_LOOKED_UP = 1_000_000  # pixels of a panning camera's picture that are looked up one by one
_SUB_TEXELS = 4  # a panning camera moves by quarters of a painted pixel
_HALL = (7.0, 6.0, 3.0)
_HALF_ROAD = 3.0


class Ground(Protocol):
    """What stands behind everything."""

    def at(self, time: float) -> Pixels:
        """Give (height, width, 3) RGB, a fresh array."""
        ...


def ground_of(scene: Scene, size_wh: tuple[int, int], *, rng: np.random.Generator) -> Ground:
    """Choose and paint the place that fits a scene.

    Args:
        scene: its room, labels and camera decide.
        size_wh: pixels.
        rng: settles paints and trees.
    """
    place = surroundings_of(scene, rng=rng)
    camera = scene.camera
    turns = len({(pose.yaw, pose.pitch, pose.roll) for pose in camera.pose}) > 1
    if not turns:
        return _Still(camera, place, size_wh)
    level = all(pose.pitch == pose.roll == 0 for pose in camera.pose)
    return (_Panning if level else _Turning)(camera, place, size_wh)


def surroundings_of(scene: Scene, *, rng: np.random.Generator) -> Surroundings:
    """Give a hall where the scene has a room or only things met indoors, else a meadow, with a road under vehicles."""
    if scene.room is not None:
        return Hall(scene.room, rng=rng)
    labels = {one.label for one in scene.objects}
    if labels and labels <= _INDOORS:
        return Hall(Room(size=_HALL, listener=(2.0, _HALL[1] / 2, _EYES), rt60=0.4), rng=rng)
    return Meadow(_EYES, _roads(scene), rng=rng)


def _roads(scene: Scene) -> tuple[Road, ...]:
    """A road along the way of the first vehicle whose distance is known."""
    for one in scene.objects:
        path = Path(one)
        if one.label not in _ROAD or not path.has_distance:
            continue
        metres = path.at(np.linspace(0, scene.duration, 20)).position
        along = 0 if np.ptp(metres[:, 0]) > np.ptp(metres[:, 1]) else 1
        middle = float(np.median(metres[:, 1 - along]))
        return (Road(along, middle - _HALF_ROAD, middle + _HALF_ROAD),)
    return ()


class _Still:
    """A camera that does not turn."""

    def __init__(self, camera: CameraSpec, place: Surroundings, size_wh: tuple[int, int]) -> None:
        small = _painted_size(size_wh)
        painted = _painted(place, _rays(Camera(camera), small, 0.0))
        self._picture = np.asarray(cv2.resize(painted, size_wh, interpolation=cv2.INTER_CUBIC), np.uint8)

    def at(self, time: float) -> Pixels:
        """Give the same picture at any time."""
        del time
        return self._picture.copy()


class _Panorama:
    """What a camera that turns ever sees, painted once: columns even in azimuth, rows even in elevation."""

    def __init__(self, camera: CameraSpec, place: Surroundings, size_wh: tuple[int, int]) -> None:
        self.camera = Camera(camera)
        self.left, right, self.top, low = self._seen()
        self.round = self.left - right >= 360.0
        wide = 360.0 if camera.projection == "equirectangular" else camera.horizontal_fov
        area = (self.left - right) * (self.top - low)
        self.per_degree = min(min(size_wh[0], _FINE) / wide, np.sqrt(_MOST_TEXELS / area))
        columns, rows = (max(round(span * self.per_degree), 1) for span in (self.left - right, self.top - low))
        azimuth = np.deg2rad(self.left - (np.arange(columns) + 0.5) / self.per_degree)[None]
        elevation = np.deg2rad(self.top - (np.arange(rows) + 0.5) / self.per_degree)[:, None]
        level = np.cos(elevation)
        rays = np.stack(np.broadcast_arrays(level * np.cos(azimuth), level * np.sin(azimuth), np.sin(elevation)), -1)
        self.painted = _painted(place, rays.astype(np.float32))

    def _seen(self) -> tuple[float, float, float, float]:
        """Give the most azimuth, the least, the most elevation and the least that are ever in the picture, deg."""
        poses, margin = self.camera.spec.pose, 1.0 + self.camera.spec.horizontal_fov / _LOOKED[0]
        stamps = np.linspace(poses[0].time, poses[-1].time, 8 * len(poses))
        found = [self.angles(_LOOKED, float(time)) for time in stamps]
        azimuth, elevation = (np.stack([one[axis] for one in found]) for axis in range(2))
        high, low = min(elevation.max() + margin, 90.0), max(elevation.min() - margin, -90.0)
        if max(high, -low) > 80 or np.ptp(azimuth) > 350:  # near a pole every azimuth is seen
            return 180.0, -180.0, high, low
        return azimuth.max() + margin, azimuth.min() - margin, high, low

    def angles(self, grid: tuple[int, int], time: float) -> tuple[Array, Array]:
        """Azimuth and elevation, (h, w) deg, of a grid of the picture's points; azimuth without a jump along rows."""
        rays = _rays(self.camera, grid, time)
        azimuth = np.rad2deg(np.unwrap(np.arctan2(rays[..., 1], rays[..., 0]), axis=1))
        middle = azimuth[:, [grid[0] // 2]]
        return azimuth - 360 * np.round(middle / 360), np.rad2deg(
            np.arctan2(rays[..., 2], np.hypot(rays[..., 0], rays[..., 1]))
        )


class _Turning:
    """A camera that turns in any way: where each point of the picture lies in the panorama is worked out anew."""

    def __init__(self, camera: CameraSpec, place: Surroundings, size_wh: tuple[int, int]) -> None:
        self._panorama, self._size_wh = _Panorama(camera, place, size_wh), size_wh
        self._seen_wh = _painted_size(size_wh)
        self._coarse = (max(self._seen_wh[0] // _GRID, 2), max(self._seen_wh[1] // _GRID, 2))

    def at(self, time: float) -> Pixels:
        """Give the picture as the camera is turned at a time."""
        wide = self._panorama
        azimuth, elevation = wide.angles(self._coarse, time)
        across = ((wide.left - azimuth) * wide.per_degree - 0.5).astype(np.float32)
        down = ((wide.top - elevation) * wide.per_degree - 0.5).astype(np.float32)
        maps = [cv2.resize(one, self._seen_wh, interpolation=cv2.INTER_LINEAR) for one in (across, down)]
        seen = cv2.remap(wide.painted, maps[0], maps[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
        return np.asarray(cv2.resize(seen, self._size_wh, interpolation=cv2.INTER_LINEAR), np.uint8)


class _Panning:
    """A level camera that turns to left and right only: its look-up is worked out once, and moved along."""

    def __init__(self, camera: CameraSpec, place: Surroundings, size_wh: tuple[int, int]) -> None:
        wide = _Panorama(camera, place, size_wh)
        self._camera, self._left, self._per_degree = wide.camera, wide.left, wide.per_degree
        self._size_wh = size_wh
        self._seen_wh = size_wh if size_wh[0] * size_wh[1] <= _MOST_LOOKED_UP else _painted_size(size_wh)
        azimuth, elevation = _level_angles(camera, self._seen_wh)
        self._most = float(azimuth.max())
        across = (self._most - azimuth) * wide.per_degree
        down = ((wide.top - elevation) * wide.per_degree - 0.5).astype(np.float32)
        self._maps = [
            cv2.convertMaps((across + part / _SUB_TEXELS).astype(np.float32), down, cv2.CV_16SC2)
            for part in range(_SUB_TEXELS)
        ]
        self._columns = wide.painted.shape[1] if wide.round else 0
        again = wide.painted[:, : int(across.max()) + 2] if wide.round else wide.painted[:, :0]
        self._painted = np.concatenate([wide.painted, again], axis=1)

    def at(self, time: float) -> Pixels:
        """Give the picture as the camera is turned at a time."""
        ahead = self._camera.rotation_at(time)[0, :, 0]
        yaw = float(np.rad2deg(np.arctan2(ahead[1], ahead[0])))
        shift = round(((self._left - yaw - self._most) * self._per_degree - 0.5) * _SUB_TEXELS)
        whole, part = divmod(shift, _SUB_TEXELS)
        whole = whole % self._columns if self._columns else max(whole, 0)
        near, fine = self._maps[part]
        seen = cv2.remap(self._painted[:, whole:], near, fine, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        if self._seen_wh != self._size_wh:
            seen = cv2.resize(seen, self._size_wh, interpolation=cv2.INTER_LINEAR)
        return np.asarray(seen, np.uint8)


def _level_angles(camera: CameraSpec, size_wh: tuple[int, int]) -> tuple[Array, Array]:
    """Azimuth and elevation, (h, w) deg, of the points of a picture whose camera looks ahead."""
    rays = _rays(Camera(camera.model_copy(update={"pose": ()})), size_wh, 0.0)
    level = np.hypot(rays[..., 0], rays[..., 1])
    return np.rad2deg(np.arctan2(rays[..., 1], rays[..., 0])), np.rad2deg(np.arctan2(rays[..., 2], level))


def _painted_size(size_wh: tuple[int, int]) -> tuple[int, int]:
    scale = min(1.0, _FINE / max(size_wh))
    return max(round(size_wh[0] * scale), 2), max(round(size_wh[1] * scale), 2)


def _rays(camera: Camera, size_wh: tuple[int, int], time: float) -> Rays:
    """The directions, fixed to the world, of pixels' middles, (h, w, 3)."""
    width, height = size_wh
    x, y = np.meshgrid((np.arange(width) + 0.5) / width, (np.arange(height) + 0.5) / height)
    rays: Array = camera.direction_of(np.stack([x.ravel(), y.ravel()], -1), time)
    return rays.reshape(height, width, 3).astype(np.float32)


def _painted(place: Surroundings, rays: Rays) -> Pixels:
    """Give the colours of directions, (h, w, 3); the upper and the lower half at the same time."""
    halves = np.array_split(rays, 2) if len(rays) > 1 else [rays]
    with ThreadPoolExecutor(len(halves)) as painters:
        colours = np.concatenate(list(painters.map(place.colours, halves)))
    return np.asarray(np.clip(colours * 255 + 0.5, 0, 255), dtype=np.uint8)
