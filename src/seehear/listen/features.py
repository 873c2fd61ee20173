"""Features of a sound that tell what kind it is: brightness, noisiness, pitch, rhythm, attacks and decays.

Read from power spectra 10 to 40 ms apart. Every feature is blind to level, and nearly to a constant tilt. The sources:
modulation at the rate of syllables, Houtgast & Steeneken, "A review of the MTF concept", JASA 77 (1985); spectral
flatness, Gray & Markel, IEEE TASSP 22 (1974); pitch by the compressed spectrum's autocorrelation, Tolonen &
Karjalainen, IEEE TSAP 8 (2000).
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.scene.direction import Array

Floats = NDArray[np.floating[Any]]

FEATURES = (
    "centre", "centre_moves", "spread", "tilt", "flatness", "flatness_moves", "tonal", "tonal_moves", "harmonic",
    "harmonic_moves", "voiced", "pitch", "pitch_jumps", "pitch_range", "peaks", "valleys", "slow_modulation",
    "syllables", "fast_modulation", "onsets", "decay", "attack", "active", "alike", "repeats", "low", "high",
)  # fmt: skip
"""Column names of a feature row."""

QUIET = 35.0
"""dB below a chunk's loudest moments from which nothing counts as heard."""

BANDS = 24
_LOW, _HIGH = 60.0, 8000.0
_COLUMNS = BANDS + 4  # bands, flatness, tonal share, harmonicity, log2 pitch
_PITCH = (70.0, 900.0)


class Frames:
    """What frames of one resolution are reduced with.

    Args:
        sample_rate: Hz.
        bins: of a spectrum.
    """

    def __init__(self, sample_rate: int, bins: int) -> None:
        frequency = np.linspace(0.0, sample_rate / 2, bins)
        top = min(_HIGH, 0.45 * sample_rate)
        edges = np.geomspace(_LOW, top, BANDS + 1)
        centre = np.sqrt(edges[1:] * edges[:-1])
        # triangles on the log axis, so that narrow low bands are never empty
        knots = np.interp(np.log(np.maximum(frequency, 1.0)), np.log(centre), np.arange(BANDS), left=-1.0, right=BANDS)
        share = np.maximum(1.0 - np.abs(knots[:, None] - np.arange(BANDS)), 0.0)
        share[(frequency < _LOW) | (frequency > top)] = 0.0
        self.bands: NDArray[np.float32] = share.astype(np.float32)
        self.octave: Array = np.log2(centre / 1000.0)
        self.used = slice(int(np.searchsorted(frequency, 150.0)), int(np.searchsorted(frequency, top)))
        self.pitched = int(np.searchsorted(frequency, min(2500.0, top)))
        self.half_rate = frequency[self.pitched - 1]


class ChunkFeatures(NamedTuple):
    """The features of one chunk and the seconds of sound behind them."""

    values: Array
    seconds: float


def frame_rows(power: Floats, frames: Frames) -> Floats:
    """Reduce (n, bins) power spectra to (n, columns): bands, flatness in dB, tonal share, harmonicity, pitch."""
    bands = power @ frames.bands
    used = power[:, frames.used] + np.float32(1e-20)
    flatness = 10.0 * (np.log10(used).mean(axis=1) - np.log10(used.mean(axis=1)))
    harmonic, pitch = _pitch(power[:, : frames.pitched], frames.half_rate)
    rows = np.empty((len(power), _COLUMNS), dtype=np.float32)
    rows[:, :BANDS] = bands
    rows[:, BANDS:] = np.stack([flatness, _tonal(used), harmonic, pitch], axis=-1)
    return rows


