"""Films: the pictures in their colours, and a sound that decodes to the same samples."""

from errno import ENOSPC
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from seehear.errors import InputError
from seehear.media import audio_info, frames, picture_info
from seehear.media.carry import same_samples
from seehear.media.film import write_video

PICTURES = [np.full((36, 64, 3), (200, 40, 30), np.uint8)] * 30


def noise(path: Path, channels: int, subtype: str, *, rate: int = 48000, level: float = 0.2) -> Path:
    samples = np.random.default_rng(3).normal(0, level, (rate + 77, channels)).clip(-0.99 if level < 1 else -9, 0.99)
    soundfile.write(path, samples, rate, subtype=subtype)
    return path


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov"])
@pytest.mark.parametrize(
    ("name", "channels", "subtype"),
    [
        ("a.wav", 2, "PCM_16"),
        ("b.wav", 1, "PCM_24"),
        ("c.wav", 2, "FLOAT"),
        ("d.flac", 6, "PCM_16"),
        ("e.ogg", 2, "VORBIS"),
    ],
)
def test_the_sound_comes_along_sample_by_sample(name, channels, subtype, suffix, tmp_path):
    sound = noise(tmp_path / name, channels, subtype)
    write_video(tmp_path / f"out{suffix}", PICTURES, Fraction(30), sound=sound)
    assert same_samples(sound, tmp_path / f"out{suffix}")
    assert picture_info(tmp_path / f"out{suffix}").duration == pytest.approx(1.0, abs=0.001)


def test_a_sound_beyond_full_scale_is_not_clipped(tmp_path):
    sound = noise(tmp_path / "loud.wav", 2, "FLOAT", level=2.0)
    write_video(tmp_path / "out.mp4", PICTURES, Fraction(30), sound=sound)
    assert same_samples(sound, tmp_path / "out.mp4")


def test_a_codec_that_the_container_takes_is_copied(tmp_path, shared):
    """A real AAC track keeps its packets, its encoder delay and its length."""
    write_video(tmp_path / "out.mp4", PICTURES, Fraction(30), sound=shared / "data" / "video" / "coffee.mp4")
    info = audio_info(tmp_path / "out.mp4")
    assert info.codec == "aac"
    assert same_samples(shared / "data" / "video" / "coffee.mp4", tmp_path / "out.mp4")


def test_more_channels_than_mp4_holds_name_the_container_that_does(tmp_path):
    sound = noise(tmp_path / "many.wav", 12, "PCM_24")
    with pytest.raises(InputError, match=r"\.mp4 file cannot hold .*\.mkv"):
        write_video(tmp_path / "out.mp4", PICTURES, Fraction(30), sound=sound)
    assert [file.name for file in tmp_path.iterdir()] == ["many.wav"]
    write_video(tmp_path / "out.mkv", PICTURES, Fraction(30), sound=sound)
    assert same_samples(sound, tmp_path / "out.mkv")


def test_sounds_that_differ_are_told_apart(tmp_path):
    first = noise(tmp_path / "a.wav", 2, "PCM_16")
    samples, rate = soundfile.read(first)
    shifted, shorter = np.roll(samples, 1, axis=0), samples[:-1]
    for index, other in enumerate((shifted, shorter, samples[:, :1], samples * (1 - 1e-4))):
        soundfile.write(tmp_path / f"{index}.wav", other, rate, subtype="PCM_24")
        assert not same_samples(first, tmp_path / f"{index}.wav")


def test_colours_come_back(tmp_path):
    halves = np.zeros((720, 1280, 3), np.uint8)
    halves[:, :640], halves[:, 640:] = (200, 40, 30), (30, 180, 60)
    write_video(tmp_path / "out.mp4", [halves] * 3, Fraction(25))
    back = next(iter(frames(tmp_path / "out.mp4"))).rgb().astype(int)
    for x, colour in ((200, (200, 40, 30)), (900, (30, 180, 60))):
        assert np.abs(back[300, x] - colour).max() <= 3


def test_a_full_disk_is_not_taken_for_a_sound_that_does_not_fit(tmp_path, monkeypatch):
    def full(*_: object) -> None:
        raise av.error.OSError(ENOSPC, "No space left on device")

    monkeypatch.setattr("seehear.media.carry._code", full)
    sound = noise(tmp_path / "a.wav", 2, "PCM_16")
    with pytest.raises(InputError, match="No space left on device"):
        write_video(tmp_path / "out.mp4", PICTURES, Fraction(30), sound=sound)
    assert [file.name for file in tmp_path.iterdir()] == ["a.wav"]


@pytest.mark.parametrize("sound", ["missing.wav", "empty.wav", "text.wav"])
def test_a_sound_that_cannot_be_read_leaves_nothing(sound, tmp_path):
    (tmp_path / "empty.wav").write_bytes(b"")
    (tmp_path / "text.wav").write_text("no sound at all")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(InputError):
        write_video(tmp_path / "out.mp4", PICTURES, Fraction(30), sound=tmp_path / sound)
    assert sorted(tmp_path.iterdir()) == before
