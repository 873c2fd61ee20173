"""First-order ambisonics to two ears, sharper than its order: each part of the spectrum by its own direction.

In every cell of time and frequency the active intensity vector tells a direction u and the diffuseness psi, the share
of the energy that has none. The direct part, sqrt(1 - psi) W, goes through the head's filters of u themselves, delays
included; the diffuse part, sqrt(psi) of the whole field, to twelve cardioids all around, each decorrelated and through
the head's filters of its direction. Both keep their energy. One plane wave so becomes the HRTF of its direction, where
a linear first-order decode has only a blurred one; what is diffuse stays as wide as a head hears it.

References: Pulkki, "Spatial sound reproduction with directional audio coding", JAES 55(6), 2007 (eqs. 3 to 6); Laitinen
and Pulkki, "Binaural reproduction for directional audio coding", WASPAA 2009; Merimaa and Pulkki, JAES 53(12), 2005.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.acoustics.decorrelate import decorrelation_filters
from seehear.acoustics.fir import fast_length
from seehear.acoustics.hrtf import ONSET, Hrtf
from seehear.acoustics.virtual_speakers import lateness, speaker_filters
from seehear.errors import InputError
from seehear.media.stems import Samples
from seehear.scene.direction import Array, angles_to_vector

Complex = NDArray[np.complex64]

WINDOW: Final = 0.0213
"""s of a cell: 1024 samples at 48 kHz; half as much from one to the next."""

SMOOTHING: Final = 0.05
"""s over which intensity and energy are averaged, either way together; direction is 20 ms finer in loud cells."""

BANDWIDTH: Final = 0.12
"""The same in frequency, as a share of the frequency; at least three bins."""

_EARLY: Final = 0.0009  # s, by which an ear may be earlier than the head's centre
_CHUNK: Final = 256  # cells in time at once, to bound the memory
_GRID: Final = 1.0  # deg between directions that the head is looked up at


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
        self._early = int(np.ceil(_EARLY * hrtf.sample_rate))
        self._size = fast_length(self._window + hrtf.taps + 2 * self._early)
        self._spectra = np.ascontiguousarray(np.moveaxis(hrtf.spectra(self._size), 1, 2))  # (p, bins, ears)
        self._columns = round(360 / _GRID)
        points = _grid()
        indices, weights = hrtf.weights_at(points)
        self._indices, self._weights = indices.astype(np.int32), weights.astype(np.float32)
        self._delay = (hrtf.delay_at(points) + self._early / hrtf.sample_rate).astype(np.float32)
        self._around = _icosahedron()
        self._diffuse = _decorrelated(hrtf, self._around)

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
        found = parameters_of(cells, self.sample_rate / self._size, self._window // 2 / self.sample_rate)
        direct = self._overlapped(self._direct(cells, found), count, self._early + ONSET)
        loose = self._overlapped(self._loose(cells, found), count, 0)
        return (direct + self._spread(loose)).astype(np.float32)

    def _cells(self, field: Samples) -> Complex:
        """Give the spectra of overlapping cells, (4, cells, bins)."""
        from numpy.lib.stride_tricks import sliding_window_view
        from scipy.fft import rfft

        hop = self._window // 2
        padded = np.pad(field.astype(np.float32), ((0, 0), (hop, hop + -field.shape[1] % hop)))
        frames = sliding_window_view(padded, self._window, axis=1)[:, ::hop]
        shape = np.hanning(self._window + 1)[:-1].astype(np.float32)
        return np.asarray(rfft(frames * shape, self._size, axis=-1), dtype=np.complex64)

    def _direct(self, cells: Complex, found: Parameters) -> Iterator[Samples]:
        """Give each chunk's direct sound at the ears, (2, chunk, size)."""
        from scipy.fft import irfft

        turn = (-2j * np.pi * np.fft.rfftfreq(self._size, 1.0 / self.sample_rate)).astype(np.complex64)
        bins = np.arange(cells.shape[2])
        for start in range(0, cells.shape[1], _CHUNK):
            span = slice(start, start + _CHUNK)
            place = self._place(found.direction[span])
            head = np.exp(turn[:, None] * self._delay[place])
            filters = np.zeros_like(head)
            for corner in range(3):
                part = self._spectra[self._indices[place, corner], bins]
                filters += self._weights[place, corner, None] * part
            sound = cells[0, span] * np.sqrt(1.0 - found.diffuseness[span])
            yield irfft(np.moveaxis(filters * head * sound[..., None], -1, 0), self._size, axis=-1)

    def _loose(self, cells: Complex, found: Parameters) -> Iterator[Samples]:
        """Give each chunk's diffuse field, (4, chunk, size)."""
        from scipy.fft import irfft

        for start in range(0, cells.shape[1], _CHUNK):
            span = slice(start, start + _CHUNK)
            yield irfft(cells[:, span] * np.sqrt(found.diffuseness[span]), self._size, axis=-1)

    def _overlapped(self, chunks: Iterator[Samples], count: int, late: int) -> Samples:
        """Add overlapping cells up, and cut out what belongs to the field's ``count`` samples."""
        hop, parts, begin = self._window // 2, -(-self._size // (self._window // 2)), 0
        out = np.zeros((0, 0), dtype=np.float32)
        for chunk in chunks:
            if not begin:
                out = np.zeros((len(chunk), count + 2 * self._size + self._window + late), dtype=np.float32)
            held = np.zeros((len(chunk), chunk.shape[1] + parts, hop), dtype=np.float32)
            padded = np.pad(chunk, ((0, 0), (0, 0), (0, parts * hop - self._size)))
            for part in range(parts):
                held[:, part : part + chunk.shape[1]] += padded[..., part * hop : (part + 1) * hop]
            flat = held.reshape(len(chunk), -1)[:, : out.shape[1] - begin * hop]
            out[:, begin * hop : begin * hop + flat.shape[1]] += flat
            begin += chunk.shape[1]
        return out[:, hop + late : hop + late + count]

    def _spread(self, loose: Samples) -> Samples:
        """Play the diffuse field from all around, each direction decorrelated."""
        from scipy.signal import oaconvolve

        late = lateness(self.sample_rate)
        gains = np.concatenate([np.ones((len(self._around), 1)), self._around[:, [1, 2, 0]]], axis=1)
        heard = (np.sqrt(0.75 / len(gains)) * gains).astype(np.float32) @ np.pad(loose, ((0, 0), (0, late)))
        ears = [oaconvolve(heard, one, axes=-1).sum(axis=0) for one in self._diffuse]
        return np.stack(ears)[:, late : late + loose.shape[1]]

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
    steps = max(1, round(SMOOTHING / hop))
    intensity = np.stack([_averaged((pressure.conj() * one).real, bin_hz, steps) for one in velocity], axis=-1)
    energy = _averaged((np.abs(cells) ** 2).sum(axis=0) / 2, bin_hz, steps)
    size = np.linalg.norm(intensity, axis=-1)
    direction = np.where(size[..., None] > 0, intensity, np.float32([1.0, 0.0, 0.0]))
    direction /= np.maximum(np.linalg.norm(direction, axis=-1, keepdims=True), 1e-30)
    psi = 1.0 - size / np.maximum(energy, 1e-30)
    return Parameters(direction.astype(np.float32), np.clip(psi, 0.0, 1.0).astype(np.float32))


