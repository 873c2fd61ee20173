"""One map over many items: worlds, clips, rows of a benchmark. Here: processes on this machine.

The function is a plain picklable callable of one item that writes its result itself and returns a small row; so another
engine can run the very same function elsewhere, and nothing large comes back.
"""

import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context
from typing import Generic, NamedTuple, TypeVar

Item = TypeVar("Item")
Row = TypeVar("Row")

_AHEAD = 2  # items given out for each process, so that none waits


class Outcome(NamedTuple, Generic[Item, Row]):
    """What became of one item.

    Attributes:
        item: as given.
        row: what the function returned; None where it failed.
        error: what it failed of, one line; None where it did not.
    """

    item: Item
    row: Row | None
    error: str | None


def map_items(function: Callable[[Item], Row], items: Iterable[Item], *, jobs: int = 1) -> Iterator[Outcome[Item, Row]]:
    """Apply a function to every item; outcomes come as they are ready, in no fixed order.

    An error is the item's outcome and stops nothing. A process that dies (out of memory) takes its item along: whatever
    was in flight then is tried once more, one by one. On Ctrl-C what is in flight is finished, then it stops.

    Args:
        function: picklable where ``jobs`` is above 1: defined at the top of a module, or a partial of such.
        items: taken only as fast as they are worked on.
        jobs: processes; 1 works in this one.

    Example:
        >>> sorted(outcome.row for outcome in map_items(abs, [-2, 1]))
        [1, 2]
    """
    waiting = iter(items)
    while True:
        broken: list[Item] = []
        yield from _run(function, waiting, jobs, broken)
        if not broken:
            return
        for item in broken:
            alone: list[Item] = []
            yield from _run(function, iter([item]), max(jobs, 2), alone)
            for lost in alone:
                yield Outcome(lost, None, "the process died: out of memory, or killed")


def _run(
    function: Callable[[Item], Row], waiting: Iterator[Item], jobs: int, broken: list[Item]
) -> Iterator[Outcome[Item, Row]]:
    """Work until nothing waits, or a process dies: the items lost then are put into ``broken``."""
    with _executor(jobs) as executor:
        flying: dict[Future[Row], Item] = {}
        try:
            while True:
                _give_out(executor, function, waiting, flying, _AHEAD * jobs, broken)
                if not flying:
                    return
                for future in wait(flying, return_when=FIRST_COMPLETED).done:
                    item, error = flying.pop(future), future.exception()
                    if isinstance(error, BrokenProcessPool):
                        broken.append(item)
                    elif error is None:
                        yield Outcome(item, future.result(), None)
                    else:
                        yield Outcome(item, None, f"{type(error).__name__}: {' '.join(str(error).split())}")
        finally:
            for future in flying:
                future.cancel()


def _give_out(
    executor: Executor,
    function: Callable[[Item], Row],
    waiting: Iterator[Item],
    flying: dict[Future[Row], Item],
    most: int,
    broken: list[Item],
) -> None:
    """Keep so many items in flight; none any more once a process has died."""
    while not broken and len(flying) < most:
        for item in islice(waiting, 1):
            try:
                flying[executor.submit(function, item)] = item
            except BrokenProcessPool:
                broken.append(item)
            break
        else:
            return


def _executor(jobs: int) -> Executor:
    if jobs == 1:
        return ThreadPoolExecutor(1)
    # spawn: no locks or threads of this process are carried over
    return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_settle)


def _settle() -> None:
    """Leave Ctrl-C to the parent, and the other processors to the other processes."""
    import cv2

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(1)
