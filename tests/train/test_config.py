"""Configs: what is read, and what is refused in which words."""

import json

import pytest

from seehear.errors import InputError
from seehear.train.config import Config, checked, differing, packaged, read_config

pytestmark = pytest.mark.neural


def test_the_packaged_ones_are_read_by_name():
    assert {"flow-tiny", "contrast"} <= set(packaged())
    for name in packaged():
        assert read_config(name).steps > 0


def test_a_runs_card_is_a_config(tmp_path):
    card = tmp_path / "card.json"
    card.write_text(json.dumps({"config": Config(seed=7, steps=3).model_dump(), "versions": {}}))
    assert read_config(card) == Config(seed=7, steps=3)


def test_options_replace_what_the_file_says(tmp_path):
    file = tmp_path / "one.toml"
    file.write_text('variant = "V2"\nsteps = 5\n')
    assert read_config(file, {"steps": 9, "seed": None}) == Config(variant="V2", steps=9)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("stepz = 3", "unknown key 'stepz'; the nearest known one is 'steps'"),
        ("steps = 0", "steps should be greater than or equal to 1, got 0"),
        ("[data]\nworlds = 3", "unknown key 'data'"),
        ("batch = 9\nworlds = 8", "batch must be at most the worlds, 8, got 9"),
        ("batch = 9\naccumulate = 2", "must split into accumulate 2 parts"),
        ('steps = "many"', "steps should be a valid integer"),
        ("rate = inf", "rate should be less than or equal to 1"),
        ("rate = nan", "rate"),
        ("steps = ", "expected a config in TOML"),
        ("worlds_seed = 1000000", "worlds_seed should be less than 1000000"),
        ("\x00", "expected a config in TOML"),
        ("a = " + "[" * 2000, "expected a config in TOML"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(tmp_path, text, told):
    file = tmp_path / "one.toml"
    file.write_text(text)
    with pytest.raises(InputError, match=told.replace("[", r"\[")) as raised:
        read_config(file)
    assert "\n" not in str(raised.value)


def test_files_that_are_none_are_told(tmp_path):
    with pytest.raises(InputError, match="flow-tiny"):
        read_config(tmp_path / "none.toml")
    (tmp_path / "card.json").write_text('{"config": 3}')
    with pytest.raises(InputError, match="card"):
        read_config(tmp_path / "card.json")
    (tmp_path / "raw.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="TOML"):
        read_config(tmp_path / "raw.toml")


def test_the_differing_key_is_named():
    assert differing(Config().model_dump(), checked({"seed": 1}, where="here").model_dump()) == "seed"
    assert differing(Config().model_dump(), Config().model_dump()) is None
