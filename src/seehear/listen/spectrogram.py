"""Short-time spectra of a sound of any length, a stretch at a time, so that memory does not grow with it.

Frame ``i`` is centred on sample ``i * hop``; the first and the last sample are held before and after, so
that a constant makes no click.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.errors import InputError
from seehear.media.stems import Samples
from seehear.scene.direction import Array

Source = str | Path | tuple[Samples, int]
"""A file's path, or samples (channels, n) with their rate in Hz."""

Spectra = NDArray[np.complex64]

WINDOW = 0.0232
"""Seconds of a window, about: it is a power of two of samples."""

HIGHEST_CHANNELS = 64

LARGEST = 1000.0
"""Sample value from which samples are taken for integers."""


class Clip(NamedTuple):
    """What is known of a sound before it is read.

    Attributes:
        sample_rate: Hz.
        channels: how many.
        layout: as `media.audio.AudioInfo` tells it; "" for samples in memory.
        mask: WAVE channel mask; 0 without loudspeaker positions.
    """

    sample_rate: int
    channels: int
    layout: str
    mask: int


class Stretch(NamedTuple):
    """Spectra of a stretch of sound.

    Attributes:
        first: number of the first frame given.
        inner: frames that are this stretch's own; those before and after are its neighbours', for context.
        hop: samples between frames.
        size: samples of a window.
        spectra: (channels, frames, bins); a sine of amplitude 1 has the magnitude 1 in its bin.
        peak: largest magnitude of the samples read for it.
    """

    first: int
    inner: slice
    hop: int
    size: int
    spectra: Spectra
    peak: float


def clip_of(source: Source) -> Clip:
    """Say what a source is, without reading it.

    Raises:
        InputError: no sound, not readable, or samples of another shape than (channels, n), n >= 1.
    """
    if isinstance(source, tuple):
        samples, rate = source
        if not isinstance(samples, np.ndarray):
            raise InputError(f"expected samples as an array, got {type(samples).__name__}: use numpy.asarray")
        if samples.ndim != 2 or not (1 <= samples.shape[0] <= HIGHEST_CHANNELS and samples.shape[1] >= 1):
            raise InputError(
                f"expected samples of shape (1 to {HIGHEST_CHANNELS} channels, 1 or more samples), got {samples.shape}"
            )
        if rate != int(rate) or not 4000 <= rate <= 384000:
            raise InputError(f"the sample rate must be a whole number of Hz from 4000 to 384000, got {rate}")
        return Clip(int(rate), samples.shape[0], "", 0)
    from seehear.media.audio import audio_info

    info = audio_info(source)
    if info is None:
        raise InputError(f"expected a file with sound, got '{source}' that has none")
    return Clip(info.sample_rate, info.channels, info.layout, info.mask)


def window_size(sample_rate: int) -> int:
    """Give the samples of a window, a power of two.

    Example:
        >>> window_size(48000), window_size(8000)
        (1024, 256)
    """
    return int(2 ** np.ceil(np.log2(WINDOW * sample_rate) - 0.5))


def blocks_of(source: Source, *, start: float = 0.0, end: float | None = None, size: int = 65536) -> Iterator[Samples]:
    """Give a source's samples from ``start`` to ``end``, s, in blocks of ``size``.

    Raises:
        InputError: NaN or infinite samples; as `media.audio.audio_blocks`.
    """
    if not isinstance(source, tuple):
        from seehear.media.audio import audio_blocks

        for block in audio_blocks(source, start=start, end=end, size=size):
            yield _bounded(block)
        return
    samples, rate = source
    first = max(0, round(start * rate))
    last = samples.shape[1] if end is None else min(samples.shape[1], round(end * rate))
    for at in range(first, last, size):
        block = np.asarray(samples[:, at : min(at + size, last)], dtype=np.float32)
        if not np.isfinite(block).all():
            channel, index = np.argwhere(~np.isfinite(block))[0]
            raise InputError(
                f"expected finite samples, got {block[channel, index]} at {(at + index) / rate:.6f} s in channel "
                f"{channel}: repair the sound"
            )
        yield _bounded(block)


def _bounded(block: Samples) -> Samples:
    """Refuse samples that are in other units than full scale."""
    largest = float(np.abs(block).max(initial=0.0))
    if largest > LARGEST:
        raise InputError(f"expected samples with full scale at 1, got {largest:g}: divide them by their full scale")
    return block


def stretches(blocks: Iterator[Samples], sample_rate: int, *, hop: int, frames: int, context: int) -> Iterator[Stretch]:
    """Give short-time spectra, ``frames`` frames at a time with ``context`` more on both sides.

    Args:
        blocks: float32 (channels, n).
        sample_rate: Hz.
        hop: samples between frames.
        frames: of each stretch; the last one may be shorter.
        context: frames of the neighbours.
    """
    size = window_size(sample_rate)
    held: Samples | None = None
    begin = -(context * hop) - size // 2  # number of the first sample held
    first, total, over = 0, 0, False
    while not over:
        need = (first + frames + context) * hop + size // 2
        held, taken, over = _filled(held, blocks, need - begin, context * hop + size // 2)
        if held is None:
            return
        total += taken
        last = -(-total // hop) if over else first + frames  # a frame at each hop that begins within the sound
        while first < last:
            count = min(frames, last - first)
            lead = (first - context) * hop - size // 2 - begin
            part = held[:, lead : lead + (count + 2 * context - 1) * hop + size]
            yield _stretch(part, first, count, hop, size, context)
            first += count
        keep = (first - context) * hop - size // 2
        held, begin = held[:, keep - begin :].copy(), keep


def _filled(held: Samples | None, blocks: Iterator[Samples], need: int, pad: int) -> tuple[Samples | None, int, bool]:
    """Add blocks to what is held until it has ``need`` samples; the last one is held."""
    parts: list[Samples] = [] if held is None else [held]
    count, taken = (0 if held is None else held.shape[1]), 0
    while count < need:
        block = next(blocks, None)
        if block is None:
            if not parts:
                return None, taken, True
            return np.concatenate([*parts, np.repeat(parts[-1][:, -1:], need, axis=1)], axis=1), taken, True
        if not parts:
            parts.append(np.repeat(block[:, :1], pad, axis=1))
            count += pad
        parts.append(block)
        count, taken = count + block.shape[1], taken + block.shape[1]
    return (np.concatenate(parts, axis=1) if len(parts) > 1 else parts[0]), taken, False


def _stretch(part: Samples, first: int, count: int, hop: int, size: int, context: int) -> Stretch:
    from scipy.fft import rfft

    whole = (count + 2 * context - 1) * hop + size
    if part.shape[1] < whole:
        part = np.pad(part, ((0, 0), (0, whole - part.shape[1])))
    views = np.lib.stride_tricks.sliding_window_view(part, size, axis=1)[:, ::hop]
    window = (np.hanning(size + 1)[:-1] * (4.0 / size)).astype(np.float32)
    spectra = np.asarray(rfft(views * window, axis=-1), dtype=np.complex64)
    peak = float(np.abs(part).max(initial=0.0))
    return Stretch(first, slice(context, context + count), hop, size, spectra, peak)


def frame_times(stretch: Stretch, sample_rate: int) -> Array:
    """Give the times, s, of a stretch's own frames."""
    count = stretch.inner.stop - stretch.inner.start
    return np.asarray((stretch.first + np.arange(count)) * (stretch.hop / sample_rate))
