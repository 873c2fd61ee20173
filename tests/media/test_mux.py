"""A picture with a new sound: packets untouched, sound in step and in the right channels, nothing left on errors."""

import subprocess
import sys
from fractions import Fraction

import av
import numpy as np
import pytest

from seehear.errors import InputError
from seehear.media import audio_info, frames, layout_of, picture_info, read_audio
from seehear.media.mux import check_mux, key_frame_before, mux, trimmed_start
from seehear.media.sa3d import read_sa3d
from tests.media.making import clicks, flat, level, packets, pitches, tones, write_video

RATE = 48000


def _blocks(sound, size=4096):
    return (sound[:, begin : begin + size] for begin in range(0, sound.shape[1], size))


@pytest.fixture(scope="module")
def video(tmp_path_factory):
    """Two seconds with B frames, a key frame each half second, and a stereo sound."""
    path = tmp_path_factory.mktemp("media") / "a.mp4"
    return write_video(path, count=50, options={"g": "12", "bf": "2"}, sound=tones(2, 2.0))


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".m4v", ".mkv"])
def test_the_pictures_packets_are_untouched(tmp_path, video, suffix):
    out = tmp_path / f"out{suffix}"
    mux(video, out, _blocks(tones(2, 2.0)), layout_of("binaural"))
    before, after = packets(video), packets(out)
    assert [one for _, one in after] == [one for _, one in before]
    tolerance = Fraction(1, 2000) if suffix == ".mkv" else 0
    assert all(abs(a - b) <= tolerance for (a, _), (b, _) in zip(before, after, strict=True))
    assert picture_info(out)._replace(duration=None) == picture_info(video)._replace(duration=None)


