"""Time-frequency units: what two ears, or a field of channels, say in each band of each 20 ms.

Spectra are averaged over five frames of 10 ms. A unit counts more when it is loud, and when the sound is new: after an
onset the direct sound is heard alone, and the room's answers come later and stay longer (precedence).

References: Faller and Merimaa, "Source localization in complex listening situations: selection of binaural cues based
on interaural coherence", JASA 116(5), 2004 (trust coherent units); Litovsky et al., "The precedence effect", JASA
106(4), 1999; Merimaa and Pulkki, "Spatial Impulse Response Rendering I", JAES 53(12), 2005 (intensity, diffuseness).
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.listen.spectrogram import Spectra, Stretch
from seehear.scene.direction import Array

Floats = NDArray[np.float32]
Reals = NDArray[np.floating]
Whole = NDArray[np.int64]

STEP = 2
"""Frames of 10 ms from one unit to the next."""

CONTEXT = 40
"""Frames of a neighbour that are read: for the average, and for the room's memory."""

LOWEST, NARROW, HIGHEST = 100.0, 1500.0, 10000.0
"""Hz: units are single bins up to the second, and parts of an octave from there to the third."""

PARTS = 8
"""Units in an octave above `NARROW`."""

AVERAGE = np.array([0.25, 0.75, 1.0, 0.75, 0.25]) / 3.0

LOOKS = 3.0
"""Independent estimates in that average."""

NOISE = (0.1, 0.2, 0.35, 0.55, 0.8, 1.2)
"""Rad: steps of a unit's phase noise."""

GATE, RISE, QUIETEST = 60.0, 30.0, -110.0
"""dB below the loudest unit where a unit begins to count; dB over which it comes to count fully; dB of full scale."""

MEMORY = 8.0
"""Frames, of the room's fading."""

ROOM = 8.0
"""How much of what faded still counts as the room's."""


class Bands(NamedTuple):
    """How bins are put together.

    Attributes:
        starts: (b,) first bin of each band.
        stop: bin after the last band.
        frequency: (bins,) Hz of every bin up to ``stop``.
    """

    starts: Whole
    stop: int
    frequency: Array


class Units(NamedTuple):
    """Units of a stretch, (frames, bands).

    Attributes:
        time: (frames,) s.
        power: mean square of the mix in the band, mean over channels.
        cosine: of the phase between ears; or of the azimuth.
        sine: likewise.
        level: dB between ears; or z of the direction.
        row: bin that the phase was read in.
        quality: index into `NOISE`.
        weight: 0 to 1.
        coherence: 0 to 1.
    """

    time: Array
    power: Floats
    cosine: Floats
    sine: Floats
    level: Floats
    row: Whole
    quality: Whole
    weight: Floats
    coherence: Floats


def bands_of(sample_rate: int, size: int) -> Bands:
    """Give the bands of spectra of windows of ``size`` samples."""
    step = sample_rate / size
    top = min(HIGHEST, 0.45 * sample_rate)
    low = np.arange(int(np.ceil(LOWEST / step)), int(min(NARROW, top) / step))
    octaves = np.log2(max(top / NARROW, 1.0))
    high = np.round(NARROW / step * 2.0 ** (np.arange(int(octaves * PARTS) + 1) / PARTS)).astype(np.int64)
    edges = np.unique(np.r_[low, high])
    return Bands(edges[:-1], int(edges[-1]), np.asarray(np.arange(int(edges[-1])) * step, dtype=np.float64))


def averaged(power: Any) -> Any:  # noqa: ANN401 - real and complex alike
    """Average (..., frames, bins) over `AVERAGE`'s frames; the ends lose 2 frames each."""
    count = power.shape[-2] - len(AVERAGE) + 1
    total = AVERAGE[0].astype(power.real.dtype) * power[..., :count, :]
    for index in range(1, len(AVERAGE)):
        total += AVERAGE[index].astype(power.real.dtype) * power[..., index : index + count, :]
    return total


def pair_units(stretch: Stretch, bands: Bands, time: Array, *, offset_db: float = 0.0, delay: float = 0.0) -> Units:
    """Read two channels' units.

    Args:
        stretch: spectra (2, frames, bins).
        bands: how to put bins together.
        time: (n,) s of the stretch's own frames.
        offset_db: dB by which channel 0 is too loud.
        delay: s by which channel 0 is too early.
    """
    left, right = (one[:, : bands.stop] for one in stretch.spectra)
    half = 10.0 ** (offset_db / 40.0)
    left, right = left * np.float32(1.0 / half), right * np.float32(half)
    if delay:
        left = left * np.exp(-2j * np.pi * bands.frequency * delay).astype(np.complex64)
    each = [one.real**2 + one.imag**2 for one in (left, right)]
    mix = np.add.reduceat((each[0] + each[1]) / 2.0, bands.starts, axis=1)
    newness = _novelty(mix)
    new = np.repeat(newness, np.diff(np.r_[bands.starts, bands.stop]), axis=1)
    powers = [_averaged(one[:, bands.starts[0] :] * new, bands) for one in each]
    cross = _averaged((left * right.conj())[:, bands.starts[0] :] * new, bands)
    both = [np.add.reduceat(one, bands.starts, axis=1) for one in powers]
    row, phasor, coherence = _strongest(powers[0] + powers[1], powers, cross, bands)
    level = 10.0 * (np.log10(both[0] + 1e-20) - np.log10(both[1] + 1e-20))
    return _units(stretch, bands, time, (mix, newness), (phasor.real, phasor.imag, level), row, coherence)


