"""Pictures of every kind: upright, at their true times, at full range; bad ones refused in one line."""

import struct
import zlib
from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image, ImageOps

from seehear.errors import InputError
from seehear.media import frames, picture_info
from seehear.media.frame import LONGEST_SIDE
from tests.media.making import clicks, encode_sound, flat, level, write_sound, write_video

CORNERS = np.zeros((32, 64, 3), np.uint8)
CORNERS[:16, :32] = (250, 0, 0)
CORNERS[:16, 32:] = (0, 250, 0)
CORNERS[16:, :32] = (0, 0, 250)
CORNERS[16:, 32:] = 250


def _only(path):
    (frame,) = frames(path)
    assert frame.time == 0.0
    return frame


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.bmp", "a.webp", "a.tiff", "a.gif", "a ü'%03d\".png", "a:b.png"])
def test_images_are_one_frame(tmp_path, name):
    Image.fromarray(CORNERS).save(tmp_path / name)
    info = picture_info(tmp_path / name)
    assert info == ("image", (64, 32), None, None, False, 0)
    assert np.abs(_only(tmp_path / name).rgb()[4::8, 4::8].astype(int) - CORNERS[4::8, 4::8]).max() <= 6


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tiff"])
@pytest.mark.parametrize("value", range(1, 9))
def test_exif_orientation_is_applied(tmp_path, suffix, value):
    exif = Image.Exif()
    exif[0x0112] = value
    path = tmp_path / f"a{suffix}"
    image = Image.fromarray(CORNERS)
    image.save(path, **({"tiffinfo": {274: value}} if suffix == ".tiff" else {"exif": exif, "quality": 95}))
    with Image.open(path) as stored:
        wanted = np.asarray(ImageOps.exif_transpose(stored).convert("RGB"))
    got = _only(path)
    assert got.rgb().shape == wanted.shape
    assert picture_info(path).size_wh == got.size_wh == (wanted.shape[1], wanted.shape[0])
    assert np.abs(got.rgb()[4::8, 4::8].astype(int) - wanted[4::8, 4::8]).max() <= 6
    assert picture_info(path).rotation == {3: 180, 4: 180, 5: 270, 6: 90, 7: 90, 8: 270}.get(value, 0)


@pytest.mark.parametrize("mode", ["L", "1", "P", "I;16", "CMYK", "LA", "RGBA"])
def test_every_kind_of_pixel(tmp_path, mode):
    path = tmp_path / ("a.jpg" if mode == "CMYK" else "a.png")
    if mode == "I;16":
        Image.fromarray(CORNERS[..., 0].astype(np.uint16) * 257).save(path)
        wanted = np.repeat(CORNERS[..., :1], 3, axis=2)
    else:
        Image.fromarray(CORNERS).convert(mode).save(path)
        with Image.open(path) as stored:
            wanted = np.asarray(stored.convert("RGB"))
    got = _only(path)
    assert np.abs(got.rgb().astype(int) - wanted)[2:14, 2:30].max() <= 4
    assert np.abs(got.rgb().astype(int) - wanted)[18:30, 34:62].max() <= 4
    grey = np.asarray(Image.fromarray(wanted).convert("L")).astype(int)
    assert np.abs(got.luma().astype(int) - grey)[2:14, 2:30].max() <= 4


def test_clear_pixels_lie_over_white(tmp_path):
    clear = np.dstack([CORNERS, np.full((32, 64), 255, np.uint8)])
    clear[:16, :32, 3] = 0
    clear[16:, :32, 3] = 128
    Image.fromarray(clear).save(tmp_path / "a.png")
    got = _only(tmp_path / "a.png").rgb()
    assert got[5, 5].tolist() == [255, 255, 255]
    assert got[20, 5].tolist() == pytest.approx([127, 127, 252], abs=1)
    assert got[5, 40].tolist() == [0, 250, 0]


@pytest.mark.parametrize("suffix", [".gif", ".png"])
def test_animations_have_their_own_delays(tmp_path, suffix):
    images = [Image.fromarray(flat(5 * index, (33, 21))) for index in range(4)]
    path = tmp_path / f"a{suffix}"
    images[0].save(path, save_all=True, append_images=images[1:], duration=[100, 50, 900, 200], loop=0)
    info = picture_info(path)
    assert (info.kind, info.size_wh, info.has_audio) == ("gif", (33, 21), False)
    assert info.duration == pytest.approx(1.25)
    assert float(info.fps) == pytest.approx(4 / 1.25, rel=1e-3)
    shown = list(frames(path))
    assert [one.time for one in shown] == pytest.approx([0.0, 0.1, 0.15, 1.05])
    assert [one.duration for one in shown] == pytest.approx([0.1, 0.05, 0.9, 0.2])
    assert [int(one.rgb()[18, 30, 0]) for one in shown] == pytest.approx([level(5 * i) for i in range(4)], abs=2)
    assert [one.time for one in frames(path, start=0.1, end=1.0)] == pytest.approx([0.1, 0.15])


