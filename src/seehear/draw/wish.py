"""What is asked of a video, checked: its size, rate and number of pictures."""

from fractions import Fraction
from math import isfinite

from seehear.errors import InputError
from seehear.scene import Scene

DEFAULT_SIZE = (1280, 720)
LEAST_SIDE, MOST_SIDE = 16, 8192


def checked_size(size_wh: tuple[int, int] | None, scene: Scene) -> tuple[int, int]:
    """Give the size to draw at: as asked; else the camera's, brought to even numbers in reach; else 1280 by 720.

    Raises:
        InputError: an asked side that is odd or out of reach.
    """
    if size_wh is None:
        width, height = scene.camera.size_wh or DEFAULT_SIZE
        scale = min(1.0, MOST_SIDE / max(width, height))
        return _fitting(round(width * scale), round(height * scale))
    if _fitting(*size_wh) != tuple(size_wh):
        width, height = _fitting(*size_wh)
        raise InputError(
            f"expected an even width and height from {LEAST_SIDE} to {MOST_SIDE} pixels, got {size_wh[0]} x "
            f"{size_wh[1]}: try {width} x {height}"
        )
    return size_wh


def _fitting(width: int, height: int) -> tuple[int, int]:
    across, down = (min(max(side - side % 2, LEAST_SIDE), MOST_SIDE) for side in (width, height))
    return across, down


def checked_rate(fps: Fraction | float) -> Fraction:
    """Give pictures a second as a fraction, 29.97 as 30000/1001.

    Raises:
        InputError: outside 1 to 240.
    """
    if not (isfinite(float(fps)) and 1 <= fps <= 240):
        raise InputError(f"expected 1 to 240 frames per second, got {float(fps):g}")
    for nominal in (24, 30, 60, 120):
        if abs(float(fps) - nominal / 1.001) < 0.005:
            return Fraction(nominal * 1000, 1001)
    return Fraction(fps).limit_denominator(1001)


def picture_times(duration: float, fps: Fraction) -> list[float]:
    """Give the times the pictures show, s: as many as fit ``duration`` to the nearest, and one at least.

    Example:
        >>> picture_times(0.1, Fraction(20))
        [0.0, 0.05]
    """
    return [float(index / fps) for index in range(max(round(duration * fps), 1))]
