"""The inner loop of binaural rendering: a source's two ear signals through filters that follow its direction.

Every sample is filtered by the HRTF interpolated in time, linearly between control points ``HOP`` samples apart. So
the signal is cut, by triangular windows centred on the control points, into pieces that each meet one fixed filter;
their convolutions by FFT add up to the output. Causal, no latency but the filters' own ``ONSET``.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seehear.acoustics.hrtf import Hrtf, Spectra
from seehear.errors import InputError
from seehear.media.stems import Samples
from seehear.scene.direction import Array

HOP = 256
"""Samples between control points: 5.3 ms at 48 kHz."""

STILL_BLOCK = 4096
"""Size of the FFT for a direction that does not move."""

_RISE = ((np.arange(HOP) + 0.0) / HOP).astype(np.float32)
_FALL = (1.0 - np.arange(HOP) / HOP).astype(np.float32)


class EarFilter:
    """Filters one source for both ears, block after block.

    Args:
        hrtf: the set; its sample rate is that of the signals.

    Example:
        >>> from seehear.acoustics.hrtf import default_hrtf
        >>> ears = EarFilter(default_hrtf())
        >>> ahead = np.tile([1.0, 0.0, 0.0], (3, 1))
        >>> ears.process(np.zeros((2, 2 * HOP), dtype=np.float32), ahead).shape
        (2, 512)
    """

    def __init__(self, hrtf: Hrtf) -> None:
        self._hrtf = hrtf
        self._size = _block(hrtf.taps)
        self._tail = np.zeros((2, hrtf.taps - 1), dtype=np.float32)
        self._still: tuple[Array, Spectra] | None = None

    def process(self, ears: Samples, direction: ArrayLike) -> Samples:
        """Filter the next samples.

        Args:
            ears: (2, n) the source as it reaches each ear's place, delays included; n = (m - 1) HOP.
            direction: (m, 3) vectors to the source at the control points, the first at the block's start, the last
                at its end, where the next block's first is.

        Returns:
            (2, n) float32; what rings on past the block is added to the next ones.

        Raises:
            InputError: lengths that do not fit.
        """
        points = np.asarray(direction, dtype=np.float64)
        if ears.shape != (2, (len(points) - 1) * HOP):
            raise InputError(
                f"ears must have the shape (2, {(len(points) - 1) * HOP}) for {len(points)} control points "
                f"{HOP} samples apart, got {ears.shape}"
            )
        count = ears.shape[1]
        joined = np.zeros((2, count + self._tail.shape[1]), dtype=np.float32)
        if ears.any():
            self._filter(ears, points, joined)
        joined[:, : self._tail.shape[1]] += self._tail
        self._tail = joined[:, count:].copy()
        return joined[:, :count]

    def flush(self) -> Samples:
        """Give what still rings, (2, taps - 1), and start afresh."""
        tail, self._tail = self._tail, np.zeros_like(self._tail)
        return tail

    def _filter(self, ears: Samples, points: Array, out: Samples) -> None:
        """Write the response, (2, n + taps - 1), to ``ears`` alone."""
        if (points == points[0]).all():
            self._filter_still(ears, points[:1], out)
        else:
            self._filter_moving(ears, points, out)

    def _filter_moving(self, ears: Samples, points: Array, out: Samples) -> None:
        from scipy.fft import irfft, rfft

        hops, rows = len(points) - 1, self._size // HOP
        pieces = ears.reshape(2, hops, HOP).transpose(1, 0, 2)
        frames = np.zeros((hops + 1, 2, 2 * HOP), dtype=np.float32)
        np.multiply(pieces, _RISE, out=frames[1:, :, :HOP])
        np.multiply(pieces, _FALL, out=frames[:-1, :, HOP:])
        spectrum = rfft(frames, self._size, axis=-1)
        spectrum *= self._mixed(points)
        wave = irfft(spectrum, self._size, axis=-1, overwrite_x=True).reshape(hops + 1, 2, rows, HOP)
        total = np.zeros((hops + rows, 2, HOP), dtype=np.float32)
        for row in range(rows):
            total[row : row + hops + 1] += wave[:, :, row]
        out += total[1:].transpose(1, 0, 2).reshape(2, -1)[:, : out.shape[1]]

    def _mixed(self, points: Array) -> Spectra:
        """Give the filters' spectra at the control points, (m, 2, size // 2 + 1)."""
        from scipy.sparse import csr_array

        spectra = self._hrtf.spectra(self._size)
        indices, weights = self._hrtf.weights_at(points)
        rows = np.arange(0, 3 * len(points) + 1, 3)
        mix = csr_array((weights.ravel().astype(np.float32), indices.ravel(), rows), (len(points), len(spectra)))
        flat: NDArray[np.float32] = mix @ spectra.reshape(len(spectra), -1).view(np.float32)
        return flat.view(np.complex64).reshape(len(points), 2, -1)

    def _filter_still(self, ears: Samples, point: Array, out: Samples) -> None:
        from scipy.fft import irfft, rfft

        taps, count = self._hrtf.taps, ears.shape[1]
        size = max(STILL_BLOCK, 4 * self._size)
        if self._still is None or not (self._still[0] == point).all():
            self._still = (point, rfft(self._hrtf.filters_at(point)[0], size, axis=-1))
        step = size - taps + 1
        for start in range(0, count, step):
            piece = ears[:, start : start + step]
            wave = irfft(rfft(piece, size, axis=-1) * self._still[1], size, axis=-1)
            out[:, start : start + piece.shape[1] + taps - 1] += wave[:, : piece.shape[1] + taps - 1]


def _block(taps: int) -> int:
    """Give the FFT size for a piece of two hops and a filter: a whole number of hops."""
    return HOP * -(-(2 * HOP + taps - 1) // HOP)
