"""The engine on this machine: worker processes, a bounded queue, no orphans when the driver is killed."""

import os
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

from seehear.errors import InputError

T = TypeVar("T")

AHEAD = 4
"""Pieces handed out for each worker: enough that none waits, few enough that memory stays flat."""


class LocalEngine:
    """Processes on this machine.

    Args:
        jobs: how many; 1: this process.

    Raises:
        InputError: fewer than one.
    """

    def __init__(self, *, jobs: int = 1) -> None:
        if jobs < 1:
            raise InputError(f"--jobs must be at least 1, got {jobs}")
        self.jobs = jobs

    def map(self, work: Callable[[int], T], count: int) -> Iterator[T]:
        """Give ``work(0)`` to ``work(count - 1)`` as they are done.

        Args:
            work: can be pickled; its answer is small.
            count: pieces of work.
        """
        if self.jobs == 1 or count < 2:
            yield from (work(index) for index in range(count))
            return
        yield from self._spread(work, count)

    def _spread(self, work: Callable[[int], T], count: int) -> Iterator[T]:
        from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
        from multiprocessing import get_context

        # a fresh process: a fork would inherit the threads' locks of numba and BLAS
        with ProcessPoolExecutor(
            min(self.jobs, count), mp_context=get_context("spawn"), initializer=_end_with_driver
        ) as pool:
            waiting: set[Future[T]] = set()
            for index in range(count):
                if len(waiting) >= AHEAD * self.jobs:
                    done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                    yield from (one.result() for one in done)
                waiting.add(pool.submit(work, index))
            while waiting:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                yield from (one.result() for one in done)


def _end_with_driver() -> None:
    """End this worker when the driver dies, however it dies; keep to one thread of arithmetic each."""
    from multiprocessing import parent_process
    from multiprocessing.connection import wait

    parent = parent_process()
    if parent is not None:

        def watch() -> None:
            wait([parent.sentinel])
            os._exit(1)

        threading.Thread(target=watch, daemon=True).start()
