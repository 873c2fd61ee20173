"""One POST over HTTP, bounded in time and size; redirections are not followed, so the key goes nowhere else."""

import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from math import isfinite
from threading import Event, Timer
from time import monotonic, time
from typing import NamedTuple
from urllib.parse import urlsplit

from seehear.chat.answer import NoAnswer


class Reply(NamedTuple):
    """What the server sent.

    Attributes:
        status: HTTP status.
        retry_after: seconds that it asks to wait; None: it does not.
        body: decoded as UTF-8, with replacement characters for what is none.
    """

    status: int
    retry_after: float | None
    body: str


def posted(address: str, body: bytes, headers: Mapping[str, str], *, timeout: float, limit: int) -> Reply:
    """Send a body and read the reply.

    Args:
        address: http or https, with host, port and path.
        body: as sent.
        headers: as sent.
        timeout: seconds for all of it, from the first packet to the last.
        limit: bytes of the reply at most.

    Raises:
        NoAnswer: ``timeout``, ``unreachable`` (no connection, it broke off, or no HTTP), ``huge``, or ``rejected`` (its
            certificate is not valid).
    """
    parts = urlsplit(address)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=timeout)
    expired, watchdog, begun = Event(), None, monotonic()
    where = f"{parts.scheme}://{parts.netloc}"
    try:
        connection.connect()
        watchdog = _watchdog(connection.sock, expired, max(timeout - (monotonic() - begun), 0.001))
        connection.request("POST", parts.path, body, dict(headers))
        return _read(connection, limit, where)
    except ssl.SSLCertVerificationError as error:
        raise NoAnswer(f"{where} shows no valid certificate: {error.verify_message}", failure="rejected") from None
    except (OSError, HTTPException) as error:
        if expired.is_set() or isinstance(error, TimeoutError):
            raise NoAnswer(f"{where} gave no whole answer within {timeout:g} s", failure="timeout") from None
        told = getattr(error, "strerror", None) or type(error).__name__
        raise NoAnswer(f"cannot reach {where}: {told}. Is the server running?", failure="unreachable") from None
    finally:
        if watchdog is not None:
            watchdog.cancel()
        connection.close()


def _watchdog(sock: socket.socket, expired: Event, timeout: float) -> Timer:
    """Cut the connection when time is up: a socket's own time-out starts anew with every byte that drips in."""

    def cut() -> None:
        expired.set()
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)

    timer = Timer(timeout, cut)
    timer.daemon = True
    timer.start()
    return timer


def _read(connection: HTTPConnection, limit: int, where: str) -> Reply:
    with connection.getresponse() as response:
        content = response.read(limit + 1)
        if len(content) > limit:
            raise NoAnswer(f"{where} sent more than {limit} bytes", failure="huge", raw=_decoded(content[:400_000]))
        if response.length:  # what Content-Length promised and did not come
            raise HTTPException
        return Reply(response.status, _seconds(response.getheader("Retry-After")), _decoded(content))


def _decoded(content: bytes) -> str:
    return content.decode("utf-8", "replace")


def _seconds(header: str | None) -> float | None:
    """Read Retry-After: seconds, or a date; None: nothing usable (RFC 9110, 10.2.3)."""
    if header is None:
        return None
    try:
        wait = float(header)
    except ValueError:
        try:
            wait = parsedate_to_datetime(header).timestamp() - time()
        except (ValueError, OverflowError, OSError):
            return None
    return max(wait, 0.0) if isfinite(wait) else None
