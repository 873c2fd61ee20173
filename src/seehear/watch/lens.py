"""How the picture moves when the camera turns: the four-number model (yaw, pitch, roll, zoom).

Points are tangent coordinates of the picture: u to the right, v down, in focal lengths from the centre, so that a
direction is (1, -u, -v) in x front, y left, z up. Yaw is positive to the left, pitch up, roll with the right ear down.
"""

import numpy as np

from seehear.scene import rotation_matrix
from seehear.watch.working import Reals


class Lens:
    """Ties pixels of the working frame to tangent coordinates.

    Args:
        size_wh: working size, pixels.
        horizontal_fov: deg.
    """

    def __init__(self, size_wh: tuple[int, int], horizontal_fov: float) -> None:
        self.size_wh = size_wh
        self.focal = size_wh[0] / 2 / np.tan(np.deg2rad(min(horizontal_fov, 170.0)) / 2)
        self._centre = np.array([(size_wh[0] - 1) / 2, (size_wh[1] - 1) / 2])

    def tangent(self, pixels: Reals) -> Reals:
        """Give (n, 2) tangent coordinates of (n, 2) pixels."""
        return np.asarray((pixels - self._centre) / self.focal)

    def matrix(self, rotation: Reals, zoom: float) -> Reals:
        """Give the homography (3, 3) of pixels that a turn (3, 3) of the camera and a zoom make."""
        # pixels (x, y, 1) -> direction (1, -u, -v), and back with the zoom
        x, y = self._centre
        to_direction = np.array([[0, 0, 1], [-1 / self.focal, 0, x / self.focal], [0, -1 / self.focal, y / self.focal]])
        scaled = zoom * self.focal
        to_pixel = np.array([[x, -scaled, 0], [y, 0, -scaled], [1, 0, 0]])
        return np.asarray(to_pixel @ rotation.T @ to_direction)

    def turn_between(self, before: Reals, after: Reals, slack: float = 1.0) -> tuple[Reals, float]:
        """Fit the camera's turn and zoom that carry points ``before`` into ``after``.

        Args:
            before: (n, 2) pixels.
            after: (n, 2) pixels of the same things.
            slack: pixels of error beyond which a point loses weight (Huber).

        Returns:
            (3, 3) rotation of the camera (its axes after, seen in its axes before), and the zoom (1: none).
        """
        first, second = self.tangent(before), self.tangent(after)
        rotation, zoom = np.eye(3), 1.0
        for _ in range(6):
            seen = _turned(first, rotation, zoom)
            error = second - seen
            step = _least_squares(seen, error, slack / self.focal)
            rotation = rotation @ rotation_matrix(*np.rad2deg(step[:3]))
            zoom *= float(np.exp(step[3]))
            if np.abs(step).max() < 1e-7:
                break
        return rotation, zoom


def _turned(points: Reals, rotation: Reals, zoom: float) -> Reals:
    directions = np.column_stack([np.ones(len(points)), -points]) @ rotation
    ahead = np.maximum(directions[:, :1], 1e-3)
    return np.asarray(-zoom * directions[:, 1:] / ahead)


def _least_squares(seen: Reals, error: Reals, slack: float) -> Reals:
    """One weighted Gauss-Newton step: yaw, pitch, roll in radians, log zoom."""
    u, v = seen.T
    across = np.stack([1 + u * u, u * v, v, u], -1)
    down = np.stack([u * v, 1 + v * v, -u, v], -1)
    size = np.hypot(*error.T)
    weight = np.where(size > slack, slack / np.maximum(size, 1e-12), 1.0)[:, None]
    normal = across.T @ (weight * across) + down.T @ (weight * down) + 1e-9 * len(seen) * np.eye(4)
    right = across.T @ (weight[:, 0] * error[:, 0]) + down.T @ (weight[:, 0] * error[:, 1])
    return np.asarray(np.linalg.solve(normal, right))
