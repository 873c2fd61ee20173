"""What is measured of each source of a clip, as numbers: the words (`listen.words`) and the scene are made from these.

Azimuth in degrees, +90 is left; time in seconds; level in dB; pitch in semitones. ``None`` and nan mean unknown.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from seehear.listen.closest import Way
from seehear.listen.course import Course, course_of
from seehear.listen.doppler import PitchCourse, pitch_course, pitch_trend, speed_from
from seehear.listen.heard import Format, Heard, Track
from seehear.listen.labelling import label_of, moving_shares, shares_of, sustained
from seehear.listen.motion import Crossing, movement_of
from seehear.listen.sketch import Sketch, Sketcher
from seehear.scene.direction import Array
from seehear.scene.scene import Motion

if TYPE_CHECKING:
    from seehear.listen.spectrogram import Source

Side = Literal["left", "centre", "right"]

SIDE_FROM = 8.0
"""Deg of azimuth up to which a source counts as in the centre."""

TRUSTED = 0.8
"""Share of the movement that a way must explain for its distance to be said."""

NEAREST, FARTHEST = 1.0, 60.0
"""Metres within which a distance by Doppler is believed."""

MOVES = 0.5
"""Confidence of a movement from which it says something of what moves."""


class Approach(NamedTuple):
    """A straight way at constant speed that explains azimuth, level and pitch together.

    Attributes:
        time: seconds, of the closest point; may lie outside the clip.
        bearing: deg, azimuth of the closest point.
        turning: +1 where the azimuth rises (to the left as seen from the listener), -1 where it falls.
        scale: seconds in which it goes as far as the closest distance: closest distance over speed.
        speed: m/s, from Doppler; None where no pitch could be followed.
        distance: metres at the closest point, from speed and scale; None where the speed is unknown.
        fit: 0 to 1, the share of the movement of azimuth and level that it explains.
    """

    time: float
    bearing: float
    turning: int
    scale: float
    speed: float | None
    distance: float | None
    fit: float


class SourceFacts(NamedTuple):
    """What is known of one source.

    Attributes:
        id: name, as in the scene: ``engine_0``, ``source_1``.
        label: class word, or None where the evidence does not reach.
        label_confidence: 0 to 1, of the likeliest class, whether it is named or not.
        label_shares: of every class, summing to 1.
        confidence: 0 to 1, that this is one real source.
        sounding: spans [start, end] in seconds.
        times: (k,) seconds, at which the rest is given.
        azimuth: (k,) deg; nan unknown.
        elevation: (k,) deg; nan unknown.
        level_db: (k,) dB, smoothed.
        relative_distance: (k,) distance over the closest one, at least 1; nan unknown.
        front_back: "known" only where the evidence tells front from back.
        side: where it is by the middle of its azimuths; None: no direction.
        crossing: the way it crosses the front; None: it does not.
        motion: as the scene file has it; None: cannot be told.
        motion_confidence: 0 to 1.
        level_trend: dB per second over the time it is heard; None: heard too shortly.
        pitch_trend: semitones from the first to the last third of the time it is heard; None: no pitch to follow.
        approach: the fitted way, where one fits.
    """

    id: str
    label: str | None
    label_confidence: float
    label_shares: dict[str, float]
    confidence: float
    sounding: tuple[tuple[float, float], ...]
    times: Array
    azimuth: Array
    elevation: Array
    level_db: Array
    relative_distance: Array
    front_back: Literal["known", "unknown"]
    side: Side | None
    crossing: Crossing | None
    motion: Motion | None
    motion_confidence: float
    level_trend: float | None
    pitch_trend: float | None
    approach: Approach | None


class Facts(NamedTuple):
    """What is known of a clip.

    Attributes:
        duration: seconds.
        format: how the clip carries direction.
        sources: loudest first.
        remarks: sentences for the user: what cannot be known, what is wrong with the clip.
        lines: all of it in plain English, one sentence each; ready for a prompt.
    """

    duration: float
    format: Format
    sources: tuple[SourceFacts, ...]
    remarks: tuple[str, ...]
    lines: tuple[str, ...]


def facts_of(clip: "Source", *, format: str | None = None, start: float = 0.0, end: float | None = None) -> Facts:
    """Listen to a sound and say what is measured of each source; times count from ``start``.

    Args:
        clip: any file with sound; or samples (channels, n) and their rate in Hz.
        format: how the clip carries direction, where the user knows: "binaural", "stereo", "foa" ...; None: found out.
        start: seconds into the clip.
        end: seconds into the clip to stop at; None: its end.

    Raises:
        InputError: the file cannot be read, has no sound, or the format does not fit its channels.

    Example:
        >>> tone = 0.1 * np.sin(2 * np.pi * 700 * np.arange(48000) / 48000).astype(np.float32)[None]
        >>> [source.side for source in facts_of((tone, 48000)).sources]
        [None]
    """
    from seehear.listen.hearing import hear_tracks
    from seehear.listen.shares import track_spectra

    heard = hear_tracks(clip, format=format, start=start, end=end)
    sketchers: list[Sketcher] = []
    for block in track_spectra(clip, heard, start=start, end=end):
        if not sketchers:
            sketchers = [Sketcher(heard.sample_rate, block.power.shape[2]) for _ in heard.tracks]
        for sketcher, power in zip(sketchers, block.power, strict=True):
            sketcher.add(block.time, power)
    return facts_from(heard, [sketcher.done() for sketcher in sketchers], start=start)


def facts_from(heard: Heard, sketches: Sequence[Sketch], *, start: float = 0.0) -> Facts:
    """Say what is measured of each source of a clip already heard.

    Args:
        heard: the clip's tracks.
        sketches: one for each track, in the same order.
        start: seconds of the clip at which it was begun: times are given from there.
    """
    from seehear.listen.words import lines_of

    sources: list[SourceFacts] = []
    for track, sketch in zip(heard.tracks, sketches, strict=True):
        if len(track.times):
            sources.append(_source(_moved(track, start), _later(sketch, -start), heard.duration))
    facts = Facts(heard.duration, heard.format, _named(sources), heard.remarks, ())
    return facts._replace(lines=lines_of(facts))


def _source(track: Track, sketch: Sketch, duration: float) -> SourceFacts:
    shares = shares_of(sketch)
    course = course_of(track)
    moves = movement_of(course, sustained=sustained(shares))
    if moves.motion not in (None, "still") and moves.confidence >= MOVES:
        shares = moving_shares(shares)
    label, sure = label_of(shares)
    pitch = pitch_course(sketch.time, sketch.spectra)
    approach = None if moves.way is None else _approach(moves.way, pitch, course)
    way = moves.way
    near = np.full(len(course.time), np.nan) if way is None else way.range_at(course.time)
    known = course.azimuth[np.isfinite(course.azimuth)]
    return SourceFacts(
        id="", label=label, label_confidence=sure, label_shares=shares, confidence=track.confidence,
        sounding=_within(track.sounding, duration), times=course.time, azimuth=course.azimuth,
        elevation=course.elevation, level_db=course.level, relative_distance=near / np.min(near, initial=np.inf),
        front_back=track.front_back, side=_side(float(np.median(known))) if len(known) else None,
        crossing=moves.crossing, motion=moves.motion, motion_confidence=moves.confidence,
        level_trend=_slope(course), pitch_trend=pitch_trend(pitch), approach=approach,
    )  # fmt: skip


def _approach(way: Way, pitch: PitchCourse, course: Course) -> Approach:
    speed = speed_from(pitch, way)
    distance = None if speed is None or way.fit < TRUSTED else speed * way.scale
    if distance is not None and not NEAREST <= distance <= FARTHEST:
        distance = None
    return Approach(way.time, way.bearing, way.turning, way.scale, speed, distance, way.fit)


def _slope(course: Course) -> float | None:
    if len(course.time) < 4 or course.seconds < 0.5:
        return None
    return float(np.polyfit(course.time, course.level, 1)[0])


def _side(azimuth: float) -> Side:
    return "centre" if abs(azimuth) <= SIDE_FROM else "left" if azimuth > 0 else "right"


def _within(spans: Sequence[tuple[float, float]], duration: float) -> tuple[tuple[float, float], ...]:
    """Cut spans to the clip; empty ones go."""
    cut = [(max(0.0, float(start)), min(float(end), duration)) for start, end in spans]
    return tuple((start, end) for start, end in cut if end - start > 1e-6)


def _moved(track: Track, start: float) -> Track:
    spans = tuple((begin - start, stop - start) for begin, stop in track.sounding)
    return track._replace(times=track.times - start, sounding=spans)


def _later(sketch: Sketch, seconds: float) -> Sketch:
    return sketch._replace(time=sketch.time + seconds)


def _named(sources: list[SourceFacts]) -> tuple[SourceFacts, ...]:
    """Give ids by label: engine_0, engine_1, source_0."""
    names: list[str] = []
    for source in sources:
        word = (source.label or "source").replace(" ", "_").replace("/", "_")
        names.append(f"{word}_{sum(name.rsplit('_', 1)[0] == word for name in names)}")
    return tuple(source._replace(id=name) for source, name in zip(sources, names, strict=True))
