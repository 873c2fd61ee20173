"""Many requests at once: a few threads, results in order, bounded memory."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from seehear.chat.answer import NoAnswer
from seehear.errors import InputError

T = TypeVar("T")
R = TypeVar("R")


def bounded_map(function: Callable[[T], R], items: Iterable[T], *, workers: int = 4) -> Iterator[R | NoAnswer]:
    """Map over items in threads; give results in order, a failed one as its `NoAnswer`.

    At most ``2 * workers`` items are taken ahead of the result given, since each may hold a whole video. The endpoint's
    own limiter spaces the requests. Any other error stops the map.

    Args:
        function: asks, for one item.
        items: taken one by one.
        workers: threads, 1 to 64.

    Raises:
        InputError: workers out of range.

    Example:
        >>> list(bounded_map(lambda number: number**2, range(4), workers=2))
        [0, 1, 4, 9]
    """
    if not 1 <= workers <= 64:
        raise InputError(f"workers must be in [1, 64], got {workers}")
    return _mapped(function, items, workers)


def _mapped(function: Callable[[T], R], items: Iterable[T], workers: int) -> Iterator[R | NoAnswer]:
    waiting: deque[Future[R | NoAnswer]] = deque()
    with ThreadPoolExecutor(workers, thread_name_prefix="chat") as pool:
        try:
            for item in items:
                waiting.append(pool.submit(_tried, function, item))
                if len(waiting) >= 2 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for one in waiting:
                one.cancel()


def _tried(function: Callable[[T], R], item: T) -> R | NoAnswer:
    try:
        return function(item)
    except NoAnswer as failed:
        return failed
