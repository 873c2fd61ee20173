"""Joining the sources of stretch after stretch into tracks."""

from typing import Literal, NamedTuple

import numpy as np

from seehear.listen.following import distance
from seehear.listen.heard import Track
from seehear.scene.direction import Array

JOIN = 12.0
"""Deg between the end of one piece and the start of the next of the same source."""

FAINT, AUDIBLE = 35.0, -100.0
"""dB below a track's loud parts, and dB of full scale, where it no longer sounds."""

BRIDGE, SHORTEST = 0.16, 0.04
"""Seconds of silence that are bridged, and of sound that are not a sound."""

DOUBT = 0.15
"""What chance explains, as counted against a track's confidence."""

KEPT_SHARE = 0.005
"""Share of the strongest track's gain below which a track is dropped."""


class Piece(NamedTuple):
    """One source in one stretch.

    Attributes:
        time: (n,) s.
        azimuth: (n,) deg.
        elevation: (n,) deg, or None.
        power: (n,) mean square of its share of the mix.
        direct: (n,) mean square of the part that fits its direction.
        coherence: (n,) 0 to 1.
        gain: log-likelihood that it alone explains.
        chance: the same of a direction taken at random.
    """

    time: Array
    azimuth: Array
    elevation: Array | None
    power: Array
    direct: Array
    coherence: Array
    gain: float
    chance: float


def joined(stretches: list[list[Piece]], step: float, *, front_back: Literal["known", "unknown"]) -> tuple[Track, ...]:
    """Give tracks, loudest first, from the pieces of each stretch in order."""
    chains: list[list[Piece]] = []
    for pieces in stretches:
        free = list(range(len(chains)))
        for piece in pieces:
            near = [(_gap(chains[index][-1], piece), index) for index in free]
            gap, index = min(near, default=(np.inf, -1))
            if gap < JOIN:
                chains[index].append(piece)
                free.remove(index)
            else:
                chains.append([piece])
    gains = [sum(piece.gain for piece in chain) for chain in chains]
    tracks = [
        _track(chain, step, gain / max(gain + DOUBT * sum(piece.chance for piece in chain), 1e-9), front_back)
        for chain, gain in zip(chains, gains, strict=True)
        if gain >= KEPT_SHARE * max(gains)
    ]
    return tuple(sorted((one for one in tracks if one.sounding), key=lambda one: -float(np.max(one.level_db))))


def _gap(before: Piece, after: Piece) -> float:
    if np.isnan(before.azimuth[0]):
        return 0.0
    return float(distance(before.azimuth[-1], after.azimuth[0]))


def _track(chain: list[Piece], step: float, share: float, front_back: Literal["known", "unknown"]) -> Track:
    time, azimuth, power, direct, coherence = (
        np.concatenate([getattr(piece, name) for piece in chain])
        for name in ("time", "azimuth", "power", "direct", "coherence")
    )
    heights = [piece.elevation for piece in chain if piece.elevation is not None]
    elevation = np.concatenate(heights) if heights else None
    sounding = spans_of(time, direct, step)
    if sounding:
        kept = (time >= sounding[0][0] - 1e-9) & (time <= sounding[-1][1] + 1e-9)
        time, azimuth, power, coherence = time[kept], azimuth[kept], power[kept], coherence[kept]
        elevation = None if elevation is None else elevation[kept]
    level = 10.0 * np.log10(power + 1e-12)
    confidence = float(np.clip(share, 0.1, 0.99))
    return Track(time, azimuth, elevation, level, coherence, sounding, confidence, front_back)


def spans_of(time: Array, power: Array, step: float) -> tuple[tuple[float, float], ...]:
    """Give the spans, s, in which a power, (n,) at ``time``, counts as sound."""
    level = 10.0 * np.log10(power + 1e-12)
    if not len(level):
        return ()
    on = level > max(float(np.percentile(level, 95)) - FAINT, AUDIBLE)
    edges = np.flatnonzero(np.diff(np.r_[False, on, False].astype(np.int8)))
    spans: list[tuple[float, float]] = []
    for begin, stop in zip(edges[::2], edges[1::2], strict=True):
        start, end = max(0.0, float(time[begin]) - step / 2), float(time[stop - 1]) + step / 2
        if spans and start - spans[-1][1] < BRIDGE:
            start = spans.pop()[0]
        spans.append((start, end))
    return tuple((start, end) for start, end in spans if end - start > SHORTEST)
