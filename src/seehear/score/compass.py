"""The arithmetic of T2AV-Compass, exactly as released: sub-scores in, instruction following, realism and average out.

All scores are percentages, 0 to 100 (a judge's 1 to 5 becomes ``(raw - 1) / 4``). A sub-score that is not there counts
as in the released code, which is stated at each function: 0 for Speech, SoundEffects and Music, 100 for NonSpeech.

Reference: Cao et al., "T2AV-Compass", arXiv 2512.21094 v3, appendix E.1, and the released evaluation code.
"""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from seehear.errors import InputError

GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Attribute": ("Look", "Quantity"),
        "Cinematography": ("Light", "Frame", "ColorGrading"),
        "Dynamics": ("Motion", "Interaction", "Transformation", "CameraMotion"),
        "Relations": ("Spatial", "Logical"),
        "Aesthetics": ("Style", "Mood"),
        "WorldKnowledge": ("FactualKnowledge",),
        "Sound": ("SoundEffects", "Speech", "Music", "NonSpeech"),
    }
)
"""Groups of checklist questions and their slots."""

SEEN_GROUPS = tuple(name for name in GROUPS if name != "Sound")
HEARD = GROUPS["Sound"]
VIDEO_REALISM = ("MSS", "OIS", "TCS")
AUDIO_REALISM = ("AAS", "MTC")

LOWEST, HIGHEST = 1, 5
"""A judge's scale."""

PLACES = 0.0051
"""Half a unit of the second decimal, which is what published tables carry, and a little for rounding twice."""


def rating_to_percent(raw: float) -> float:
    """Give a judge's 1 to 5 as a percentage.

    Raises:
        InputError: outside the scale.

    Example:
        >>> rating_to_percent(1), rating_to_percent(4)
        (0.0, 75.0)
    """
    if not LOWEST <= raw <= HIGHEST:
        raise InputError(f"a judge's score must be from {LOWEST} to {HIGHEST}, got {raw}")
    return 100.0 * (raw - LOWEST) / (HIGHEST - LOWEST)


def group_scores(subs: Mapping[str, float]) -> dict[str, float]:
    """Give the plain mean of each visual group's sub-scores; a group without any is left out.

    Args:
        subs: percentages by slot; nan and absent alike are "not there".
    """
    known = _known(subs)
    found = {name: [known[slot] for slot in GROUPS[name] if slot in known] for name in SEEN_GROUPS}
    return {name: float(np.mean(values)) for name, values in found.items() if values}


def if_video(subs: Mapping[str, float]) -> float:
    """Give IF-Video: the plain mean of the six visual groups' plain means; nan without any.

    Args:
        subs: percentages by slot.

    Example:
        >>> if_video({"Look": 80.0, "Quantity": 60.0, "FactualKnowledge": 50.0})
        60.0
    """
    groups = group_scores(subs)
    return float(np.mean(list(groups.values()))) if groups else float("nan")


def if_audio(subs: Mapping[str, float]) -> float:
    """Give IF-Audio as released: ``((Speech - (100 - NonSpeech)) + SoundEffects + Music) / 3``; nan without any.

    Speech, SoundEffects and Music that are not there count 0, NonSpeech 100. The range is -33.3 to 100.

    Args:
        subs: percentages by slot.

    Example:
        >>> round(if_audio({"SoundEffects": 29.87, "Music": 15.91}), 2)
        15.26
    """
    known = {name: value for name, value in _known(subs).items() if name in HEARD}
    if not known:
        return float("nan")
    speech = known.get("Speech", 0.0) - (100.0 - known.get("NonSpeech", 100.0))
    return (speech + known.get("SoundEffects", 0.0) + known.get("Music", 0.0)) / 3.0


def compass_realism(scores: Mapping[str, float], keys: tuple[str, ...]) -> float:
    """Give the plain mean of some realism scores; nan unless all are there.

    Args:
        scores: percentages by key.
        keys: `VIDEO_REALISM` or `AUDIO_REALISM`.
    """
    known = _known(scores)
    return float(np.mean([known[key] for key in keys])) if all(key in known for key in keys) else float("nan")


def compass_average(video: float, audio: float, video_realism: float, audio_realism: float) -> float:
    """Give the mean of the four subjective columns; nan where one is.

    Example:
        >>> round(compass_average(76.15, 67.90, 87.14, 49.95), 3)
        70.285
    """
    return float(np.mean([video, audio, video_realism, audio_realism]))


def agrees(printed: float, computed: float) -> bool:
    """Say whether a printed number with two decimals is a computed one, to rounding."""
    return abs(printed - computed) <= 2 * PLACES


def question_weights(counts: Mapping[str, int]) -> dict[str, float]:
    """Give what share of the Average one question of each slot carries, by the released formulas.

    IF-Video is a quarter of the Average, a group a sixth of it, a slot an equal part of its group, a question an equal
    part of its slot. In IF-Audio a question of Speech and one of NonSpeech each move a third of the column.

    Args:
        counts: questions of each slot.

    Example:
        >>> round(question_weights({"Look": 10, "FactualKnowledge": 5})["FactualKnowledge"], 4)
        0.025
    """
    present = {name: [slot for slot in GROUPS[name] if counts.get(slot)] for name in SEEN_GROUPS}
    groups = [name for name in SEEN_GROUPS if present[name]]
    shares = {slot: 0.25 / len(groups) / len(present[name]) / counts[slot] for name in groups for slot in present[name]}
    return shares | {slot: 0.25 / 3.0 / counts[slot] for slot in HEARD if counts.get(slot)}


def _known(scores: Mapping[str, float]) -> dict[str, float]:
    return {name: float(value) for name, value in scores.items() if value is not None and not np.isnan(value)}