@pytest.mark.parametrize(("disposal", "left"), [(1, (255, 0, 0)), (2, (255, 255, 255))])
def test_gif_disposal(tmp_path, disposal, left):
    palette = [0, 0, 0, 255, 0, 0, 0, 255, 0] + [0] * 759
    images = []
    for value, place in ((1, (0, 0, 30, 20)), (2, (30, 20, 60, 40))):
        image = Image.new("P", (60, 40), 0)
        image.putpalette(palette)
        image.paste(value, place)
        images.append(image)
    choices = {"duration": [100, 200], "transparency": 0, "disposal": disposal, "loop": 0}
    images[0].save(tmp_path / "a.gif", save_all=True, append_images=images[1:], **choices)
    _, second = frames(tmp_path / "a.gif")
    assert tuple(second.rgb()[10, 10]) == left
    assert tuple(second.rgb()[30, 45]) == (0, 255, 0)
    assert tuple(second.rgb()[10, 45]) == (255, 255, 255)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_variable_frame_rates_keep_their_times(tmp_path, suffix):
    times = [Fraction(one, 1000) for one in (0, 40, 50, 400, 1000, 1033, 2500)]
    path = write_video(tmp_path / f"a{suffix}", times=times)
    shown = list(frames(path))
    assert [one.time for one in shown] == pytest.approx([float(one) for one in times], abs=1e-3)
    assert [int(one.luma()[40, 50]) for one in shown] == pytest.approx([level(i) for i in range(7)], abs=3)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_the_rotation_flag_is_applied(tmp_path, degrees):
    path = write_video(tmp_path / "a.mp4", count=3, prepare=lambda _, stream: stream.set_display_rotation(-degrees))
    info = picture_info(path)
    assert info.rotation == degrees
    assert info.size_wh == ((64, 48) if degrees == 180 else (48, 64))
    for frame in frames(path):
        for picture in (frame.luma(), frame.rgb()[..., 1]):
            assert picture.shape == info.size_wh[::-1]
            height, width = picture.shape
            bright = {90: (0, -1), 180: (-1, -1), 270: (-1, 0)}[degrees]
            assert picture[bright] > 240
            assert picture[-1 - bright[0], -1 - bright[1]] < 240 or picture[height // 2, width // 2] < 240


def test_mirrored_videos_are_mirrored_back(tmp_path):
    path = write_video(
        tmp_path / "a.mp4", count=2, prepare=lambda _, stream: stream.set_display_rotation(0, hflip=True)
    )
    picture = next(frames(path)).luma()
    assert picture[2, -3] > 240
    assert picture[2, 2] < 100
    assert picture_info(path).rotation == 0


@pytest.mark.parametrize("size", [(63, 47), (1, 1), (17, 2)])
def test_odd_sizes(tmp_path, size):
    path = write_video(tmp_path / "a.mkv", codec="ffv1", count=3, size_wh=size, pix_fmt="yuv444p")
    assert picture_info(path).size_wh == size
    assert [frame.luma().shape for frame in frames(path)] == [size[::-1]] * 3
    assert [frame.rgb().shape for frame in frames(path)] == [(*size[::-1], 3)] * 3


def test_pixels_that_are_not_square_show_in_the_size_alone(tmp_path):
    def prepare(_, stream):
        stream.codec_context.sample_aspect_ratio = Fraction(4, 3)

    path = write_video(tmp_path / "a.mp4", count=3, prepare=prepare)
    assert picture_info(path).size_wh == (85, 48)
    assert next(frames(path)).size_wh == (64, 48)


def test_clip_time_zero_is_the_containers_start(tmp_path):
    path = write_video(tmp_path / "a.ts", sound=clicks(1.0, [0.5]), container="mpegts")
    with av.open(str(path)) as container:
        assert container.start_time > 0
    assert next(frames(path)).time == pytest.approx(0.0, abs=0.05)
    assert picture_info(path).duration == pytest.approx(1.0, abs=0.1)
    assert len(list(frames(path))) == 25


def test_what_an_edit_list_hides_is_not_shown(tmp_path):
    path = tmp_path / "a.mp4"
    whole = write_video(tmp_path / "whole.mp4", options={"g": "100", "bf": "0"})
    with av.open(str(whole)) as source, av.open(str(path), "w") as out:
        stream = source.streams.video[0]
        copy = out.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.size:
                shift = round(Fraction(10, 25) / stream.time_base)
                packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
                packet.stream = copy
                out.mux(packet)
    shown = list(frames(path))
    assert [one.time for one in shown] == pytest.approx([i / 25 for i in range(15)])
    assert int(shown[0].luma()[40, 50]) == pytest.approx(level(10), abs=3)
    assert picture_info(path).duration == pytest.approx(0.6, abs=0.01)


@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuv420p10le", "yuv444p", "gray", "gray10le", "bgr0"])
def test_luma_is_full_range_and_agrees_with_the_colours(tmp_path, pix_fmt):
    ramp = np.repeat(np.linspace(0, 255, 256, dtype=np.uint8)[None, :, None], 32, axis=0).repeat(3, axis=2)
    path = write_video(
        tmp_path / "a.mkv", codec="ffv1", count=1, size_wh=(256, 32), pix_fmt=pix_fmt, picture=lambda *_: ramp
    )
    (frame,) = frames(path)
    assert np.abs(frame.luma().astype(int) - ramp[..., 0]).max() <= 2
    assert np.abs(frame.rgb().astype(int) - ramp).max() <= 2
    assert frame.luma().flags.c_contiguous


def test_frames_stay_theirs_while_the_next_are_read(tmp_path):
    path = write_video(tmp_path / "a.mp4")
    kept = [(one, one.luma()) for one in frames(path)]
    assert all(np.array_equal(one.luma(), luma) for one, luma in kept)
    kept[0][1][:] = 0
    assert kept[0][0].luma().any()


def test_parts_and_steps(tmp_path):
    path = write_video(tmp_path / "a.mp4", count=100, options={"g": "10", "bf": "2"})
    everything = list(frames(path))
    part = list(frames(path, start=1.0, end=2.0))
    assert [one.time for one in part] == pytest.approx([1 + i / 25 for i in range(25)])
    assert all(np.array_equal(a.luma(), b.luma()) for a, b in zip(part, everything[25:50], strict=True))
    steps = [one.time for one in frames(path, every=0.1)]
    assert len(steps) == 40
    assert np.diff(steps).mean() == pytest.approx(0.1, abs=0.002)
    assert [one.time for one in frames(path, start=1.0, end=2.0, every=0.2)] == pytest.approx([1.0, 1.2, 1.4, 1.6, 1.8])
    assert not list(frames(path, start=9.0))


def test_a_hundred_megapixels_are_bounded_work(tmp_path):
    big = np.zeros((9000, 11200), np.uint8)
    big[:, 5600:] = 200
    Image.fromarray(big).save(tmp_path / "a.png", compress_level=1)
    frame = next(frames(tmp_path / "a.png"))
    assert picture_info(tmp_path / "a.png").size_wh == (11200, 9000)
    assert frame.size_wh == (LONGEST_SIDE, 3291)
    assert frame.luma().shape == (3291, LONGEST_SIDE)
    assert frame.luma()[100, 100] == 0
    assert frame.luma()[100, -100] == 200


def _png(width, height):
    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


def test_decompression_bombs_are_refused(tmp_path):
    (tmp_path / "a.png").write_bytes(_png(30000, 30000))
    for read in (picture_info, lambda path: list(frames(path))):
        with pytest.raises(InputError):
            read(tmp_path / "a.png")


@pytest.fixture
def bad(tmp_path):
    """Files that hold no picture, by name."""
    whole = write_video(tmp_path / "whole.mp4", count=50)
    fast = write_video(
        tmp_path / "fast.mp4", count=50, prepare=lambda out, _: out.container_options.update(movflags="faststart")
    )
    mkv = write_video(tmp_path / "whole.mkv", count=50)
    made = {
        "no moov.mp4": whole.read_bytes()[:600],
        "half.mp4": fast.read_bytes()[: fast.stat().st_size // 2],
        "half.mkv": mkv.read_bytes()[: mkv.stat().st_size // 2],
        "zero.mp4": b"",
        "text.mp4": b"not a picture\n" * 100,
        "notes.txt": b"not a picture\n" * 100,
        "noise.jpg": bytes(range(256)) * 20,
        "list.m3u8": b"#EXTM3U\n#EXTINF:1,\nwhole.mp4\n",
        "half.png": _png(60, 60)[:60],
    }
    for name, data in made.items():
        (tmp_path / name).write_bytes(data)
    write_sound(tmp_path / "sound.m4a", clicks(0.2, [0.1]), codec="aac")
    (tmp_path / "folder.mp4").mkdir()
    return tmp_path, [*made, "sound.m4a", "folder.mp4", "missing.mp4"]


def test_what_is_no_picture_is_refused_in_one_line(bad):
    folder, names = bad
    for name in names:
        for read in (picture_info, lambda path: list(frames(path))):
            with pytest.raises(InputError) as told:
                pytest.fail(f"{name}: {read(folder / name)}")
            assert "\n" not in str(told.value)
            assert name in str(told.value)


def test_a_video_without_frames(tmp_path):
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as out:
        out.add_stream("libx264", rate=25)
        sound = out.add_stream("aac", rate=48000)
        encode_sound(out, sound, clicks(0.5, [0.2]), 48000)
    with pytest.raises(InputError):
        picture_info(path)
    with pytest.raises(InputError):
        list(frames(path))


def test_real_videos(shared):
    for name, size, count in (("coffee", (1280, 720), 287), ("intel_cars", (768, 432), 377), ("nasa", (320, 180), 325)):
        path = shared / "data/video" / f"{name}.mp4"
        info = picture_info(path)
        assert (info.kind, info.size_wh, info.has_audio) == ("video", size, True)
        times = [one.time for one in frames(path)]
        assert len(times) == count
        assert times[0] == 0
        assert info.duration == pytest.approx(count / float(info.fps), abs=0.01)
