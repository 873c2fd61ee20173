"""Sound from any container: exact samples, in step with the picture, in our channel order; bad input in one line."""

import tracemalloc

import av
import numpy as np
import pytest
import soundfile
import soxr

from seehear.errors import InputError
from seehear.media import audio_blocks, audio_info, layout_of, read_audio
from seehear.media.speakers import names_of
from tests.media.making import clicks, encode_sound, pitches, tones, write_sound, write_video

RATE = 48000


def _whole(path, **choices):
    return np.concatenate(list(audio_blocks(path, **choices)), axis=1)


@pytest.fixture(scope="module")
def noise():
    return np.random.default_rng(3).uniform(-0.9, 0.9, (48000, 3)).astype(np.float32)


FORMATS = {one: one.upper() for one in ("wav", "flac", "ogg", "w64", "aiff", "caf", "rf64", "au")}
SUBTYPES = ("PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "PCM_U8", "VORBIS")


@pytest.mark.parametrize(
    ("suffix", "subtype"), [(a, b) for a, form in FORMATS.items() for b in SUBTYPES if soundfile.check_format(form, b)]
)
def test_same_samples_as_libsndfile(tmp_path, noise, suffix, subtype):
    path, form = tmp_path / f"a.{suffix}", FORMATS[suffix]
    soundfile.write(path, noise, RATE, format=form, subtype=subtype)
    stored = soundfile.read(path, dtype="float32", always_2d=True)[0].T
    if subtype == "VORBIS":
        stored = stored[[0, 2, 1]]  # Vorbis stores left, centre, right
    info = audio_info(path)
    assert (info.sample_rate, info.channels, info.layout) == (RATE, 3, "")
    assert info.duration == pytest.approx(1.0)
    got = _whole(path, size=1000)
    assert got.dtype == np.float32
    assert np.array_equal(got, stored)
    assert np.array_equal(_whole(path, start=0.25, end=0.5), stored[:, 12000:24000])


@pytest.mark.parametrize("channels", [1, 2, 5, 9, 16])
@pytest.mark.parametrize("rate", [8000, 44100, 96000])
def test_any_rate_and_up_to_sixteen_channels(tmp_path, channels, rate):
    sound = tones(channels, 0.5, sample_rate=rate)
    soundfile.write(tmp_path / "a.wav", sound.T, rate, subtype="FLOAT")
    clip = read_audio(tmp_path / "a.wav")
    assert clip.sample_rate == rate
    assert np.array_equal(clip.samples, sound)
    soundfile.write(tmp_path / "b.wav", np.zeros((10, 17)), rate)
    with pytest.raises(InputError, match="16 channels"):
        audio_info(tmp_path / "b.wav")


@pytest.mark.parametrize("name", ["a.m4a", "a.mp4", "a.mkv", "a.webm", "a.mp3", "a.opus", "a.mov"])
def test_encoder_delays_are_taken_out(tmp_path, name):
    special = {"mp3": ("libmp3lame", "s16p"), "mov": ("pcm_s24le", "s32")}
    special |= dict.fromkeys(("opus", "webm"), ("libopus", "s16"))
    codec, kind = special.get(name.split(".")[1], ("aac", "fltp"))
    path = tmp_path / name
    sound = clicks(2.0, [0.5, 1.5])
    if kind == "s16p":
        with av.open(str(path), "w") as out:
            stream = out.add_stream(codec, rate=RATE)
            stream.layout, stream.format = "stereo", kind
            frame = av.AudioFrame.from_ndarray((sound * 32767).astype(np.int16), kind, "stereo")
            frame.sample_rate, frame.pts = RATE, 0
            out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
    else:
        write_sound(path, sound, codec=codec, kind=kind)
    back = np.abs(_whole(path)[0])
    assert abs(int(back[:RATE].argmax()) - 24000) <= 2
    assert abs(int(back[RATE:].argmax()) - 24000) <= 2
    assert abs(back.size / RATE - 2.0) < 0.022


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_sound_that_starts_later_is_padded(tmp_path, suffix):
    path = write_video(tmp_path / f"a{suffix}", sound=clicks(0.5, [0.1]), sound_codec="flac", sound_start=0.4)
    info = audio_info(path)
    assert info.start == pytest.approx(0.4, abs=1e-3)
    back = np.abs(_whole(path)[0])
    assert int(back.argmax()) == pytest.approx(24000, abs=48)
    assert back.size == pytest.approx(0.9 * RATE, abs=48)


def test_holes_become_silence_and_jitter_does_not(tmp_path):
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=RATE)
        stream.layout, stream.format = "mono", "s16"
        place = 0
        for index in range(20):
            frame = av.AudioFrame.from_ndarray(np.full((1, 2400), 8192, np.int16), "s16", "mono")
            place += 4800 if index == 10 else (96 if index % 2 else -96) if index else 0
            frame.sample_rate, frame.pts = RATE, place
            out.mux(stream.encode(frame))
            place += 2400
    back = _whole(path)[0]
    assert back.size == pytest.approx(20 * 2400 + 4800, abs=200)
    assert np.flatnonzero(back == 0).size == pytest.approx(4800, abs=200)
    assert back[:23000].all()
    assert not back[24200:28600].any()


