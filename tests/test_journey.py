"""The main job end to end: what the picture shows is heard where it is."""

import json
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

import seehear
from tests.clips import disc_frames, thuds, write_clip


def write_lossless(path: Path, frames: np.ndarray, fps: int = 25) -> Path:
    with av.open(str(path), "w") as out:
        video = out.add_stream("ffv1", rate=fps)
        video.width, video.height, video.pix_fmt = frames.shape[2], frames.shape[1], "bgr0"
        for frame in frames:
            for packet in video.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")):
                out.mux(packet)
        for packet in video.encode():
            out.mux(packet)
    return path


def moving(heard) -> object:
    """The report row of the disc: the loudest that crosses."""
    rows = [row for row in heard.report.objects if row.bearing is not None and row.motion != "still"]
    return max(rows, key=lambda row: row.bearing.level_db)


@pytest.fixture(scope="module")
def silent(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("silent")
    return write_lossless(folder / "disc.mkv", disc_frames(60))


@pytest.fixture(scope="module")
def sounding(tmp_path_factory) -> Path:
    return write_clip(tmp_path_factory.mktemp("sounding") / "disc.mp4", seconds=3.0, sound=thuds(3.0))


@pytest.mark.parametrize("layout", ["binaural", "stereo", "5.1", "7.1", "5.1.4", "7.1.4", "foa", "hoa3"])
def test_every_layout_puts_the_disc_where_it_is_seen(silent, layout):
    heard = seehear.hear(silent, layout=layout, sound="voices", labels=["car"])
    row = moving(heard)
    assert row.bearing.error < 3.0
    assert np.isfinite(heard.samples).all()
    assert np.abs(heard.samples).max() <= 1.0
    assert heard.samples.shape[1] == round(heard.scene.duration * 48000)


def test_the_disc_goes_from_left_to_right(silent):
    samples = seehear.hear(silent, layout="stereo", sound="voices", labels=["car"]).samples
    third = samples.shape[1] // 3
    level = [10 * np.log10((samples[:, part] ** 2).mean(axis=1)) for part in (slice(0, third), slice(-third, None))]
    assert level[0][0] > level[0][1] + 3
    assert level[1][1] > level[1][0] + 3


def test_mirrored_frames_negate_the_azimuth(silent, tmp_path):
    mirrored = write_lossless(tmp_path / "mirrored.mkv", disc_frames(60)[:, :, ::-1])
    for layout in ("binaural", "foa"):
        left = moving(seehear.hear(silent, layout=layout, sound="voices", labels=["car"], loudness=None)).bearing
        right = moving(seehear.hear(mirrored, layout=layout, sound="voices", labels=["car"], loudness=None)).bearing
        assert left.heard == pytest.approx(-right.heard, abs=1.0)
        assert left.level_db == pytest.approx(right.level_db, abs=0.2)


def test_half_the_resolution_changes_nothing_to_be_heard(tmp_path):
    bearings = []
    for size in ((640, 360), (320, 180)):
        frames = disc_frames(60, (640, 360))
        if size == (320, 180):
            frames = frames.reshape(60, 180, 2, 320, 2, 3).mean(axis=(2, 4)).round().astype(np.uint8)
        clip = write_lossless(tmp_path / f"{size[0]}.mkv", frames)
        bearings.append(moving(seehear.hear(clip, layout="foa", sound="voices", labels=["car"], loudness=None)).bearing)
    assert bearings[0].heard == pytest.approx(bearings[1].heard, abs=1.0)
    assert bearings[0].level_db == pytest.approx(bearings[1].level_db, abs=0.1)


@pytest.mark.parametrize("layout", ["binaural", "7.1.4"])
def test_render_of_the_written_scene_and_stems_is_what_was_heard(sounding, tmp_path, layout):
    out, again = tmp_path / "heard.wav", tmp_path / "again.wav"
    heard = seehear.hear(sounding, out, layout=layout, stems=tmp_path / "stems")
    assert heard.samples is None
    seehear.render(tmp_path / "heard.scene.json", again, stems=tmp_path / "stems", layout=layout)
    first, second = soundfile.read(out)[0], soundfile.read(again)[0]
    assert first.shape == second.shape
    assert 20 * np.log10(np.abs(first - second).max() / np.abs(first).max() + 1e-12) < -90


def test_own_stems_and_ambience_add_up_to_the_original(sounding, tmp_path):
    from seehear.media.audio import read_audio

    seehear.hear(sounding, tmp_path / "heard.wav", stems=tmp_path / "stems")
    original = read_audio(sounding, sample_rate=48000).samples
    files = sorted((tmp_path / "stems").glob("*.wav"))
    total = np.zeros_like(original)
    for file in files:
        stem = soundfile.read(file, dtype="float32", always_2d=True)[0].T
        count = min(total.shape[1], stem.shape[1])
        total[:, :count] += stem[:, :count]
    count = min(total.shape[1], round(3.0 * 48000))
    residual = np.sqrt(((total - original)[:, :count] ** 2).mean() / (original[:, :count] ** 2).mean())
    assert 20 * np.log10(residual + 1e-12) <= -60


def test_loudness_is_met_and_written_down(sounding, tmp_path):
    import pyloudnorm

    out = tmp_path / "heard.wav"
    heard = seehear.hear(sounding, out, layout="stereo")
    samples, rate = soundfile.read(out)
    measured = pyloudnorm.Meter(rate).integrated_loudness(samples)
    assert measured == pytest.approx(heard.report.loudness_lufs, abs=0.1)
    assert heard.report.true_peak_dbtp <= -1.0 + 0.01
    assert json.loads((tmp_path / "heard.scene.json").read_text())["extra"]["gain_db"] == heard.report.gain_db


def test_the_same_seed_gives_the_same_bytes(silent, tmp_path):
    for name in ("a.wav", "b.wav"):
        seehear.hear(silent, tmp_path / name, sound="voices", labels=["car"])
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()
    assert (tmp_path / "a.scene.json").read_bytes() == (tmp_path / "b.scene.json").read_bytes()


def test_mp4_keeps_the_picture_and_carries_the_sound(sounding, tmp_path):
    out = tmp_path / "heard.mp4"
    seehear.hear(sounding, out, layout="5.1")
    payloads = []
    for file in (sounding, out):
        with av.open(str(file)) as container:
            payloads.append([bytes(packet) for packet in container.demux(video=0) if packet.size])
    assert payloads[0] == payloads[1]
    with av.open(str(out)) as container:
        assert container.streams.audio[0].layout.nb_channels == 6


def test_only_and_mute(sounding):
    whole = seehear.hear(sounding, sound="voices", labels=["car"])
    name = moving(whole).id
    without = seehear.hear(sounding, sound="voices", labels=["car"], mute=[name])
    assert name not in [row.id for row in without.report.objects]
    alone = seehear.hear(sounding, sound="voices", labels=["car"], only=[name])
    assert [row.id for row in alone.report.objects] == [name]


def test_demo_runs_and_replaces_only_its_own(tmp_path):
    folder = tmp_path / "demo"
    run = [sys.executable, "-m", "seehear", "demo", "-o", str(folder), "--json"]
    report = json.loads(subprocess.run(run, check=True, capture_output=True, text=True).stdout)
    placed = {row["motion"]: row["bearing"] for row in report["objects"] if row["bearing"]}
    assert len(report["objects"]) == 2, "the car and the bird, out of one mono soundtrack"
    assert all(bearing["error"] < 5.0 for bearing in placed.values())
    bird = min(report["objects"], key=lambda row: row["motion"] == "passing")["bearing"]
    assert bird["heard"] == pytest.approx(22.3, abs=4.0), "the world put it there"
    for name in ("heard.mp4", "heard-5.1.wav", "heard.scene.json", "heard.png"):
        assert (folder / name).stat().st_size > 1000
    subprocess.run(run, check=True, capture_output=True)
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "heard.mp4").write_bytes(b"precious")
    refused = subprocess.run([*run[:-2], str(foreign)], capture_output=True, text=True)
    assert refused.returncode == 1
    assert (foreign / "heard.mp4").read_bytes() == b"precious"


