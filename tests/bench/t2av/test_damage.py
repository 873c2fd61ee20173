"""The damage set: what is damaged is damaged, and the columns meant for it notice, on one world of each kind."""

import numpy as np
import pytest

from seehear.bench.t2av.alarms import ALARMS, alarms_of
from seehear.bench.t2av.damage_run import page_of, run_damage, table_of
from seehear.bench.t2av.damaging import DAMAGES, RATE, Source, damaged_frames, damaged_sound
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
    assert not any(alarms_of(dict.fromkeys(ALARMS, float("nan"))).values())


def test_one_world_of_each_kind(tmp_path):
    run = run_damage(tmp_path / "run", n=1, seed=0)
    assert (run.made, run.table["failed"]) == (2, 0)
    for row in run.table["rows"]:
        full = row["damage"] in DAMAGES and row["strength"] == DAMAGES[row["damage"]].strengths[2]
        assert all(row["rates"][name] == 1.0 for name in row["intended"]) or not full
        if row["damage"] == "clean":
            assert not any(row["rates"][name] for one in DAMAGES.values() for name in one.intended)
    again = run_damage(tmp_path / "run", n=1, seed=0)
    assert (again.made, again.kept, again.table) == (0, 2, run.table)
    assert "swapped sides" in (tmp_path / "run" / "report.html").read_text()


def test_failed_worlds_are_told_and_no_worlds_refused(tmp_path):
    table = table_of([{"id": "x", "failed": "no"}])
    assert table["failed"] == 1
    assert "1 worlds failed" in page_of(table, {"options": {"seed": 0}})
    with pytest.raises(InputError):
        run_damage(tmp_path / "run", n=0)
