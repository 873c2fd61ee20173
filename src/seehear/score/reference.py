"""Distances between a clip and the true recording of the same sound: the mono-to-binaural literature's, and SI-SDR.

They need the true recording, sample by sample. STFT and ENV barely see space: on FAIR-Play a mono copy scores 1.024
and 0.145, the best system 0.878 and 0.134. As published, clips are brought to 16 kHz and each divided by its own
largest sample (which hides wrong levels); spectra have 25 ms Hann windows every 10 ms in transforms of 512.

References: Gao and Grauman, "2.5D visual sound", CVPR 2019, section 5 and code (STFT, ENV); Xu et al., "Visually
informed binaural audio generation without binaural audios", CVPR 2021, section 4.2 and code (Mag, D_phase, SNR); Le
Roux et al., "SDR - half-baked or well done?", ICASSP 2019 (SI-SDR).
"""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seehear.errors import InputError
from seehear.scene.direction import Array
from seehear.score.score import Metric, Score
from seehear.score.spectral import stft

STFT = Metric("stft_distance", "", higher_is_better=False)
ENV = Metric("envelope_distance", "", higher_is_better=False)
MAG = Metric("magnitude_distance", "", higher_is_better=False)
PHASE = Metric("phase_distance", "rad", higher_is_better=False)
SNR = Metric("snr", "dB", higher_is_better=True)
SI_SDR = Metric("si_sdr", "dB", higher_is_better=True)

RATE = 16_000
FRAME, HOP, WINDOW = 512, 160, 400

SNR_FLOOR = 1e-4
"""Added to both powers, as published; it bounds SNR by the signal's own level."""

SDR_LIMIT = 100.0
"""dB that stand for a perfect (or, below 0, an unrelated) clip."""

Complex = NDArray[np.complex128]


class BinauralDistances(NamedTuple):
    """What `binaural_distances` gives.

    Attributes:
        stft: mean squared difference of the spectra's real and imaginary parts, summed over both channels.
        envelope: root mean square difference of the Hilbert envelopes, summed over both channels.
        magnitude: mean squared size of the spectra's complex difference, summed over both channels. As published; it
            is twice `stft`, and no distance of magnitudes.
        phase: mean angle between the phases of left minus right, rad in [0, pi]. ``extra["chance"]`` is what a mono
            copy scores: the phase of nothing counts as 0. Undefined where the truth has no difference at all.
        snr: power of the truth over power of the difference, dB, 1e-4 added to both; one number for both channels.
    """

    stft: Score
    envelope: Score
    magnitude: Score
    phase: Score
    snr: Score


def binaural_distances(
    prediction: ArrayLike,
    truth: ArrayLike,
    *,
    sample_rate: int,
    normalise: bool = True,
    edges: Literal["reflect", "constant"] = "reflect",
) -> BinauralDistances:
    """Compare a two-channel clip with the true one.

    Args:
        prediction: (2, n).
        truth: (2, n); the longer of both is cut.
        sample_rate: Hz of both; others than 16 kHz are resampled.
        normalise: divide each clip by its largest sample, as in the 2021 code; the 2019 code leaves it out by default.
        edges: how spectra are padded at the ends: ``reflect`` with the library of that time, ``constant`` with today's.

    Returns:
        Undefined where either clip is silent.

    Raises:
        InputError: not two channels, or samples that are not finite.
    """
    a, b = _prepared(prediction, truth, sample_rate)
    if not (a.any() and b.any()):
        return BinauralDistances(*(one.undefined("silence") for one in (STFT, ENV, MAG, PHASE, SNR)))
    if normalise:
        a, b = a / np.abs(a).max(), b / np.abs(b).max()
    gap = _spectra(a, edges) - _spectra(b, edges)
    square = (np.abs(gap) ** 2).mean(axis=(1, 2))
    noise = float(((a - b) ** 2).mean())
    return BinauralDistances(
        STFT.at(square.sum() / 2),
        ENV.at(np.sqrt(((_envelope(a) - _envelope(b)) ** 2).mean(axis=1)).sum()),
        MAG.at(square.sum()),
        _phase(a[0] - a[1], b[0] - b[1], edges),
        SNR.at(10 * np.log10((float((b**2).mean()) + SNR_FLOOR) / (noise + SNR_FLOOR))),
    )


