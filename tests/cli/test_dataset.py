"""`seehear dataset binaural` as it is typed."""

import json

from tests.binaural_set.making import recording
from typer.testing import CliRunner

from seehear.cli.app import app


def test_a_folder_becomes_clips_and_json_says_so(tmp_path):
    recording(tmp_path / "in", "one", seconds=1.0)
    words = ["dataset", "binaural", "--input", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--size", "48x48"]
    run = CliRunner().invoke(app, [*words, "--clip-seconds", "1", "--ambisonics", "fuma", "--json"])
    assert run.exit_code == 0, run.output
    told = json.loads(run.stdout)
    assert (told["made"], told["failed"], told["assumed"]) == (1, 0, 0)
    source = json.loads((tmp_path / "out" / "sources.jsonl").read_text())
    assert source["ambisonics"]["convention"] == "fuma"
    assert source["ambisonics"]["basis"] == "told"


def test_errors_are_one_line(tmp_path):
    run = CliRunner().invoke(app, ["dataset", "binaural", "--input", str(tmp_path / "no"), "-o", str(tmp_path / "out")])
    assert run.exit_code == 1
    assert run.stderr.startswith("error: expected a folder of 360-degree videos")
    assert run.stderr.count("\n") == 1


def test_help_has_an_example():
    run = CliRunner().invoke(app, ["dataset", "binaural", "--help"])
    assert "seehear dataset binaural --input recordings -o clips" in run.stdout