def test_layouts_are_known_and_turned_to_our_order(tmp_path):
    for name in ("5.1", "7.1", "5.1.4", "7.1.4"):
        layout = layout_of(name)
        names = names_of(hex(layout.mask), layout.size)
        sound = tones(layout.size, 0.5)
        path = write_sound(tmp_path / f"{name}.wav", sound[list(layout.file_order)], layout="+".join(names))
        info = audio_info(path)
        assert (info.layout, info.mask) == (name, layout.mask)
        assert pitches(_whole(path)) == pitches(sound)
    vorbis = tmp_path / "a.ogg"
    sound = tones(8, 0.5)  # L R C LFE Lss Rss Lrs Rrs
    soundfile.write(vorbis, sound[[0, 2, 1, 4, 5, 6, 7, 3]].T, RATE, format="OGG")
    assert audio_info(vorbis).layout == "7.1"
    assert pitches(_whole(vorbis)) == pitches(sound)


def test_channels_without_positions(tmp_path):
    for channels, name in ((1, "mono"), (2, "stereo"), (4, "foa"), (6, "5.1"), (8, ""), (16, "hoa3")):
        soundfile.write(tmp_path / "a.wav", np.zeros((100, channels)), RATE)
        info = audio_info(tmp_path / "a.wav")
        assert (info.channels, info.layout) == (channels, name)


def test_resampling_in_blocks_is_resampling_at_once(tmp_path, noise):
    soundfile.write(tmp_path / "a.wav", noise, RATE, subtype="FLOAT")
    wanted = soxr.resample(noise, RATE, 44100, quality="HQ").T
    for size in (777, 65536):
        got = _whole(tmp_path / "a.wav", sample_rate=44100, size=size)
        assert got.shape == wanted.shape
        assert np.abs(got - wanted).max() < 1e-5
    sizes = {one.shape[1] for one in list(audio_blocks(tmp_path / "a.wav", sample_rate=44100, size=777))[:-1]}
    assert sizes == {777}


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".m4a", ".mkv"])
def test_reading_from_the_middle_gives_the_same_samples(tmp_path, suffix):
    sound = tones(2, 8.0) * np.linspace(0, 1, 8 * RATE, dtype=np.float32)  # AAC fills noise in at random
    codec = {".wav": "pcm_s24le", ".m4a": "aac"}.get(suffix, "flac")
    path = write_sound(tmp_path / f"a{suffix}", sound, codec=codec)
    whole = _whole(path)
    for start, end in ((5.0, 6.0), (7.9, 9.0), (0.0, 0.1), (3.33333, 3.5)):
        part = _whole(path, start=start, end=end)
        wanted = whole[:, round(start * RATE) : round(end * RATE)]
        assert np.array_equal(part, wanted)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("subtype", ["FLOAT", "DOUBLE"])
