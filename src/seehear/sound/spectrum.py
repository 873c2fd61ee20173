"""The short-time spectrum of a streamed sound, and back.

Square-root Hann windows with 75 % overlap: the windows' squares add up to 2, so that analysis and synthesis with the
same window rebuild the sound exactly (Griffin and Lim, "Signal estimation from modified short-time Fourier transform",
IEEE ASSP 32(2), 1984). Frame t covers the samples [(t + 1) hop - size, (t + 1) hop); the sound is preceded and followed
by silence. Frequencies are gathered in bands: one for each bin up to 1.5 kHz, 24 to the octave above.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.media.stems import Samples

Floats = NDArray[np.float32]
Spectra = NDArray[np.complex64]

_LINEAR_HZ = 1500.0
_PER_OCTAVE = 24


class Transform(NamedTuple):
    """Window, step and bands for one sample rate; 2048 and 512 samples at 48 kHz.

    Attributes:
        sample_rate: Hz.
        size: samples of a window, a power of two nearest 43 ms.
        hop: samples from one frame to the next.
        window: (size,) its square root of Hann.
        lower: (bins,) the band at or below each bin.
        share: (bins,) how much of the bin belongs to the band above `lower`, 0 to 1.
        centres: (bands,) Hz.
        table: (bins, bands) how much of each bin belongs to each band; rows add up to one.
    """

    sample_rate: int
    size: int
    hop: int
    window: Floats
    lower: NDArray[np.intp]
    share: Floats
    centres: Floats
    table: Floats

    @property
    def rate(self) -> float:
        """Frames per second."""
        return self.sample_rate / self.hop

    @property
    def bands(self) -> int:
        """How many bands."""
        return len(self.centres)

    def count(self, length: int) -> int:
        """Give the number of frames that touch ``length`` samples."""
        return -(-(length + self.size - self.hop) // self.hop)

    def times(self, frames: int) -> NDArray[np.float64]:
        """Give the middles of the first (frames,) frames, s."""
        return ((np.arange(frames) + 1) * self.hop - self.size / 2) / self.sample_rate

    def forward(self, samples: Samples) -> Spectra:
        """Transform (channels, (n - 1) hop + size) samples into (channels, n, bins) spectra."""
        from scipy.fft import rfft

        framed = np.lib.stride_tricks.sliding_window_view(samples, self.size, axis=-1)[:, :: self.hop]
        return np.asarray(rfft(framed * self.window, axis=-1))

    def backward(self, spectra: Spectra) -> Floats:
        """Turn (channels, n, bins) spectra into (channels, (n + size/hop - 1) hop) samples, overlapped and added."""
        from scipy.fft import irfft

        parts = irfft(spectra, n=self.size, axis=-1) * (self.window * np.float32(2 * self.hop / self.size))
        channels, frames, _ = parts.shape
        laps = self.size // self.hop
        out = np.zeros((channels, frames + laps - 1, self.hop), dtype=np.float32)
        for lap in range(laps):
            out[:, lap : lap + frames] += parts[:, :, lap * self.hop : (lap + 1) * self.hop]
        return out.reshape(channels, -1)

    def gather(self, power: Floats) -> Floats:
        """Add up (..., bins) into (..., bands)."""
        return np.asarray(power @ self.table)

    def spread(self, mask: Floats) -> Floats:
        """Interpolate (..., bands) to (..., bins); masks that add up to one still do."""
        upper = np.minimum(self.lower + 1, self.bands - 1)
        return np.asarray((1 - self.share) * mask[..., self.lower] + self.share * mask[..., upper])


def transform_of(sample_rate: int) -> Transform:
    """Give the transform for a sample rate.

    Example:
        >>> made = transform_of(48000)
        >>> made.size, made.hop, made.count(48000)
        (2048, 512, 97)
    """
    size = max(64, 2 ** round(np.log2(sample_rate * 2048 / 48000)))
    frequencies = np.arange(size // 2 + 1) * sample_rate / size
    fine = frequencies[frequencies <= _LINEAR_HZ]
    octaves = np.log2(max(frequencies[-1], fine[-1]) / fine[-1])
    coarse = fine[-1] * 2.0 ** (np.arange(1, int(octaves * _PER_OCTAVE) + 1) / _PER_OCTAVE)
    coarse = coarse[np.diff(coarse, prepend=fine[-1]) >= sample_rate / size]
    centres = np.concatenate([fine, coarse])
    lower = np.clip(np.searchsorted(centres, frequencies, side="right") - 1, 0, len(centres) - 1)
    upper = np.minimum(lower + 1, len(centres) - 1)
    step = np.where(upper > lower, centres[upper] - centres[lower], 1.0)
    share = np.clip((frequencies - centres[lower]) / step, 0.0, 1.0)
    window = np.sqrt(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size))
    table = np.zeros((len(frequencies), len(centres)), dtype=np.float32)
    table[np.arange(len(frequencies)), lower] = 1 - share
    table[np.arange(len(frequencies)), upper] += share.astype(np.float32)
    single = (one.astype(np.float32) for one in (window, share, centres))
    root, part, middle = single
    return Transform(sample_rate, size, size // 4, root, lower, part, middle, table)


class Chunk(NamedTuple):
    """Some frames in a row.

    Attributes:
        first: number of the first frame.
        samples: (channels, n hop) the samples that the frames newly bring.
        spectra: (channels, n, bins).
    """

    first: int
    samples: Samples
    spectra: Spectra


def chunks(blocks: Iterable[Samples], transform: Transform, length: int, frames: int) -> Iterator[Chunk]:
    """Transform a stream of (channels, n) blocks, ``frames`` frames at a time (the last chunk may be shorter).

    Args:
        blocks: ``length`` samples in all.
        transform: window and step.
        length: samples of the stream.
        frames: frames of a chunk.
    """
    total = transform.count(length)
    first, waiting = 0, 0
    held: list[Samples] = []
    past: Samples | None = None
    for block in _ended(blocks, total * transform.hop - length):
        held.append(block)
        waiting += block.shape[1]
        while waiting >= (count := min(frames, total - first)) * transform.hop > 0:
            joined = np.concatenate(held, axis=1)
            fresh, rest = joined[:, : count * transform.hop], joined[:, count * transform.hop :]
            held, waiting = [rest], rest.shape[1]
            if past is None:
                past = np.zeros((fresh.shape[0], transform.size - transform.hop), dtype=np.float32)
            whole = np.concatenate([past, fresh], axis=1)
            past = whole[:, whole.shape[1] - (transform.size - transform.hop) :]
            yield Chunk(first, fresh, transform.forward(whole))
            first += count


def _ended(blocks: Iterable[Samples], silence: int) -> Iterator[Samples]:
    """The stream, then ``silence`` samples of nothing."""
    channels = 1
    for block in blocks:
        channels = block.shape[0]
        yield block
    if silence:
        yield np.zeros((channels, silence), dtype=np.float32)
