"""Judges asked about the damage set, as about any clips; a judge raises an alarm where it gives 2 or less.

Each clip gets the five dimensions of realism and two criteria that a clip of the set meets by its truth: the side, and
the moment. No judge is shown the clean clip beside the damaged one, so its false alarms can be counted.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from seehear.bench.t2av.judged import Judge
from seehear.bench.t2av.judging import Job
from seehear.bench.t2av.prompts import Prompt, Question
from seehear.bench.t2av.rubrics import REALISM_KEYS

BAD = 2
"""A judge's 1 to 5: at this or less it says that something is wrong."""

SIDE, MOMENT = "Spatial", "SoundEffects"
KEYS = (SIDE, MOMENT, *REALISM_KEYS)
TOLD = f"{BAD} or less of 5"

MEANT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "swapped sides": (SIDE,), "late sound": (MOMENT,), "wrong material": ("MTC",), "frozen picture": ("MSS",),
        "clipped sound": ("AAS",),
    }
)  # fmt: skip
"""Which of a judge's columns ought to notice which damage."""


def column(judge: str, key: str) -> str:
    """Give the name of a judge's column in the table."""
    return f"{judge}: {key}"


def prompt_of(number: int, label: str) -> Prompt:
    """Give what a clip of the set is asked, true of every clean one."""
    thing = label.replace("_", " ")
    questions = (
        Question("Relations", SIDE, f"Is the {thing} heard from the side of the picture on which it is seen?"),
        Question("Sound", MOMENT, f"Is every sudden sound heard at the very moment at which the {thing} is seen to "
                                  "make it (not later, not earlier)?"),
    )  # fmt: skip
    return Prompt(number, {"prompt": f"A clip in which one {thing} is seen and heard."}, {}, (), questions)


def jobs_of(rows: Sequence[Mapping[str, Any]], clips: Path, keys: Sequence[str]) -> list[Job]:
    """Give a job for every clip that was kept.

    Args:
        rows: of the run, in order; rows of failed worlds have no clips.
        clips: folder of the kept clips, as `kept_at` names them.
        keys: hash of all that each row depends on.
    """
    found = []
    for place, (row, key) in enumerate(zip(rows, keys, strict=True), 1):
        asked = prompt_of(place, str(row.get("label", "")))
        for name, measured in row.get("clips", {}).items():
            found.append(Job(name, kept_at(clips, name, place), measured, asked, key))
    return found


def kept_at(clips: Path, name: str, number: int) -> Path:
    """Give where a clip of the set lies.

    Example:
        >>> kept_at(Path("clips"), "late sound 0.3", 12).as_posix()
        'clips/late-sound-0.3/sample_0012.mp4'
    """
    return clips / name.replace(" ", "-") / f"sample_{number:04d}.mp4"


def add_alarms(rows: Sequence[dict[str, Any]], judge: Judge) -> dict[str, Any]:
    """Put a judge's alarms beside the columns' own; a clip without an answer gets none, and is counted.

    Returns:
        ``{"model", "clips", "answered", "failures": {reason: how many answers}}``; "not applicable" is an answer.
    """
    failures: Counter[str] = Counter()
    clips = answered = 0
    for place, row in enumerate(rows, 1):
        for name in row.get("clips", {}):
            verdict = judge.verdicts.get((name, place), {})
            failed, scores = verdict.get("failures", {}), verdict.get("scores", {})
            known = [key for key in KEYS if key in scores and key not in failed]
            for key in known:
                row["alarms"][name][column(judge.name, key)] = scores[key] is not None and scores[key] <= BAD
            failures.update(failed.get(key, "not judged") for key in KEYS if key not in known)
            clips, answered = clips + 1, answered + bool(known)
    return {"model": judge.model, "clips": clips, "answered": answered, "failures": dict(failures.most_common(20))}
