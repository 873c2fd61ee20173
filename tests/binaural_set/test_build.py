"""From a folder of recordings to a folder of clips: whole, the same again, and nothing stops it."""

import hashlib
import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile

from seehear.errors import InputError
from seehear.media import audio_info, frames, layout_of, picture_info, read_audio
from seehear.media.film import write_video
from seehear.pipelines.binaural_set import Filters, Wander, Wish, binaural_set
from seehear.scene import Camera, read_scene
from seehear.score.windows import heard_in

from .making import RATE, field_of, recording

WISH = Wish(size_wh=(48, 48), clip_seconds=1.0)


def rows(folder: Path, name: str) -> list[dict]:
    file = folder / f"{name}.jsonl"
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []


def content(folder: Path) -> dict[str, str]:
    files = sorted(one for one in folder.rglob("*") if one.is_file())
    return {str(one.relative_to(folder)): hashlib.sha256(one.read_bytes()).hexdigest() for one in files}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    place = tmp_path_factory.mktemp("set")
    recording(place / "in", "beside")
    recording(place / "in" / "deep", "inside", muxed=True, seconds=1.0)
    recording(place / "in", "quiet", seconds=1.0, gain=1e-3)
    recording(place / "in", "frozen", seconds=1.0, still=True)
    bad = place / "in" / "bad"
    recording(bad, "stereo", seconds=1.0)
    soundfile.write(bad / "stereo.wav", np.zeros((RATE, 2)), RATE)
    recording(bad, "three", seconds=1.0)
    soundfile.write(bad / "three.wav", np.zeros((RATE, 3)), RATE)
    recording(bad, "mute", seconds=1.0)
    (bad / "mute.wav").unlink()
    recording(bad, "cut", seconds=1.0)
    (bad / "cut.mp4").write_bytes((bad / "cut.mp4").read_bytes()[:900])
    (bad / "empty.mp4").touch()
    return place, binaural_set(place / "in", place / "out", wish=WISH)


def test_every_recording_is_a_clip_or_a_row_that_says_why(made):
    place, done = made
    assert (done.made, done.kept, done.dropped, done.failed) == (3, 0, 2, 5)
    names = [row["name"] for row in rows(place / "out", "manifest")]
    assert names == ["beside-0000", "beside-0001", "deep__inside-0000"]
    assert {row["name"]: row["dropped"] for row in rows(place / "out", "dropped")} == {
        "frozen-0000": "still picture", "quiet-0000": "silence",
    }  # fmt: skip
    told = {row["name"]: row["error"] for row in rows(place / "out", "failures")}
    assert sorted(told) == ["bad__cut", "bad__empty", "bad__mute", "bad__stereo", "bad__three"]
    assert "4, 9 or 16 channels" in told["bad__stereo"]
    assert "no sound" in told["bad__mute"]


def test_a_clip_is_whole(made):
    place, _ = made
    clip = place / "out" / "beside-0001"
    assert sorted(one.name for one in clip.iterdir()) == ["mix.binaural.flac", "scene.json", "video.mp4"]
    sound, picture = read_audio(clip / "mix.binaural.flac"), picture_info(clip / "video.mp4")
    assert sound.samples.shape == (2, RATE)
    assert picture.size_wh == (48, 48)
    assert picture.duration == pytest.approx(1.0)
    assert audio_info(clip / "video.mp4").channels == 2
    scene = read_scene(clip / "scene.json")
    assert (scene.camera.projection, scene.camera.horizontal_fov, scene.duration) == ("perspective", 90.0, 1.0)
    assert scene.objects[0].keyframes[0].box is None
    facts = scene.extra["binaural_set"]
    assert facts["main_direction"]["azimuth"] == pytest.approx(38.0, abs=5.0)  # the mean of the way's second half
    assert facts["left_right"] > 0.01
    assert facts["ambisonics"]["convention"] == "acn-sn3d"


