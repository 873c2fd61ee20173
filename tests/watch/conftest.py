"""Small films of known content: a textured wall, a camera that turns and zooms, discs that move."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import cv2
import numpy as np
import pytest

from seehear.watch.door import Sight


@dataclass
class Shown:
    time: float
    picture: np.ndarray

    def rgb(self) -> np.ndarray:
        return self.picture

    def luma(self) -> np.ndarray:
        return cv2.cvtColor(self.picture, cv2.COLOR_RGB2GRAY)


def wall(size_wh: tuple[int, int] = (640, 360), seed: int = 0, grain: float = 2.5) -> np.ndarray:
    """A brown texture with detail at several scales, (h, w, 3) uint8."""
    rng = np.random.default_rng(seed)
    layers = [cv2.GaussianBlur(rng.standard_normal((size_wh[1], size_wh[0])), (0, 0), grain * k) * k for k in (1, 3, 9)]
    texture = sum(layers) / np.std(sum(layers))
    colour = np.array([120, 95, 70]) + np.array([26, 22, 18]) * texture[..., None]
    return np.clip(colour, 0, 255).astype(np.uint8)


def disc(picture: np.ndarray, centre: tuple[float, float], radius: float, colour: tuple[int, int, int]) -> np.ndarray:
    """Draw a disc with a soft edge; centre and radius in fractions of the width."""
    height, width = picture.shape[:2]
    y, x = np.mgrid[:height, :width]
    away = np.hypot(x + 0.5 - centre[0] * width, y + 0.5 - centre[1] * height)
    cover = np.clip(radius * width - away + 0.5, 0, 1)[..., None]
    return (picture * (1 - cover) + np.array(colour) * cover).astype(np.uint8)


def film(draw: Callable[[float], np.ndarray], duration: float, fps: float = 25.0, **options: object) -> Sight:
    """A sight whose frame at each time is what ``draw`` gives."""
    first = draw(0.0)

    def frames(every: float) -> Iterable[Shown]:
        step = max(1, round(every * fps))
        for k in range(0, round(duration * fps), step):
            yield Shown(k / fps, draw(k / fps))

    return Sight(frames=frames, size_wh=(first.shape[1], first.shape[0]), duration=duration, **options)  # type: ignore[arg-type]


@pytest.fixture(name="wall", scope="session")
def _wall() -> Callable[..., np.ndarray]:
    return wall


@pytest.fixture(name="disc", scope="session")
def _disc() -> Callable[..., np.ndarray]:
    return disc


@pytest.fixture(name="film", scope="session")
def _film() -> Callable[..., Sight]:
    return film
