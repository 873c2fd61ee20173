"""Loudness and true peak of a rendered stream.

Levels: LUFS (K-weighted, gated), dBTP (4 x oversampled). Ambisonics has no channel weights of its own: its loudness is
that of its max-rE decoding to 7.1.4 (0 dB for a plane wave in the mean over the sphere), its true peak that of the
ambisonic channels as they stand in the file.

References: ITU-R BS.1770-4, annex 1 (loudness), annex 2 (true peak), annex 3 / table 4 (weights by direction); the
filters' analogue parameters, which give the standard's coefficients at 48 kHz and others at other rates: De Man,
"Evaluation of implementations of the EBU R128 loudness measurement", AES 145 (2018).
"""

from array import array
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.media.layout import Layout, layout_of
from seehear.media.stems import Samples
from seehear.scene.direction import Array

_OFFSET = -0.691
_ABSOLUTE_GATE = -70.0
_RELATIVE_GATE = -10.0
_SEGMENTS = 4
_PHASES = 4
_PEAK_TAPS = 32
_DECODED = "7.1.4"


class Gain(NamedTuple):
    """A gain to apply, and what decided it.

    Attributes:
        gain_db: dB.
        limited_by: "loudness" (the target is met), "true peak" (the ceiling came first) or "silence" (nothing could be
            measured: 0 dB).
    """

    gain_db: float
    limited_by: str


class LoudnessMeter:
    """Measures a stream, block by block.

    Args:
        layout: of the samples.
        sample_rate: Hz.

    Example:
        >>> from seehear.media.layout import layout_of
        >>> sine = 10 ** (-23 / 20) * np.sin(2 * np.pi * 997 * np.arange(48000) / 48000)
        >>> meter = LoudnessMeter(layout_of("stereo"), 48000)
        >>> meter.add(np.tile(sine, (2, 1)).astype(np.float32))
        >>> round(meter.integrated(), 2), round(meter.true_peak_db(), 2)
        (-23.0, -23.0)
    """

    def __init__(self, layout: Layout, sample_rate: int) -> None:
        self._decoding = _decoding(layout)
        self._weights = channel_weights(layout if self._decoding is None else layout_of(_DECODED))
        self._filter = k_weighting(sample_rate)
        self._state = np.zeros((2, len(self._weights), 2))
        self._segment = round(0.1 * sample_rate)
        self._power = array("d")
        self._rest = np.zeros(0)
        self._interpolator = _interpolator()
        self._reach = np.float32(np.abs(self._interpolator).sum(axis=1).max())
        self._recent = np.zeros((layout.size, _PEAK_TAPS - 1), dtype=np.float32)
        self._peak = np.float32(0.0)

    def add(self, block: Samples) -> None:
        """Take the next samples, (layout.size, n)."""
        if not block.shape[1]:
            return
        self._add_peak(block)
        self._add_power(block if self._decoding is None else self._decoding @ block)

    def integrated(self) -> float | None:
        """Give the gated loudness in LUFS; None with less than 400 ms of sound above -70 LUFS."""
        segments = np.array(self._power)
        if len(segments) < _SEGMENTS:
            return None
        blocks = np.lib.stride_tricks.sliding_window_view(segments, _SEGMENTS).mean(axis=1)
        loud = blocks[blocks > _power_of(_ABSOLUTE_GATE)]
        if not len(loud):
            return None
        kept = loud[loud > loud.mean() * 10 ** (_RELATIVE_GATE / 10)]
        return float(_OFFSET + 10 * np.log10(kept.mean()))

    def true_peak_db(self) -> float:
        """Give the true peak in dBTP; -inf for digital silence."""
        from seehear.acoustics.kernels import true_peak

        peak = float(self._peak)
        for channel in self._recent:
            peak = max(peak, true_peak(np.pad(channel, (0, _PEAK_TAPS)), self._interpolator, self._reach, peak))
        return float(20 * np.log10(peak)) if peak > 0 else float("-inf")

    def gain_for(self, target_lufs: float, *, ceiling_dbtp: float = -1.0) -> Gain:
        """Give the gain that meets the target, or less where the true peak would pass the ceiling."""
        loudness, peak = self.integrated(), self.true_peak_db()
        if loudness is None:
            return Gain(0.0, "silence")
        if peak + target_lufs - loudness > ceiling_dbtp:
            return Gain(ceiling_dbtp - peak, "true peak")
        return Gain(target_lufs - loudness, "loudness")

    def _add_peak(self, block: Samples) -> None:
        from seehear.acoustics.kernels import true_peak

        joined = np.concatenate([self._recent, block], axis=1, dtype=np.float32)
        for channel in joined:
            if channel.any():
                self._peak = np.float32(true_peak(channel, self._interpolator, self._reach, self._peak))
        self._recent = joined[:, -(_PEAK_TAPS - 1) :].copy()

    def _add_power(self, block: NDArray[np.floating]) -> None:
        from scipy.signal import sosfilt

        power = np.zeros(block.shape[1])
        for index, weight in enumerate(self._weights):
            if weight and (block[index].any() or self._state[:, index].any()):
                heard, self._state[:, index] = sosfilt(
                    self._filter, block[index].astype(np.float64), zi=self._state[:, index]
                )
                power += weight * heard**2
                self._state[:, index][np.abs(self._state[:, index]) < 1e-20] = 0.0
        power = np.concatenate([self._rest, power])
        whole = len(power) // self._segment * self._segment
        self._power.extend(power[:whole].reshape(-1, self._segment).mean(axis=1).tolist())
        self._rest = power[whole:]


