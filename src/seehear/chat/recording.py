"""Endpoints out of a folder: conversations recorded once, and played back without a server.

One JSON file for each answer: ``{"request": {"sha256", "tag", "model", "address"}, "answer": {...}}``. A request is
found by the hash of what it asks, whoever was asked; else by its tag, so that recordings can be written by hand.
"""

import json
import re
from pathlib import Path

import numpy as np

from seehear.chat.answer import Answer, NoAnswer
from seehear.chat.cache import answer_from_record, record_of, write_record
from seehear.chat.endpoint import Chat, Endpoint
from seehear.chat.message import Request
from seehear.errors import InputError


class RecordedEndpoint:
    """Plays back a folder of recordings.

    Args:
        folder: as `Recorder` wrote it, or by hand.

    Raises:
        InputError: no such folder, or a file in it that is no recording.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        if not self.folder.is_dir():
            raise InputError(f"expected a folder of recorded answers, got '{folder}'")
        self._by_hash: dict[str, Answer] = {}
        self._by_tag: dict[str, Answer] = {}
        names = set()
        for file in sorted(self.folder.glob("*.json")):
            try:
                record = json.loads(file.read_text("utf-8"))
                request, answer = record["request"], answer_from_record(record["answer"])
                names.add(str(request.get("model") or "recorded"))
                self._by_hash[str(request.get("sha256") or "")] = answer
                self._by_tag[str(request.get("tag") or "")] = answer
            except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OSError):
                raise InputError(f"expected a recorded answer, got something else in '{file}'") from None
        self._model = ", ".join(sorted(names)) or "recorded"

    @property
    def model(self) -> str:
        """Who was asked when it was recorded."""
        return self._model

    @property
    def address(self) -> str:
        """The folder, as ``recorded:DIR``."""
        return f"recorded:{self.folder}"

    def answer(self, request: Request, *, rng: np.random.Generator | None = None) -> Answer:
        """Give the recorded answer.

        Raises:
            NoAnswer: it was never recorded.
        """
        key = request.content_hash()
        found = self._by_hash.get(key) or (self._by_tag.get(request.tag) if request.tag else None)
        if found is None:
            what = f"{request.tag!r}" if request.tag else key
            raise NoAnswer(f"'{self.folder}' holds no recorded answer to {what}", failure="unrecorded")
        return found


class Recorder:
    """Asks an endpoint and keeps every answer in a folder, for `RecordedEndpoint`."""

    def __init__(self, endpoint: Chat, folder: Path | str) -> None:
        self._endpoint = endpoint
        self.folder = Path(folder)

    @property
    def model(self) -> str:
        """Who is asked."""
        return self._endpoint.model

    @property
    def address(self) -> str:
        """Where."""
        return self._endpoint.address

    def answer(self, request: Request, *, rng: np.random.Generator | None = None) -> Answer:
        """Ask, and keep the answer.

        Raises:
            NoAnswer: none came; nothing is kept.
        """
        answer = self._endpoint.answer(request, rng=rng)
        key = request.content_hash()
        told = {"sha256": key, "tag": request.tag, "model": self.model, "address": self.address}
        slug = re.sub(r"[^A-Za-z0-9]+", "-", request.tag or "answer").strip("-")[:60]
        write_record(self.folder / f"{slug}.{key[:16]}.json", {"request": told, "answer": record_of(answer)})
        return answer


def open_endpoint(address: str, *, model: str = "", key: str | None = None, timeout: float = 120.0) -> Chat:
    """Open what an option names: a base address, or ``recorded:DIR``.

    Raises:
        InputError: neither, or no model named.
    """
    if address.startswith("recorded:"):
        return RecordedEndpoint(address.removeprefix("recorded:"))
    return Endpoint(address, model, key, timeout)
