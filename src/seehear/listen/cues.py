"""The backend `cues`: a scene from what is measured, without any weights."""

from typing import Any

import numpy as np

from seehear.listen.door import Wish
from seehear.listen.facts import Facts, SourceFacts, facts_of
from seehear.listen.figures import Figure, figure_of
from seehear.listen.keyframes import keyframes_of
from seehear.listen.words import caption_of, captions_over_time, phrase_of, source_lines
from seehear.scene import Camera, FrameCaption, Scene, SceneObject

MOST_POINTS = 64
"""Of a source's relative distance, in the scene."""

_PRIORS = "sizes and distances are taken from what is usual for the class, not heard"


class CuesListen:
    """Listens by interaural cues, level, pitch and time."""

    def listen(self, wish: Wish) -> Scene:
        """Say who is where, moving how."""
        facts = wish.facts
        if facts is None:
            facts = facts_of(wish.clip, format=wish.format, start=wish.start, end=wish.end)
        return scene_of(facts, wish)


def scene_of(facts: Facts, wish: Wish) -> Scene:
    """Make the scene of measured facts."""
    camera = Camera(wish.camera)
    return Scene(
        duration=facts.duration,
        caption=caption_of(facts),
        camera=wish.camera,
        objects=tuple(_object(one, camera, facts.duration, wish.keyframes) for one in facts.sources),
        frame_captions=tuple(FrameCaption(time=time, caption=words) for time, words in captions_over_time(facts)),
        extra=_extra(facts),
    )


def _object(source: SourceFacts, camera: Camera, duration: float, keyframes: int) -> SceneObject:
    figure = figure_of(source, camera.spec)
    return SceneObject(
        id=source.id,
        label=source.label,
        caption=phrase_of(source),
        sounding=source.sounding,
        confidence=_share(source.confidence),
        stem="as_heard",
        motion=source.motion,
        front_back=source.front_back,
        extra=_measured(source, figure),
        keyframes=keyframes_of(source, figure, camera, duration=duration, count=keyframes),
    )


def _measured(source: SourceFacts, figure: Figure) -> dict[str, Any]:
    """Give what the scene has no field for."""
    way = source.approach
    extra: dict[str, Any] = {
        "label_confidence": _share(source.label_confidence),
        "label_shares": {name: _share(share) for name, share in source.label_shares.items()},
        "motion_confidence": _share(source.motion_confidence),
        "crossing": source.crossing,
        "level_trend_db_per_s": _number(source.level_trend),
        "pitch_trend_semitones": _number(source.pitch_trend),
        "size_taken_from": figure.prior,
        "distance_measured": figure.known,
        "facts": source_lines(source),
    }
    near = source.relative_distance
    if np.isfinite(near).any():
        pick = np.unique(np.linspace(0, len(near) - 1, MOST_POINTS).round().astype(int))
        extra["relative_distance"] = [[round(float(source.times[i]), 3), round(float(near[i]), 3)] for i in pick]
    if way is not None:
        extra["closest_approach"] = {
            "time": _number(way.time), "azimuth": _number(way.bearing), "speed": _number(way.speed),
            "distance": _number(way.distance), "distance_over_speed": _number(way.scale), "fit": _share(way.fit),
        }  # fmt: skip
    return extra


def _extra(facts: Facts) -> dict[str, Any]:
    form = facts.format
    unknown = [*facts.remarks, *([_PRIORS] if facts.sources else [])]
    return {
        "format": {
            "kind": form.kind, "confidence": _share(form.confidence), "layout": form.layout,
            "convention": form.convention, "level_offset_db": _number(form.level_offset_db),
            "delay_offset": float(form.delay_offset), "reasons": list(form.reasons),
        },
        "facts": list(facts.lines),
        "unknown": unknown,
    }  # fmt: skip


def _share(value: float) -> float:
    return round(min(max(float(value), 0.0), 1.0), 4)


def _number(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else round(float(value), 4)
