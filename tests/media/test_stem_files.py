"""Stems in a folder: what the writer leaves, the reader gives; any rate, any length, missing files named."""

import numpy as np
import pytest
import soundfile

from seehear.errors import InputError
from seehear.media import ArrayStems, FileStem, FolderStems, StemWriter

RATE = 48000


@pytest.fixture
def stems(rng):
    dog = 3 * rng.uniform(-1, 1, (2, 4000))
    return ArrayStems(
        {"car_0": rng.uniform(-1, 1, 5000), "dog.1": dog, "ambience": rng.uniform(-1, 1, (6, 5000))}, RATE
    )


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def _whole(stems, size=512):
    blocks = list(stems.blocks(size))
    return {name: np.concatenate([one[name] for one in blocks], axis=1) for name in stems.channels}


def test_written_stems_come_back_exactly(tmp_path, stems):
    with StemWriter(tmp_path / "stems", stems.channels, sample_rate=RATE) as writer:
        for block in stems.blocks(700):
            writer.write(block)
    back = FolderStems(tmp_path / "stems", ["car_0", "dog.1"])
    assert (back.length, dict(back.channels), back.bed_mask) == (5000, dict(stems.channels), 0x60F)
    wanted, got = _whole(stems), _whole(back)
    assert all(np.array_equal(wanted[name], got[name]) for name in wanted)
    again = _whole(back, size=4096)
    assert all(np.array_equal(again[name], got[name]) for name in got)


def test_an_id_left_out_is_silent(tmp_path):
    with StemWriter(tmp_path, {"a": 1, "b": 1}) as writer:
        writer.write({"a": np.ones((1, 10), np.float32)})
        writer.write({}, count=5)
    got = _whole(FolderStems(tmp_path, ["a", "b"]))
    assert got["a"].sum() == 10
    assert not got["b"].any()
    assert got["b"].shape == (1, 15)


def test_length_pads_and_cuts(tmp_path):
    soundfile.write(tmp_path / "a.flac", np.full(1000, 0.5), RATE)
    assert _whole(FolderStems(tmp_path, ["a"], length=1500))["a"].sum() == 500
    assert _whole(FolderStems(tmp_path, ["a"], length=300))["a"].shape == (1, 300)


def test_other_rates_are_resampled_in_step(tmp_path):
    time = np.arange(44100) / 44100
    soundfile.write(tmp_path / "a.wav", 0.5 * np.sin(2 * np.pi * 440 * time), 44100, subtype="FLOAT")
    stems = FolderStems(tmp_path, ["a"])
    assert stems.length == RATE
    got = _whole(stems)["a"][0]
    wanted = 0.5 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)
    assert np.abs(got - wanted)[1000:-1000].max() < 1e-4


def test_missing_files_are_named(tmp_path):
    with pytest.raises(InputError, match=r"dog_0'?\.wav"):
        FolderStems(tmp_path, ["dog_0"])
    with pytest.raises(InputError, match="ambience"):
        FolderStems(tmp_path, ["ambience"])
    with pytest.raises(InputError, match="folder"):
        FolderStems(tmp_path / "none", [])
    assert FolderStems(tmp_path, []).length == 0


def test_writer_leaves_nothing_on_errors(tmp_path):
    with pytest.raises(InputError, match="finite"), StemWriter(tmp_path / "s", {"a": 1, "b": 1}) as writer:
        writer.write({"a": np.full((1, 4), np.nan, np.float32)})
    assert not list(tmp_path.iterdir())
    (tmp_path / "b.wav").write_text("mine")
    with pytest.raises(InputError, match="--force"), StemWriter(tmp_path, {"a": 1, "b": 1}):
        pass
    assert [one.name for one in tmp_path.iterdir()] == ["b.wav"]


def test_one_file_as_a_stem(tmp_path):
    soundfile.write(tmp_path / "a b'ü.ogg", np.full(RATE, 0.25), RATE)
    stem = FileStem(tmp_path / "a b'ü.ogg", "stem")
    assert stem.length == RATE
    assert dict(stem.channels) == {"stem": 1}
    soundfile.write(tmp_path / "none.wav", np.zeros(0), RATE)
    with pytest.raises(InputError, match="0 samples"):
        FileStem(tmp_path / "none.wav", "stem")
