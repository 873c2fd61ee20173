"""How the listener turns within a block, as control points between which everything is interpolated.

A rotation is the listener's: ``world = R @ listener``, so a direction fixed to the world is heard at ``R.T @ u``.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from seehear.errors import InputError
from seehear.scene.direction import Array

_LARGEST_STEP_DEG: Final = 2.0


class Turn(NamedTuple):
    """The listener's rotation over one block.

    Attributes:
        position: (k,) samples from the block's start, ascending from 0 to the block's length; one alone: no turning.
        rotation: (k, 3, 3) the listener's rotation there.
        length: samples in the block.
    """

    position: Array
    rotation: Array
    length: int

    def pieces(self) -> Iterator[tuple[int, int, Array]]:
        """Give, for each control point that is heard, its number, its first sample and its (n,) share of each sample.

        The shares are straight ramps and sum to 1 at every sample.
        """
        if len(self.position) == 1:
            yield 0, 0, np.ones(self.length)
            return
        for index, centre in enumerate(self.position):
            before, after = self.position[max(index - 1, 0)], self.position[min(index + 1, len(self.position) - 1)]
            start, end = (int(before) + 1 if index else 0), int(np.ceil(after))
            time = np.arange(start, end, dtype=np.float64)
            rising = (time - before) / (centre - before) if index else np.ones_like(time)
            falling = (after - time) / (after - centre) if after > centre else np.zeros_like(time)
            share = np.where(time <= centre, rising, falling)
            if share.any():
                yield index, start, share

    def thinned(self, least: float) -> "Turn":
        """Leave out control points less than ``least`` deg from the one before; the first and the last stay."""
        keep = [0]
        for index in range(1, len(self.position) - 1):
            if float(rotation_angle(self.rotation[keep[-1]], self.rotation[index])) >= least:
                keep.append(index)
        if len(self.position) > 1:
            keep.append(len(self.position) - 1)
        return Turn(self.position[keep], self.rotation[keep], self.length)


def turn_of(rotation: ArrayLike | None, count: int, last: Array | None) -> Turn:
    """Read the rotation given with a block.

    Args:
        rotation: None: not turned. (3, 3): turns from ``last`` to this over the block, so that nothing jumps.
            (k, 3, 3), k >= 2: evenly spaced, the first at the block's first sample, the last at the next block's.
        count: samples in the block.
        last: (3, 3) the rotation at the end of the block before; None at the very start.

    Returns:
        Control points at most 2 deg apart.

    Raises:
        InputError: another shape, or not a rotation.
    """
    given = np.eye(3) if rotation is None else np.asarray(rotation, dtype=np.float64)
    if given.ndim == 2:
        given = given[None]
    if given.ndim != 3 or given.shape[1:] != (3, 3) or not len(given):
        raise InputError(f"rotation must be (3, 3) or (k, 3, 3), got {given.shape}")
    if not np.allclose(given @ np.swapaxes(given, 1, 2), np.eye(3), atol=1e-6):
        raise InputError("rotation must hold rotation matrices (orthogonal, not NaN): give rotation_matrix(yaw, ...)")
    if len(given) == 1 and last is not None:
        given = np.stack([last, given[0]])
    if count == 0 or (np.abs(given - given[:1]) < 1e-12).all():
        return Turn(np.zeros(1), given[-1:], count)
    return _refined(Turn(np.linspace(0.0, count, len(given)), given, count))


def rotation_angle(first: Array, second: Array) -> Array:
    """Give the angle, (...) deg in [0, 180], between rotations (..., 3, 3); exact for small ones too."""
    apart = np.sqrt(((first - second) ** 2).sum(axis=(-2, -1)) / 8)
    return np.asarray(np.rad2deg(2 * np.arcsin(np.minimum(apart, 1.0))))


def _refined(turn: Turn) -> Turn:
    steps = np.ceil(rotation_angle(turn.rotation[:-1], turn.rotation[1:]) / _LARGEST_STEP_DEG).astype(int)
    if steps.max() <= 1:
        return turn
    from scipy.spatial.transform import Rotation, Slerp

    parts = [np.linspace(a, b, max(step, 1), endpoint=False) for a, b, step in _spans(turn.position, steps)]
    position = np.append(np.concatenate(parts), turn.position[-1])
    rotation = Slerp(turn.position, Rotation.from_matrix(turn.rotation))(position).as_matrix()
    return Turn(position, np.asarray(rotation), turn.length)


def _spans(position: Array, steps: "np.ndarray[tuple[int], np.dtype[np.intp]]") -> Iterator[tuple[float, float, int]]:
    return zip(position[:-1].tolist(), position[1:].tolist(), steps.tolist(), strict=True)
