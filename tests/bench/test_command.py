"""The command line of the benchmarks."""

import json
import subprocess
import sys

import pytest


def seehear(*words: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-m", "seehear", *words], capture_output=True, text=True)


T2AV = ("t2av-compass", "t2av-damage")


def test_list_names_the_tasks():
    told = json.loads(seehear("bench", "list", "--json").stdout)
    assert [one["task"] for one in told] == [
        "worlds-hear",
        "worlds-own",
        "localisation",
        "worlds-listen",
        "round-trip",
        *T2AV,
    ]
    assert "worlds-own" in seehear("bench", "list").stderr


def test_errors_are_one_line():
    for words, told in (
        (("run", "moon", "-o", "x"), "task must be one of"),
        (("run", "localisation", "-o", "x", "--set", "clips"), "NAME=VALUE"),
        (("run", "localisation", "-o", "x", "--engine", "spark"), "local, ray"),
        (("run", "worlds-hear", "-o", "x", "--set", "preset=moon"), "'moon'"),  # not lost beside --preset
        (("compare", "x", "y"), "card.json"),
    ):
        done = seehear("bench", *words)
        assert (done.returncode, done.stderr.count("\n")) == (1, 1)
        assert told in done.stderr


@pytest.fixture
def runs(counting, tmp_path):
    from seehear.bench import run

    for name, seed in (("a", 0), ("b", 1)):
        run(counting.TASK, tmp_path / name, n=12, seed=seed)
    return tmp_path


def test_compare_shows_differences_and_what_differs(runs):
    done = seehear("bench", "compare", str(runs / "a"), str(runs / "b"))
    assert done.returncode == 0
    assert "differs: options.seed: 0 | 1" in done.stderr
    told = json.loads(seehear("bench", "compare", str(runs / "a"), str(runs / "b"), "--json").stdout)
    assert told["cards"] == {"options.seed": [0, 1]}
    assert told["systems"]["other"]["error"]["n"] == 11
