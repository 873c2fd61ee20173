"""A shared limit on how often requests go out."""

import time
from collections.abc import Callable
from threading import Lock

from seehear.errors import InputError


class RateLimiter:
    """Lets requests out one by one, evenly spaced, across threads.

    Args:
        per_minute: requests a minute, above 0; infinite: only `hold` delays.
        clock: seconds, monotonic.
        pause: sleeps.

    Example:
        >>> waits = []
        >>> limiter = RateLimiter(60, clock=lambda: 0.0, pause=waits.append)
        >>> [limiter.wait() for _ in range(3)]
        [0.0, 1.0, 2.0]
    """

    def __init__(
        self,
        per_minute: float = float("inf"),
        *,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        if not per_minute > 0:
            raise InputError(f"requests a minute must be above 0, got {per_minute}")
        self._gap = 60.0 / per_minute
        self._clock, self._pause = clock, pause
        self._lock = Lock()
        self._next = float("-inf")

    def wait(self) -> float:
        """Wait for the next free place; give the seconds waited."""
        with self._lock:
            now = self._clock()
            due = max(self._next, now)
            self._next = due + self._gap
        if due > now:
            self._pause(due - now)
        return due - now

    def hold(self, seconds: float) -> None:
        """Let nothing out for so many seconds: the server asked for it."""
        with self._lock:
            self._next = max(self._next, self._clock() + seconds)
