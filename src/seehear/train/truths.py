"""What the scenes of closed worlds say of their pictures, as numbers that eyes can be taught: which class is where.

Directions are turned by the camera's yaw and projected; the horizon is the picture's middle row. Boxes are those of the
labels' plates, 0.32 m to either side.
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.simulate.closed import FOV, KINDS

LABELS = tuple(sorted(KINDS))
_HALF = 0.32
_CELLS = 8


class Places(NamedTuple):
    """Where things are at some times.

    Attributes:
        across: (times, classes) middle from the left edge, fractions of the width; 0.5 where out of sight.
        width: (times, classes) of the plate, the same unit; 0 where out of sight.
    """

    across: NDArray[np.float64]
    width: NDArray[np.float64]


def places(scene: Mapping[str, Any], times: NDArray[np.float64]) -> Places:
    """Give where each class is seen, of a scene as JSON."""
    across, width = np.full((len(times), len(LABELS)), 0.5), np.zeros((len(times), len(LABELS)))
    poses = scene["camera"]["pose"] or [{"time": 0.0, "yaw": 0.0}]
    yaw = np.interp(times, [pose["time"] for pose in poses], [pose["yaw"] for pose in poses])
    behind = scene["caption"].partition("|")[2].split()
    for thing in scene["objects"]:
        if thing["label"] in behind:
            continue
        keys = thing["keyframes"]
        at = [key["time"] for key in keys]
        bearing = np.unwrap([key["azimuth"] for key in keys], period=360)
        away = (np.interp(times, at, bearing) - yaw + 180) % 360 - 180
        seen = np.abs(away) < FOV / 2
        scale = math.tan(math.radians(FOV / 2))
        column = LABELS.index(thing["label"])
        middle = 0.5 - 0.5 * np.tan(np.radians(np.clip(away, -60, 60))) / scale
        across[seen, column] = middle[seen]
        width[seen, column] = _HALF / scale / keys[0]["distance"]
    return Places(across, width)


def occupied(where: Places) -> NDArray[np.float32]:
    """Give which share of each cell's width a class covers, (times, 8 columns, classes), in the two middle rows."""
    edges = np.arange(_CELLS + 1) / _CELLS
    left, right = where.across - where.width / 2, where.across + where.width / 2
    covered = np.minimum(right[:, None], edges[1:, None]) - np.maximum(left[:, None], edges[:-1, None])
    return (np.clip(covered, 0, None) * _CELLS).astype(np.float32)
