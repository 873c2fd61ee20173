"""Running embedders on clips: what cannot be had is undefined, with the reason and the command that helps."""

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import NamedTuple

from seehear.bench.embedding.clip import ClipParts
from seehear.bench.embedding.table import Embedder, embedder_table
from seehear.errors import InputError, MissingBackend, SeehearError
from seehear.score.score import Score
from seehear.weights import Terms, ledger, locate, refuse_noncommercial, revision_of

Measure = Callable[[ClipParts], Mapping[str, Score]]


class Measured(NamedTuple):
    """What was measured of a clip.

    Attributes:
        scores: by the metric's name, one for each metric of every embedder asked.
        faults: of each embedder that could not run on the clip, one line.
    """

    scores: dict[str, Score]
    faults: dict[str, str]


class Measurer:
    """Embedders, each loaded when the first clip needs it and then kept.

    Args:
        names: of embedders, as in `embedder_table`; None: all.
        device: where they run.
        commercial_only: whether embedders are left out whose weights do not plainly allow commercial use.

    Raises:
        InputError: no such embedder.
    """

    def __init__(
        self, names: Iterable[str] | None = None, *, device: str = "cpu", commercial_only: bool = False
    ) -> None:
        table = embedder_table()
        asked = list(table) if names is None else list(names)
        unknown = [name for name in asked if name not in table]
        if unknown:
            raise InputError(f"expected embedders of {', '.join(table)}, got {', '.join(unknown)}")
        self.rows = [table[name] for name in asked]
        self.device = device
        self.commercial_only = commercial_only
        self._ready: dict[str, Measure | str] = {}

    def unavailable(self) -> dict[str, str]:
        """Say, before any clip, which embedders cannot run, and why; weights are looked for, not loaded."""
        found = {}
        for row in self.rows:
            try:
                self._allow(row)
            except InputError as error:
                found[row.name] = str(error)
        return found

    def ledger(self) -> list[Terms]:
        """Give the terms of every weight that the embedders able to run rest on."""
        lacking = self.unavailable()
        return ledger(weight for row in self.rows if row.name not in lacking for weight in row.weights)

    def revisions(self) -> dict[str, str]:
        """Give the commit of each weight that lies in the hub's cache."""
        found = {one.name: revision_of(locate(one.name)) for one in self.ledger()}
        return {name: commit for name, commit in found.items() if commit}

    def measure(self, clip: ClipParts) -> Measured:
        """Measure a clip with every embedder; never raises for what a clip or a machine lacks."""
        scores: dict[str, Score] = {}
        faults: dict[str, str] = {}
        for row in self.rows:
            ready = self._loaded(row)
            try:
                found = {} if isinstance(ready, str) else ready(clip)
                fault = ready if isinstance(ready, str) else ""
            except SeehearError as error:
                found, fault = {}, str(error)
            if fault:
                faults[row.name] = fault
            for metric in row.metrics:
                scores[metric.name] = found.get(metric.name) or metric.undefined(fault or "not measured")
        return Measured(scores, faults)

    def _allow(self, row: Embedder) -> None:
        if self.commercial_only:
            refuse_noncommercial(row.weights)
        for weight in row.weights:
            locate(weight)

    def _loaded(self, row: Embedder) -> Measure | str:
        """Give the loaded embedder, or why it cannot be: that is asked once, not for every clip."""
        if row.name not in self._ready:
            module, _, function = row.target.partition(":")
            try:
                self._allow(row)
                self._ready[row.name] = getattr(import_module(module), function)(device=self.device)
            except ModuleNotFoundError as missing:
                if f"{missing.name}.".startswith("seehear."):
                    raise  # a fault of ours, not a missing extra
                told = MissingBackend(f"embedder {row.name!r} needs {missing.name!r}: pip install 'seehear[neural]'")
                self._ready[row.name] = str(told)
            except SeehearError as error:
                self._ready[row.name] = str(error)
        return self._ready[row.name]
