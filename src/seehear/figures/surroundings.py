"""What stands still around the camera, as a colour for every direction: a room, or a meadow with roads.

A picture of it is a grid of directions looked up; so the same place is seen by a still camera, by one that turns, and
all around.
"""

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from seehear.figures.noise import Canvas, cloudy, sampled, sampled_at
from seehear.scene import Room
from seehear.scene.direction import Array

Rays = NDArray[np.float32]
"""(..., 3) unit vectors: x front, y left, z up."""


class Surroundings(Protocol):
    """Colours of directions."""

    def colours(self, rays: Rays) -> Canvas:
        """Give RGB in [0, 1], (h, w, 3), of directions (h, w, 3)."""
        ...


class Hall:
    """A furnished shoebox: plank floor, painted walls with a skirting, a window and pictures, a white ceiling.

    Args:
        room: its size and where the camera stands in it.
        rng: settles paints and where things hang.
    """

    def __init__(self, room: Room, *, rng: np.random.Generator) -> None:
        size, stand = np.array(room.size), np.array(room.listener)
        self._high, self._low = size - stand, -stand
        self._noise = cloudy(rng, 5)
        tints = ((214, 196, 170), (176, 196, 188), (206, 182, 182), (184, 194, 214), (222, 216, 200))
        self._paint = np.array(tints[int(rng.integers(len(tints)))]) / 255 * rng.uniform(0.86, 1.0)
        self._wood = np.array(((150, 108, 70), (112, 78, 52), (176, 140, 98))[int(rng.integers(3))]) / 255
        self._pictures = rng.uniform(0, 1, (4, 6))

    def colours(self, rays: Rays) -> Canvas:
        """Give RGB of directions: where each meets a wall, and what is painted there."""
        safe = np.where(np.abs(rays) < 1e-9, np.float32(1e-9), rays)
        reach = np.where(safe > 0, self._high.astype(np.float32), self._low.astype(np.float32)) / safe
        face = reach.argmin(axis=-1)
        place = rays * reach.min(axis=-1)[..., None]
        out = np.empty(rays.shape, np.float32)
        up = (place[..., 2] - self._low[2]) / (self._high[2] - self._low[2])
        for axis, along in ((0, 1), (1, 0)):
            for side in (0, 1):
                here = (face == axis) & ((rays[..., axis] > 0) == bool(side))
                if here.any():
                    out[here] = self._wall(place[here][:, along], up[here], along, 2 * axis + side)
        floor, ceiling = (face == 2) & (rays[..., 2] < 0), (face == 2) & (rays[..., 2] >= 0)
        out[floor] = self._floor(place[floor])
        out[ceiling] = np.float32(0.93) - np.float32(0.04) * self._grain(
            place[ceiling][:, 0], place[ceiling][:, 1], 30.0
        )
        return np.asarray(np.clip(out * self._light(place)[..., None], 0, 1), dtype=np.float32)

    def _grain(self, across: Array, down: Array, scale: float) -> Canvas:
        """Noise at (n,) places, (n, 1)."""
        return sampled_at(self._noise, across * scale, down * scale)[:, None]

    def _floor(self, place: Array) -> Canvas:
        plank = np.floor(place[:, 1] / 0.14)
        shade = 0.86 + 0.28 * ((plank * 0.618) % 1.0)
        grain = 0.82 + 0.36 * self._grain(place[:, 0] + 0.7 * plank, 6 * place[:, 1], 22.0)
        gap = np.clip(np.abs(place[:, 1] / 0.14 - plank - 0.5) * 14 - 6.2, 0, 1)
        return np.asarray(self._wood * shade[:, None] * grain * (1 - 0.45 * gap[:, None]), dtype=np.float32)

    def _wall(self, along: Array, up: Array, axis: int, number: int) -> Canvas:
        colour = self._paint * (0.95 + 0.1 * self._grain(along, up * 2.7, 60.0))
        tall = self._high[2] - self._low[2]
        colour = np.where((up * tall < 0.12)[:, None], np.float32(0.9), colour)
        low, high = self._low[axis], self._high[axis]
        share = (along - low) / (high - low)
        place, width, hue, tone, _, kind = self._pictures[number]
        if kind < 0.4 and number != 1:
            return _window(colour, share, up)
        middle, half = 0.2 + 0.6 * place, (0.3 + 0.25 * width) / (high - low)
        inside = np.maximum(np.abs(share - middle) / half, np.abs(up * tall - 1.95) / 0.28)
        paint = np.stack(
            [0.5 + 0.4 * np.sin(6.3 * (hue + shift) + 3 * share + 4 * up) for shift in (0.0, 0.33, 0.67)], -1
        )
        colour = np.where((inside < 1)[:, None], np.float32(0.22 + 0.2 * tone), colour)
        return np.asarray(np.where((inside < 0.86)[:, None], 0.25 + 0.6 * paint, colour), dtype=np.float32)

    def _light(self, place: Rays) -> Canvas:
        """Corners are darker, and what is far."""
        near = np.minimum(place - self._low, self._high - place)
        second = np.sort(near, axis=-1)[..., 1]
        return np.asarray(0.72 + 0.28 * np.clip(second / 0.8, 0, 1) ** 0.5, dtype=np.float32)