def si_sdr(prediction: ArrayLike, truth: ArrayLike) -> Score:
    """Give the scale-invariant signal-to-distortion ratio, dB; an item for each channel, means taken off first.

    Args:
        prediction: (channels, n).
        truth: (channels, n).

    Returns:
        Held within +-100 dB; a channel in which the truth is silent is undefined, one in which only the clip is silent
        too (nothing can be scaled).

    Raises:
        InputError: shapes that differ, or samples that are not finite.
    """
    a, b = (np.atleast_2d(np.asarray(one, dtype=np.float64)) for one in (prediction, truth))
    if a.shape != b.shape or a.ndim != 2 or not a.size:
        raise InputError(f"expected clips of one shape (channels, n), got {a.shape} and {b.shape}: cut or pad one")
    _finite(a, b)
    a, b = (one - one.mean(axis=1, keepdims=True) for one in (a, b))
    items = [_one_si_sdr(x, y) for x, y in zip(a, b, strict=True)]
    lost = int(np.isnan(items).sum())
    return SI_SDR.mean(items, reason=f"{lost} of {len(items)} channels silent" if lost else "")


def _one_si_sdr(heard: Array, true: Array) -> float:
    power = float(true @ true)
    if not power > 0 or not heard.any():
        return float("nan")
    target = (float(heard @ true) / power) * true
    rest = heard - target
    signal, noise = float(target @ target), float(rest @ rest)
    if noise <= signal * 10 ** (-SDR_LIMIT / 10):
        return SDR_LIMIT
    return float(np.clip(10 * np.log10(max(signal, 1e-300) / noise), -SDR_LIMIT, SDR_LIMIT))


def _phase(heard: Array, true: Array, edges: Literal["reflect", "constant"]) -> Score:
    # clips folded to mono by arithmetic leave rounding, which has phases of its own
    if np.abs(true).max() < 1e-7:
        return PHASE.undefined("both channels of the truth are the same")
    mine = np.zeros_like(heard) if np.abs(heard).max() < 1e-7 else heard
    theirs = np.angle(_spectra(true, edges))
    apart = np.abs(np.angle(_spectra(mine, edges)) - theirs)
    return PHASE.at(np.minimum(apart, 2 * np.pi - apart).mean(), extra={"chance": float(np.abs(theirs).mean())})


def _spectra(samples: Array, edges: Literal["reflect", "constant"]) -> Complex:
    return stft(samples, frame=FRAME, hop=HOP, window=WINDOW, pad=edges)


def _envelope(samples: Array) -> Array:
    """Give the size of the analytic signal, (channels, n)."""
    count = samples.shape[-1]
    gain = np.zeros(count)
    gain[0] = 1.0
    gain[1 : (count + 1) // 2] = 2.0
    if count % 2 == 0:
        gain[count // 2] = 1.0
    return np.asarray(np.abs(np.fft.ifft(np.fft.fft(samples, axis=-1) * gain, axis=-1)))


def _prepared(prediction: ArrayLike, truth: ArrayLike, sample_rate: int) -> tuple[Array, Array]:
    a, b = (np.asarray(one, dtype=np.float64) for one in (prediction, truth))
    if a.ndim != 2 or b.ndim != 2 or len(a) != 2 or len(b) != 2:
        raise InputError(f"expected two clips of shape (2, n), got shapes {a.shape} and {b.shape}")
    _finite(a, b)
    count = min(a.shape[1], b.shape[1])
    a, b = a[:, :count], b[:, :count]
    if sample_rate == RATE:
        return a, b
    import soxr

    first, second = (soxr.resample(one.T, sample_rate, RATE, quality="HQ").T for one in (a, b))
    return np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)


def _finite(*clips: Array) -> None:
    if not all(np.isfinite(one).all() for one in clips):
        raise InputError("expected finite samples, got nan or infinity: repair the clip first")