def _averaged(values: NDArray[np.float32], bin_hz: float, steps: int) -> NDArray[np.float32]:
    """Average over cells and over a band that grows with frequency."""
    from scipy.ndimage import uniform_filter1d

    count = values.shape[1]
    reach = np.maximum(1, np.arange(count) * BANDWIDTH / 2).astype(np.intp)
    reach = np.maximum(reach, int(np.ceil(1.5 * 47.0 / bin_hz)) // 1)
    low, high = np.maximum(np.arange(count) - reach, 0), np.minimum(np.arange(count) + reach + 1, count)
    total = np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1, dtype=np.float64)], axis=1)
    banded = (total[:, high] - total[:, low]) / (high - low)
    return np.asarray(uniform_filter1d(np.maximum(banded, 0.0) if (values >= 0).all() else banded, steps, axis=0,
                                       mode="nearest"), dtype=np.float32)  # fmt: skip


def _decorrelated(hrtf: Hrtf, around: Array) -> NDArray[np.float32]:
    """Give each direction's decorrelator and head filters in one, (2, directions, taps)."""
    from scipy.signal import fftconvolve

    apart = decorrelation_filters(len(around), hrtf.sample_rate)
    heads = speaker_filters(hrtf, around)
    return np.asarray(fftconvolve(heads, apart[None], axes=-1), dtype=np.float32)


def _icosahedron() -> Array:
    """Give 12 directions evenly around: a spherical design of degree 5, mirror-symmetric."""
    golden = (1 + 5**0.5) / 2
    corners = [(0.0, a, b * golden) for a in (1, -1) for b in (1, -1)]
    points = np.array([np.roll(corner, turn) for turn in range(3) for corner in corners])
    return np.asarray(points / np.linalg.norm(points, axis=1, keepdims=True))


def _grid() -> Array:
    """Give the directions of a grid of `_GRID` deg, rows of constant elevation from below."""
    azimuth = np.arange(0.0, 360.0, _GRID)
    elevation = np.arange(-90.0, 90.0 + _GRID / 2, _GRID)
    return angles_to_vector(azimuth[None], elevation[:, None]).reshape(-1, 3)