def _window(colour: Canvas, share: Array, up: Array) -> Canvas:
    across, tall = np.abs(share - 0.5) / 0.16, np.abs(up - 0.6) / 0.22
    inside = np.maximum(across, tall)
    bars = (np.abs(share - 0.5) < 0.006) | (np.abs(up - 0.6) < 0.012)
    sky = np.stack([0.62 + 0.25 * up, 0.78 + 0.12 * up, np.full_like(up, 0.96)], -1)
    view = np.where((up < 0.5)[:, None], np.array((0.42, 0.6, 0.34)), sky)
    view = np.where(bars[:, None], 0.96, view)
    return np.asarray(
        np.where((inside < 1)[:, None], np.where((inside < 0.93)[:, None], view, 0.96), colour), np.float32
    )


class Road(NamedTuple):
    """A straight strip of asphalt.

    Attributes:
        along: the axis it follows: 0 ahead, 1 to the side.
        near: metres of its one edge on the other axis.
        far: metres of its other edge.
    """

    along: int
    near: float
    far: float


class Meadow:
    """A meadow under a sky with clouds, hills and trees all around, and roads.

    Args:
        height: metres from the ground to the camera.
        roads: strips across it.
        rng: places everything.
        clear: metres around the camera without trees.
    """

    def __init__(
        self, height: float, roads: tuple[Road, ...] = (), *, rng: np.random.Generator, clear: float = 26.0
    ) -> None:
        self._height, self._roads = height, roads
        self._noise = [cloudy(rng, octaves) for octaves in (4, 6)]
        self._phases = rng.uniform(0, 2 * np.pi, (3, 5))
        self._sky = np.array(((96, 156, 222), (120, 168, 214), (150, 176, 204))[int(rng.integers(3))]) / 255
        self._grass = np.array(((84, 132, 58), (108, 130, 60), (74, 122, 70))[int(rng.integers(3))]) / 255
        self._trees = sorted(_grove(rng, roads, clear), reverse=True)

    def colours(self, rays: Rays) -> Canvas:
        """Give RGB of directions: sky, hills, ground, then trees from far to near."""
        azimuth, level = np.arctan2(rays[..., 1], rays[..., 0]), np.hypot(rays[..., 0], rays[..., 1])
        slope = np.asarray(rays[..., 2] / np.maximum(level, 1e-6), dtype=np.float32)
        out = self._heaven(rays, slope)
        for index, (tint, tall) in enumerate(
            (((150, 176, 196), 0.085), ((122, 158, 148), 0.06), ((104, 146, 96), 0.036))
        ):
            waves = sum(np.sin(azimuth * (2 + 3 * i) + self._phases[index, i]) / (1 + i) for i in range(5))
            ridge = tall * (0.6 + 0.22 * np.asarray(waves))
            grain = sampled(self._noise[1], azimuth * 260, slope * 500)
            _lay(out, (slope < ridge) & (slope > -0.002), np.array(tint) / 255 * (0.86 + 0.28 * grain[..., None]))
        below = slope < 0
        if below.any():
            out[below] = self._ground(rays[below], slope[below])
        for tree in self._trees:
            self._tree(out, azimuth, slope, tree)
        return np.asarray(np.clip(out, 0, 1), dtype=np.float32)

    def _heaven(self, rays: Rays, slope: Canvas) -> Canvas:
        share = np.clip(1 - slope / 0.9, 0, 1)[..., None]
        out = np.asarray((1 - share) * self._sky + share * np.array((214, 231, 240)) / 255, dtype=np.float32)
        flat = 60 / (np.maximum(slope, 0) + 0.25)
        level = np.maximum(np.hypot(rays[..., 0], rays[..., 1]), 1e-6)
        cloud = sampled(self._noise[0], rays[..., 1] / level * flat + 200, rays[..., 0] / level * flat + 200)
        cover = np.clip((cloud - 0.5) * 4, 0, 1) * np.clip(slope * 8, 0, 1) * 0.85
        out += cover[..., None] * (1 - out)
        return out

    def _ground(self, rays: Rays, slope: Canvas) -> Canvas:
        far = self._height / np.maximum(-slope, 1e-4)
        level = np.maximum(np.hypot(rays[:, 0], rays[:, 1]), 1e-6)
        ahead, aside = rays[:, 0] / level * far, rays[:, 1] / level * far
        fade = np.exp(-far / 45)
        grain = sum(
            share * sampled_at(self._noise[1], aside * size + 100, ahead * size + 100)
            for size, share in ((9.0, 0.4), (60.0, 0.35), (300.0, 0.25))
        )
        lit = 1 + (np.asarray(grain) - 0.5) * (0.25 + 0.7 * fade)
        tint = (1 - fade)[:, None] * np.array((140, 172, 98)) / 255 + fade[:, None] * self._grass
        colour = tint * lit[:, None]
        for road in self._roads:
            across, run = (ahead, aside) if road.along == 1 else (aside, ahead)
            colour = self._asphalt(colour, road, across, run)
        return np.asarray(colour, dtype=np.float32)

    def _asphalt(self, colour: Array, road: Road, across: Array, run: Array) -> Array:
        low, high = sorted((road.near, road.far))
        grain = sampled_at(self._noise[1], across * 150 + 300, run * 150 + 300)
        verge = (across > low - 0.45) & (across < high + 0.45)
        inside = (across > low) & (across < high)
        colour = np.where(verge[:, None], 0.5 * colour + 0.5 * np.array((0.59, 0.53, 0.42)), colour)
        colour = np.where(inside[:, None], np.array((0.44, 0.44, 0.455)) * (0.85 + 0.3 * grain[:, None]), colour)
        middle = (low + high) / 2
        line = (np.abs(across - low - 0.2) < 0.07) | (np.abs(across - high + 0.2) < 0.07)
        line |= (np.abs(across - middle) < 0.07) & (np.abs((run + 600) % 6 - 3) < 1.5)
        return np.asarray(np.where(line[:, None], 0.86, colour))

    def _tree(self, out: Canvas, azimuth: Canvas, slope: Canvas, tree: tuple[float, float, float, float]) -> None:
        far, bearing, size, tone = tree
        window = _around(
            azimuth, slope, bearing, 0.5 * size / far, ((1.1 * size - self._height) / far, -self._height / far)
        )
        if window is None:
            return
        out = out[window]
        across = _turned(azimuth[window] - bearing) * far / size
        up = (slope[window] * far + self._height) / size
        near = (np.abs(across) < 0.5) & (up > -0.05) & (up < 1.1)
        if not near.any():
            return
        x, y = across[near], up[near]
        leaf = sampled_at(self._noise[1], x * 160 + 900 * tone, y * 160)
        crown = (x / 0.34) ** 2 + ((y - 0.64) / 0.36) ** 2 + 0.9 * (leaf - 0.5) < 0.85
        trunk = (np.abs(x) < 0.035 - 0.015 * y) & (y < 0.6) & (y > 0)
        light = (0.62 + 0.45 * leaf + 0.3 * (y - 0.6) - 0.25 * x)[:, None]
        colour = np.where(trunk[:, None], np.array((0.34, 0.27, 0.21)), out[near])
        out[near] = np.where(crown[:, None], np.array((0.29, 0.47, 0.22)) * light * (0.85 + 0.3 * tone), colour)