def test_a_gif_runs_as_often_as_asked(tmp_path):
    from PIL import Image

    frames = [Image.fromarray(frame) for frame in disc_frames(20)]
    frames[0].save(tmp_path / "disc.gif", save_all=True, append_images=frames[1:], duration=100, loop=0)
    once, thrice = (tmp_path / name for name in ("once.wav", "thrice.mkv"))
    seehear.hear(tmp_path / "disc.gif", once, layout="stereo", labels=["car"])
    seehear.hear(tmp_path / "disc.gif", thrice, layout="stereo", labels=["car"], loops=3)
    single = soundfile.read(once)[0].T
    assert single.shape[1] == 2 * 48000
    with av.open(str(thrice)) as container:
        assert float(container.duration / av.time_base) == pytest.approx(6.0, abs=0.15)
    from seehear.media.audio import read_audio

    looped = read_audio(thrice).samples
    assert np.abs(looped[:, 2 * 48000 : 4 * 48000] - single).max() < 1e-4


def test_an_image_is_heard_for_ten_seconds(tmp_path):
    from PIL import Image

    Image.fromarray(disc_frames(2)[0]).save(tmp_path / "disc.png")
    heard = seehear.hear(tmp_path / "disc.png", layout="foa")
    assert heard.samples.shape == (4, 10 * 48000)
    assert np.sqrt((heard.samples**2).mean()) > 1e-3
    assert seehear.hear(tmp_path / "disc.png", labels=["car"], duration=2.5).samples.shape == (2, 120000)


