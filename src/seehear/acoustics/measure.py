"""Where a rendered sound is heard: measured on its samples, apart from the code that placed it.

Ambisonics: the active intensity vector, mean of W (X, Y, Z). Loudspeakers: the velocity vector, the same mean with
W = sum of the channels and (X, Y, Z) = sum of the channels times their directions, LFE left out. Both point to a
single source exactly. Binaural: the interaural delay, inverted through the HRTF set's own table to a lateral angle
(+90 = left; front and back share it). Windows of 100 ms; a window counts by its energy.

References: Merimaa and Pulkki, "Spatial Impulse Response Rendering I", JAES 53(12), 2005, section 2.1 (intensity);
Gerzon, "General metatheory of auditory localisation", AES 92nd Convention, 1992 (velocity vector).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.acoustics.hrtf import Hrtf
from seehear.acoustics.lateral import LateralTable
from seehear.media.layout import Layout
from seehear.media.stems import Samples
from seehear.scene import angles_to_vector, vector_to_angles
from seehear.scene.direction import Array

WINDOW = 0.1
"""Seconds of one estimate."""

SLICES = 10
"""Energy is kept in this many slices of a window, so that a moving source's asked direction can be weighted alike."""

QUIET = 1e-9
"""Mean square below which a window holds nothing to measure (-90 dBFS)."""


class Heard(NamedTuple):
    """What was heard, window by window; only windows with sound are kept.

    Attributes:
        time: (k,) s, each window's start.
        vector: (k, 3) direction of arrival, not normalised, listener's axes; binaural: (k, 3) holds the lateral
            angle as a direction in the horizontal front half.
        energy: (k,) mean square over the window, summed over channels.
        slices: (k, SLICES) the same for each slice of the window.
        judged: (k,) the part of the energy that the direction is judged by: all of it, but for two ears what lies
            below 1.5 kHz.
    """

    time: Array
    vector: Array
    energy: Array
    slices: Array
    judged: Array

    @property
    def azimuth(self) -> Array:
        """(k,) deg; binaural: the lateral angle."""
        return vector_to_angles(self.vector)[0]

    def slice_times(self) -> Array:
        """(k, SLICES) s, the slices' middles."""
        return np.asarray(self.time[:, None] + (np.arange(SLICES) + 0.5) * WINDOW / SLICES)


