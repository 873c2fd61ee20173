"""What the licences of weights allow, before they are used."""

from collections.abc import Iterable
from typing import NamedTuple

from seehear.errors import InputError
from seehear.weights.table import row_of


class Terms(NamedTuple):
    """One line of a licence ledger.

    Attributes:
        name: of the weights.
        licence: as far as it is stated.
        commercial: whether it allows commercial use; None: not stated.
    """

    name: str
    licence: str
    commercial: bool | None


def ledger(names: Iterable[str]) -> list[Terms]:
    """Give the terms of the weights that a run used, each once, by name.

    Raises:
        InputError: no such weights.

    Example:
        >>> ledger(["vggish", "vggish"])
        [Terms(name='vggish', licence='Apache-2.0', commercial=True)]
    """
    rows = [row_of(name) for name in sorted(set(names))]
    return [Terms(row.name, row.licence, row.commercial) for row in rows]


def refuse_noncommercial(names: Iterable[str]) -> None:
    """Refuse weights whose licence does not plainly allow commercial use.

    Raises:
        InputError: one that forbids it, or does not say; all of them are named.
    """
    kept_out = [one for one in ledger(names) if one.commercial is not True]
    if kept_out:
        told = ", ".join(f"{one.name} ({one.licence})" for one in kept_out)
        raise InputError(f"expected weights that allow commercial use, got {told}: leave out --commercial-only or them")
