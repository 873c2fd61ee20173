"""One map over many items: worlds, clips. The engine's map over numbers, for items of any kind.

The function is a plain picklable callable of one item that writes its result itself and returns a small row; so every
engine runs the very same function, and nothing large comes back.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Generic, NamedTuple, TypeVar

from seehear.engine import engine_of

Item = TypeVar("Item")
Row = TypeVar("Row")


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


def map_items(
    function: Callable[[Item], Row], items: Iterable[Item], *, jobs: int = 1, engine: str = "local"
) -> Iterator[Outcome[Item, Row]]:
    """Apply a function to every item; outcomes come as they are ready, in no fixed order.

    An error is the item's outcome and stops nothing; see `seehear.engine`.

    Args:
        function: picklable where items are made elsewhere: defined at the top of a module, or a partial of such.
        items: small: numbers, names; all of them travel to the workers.
        jobs: items at work at a time; 1 with the engine ``local`` works in this process.
        engine: ``local`` or ``ray``.

    Raises:
        UnknownBackend: another engine.
        MissingBackend: the engine's extra is not installed.

    Example:
        >>> sorted(outcome.row for outcome in map_items(abs, [-2, 1]))
        [1, 2]
    """
    given = tuple(items)
    for number, row, error in engine_of(engine, jobs=jobs).map(partial(_one, function, given), range(len(given))):
        yield Outcome(given[number], row, error or None)


def _one(function: Callable[[Item], Row], items: Sequence[Item], number: int) -> Row:
    return function(items[number])
