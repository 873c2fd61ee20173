"""The engines by name: ``local`` is processes on this machine, ``ray`` is Ray Data on a cluster.

An engine is given numbers, and gives back one small outcome for each, in any order. Work is a function of the number
alone and writes what is large itself, so the driver never holds an item. An error is its item's outcome, and stops
nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

from seehear.backends import Backend, Backends
from seehear.engine.outcome import Outcome

T = TypeVar("T")

ENGINES = Backends(
    "engine",
    {
        "local": Backend("seehear.engine.local:LocalEngine"),
        "ray": Backend("seehear.engine.ray:RayEngine", extra="ray"),
    },
)


class Engine(Protocol):
    """Runs work."""

    def map(self, work: Callable[[int], T], numbers: Sequence[int]) -> Iterator[Outcome[T]]:
        """Give the outcome of ``work(number)`` for each number, in any order, a few held at a time.

        Args:
            work: can be pickled; its answer is small.
            numbers: of the items; a range costs nothing, however long.
        """
        ...


def engine_of(name: str, *, jobs: int = 1) -> Engine:
    """Give an engine.

    Args:
        name: ``local`` or ``ray``.
        jobs: items at work at a time, at least 1.

    Raises:
        UnknownBackend: another name.
        MissingBackend: the extra is not installed; the message has the command.
        InputError: fewer than one job.
    """
    engine: Engine = ENGINES.load(name)(jobs=jobs)
    return engine