def _averaged(values: Any, bands: Bands) -> Any:  # noqa: ANN401 - real and complex alike
    """Average (frames, bins from the first band's on), and put back the bins before, empty."""
    return np.pad(averaged(values), ((0, 0), (int(bands.starts[0]), 0)))


def field_units(stretch: Stretch, bands: Bands, time: Array, vector: Spectra, whole: Spectra) -> Units:
    """Read the units of a field given by pressure and velocity.

    Args:
        stretch: where the frames lie.
        bands: how to put bins together.
        time: (n,) s.
        vector: (3, frames, bins) x, y, z; of a plane wave, the pressure times its direction.
        whole: (frames, bins) pressure.
    """
    vector, whole = vector[..., : bands.stop], whole[..., : bands.stop]
    flow, pressure, motion = (
        np.add.reduceat(one, bands.starts, axis=-1)
        for one in ((whole.conj() * vector).real, np.abs(whole) ** 2, (np.abs(vector) ** 2).sum(axis=0))
    )
    newness = _novelty(pressure)
    mix = pressure / 2.0
    flow, pressure, motion = (averaged(one * newness) for one in (flow, pressure, motion))
    size = np.sqrt((flow**2).sum(axis=0))
    direct = np.minimum(2.0 * size / (pressure + motion + 1e-20), 1.0)
    flat = np.hypot(flow[0], flow[1]) + 1e-20
    heard = flow[0] / flat, flow[1] / flat, flow[2] / (size + 1e-20)
    return _units(stretch, bands, time, (mix, newness), heard, np.zeros(direct.shape, np.int64), direct)


def _strongest(power: Floats, powers: list[Floats], cross: Spectra, bands: Bands) -> tuple[Whole, Spectra, Floats]:
    """Find each band's strongest bin, the phase of the bins around it, and their coherence."""
    row = np.empty((power.shape[0], len(bands.starts)), np.int64)
    stops = np.r_[bands.starts[1:], bands.stop]
    for band, (begin, stop) in enumerate(zip(bands.starts, stops, strict=True)):
        row[:, band] = begin if stop - begin == 1 else begin + power[:, begin:stop].argmax(axis=1)
    frame = np.arange(power.shape[0])[:, None]
    wide = (np.diff(np.r_[bands.starts, bands.stop]) > 1)[None, :]
    total, sums = cross[frame, row], [one[frame, row] for one in powers]
    for near in (np.maximum(row - 1, 0), np.minimum(row + 1, bands.stop - 1)):
        total = total + np.where(wide, cross[frame, near], 0.0)
        sums = [one + np.where(wide, each[frame, near], 0.0) for one, each in zip(sums, powers, strict=True)]
    size = np.abs(total)
    coherence = size / (np.sqrt(sums[0] * sums[1]) + 1e-20)
    return row, total / (size + 1e-20), np.minimum(coherence, 1.0)


def _units(
    stretch: Stretch,
    bands: Bands,
    time: Array,
    mix: tuple[Reals, Reals],
    read: tuple[Reals, Reals, Reals],
    row: Whole,
    coherence: Reals,
) -> Units:
    """Weigh units, and keep every second frame of the stretch's own."""
    lead = stretch.inner.start - len(AVERAGE) // 2
    own = slice(lead, lead + len(time), STEP)
    power = averaged(mix[0])
    newness = averaged(mix[0] * mix[1]) / (power + 1e-20)
    weight = (_loudness(power) * newness)[own]
    noise = np.sqrt((1.0 - coherence[own] ** 2) / (2.0 * LOOKS * np.maximum(coherence[own], 0.05) ** 2))
    quality = np.searchsorted(np.array(NOISE[:-1]) * 1.4, noise)
    cosine, sine, level = (np.ascontiguousarray(one[own], dtype=np.float32) for one in read)
    heard = np.ascontiguousarray(power[own], dtype=np.float32)
    return Units(
        time[::STEP], heard, cosine, sine, level, np.ascontiguousarray(row[own]), quality,
        weight.astype(np.float32), coherence[own].astype(np.float32),
    )  # fmt: skip


def _loudness(power: Reals) -> Floats:
    """Give what a unit counts for its level, 0 to 1."""
    level = 10.0 * np.log10(power + 1e-20)
    gate = max(float(level.max()) - GATE, QUIETEST)
    return np.asarray(np.clip((level - gate) / RISE, 0.0, 1.0), dtype=np.float32)


def _novelty(power: Reals) -> Floats:
    """Give what a frame counts for being new, 0 to 1: its power against the room's memory of what was before."""
    keep = np.float32(np.exp(-1.0 / MEMORY))
    memory = np.zeros(power.shape[1], np.float32)
    share = np.empty(power.shape, np.float32)
    for frame, now in enumerate(power):
        share[frame] = now / (now + ROOM * memory + 1e-20)
        memory = keep * memory + (1.0 - keep) * now
    return share**2
