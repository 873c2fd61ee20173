"""The damage set: what is damaged is damaged, and the columns meant for it notice, on one world of each kind."""

import re

import numpy as np
import pytest
from tests.chat.fake_server import FakeServer, good, refusing

from seehear.bench.t2av.alarms import ALARMS, alarms_of
from seehear.bench.t2av.damage_judged import KEYS, MEANT
from seehear.bench.t2av.damage_run import run_damage
from seehear.bench.t2av.damage_table import page_of, share_interval, table_of
from seehear.bench.t2av.damaging import DAMAGES, RATE, Source, damaged_frames, damaged_sound
from seehear.bench.t2av.evidence import Send
from seehear.bench.t2av.judging import AskedJudge
from seehear.bench.t2av.measuring import WEIGHT_FREE
from seehear.errors import InputError


@pytest.fixture(scope="module")
def source():
    rng = np.random.default_rng(0)
    sound = (0.1 * rng.normal(size=(2, RATE)) * [[1.0], [0.2]]).astype(np.float32)
    frames = np.arange(20, dtype=np.uint8)[:, None, None, None] * np.ones((1, 4, 4, 3), np.uint8)
    return Source(frames, sound, rng.normal(size=(2, RATE)).astype(np.float32), "car")


def test_each_damage_at_full_strength_by_its_definition(source):
    np.testing.assert_array_equal(damaged_sound(source, "swapped sides", 1.0), source.sound[::-1])
    late = damaged_sound(source, "late sound", 0.5)
    np.testing.assert_array_equal(late[:, RATE // 2 :], source.sound[:, : RATE // 2])
    assert not late[:, : RATE // 2].any()
    assert (np.abs(damaged_sound(source, "clipped sound", 20.0)) == 1.0).mean() > 0.01
    assert len(np.unique(damaged_frames(source, "frozen picture", 1.0))) == 1
    assert len(np.unique(damaged_frames(source, "frozen picture", 0.5))) == 11


def test_wrong_material_keeps_place_and_level(source):
    other = damaged_sound(source, "wrong material", 1.0)
    for mine, theirs in zip(other, source.sound, strict=True):
        assert np.sqrt((mine**2).mean()) == pytest.approx(np.sqrt((theirs**2).mean()), rel=0.1)
    assert abs(np.corrcoef(other[0], source.sound[0])[0, 1]) < 0.1


def test_every_intended_column_has_an_alarm():
    assert all(name in ALARMS for one in DAMAGES.values() for name in one.intended)
    assert not any(alarms_of(one.undefined("nothing there") for one in WEIGHT_FREE).values())
    assert {one.name for one in WEIGHT_FREE} >= set(ALARMS)
    assert set(MEANT) == set(DAMAGES)
    assert all(key in KEYS for keys in MEANT.values() for key in keys)


def by_facts(data):
    """A judge that believes the measured facts: 1 where they say so, 5 else; it never answers about frozen clips."""
    told = data["messages"][1]["content"][0]["text"]
    names = data["response_format"]["json_schema"]["schema"]["required"]
    if "share of frozen pictures: 1" in told or "share of frozen pictures: 0.9" in told:
        return refusing()
    side = float(re.search(r"opposite side\): (\S+)", told).group(1))
    clipped = float(re.search(r"clipped samples: (\S+)", told).group(1))
    low = {"Spatial": side < -0.1, "AAS": clipped > 1e-4}
    return good({name: {"reason": "told", "applicable": name != "MTC", "score": None if name == "MTC" else
                        1 if low.get(name) else 5} for name in names})  # fmt: skip


def test_one_world_of_each_kind_and_a_judge(tmp_path):
    with FakeServer(by_facts) as server:
        judge = AskedJudge("facts", server.endpoint(tries=1), Send(fps=1.0, width=64, channels=False))
        run = run_damage(tmp_path / "run", n=1, seed=0, judges=[judge])
        again = run_damage(tmp_path / "run", n=1, seed=0, judges=[judge])
    assert (run.made, run.table["failed"]) == (2, 0)
    for row in run.table["rows"]:
        full = row["damage"] in DAMAGES and row["strength"] == DAMAGES[row["damage"]].strengths[2]
        mine = [name for name in row["intended"] if name in ALARMS]
        assert all(row["rates"][name] == 1.0 for name in mine) or not full
        if row["damage"] == "clean":
            assert not any(row["rates"][name] for one in DAMAGES.values() for name in one.intended)
    assert (again.made, again.kept) == (0, 2)
    assert "swapped sides" in (tmp_path / "run" / "report.html").read_text()
    rates = {(row["damage"], row["strength"]): row["rates"] for row in run.table["rows"]}
    assert rates["swapped sides", 1.0]["facts: Spatial"] == rates["clipped sound", 20.0]["facts: AAS"] == 1.0
    assert rates["clean", 0.0]["facts: Spatial"] == rates["clean", 0.0]["facts: MTC"] == 0.0
    assert rates["frozen picture", 1.0]["facts: MSS"] is None
    told = run.table["judges"]["facts"]
    assert (told["clips"], told["answered"]) == (17, 16)
    assert list(told["failures"].values()) == [7]


def test_share_intervals_by_the_published_equation():
    # Wilson: 95 of 100, z 1.96
    assert share_interval(95, 100) == pytest.approx((0.8882, 0.9785), abs=1e-4)
    assert share_interval(0, 200) == pytest.approx((0.0, 0.0188), abs=1e-4)


def test_failed_worlds_are_told_and_no_worlds_refused(tmp_path):
    table = table_of([{"id": "x", "failed": "no"}])
    assert table["failed"] == 1
    assert "1 worlds failed" in page_of(table, {"options": {"seed": 0}})
    with pytest.raises(InputError):
        run_damage(tmp_path / "run", n=0)