class DirectionMeter:
    """Measures the direction of one source's rendered samples as they stream by.

    Args:
        layout: of the samples.
        sample_rate: Hz.
        hrtf: the set that a binaural layout was rendered with.
        window: seconds of one estimate.

    Example:
        >>> from seehear.media.layout import layout_of
        >>> meter = DirectionMeter(layout_of("foa"), sample_rate=48000)
        >>> noise = np.random.default_rng(0).normal(size=4800)
        >>> meter.add((0.1 * noise * np.array([[1.0], [1.0], [0.0], [0.0]])).astype(np.float32))
        >>> float(meter.heard().azimuth.round(6)[0])
        90.0
    """

    def __init__(self, layout: Layout, *, sample_rate: int, hrtf: Hrtf | None = None, window: float = WINDOW) -> None:
        self.layout = layout
        self._table = lateral_table(hrtf) if layout.kind == "ears" and hrtf is not None else None
        self._slice = round(sample_rate * window / SLICES)
        self._rate = sample_rate
        self._rest: list[Samples] = []
        self._held = 0
        self._window = 0
        self._rows: list[tuple[float, Array, Array, float]] = []

    def add(self, block: Samples) -> None:
        """Take the next samples, (channels, n)."""
        self._rest.append(block)
        self._held += block.shape[1]
        size = self._slice * SLICES
        if self._held < size:
            return
        joined = np.concatenate(self._rest, axis=1)
        for start in range(0, self._held - size + 1, size):
            self._measure(joined[:, start : start + size])
        self._rest = [joined[:, self._held // size * size :]]
        self._held %= size

    def skip(self, count: int) -> None:
        """Take ``count`` samples of silence."""
        size = self._slice * SLICES
        while count > 0 and (self._held or count < size):
            step = min(count, size - self._held)
            self.add(np.zeros((self.layout.size, step), dtype=np.float32))
            count -= step
        self._window += count // size
        if count % size:
            self.add(np.zeros((self.layout.size, count % size), dtype=np.float32))

    def heard(self) -> Heard:
        """Give what was heard so far; a last window shorter than 100 ms is left out."""
        if not self._rows:
            return Heard(np.zeros(0), np.zeros((0, 3)), np.zeros(0), np.zeros((0, SLICES)), np.zeros(0))
        time, vector, slices, judged = (np.array(column) for column in zip(*self._rows, strict=True))
        return Heard(time, vector, slices.mean(axis=1), slices, judged)

    def _measure(self, window: Samples) -> None:
        start = self._window * self._slice * SLICES / self._rate
        self._window += 1
        wide = window.astype(np.float64)
        slices = (wide**2).sum(axis=0).reshape(SLICES, self._slice).mean(axis=1)
        if slices.mean() < QUIET:
            return
        vector = self._vector(wide)
        if vector is not None:
            judged = _low(wide, self._rate) if self.layout.kind == "ears" else slices.mean()
            self._rows.append((start, vector, slices, judged))

    def _vector(self, window: Array) -> Array | None:
        if self.layout.kind == "ambisonics":
            return np.asarray(window[[3, 1, 2]] @ window[0] / window.shape[1])
        if self.layout.kind == "loudspeakers":
            return _velocity(window, self.layout)
        if self._table is None:
            return None
        delay, strength = self._table.itd_of(window.astype(np.float32))
        return None if strength <= 0 else angles_to_vector(self._table.lateral_from_itd(delay), 0.0)


def lateral_table(hrtf: Hrtf) -> LateralTable:
    """Give the set's table of interaural delay against lateral angle; made once for each set."""
    table = getattr(hrtf, "_lateral_table", None)
    if table is None:
        table = LateralTable(hrtf)
        hrtf._lateral_table = table  # type: ignore[attr-defined]
    return table


def level_db(energy: NDArray[np.float64]) -> float:
    """Give the mean level of windows, dB re full scale; -inf of nothing.

    Example:
        >>> round(level_db(np.array([0.5, 0.5])), 2)
        -3.01
    """
    return float(10 * np.log10(energy.mean())) if len(energy) and energy.mean() > 0 else float("-inf")


def _low(window: Array, sample_rate: int) -> float:
    """Give the mean square below 1.5 kHz, summed over channels."""
    power = np.abs(np.fft.rfft(window)) ** 2
    low = power[:, : round(1500.0 * window.shape[1] / sample_rate)].sum()
    return float((window**2).sum() / window.shape[1] * low / power.sum())


def _velocity(window: Array, layout: Layout) -> Array:
    keep = [index for index in range(layout.size) if index != layout.lfe]
    places = angles_to_vector(np.array(layout.azimuths)[keep], np.array(layout.elevations)[keep])
    pressure = window[keep].sum(axis=0)
    return np.asarray((places.T @ window[keep]) @ pressure / window.shape[1])


def within_reach(layout: Layout, direction: Array) -> Array:
    """Give the directions that a layout can reproduce nearest to those asked, (n, 3) unit vectors.

    Stereo: the back folded to the front, then clamped to +-30 deg. Layouts without height: the horizon; with height:
    not below it. Binaural: the lateral angle, as a direction in the horizontal front half. Ambisonics: as asked.
    """
    azimuth, elevation = vector_to_angles(direction)
    if layout.kind == "ears":
        return angles_to_vector(np.rad2deg(np.arcsin(np.clip(direction[:, 1], -1.0, 1.0))), 0.0)
    if layout.kind == "ambisonics":
        return direction
    if layout.name == "stereo":
        folded = np.where(np.abs(azimuth) > 90, np.sign(azimuth) * 180 - azimuth, azimuth)
        return angles_to_vector(np.clip(folded, -30.0, 30.0), 0.0)
    return angles_to_vector(azimuth, np.maximum(elevation, 0.0) if any(layout.elevations) else 0.0)
