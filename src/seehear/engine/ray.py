"""The engine on a cluster: Ray Data over the items' numbers, streaming, with nothing large returned.

The driver makes a dataset of numbers (never of items), the workers make each item from its number and write it to the
run's folder, which every node must see (a shared disk); what streams back is one small outcome for each item. Blocks
are small and results are taken as they come, so neither driver nor object store grows with the number of items.
"""

import logging
import pickle
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from seehear.engine.outcome import Outcome, tried
from seehear.errors import InputError, MissingBackend

T = TypeVar("T")

BATCH = 16
"""Items that a worker takes at a time: what is lost at most with a worker is what was in flight."""


BLOCKS = 4096
"""At most: the driver keeps a few hundred bytes for each."""


class RayEngine:
    """Ray Data, on the cluster that ``RAY_ADDRESS`` names, else on this machine.

    Args:
        jobs: workers at a time.

    Raises:
        InputError: fewer than one.
        MissingBackend: Ray is not installed.
    """

    def __init__(self, *, jobs: int = 1) -> None:
        if jobs < 1:
            raise InputError(f"--jobs must be at least 1, got {jobs}")
        try:
            import ray.data
        except ModuleNotFoundError as missing:
            raise MissingBackend(f"engine 'ray' needs {missing.name!r}: pip install 'seehear[ray]'") from missing
        self.jobs = jobs
        self._ray = ray

    def map(self, work: Callable[[int], T], numbers: Sequence[int]) -> Iterator[Outcome[T]]:
        """Give the outcome of ``work(number)`` for each number, as they are done.

        Args:
            work: can be pickled; its answer is small.
            numbers: of the items.
        """
        count = len(numbers)
        if not count:
            return
        data = self._ray.data
        blocks = max(1, min(-(-count // BATCH), BLOCKS))
        if not self._ray.is_initialized():
            self._ray.init(log_to_driver=False, include_dashboard=False, logging_level="ERROR")
        logging.getLogger("ray.data").setLevel(logging.ERROR)
        context = data.DataContext.get_current()
        context.enable_progress_bars = context.print_on_execution_start = False
        answers = data.range(count, override_num_blocks=blocks).map_batches(
            _Worker(work, numbers),
            batch_size=BATCH,
            compute=data.TaskPoolStrategy(size=min(self.jobs, blocks)),
            num_cpus=1,
        )
        for batch in answers.iter_batches(batch_size=None, prefetch_batches=0):
            yield from (pickle.loads(one) for one in batch["answer"])


class _Worker:
    """Does a batch of work; outcomes travel pickled, as they are small and of any type."""

    def __init__(self, work: Callable[[int], Any], numbers: Sequence[int]) -> None:
        self._work, self._numbers = work, numbers

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[bytes]]:
        return {"answer": [pickle.dumps(tried(self._work, self._numbers[int(place)])) for place in batch["id"]]}
