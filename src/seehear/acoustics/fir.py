"""Filtering a stream with finite impulse responses: block by block, no latency, the same for every block size.

Reference: Oppenheim and Schafer, "Discrete-Time Signal Processing", 3rd ed., 8.7.3 (overlap-add).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seehear.scene.direction import Array


class StreamingFir:
    """A bank of filters from ``inputs`` to ``outputs`` channels, with the tail of what came before.

    Args:
        outputs: channels out.
        taps: length of the longest filter that will be used.
    """

    def __init__(self, outputs: int, taps: int) -> None:
        self._tail = np.zeros((outputs, max(taps - 1, 0)))
        self._pending = self._tail
        self._spectra = _Spectra()

    def open(self, count: int) -> None:
        """Begin a block of ``count`` samples."""
        self._pending = np.pad(self._tail, ((0, 0), (0, count)))

    def add(self, part: ArrayLike, filters: Array, start: int = 0) -> None:
        """Add a part of the block through filters.

        Args:
            part: (inputs, n) samples.
            filters: (outputs, inputs, taps).
            start: where in the block the part begins.
        """
        given = np.asarray(part, dtype=np.float64)
        length = given.shape[1] + filters.shape[2] - 1
        size = fast_length(length)
        spectrum = np.fft.rfft(given, size)
        product = np.einsum("oif,if->of", self._spectra.of(filters, size), spectrum)
        self._pending[:, start : start + length] += np.fft.irfft(product, size)[:, :length]

    def close(self, count: int) -> Array:
        """End the block and give its (outputs, count) samples."""
        done, self._tail = self._pending[:, :count], self._pending[:, count:].copy()
        return done

    def process(self, block: ArrayLike, filters: Array) -> Array:
        """Filter one block with one set of filters."""
        given = np.asarray(block)
        self.open(given.shape[1])
        if given.shape[1]:
            self.add(given, filters)
        return self.close(given.shape[1])


class _Spectra:
    """The spectrum of the filters used last, kept for the next block of the same size."""

    def __init__(self) -> None:
        self._filters: Array | None = None
        self._by_size: dict[int, NDArray[np.complex128]] = {}

    def of(self, filters: Array, size: int) -> NDArray[np.complex128]:
        if filters is not self._filters or len(self._by_size) > 3:
            self._filters, self._by_size = filters, {}
        if size not in self._by_size:
            self._by_size[size] = np.fft.rfft(filters, size)
        return self._by_size[size]


def fast_length(length: int) -> int:
    """Give the smallest power of two, or 3 or 5 times one, that is at least ``length``.

    Example:
        >>> [fast_length(n) for n in (1, 100, 150, 1000)]
        [1, 128, 160, 1024]
    """
    return min(odd << max(0, (-(-length // odd) - 1).bit_length()) for odd in (1, 3, 5))


def fractional_delay(delay: ArrayLike, taps: int) -> Array:
    """Give windowed-sinc filters that delay by a fraction of a sample.

    Args:
        delay: (...) samples, within [16, taps - 17] for full accuracy.
        taps: length of the filters.

    Returns:
        (..., taps), flat within 0.01 dB to 0.9 of the Nyquist frequency.

    Reference: Laakso et al., "Splitting the unit delay", IEEE SPM 13 (1996); Kaiser window, beta 8, 32 taps wide.
    """
    offset = np.arange(taps) - np.asarray(delay, dtype=np.float64)[..., None]
    window = np.i0(8.0 * np.sqrt(np.maximum(1.0 - (offset / 16.0) ** 2, 0.0))) / np.i0(8.0)
    return np.asarray(np.sinc(offset) * np.where(np.abs(offset) <= 16.0, window, 0.0))
