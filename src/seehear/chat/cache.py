"""Answers on the disk, so that nothing is asked twice. Only answers are kept: no prompt, no sound, no key."""

import json
import os
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp
from typing import Any

from seehear.chat.answer import Answer, Usage
from seehear.errors import InputError


class AnswerCache:
    """A folder of answers by the hash of what was asked; readable by its owner only.

    Args:
        folder: made when the first answer is kept.

    Example:
        >>> AnswerCache("/nowhere").get("0" * 64) is None
        True
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)

    def get(self, key: str) -> Answer | None:
        """Give the answer kept under a hash; None: there is none, or its file is damaged."""
        try:
            kept = answer_from_record(json.loads(self._file(key).read_text("utf-8")))
        except (OSError, ValueError, RecursionError):
            return None
        return kept._replace(cached=True, usage=Usage(0, 0))

    def put(self, key: str, answer: Answer) -> None:
        """Keep an answer.

        Raises:
            InputError: the folder cannot be written.
        """
        write_record(self._file(key), record_of(answer))

    def _file(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.json"


def default_folder() -> Path:
    """Give the folder for answers where none is named: ``seehear/answers`` in the user's cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "seehear" / "answers"


def record_of(answer: Answer) -> dict[str, Any]:
    """Give an answer as a JSON record."""
    usage = None if answer.usage is None else list(answer.usage)
    return {"text": answer.text, "outcome": answer.outcome, "usage": usage, "model": answer.model, "form": answer.form}


def answer_from_record(record: object) -> Answer:
    """Read a record.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(record, dict) or not isinstance(record.get("text"), str):
        raise ValueError("no record of an answer")
    known = record.get("outcome") in ("answered", "refused", "cut", "empty")
    if not known or record.get("form") not in ("enforced", "prompt", "free"):
        raise ValueError("no record of an answer")
    usage = record.get("usage")
    counts = Usage(int(usage[0]), int(usage[1])) if isinstance(usage, list) and len(usage) == 2 else None
    model = record.get("model")
    return Answer(record["text"], record["outcome"], counts, str(model) if model else None, record["form"])


def write_record(file: Path, record: dict[str, Any]) -> None:
    """Write a JSON record whole: aside, then renamed.

    Raises:
        InputError: the folder cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = mkstemp(prefix=".", suffix=".json", dir=file.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as beside:
                json.dump(record, beside, ensure_ascii=False, indent=1, allow_nan=False)
            Path(name).replace(file)
        finally:
            with suppress(FileNotFoundError):
                Path(name).unlink()
    except OSError as error:
        raise InputError(f"cannot write '{file}': {error.strerror or error}") from None