def test_seen_and_heard_agree(made):
    place, _ = made
    for name in ("beside-0000", "beside-0001", "deep__inside-0000"):
        clip = place / "out" / name
        sound, camera = read_audio(clip / "mix.binaural.flac"), Camera(read_scene(clip / "scene.json").camera)
        heard = heard_in(sound.samples, layout_of("binaural"), sample_rate=RATE)
        times, seen = [], []
        for frame in frames(clip / "video.mp4"):
            bright = np.argwhere(frame.luma() > 160) + 0.5
            if len(bright) < 5 or bright.min() < 2 or bright.max() > 46:
                continue  # cut by the edge, or out of sight
            ray = camera.to_camera(camera.direction_of(bright.mean(axis=0)[::-1] / 48, frame.time), frame.time)[0]
            times.append(frame.time)
            seen.append(float(np.rad2deg(np.arcsin(ray[1]))))
        middle = heard.time + 0.05
        inside = (middle > times[0]) & (middle < times[-1])
        assert inside.sum() > 3
        assert np.median(np.abs(heard.azimuth - np.interp(middle, times, seen))[inside]) < 2.0  # deg, less than a pixel


@pytest.mark.parametrize("order", [2, 3])
def test_higher_orders_are_decoded_at_their_own(tmp_path, order):
    video = recording(tmp_path / "in", "high", seconds=1.0)
    way = np.interp(np.arange(RATE) / RATE, np.arange(10) / 10, np.linspace(-30.0, 60.0, 10))
    soundfile.write(video.with_suffix(".wav"), field_of(way, order=order).T, RATE, subtype="FLOAT")
    done = binaural_set(tmp_path / "in", tmp_path / "out", wish=WISH)
    assert (done.made, done.failed) == (1, 0)
    row = rows(tmp_path / "out", "sources")[0]
    assert row["channels"] == (order + 1) ** 2
    assert (row["ambisonics"]["convention"], row["ambisonics"]["basis"]) == ("acn-sn3d", "detected")


def test_a_real_recording_goes_through(tmp_path, shared):
    sound = read_audio(shared / "data" / "foa" / "jsamb_BF_rec3.ogg", sample_rate=RATE).samples[:, : 2 * RATE]
    video = recording(tmp_path / "in", "real")
    soundfile.write(video.with_suffix(".wav"), sound.T, RATE, subtype="FLOAT")
    wish = WISH._replace(ambisonics="fuma", filters=Filters(silence_share=1.0))  # it is a quiet one
    done = binaural_set(tmp_path / "in", tmp_path / "out", wish=wish)
    assert (done.made, done.dropped, done.failed) == (2, 0, 0)
    for row in rows(tmp_path / "out", "manifest"):
        assert row["left_right"] > 0.1
        assert (tmp_path / "out" / row["scene"]).is_file()
        ears = read_audio(tmp_path / "out" / row["name"] / "mix.binaural.flac").samples
        assert np.isfinite(ears).all()
        assert 1e-4 < np.abs(ears).max() < 1.0


def test_a_huge_picture_is_reduced_and_a_flat_one_refused(tmp_path):
    recording(tmp_path / "in", "one", seconds=1.0)
    write_video(tmp_path / "in" / "one.mp4", [np.full((100, 100, 3), 90, np.uint8)] * 10, Fraction(10), force=True)
    write_video(tmp_path / "in" / "huge.mp4", [np.full((2200, 4400, 3), 90, np.uint8)] * 2, Fraction(2))
    (tmp_path / "in" / "huge.wav").write_bytes((tmp_path / "in" / "one.wav").read_bytes())
    wish = WISH._replace(filters=Filters(static_share=1.0), ambisonics="acn-sn3d")
    done = binaural_set(tmp_path / "in", tmp_path / "out", wish=wish)
    assert (done.made, done.failed) == (1, 1)
    assert "2:1" in rows(tmp_path / "out", "failures")[0]["error"]


def test_the_file_s_own_word_on_its_channels_is_taken(made):
    place, _ = made
    told = {row["name"]: row["ambisonics"]["basis"] for row in rows(place / "out", "sources")}
    assert told["deep__inside"] == "file"
    assert told["beside"] in ("detected", "assumed")


