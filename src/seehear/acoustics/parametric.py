"""First-order ambisonics to two ears, sharper than its order: each part of the spectrum by its own direction.

In every cell of time and frequency the active intensity vector tells a direction u and the diffuseness psi, the share
of the energy that has none. Two signals are mixed at each ear: sqrt(1 - psi) of W through the head's filter of u
itself, delay included; and sqrt(psi) of a linear decode whose ears have, in a diffuse field, the head's own powers and
coherence. As both may be alike in phase or not, each ear's energy is then brought to what the two parts have together.
One plane wave so becomes the HRTF of its direction, where a linear first-order decode has only a blurred one; what is
diffuse stays as wide as a head hears it.

References: Pulkki, "Spatial sound reproduction with directional audio coding", JAES 55(6), 2007 (eqs. 3 to 6); Laitinen
and Pulkki, "Binaural reproduction for directional audio coding", WASPAA 2009; Vilkamo, Baeckstroem, Kuntz, "Optimized
covariance domain framework", JAES 61 (2013) (mixing to a wanted energy); Merimaa and Pulkki, JAES 53(12), 2005.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.acoustics.ambisonics import sphere_quadrature
from seehear.acoustics.fir import fast_length
from seehear.acoustics.hrtf import ONSET, Hrtf
from seehear.acoustics.virtual_speakers import ambisonic_filters, lateness, speaker_filters
from seehear.errors import InputError
from seehear.media.stems import Samples
from seehear.scene.direction import Array, angles_to_vector

Complex = NDArray[np.complex64]

WINDOW: Final = 0.0213
"""s of a cell: 1024 samples at 48 kHz; half as much from one to the next."""

SMOOTHING: Final = 0.02
"""s over which intensity and energy are averaged."""

BANDWIDTH: Final = 0.12
"""The same in frequency, as a share of the frequency; at least 70 Hz either way."""

_NARROWEST: Final = 70.0  # Hz either way
_CHUNK: Final = 256  # cells in time at once, to bound the memory
_GRID: Final = 1.0  # deg between directions that the head is looked up at
_QUADRATURE: Final = 30  # degree to which a diffuse field is summed exactly
_MIXING_ROOM: Final = 0.004  # s that the mixing may ring before and after
_LARGEST_GAIN: Final = 2.0


class Parameters(NamedTuple):
    """What a field holds in each cell, (cells, bins): u as (cells, bins, 3), and psi, 0 a plane wave to 1 diffuse."""

    direction: NDArray[np.float32]
    diffuseness: NDArray[np.float32]


class ParametricDecoder:
    """Decodes first-order fields for one head.

    Args:
        hrtf: the head, at the rate of the fields.

    Example:
        >>> from seehear.acoustics.hrtf import default_hrtf
        >>> decoder = ParametricDecoder(default_hrtf(48000))
        >>> decoder.decode(np.zeros((4, 4800), np.float32)).shape
        (2, 4800)
    """

    def __init__(self, hrtf: Hrtf) -> None:
        self.sample_rate = hrtf.sample_rate
        self._window = 2 * round(WINDOW * hrtf.sample_rate / 2)
        filters, self._late, power = _diffuse_filters(hrtf)
        self._size = fast_length(self._window + max(hrtf.taps + self._late, filters.shape[2]))
        self._spectra = np.ascontiguousarray(np.moveaxis(hrtf.spectra(self._size), 1, 2))  # (p, bins, ears)
        self._linear = np.fft.rfft(filters, self._size).astype(np.complex64)
        bins = np.linspace(0.0, 1.0, self._size // 2 + 1)
        self._power = np.stack([np.interp(bins, np.linspace(0.0, 1.0, power.shape[1]), one) for one in power])
        self._columns = round(360 / _GRID)
        points = _grid()
        indices, weights = hrtf.weights_at(points)
        self._indices, self._weights = indices.astype(np.int32), weights.astype(np.float32)
        self._delay = (hrtf.delay_at(points) + (self._late - ONSET) / hrtf.sample_rate).astype(np.float32)

    def decode(self, field: Samples) -> Samples:
        """Give the two ears' signals, (2, n) float32, in time with the field.

        Args:
            field: (4, n) ACN, SN3D.

        Raises:
            InputError: not four channels.
        """
        if field.ndim != 2 or len(field) != 4:
            raise InputError(f"a first-order field must be (4, n), got {field.shape}")
        count = field.shape[1]
        cells = self._cells(field)
        hop = self._window // 2
        found = parameters_of(cells, self.sample_rate / self._size, hop / self.sample_rate)
        direct, loose = self._direct(cells, found), np.einsum("eif,itf->etf", self._linear, cells, optimize=True)
        ears = np.sqrt(1.0 - found.diffuseness) * direct + np.sqrt(found.diffuseness) * loose
        ears *= self._gains(cells, found, direct, ears)
        return self._overlapped(ears, count)

    def _cells(self, field: Samples) -> Complex:
        """Give the spectra of overlapping cells, (4, cells, bins)."""
        from numpy.lib.stride_tricks import sliding_window_view
        from scipy.fft import rfft

        hop = self._window // 2
        padded = np.pad(field.astype(np.float32), ((0, 0), (hop, hop + -field.shape[1] % hop)))
        frames = sliding_window_view(padded, self._window, axis=1)[:, ::hop]
        shape = np.hanning(self._window + 1)[:-1].astype(np.float32)
        return np.asarray(rfft(frames * shape, self._size, axis=-1), dtype=np.complex64)

    def _direct(self, cells: Complex, found: Parameters) -> Complex:
        """Give W through the head's filters of each cell's direction, (2, cells, bins)."""
        turn = (-2j * np.pi * np.fft.rfftfreq(self._size, 1.0 / self.sample_rate)).astype(np.complex64)
        bins = np.arange(cells.shape[2])
        out = np.empty((2, *cells.shape[1:]), dtype=np.complex64)
        for start in range(0, cells.shape[1], _CHUNK):
            span = slice(start, start + _CHUNK)
            place = self._place(found.direction[span])
            filters = np.zeros((*place.shape, 2), dtype=np.complex64)
            for corner in range(3):
                filters += self._weights[place, corner, None] * self._spectra[self._indices[place, corner], bins]
            filters *= np.exp(turn[:, None] * self._delay[place])
            out[:, span] = np.moveaxis(filters * cells[0, span, :, None], -1, 0)
        return out

    def _gains(self, cells: Complex, found: Parameters, direct: Complex, ears: Complex) -> NDArray[np.float32]:
        """Give what brings each ear's energy to that of the direct and the diffuse part together."""
        psi, energy = found.diffuseness, (np.abs(cells) ** 2).sum(axis=0) / 2
        out = np.empty(ears.shape, dtype=np.float32)
        bin_hz, steps = self.sample_rate / self._size, _steps(self._window // 2 / self.sample_rate)
        for ear in range(2):
            wanted = (1.0 - psi) * np.abs(direct[ear]) ** 2 + psi * energy * self._power[ear].astype(np.float32)
            asked, there = (_averaged(one, bin_hz, steps) for one in (wanted, np.abs(ears[ear]) ** 2))
            out[ear] = np.sqrt(np.maximum(asked, 0.0) / np.maximum(there, 1e-30))
        return np.clip(out, 1.0 / _LARGEST_GAIN, _LARGEST_GAIN)

    def _overlapped(self, spectra: Complex, count: int) -> Samples:
        """Add overlapping cells, (2, cells, bins), up, and cut out what belongs to the field's ``count`` samples."""
        from scipy.fft import irfft

        hop, cells = self._window // 2, spectra.shape[1]
        parts = -(-self._size // hop)
        out = np.zeros((2, cells + parts, hop), dtype=np.float32)
        for start in range(0, cells, _CHUNK):
            wave = irfft(spectra[:, start : start + _CHUNK], self._size, axis=-1)
            wave = np.pad(wave, ((0, 0), (0, 0), (0, parts * hop - self._size))).reshape(2, -1, parts, hop)
            for part in range(parts):
                out[:, start + part : start + part + wave.shape[1]] += wave[:, :, part]
        return out.reshape(2, -1)[:, hop + self._late : hop + self._late + count]

    def _place(self, direction: NDArray[np.float32]) -> NDArray[np.intp]:
        """Give the nearest grid point's number for each direction."""
        azimuth = np.arctan2(direction[..., 1], direction[..., 0])
        elevation = np.arcsin(np.clip(direction[..., 2], -1.0, 1.0))
        column = np.rint(np.rad2deg(azimuth) / _GRID).astype(np.intp) % self._columns
        row = np.rint((np.rad2deg(elevation) + 90.0) / _GRID).astype(np.intp)
        return np.asarray(row * self._columns + column)


def parameters_of(cells: Complex, bin_hz: float, hop: float) -> Parameters:
    """Tell direction and diffuseness.

    Args:
        cells: (4, cells, bins) spectra of W, Y, Z, X in SN3D.
        bin_hz: Hz from bin to bin.
        hop: s from cell to cell.

    Reference: Pulkki 2007, eqs. 3 to 6: I = Re(W* V), E = (|W|^2 + |V|^2) / 2, psi = 1 - |<I>| / <E>.
    """
    pressure, velocity = cells[0], cells[[3, 1, 2]]
    steps = _steps(hop)
    intensity = np.stack([_averaged((pressure.conj() * one).real, bin_hz, steps) for one in velocity], axis=-1)
    energy = _averaged((np.abs(cells) ** 2).sum(axis=0) / 2, bin_hz, steps)
    size = np.linalg.norm(intensity, axis=-1)
    direction = np.where(size[..., None] > 0, intensity, np.array([1.0, 0.0, 0.0], np.float32))
    direction /= np.maximum(np.linalg.norm(direction, axis=-1, keepdims=True), 1e-30)
    psi = 1.0 - size / np.maximum(energy, 1e-30)
    return Parameters(direction.astype(np.float32), np.clip(psi, 0.0, 1.0).astype(np.float32))


def _steps(hop: float) -> int:
    return max(1, round(SMOOTHING / hop))


def _averaged(values: NDArray[np.float32], bin_hz: float, steps: int) -> NDArray[np.float32]:
    """Average over cells and over a band that grows with frequency."""
    from scipy.ndimage import uniform_filter1d

    count = values.shape[1]
    reach = np.maximum(np.arange(count) * BANDWIDTH / 2, np.ceil(_NARROWEST / bin_hz)).astype(np.intp)
    low, high = np.maximum(np.arange(count) - reach, 0), np.minimum(np.arange(count) + reach + 1, count)
    total = np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1, dtype=np.float64)], axis=1)
    banded = (total[:, high] - total[:, low]) / (high - low)
    return np.asarray(uniform_filter1d(banded, steps, axis=0, mode="nearest"), dtype=np.float32)


