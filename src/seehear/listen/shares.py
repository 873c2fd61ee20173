"""What each source sounds like: its share of the mix's spectrum, in a second pass over the sound."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.errors import InputError
from seehear.listen.following import shares
from seehear.listen.heard import Heard, Track
from seehear.listen.likeness import Table
from seehear.listen.senses import Sense, directed, table_of, units_of
from seehear.listen.spectrogram import Source, Stretch, blocks_of, clip_of, stretches
from seehear.listen.units import CONTEXT, STEP, Bands, Units, Whole, bands_of
from seehear.scene.direction import Array

FRAMES = 400
"""Frames of 10 ms of a block."""


class SpectraBlock(NamedTuple):
    """Spectra of all tracks in a stretch of some seconds.

    Attributes:
        time: (frames,) s, centres, ``hop`` apart; they go on from block to block.
        frequency: (bins,) Hz, evenly from 0 to half the sample rate.
        power: (tracks, frames, bins) float32, in the order of ``heard.tracks``: the mean square of the track's share
            of each bin (mean over channels; a sine of amplitude 1 has 0.5 at its bin, spread over neighbours by a
            Hann window). Shares of a bin sum to the mix while a track sounds; a silent track has 0.
    """

    time: Array
    frequency: Array
    power: NDArray[np.float32]


def track_spectra(
    source: Source, heard: Heard, *, hop: float = 0.02, start: float = 0.0, end: float | None = None
) -> Iterator[SpectraBlock]:
    """Give every track's share of the mix's power spectrum, a block of some seconds at a time.

    Args:
        source: what ``heard`` was heard from, unchanged.
        heard: of `hear_tracks`.
        hop: s between frames, a multiple of 10 ms.
        start: as given to `hear_tracks`.
        end: as given to `hear_tracks`.

    Yields:
        One block after the other; nothing where there are no tracks.

    Raises:
        InputError: a hop that is not a multiple of 10 ms; another sound than the one heard.

    Example:
        >>> tone = 0.5 * np.sin(2 * np.pi * 1500 * np.arange(48000) / 48000).astype(np.float32)[None]
        >>> from seehear.listen.hearing import hear_tracks
        >>> block = next(iter(track_spectra((tone, 48000), hear_tracks((tone, 48000)))))
        >>> block.power.shape, float(block.frequency[block.power[0, 10].argmax()])
        ((1, 50, 513), 1500.0)
    """
    clip = clip_of(source)
    skip = round(hop / 0.01)
    if skip < 1 or abs(hop - 0.01 * skip) > 1e-9:
        raise InputError(f"the hop must be a multiple of 0.01 s, got {hop} s")
    if (clip.sample_rate, clip.channels) != (heard.sample_rate, heard.channels):
        raise InputError(
            f"expected the sound that was heard ({heard.channels} channels, {heard.sample_rate} Hz), got "
            f"{clip.channels} channels, {clip.sample_rate} Hz"
        )
    if not heard.tracks:
        return
    sense = Sense(heard.format, heard.sample_rate)
    blocks = blocks_of(source, start=start, end=end)
    frames = FRAMES - FRAMES % (skip * STEP)
    for one in stretches(blocks, clip.sample_rate, hop=round(0.01 * clip.sample_rate), frames=frames, context=CONTEXT):
        yield _block(one, sense, heard.tracks, start, skip)


def _block(stretch: Stretch, sense: Sense, tracks: tuple[Track, ...], start: float, skip: int) -> SpectraBlock:
    spectra = stretch.spectra[:, stretch.inner][:, ::skip]
    mix = (spectra.real**2 + spectra.imag**2).mean(axis=0) / 2.0
    units = units_of(stretch, sense)
    bands = bands_of(sense.sample_rate, stretch.size)
    frame = np.minimum(np.arange(0, stretch.inner.stop - stretch.inner.start, skip) // STEP, len(units.time) - 1)
    time: Array = (stretch.first + skip * np.arange(len(frame), dtype=np.float64)) * (
        stretch.hop / sense.sample_rate
    ) + start
    on = np.stack([_sounds(one, time) for one in tracks])
    masks = np.ones((1, len(frame), mix.shape[1]), np.float32)
    if directed(sense) and len(tracks) > 1:
        masks = _masks(units, sense, tracks, bands, start)[:, frame][:, :, _band_of(bands, mix.shape[1])]
    masks = masks * on[:, :, None]
    total = masks.sum(axis=0)
    masks = np.divide(masks, total, out=np.zeros_like(masks), where=total > 1e-6)
    frequency: Array = np.arange(mix.shape[1], dtype=np.float64) * (sense.sample_rate / stretch.size)
    return SpectraBlock(time, frequency, np.asarray(masks * mix, dtype=np.float32))


def _masks(units: Units, sense: Sense, tracks: tuple[Track, ...], bands: Bands, start: float) -> NDArray[np.float32]:
    """Give each track's share of each unit, (tracks, frames, bands)."""
    table = table_of(bands, sense)
    places = [_place(one, units.time + start, table) for one in tracks]
    return shares(units, table, places)


def _place(track: Track, time: Array, table: Table) -> Whole:
    """Give the grid indices of a track at times; held before and after."""
    angle = np.interp(time, track.times, np.rad2deg(np.unwrap(np.deg2rad(track.azimuth))))
    gap = np.abs((table.azimuth[None, :] - angle[:, None] + 180.0) % 360.0 - 180.0)
    return np.asarray(gap.argmin(axis=1))


def _sounds(track: Track, time: Array) -> NDArray[np.bool_]:
    on = np.zeros(len(time), dtype=np.bool_)
    for begin, stop in track.sounding:
        on |= (time >= begin) & (time <= stop)
    return on


def _band_of(bands: Bands, bins: int) -> Whole:
    """Give the band that each bin takes its share from; bins outside take the nearest's."""
    return np.clip(np.searchsorted(bands.starts, np.arange(bins), side="right") - 1, 0, len(bands.starts) - 1)