def chunk_features(times: Array, rows: Floats, frames: Frames) -> ChunkFeatures | None:
    """Give the features of a chunk of at least 3 frames; None where it is silent."""
    bands = rows[:, :BANDS].astype(np.float64)
    energy = bands.sum(axis=1)
    if energy.max() <= 1e-16:
        return None
    level = 10.0 * np.log10(energy + 1e-20)
    level = np.maximum(level, np.percentile(level, 98) - 60.0)
    heard = level > np.percentile(level, 98) - QUIET
    if heard.sum() < 3:
        return None
    step = float(np.median(np.diff(times)))
    weight = heard * np.sqrt(energy)
    values = [
        *_colour(bands, rows, weight, frames),
        *_voicing(rows, weight, heard),
        *_dynamics(level, heard, step),
        *_likeness(bands, energy, heard, step),
        *_extremes(bands, frames),
    ]
    return ChunkFeatures(np.array(values, dtype=np.float64), float(heard.sum() * step))


def _tonal(used: Floats) -> Array:
    """Give the share of power in bins that stand out of their surroundings."""
    around = _around(used, 10)
    return np.asarray(np.where(used > 3.0 * around, used, 0.0).sum(axis=1) / used.sum(axis=1))


def _pitch(power: Floats, half_rate: float) -> tuple[Array, Array]:
    """Give harmonicity, 0 to 1, and log2 of the pitch in Hz, by the compressed and flattened spectrum's cosines."""
    from scipy.fft import irfft, next_fast_len

    size = next_fast_len(6 * power.shape[1], real=True)
    root = np.cbrt(power)
    ripple = root - _around(root, max(3, round(250.0 / half_rate * power.shape[1])))
    curve = irfft(ripple, n=size, axis=1) * (size / 2)
    rate = half_rate * size / (power.shape[1] - 1)
    first, last = max(2, int(rate / _PITCH[1])), min(int(rate / _PITCH[0]), size // 2 - 2)
    part = curve[:, first : last + 1] / np.maximum(np.abs(ripple).sum(axis=1, keepdims=True), 1e-12)
    best = part.argmax(axis=1)
    strength = np.clip(part[np.arange(len(part)), best], 0.0, 1.0)
    return strength, np.log2(rate / (best + first))


def _around(values: Floats, reach: int) -> Array:
    """Give the mean over ``reach`` bins to each side."""
    reach = min(reach, values.shape[1] - 1)
    running = np.cumsum(np.pad(values.astype(np.float64), ((0, 0), (reach + 1, reach)), mode="reflect"), axis=1)
    return np.asarray((running[:, 2 * reach + 1 :] - running[:, : -2 * reach - 1]) / (2 * reach + 1))


def _colour(bands: Array, rows: Floats, weight: Array, frames: Frames) -> list[float]:
    """Brightness, its movement, spread, tilt; flatness and tonal share with their movements."""
    share = bands / np.maximum(bands.sum(axis=1, keepdims=True), 1e-20)
    centre = share @ frames.octave
    spread = np.sqrt(np.maximum(share @ frames.octave**2 - centre**2, 0.0))
    mean = (bands * (weight > 0)[:, None]).mean(axis=0)
    tilt = np.polyfit(frames.octave, 10 * np.log10(mean + 1e-9 * mean.max() + 1e-20), 1)[0]
    out = [*_moments(centre, weight), _mean(spread, weight), float(tilt)]
    for column in (BANDS, BANDS + 1):
        out += _moments(rows[:, column], weight)
    return out


def _voicing(rows: Floats, weight: Array, heard: NDArray[np.bool_]) -> list[float]:
    """Harmonicity and its movement; how much is voiced; pitch, its jumps and its range in semitones."""
    strength, pitch = rows[:, BANDS + 2].astype(np.float64), 12.0 * rows[:, BANDS + 3].astype(np.float64)
    voiced = heard & (strength > 0.45)
    out = [*_moments(strength, weight), float(voiced.sum() / heard.sum())]
    if voiced.sum() < 4:
        return [*out, 90.0, 6.0, 12.0]
    both = voiced[1:] & voiced[:-1]
    jumps = np.abs(np.diff(pitch))[both]
    low, middle, high = np.percentile(pitch[voiced], [10, 50, 90])
    return [*out, float(middle), float(np.mean(np.minimum(jumps, 12.0))) if len(jumps) else 6.0, float(high - low)]


def _dynamics(level: Array, heard: NDArray[np.bool_], step: float) -> list[float]:
    """Peaks and valleys in dB, modulation by rate, onsets, decay and attack, share of time heard."""
    low, middle, high = np.percentile(level, [10, 50, 95])
    amplitude = 10.0 ** ((level - high) / 20.0)
    rise = np.diff(level)
    wide = max(1, round(0.06 / step))
    gain = level[wide:] - level[:-wide]
    starts = (gain > 8.0) & (level[wide:] > high - 20.0)
    count = int((starts[1:] & ~starts[:-1]).sum() + starts[:1].sum())
    fall = -rise[(rise < 0) & heard[:-1]]
    seconds = max(len(level) * step, step)
    return [
        min(float(high - middle), 40.0), min(float(middle - low), 40.0), *_modulation(amplitude, step),
        float(np.log2(0.25 + count / seconds)), float(np.log2(5.0 + (np.median(fall) / step if len(fall) else 0.0))),
        float(np.percentile(rise, 98)) if len(rise) else 0.0, float(heard.mean()),
    ]  # fmt: skip


def _modulation(amplitude: Array, step: float) -> list[float]:
    """Give log power of the envelope's modulation against its mean: 0.6 to 2, 2 to 8 and 8 to 22 Hz."""
    count = len(amplitude)
    spectrum = np.abs(np.fft.rfft((amplitude - amplitude.mean()) * np.hanning(count))) ** 2
    rate = np.fft.rfftfreq(count, step)
    scale = (amplitude.mean() * count / 2) ** 2 + 1e-20
    bands = ((0.6, 2.0), (2.0, 8.0), (8.0, 22.0))
    return [float(np.log10(1e-4 + spectrum[(rate >= low) & (rate < high)].sum() / scale)) for low, high in bands]


def _likeness(bands: Array, energy: Array, heard: NDArray[np.bool_], step: float) -> list[float]:
    """How alike the spectra a fifth of a second apart are; how well the envelope repeats."""
    log = np.log10(bands + 1e-5 * bands.max() + 1e-20)
    log = log - log.mean(axis=1, keepdims=True)
    size = np.linalg.norm(log, axis=1) + 1e-12
    lag = max(1, min(round(0.2 / step), len(log) - 1))
    both = heard[lag:] & heard[:-lag]
    alike = (log[lag:] * log[:-lag]).sum(axis=1) / (size[lag:] * size[:-lag])
    envelope = np.sqrt(energy) - np.sqrt(energy).mean()
    size_fft = 2 * len(envelope)
    curve = np.fft.irfft(np.abs(np.fft.rfft(envelope, size_fft)) ** 2)[: len(envelope)]
    curve = curve / max(float(curve[0]), 1e-20) / np.maximum(1.0 - np.arange(len(envelope)) / len(envelope), 0.3)
    window = curve[max(1, round(0.1 / step)) : round(1.5 / step)]
    dips = np.flatnonzero(window < 0.1)
    peak = float(window[dips[0] :].max()) if len(dips) else 0.0
    return [float(alike[both].mean()) if both.any() else 0.0, min(peak, 1.0)]


def _extremes(bands: Array, frames: Frames) -> list[float]:
    """Log shares of the power below 250 Hz and above 3 kHz."""
    mean = bands.sum(axis=0)
    total = mean.sum() + 1e-20
    low, high = mean[frames.octave < -2.0].sum() / total, mean[frames.octave > 1.58].sum() / total
    return [float(np.log10(low + 1e-3)), float(np.log10(high + 1e-3))]


def _mean(values: Floats, weight: Array) -> float:
    return float((values * weight).sum() / max(float(weight.sum()), 1e-20))


def _moments(values: Floats, weight: Array) -> list[float]:
    mean = _mean(values, weight)
    return [mean, float(np.sqrt(max(_mean((values - mean) ** 2, weight), 0.0)))]
