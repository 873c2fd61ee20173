"""The ears: a sound of any length in, its format and its sources out, in memory that does not grow with the sound.

The sound is heard in stretches of ten seconds; in each, sources are followed (`following`), and those of neighbouring
stretches that meet are one (`pieces`).
"""

from collections.abc import Iterator

import numpy as np

from seehear.errors import InputError
from seehear.listen.following import Path, follow, shares
from seehear.listen.formats import (
    Pair,
    format_named,
    format_told,
    pair_format,
    pair_measures,
    with_convention,
)
from seehear.listen.heard import Format, Heard
from seehear.listen.likeness import Table, gains
from seehear.listen.pieces import Piece, joined
from seehear.listen.senses import Sense, directed, table_of, units_of
from seehear.listen.spectrogram import Clip, Source, Stretch, blocks_of, clip_of, stretches
from seehear.listen.units import CONTEXT, STEP, Floats, Reals, Units, bands_of
from seehear.media.stems import Samples
from seehear.scene.direction import Array

HOP = 0.01
"""Seconds between frames."""

FRAMES = 1000
"""Frames of a stretch."""

FIRST = 30.0
"""Seconds that the format is told by."""

SINGLE = 16
"""Power of the coherence: only units of one source tell its elevation."""

SILENT = 1e-9
"""Share of the energy without its mean that is nothing but rounding."""

CLIPPED, CLIPPED_SAMPLES = 0.999, 3
"""Level, and samples of a channel in a row at it, that are clipping."""


class _Watched:
    """Blocks as they pass, with what is to be remembered of them."""

    def __init__(self, blocks: Iterator[Samples]) -> None:
        self._blocks = blocks
        self.count = 0
        self.clipped = 0
        self.energy: Array = np.zeros(0)
        self.mean: Array = np.zeros(0)

    def __iter__(self) -> Iterator[Samples]:
        for block in self._blocks:
            if not self.count:
                self.energy, self.mean = np.zeros(len(block)), np.zeros(len(block))
            self.count += block.shape[1]
            self.energy += (block.astype(np.float64) ** 2).sum(axis=1)
            self.mean += block.sum(axis=1, dtype=np.float64)
            full = np.abs(block) >= CLIPPED
            if full.any() and full.shape[1] >= CLIPPED_SAMPLES:
                runs = np.lib.stride_tricks.sliding_window_view(full, CLIPPED_SAMPLES, axis=1)
                self.clipped += int(runs.all(axis=2).sum())
            yield block


def hear_tracks(source: Source, *, format: str | None = None, start: float = 0.0, end: float | None = None) -> Heard:
    """Say what a sound holds: its format, and each source's direction, level and times.

    Args:
        source: a file's path, or float32 samples (channels, n) and their rate, Hz.
        format: what the channels are, if known: "mono", "dual_mono", "stereo" (panned), "binaural", "spaced_pair", or
            a layout of `media.layout`; None: it is found.
        start: s, where to begin; times in the result count from the sound's own start.
        end: s, where to stop; None: at its end.

    Raises:
        InputError: not readable, no samples, NaN or infinite ones, a number of channels that no format has, or a
            format that does not fit.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> noise = rng.normal(scale=0.1, size=48000).astype(np.float32)
        >>> heard = hear_tracks((np.stack([noise, 0.5 * noise]), 48000))
        >>> heard.format.kind, len(heard.tracks), round(float(np.median(heard.tracks[0].azimuth)))
        ('panned', 1, 11)
    """
    clip = clip_of(source)
    sense, remarks = _sense(source, clip, format, start, end)
    watched = _Watched(blocks_of(source, start=start, end=end))
    hop = round(HOP * clip.sample_rate)
    found = [
        _pieces(one, sense, start)
        for one in stretches(iter(watched), clip.sample_rate, hop=hop, frames=FRAMES, context=CONTEXT)
    ]
    if not watched.count:
        raise InputError(f"expected sound from {start:g} s on, got 0 samples: check the start and the end")
    known = sense.format.kind in ("ambisonics", "loudspeakers")
    tracks = joined(found, STEP * HOP, front_back="known" if known else "unknown")
    remarks = (*remarks, *_remarks(watched, tracks == ()))
    return Heard(sense.format, clip.sample_rate, watched.count / clip.sample_rate, clip.channels, tracks, remarks)


def sense_of(heard: Heard) -> Sense:
    """Give the way that a clip was listened to."""
    return Sense(heard.format, heard.sample_rate)


