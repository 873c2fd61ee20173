"""A chat endpoint: where it is, which model, and how patiently it is asked.

Back-off: the wait before try n is ``first_wait * 2**(n - 1)``, at most ``longest_wait``, times a draw from [0.5, 1);
where the server names a wait (Retry-After), that one, not less. Tried again: no connection, time-out, 408, 429, 5xx,
and replies that are none. Not tried again: every other status.
"""

import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

import numpy as np
from pydantic import SecretStr

from seehear.chat.answer import Answer, NoAnswer, answer_from, error_words
from seehear.chat.limiter import RateLimiter
from seehear.chat.message import Request
from seehear.chat.transport import Reply, posted
from seehear.errors import InputError

KEY_VARIABLE = "SEEHEAR_CHAT_KEY"


class Chat(Protocol):
    """Whoever answers requests: an `Endpoint`, or recordings of one."""

    @property
    def model(self) -> str:
        """Who is asked."""

    @property
    def address(self) -> str:
        """Where."""

    def answer(self, request: Request, *, rng: np.random.Generator | None = None) -> Answer:
        """Answer, or raise NoAnswer."""


@dataclass(frozen=True)
class Endpoint:
    """An OpenAI-compatible chat endpoint.

    Attributes:
        base_address: up to and with the version, such as "http://localhost:8000/v1".
        model: its name on that server.
        key: sent as bearer token; None: from the environment, SEEHEAR_CHAT_KEY; "": none. It is in no repr, error,
            log, cache or recording; where a server's reply quotes it, it is struck out.
        timeout: seconds for one try, all of it.
        tries: how often one request is sent at most.
        first_wait: seconds before the second try.
        longest_wait: seconds; a server that asks for more is given up.
        limit: bytes of a reply at most.
        json_schema: whether the server knows ``response_format`` with a schema. Where it turns out not to (400, 415
            or 422, and it answers without), the schema is put in words, and the answer says so.
        limiter: shared by all who ask through this endpoint; a 429 holds all of them.
        pause: sleeps.

    Raises:
        InputError: an address or a key that cannot be one.
    """

    base_address: str
    model: str
    key: SecretStr | str | None = field(default=None, repr=False)
    timeout: float = 120.0
    tries: int = 5
    first_wait: float = 1.0
    longest_wait: float = 60.0
    limit: int = 8 << 20
    json_schema: bool = True
    limiter: RateLimiter = field(default_factory=RateLimiter, repr=False, compare=False)
    pause: Callable[[float], None] = field(default=time.sleep, repr=False, compare=False)
    _plain: list[bool] = field(default_factory=list, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:  # noqa: D105 - told in the class
        given = os.environ.get(KEY_VARIABLE, "") if self.key is None else self.key
        key = (given.get_secret_value() if isinstance(given, SecretStr) else given).strip()
        if any(not "!" <= letter <= "~" for letter in key):
            raise InputError("a key is of printable ASCII letters without blanks, and the one given is not")
        object.__setattr__(self, "key", SecretStr(key))
        object.__setattr__(self, "base_address", _address(self.base_address))
        if not self.model.strip():
            raise InputError("expected the name of a model, got none: give --model")
        if not 0 < self.timeout <= 86400 or self.tries < 1:
            raise InputError(
                f"expected a timeout in (0, 86400] s and 1 try or more, got {self.timeout} and {self.tries}"
            )
        self._plain.append(not self.json_schema)

    @property
    def address(self) -> str:
        """The base address."""
        return self.base_address

    def answer(self, request: Request, *, rng: np.random.Generator | None = None) -> Answer:
        """Ask, as often as it takes.

        Args:
            request: what.
            rng: draws the jitter of the waits; None: no jitter.

        Raises:
            NoAnswer: none came; the message says why in one line.
        """
        if request.schema is None:
            return self._asked(request, enforced=False, rng=rng)
        if not self._plain[0]:
            with suppress(_SchemaUnknown):
                return self._asked(request, enforced=True, rng=rng)._replace(form="enforced")
        answer = self._asked(request, enforced=False, rng=rng)
        self._plain[0] = True  # only now is it sure that the schema was what the server did not take
        return answer._replace(form="prompt")

    def _asked(self, request: Request, *, enforced: bool, rng: np.random.Generator | None) -> Answer:
        body = json.dumps(request.body(self.model, enforced=enforced), allow_nan=False).encode()
        for turn in range(1, self.tries + 1):
            self.limiter.wait()
            wait = None
            try:
                reply = self._posted(body)
                if reply.status == 200:
                    return answer_from(reply.body)
                wait = reply.retry_after
                raise self._failed(reply, schema_sent=enforced)
            except NoAnswer as failed:
                if turn == self.tries or failed.failure in ("rejected", "huge"):
                    raise
                self._wait(turn, wait, failed, rng)
        raise InputError(f"expected 1 try or more, got {self.tries}")

    def _posted(self, body: bytes) -> Reply:
        headers = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity"}
        secret = self._secret()
        if secret:
            headers["Authorization"] = f"Bearer {secret}"
        try:
            reply = posted(
                f"{self.base_address}/chat/completions", body, headers, timeout=self.timeout, limit=self.limit
            )
        except NoAnswer as failed:
            failed.raw = None if failed.raw is None else self._struck(failed.raw)
            raise
        return reply._replace(body=self._struck(reply.body))

    def _wait(self, turn: int, asked: float | None, failed: NoAnswer, rng: np.random.Generator | None) -> None:
        if asked is not None and asked > self.longest_wait:
            raise NoAnswer(
                f"{failed}; it asks to wait {asked:.0f} s, longer than {self.longest_wait:g} s",
                failure=failed.failure,
                raw=failed.raw,
            ) from None
        own = min(self.first_wait * 2.0 ** (turn - 1), self.longest_wait)
        jitter = 1.0 if rng is None else 0.5 + 0.5 * rng.random()
        wait = max(own * jitter, asked or 0.0)
        if asked is not None:
            self.limiter.hold(asked)  # the others have to wait, too
        self.pause(wait)

    def _failed(self, reply: Reply, *, schema_sent: bool) -> NoAnswer:
        told = error_words(reply.body)
        if reply.status in (408, 429) or reply.status >= 500:
            return NoAnswer(f"the endpoint answers {reply.status}: {told}", failure="busy", raw=reply.body)
        if schema_sent and reply.status in (400, 415, 422):
            return _SchemaUnknown(told, failure="rejected", raw=reply.body)
        hint = ""
        if reply.status in (401, 403):
            hint = f": check the key (--key or {KEY_VARIABLE})"
        elif reply.status == 404:
            hint = ": check the base address and the model's name"
        elif 300 <= reply.status < 400:
            hint = ": it points elsewhere, which is not followed; give that address"
        return NoAnswer(f"the endpoint answers {reply.status} ({told}){hint}", failure="rejected", raw=reply.body)

    def _struck(self, text: str) -> str:
        """Strike the key out of a server's words, also as JSON may spell it."""
        secret = self._secret()
        if not secret:
            return text
        return text.replace(secret, "[key]").replace(json.dumps(secret)[1:-1].replace("/", "\\/"), "[key]")

    def _secret(self) -> str:
        return self.key.get_secret_value() if isinstance(self.key, SecretStr) else ""


class _SchemaUnknown(NoAnswer):
    """The server does not know ``response_format`` with a schema."""


def _address(given: str) -> str:
    base = given.strip().rstrip("/").removesuffix("/chat/completions").rstrip("/")
    try:
        parts = urlsplit(base)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable or any(not "!" <= letter <= "~" for letter in base):
        raise InputError("expected the endpoint's base address, like http://localhost:8000/v1, and got none")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise InputError(
            "the base address must hold no user name, password, query or fragment: give a key with --key"
            f" or {KEY_VARIABLE}"
        )
    return base
