"""The released prompts of T2AV-Compass: a JSON list of 500 records, read and checked record by record.

The file is never shipped: `seehear bench run t2av-compass --prompts FILE` takes the user's own copy.

Reference: T2AV-Compass, arXiv 2512.21094, and its released ``prompts.json``.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seehear.errors import InputError
from seehear.score.compass import GROUPS

RECORDS, QUESTIONS = 500, 3164
"""What the released file holds."""

ONE_OF = (
    "source", "subject_matter", "visual_spatial_composition", "audio_spatial_composition",
    "visual_temporal_composition", "audio_temporal_composition",
)  # fmt: skip
MANY_OF = ("core_subject", "event_scenario", "sound_type", "camera_movement")
TAXONOMY = (*ONE_OF, *MANY_OF)
"""Fields that sort prompts into categories; of `MANY_OF` a prompt can have several."""

TEXTS = ("prompt", "video_prompt", "audio_prompt", "video", "video_description", "audio_description", *ONE_OF)


@dataclass(frozen=True)
class Line:
    """One scripted line of speech: who, how, what."""

    speaker: str
    description: str
    text: str


@dataclass(frozen=True)
class Question:
    """One checklist question.

    Attributes:
        group: such as ``Sound``.
        slot: such as ``Music``; slots' names are unique over all groups.
        text: the question, to be answered yes by a clip that follows the prompt.
    """

    group: str
    slot: str
    text: str


@dataclass(frozen=True)
class Prompt:
    """One record.

    Attributes:
        index: 1 to 500.
        texts: the text fields by name (`TEXTS`).
        categories: by taxonomy field, one or more.
        speech: scripted lines.
        questions: of the checklist, in the file's order.
    """

    index: int
    texts: Mapping[str, str]
    categories: Mapping[str, tuple[str, ...]]
    speech: tuple[Line, ...]
    questions: tuple[Question, ...]

    @property
    def labels(self) -> list[str]:
        """Every category that it is in."""
        return sorted({name for names in self.categories.values() for name in names})

    @property
    def text(self) -> str:
        """The prompt that a system is given."""
        return self.texts["prompt"]


def read_prompts(path: Path | str, *, whole: bool = True) -> tuple[Prompt, ...]:
    """Read a prompts file.

    Args:
        path: the JSON file.
        whole: refuse anything but the released 500 records and 3,164 questions.

    Raises:
        InputError: not readable, not such a file, or another number of records or questions; the message names the
            record and the field.
    """
    records = _records(Path(path))
    found = tuple(_prompt(one, number) for number, one in enumerate(records))
    indices = [one.index for one in found]
    if len(set(indices)) != len(indices):
        twice = next(one for one in indices if indices.count(one) > 1)
        raise InputError(f"expected each index once in '{path}', got {twice} twice")
    if whole:
        _check_whole(found, path)
    return found


def slot_counts(prompts: tuple[Prompt, ...]) -> dict[str, int]:
    """Count the questions of each slot."""
    counts = {slot: 0 for slots in GROUPS.values() for slot in slots}
    for one in prompts:
        for question in one.questions:
            counts[question.slot] += 1
    return counts


def _check_whole(found: tuple[Prompt, ...], path: Path | str) -> None:
    if len(found) != RECORDS or [one.index for one in found] != list(range(1, RECORDS + 1)):
        raise InputError(f"expected {RECORDS} records with index 1 to {RECORDS} in '{path}', got {len(found)}")
    count = sum(len(one.questions) for one in found)
    if count != QUESTIONS:
        raise InputError(f"expected {QUESTIONS} checklist questions in '{path}', got {count}: is it the released file?")


def _records(path: Path) -> list[Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        json.dumps(data, ensure_ascii=False).encode()  # half a surrogate pair can be read, but never be written
    except OSError as error:
        raise InputError(f"cannot read the prompts file '{path}': {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"expected the prompts as JSON in '{path}', got something else: {error}") from None
    if not isinstance(data, list) or not data:
        raise InputError(f"expected a JSON list of records in '{path}', got {type(data).__name__}")
    return data


def _prompt(record: Any, number: int) -> Prompt:  # noqa: ANN401 - JSON as it came
    if not isinstance(record, dict):
        raise InputError(f"expected record {number} of the prompts to be an object, got {type(record).__name__}")
    index = record.get("index")
    if not isinstance(index, int) or isinstance(index, bool) or index < 1:
        raise InputError(f"expected a whole number from 1 as 'index' of record {number}, got {index!r}")
    where = f"prompt {index}"
    texts = {name: _text(record, name, where) for name in TEXTS}
    if not texts["prompt"].strip():
        raise InputError(f"expected a text as 'prompt' of {where}, got an empty one")
    categories = {name: (texts[name],) for name in ONE_OF} | {name: _list(record, name, where) for name in MANY_OF}
    return Prompt(index, texts, categories, _speech(record, where), _questions(record, where))


def _text(record: Mapping[str, Any], name: str, where: str) -> str:
    value = record.get(name)
    if not isinstance(value, str):
        raise InputError(f"expected a text as {name!r} of {where}, got {value!r}")
    return value


def _list(record: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    value = record.get(name)
    if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
        raise InputError(f"expected a list of texts as {name!r} of {where}, got {value!r}")
    return tuple(value)


def _speech(record: Mapping[str, Any], where: str) -> tuple[Line, ...]:
    value = record.get("speech_prompt", [])
    if not isinstance(value, list):
        raise InputError(f"expected a list as 'speech_prompt' of {where}, got {value!r}")
    lines = []
    for one in value:
        parts = [one.get(name) if isinstance(one, dict) else None for name in ("speaker", "description", "text")]
        if not all(isinstance(part, str) for part in parts):
            raise InputError(f"expected speaker, description and text in 'speech_prompt' of {where}, got {one!r}")
        lines.append(Line(*map(str, parts)))
    return tuple(lines)


def _questions(record: Mapping[str, Any], where: str) -> tuple[Question, ...]:
    checklist = record.get("checklist_info")
    if not isinstance(checklist, dict) or set(checklist) != set(GROUPS):
        told = sorted(checklist) if isinstance(checklist, dict) else repr(checklist)
        raise InputError(f"expected the groups {', '.join(GROUPS)} in 'checklist_info' of {where}, got {told}")
    found = []
    for group, slots in checklist.items():
        if not isinstance(slots, dict) or set(slots) != set(GROUPS[group]):
            raise InputError(f"expected the slots {', '.join(GROUPS[group])} in {group} of {where}, got {slots!r}")
        for slot, text in slots.items():
            if text is not None and not isinstance(text, str):
                raise InputError(f"expected a question or null as {group}.{slot} of {where}, got {text!r}")
            if text and text.strip():
                found.append(Question(group, slot, text.strip()))
    return tuple(found)