def _grove(rng: np.random.Generator, roads: tuple[Road, ...], clear: float) -> list[tuple[float, float, float, float]]:
    """Trees all around: metres away, bearing (rad), height in metres, tone in [0, 1]; none on a road."""
    trees = []
    for low, high, count in ((70.0, 110.0, 60), (40.0, 65.0, 26), (clear, clear + 12, 9)):
        for _ in range(count):
            far, bearing, size, tone = (
                rng.uniform(low, high),
                rng.uniform(-np.pi, np.pi),
                rng.uniform(4.5, 9),
                rng.random(),
            )
            place = (far * np.cos(bearing), far * np.sin(bearing))
            free = all(not min(r.near, r.far) - 2 < place[1 - r.along] < max(r.near, r.far) + 2 for r in roads)
            if free:
                trees.append((far, bearing, size, tone))
    return trees


def _turned(angle: Canvas) -> Canvas:
    """Bring angles into [-pi, pi]."""
    return np.asarray(angle - 2 * np.pi * np.round(angle / (2 * np.pi)), dtype=np.float32)


def _around(
    azimuth: Canvas, slope: Canvas, bearing: float, half: float, upright: tuple[float, float]
) -> tuple[slice, slice] | None:
    """Give the rows and columns of a grid that hold a bearing, give or take ``half`` rad, between two slopes."""
    middle, spread = azimuth[len(azimuth) // 2], np.abs(_turned(azimuth[-1] - azimuth[0])).max()
    columns = np.flatnonzero(np.abs(_turned(middle - bearing)) < half + spread + 0.02)
    rows = np.flatnonzero((slope.min(axis=1) < upright[0] + 0.01) & (slope.max(axis=1) > upright[1] - 0.01))
    if not len(columns) or not len(rows):
        return None
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _lay(out: Canvas, mask: NDArray[np.bool_], colour: Array) -> None:
    out[mask] = colour[mask]