def channel_weights(layout: Layout) -> Array:
    """Give each channel's weight: 1.41 at 60 to 120 deg to the side below 30 deg up, LFE 0, others and ears 1.

    Reference: ITU-R BS.1770-4, table 4.

    Example:
        >>> channel_weights(layout_of("5.1")).tolist()
        [1.0, 1.0, 1.0, 0.0, 1.41, 1.41]
    """
    if layout.kind == "ears":
        return np.ones(layout.size)
    azimuth, elevation = np.abs(np.array(layout.azimuths)), np.abs(np.array(layout.elevations))
    weights = np.where((azimuth >= 60) & (azimuth <= 120) & (elevation < 30), 1.41, 1.0)
    if layout.lfe is not None:
        weights[layout.lfe] = 0.0
    return weights


def k_weighting(sample_rate: int) -> Array:
    """Give the K-weighting filter as two second-order sections, (2, 6) b0 b1 b2 a0 a1 a2.

    Reference: ITU-R BS.1770-4, tables 1 and 2, at 48 kHz; De Man 2018 for the analogue parameters.
    """
    shelf = np.tan(np.pi * 1681.974450955533 / sample_rate)
    high, quality = 10 ** (3.999843853973347 / 20), 0.7071752369554196
    band, square, damp = high**0.4996667741545416, shelf**2, shelf / quality
    head = [high + band * damp + square, 2 * (square - high), high - band * damp + square]
    pole = [1 + damp + square, 2 * (square - 1), 1 - damp + square]
    cut = np.tan(np.pi * 38.13547087602444 / sample_rate)
    drag = cut / 0.5003270373238773
    low = [1 + drag + cut**2, 2 * (cut**2 - 1), 1 - drag + cut**2]
    first = np.array([*head, *pole]) / pole[0]
    second = np.array([low[0], -2 * low[0], low[0], *low]) / low[0]
    return np.array([first, second])


def _power_of(loudness: float) -> float:
    return float(10 ** ((loudness - _OFFSET) / 10))


def _interpolator() -> NDArray[np.float32]:
    """Give the taps, (3, taps), of the samples between the samples at 4 x oversampling: a Kaiser-windowed sinc."""
    half = _PEAK_TAPS // 2
    shift = np.arange(1, _PHASES)[:, None] / _PHASES
    x = np.arange(_PEAK_TAPS)[None, :] - (half - 1) - shift
    taps = np.sinc(x) * np.i0(8.0 * np.sqrt(np.maximum(0.0, 1 - (x / half) ** 2)))
    return np.asarray(taps / taps.sum(axis=1, keepdims=True), dtype=np.float32)


def _decoding(layout: Layout) -> Array | None:
    """Give the matrix to loudspeakers by which ambisonics is judged; None for other layouts."""
    if layout.kind != "ambisonics":
        return None
    from seehear.acoustics.decoder import loudspeaker_decoder

    return loudspeaker_decoder(layout_of(_DECODED), layout.order)
