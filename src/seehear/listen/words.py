"""The facts in plain English: lines for a prompt, captions for a scene. Templates: no more is said than measured."""

from collections import Counter
from itertools import pairwise

import numpy as np

from seehear.listen.facts import SIDE_FROM, Facts, SourceFacts
from seehear.listen.heard import Format
from seehear.scene.direction import Array

MOST_POINTS = 8
"""Azimuths told of one source."""

MOST_PHRASES = 4
"""Told in one sentence."""

_KINDS = {
    "mono": "one channel: no direction can be heard",
    "dual_mono": "the same sound on both channels: no direction can be heard",
    "panned": "stereo, placed by level",
    "binaural": "binaural, as heard by two ears",
    "spaced_pair": "stereo from two microphones apart",
    "loudspeakers": "loudspeaker channels",
    "ambisonics": "ambisonics",
}
_THINGS = {
    "speech": "someone speaks", "music": "music plays", "impact": "something knocks or falls",
    "engine": "an engine runs", "animal call": "an animal calls", "water/noise": "water or noise rushes",
    "alarm": "an alarm sounds", "other": "something else sounds",
}  # fmt: skip
_NOUNS = {
    "speech": "a voice", "music": "music", "impact": "an impact", "engine": "an engine", "animal call": "an animal",
    "water/noise": "water or noise", "alarm": "an alarm", "other": "a sound", None: "an unknown sound",
}  # fmt: skip


def lines_of(facts: Facts) -> tuple[str, ...]:
    """Give all facts as sentences, one line each: the clip's first, then source by source."""
    lines = [f"The clip lasts {facts.duration:.1f} s; {_format_line(facts.format)}."]
    count = len(facts.sources)
    lines.append(f"{_number(count)} heard." if count else "Nothing is heard: the clip is silent.")
    for number, source in enumerate(facts.sources, 1):
        lines += [f"Source {number}: {line}" for line in source_lines(source)]
    return (*lines, *(f"Note: {remark}" for remark in facts.remarks))


def source_lines(source: SourceFacts) -> list[str]:
    """Give one source's facts as sentences."""
    lines = [f"it is {_what(source)}, a real source of its own with confidence {source.confidence:.2f}."]
    lines.append(f"it sounds {_spans(source)}.")
    lines.append(_where(source))
    lines.append(_trends(source))
    lines.append(_motion(source))
    return [line for line in lines if line]


def noun_of(source: SourceFacts) -> str:
    """Name a source with its article: "an engine"."""
    return _NOUNS[source.label]


def phrase_of(source: SourceFacts) -> str:
    """Say what a source does in some words: "an engine crosses from left to right"."""
    noun = noun_of(source)
    if source.crossing:
        first, last = source.crossing.split(" to ")
        return f"{noun} crosses from {first} to {last}"
    if source.motion == "crossing":
        return f"{noun} moves from side to side"
    side = {"left": " on the left", "right": " on the right", "centre": " in the centre", None: ""}[source.side]
    if source.motion == "passing":
        return f"{noun} passes by{side}"
    if source.motion in ("approaching", "receding"):
        return f"{noun} {'comes nearer' if source.motion == 'approaching' else 'goes away'}{side}"
    doing = _THINGS.get(source.label or "", "something sounds")
    return f"{doing}{side}"


def caption_of(facts: Facts) -> str:
    """Give the clip's one sentence."""
    if not facts.sources:
        return "silence"
    phrases = _counted([phrase_of(source) for source in facts.sources])
    more = len(phrases) - MOST_PHRASES
    phrases = phrases[:MOST_PHRASES]
    if more > 0:
        phrases.append(f"{more} more {'sound' if more == 1 else 'sounds'}")
    return phrases[0] if len(phrases) == 1 else f"{', '.join(phrases[:-1])} and {phrases[-1]}"


def captions_over_time(facts: Facts) -> list[tuple[float, str]]:
    """Give a sentence for each phase: who sounds where, at every time at which that changes."""
    changes = {0.0}
    for source in facts.sources:
        for start, end in _phases(source):
            changes |= {start, end}
        if source.approach is not None and 0.0 < source.approach.time < facts.duration:
            changes.add(source.approach.time)
    times = _apart(sorted(time for time in changes if time < facts.duration - 0.1), facts.duration)
    said: list[tuple[float, str]] = []
    for start, end in pairwise([*times, facts.duration]):
        told = _counted([words for source in facts.sources if (words := _now(source, start, end))])
        words = "; ".join(told[:MOST_PHRASES]) or "silence"
        if not said or said[-1][1] != words:
            said.append((round(start, 3), words))
    return said


def _counted(phrases: list[str]) -> list[str]:
    """Say what is the same of several once, and of how many."""
    counts = Counter(phrases)  # in the order in which they first come
    return [phrase if count == 1 else f"{phrase} ({count} of them)" for phrase, count in counts.items()]


def _apart(times: list[float], duration: float) -> list[float]:
    """Leave out what follows too soon: at most some 16 phases."""
    least, kept = max(0.25, duration / 16), [0.0]
    for time in times:
        if time - kept[-1] >= least:
            kept.append(time)
    return kept


