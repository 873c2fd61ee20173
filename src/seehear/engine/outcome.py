"""What became of one item: what its work gave, or why it gave nothing."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, NamedTuple, TypeVar

from seehear.errors import SeehearError

T = TypeVar("T")

DIED = "the process died: out of memory, or killed"


class Outcome(NamedTuple, Generic[T]):
    """What became of one item.

    Attributes:
        number: of the item.
        value: what the work returned; None where it failed.
        error: what it failed of, one line; "" where it did not.
    """

    number: int
    value: T | None
    error: str

    def got(self) -> T:
        """Give the value of work that must not fail.

        Raises:
            SeehearError: it did.
        """
        if self.error or self.value is None:
            raise SeehearError(self.error or "the work gave nothing")
        return self.value


def tried(work: Callable[[int], T], number: int) -> Outcome[T]:
    """Do one item's work; whatever it raises is its outcome.

    Example:
        >>> tried(lambda number: 6 // number, 2).value, tried(lambda number: 6 // number, 0).error
        (3, 'ZeroDivisionError: integer division or modulo by zero')
    """
    with ThreadPoolExecutor(1) as alone:
        return outcome_of(number, alone.submit(work, number))


def outcome_of(number: int, future: "Future[T]") -> Outcome[T]:
    """Wait for a piece of work and say what became of it."""
    error = future.exception()
    if error is None:
        return Outcome(number, future.result(), "")
    return Outcome(number, None, f"{type(error).__name__}: {' '.join(str(error).split())}")
