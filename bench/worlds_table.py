"""The worlds' tasks on every preset, side by side: tables in Markdown, with intervals, beside the baselines.

    python bench/worlds_table.py RUNS [--n 200] [--seed 2] [--only-table]

Items are made in turn, one of each preset and task, so that a stop at any time leaves the same number of each; started
again, it goes on. The tables are over the first items that all have. RUNS/<task>-<preset> are folders that
`seehear bench run` goes on with.
"""

import argparse
import tempfile
import time
from functools import partial
from pathlib import Path

from seehear.bench.card import basis_of, card_of
from seehear.bench.items import ItemStore, row_line
from seehear.bench.summary import summary_of
from seehear.bench.table import table_of
from seehear.bench.tasks import TASKS, options_of
from seehear.engine import tried

PRESETS = ("stationary", "translational", "foley", "camera", "hidden", "crowd", "closed")
NAMES = ("worlds-hear", "worlds-own")


def stores(folder: Path, seed: int, n: int) -> dict:
    found = {}
    for preset in PRESETS:
        for name in NAMES:
            task = TASKS[name]
            chosen = options_of(task, {"preset": preset, "seed": seed, "n": n, "worlds": str(folder / "worlds")})
            card = card_of(task, chosen, count=n, inputs={})
            found[name, preset] = ItemStore(folder / f"{name}-{preset}", basis_of(card)), chosen
    return found


def make(all_of: dict, n: int) -> None:
    began = time.process_time()
    for index in range(n):
        for (name, _), (store, chosen) in all_of.items():
            done = tried(partial(store.make, work=partial(TASKS[name].load().measure, chosen)), index)
            if done.error:
                store.fail(index, done.error)
        spent = (time.process_time() - began) / (index + 1) / len(all_of)
        print(f"{index + 1} of {n}, {spent:.2f} core-seconds an item", flush=True)


def rows_of(all_of: dict, n: int) -> dict:
    rows = {key: [] for key in all_of}
    for index in range(n):
        now = {key: store.read(index) for key, (store, _) in all_of.items()}
        if None in now.values():
            break
        for key, row in now.items():
            rows[key].append(row)
    return rows


def shown(rows: dict, seed: int) -> None:
    for name in NAMES:
        task, tables, windows = TASKS[name], {}, {}
        for preset in PRESETS:
            mine = rows[name, preset]
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / "rows.jsonl"
                file.write_text("".join(row_line(row) for row in mine))
                tables[preset] = table_of(summary_of(mine, task), task, file, seed=seed)
            judged = [row["judged"]["windows"] for row in mine if "judged" in row]
            windows[preset] = sum(judged) / max(len(judged), 1)
        print(f"\n### `{name}`: {len(mine)} worlds of each preset, seed {seed}\n")
        print("Windows judged in a world, mean:", ", ".join(f"`{one}` {windows[one]:.0f}" for one in PRESETS) + ".")
        for metric in task.metrics:
            print(f"\n**{metric.name}**{f', {metric.unit}' if metric.unit else ''}\n")
            print("| preset | n |", " | ".join(task.systems), "|")
            print("|---|---|" + "---|" * len(task.systems))
            for preset in PRESETS:
                cells = [tables[preset].cells[system, metric.name] for system in task.systems]
                print(f"| `{preset}` | {cells[0].n} |", " | ".join(told(one) for one in cells), "|")


def told(cell) -> str:
    if not cell.n:
        return "–"
    digits = 1 if abs(cell.mean) >= 10 or cell.high >= 10 else 2
    span = "" if cell.low != cell.low else f" ({cell.low:.{digits}f} to {cell.high:.{digits}f})"
    return f"{cell.mean:.{digits}f}{span}"


if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("runs", type=Path)
    words.add_argument("--n", type=int, default=200)
    words.add_argument("--seed", type=int, default=2)
    words.add_argument("--only-table", action="store_true")
    given = words.parse_args()
    every = stores(given.runs, given.seed, given.n)
    if not given.only_table:
        make(every, given.n)
    shown(rows_of(every, given.n), given.seed)
