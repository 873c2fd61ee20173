"""A run: card, rows, table, report; going on, refusing, comparing."""

import json
import math
import re

import numpy as np
import pytest

from seehear.bench import TASKS, compare, run
from seehear.bench.card import basis_of, differences
from seehear.bench.summary import Summary, summary_of
from seehear.bench.table import table_of
from seehear.bench.tally import Tally
from seehear.bench.tasks import options_of, task_of
from seehear.errors import InputError

FILES = ("card.json", "rows.jsonl", "table.json", "report.html")


def files(folder):
    return {name: (folder / name).read_bytes() for name in FILES}


def rows(folder):
    return [json.loads(line) for line in (folder / "rows.jsonl").read_text().splitlines()]


def test_a_rerun_makes_nothing_and_more_items_make_only_those(counting, tmp_path):
    first = run(counting.TASK, tmp_path / "a", n=20)
    assert (first.made, first.found, first.failed) == (20, 0, 1)
    before = files(tmp_path / "a")
    again = run(counting.TASK, tmp_path / "a", n=20)
    assert (again.made, again.found) == (0, 20)
    assert files(tmp_path / "a") == before
    more = run(counting.TASK, tmp_path / "a", n=30)
    assert (more.made, more.found) == (10, 20)
    run(counting.TASK, tmp_path / "b", n=30)
    assert files(tmp_path / "a") == files(tmp_path / "b")
    back = run(counting.TASK, tmp_path / "a", n=20)
    assert back.made == 0
    assert files(tmp_path / "a") == before


def test_the_table_counts_what_is_undefined_and_what_failed(counting, tmp_path):
    table = run(counting.TASK, tmp_path / "a", n=40).table
    cell = table.cells["system", "error"]
    known = [one["scores"]["system"]["error"] for one in rows(tmp_path / "a") if "scores" in one]
    good = [one for one in known if one is not None]
    assert (cell.n, cell.n_undefined, cell.reason) == (len(good), 4, "silence")
    assert cell.mean == pytest.approx(np.mean(good))
    assert cell.low < cell.mean < cell.high
    assert table.failed == {"item seven cannot be made": 1}
    assert rows(tmp_path / "a")[7]["failed"] == "item seven cannot be made"
    assert json.loads((tmp_path / "a" / "table.json").read_text())["items"] == 40


def test_many_items_get_the_normal_interval_which_is_the_bootstraps(counting, tmp_path, monkeypatch):
    run(counting.TASK, tmp_path, n=300)
    held = rows(tmp_path)
    whole = summary_of(held, counting.TASK)
    boot = table_of(whole, counting.TASK, tmp_path / "rows.jsonl", seed=0).cells["other", "error"]
    monkeypatch.setattr("seehear.bench.table.BOOTSTRAPPED", 10)
    table = table_of(whole, counting.TASK, tmp_path / "nowhere", seed=0)
    normal = table.cells["other", "error"]
    assert "normal" in table.interval
    assert (normal.low, normal.high) == pytest.approx((boot.low, boot.high), abs=0.15)


def test_summaries_of_parts_make_the_whole(counting, tmp_path):
    run(counting.TASK, tmp_path, n=120)
    held = rows(tmp_path)
    once = summary_of(held, counting.TASK)
    merged = Summary()
    for start in range(0, 120, 17):
        merged = merged.plus(summary_of(held[start : start + 17], counting.TASK))
    assert (merged.items, merged.failed, merged.reasons, merged.sides) == (
        once.items, once.failed, once.reasons, once.sides,
    )  # fmt: skip
    assert merged.worst == once.worst
    assert merged.points == once.points
    for name in ("tallies", "bins"):
        for key, tally in getattr(once, name).items():
            assert getattr(merged, name)[key] == pytest.approx(tally)
    assert [one.value for one in once.worst] == sorted((one.value for one in once.worst), reverse=True)