def test_a_rerun_changes_nothing(made):
    place, _ = made
    before = content(place / "out")
    done = binaural_set(place / "in", place / "out", wish=WISH)
    assert (done.made, done.kept, done.failed) == (0, 3, 5)
    assert content(place / "out") == before


def test_what_a_kill_left_is_made_again_to_the_same_bytes(made, tmp_path):
    place, _ = made
    there = place / "out"
    again = tmp_path / "again"
    binaural_set(place / "in", again, wish=WISH)
    assert content(again) == content(there)
    (again / "manifest.jsonl").write_text((again / "manifest.jsonl").read_text()[:150])  # cut within a line
    for file in (again / "beside-0001").iterdir():
        file.unlink()
    (again / "beside-0001").rmdir()
    (again / ".beside-0001.x1y2").mkdir()
    done = binaural_set(place / "in", again, wish=WISH)
    assert done.failed == 5
    assert content(again) == content(there)


def test_two_processes_give_the_same_bytes_as_one(made, tmp_path):
    place, _ = made
    recording(tmp_path / "in" / "deep", "inside", muxed=True, seconds=1.0)
    binaural_set(tmp_path / "in", tmp_path / "out", wish=WISH, jobs=2)
    one = content(place / "out")
    there = {name: value for name, value in one.items() if name.startswith("deep__inside-0000/")}
    assert there.items() <= content(tmp_path / "out").items()


def test_other_wishes_need_another_folder_or_force(made, tmp_path):
    place, _ = made
    binaural_set(place / "in" / "deep", tmp_path / "one", wish=WISH)
    with pytest.raises(InputError, match="fov"):
        binaural_set(place / "in" / "deep", tmp_path / "one", wish=WISH._replace(fov=60.0))
    done = binaural_set(place / "in" / "deep", tmp_path / "one", wish=WISH._replace(fov=60.0), force=True)
    assert done.made == 1
    assert read_scene(tmp_path / "one" / "inside-0000" / "scene.json").camera.horizontal_fov == 60.0


def test_folders_that_hold_something_else_stay_untouched(tmp_path):
    recording(tmp_path / "in", "one", seconds=1.0)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match="holds no clips"):
        binaural_set(tmp_path / "in", tmp_path / "out", wish=WISH)
    with pytest.raises(InputError, match="360-degree"):
        binaural_set(tmp_path / "nowhere", tmp_path / "out2", wish=WISH)
    with pytest.raises(InputError, match="found none"):
        binaural_set(tmp_path / "out", tmp_path / "out2", wish=WISH)


@pytest.mark.parametrize(
    ("wish", "word"),
    [
        (WISH._replace(fov=180.0), "fov"),
        (WISH._replace(size_wh=(47, 48)), "even"),
        (WISH._replace(clip_seconds=0.1), "clip-seconds"),
        (WISH._replace(ambisonics="ambix?"), "acn-sn3d"),
        (WISH._replace(filters=Filters(silence_share=2.0)), "silence_share"),
        (WISH._replace(ears="magic"), "parametric"),
    ],
)
def test_wishes_that_no_clip_can_have_are_refused(tmp_path, wish, word):
    recording(tmp_path / "in", "one", seconds=1.0)
    with pytest.raises(InputError, match=word):
        binaural_set(tmp_path / "in", tmp_path / "out", wish=wish)


def test_ears_that_are_alike_are_left_out(tmp_path):
    video = recording(tmp_path / "in", "mono", seconds=1.0)
    only_w = read_audio(video.with_suffix(".wav")).samples.copy()
    only_w[1:] = 0.0
    soundfile.write(video.with_suffix(".wav"), only_w.T, RATE, subtype="PCM_24")
    wish = WISH._replace(ambisonics="acn-sn3d", ears="linear", wander=Wander(still=1.0))
    done = binaural_set(tmp_path / "in", tmp_path / "out", wish=wish)
    assert done.dropped == 1
    assert rows(tmp_path / "out", "dropped")[0]["dropped"] == "both ears alike"
