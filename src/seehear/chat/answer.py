"""What comes back: an answer, a refusal, or no answer at all. Whatever the server sends, reading it never crashes."""

import json
import re
from typing import Any, Literal, NamedTuple

from seehear.errors import BackendFailed

Outcome = Literal["answered", "refused", "cut", "empty"]
"""`refused`: the model or its filter declined; `cut`: stopped at the longest length; `empty`: no words came."""

Failure = Literal["unreachable", "timeout", "rejected", "busy", "broken", "huge", "unrecorded", "refused", "bad"]
"""Why there is no answer: `rejected` a 4xx, `busy` 429 or 5xx to the last, `broken` a reply that is none, `huge` one
over the limit, `bad` answers that never passed the check, `unrecorded` not among the recordings."""

LONGEST_RAW = 100_000
"""Characters of a reply that are kept."""


class Usage(NamedTuple):
    """Tokens, as the server counts them."""

    prompt_tokens: int
    completion_tokens: int

    def __add__(self, other: object) -> "Usage":
        """Add up two counts."""
        if not isinstance(other, Usage):
            return NotImplemented
        return Usage(self.prompt_tokens + other.prompt_tokens, self.completion_tokens + other.completion_tokens)


class Answer(NamedTuple):
    """What the model said.

    Attributes:
        text: its words; a refusal's own words where it refused.
        outcome: whether that is an answer.
        usage: tokens; None: the server did not say. Zero where nothing was sent (from the cache).
        model: who answered, as the server says; None: it did not.
        form: how a JSON schema was asked for: ``enforced`` by ``response_format``; ``prompt``: the server does not know
            that, so it was asked for in words; ``free``: none was asked for.
        cached: whether it came from the disk.
    """

    text: str
    outcome: Outcome = "answered"
    usage: Usage | None = None
    model: str | None = None
    form: Literal["enforced", "prompt", "free"] = "free"
    cached: bool = False


class NoAnswer(BackendFailed):
    """No usable answer came.

    Attributes:
        failure: why.
        raw: the last reply, as it came but for the key, at most 100,000 characters; None: there was none.
        usage: tokens spent on it; None: unknown.
    """

    def __init__(self, message: str, *, failure: Failure, raw: str | None = None, usage: Usage | None = None) -> None:
        super().__init__(message, raw=None if raw is None else raw[:LONGEST_RAW])
        self.failure: Failure = failure
        self.usage = usage


def answer_from(body: str) -> Answer:
    """Read the body of a reply.

    Raises:
        NoAnswer: it is none (``broken``); the message says what came instead.

    Example:
        >>> answer_from('{"choices": [{"message": {"content": "a dog"}, "finish_reason": "stop"}]}').text
        'a dog'
    """
    data = _object(body)
    choices = data.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    message = first.get("message") if isinstance(first, dict) else None
    if not isinstance(first, dict) or not isinstance(message, dict):
        told = _error_words(data) or "no choices[0].message"
        raise NoAnswer(f"expected a chat completion from the endpoint, got {told}", failure="broken", raw=body)
    text, refusal = clean(_words(message.get("content"))), message.get("refusal")
    answer = Answer(text, usage=_usage(data.get("usage")), model=_name(data.get("model")))
    if isinstance(refusal, str) and refusal.strip():
        return answer._replace(text=clean(refusal), outcome="refused")
    reason = first.get("finish_reason")
    if reason == "content_filter":
        return answer._replace(outcome="refused")
    if reason == "length":
        return answer._replace(outcome="cut")
    return answer if text.strip() else answer._replace(outcome="empty")


def clean(text: str) -> str:
    """Drop what cannot be written as UTF-8 and what a terminal would obey; line ends and tabs stay."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", "", whole)


def one_line(text: str, most: int = 160) -> str:
    """Give the start of a text in one line."""
    line = " ".join(clean(text[: 8 * most]).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def error_words(body: str) -> str:
    """Give a server's own words about an error, in one line."""
    try:
        told = _error_words(_object(body))
    except NoAnswer:
        told = ""
    return told or one_line(body) or "no words"


def _object(body: str) -> dict[str, Any]:
    try:
        data = json.loads(body, parse_constant=_refused_constant)
    except (ValueError, RecursionError):
        kind = "HTML" if re.match(r"\s*<(!doctype|html)", body, re.IGNORECASE) else "text that is no JSON"
        raise NoAnswer(
            f"expected JSON from the endpoint, got {kind} ({one_line(body, 60)!r}): is the base address right?",
            failure="broken",
            raw=body,
        ) from None
    if not isinstance(data, dict):
        raise NoAnswer(
            f"expected a JSON object from the endpoint, got {one_line(body, 60)!r}", failure="broken", raw=body
        )
    return data


def _refused_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def _error_words(data: dict[str, Any]) -> str:
    error = data.get("error", data.get("detail", data.get("message")))
    if isinstance(error, dict):
        error = error.get("message", error)
    return "" if error is None else one_line(error if isinstance(error, str) else json.dumps(error))


def _words(content: object) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(part["text"] for part in content if isinstance(part, dict) and isinstance(part.get("text"), str))
    return ""


def _usage(data: object) -> Usage | None:
    if not isinstance(data, dict):
        return None
    counts = [data.get("prompt_tokens"), data.get("completion_tokens", 0)]
    if any(isinstance(count, bool) or not isinstance(count, int) or not 0 <= count < 2**53 for count in counts):
        return None
    return Usage(*counts)


def _name(model: object) -> str | None:
    return one_line(model, 200) if isinstance(model, str) else None