def _phases(source: SourceFacts) -> list[tuple[float, float]]:
    """Give the spans of sound, short rests bridged."""
    merged: list[tuple[float, float]] = []
    for start, end in source.sounding:
        if merged and start - merged[-1][1] < 1.0:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def _now(source: SourceFacts, start: float, end: float) -> str:
    """Say where a source is in a phase; nothing where it rests."""
    heard = [(max(a, start), min(b, end)) for a, b in _phases(source) if b > start + 1e-6 and a < end - 1e-6]
    if not heard:
        return ""
    if source.motion == "still":
        return f"{noun_of(source)} {_still_place(source)}".rstrip()
    azimuth = np.interp([heard[0][0], heard[-1][1]], source.times, source.azimuth)
    place = ""
    if np.isfinite(azimuth).all():
        first, last = (_side(float(one)) for one in azimuth)
        place = f" {first}" if first == last else f", from {_bare(first)} to {_bare(last)}"
    return f"{noun_of(source)}{place}{_radial(source, start, end)}"


def _still_place(source: SourceFacts) -> str:
    known = source.azimuth[np.isfinite(source.azimuth)]
    return _side(float(np.median(known))) if len(known) else ""


def _radial(source: SourceFacts, start: float, end: float) -> str:
    """Say whether it comes nearer in a phase."""
    near = source.relative_distance
    if source.motion not in ("approaching", "receding", "passing") or not np.isfinite(near).any():
        return ""
    first, last = np.interp([start, end], source.times, near)
    return ", coming nearer" if last < 0.85 * first else ", going away" if first < 0.85 * last else ""


def _side(azimuth: float) -> str:
    if abs(azimuth) > 150:
        return "behind"
    if abs(azimuth) <= SIDE_FROM:
        return "in the centre"
    return f"on the {'far ' if abs(azimuth) > 50 else ''}{'left' if azimuth > 0 else 'right'}"


def _bare(place: str) -> str:
    return place.removeprefix("in ").removeprefix("on ")


def _format_line(format: Format) -> str:
    return f"it is {_KINDS[format.kind]} (confidence {format.confidence:.2f})"


def _number(count: int) -> str:
    return "One source is" if count == 1 else f"{count} sources are"


def _what(source: SourceFacts) -> str:
    if source.label is not None:
        return f"probably {source.label} (confidence {source.label_confidence:.2f})"
    first, second = sorted(source.label_shares, key=lambda name: -source.label_shares[name])[:2]
    near = ", ".join(f"{name} {source.label_shares[name]:.2f}" for name in (first, second))
    return f"of unknown kind (nearest: {near})"


def _spans(source: SourceFacts) -> str:
    spans = _phases(source)
    told = ", ".join(f"{start:.1f} to {end:.1f} s" for start, end in spans[:6])
    return f"from {told}" + (f" and {len(spans) - 6} times more" if len(spans) > 6 else "")


def _where(source: SourceFacts) -> str:
    known = np.isfinite(source.azimuth)
    if not known.any():
        return "its direction cannot be heard."
    times, azimuth = source.times[known], source.azimuth[known]
    pick = np.unique(np.linspace(0, len(times) - 1, MOST_POINTS).round().astype(int))
    if np.ptp(azimuth) < 10:
        degrees = f"{_degrees(float(np.median(azimuth)))} throughout"
    else:
        degrees = ", ".join(f"{_degrees(azimuth[i])} at {times[i]:.1f} s" for i in pick)
    behind = "" if source.front_back == "known" else "; front or back cannot be told, front is assumed"
    place = f"{'in' if source.side == 'centre' else 'on'} the {source.side}"
    return f"it is {place}: azimuth {degrees} (positive is left){_heights(source.elevation)}{behind}."


def _heights(elevation: Array) -> str:
    known = elevation[np.isfinite(elevation)]
    return f", elevation {float(np.median(known)):+.0f} degrees" if len(known) else ""


def _degrees(azimuth: float) -> str:
    return f"{round(azimuth):+d} degrees"


def _trends(source: SourceFacts) -> str:
    said = []
    if source.level_trend is not None:
        steady = abs(source.level_trend) < 0.5
        said.append("its level is steady" if steady else
                    f"its level {'rises' if source.level_trend > 0 else 'falls'} by "
                    f"{abs(source.level_trend):.1f} dB per second")  # fmt: skip
    if source.pitch_trend is not None:
        steady = abs(source.pitch_trend) < 0.15
        said.append("its pitch is steady" if steady else
                    f"its pitch {'rises' if source.pitch_trend > 0 else 'falls'} by "
                    f"{abs(source.pitch_trend):.1f} semitones from beginning to end")  # fmt: skip
    return f"{' and '.join(said)}." if said else ""


def _motion(source: SourceFacts) -> str:
    if source.motion is None:
        return "whether it moves cannot be told."
    if source.motion == "crossing" and source.crossing is None:
        return f"it moves from side to side (confidence {source.motion_confidence:.2f})."
    how = f"crossing from {source.crossing}" if source.crossing else source.motion
    said = f"it is {how} (confidence {source.motion_confidence:.2f})"
    if source.approach is not None and source.motion != "still":
        said += f"; it is nearest at {source.approach.time:.1f} s"
        if source.approach.speed is not None:
            said += f" and goes at about {source.approach.speed:.0f} m/s by its Doppler shift"
    return f"{said}."