def test_stream_writes_the_same_without_the_gain(silent, tmp_path):
    out = tmp_path / "stream.wav"
    streamed = seehear.hear(silent, out, sound="voices", labels=["car"], stream=True)
    whole = seehear.hear(silent, sound="voices", labels=["car"], loudness=None).samples
    samples, _ = soundfile.read(out, dtype="float32")
    assert soundfile.info(out).subtype == "FLOAT"
    assert streamed.report.gain_db == 0.0
    np.testing.assert_allclose(samples.T, whole, atol=1e-6)


def test_several_pictures_into_a_folder(sounding, silent, tmp_path):
    words = [sys.executable, "-m", "seehear", "hear", str(sounding), str(silent), "-o", f"{tmp_path}/out/", "--json"]
    run = subprocess.run(words, capture_output=True, text=True, check=False)
    assert run.returncode == 1, "two pictures of one name"
    other = tmp_path / "other.mkv"
    other.write_bytes(silent.read_bytes())
    words[5] = str(other)
    reports = json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
    assert len(reports) == 2
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == [
        "disc.binaural.mp4", "disc.binaural.scene.json", "other.binaural.mp4", "other.binaural.scene.json",
    ]  # fmt: skip


def test_the_original_sound_is_kept_beside(sounding, tmp_path):
    seehear.hear(sounding, tmp_path / "both.mp4", keep_original=True)
    with av.open(str(tmp_path / "both.mp4")) as container:
        assert len(container.streams.audio) == 2


def test_a_part_of_a_clip(sounding, tmp_path):
    whole = seehear.hear(sounding, sound="voices", labels=["car"], layout="foa")
    part = seehear.hear(
        sounding, tmp_path / "part.wav", sound="voices", labels=["car"], layout="foa", start=1.0, end=2.0
    )
    assert part.scene.duration == pytest.approx(1.0, abs=0.05)
    assert moving(part).bearing.asked == pytest.approx(moving(whole).bearing.asked, abs=6.0)