def test_broken_samples_are_named(tmp_path, noise, value, subtype):
    broken = noise.copy()
    broken[30000, 1] = value
    soundfile.write(tmp_path / "a.wav", broken, RATE, subtype=subtype)
    with pytest.raises(InputError, match=r"0\.625000 s in channel 1"):
        read_audio(tmp_path / "a.wav")


def test_what_is_no_sound_is_refused_in_one_line(tmp_path, noise):
    for name in ("a.wav", "a.flac", "a.ogg", "a.aiff", "a.mp3"):
        soundfile.write(tmp_path / name, noise[:, :2], RATE)
        data = (tmp_path / name).read_bytes()
        (tmp_path / f"half {name}").write_bytes(data[: len(data) // 2])
    write_sound(tmp_path / "a.m4a", clicks(1.0, [0.5]), codec="aac")
    (tmp_path / "half.m4a").write_bytes((tmp_path / "a.m4a").read_bytes()[:-200])
    (tmp_path / "zero.wav").write_bytes(b"")
    (tmp_path / "text.wav").write_text("no sound\n" * 50)
    soundfile.write(tmp_path / "empty.wav", np.zeros((0, 2)), RATE)
    write_video(tmp_path / "silent.mp4")
    assert audio_info(tmp_path / "silent.mp4") is None
    names = [f"half {name}" for name in ("a.wav", "a.flac", "a.ogg", "a.aiff", "a.mp3")]
    for name in (*names, "half.m4a", "zero.wav", "text.wav", "empty.wav", "silent.mp4", "missing.wav", ""):
        with pytest.raises(InputError) as told:
            pytest.fail(f"{name}: {read_audio(tmp_path / name).samples.shape}")
        assert "\n" not in str(told.value)


def test_damage_in_the_middle_is_never_silent(tmp_path, noise):
    path = tmp_path / "a.flac"
    soundfile.write(path, noise[:, :2], RATE)
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 200] = bytes(200)
    path.write_bytes(data)
    with pytest.raises(InputError, match="damaged"):
        read_audio(path)


def test_length_limit(tmp_path, noise):
    soundfile.write(tmp_path / "a.wav", noise, RATE)
    with pytest.raises(InputError, match=r"0\.5 s"):
        read_audio(tmp_path / "a.wav", limit_seconds=0.5)


def test_names_of_any_kind(tmp_path, noise):
    for name in ("a b.wav", "ü'\".wav", "a:b.wav", "100%d.wav", "-x.wav"):
        soundfile.write(tmp_path / name, noise, RATE)
        assert audio_info(tmp_path / name).channels == 3


def test_memory_does_not_grow_with_length(tmp_path):
    def peak(seconds):
        path = tmp_path / f"{seconds}.flac"
        with av.open(str(path), "w") as out:
            stream = out.add_stream("flac", rate=RATE)
            stream.layout, stream.format = "stereo", "s32"
            encode_sound(out, stream, np.tile(tones(2, 1.0), seconds), RATE)
        tracemalloc.start()
        for _ in audio_blocks(path, sample_rate=44100):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(40) < peak(10) * 1.2


def test_real_sounds(shared):
    for path in sorted((shared / "data").glob("dry/*")):
        stored = soundfile.read(path, dtype="float32", always_2d=True)[0].T
        assert np.array_equal(read_audio(path).samples, stored), path.name
    assert audio_info(shared / "data/foa/gewandhaus_sh1.wav").layout == "foa"
    for name in ("coffee", "nasa"):
        path = shared / "data/video" / f"{name}.mp4"
        assert _whole(path).shape[1] / audio_info(path).sample_rate == pytest.approx(audio_info(path).duration)
