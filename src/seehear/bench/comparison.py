"""Two runs of one task beside each other: paired differences with intervals, and what differs between their cards."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from seehear.bench.card import differences
from seehear.bench.runner import read_card
from seehear.bench.table import values_of
from seehear.errors import InputError
from seehear.score.score import Difference, paired_difference


class Comparison(NamedTuple):
    """What `compare` gives.

    Attributes:
        task: of both.
        cards: what differs between the cards: name -> (first's, second's).
        systems: the rows.
        metrics: the columns: name, unit, whether more is better.
        cells: first less second, by system and metric, over the items that both have.
        only_first: items that the second lacks.
        only_second: items that the first lacks.
    """

    task: str
    cards: dict[str, tuple[Any, Any]]
    systems: tuple[str, ...]
    metrics: tuple[tuple[str, str, bool], ...]
    cells: dict[tuple[str, str], Difference]
    only_first: int
    only_second: int

    def to_dict(self) -> dict[str, Any]:
        """Give plain JSON; an undefined number is null."""
        systems = {
            system: {name: _plain(self.cells[system, name]) for name, _, _ in self.metrics} for system in self.systems
        }
        return {
            "task": self.task, "cards": {name: list(pair) for name, pair in self.cards.items()}, "systems": systems,
            "only_first": self.only_first, "only_second": self.only_second,
        }  # fmt: skip


def compare(first: Path | str, second: Path | str, *, seed: int = 0) -> Comparison:
    """Compare two runs, item by item.

    Args:
        first: a run's folder.
        second: another's.
        seed: of the bootstrap.

    Raises:
        InputError: not runs, runs of two tasks or of metrics at two versions, or no item in common.
    """
    cards = [read_card(one) for one in (first, second)]
    if cards[0]["task"] != cards[1]["task"]:
        raise InputError(f"expected two runs of one task, got {cards[0]['task']} and {cards[1]['task']}")
    if (cards[0]["metrics"], cards[0]["systems"]) != (cards[1]["metrics"], cards[1]["systems"]):
        raise InputError("the two runs' metrics or systems are of different versions: run the older one again")
    metrics = tuple((name, unit, up) for name, (unit, up, _) in cards[0]["metrics"].items())
    systems = tuple(cards[0]["systems"])
    keys = [(system, name) for system in systems for name, _, _ in metrics]
    (names, mine), (others, theirs) = (values_of(_rows(one), keys) for one in (first, second))
    at = {name: number for number, name in enumerate(others)}
    pairs = [(number, at[name]) for number, name in enumerate(names) if name in at]
    if not pairs:
        raise InputError(f"the runs in '{first}' and '{second}' have no item in common: were seed and preset the same?")
    cells = {
        key: paired_difference(
            [mine[key][a] for a, _ in pairs], [theirs[key][b] for _, b in pairs],
            rng=np.random.default_rng([seed, number]),
        )
        for number, key in enumerate(keys)
    }  # fmt: skip
    lone = len(names) - len(pairs), len(others) - len(pairs)
    return Comparison(cards[0]["task"], differences(*cards), systems, metrics, cells, *lone)


def _rows(folder: Path | str) -> Path:
    rows = Path(folder) / "rows.jsonl"
    if not rows.is_file():
        raise InputError(f"the run in '{folder}' was not finished: run it again, it goes on where it stopped")
    return rows


def _plain(one: Difference) -> dict[str, float | int | None]:
    numbers = {name: None if np.isnan(value) else round(value, 6) for name, value in one._asdict().items()}
    return {**numbers, "n": one.n, "n_undefined": one.n_undefined}
