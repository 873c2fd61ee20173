"""What one pass over a soundtrack keeps of it: levels, onsets and sides, about a hundred times a second.

Memory: some 130 bytes a frame, and the noise floor four times a second; 50 MB for an hour.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.media.stems import Samples
from seehear.sound.soundtrack import SILENCE
from seehear.sound.spectrum import Chunk, Floats, Spectra, Transform, chunks

EDGES_HZ = (0.0, 120.0, 300.0, 700.0, 1500.0, 3000.0, 6000.0)
"""Lower edges of the coarse bands; the last one reaches to the top."""

_FRAMES = 512
_FLOOR_FRAMES = 24
_FLOOR_REACH = 7.0
_FLOOR_BIAS = 1.6
_QUIET = 1e-10
_EAR_DELAY = 1e-3
_DUAL_MONO = 1e-3
"""Side to middle power up to which two channels count as one twice over: what a codec leaves of it."""


class Evidence(NamedTuple):
    """What is known of a soundtrack, frame by frame.

    Attributes:
        transform: the frames' window and step.
        power: (frames, coarse) mean over the channels, full scale sine = about -3 dB.
        onset: (frames, coarse) rise of the log spectrum, summed over each coarse band (spectral flux).
        balance: (frames, coarse) (left - right) / (left + right) power; None unless there are two channels that differ.
        delay: (frames,) s by which the left channel leads, of the frame's strongest sound; None as above.
        sharpness: (frames,) of the delay's peak, 0 to 1; None as above.
        floor: (n, bands) mean power of every `_FLOOR_FRAMES` frames.
        floor_step: `_FLOOR_FRAMES`.
        peak: largest sample.
    """

    transform: Transform
    power: Floats
    onset: Floats
    balance: Floats | None
    delay: Floats | None
    sharpness: Floats | None
    floor: Floats
    floor_step: int
    peak: float

    @property
    def silent(self) -> bool:
        """Whether there is nothing but digital silence."""
        return self.peak <= SILENCE

    @property
    def times(self) -> NDArray[np.float64]:
        """(frames,) s, the middle of each frame."""
        return self.transform.times(len(self.power))


def evidence_of(blocks: Iterable[Samples], transform: Transform, length: int) -> Evidence:
    """Listen to a stream of (channels, n) blocks once.

    Args:
        blocks: ``length`` samples in all, finite.
        transform: window and step.
        length: samples.

    Reference: onsets: Bello et al., "A tutorial on onset detection in music signals", IEEE TSAP 13(5), 2005 (spectral
    flux, over two frames as windows overlap); delay: Knapp and Carter, IEEE ASSP 24(4), 1976 (GCC-PHAT).
    """
    listener = _Listener(transform)
    parts = [listener.hear(chunk) for chunk in chunks(blocks, transform, length, _FRAMES)]
    power, onset, sides, floor = (np.concatenate(column) for column in zip(*parts, strict=True))
    lateral = listener.side > _DUAL_MONO * listener.middle
    return Evidence(
        transform,
        power,
        onset,
        sides[:, 2:] if lateral else None,
        sides[:, 0] if lateral else None,
        sides[:, 1] if lateral else None,
        floor,
        _FLOOR_FRAMES,
        listener.peak,
    )


def coarse_bands(transform: Transform) -> NDArray[np.intp]:
    """Give the coarse band of each fine one, (bands,)."""
    return np.searchsorted(np.array(EDGES_HZ), transform.centres, side="right") - 1


class _Listener:
    """Keeps what the next chunk needs of the last one, and the totals."""

    def __init__(self, transform: Transform) -> None:
        self._transform = transform
        bands = coarse_bands(transform)
        self._coarse = np.eye(bands[-1] + 1, dtype=np.float32)[bands]
        self._last = np.full((2, transform.bands), np.log(_QUIET), dtype=np.float32)
        self._reach = max(1, round(_EAR_DELAY * transform.sample_rate))
        self.peak = self.side = self.middle = 0.0

    def hear(self, chunk: Chunk) -> tuple[Floats, Floats, Floats, Floats]:
        """Give power, onset, (delay, sharpness, balance ...) and floor of a chunk."""
        self.peak = max(self.peak, float(np.abs(chunk.samples).max(initial=0.0)))
        if len(chunk.samples) == 2:
            left, right = chunk.samples.astype(np.float64)
            self.side += float(((left - right) ** 2).sum())
            self.middle += float(((left + right) ** 2).sum())
        spectra = chunk.spectra
        scale = np.float32(4.0 / self._transform.size**2)
        each = self._transform.gather((spectra.real**2 + spectra.imag**2) * scale)
        fine = each.mean(axis=0)
        sides = self._sides(spectra, each) if len(spectra) == 2 else np.zeros((len(fine), 0), dtype=np.float32)
        return fine @ self._coarse, self._onset(fine), sides, _averages(fine)

    def _onset(self, fine: Floats) -> Floats:
        logs = np.concatenate([self._last, np.log(fine + np.float32(_QUIET))])
        self._last = logs[-2:]
        return np.asarray(np.maximum(logs[2:] - logs[:-2], 0.0) @ self._coarse)

    def _sides(self, spectra: Spectra, each: Floats) -> Floats:
        left, right = each @ self._coarse
        balance = (left - right) / (left + right + np.float32(_QUIET))
        cross = spectra[0] * np.conj(spectra[1])
        # the whitening is damped, so that bins far below the rest do not vote
        size = np.abs(cross)
        whitened = cross / (size + 1e-3 * size.max(axis=1, keepdims=True) + np.float32(1e-20))
        delay, sharpness = _peaks(whitened, self._transform, self._reach)
        return np.concatenate([delay[:, None], sharpness[:, None], balance], axis=1).astype(np.float32)


def _peaks(whitened: Spectra, transform: Transform, reach: int) -> tuple[Floats, Floats]:
    """Give the lead of the left channel, s, and the peak's height, for (frames, bins) whitened cross spectra."""
    from scipy.fft import irfft

    curve = irfft(whitened, n=transform.size, axis=1)
    near = np.concatenate([curve[:, -reach:], curve[:, : reach + 1]], axis=1)
    best = near.argmax(axis=1)
    # spectrum of left times conj(right) peaks at minus the lead
    return ((reach - best) / transform.sample_rate).astype(np.float32), near.max(axis=1).astype(np.float32)


def _averages(fine: Floats) -> Floats:
    starts = np.arange(0, len(fine), _FLOOR_FRAMES)
    counts = np.diff(starts, append=len(fine))
    return np.asarray(np.add.reduceat(fine, starts, axis=0) / counts[:, None], dtype=np.float32)


def noise_floor(evidence: Evidence) -> Floats:
    """Give the power of the steady noise, (n, bands), at every `floor_step` frames.

    The least quarter-second within seven seconds on either side, raised by what a minimum falls short of the mean.

    Reference: Martin, "Noise power spectral density estimation based on optimal smoothing and minimum statistics",
    IEEE TSAP 9(5), 2001.
    """
    from scipy.ndimage import minimum_filter1d, uniform_filter1d

    reach = max(1, round(_FLOOR_REACH * evidence.transform.rate / _FLOOR_FRAMES))
    least = minimum_filter1d(evidence.floor, 2 * reach + 1, axis=0, mode="nearest")
    return uniform_filter1d(least, reach, axis=0, mode="nearest") * np.float32(_FLOOR_BIAS)
