"""Sound files: what is written is read back, in order, with its mask, by us and by an independent reader."""

import numpy as np
import pytest
import soundfile

from seehear.errors import InputError
from seehear.media import LAYOUTS, SoundWriter, audio_info, layout_of, read_audio, wave

RATE = 48000


def _tones(channels, seconds=0.5, rate=RATE):
    """Each channel its own sine, 200 Hz apart."""
    time = np.arange(round(seconds * rate)) / rate
    return np.stack([0.5 * np.sin(2 * np.pi * (300 + 200 * i) * time) for i in range(channels)]).astype(np.float32)


@pytest.mark.parametrize("name", list(LAYOUTS))
@pytest.mark.parametrize("bits", [24, 32])
def test_wav_holds_every_layout_in_wave_order_with_its_mask(tmp_path, name, bits):
    layout = layout_of(name)
    samples = _tones(layout.size)
    path = tmp_path / f"{name}.wav"
    with SoundWriter(path, layout, bits=bits) as writer:
        for start in range(0, samples.shape[1], 1000):
            writer.write(samples[:, start : start + 1000])
    stored, rate = soundfile.read(path, always_2d=True, dtype="float32")
    assert rate == RATE
    assert np.abs(stored.T - samples[list(layout.file_order)]).max() <= (0 if bits == 32 else 2.0**-24)
    info = audio_info(path)
    assert (info.mask, info.channels, info.duration) == (layout.mask, layout.size, 0.5)
    assert info.layout == ("stereo" if name == "binaural" else name)
    assert np.abs(read_audio(path).samples - samples).max() <= (0 if bits == 32 else 2.0**-24)


@pytest.mark.parametrize("name", ["binaural", "stereo", "5.1", "7.1", "foa"])
def test_flac_holds_up_to_eight_channels(tmp_path, name):
    layout = layout_of(name)
    samples = _tones(layout.size)
    path = tmp_path / "a.flac"
    with SoundWriter(path, layout) as writer:
        writer.write(samples)
    stored, _ = soundfile.read(path, always_2d=True, dtype="float32")
    assert np.abs(stored.T - samples[list(layout.file_order)]).max() <= 2.0**-24
    clip = read_audio(path)
    assert clip.layout == ("stereo" if name == "binaural" else name)
    assert np.abs(clip.samples - samples).max() <= 2.0**-24


@pytest.mark.parametrize("name", ["5.1.4", "7.1.4", "hoa3"])
def test_flac_refuses_more_and_names_wav(tmp_path, name):
    with pytest.raises(InputError, match=r"write 'a\.wav'"):
        SoundWriter(tmp_path / "a.flac", layout_of(name))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("bits", [24, 32])
@pytest.mark.parametrize("name", ["stereo", "7.1.4"])
def test_long_files_become_rf64(tmp_path, monkeypatch, bits, name):
    monkeypatch.setattr(wave, "RIFF_LIMIT", 4000)
    layout = layout_of(name)
    samples = _tones(layout.size, 0.1)
    path = tmp_path / "long.wav"
    with SoundWriter(path, layout, bits=bits) as writer:
        writer.write(samples)
    assert path.read_bytes()[:4] == b"RF64"
    assert soundfile.info(path).format == "RF64"
    assert soundfile.info(path).frames == samples.shape[1]
    stored, _ = soundfile.read(path, always_2d=True, dtype="float32")
    assert np.abs(stored.T - samples[list(layout.file_order)]).max() <= 2.0**-24
    assert np.abs(read_audio(path).samples - samples).max() <= 2.0**-24


def test_odd_sizes_are_padded(tmp_path):
    path = tmp_path / "odd.wav"
    data = path.open("wb+")
    writer = wave.WaveWriter(data, channels=1, sample_rate=8000, mask=4)
    writer.write(np.full((1, 3), 0.25, np.float32))
    writer.close()
    data.close()
    assert path.stat().st_size % 2 == 0
    assert soundfile.read(path)[0].tolist() == [0.25, 0.25, 0.25]


def test_pcm_never_clips_and_leaves_nothing_behind(tmp_path):
    path = tmp_path / "a.wav"
    with pytest.raises(InputError, match="within ±1"), SoundWriter(path, layout_of("stereo")) as writer:
        writer.write(np.full((2, 10), 1.0001, np.float32))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("bits", [24, 32])
def test_never_nan_out(tmp_path, value, bits):
    with (
        pytest.raises(InputError, match="finite"),
        SoundWriter(tmp_path / "a.wav", layout_of("stereo"), bits=bits) as w,
    ):
        w.write(np.full((2, 10), value, np.float32))
    assert not list(tmp_path.iterdir())


def test_interrupted_leaves_nothing(tmp_path):
    def interrupted():
        with SoundWriter(tmp_path / "a.flac", layout_of("5.1")) as writer:
            writer.write(_tones(6))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not list(tmp_path.iterdir())


def test_existing_is_kept_without_force(tmp_path):
    path = tmp_path / "a.wav"
    path.write_text("mine")
    with pytest.raises(InputError, match="--force"), SoundWriter(path, layout_of("stereo")):
        pass
    assert path.read_text() == "mine"
    with SoundWriter(path, layout_of("stereo"), force=True) as writer:
        writer.write(_tones(2))
    assert audio_info(path).channels == 2


@pytest.mark.parametrize(
    ("name", "bits", "word"), [("a.mp3", 24, ".wav or .flac"), ("a.wav", 16, "24"), ("a.flac", 32, "float")]
)
def test_refusals(tmp_path, name, bits, word):
    with pytest.raises(InputError, match=word):
        SoundWriter(tmp_path / name, layout_of("stereo"), bits=bits)


def test_same_samples_same_bytes(tmp_path):
    for name in ("a.wav", "b.wav"):
        with SoundWriter(tmp_path / name, layout_of("5.1")) as writer:
            writer.write(_tones(6))
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()
