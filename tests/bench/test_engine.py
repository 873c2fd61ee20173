"""The engines: whole items, no item lost but those in flight, the same bytes in the end."""

import json
import math
import os
import random
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seehear.bench import run
from seehear.bench.items import ItemStore
from seehear.bench.tally import Tally
from seehear.engine import LocalEngine, engine_of
from seehear.errors import InputError, MissingBackend, UnknownBackend

HERE = Path(__file__).resolve().parent


def contents(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def program(folder: Path, engine: str, jobs: int, count: int, **extra: str) -> subprocess.Popen:
    env = {**os.environ, "PYTHONPATH": f"{HERE}:{HERE.parents[1] / 'src'}", "OMP_NUM_THREADS": "1", **extra}
    options = f"engine={engine!r}, jobs={jobs}, n={count}"
    code = f"import counting, seehear.bench; seehear.bench.run(counting.TASK, {str(folder)!r}, {options})"
    words = [sys.executable, "-c", code]
    return subprocess.Popen(words, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def killed_and_rerun(tmp_path: Path, engine: str, *, count: int, at_least: int, seconds: float) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    assert program(whole, engine, 2, count).wait(seconds) == 0
    running = program(broken, engine, 2, count, COUNTING_PAUSE="0.002")
    enough = at_least + random.Random(time.time_ns()).randrange(200)
    until = time.monotonic() + seconds
    while len(list(broken.glob("items/*/[0-9]*.json"))) < enough and time.monotonic() < until:
        time.sleep(0.02)
    running.send_signal(signal.SIGKILL)
    running.wait(10)
    time.sleep(0.3)
    left = len(list(broken.glob("items/*/[0-9]*.json")))
    assert enough <= left < count
    assert not (broken / "rows.jsonl").exists()
    stamps = {file: file.stat().st_mtime_ns for file in broken.glob("items/*/[0-9]*.json")}
    assert program(broken, engine, 2, count).wait(seconds) == 0
    # whatever was whole before was not made again
    assert all(file.stat().st_mtime_ns == stamp for file, stamp in stamps.items())
    assert {name: one for name, one in contents(broken).items() if not name.split("/")[-1].startswith(".")} == contents(
        whole
    )


def test_a_run_killed_anywhere_goes_on_and_ends_in_the_same_bytes(tmp_path):
    killed_and_rerun(tmp_path, "local", count=2000, at_least=300, seconds=40)


@pytest.mark.ray
def test_the_same_on_ray(tmp_path):
    pytest.importorskip("ray")
    killed_and_rerun(tmp_path, "ray", count=2000, at_least=100, seconds=150)


@pytest.mark.ray
def test_both_engines_end_in_the_same_bytes(tmp_path):
    pytest.importorskip("ray")
    for engine in ("local", "ray"):
        assert program(tmp_path / engine, engine, 2, 300).wait(120) == 0
    assert contents(tmp_path / "local") == contents(tmp_path / "ray")


def test_processes_change_no_byte(counting, tmp_path):
    for jobs in (1, 2):
        run(counting.TASK, tmp_path / str(jobs), jobs=jobs, n=260)
    assert contents(tmp_path / "1") == contents(tmp_path / "2")


def test_workers_end_when_the_driver_is_killed(tmp_path):
    running = program(tmp_path / "run", "local", 2, 2000, COUNTING_PAUSE="0.01")
    until = time.monotonic() + 20
    while not list((tmp_path / "run").glob("items/*/[0-9]*.json")) and time.monotonic() < until:
        time.sleep(0.02)
    running.send_signal(signal.SIGKILL)
    running.wait(10)
    time.sleep(0.5)
    before = len(list((tmp_path / "run").glob("items/*/[0-9]*.json")))
    time.sleep(0.4)
    assert len(list((tmp_path / "run").glob("items/*/[0-9]*.json"))) == before


def row(index: int) -> dict:
    return {"id": str(index), "value": index * 0.5}


def test_an_item_is_found_done_only_if_it_is_whole_and_of_the_same_basis(tmp_path):
    store = ItemStore(tmp_path, "basis")
    assert store.make(300, row).made
    assert store.path(300) == tmp_path / "items" / "00001" / "000000300.json"
    assert not store.make(300, row).made
    assert store.read(300) == {"index": 300, **row(300)}
    assert ItemStore(tmp_path, "another").read(300) is None
    text = store.path(300).read_text()
    for damaged in ("", text[:-20], text.replace("150.0", "151.0"), "[1]", '{"row": 3}'):
        store.path(300).write_text(damaged)
        assert store.read(300) is None
        assert store.make(300, row).made
        assert store.path(300).read_text() == text


def test_a_failed_item_is_a_row_and_other_errors_stop(tmp_path):
    def refuse(index):
        raise InputError("two\nlines")

    def breaks(index):
        raise ZeroDivisionError

    store = ItemStore(tmp_path, "basis")
    assert store.make(1, refuse).failed == "two lines"
    assert store.make(1, refuse) == (1, False, "two lines")
    with pytest.raises(ZeroDivisionError):
        store.make(2, breaks)
    assert store.read(2) is None


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_map_gives_every_piece_once(jobs):
    found = {one.number: one.got() for one in LocalEngine(jobs=jobs).map(partial(pow, 2), range(3, 40))}
    assert found == {number: 2**number for number in range(3, 40)}


def test_an_unforeseen_error_is_a_row_that_a_rerun_tries_again(counting, tmp_path, monkeypatch):
    measure = counting.Counting.measure

    def breaks(self, options, index):
        return 1 // 0 if index == 5 else measure(self, options, index)

    monkeypatch.setattr(counting.Counting, "measure", breaks)
    done = run(counting.TASK, tmp_path / "run", n=10)
    assert done.failed == 2
    assert done.table.failed["ZeroDivisionError: integer division or modulo by zero"] == 1
    monkeypatch.setattr(counting.Counting, "measure", measure)
    again = run(counting.TASK, tmp_path / "run", n=10)
    assert (again.made, again.failed) == (1, 1)
    whole = run(counting.TASK, tmp_path / "whole", n=10)
    assert again.table == whole.table


def test_a_process_that_dies_takes_only_its_own_item_along(tmp_path):
    """Each process is ended by item 3 of 12; the others are made, and nothing waits for ever."""
    code = "import counting, json, sys; from seehear.engine import LocalEngine\n"
    code += "if __name__ == '__main__':\n    done = list(LocalEngine(jobs=2).map(counting.dies_of_three, range(12)))\n"
    code += "    print(json.dumps(sorted([one.number, one.value, one.error] for one in done)))"
    file = tmp_path / "dies.py"
    file.write_text(code)
    env = {**os.environ, "PYTHONPATH": f"{HERE}:{HERE.parents[1] / 'src'}", "OMP_NUM_THREADS": "1"}
    told = subprocess.run([sys.executable, str(file)], env=env, capture_output=True, text=True, timeout=60, check=True)
    rows = json.loads(told.stdout)
    assert [row[0] for row in rows] == list(range(12))
    assert [row[1] for row in rows if row[0] != 3] == [number for number in range(12) if number != 3]
    assert "the process died" in rows[3][2]


def test_engines_by_name():
    assert engine_of("local").jobs == 1
    with pytest.raises(UnknownBackend, match="local, ray"):
        engine_of("spark")
    with pytest.raises(InputError, match="jobs"):
        engine_of("local", jobs=0)
    try:
        import ray  # noqa: F401
    except ImportError:
        with pytest.raises(MissingBackend, match=r"seehear\[ray\]"):
            engine_of("ray")


numbers = st.lists(st.floats(-1e6, 1e6) | st.just(math.nan), max_size=30)


@given(numbers, numbers, numbers)
def test_tallies_merge_in_any_way(a, b, c):
    left = Tally.of(a).plus(Tally.of(b)).plus(Tally.of(c))
    right = Tally.of(a).plus(Tally.of(c).plus(Tally.of(b)))
    once = Tally.of([*a, *b, *c])
    for other in (left, right):
        assert (other.n, other.n_undefined, other.low, other.high) == (once.n, once.n_undefined, once.low, once.high)
        assert other.mean == pytest.approx(once.mean, abs=1e-6)
        assert other.spread == pytest.approx(once.spread, rel=1e-9, abs=1e-3)


def test_a_tally_is_numpys_mean_and_deviation():
    values = np.random.default_rng(0).normal(3.0, 2.0, 1000)
    tally = Tally.of(values)
    assert tally.mean == pytest.approx(values.mean())
    assert tally.deviation == pytest.approx(values.std(ddof=1))
    half = 1.959964 * values.std(ddof=1) / 1000**0.5
    assert tally.interval() == pytest.approx((values.mean() - half, values.mean() + half))


def test_an_item_file_says_what_it_holds(tmp_path):
    store = ItemStore(tmp_path, "basis")
    store.make(0, row)
    held = json.loads(store.path(0).read_text())
    assert set(held) == {"key", "sha256", "row"}
