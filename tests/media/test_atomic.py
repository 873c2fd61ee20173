"""Whole or not at all."""

from pathlib import Path

import pytest

from seehear.errors import InputError
from seehear.media.atomic import check_output, written_whole


def test_written_then_renamed(tmp_path: Path):
    with written_whole(tmp_path / "out.txt") as beside:
        assert beside.suffix == ".txt"
        assert not (tmp_path / "out.txt").exists()
        beside.write_text("done")
    assert [file.name for file in tmp_path.iterdir()] == ["out.txt"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_error_leaves_nothing_and_spares_what_was_there(tmp_path: Path, error):
    (tmp_path / "out.txt").write_text("before")

    def half() -> None:
        with written_whole(tmp_path / "out.txt", force=True) as beside:
            beside.write_text("half")
            raise error

    with pytest.raises(error):
        half()
    assert (tmp_path / "out.txt").read_text() == "before"
    assert len(list(tmp_path.iterdir())) == 1


def test_refusals(tmp_path: Path):
    (tmp_path / "there.txt").write_text("x")
    with pytest.raises(InputError, match="--force"):
        check_output(tmp_path / "there.txt")
    with pytest.raises(InputError, match="folder"):
        check_output(tmp_path)
    with pytest.raises(InputError, match="exist"):
        check_output(tmp_path / "no" / "out.txt")
    assert check_output(tmp_path / "there.txt", force=True) == tmp_path / "there.txt"


def test_a_folder_that_takes_no_files_is_told_before_the_work(tmp_path, monkeypatch):
    monkeypatch.setattr("seehear.media.atomic.os.access", lambda folder, mode: False)
    with pytest.raises(InputError, match="choose a folder that you may write to"):
        check_output(tmp_path / "a.wav")