def test_another_run_is_refused_by_name_and_replaced_by_force(counting, tmp_path):
    run(counting.TASK, tmp_path / "a", n=10)
    with pytest.raises(InputError, match=r"another run \(options.seed 0 there, 5 now\)"):
        run(counting.TASK, tmp_path / "a", n=10, seed=5)
    assert run(counting.TASK, tmp_path / "a", n=10, seed=5, force=True).made == 10
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match="no run"):
        run(counting.TASK, tmp_path / "mine")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="folder"):
        run(counting.TASK, tmp_path / "file")


def test_the_report_stands_alone(counting, tmp_path):
    run(counting.TASK, tmp_path, n=40)
    page = (tmp_path / "report.html").read_text()
    assert not re.search(r"https?://|<script|<link|@import", page)
    assert set(re.findall(r'src="(.{22})', page)) == {"data:image/png;base64,"}
    assert page.count("<svg") >= 3 + 6
    assert "&lt;b&gt;&amp;" in page
    assert "<b>&" not in page


def test_a_card_says_all_that_numbers_depend_on(counting, tmp_path):
    card = run(counting.TASK, tmp_path, n=5).card
    assert {"task", "task_version", "options", "metrics", "versions", "code", "inputs", "machine"} <= set(card)
    assert basis_of(card) == basis_of({**card, "items": 9, "machine": {}})
    for change in ({"code": "other"}, {"task_version": 2}, {"options": {**card["options"], "seed": 9}}):
        assert basis_of(card) != basis_of({**card, **change})


def test_differences_names_what_is_on_one_side_only():
    assert differences({"a": {"x": 1}}, {"a": {"y": 2}, "b": 3}) == {"a.x": (1, None), "a.y": (None, 2), "b": (None, 3)}


def test_compare_pairs_items_and_names_what_differs(counting, tmp_path):
    run(counting.TASK, tmp_path / "a", n=40)
    run(counting.TASK, tmp_path / "b", n=30, seed=1)
    found = compare(tmp_path / "a", tmp_path / "b")
    assert found.cards["options.seed"] == (0, 1)
    assert found.cards["items"] == (40, 30)
    # the failed item has the same name in both
    assert (found.only_first, found.only_second) == (10, 0)
    mine, theirs = rows(tmp_path / "a")[:30], rows(tmp_path / "b")
    gaps = [
        a["scores"]["other"]["error"] - b["scores"]["other"]["error"]
        for a, b in zip(mine, theirs, strict=True)
        if "scores" in a
    ]
    cell = found.cells["other", "error"]
    assert cell.value == pytest.approx(np.mean(gaps))
    assert cell.low < cell.value < cell.high
    assert cell.n == 29
    same = compare(tmp_path / "a", tmp_path / "a")
    assert same.cards == {}
    assert all(one.value == 0.0 for one in same.cells.values())


def test_compare_refuses_what_is_no_run_or_another_task(counting, tmp_path):
    run(counting.TASK, tmp_path / "a", n=5)
    with pytest.raises(InputError, match=r"card\.json"):
        compare(tmp_path / "a", tmp_path)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "card.json").write_text(json.dumps({"task": "localisation", "metrics": {}}))
    with pytest.raises(InputError, match="one task"):
        compare(tmp_path / "a", tmp_path / "b")


def test_options_are_read_as_their_defaults_are():
    task = TASKS["worlds-hear"]
    assert options_of(task, {"labels": "off", "duration": "2", "n": "3"})["labels"] is False
    assert options_of(task, {"duration": "2"})["duration"] == 2.0
    for given, word in (({"colour": 1}, "no option"), ({"n": "many"}, "like 20"), ({"labels": "maybe"}, "on or off")):
        with pytest.raises(InputError, match=word):
            options_of(task, given)
    with pytest.raises(InputError, match="worlds-hear, worlds-own, localisation"):
        task_of("worlds")


def test_a_cell_without_values_is_undefined(counting):
    table = table_of(Summary(tallies={("system", "error"): Tally()}), counting.TASK, _empty(), seed=0)
    assert math.isnan(table.cells["system", "error"].mean)


def _empty():
    from pathlib import Path
    from tempfile import mkdtemp

    place = Path(mkdtemp()) / "rows.jsonl"
    place.write_text("")
    return place
