"""Cloudy noise: what grass, asphalt, plaster and clouds are textured with."""

import cv2
import numpy as np
from numpy.typing import NDArray

Canvas = NDArray[np.float32]
"""(height, width) or (height, width, 3), in [0, 1]."""


def cloudy(rng: np.random.Generator, octaves: int) -> Canvas:
    """Make a tile of value noise, (512, 512) in [0, 1], that repeats without a seam."""
    total = np.zeros((512, 512), np.float32)
    for octave in range(octaves):
        cells = 4 << octave
        coarse = np.pad(rng.random((cells, cells), dtype=np.float32), 2, mode="wrap")
        fine = cv2.resize(coarse, None, fx=512 / cells, fy=512 / cells, interpolation=cv2.INTER_CUBIC)
        edge = 2 * 512 // cells
        total += fine[edge : edge + 512, edge : edge + 512] * np.float32(0.6**octave)
    low, high = np.percentile(total, (1, 99))
    return np.asarray(np.clip((total - low) / (high - low), 0, 1), dtype=np.float32)


def sampled(tile: Canvas, x: NDArray[np.floating], y: NDArray[np.floating]) -> Canvas:
    """Read a tile at texels x, y of any shape; beyond its edges it repeats."""
    x, y = np.broadcast_arrays(x, y)
    across, down = np.mod(x, 511.0).astype(np.float32), np.mod(y, 511.0).astype(np.float32)
    return np.asarray(cv2.remap(tile, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP))


def sampled_at(tile: Canvas, x: NDArray[np.floating], y: NDArray[np.floating]) -> Canvas:
    """Read a tile at (n,) texels, however many: cv2 takes no row longer than 32767."""
    count, row = len(x), 4096
    rows = max(-(-count // row), 1)
    places = np.zeros((2, rows * row), np.float32)
    places[0, :count], places[1, :count] = np.mod(x, 511.0), np.mod(y, 511.0)
    return sampled(tile, places[0].reshape(rows, row), places[1].reshape(rows, row)).ravel()[:count]
