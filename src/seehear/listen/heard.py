"""What the ear half of `listen` hands to the explaining half: the clip's format, and one track per source.

Azimuth in degrees, +90 is left; time in seconds; level in dB relative to full scale.
"""

from typing import Literal, NamedTuple

import numpy as np

FormatKind = Literal["mono", "dual_mono", "panned", "binaural", "spaced_pair", "loudspeakers", "ambisonics"]


class Format(NamedTuple):
    """How a clip carries direction.

    Attributes:
        kind: what the channels are.
        confidence: 0 to 1, of ``kind``; 1 where the user said it.
        layout: layout name of `media.layout` for loudspeakers and ambisonics ("5.1", "foa", "hoa3"), "stereo" or
            "binaural" for two channels, "mono" for one.
        convention: of ambisonics: channel order and normalisation as found, such as "ACN/SN3D" or "FuMa"; else None.
        level_offset_db: dB by which channel 0 is too loud against channel 1 (the recording rig's own), removed before
            directions are read.
        delay_offset: seconds by which channel 0 is too early against channel 1, likewise.
        reasons: one short sentence per fact that decided.
    """

    kind: FormatKind
    confidence: float
    layout: str
    convention: str | None = None
    level_offset_db: float = 0.0
    delay_offset: float = 0.0
    reasons: tuple[str, ...] = ()


class Track(NamedTuple):
    """One source, followed through the clip.

    Attributes:
        times: (n,) seconds, increasing, centres of the analysis frames in which the source was heard or bridged.
        azimuth: (n,) degrees, [-180, 180). For two channels with ``front_back`` "unknown": folded into [-90, 90].
            All nan when the format cannot tell directions (mono, dual mono).
        elevation: (n,) degrees, or None when the format cannot tell.
        level_db: (n,) dB, of this source's share of the mix.
        coherence: (n,) 0 to 1: how direct the sound is (1 is a dry plane wave); falls with distance in a room.
        sounding: spans [start, end] in seconds, sorted, apart.
        confidence: 0 to 1, that this is one real source.
        front_back: "known" only where the evidence tells front from back.
    """

    times: np.ndarray
    azimuth: np.ndarray
    elevation: np.ndarray | None
    level_db: np.ndarray
    coherence: np.ndarray
    sounding: tuple[tuple[float, float], ...]
    confidence: float
    front_back: Literal["known", "unknown"]


class Heard(NamedTuple):
    """A whole clip as heard.

    Attributes:
        format: how the clip carries direction.
        sample_rate: Hz, of the file.
        duration: seconds.
        channels: number of channels of the file.
        tracks: loudest first; empty for silence.
        remarks: sentences for the user (clipping, a dead channel, what cannot be known).
    """

    format: Format
    sample_rate: int
    duration: float
    channels: int
    tracks: tuple[Track, ...]
    remarks: tuple[str, ...] = ()
