"""The engines by name: ``local`` is processes on this machine, ``ray`` is Ray Data on a cluster.

An engine is told how many pieces of work there are and gives back one small answer for each, in any order. Work is a
function of the piece's number alone, so the driver never holds a list of items.
"""

from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar

from seehear.backends import Backend, Backends

T = TypeVar("T")
Work = Callable[[int], T]

ENGINES = Backends(
    "bench",
    {
        "local": Backend("seehear.bench.engine.local:LocalEngine"),
        "ray": Backend("seehear.bench.engine.ray:RayEngine", extra="ray"),
    },
)


class Engine(Protocol):
    """Runs work."""

    def map(self, work: Callable[[int], T], count: int) -> Iterator[T]:
        """Give ``work(0)`` to ``work(count - 1)`` in any order, a few held at a time.

        Args:
            work: can be pickled; its answer is small.
            count: pieces of work.
        """
        ...


def engine_of(name: str, *, jobs: int = 1) -> Engine:
    """Give an engine.

    Args:
        name: ``local`` or ``ray``.
        jobs: pieces at work at a time, at least 1.

    Raises:
        UnknownBackend: another name.
        MissingBackend: the extra is not installed; the message has the command.
    """
    engine: Engine = ENGINES.load(name)(jobs=jobs)
    return engine
