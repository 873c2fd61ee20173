"""A chat server on loopback that answers by script: for every test that asks a model.

Use::

    from tests.chat.fake_server import FakeServer, good, status

    def test_it_waits():
        with FakeServer([status(429, retry_after="7"), good('{"score": 4}')]) as server:
            endpoint = server.endpoint(tries=3)              # quick: waits are noted in server.waits, not slept
            ...
        assert server.waits == [7.0]
        assert len(server.requests) == 2                     # bodies as the server saw them, parsed
        assert server.headers[0]["Authorization"] == "Bearer secret-key-0123456789"

The script is a list of replies, given in order (one reply more than listed is an assertion in the server's own list
``server.unexpected``, answered by 500), or a function from the request's body (a dict) to a reply, called in the
server's threads for as many requests as come. Replies:

- ``good(text, usage=(10, 5), model="fake-1")``: an answer; a dict or list is sent as its JSON.
- ``refusing(text)``: the field ``refusal``; ``filtered()``: finish_reason content_filter; ``cut(text)``: length.
- ``status(code, message, retry_after=None)``: an error, such as 400, 401, 429, 500.
- ``slow(reply, seconds)``: waits first; ``dripping(seconds)``: a byte every 50 ms for so long.
- ``breaking_off(reply)``: half of what Content-Length promises; ``hanging_up()``: closes without a word.
- ``body(text)``: any text with status 200; ``HOSTILE``: a dict of names to such replies (HTML, no JSON, NaN, nested too
  deep, wrong shapes, lone surrogates, no HTTP ...), none of which may crash a client or give it an answer.
- ``huge(size)``: so many bytes of an answer.
- ``echoing_key()``: 401 with the Authorization header in its words, as some servers do.

``KEY`` is the key its endpoints send: grep all output for it, it must be nowhere.
"""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from seehear.chat import Endpoint, RateLimiter

KEY = "secret-key-0123456789"


class Reply(NamedTuple):
    code: int = 200
    content: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    wait: float = 0.0
    promised: int | None = None
    drip: float = 0.0
    raw: bool = False
    echo: bool = False


def body(text: str | bytes, code: int = 200, **headers: str) -> Reply:
    content = text if isinstance(text, bytes) else text.encode()
    return Reply(code, content, tuple((name.replace("_", "-"), value) for name, value in headers.items()))


def good(text: Any, *, usage: tuple[int, int] = (10, 5), model: str = "fake-1", finish: str = "stop") -> Reply:
    words = text if isinstance(text, str) else json.dumps(text)
    return body(
        json.dumps(
            {
                "id": "1",
                "object": "chat.completion",
                "model": model,
                "choices": [{"index": 0, "message": {"role": "assistant", "content": words}, "finish_reason": finish}],
                "usage": {"prompt_tokens": usage[0], "completion_tokens": usage[1]},
            }
        )
    )


def refusing(text: str = "I cannot help with that.") -> Reply:
    message = {"role": "assistant", "content": None, "refusal": text}
    return body(json.dumps({"model": "fake-1", "choices": [{"message": message, "finish_reason": "stop"}]}))


def filtered() -> Reply:
    return good("", finish="content_filter")


def cut(text: str) -> Reply:
    return good(text, finish="length")


def status(code: int, message: str = "no", *, retry_after: str | None = None) -> Reply:
    reply = body(json.dumps({"error": {"message": message}}), code)
    return reply if retry_after is None else reply._replace(headers=(("Retry-After", retry_after),))


def slow(reply: Reply, seconds: float) -> Reply:
    return reply._replace(wait=seconds)


def dripping(seconds: float) -> Reply:
    return good("x")._replace(drip=seconds)


def breaking_off(reply: Reply) -> Reply:
    return reply._replace(content=reply.content[: len(reply.content) // 2], promised=len(reply.content))


def hanging_up() -> Reply:
    return Reply(raw=True)


def huge(size: int) -> Reply:
    return good("x" * size)


def echoing_key() -> Reply:
    return Reply(401, echo=True)


HOSTILE: dict[str, Reply] = {
    "html": body("<!DOCTYPE html><html><body>Welcome to the hotel's network</body></html>"),
    "nothing": body(""),
    "no json": body("data: hello"),
    "not utf-8": body(b'{"choices": [{"message": {"content": "\xff\xfe'),
    "nan": body('{"choices": NaN}'),
    "deep": body("[" * 200_000),
    "deep object": body('{"choices":' * 100_000),
    "a list": body("[]"),
    "a number": body("3"),
    "null": body("null"),
    "no choices": body("{}"),
    "choices of none": body('{"choices": []}'),
    "choices a word": body('{"choices": "yes"}'),
    "choice a number": body('{"choices": [7]}'),
    "no message": body('{"choices": [{"message": null}]}'),
    "error in a 200": body('{"error": {"message": "overloaded"}}'),
    "long number": body('{"choices": ' + "9" * 50_000 + "}"),
    "no http": Reply(raw=True, content=b"220 mail.example ESMTP\r\n"),
    "long header": Reply(raw=True, content=b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n"),
    "negative length": Reply(raw=True, content=b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"),
    "broken chunks": Reply(raw=True, content=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc"),
    "redirect": body("", 307, Location="http://127.0.0.1:9/elsewhere"),
}

Script = Sequence[Reply] | Callable[[dict[str, Any]], Reply]


class FakeServer:
    """See the module. ``address`` is its base address; ``bodies`` are the raw bytes of requests."""

    def __init__(self, script: Script = ()) -> None:
        self.script = script if callable(script) else list(script)
        self.requests: list[dict[str, Any]] = []
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.unexpected: list[dict[str, Any]] = []
        self.waits: list[float] = []
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> "FakeServer":
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def endpoint(self, **options: Any) -> Endpoint:
        """An endpoint with `KEY`, model "fake", short time-out; its waits are noted, not slept."""
        settings: dict[str, Any] = {
            "key": KEY,
            "timeout": 5.0,
            "pause": self.waits.append,
            "limiter": RateLimiter(pause=lambda seconds: None),
        }
        return Endpoint(self.address, "fake", **{**settings, **options})

    def reply_to(self, data: dict[str, Any]) -> Reply:
        with self._lock:
            self.requests.append(data)
            if not callable(self.script):
                if self.script:
                    return self.script.pop(0)
                self.unexpected.append(data)
                return status(500, "the script is over")
        return self.script(data)


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are part of the play."""


def _handler(play: FakeServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            play.bodies.append(content)
            play.headers.append(dict(self.headers))
            play.paths.append(self.path)
            reply = play.reply_to(json.loads(content))
            play._closing.wait(reply.wait)
            if reply.echo:
                words = f"invalid authorization {self.headers['Authorization']!r}"
                reply = status(401, words)
            with contextlib.suppress(OSError):
                self._send(reply)

        def _send(self, reply: Reply) -> None:
            self.close_connection = True
            if reply.raw:
                self.wfile.write(reply.content)
                return
            self.send_response(reply.code)
            for name, value in reply.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(reply.promised or len(reply.content)))
            self.end_headers()
            end = time.monotonic() + reply.drip
            sent = 0
            while time.monotonic() < end and not play._closing.is_set() and sent < len(reply.content):
                self.wfile.write(reply.content[sent : sent + 1])
                sent += 1
                play._closing.wait(0.05)
            self.wfile.write(reply.content[sent:])

        def log_message(self, format: str, *args: object) -> None:
            """Nothing on stderr."""

    return Handler