def _sense(
    source: Source, clip: Clip, name: str | None, start: float, end: float | None
) -> tuple[Sense, tuple[str, ...]]:
    """Find the format, and what goes with it."""
    found = format_told(clip) if name is None else format_named(name, clip)
    if found is not None and found.kind not in ("ambisonics",):
        return Sense(found, clip.sample_rate), _limits(found)
    last = min(start + FIRST, np.inf if end is None else end)
    watched = _Watched(blocks_of(source, start=start, end=last))
    if found is not None:
        for _ in watched:
            pass
        told = found if not watched.count else with_convention(found, watched.energy)
        return Sense(told, clip.sample_rate), _limits(told)
    found = _pair_format(watched, clip)
    return Sense(found, clip.sample_rate), _limits(found)


def _pair_format(watched: _Watched, clip: Clip) -> Format:
    product = [0.0]

    def seen() -> Iterator[Samples]:
        for block in watched:
            product[0] += float(np.dot(block[0].astype(np.float64), block[1]))
            yield block

    hop = round(HOP * clip.sample_rate)
    rows = [
        pair_measures(one, clip.sample_rate)
        for one in stretches(seen(), clip.sample_rate, hop=hop, frames=FRAMES, context=0)
    ]
    pair = Pair(*(np.concatenate([getattr(row, name) for row in rows] or [np.zeros(0)]) for name in Pair._fields))
    if not watched.count:
        return pair_format(pair, (0.0, 0.0), 0.0)
    left, right = watched.energy - watched.mean**2 / watched.count
    if left + right <= SILENT * watched.energy.sum():
        left, right = 0.0, 0.0
    return pair_format(pair, (left, right), product[0] - float(np.prod(watched.mean)) / watched.count)


def _pieces(stretch: Stretch, sense: Sense, start: float) -> list[Piece]:
    """Follow the sources of one stretch."""
    units = units_of(stretch, sense)
    if not (units.power > 1e-11).any():
        return []
    if not directed(sense):
        power = units.power.sum(axis=1).astype(np.float64)
        nothing, whole = np.full(len(power), np.nan), np.ones(len(power))
        return [Piece(units.time + start, nothing, None, power, power, whole, float(units.weight.sum()), 0.0)]
    table = table_of(bands_of(sense.sample_rate, stretch.size), sense)
    gain = gains(units, table)
    paths = follow(gain, units.weight, table)
    if not paths:
        return []
    share = shares(units, table, [path.place for path in paths])
    return [_piece(units, gain, path, one, start, sense, table) for path, one in zip(paths, share, strict=True)]


def _piece(units: Units, gain: Floats, path: Path, share: Floats, start: float, sense: Sense, table: Table) -> Piece:
    mine = share * units.power
    total = mine.sum(axis=1) + 1e-20
    fits = np.take_along_axis(gain, path.place[:, None, None], axis=2)[..., 0] > 0.0
    elevation = None
    if sense.format.kind in ("ambisonics", "loudspeakers"):
        elevation = _elevation(units, mine)
    return Piece(
        units.time + start, path.azimuth, elevation, mine.sum(axis=1).astype(np.float64),
        (mine * fits).sum(axis=1).astype(np.float64), ((mine * units.coherence).sum(axis=1) / total),
        path.gain, path.chance,
    )  # fmt: skip


def _elevation(units: Units, mine: Reals) -> Array:
    from scipy.ndimage import gaussian_filter1d

    weight = mine * units.coherence**SINGLE * units.weight
    flat = np.sqrt(np.maximum(1.0 - units.level**2, 0.0))
    up, along = (gaussian_filter1d((weight * one).sum(axis=1, dtype=np.float64), 8.0) for one in (units.level, flat))
    return np.asarray(np.rad2deg(np.arctan2(up, along + 1e-20)))


def _limits(found: Format) -> tuple[str, ...]:
    """Say what a format cannot tell."""
    if found.kind == "dual_mono":
        return ("both channels are equal: directions cannot be known",)
    if found.kind == "mono":
        dead = [one for one in found.reasons if one.endswith("is dead")]
        return (f"{dead[0]}: directions cannot be known",) if dead else ("mono: directions cannot be known",)
    if found.kind in ("binaural", "spaced_pair"):
        return ("two channels: front and back cannot be told apart; directions are given as in front",)
    return ()


def _remarks(watched: _Watched, silent: bool) -> tuple[str, ...]:  # noqa: FBT001
    said = []
    if silent:
        said.append("nothing sounds")
    if watched.clipped:
        said.append(f"the sound clips, at {watched.clipped} places: levels and labels are less sure")
    for index, (energy, mean) in enumerate(zip(watched.energy, watched.mean, strict=True)):
        if watched.count > 1 and energy and mean**2 / watched.count > 0.5 * energy:
            said.append(f"channel {index} is mostly a constant (DC)")
    return tuple(said)
