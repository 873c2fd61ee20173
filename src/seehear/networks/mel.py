"""Mel filter banks in the kinds that published networks were trained on, and the spectra they are laid over.

References: Slaney, "Auditory toolbox", 1998 (area-normed triangles); Young et al., "The HTK book", section 5.4 (mel =
2595 log10(1 + f/700)); Kaldi `mel-computations` (mel = 1127 ln(1 + f/700), triangles straight in mel).
"""

from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

Bank = NDArray[np.float64]


def slaney_bank(rate: int, n_fft: int, bands: int, low: float, high: float, *, normed: bool = True) -> Bank:
    """Give triangles equally spaced on Slaney's mel scale (linear below 1 kHz), (bands, n_fft // 2 + 1).

    Args:
        rate: Hz.
        n_fft: points of the transform.
        bands: how many.
        low: Hz, foot of the lowest.
        high: Hz, foot of the highest.
        normed: each divided by half its width in Hz, so that all have the same area.
    """
    edges = _from_slaney(np.linspace(_slaney(low), _slaney(high), bands + 2))
    bank = _triangles(np.linspace(0, rate / 2, n_fft // 2 + 1), edges)
    if normed:
        bank = bank * (2.0 / (edges[2:] - edges[:-2]))[:, None]
    return bank


def htk_bank(rate: int, n_fft: int, bands: int, low: float, high: float) -> Bank:
    """Give triangles equally spaced on the HTK mel scale, peak 1, (bands, n_fft // 2 + 1)."""
    bottom, top = (2595.0 * np.log10(1.0 + edge / 700.0) for edge in (low, high))
    mels = np.linspace(bottom, top, bands + 2)
    edges = 700.0 * (10.0 ** (mels / 2595.0) - 1.0)
    return _triangles(np.linspace(0, rate // 2, n_fft // 2 + 1), edges)


def kaldi_bank(rate: int, n_fft: int, bands: int, low: float, high: float) -> Bank:
    """Give triangles whose sides are straight in mel, as Kaldi's, (bands, n_fft // 2 + 1); the last bin is not used."""
    bottom, top = (1127.0 * np.log(1.0 + edge / 700.0) for edge in (low, high))
    edges = np.linspace(bottom, top, bands + 2)
    bins = 1127.0 * np.log(1.0 + np.arange(n_fft // 2) * (rate / n_fft) / 700.0)
    bank = _triangles(bins, edges)
    return np.pad(bank, ((0, 0), (0, 1)))


def hann(width: int, *, periodic: bool = True) -> NDArray[np.float64]:
    """Give Hann's window."""
    steps = width if periodic else width - 1
    return np.asarray(0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(width) / steps))


def single(array: NDArray[np.float64]) -> Tensor:
    """Give a table as a float32 tensor on the CPU, also while a network is made without weights."""
    return torch.from_numpy(np.asarray(array, dtype=np.float32))


def power_spectrum(
    waves: Tensor,
    window: Tensor,
    *,
    n_fft: int,
    hop: int,
    padding: Literal["reflect", "constant", "none"] = "reflect",
) -> Tensor:
    """Give |STFT|^2 of real waves.

    Args:
        waves: (..., samples).
        window: (width,), at most n_fft; laid in the middle of each frame.
        n_fft: points.
        hop: samples between frames.
        padding: how n_fft // 2 samples are added at both ends; ``none``: frames begin at the first sample.

    Returns:
        (..., n_fft // 2 + 1, frames).
    """
    flat = waves.reshape(-1, waves.shape[-1])
    if padding != "none":
        flat = functional.pad(flat[:, None], (n_fft // 2, n_fft // 2), mode=padding)[:, 0]
    spectrum = torch.stft(
        flat, n_fft, hop, win_length=len(window), window=window, center=False, return_complex=True, onesided=True
    )
    power = spectrum.real.square() + spectrum.imag.square()
    return power.reshape(*waves.shape[:-1], *power.shape[1:])


def kaldi_fbank(wave: Tensor, rate: int, bands: int) -> Tensor:
    """Give Kaldi's log mel energies with its usual choices: 25 ms every 10 ms, no padding, no dither.

    Each frame loses its mean, is sharpened (0.97) and weighted by a symmetric Hann window; the bands begin at 20 Hz.

    Args:
        wave: (samples,).
        rate: Hz.
        bands: how many.

    Returns:
        (bands, frames).
    """
    width, hop = rate * 25 // 1000, rate // 100
    points = 1 << (width - 1).bit_length()
    frames = wave.unfold(0, width, hop)
    frames = frames - frames.mean(dim=1, keepdim=True)
    before = torch.cat([frames[:, :1], frames[:, :-1]], dim=1)
    frames = (frames - 0.97 * before) * single(hann(width, periodic=False))
    power = torch.fft.rfft(frames, points).abs().square()
    bank = single(kaldi_bank(rate, points, bands, 20.0, rate / 2))
    return torch.log(torch.clamp(bank @ power.T, min=torch.finfo(torch.float32).eps))


def _triangles(bins: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    rising = (bins[None] - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins[None]) / (edges[2:] - edges[1:-1])[:, None]
    return np.maximum(0.0, np.minimum(rising, falling))


def _slaney(frequency: float) -> float:
    if frequency < 1000.0:
        return 3.0 * frequency / 200.0
    return 15.0 + 27.0 * float(np.log(frequency / 1000.0) / np.log(6.4))


def _from_slaney(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(mels < 15.0, 200.0 * mels / 3.0, 1000.0 * np.exp(np.log(6.4) * (mels - 15.0) / 27.0))
