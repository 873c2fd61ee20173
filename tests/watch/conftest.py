"""Small films of known content: a textured wall, a camera that turns and zooms, discs that move."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import cv2
import numpy as np
import pytest

from seehear.watch import Sight


@dataclass
class Shown:
    time: float
    picture: np.ndarray

    def rgb(self) -> np.ndarray:
        return self.picture

    def luma(self) -> np.ndarray:
        return cv2.cvtColor(self.picture, cv2.COLOR_RGB2GRAY)


def wall(size_wh: tuple[int, int] = (480, 270), seed: int = 0, grain: float = 2.0) -> np.ndarray:
    """A brown texture with detail at several scales, (h, w, 3) uint8."""
    rng = np.random.default_rng(seed)
    layers = [cv2.GaussianBlur(rng.standard_normal((size_wh[1], size_wh[0])), (0, 0), grain * k) * k for k in (1, 3, 9)]
    texture = sum(layers) / np.std(sum(layers))
    colour = np.array([120, 95, 70]) + np.array([26, 22, 18]) * texture[..., None]
    return np.clip(colour, 0, 255).astype(np.uint8)


def disc(picture: np.ndarray, centre: tuple[float, float], radius: float, colour: tuple[int, int, int]) -> np.ndarray:
    """Draw a disc with a soft edge; centre in fractions of the frame, radius in fractions of the width."""
    height, width = picture.shape[:2]
    x0, y0, reach = centre[0] * width, centre[1] * height, int(radius * width) + 2
    part = (
        slice(max(0, int(y0) - reach), max(0, int(y0) + reach)),
        slice(max(0, int(x0) - reach), max(0, int(x0) + reach)),
    )
    drawn = picture.copy()
    rows, columns = drawn[part].shape[:2]
    y, x = np.mgrid[part[0].start : part[0].start + rows, part[1].start : part[1].start + columns]
    cover = np.clip(radius * width - np.hypot(x + 0.5 - x0, y + 0.5 - y0) + 0.5, 0, 1)[..., None]
    drawn[part] = (drawn[part] * (1 - cover) + np.array(colour) * cover).astype(np.uint8)
    return drawn


def film(draw: Callable[[float], np.ndarray], duration: float, fps: float = 30.0, **options: object) -> Sight:
    """A sight whose frame at each time is what ``draw`` gives."""
    first = draw(0.0)

    def frames(every: float) -> Iterable[Shown]:
        for k in range(0, round(duration * fps), max(1, round(every * fps))):
            yield Shown(k / fps, draw(k / fps))

    return Sight(frames=frames, size_wh=(first.shape[1], first.shape[0]), duration=duration, fps=fps, **options)  # type: ignore[arg-type]


class World:
    """A wall far away, seen by a camera that turns: the pinhole model by itself, not by the code under test.

    The wall is a large picture on a cylinder of 160 deg around the camera.
    """

    def __init__(self, seed: int = 3, size_wh: tuple[int, int] = (480, 270), fov: float = 60.0) -> None:
        self.wall = wall((1600, 700), seed)
        self.size_wh, self.fov = size_wh, fov

    def direction_to_wall(self, azimuth: np.ndarray, elevation: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return 800 - azimuth * 10, 350 - elevation * 10

    def seen(
        self, yaw: float = 0.0, pitch: float = 0.0, zoom: float = 1.0, wall: np.ndarray | None = None
    ) -> np.ndarray:
        """The picture (h, w, 3) the camera takes; yaw to the left, pitch up, in degrees."""
        width, height = self.size_wh
        focal = zoom * width / 2 / np.tan(np.deg2rad(self.fov) / 2)
        x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
        forward, left, up = np.ones_like(x), (width / 2 - x) / focal, (height / 2 - y) / focal
        p, h = np.deg2rad(pitch), np.deg2rad(yaw)
        forward, up = forward * np.cos(p) - up * np.sin(p), forward * np.sin(p) + up * np.cos(p)
        forward, left = forward * np.cos(h) - left * np.sin(h), forward * np.sin(h) + left * np.cos(h)
        azimuth = np.rad2deg(np.arctan2(left, forward))
        elevation = np.rad2deg(np.arctan2(up, np.hypot(forward, left)))
        column, row = self.direction_to_wall(azimuth, elevation)
        picture = self.wall if wall is None else wall
        return cv2.remap(picture, column.astype(np.float32), row.astype(np.float32), cv2.INTER_LINEAR)

    def with_disc(self, azimuth: float, elevation: float, radius: float, colour: tuple[int, int, int]) -> np.ndarray:
        """The wall with a disc of ``radius`` deg in a direction."""
        column, row = self.direction_to_wall(np.array(azimuth), np.array(elevation))
        return disc(self.wall, (float(column) / 1600, float(row) / 700), radius * 10 / 1600, colour)


for name, thing in {"wall": wall, "disc": disc, "film": film, "World": World}.items():

    @pytest.fixture(name=name, scope="session")
    def _given(thing: object = thing) -> object:
        return thing

    globals()[f"_{name}_fixture"] = _given
