"""Tasks as data, a runner that goes on where it stopped, run cards, reports, comparisons, dataset readers.

A contents page: each name comes in when it is first used, so that importing the room is light.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seehear.bench.comparison import Comparison, compare
    from seehear.bench.runner import Run, run
    from seehear.bench.table import Table
    from seehear.bench.tally import Tally
    from seehear.bench.task import Task
    from seehear.bench.tasks import TASKS

__all__ = ["TASKS", "Comparison", "Run", "Table", "Tally", "Task", "compare", "run"]

_PLACES = {
    "TASKS": "tasks", "Comparison": "comparison", "Run": "runner", "Table": "table", "Tally": "tally", "Task": "task",
    "compare": "comparison", "run": "runner",
}  # fmt: skip


def __getattr__(name: str) -> Any:  # noqa: ANN401 - classes, functions and tables alike
    if name in _PLACES:
        return getattr(import_module(f"seehear.bench.{_PLACES[name]}"), name)
    raise AttributeError(f"module 'seehear.bench' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *globals()])