class _Diffuse(NamedTuple):
    """How a diffuse field is decoded: filters (2, 4, taps), their lateness in samples, the ears' powers (2, bins)."""

    filters: Array
    late: int
    power: Array


def _diffuse_filters(hrtf: Hrtf) -> _Diffuse:
    """Give the linear decode of first order, mixed, as little as can be, to the head's own covariance.

    Reference: Zaunschirm, Schoerkhuber, Hoeldrich, JASA 143 (2018), the diffuseness constraint; the least mixing is
    that of Vilkamo, Baeckstroem and Kuntz 2013, without a residual.
    """
    linear = ambisonic_filters(hrtf, 1)
    size = fast_length(2 * linear.shape[2])
    spectra = np.moveaxis(np.fft.rfft(linear, size), 2, 0)
    reached = spectra @ (np.array([1.0, 1 / 3, 1 / 3, 1 / 3])[:, None] * np.swapaxes(spectra.conj(), 1, 2))
    points, area = sphere_quadrature(_QUADRATURE)
    heads = np.moveaxis(np.fft.rfft(speaker_filters(hrtf, points), size), 2, 0)
    wanted = (heads * area) @ np.swapaxes(heads.conj(), 1, 2)
    mixed = np.moveaxis(_least_mixing(reached, wanted) @ spectra, 0, 2)
    room = round(_MIXING_ROOM * hrtf.sample_rate)
    filters = np.roll(np.fft.irfft(mixed, size), room, axis=-1)[..., : linear.shape[2] + 2 * room]
    power = np.diagonal(wanted, axis1=1, axis2=2).real.T
    return _Diffuse(filters, room + lateness(hrtf.sample_rate), power)


def _least_mixing(given: NDArray[np.complex128], wanted: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """Give the matrices M, (bins, 2, 2), nearest to none with M given M^H = wanted."""
    floor = 1e-9 * np.eye(2) * np.trace(wanted, axis1=1, axis2=2).real.max()
    root, inverse = _roots(given + floor)
    middle, _ = _roots(root @ (wanted + floor) @ root)
    return np.asarray(inverse @ middle @ inverse)


def _roots(matrix: NDArray[np.complex128]) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
    """Give square roots of positive matrices, (bins, 2, 2), and their inverses."""
    value, vector = np.linalg.eigh(matrix)
    side = np.sqrt(np.maximum(value, 1e-30))[:, None, :]
    back = np.swapaxes(vector.conj(), 1, 2)
    return (vector * side) @ back, (vector / side) @ back


def _grid() -> Array:
    """Give the directions of a grid of `_GRID` deg, rows of constant elevation from below."""
    azimuth = np.arange(0.0, 360.0, _GRID)
    elevation = np.arange(-90.0, 90.0 + _GRID / 2, _GRID)
    return angles_to_vector(azimuth[None], elevation[:, None]).reshape(-1, 3)
