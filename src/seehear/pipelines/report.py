"""What a journey says of its own work: asked against heard, per object, and what it could not know."""

from typing import Any, NamedTuple

WARN_DEGREES = 10.0
"""An object heard further than this from where it was asked is named in a warning."""


class Bearing(NamedTuple):
    """Where an object was asked to be and where it is heard, over the whole clip, weighted by energy.

    Attributes:
        asked: mean azimuth, deg, within the layout's reach (binaural: the lateral angle).
        heard: mean azimuth measured on the object rendered alone, deg.
        error: weighted median of the angle between the two, deg, window by window.
        error_90: its weighted 90th percentile.
        in_mix: the same median measured in the mix, where the object is 10 dB above the rest; None: masked.
        seconds: how much sound was measured.
        level_db: mean level of the object alone, dB re full scale, before the loudness gain.
    """

    asked: float
    heard: float
    error: float
    error_90: float
    in_mix: float | None
    seconds: float
    level_db: float


class ObjectReport(NamedTuple):
    """One object: what it is, what it sounds with, where it is heard; `bearing` None when it made no sound."""

    id: str
    label: str | None
    motion: str | None
    sound: str
    confidence: float | None
    bearing: Bearing | None


class Report(NamedTuple):
    """The whole journey.

    Attributes:
        output: the file written; "" when the sound was returned in memory.
        layout: its name.
        sound: the backend of the sound.
        hrtf: the HRTF set used; "" for other layouts than binaural.
        duration: s.
        gain_db: the gain applied to reach the loudness.
        loudness_lufs: of the output; None: too short or silent to say.
        true_peak_dbtp: of the output.
        objects: one row each.
        warnings: plain sentences.
        unknown: what could not be known, plain sentences.
        seconds: how long each stage took.
    """

    output: str
    layout: str
    sound: str
    hrtf: str
    duration: float
    gain_db: float
    loudness_lufs: float | None
    true_peak_dbtp: float | None
    objects: tuple[ObjectReport, ...]
    warnings: tuple[str, ...]
    unknown: tuple[str, ...]
    seconds: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Give plain data for ``--json``; numbers rounded to what they mean."""
        rows = [
            {**one._asdict(), "bearing": _rounded(one.bearing._asdict()) if one.bearing else None}
            for one in self.objects
        ]
        return {**_rounded(self._asdict()), "objects": rows, "seconds": _rounded(self.seconds)}


def _rounded(data: dict[str, Any]) -> dict[str, Any]:
    return {key: round(value, 3) if isinstance(value, float) else value for key, value in data.items()}
