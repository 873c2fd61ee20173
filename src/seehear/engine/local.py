"""The engine on this machine: worker processes, a bounded queue, no orphans when the driver is killed."""

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context
from typing import TypeVar

from seehear.engine.outcome import DIED, Outcome, outcome_of, tried
from seehear.errors import InputError

T = TypeVar("T")

AHEAD = 4
"""Items handed out for each worker: enough that none waits, few enough that memory stays flat."""


class LocalEngine:
    """Processes on this machine.

    A process that dies (out of memory) takes its items along: whatever was in flight then is tried once more, one by
    one. On Ctrl-C what is in flight is finished, then it stops.

    Args:
        jobs: how many; 1: this process.

    Raises:
        InputError: fewer than one.
    """

    def __init__(self, *, jobs: int = 1) -> None:
        if jobs < 1:
            raise InputError(f"--jobs must be at least 1, got {jobs}")
        self.jobs = jobs

    def map(self, work: Callable[[int], T], numbers: Sequence[int]) -> Iterator[Outcome[T]]:
        """Give the outcome of ``work(number)`` for each number, as they are done.

        Args:
            work: can be pickled; its answer is small.
            numbers: of the items.

        Example:
            >>> [outcome.value for outcome in LocalEngine().map(abs, range(-2, 1))]
            [2, 1, 0]
        """
        if self.jobs == 1 or len(numbers) < 2:
            yield from (tried(work, number) for number in numbers)
            return
        waiting, processes = iter(numbers), min(self.jobs, len(numbers))
        while True:
            lost: list[int] = []
            yield from _run(work, waiting, processes, lost)
            if not lost:
                return
            for number in lost:
                again: list[int] = []
                yield from _run(work, iter([number]), 1, again)
                yield from (Outcome(one, None, DIED) for one in again)


def _run(work: Callable[[int], T], waiting: Iterator[int], jobs: int, lost: list[int]) -> Iterator[Outcome[T]]:
    """Work until nothing waits, or a process dies: the numbers lost then are put into ``lost``."""
    # a fresh process: a fork would inherit the threads' locks of numba and BLAS
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_settle) as pool:
        flying: dict[Future[T], int] = {}
        try:
            while True:
                _give_out(pool, work, waiting, flying, AHEAD * jobs, lost)
                if not flying:
                    return
                for future in wait(flying, return_when=FIRST_COMPLETED).done:
                    number = flying.pop(future)
                    if isinstance(future.exception(), BrokenProcessPool):
                        lost.append(number)
                    else:
                        yield outcome_of(number, future)
        finally:
            for future in flying:
                future.cancel()


def _give_out(
    pool: ProcessPoolExecutor,
    work: Callable[[int], T],
    waiting: Iterator[int],
    flying: dict[Future[T], int],
    most: int,
    lost: list[int],
) -> None:
    """Keep so many items in flight; none any more once a process has died."""
    while not lost and len(flying) < most:
        for number in islice(waiting, 1):
            try:
                flying[pool.submit(work, number)] = number
            except BrokenProcessPool:
                lost.append(number)
            break
        else:
            return


def _settle() -> None:
    """End when the driver dies, however it dies; leave Ctrl-C to it, and the other processors to the others."""
    from multiprocessing import parent_process
    from multiprocessing.connection import wait as wait_for

    import cv2

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(1)
    parent = parent_process()
    if parent is not None:

        def watch() -> None:
            wait_for([parent.sentinel])
            os._exit(1)

        threading.Thread(target=watch, daemon=True).start()
