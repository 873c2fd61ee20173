"""A task of many tiny items, importable by worker processes."""

import os
import time

import numpy as np

from seehear.bench.task import Picture, Task
from seehear.errors import InputError
from seehear.score.score import Metric

ERROR = Metric("error", "deg", higher_is_better=False)


class Counting:
    def count(self, options):
        return options["n"]

    def inputs(self, options):
        return {}

    def measure(self, options, index):
        time.sleep(float(os.environ.get("COUNTING_PAUSE", "0")))
        if index == 7:
            raise InputError("item seven cannot be made")
        value = float(np.random.default_rng([options["seed"], index]).uniform(0, 90))
        good = None if index % 10 == 3 else round(value, 6)
        return {
            "id": f"item-{index}",
            "labels": ["thing"],
            "scores": {"system": {"error": good}, "other": {"error": round(value / 2, 6)}},
            "reasons": {"system": {"error": "silence"}} if good is None else {},
            "points": {"system": [[round(value - 45, 2), round(45 - value, 2)]]},
        }

    def picture(self, options, index):
        frame = np.full((16, 32, 3), index % 255, dtype=np.uint8)
        return Picture(frame, {"sound": np.ones((2, 480), dtype=np.float32)}, 48000, "<b>&")


def dies_of_three(number):
    if number == 3:
        os._exit(9)
    return number


WORK = Counting()
TASK = Task(
    name="counting", summary="nothing", system="system", baselines=("other",), metrics=(ERROR,),
    options={"seed": 0, "n": 40}, work="counting:WORK",
)  # fmt: skip