@pytest.mark.parametrize(
    ("suffix", "name", "codec"),
    [
        (".mp4", "binaural", "aac"), (".mp4", "stereo", "aac"), (".mp4", "5.1", "aac"), (".mp4", "foa", "aac"),
        (".mp4", "7.1", "flac"), (".mp4", "5.1.4", "pcm_s24le"), (".mp4", "7.1.4", "pcm_s24le"),
        (".mov", "foa", "pcm_s24le"), (".mov", "hoa3", "pcm_s24le"), (".mov", "5.1", "aac"),
        (".mkv", "binaural", "flac"), (".mkv", "5.1", "flac"), (".mkv", "7.1", "flac"),
        (".mkv", "5.1.4", "pcm_s24le"), (".mkv", "7.1.4", "pcm_s24le"), (".mkv", "foa", "pcm_s24le"),
        (".mkv", "hoa3", "pcm_s24le"),
    ],
)  # fmt: skip
def test_each_channel_comes_back_in_its_place(tmp_path, video, suffix, name, codec):
    layout = layout_of(name)
    sound = tones(layout.size, 2.0, lfe=layout.lfe)
    out = tmp_path / f"out{suffix}"
    mux(video, out, _blocks(sound), layout)
    info = audio_info(out)
    assert info.codec == codec
    assert info.layout == ("stereo" if name == "binaural" else name)
    back = read_audio(out).samples
    assert pitches(back[:, RATE // 2 : RATE // 2 * 3]) == pitches(sound[:, RATE // 2 : RATE // 2 * 3])
    assert abs(back.shape[1] / RATE - 2.0) <= 1 / 25
    if codec != "aac":
        assert np.abs(back[:, : sound.shape[1]] - sound[:, : back.shape[1]]).max() <= 2.0**-24


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
@pytest.mark.parametrize("name", ["binaural", "5.1"])
def test_the_first_click_is_within_a_millisecond(tmp_path, video, suffix, name):
    layout = layout_of(name)
    out = tmp_path / f"out{suffix}"
    at = (0.1, 0.75, 1.9)
    mux(video, out, _blocks(clicks(2.0, at, channels=layout.size), 1000), layout)
    back = np.abs(read_audio(out).samples[0])
    for time in at:
        centre = round(time * RATE)
        found = centre - 2400 + int(back[centre - 2400 : centre + 2400].argmax())
        assert abs(found / RATE - time) < 0.001


def test_ambisonics_in_mp4_say_so(tmp_path, video):
    for name, order, suffix in (("foa", 1, ".mp4"), ("foa", 1, ".mov"), ("hoa3", 3, ".mov")):
        out = tmp_path / f"{name}{suffix}"
        mux(video, out, _blocks(tones((order + 1) ** 2, 2.0)), layout_of(name))
        told = read_sa3d(out)
        assert told == (order, 0, 0, tuple(range((order + 1) ** 2)))
        assert [one for _, one in packets(out)] == [one for _, one in packets(video)]
    mux(video, tmp_path / "b.mp4", _blocks(tones(2, 2.0)), layout_of("binaural"))
    assert read_sa3d(tmp_path / "b.mp4") is None


def test_aac_leaves_the_direction_of_a_noise_alone(tmp_path, video):
    noise = np.random.default_rng(1).normal(0, 0.1, 2 * RATE).cumsum()
    noise = (noise - np.convolve(noise, np.ones(50) / 50, "same")).clip(-1, 1) * 0.4
    azimuth = np.radians(37)
    sound = np.stack([noise, noise * np.sin(azimuth), 0 * noise, noise * np.cos(azimuth)]).astype(np.float32)
    mux(video, tmp_path / "out.mp4", _blocks(sound), layout_of("foa"))
    w, y, _, x = read_audio(tmp_path / "out.mp4").samples
    assert np.degrees(np.arctan2((w * y).sum(), (w * x).sum())) == pytest.approx(37, abs=0.2)


def test_the_old_sound_is_kept_as_it_was(tmp_path, video):
    for suffix in (".mp4", ".mkv"):
        out = tmp_path / f"out{suffix}"
        mux(video, out, _blocks(tones(6, 2.0)), layout_of("5.1"), keep_original=True)
        before, after = packets(video, "audio"), packets(out, "audio", 1)
        lost = len(before) - len(after)
        assert lost == (0 if suffix == ".mp4" else 1)  # Matroska has no place for the encoder's run-in
        assert [one for _, one in after] == [one for _, one in before[lost:]]
        assert max(abs(a - b) for (a, _), (b, _) in zip(before[lost:], after, strict=True)) <= Fraction(1, 1000)
        assert [one for _, one in packets(out)] == [one for _, one in packets(video)]


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
@pytest.mark.parametrize(("begin", "end"), [(0.7, 1.6), (0.0, 1.0), (1.3, None), (0.9, 0.98)])
def test_parts_are_exact_in_mp4_and_begin_at_key_frames_in_mkv(tmp_path, video, suffix, begin, end):
    with av.open(str(video)) as container:
        keys = [float(one.pts * one.time_base) for one in container.demux(video=0) if one.size and one.is_keyframe]
    assert [key_frame_before(video, one) for one in keys] == keys
    out = tmp_path / f"out{suffix}"
    done = mux(video, out, _blocks(clicks(2.0, [0.02])), layout_of("stereo"), start=begin, end=end, keep_original=True)
    assert done.start == trimmed_start(video, out, begin)
    if suffix == ".mp4":
        assert begin - 0.04 < done.start <= begin + 1e-6
        assert done.start + done.duration == pytest.approx(end or 2.0, abs=0.021)
    else:
        assert done.start == max(one for one in keys if one <= begin)
        assert done.start + done.duration == pytest.approx(end or 2.0, abs=4 / 25)
    shown = list(frames(out))
    wanted = list(frames(video, start=done.start, end=done.start + done.duration - 0.01))
    assert len(shown) == len(wanted) > 0
    assert all(np.array_equal(a.luma(), b.luma()) for a, b in zip(shown, wanted, strict=True))
    assert all(a.time == pytest.approx(b.time - done.start, abs=1e-3) for a, b in zip(shown, wanted, strict=True))
    assert picture_info(out).duration == pytest.approx(done.duration, abs=1e-3)
    back = read_audio(out).samples
    assert back.shape[1] / RATE == pytest.approx(done.duration, abs=1 / 25)
    assert abs(int(np.abs(back[0]).argmax()) / RATE - 0.02) < 0.001


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_part_keeps_its_old_sound_in_step(tmp_path, suffix):
    video = write_video(tmp_path / "a.mp4", count=75, options={"g": "12"}, sound=clicks(3.0, [1.5]))
    out = tmp_path / f"out{suffix}"
    done = mux(video, out, _blocks(clicks(3.0, [0.0])), layout_of("stereo"), start=0.7, end=2.5, keep_original=True)
    with av.open(str(out)) as container:
        stream = container.streams.audio[1]
        parts = [(one.pts * one.time_base, one.to_ndarray()) for one in container.decode(stream)]
    old = np.concatenate([one for _, one in parts], axis=1)
    heard = float(parts[0][0]) + int(np.abs(old[0]).argmax()) / RATE
    assert heard == pytest.approx(1.5 - done.start, abs=1.5e-3)


@pytest.mark.parametrize("seconds", [0.5, 3.0])
def test_sound_is_as_long_as_the_picture(tmp_path, video, seconds):
    out = tmp_path / "out.mkv"
    mux(video, out, _blocks(tones(2, seconds)), layout_of("stereo"))
    assert abs(audio_info(out).duration - picture_info(out).duration) <= 1 / 25
    if seconds < 2:
        assert not read_audio(out).samples[:, RATE:].any()


def test_rotation_colours_and_shape_are_kept(tmp_path):
    def prepare(_, stream):
        stream.codec_context.color_primaries = stream.codec_context.color_trc = stream.codec_context.colorspace = 1
        stream.codec_context.color_range = 1
        stream.codec_context.sample_aspect_ratio = Fraction(4, 3)
        stream.set_display_rotation(-90)

    video = write_video(tmp_path / "a.mp4", prepare=prepare)
    assert picture_info(video).rotation == 90
    for suffix in (".mp4", ".mkv"):
        out = tmp_path / f"out{suffix}"
        mux(video, out, _blocks(tones(2, 1.0)), layout_of("stereo"))
        assert picture_info(out)[:2] == picture_info(video)[:2]
        assert picture_info(out).rotation == 90
        with av.open(str(out)) as container:
            stream = container.streams.video[0]
            assert (stream.codec_context.color_primaries, stream.codec_context.colorspace) == (1, 1)


def test_chapters_come_along(tmp_path):
    def prepare(out, _):
        base = Fraction(1, 1000)
        out.set_chapters(
            [
                {"id": 1, "start": 0, "end": 400, "time_base": base, "metadata": {"title": "one"}},
                {"id": 2, "start": 400, "end": 1000, "time_base": base, "metadata": {"title": "two"}},
            ]
        )

    video = write_video(tmp_path / "a.mkv", prepare=prepare)
    for suffix in (".mp4", ".mkv"):
        out = tmp_path / f"out{suffix}"
        mux(video, out, _blocks(tones(2, 1.0)), layout_of("stereo"))
        with av.open(str(out)) as container:
            told = [(float(one["start"] * one["time_base"]), one["metadata"]["title"]) for one in container.chapters()]
        assert told == [(0.0, "one"), (0.4, "two")]


def test_an_image_stands_still(tmp_path):
    from PIL import Image

    Image.fromarray(flat(10, (101, 57))).save(tmp_path / "i.png")
    for suffix in (".mp4", ".mkv"):
        out = tmp_path / f"out{suffix}"
        done = mux(tmp_path / "i.png", out, _blocks(tones(6, 1.5)), layout_of("5.1"), duration=1.5)
        info = picture_info(out)
        assert (done.duration, info.size_wh) == (1.5, (102, 58))
        assert info.duration == pytest.approx(1.5, abs=0.002)
        for frame in frames(out):
            assert abs(int(frame.luma()[40, 80]) - level(10)) <= 2
        assert audio_info(out).duration == pytest.approx(1.5, abs=0.002)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_an_animation_keeps_its_delays_and_runs_as_often_as_asked(tmp_path, suffix):
    from PIL import Image

    images = [Image.fromarray(flat(5 * index, (33, 21))) for index in range(3)]
    images[0].save(tmp_path / "a.gif", save_all=True, append_images=images[1:], duration=[100, 500, 900], loop=0)
    out = tmp_path / f"out{suffix}"
    done = mux(tmp_path / "a.gif", out, _blocks(tones(2, 3.0)), layout_of("stereo"), loops=2)
    assert done.duration == pytest.approx(3.0)
    assert [frame.time for frame in frames(out)] == pytest.approx([0.0, 0.1, 0.6, 1.5, 1.6, 2.1], abs=1e-3)
    assert picture_info(out).duration == pytest.approx(3.0, abs=0.002)
    assert [int(frame.luma()[18, 30]) for frame in frames(out)] == pytest.approx(
        [level(5 * i) for i in (0, 1, 2)] * 2, abs=3
    )


def test_what_cannot_be_written_is_refused_and_nothing_is_left(tmp_path, video):
    def refused(match, picture, name, layout="stereo", **choices):
        with pytest.raises(InputError, match=match) as told:
            mux(picture, tmp_path / name, _blocks(tones(layout_of(layout).size, 0.1)), layout_of(layout), **choices)
        assert "\n" not in str(told.value)
        assert not [one for one in tmp_path.iterdir() if one.name.startswith((".", "out"))]

    refused(r"out\.mkv", video, "out.mp4", "hoa3")
    refused(r"\.mp4", video, "out.avi")
    refused("no such file", tmp_path / "none.mp4", "out.mp4")
    refused("loops", video, "out.mp4", loops=2)
    refused("folder", video, "nowhere/out.mp4")
    theirs = write_video(tmp_path / "a.webm", codec="libvpx-vp9", count=3)
    old = write_video(tmp_path / "a.avi", codec="wmv2", count=3)
    refused(r"\.mkv", old, "out.mp4")
    mux(theirs, tmp_path / "vp9.mp4", _blocks(tones(2, 0.1)), layout_of("stereo"))
    (tmp_path / "there.mp4").write_text("mine")
    with pytest.raises(InputError, match="--force"):
        mux(video, tmp_path / "there.mp4", iter(()), layout_of("stereo"))
    assert (tmp_path / "there.mp4").read_text() == "mine"


def test_hevc_carries_the_tag_that_every_player_knows(tmp_path):
    video = write_video(tmp_path / "a.mkv", codec="libx265", count=5, options={"x265-params": "log-level=none"})
    mux(video, tmp_path / "out.mp4", _blocks(tones(2, 0.2)), layout_of("stereo"))
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert container.streams.video[0].codec_context.codec_tag == "hvc1"
    assert [one for _, one in packets(tmp_path / "out.mp4")] == [one for _, one in packets(video)]


def test_refusals_come_before_any_sound_is_made(tmp_path, video):
    old = write_video(tmp_path / "a.avi", codec="wmv2", count=3)
    with pytest.raises(InputError, match=r"\.mkv"):
        check_mux(old, tmp_path / "out.mp4", layout_of("stereo"))
    with pytest.raises(InputError, match=r"\.mkv"):
        check_mux(video, tmp_path / "out.mp4", layout_of("hoa3"))
    check_mux(video, tmp_path / "out.mp4", layout_of("foa"), keep_original=True)
    assert not list(tmp_path.glob("out*"))


FULL_DISK = """
import resource, signal, sys
import numpy as np
from seehear.errors import InputError
from seehear.media import SoundWriter, StemWriter, layout_of
from seehear.media.mux import mux
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
noise = np.random.default_rng(0).uniform(-0.5, 0.5, (2, 480000)).astype(np.float32)
stereo = layout_of("stereo")
def write(writer, block):
    with writer as one:
        one.write(block)
for work in (
    lambda: mux(sys.argv[1], sys.argv[2] + "/out.mp4", iter([noise]), stereo),
    lambda: mux(sys.argv[1], sys.argv[2] + "/out.mkv", iter([noise]), stereo),
    lambda: write(SoundWriter(sys.argv[2] + "/out.wav", stereo), noise),
    lambda: write(SoundWriter(sys.argv[2] + "/out.flac", stereo), noise),
    lambda: write(StemWriter(sys.argv[2] + "/stems", {"a": 2}), {"a": noise}),
):
    try:
        work()
        print("no error")
    except InputError as error:
        print(error)
"""


def test_a_full_disk_is_one_line_and_leaves_nothing(tmp_path, video):
    target = tmp_path / "target"
    target.mkdir()
    command = [sys.executable, "-c", FULL_DISK, str(video), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert len(lines) == 5, done.stdout
    assert all("cannot write" in line and "large" in line for line in lines), done.stdout
    assert not done.stderr
    assert not list(target.iterdir())


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_no_broken_samples_get_out(tmp_path, video, value):
    with pytest.raises(InputError, match="finite"):
        mux(video, tmp_path / "out.mp4", iter([np.full((2, 48000), value, np.float32)]), layout_of("stereo"))
    assert not list(tmp_path.iterdir())


def test_an_interrupt_leaves_nothing(tmp_path, video):
    def interrupted():
        yield np.zeros((2, 9600), np.float32)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mux(video, tmp_path / "out.mp4", interrupted(), layout_of("stereo"))
    assert not list(tmp_path.iterdir())


def test_names_of_any_kind(tmp_path, video):
    folder = tmp_path / "a b: 'ü' \"100%d\""
    folder.mkdir()
    source = folder / "in, ü.mp4"
    source.write_bytes(video.read_bytes())
    mux(source, folder / "out 'ß' %03d.mp4", _blocks(tones(2, 2.0)), layout_of("stereo"))
    assert picture_info(folder / "out 'ß' %03d.mp4").has_audio
