"""Sound to picture: the video follows the sound, carries it unchanged, and its scene can be edited."""

import json

import numpy as np
import pytest
import soundfile

from seehear import see
from seehear.acoustics.render import Renderer
from seehear.errors import InputError
from seehear.media import audio_blocks, frames, picture_info
from seehear.media.carry import same_samples
from seehear.media.layout import layout_of
from seehear.media.stems import ArrayStems
from seehear.scene import Scene, read_scene
from seehear.voices import Drive, make

RATE = 48000
SIZE = (192, 108)


@pytest.fixture(scope="module")
def left_speech(tmp_path_factory):
    """A voice 25 degrees to the left, heard by two ears."""
    return heard_at(tmp_path_factory.mktemp("see") / "left.wav", 25.0)


def heard_at(path, azimuth: float):
    voice = make("speech", Drive.still(2.0), sample_rate=RATE, rng=np.random.default_rng(1))
    key = {"time": 0.0, "azimuth": azimuth, "elevation": 0.0}
    scene = Scene.model_validate(
        {"schema": 1, "duration": 2.0, "objects": [{"id": "a", "sounding": [[0.0, 2.0]], "keyframes": [key]}]}
    )
    stems = ArrayStems({"a": voice}, RATE, 2 * RATE)
    mix = np.concatenate(
        [block.mix for block in Renderer(scene, layout_of("binaural"), sample_rate=RATE).blocks(stems)], axis=1
    )
    soundfile.write(path, 0.5 * mix.T / np.abs(mix).max(), RATE, subtype="PCM_16")
    return path


def lit(path) -> float:
    """Where the glow is, as a share of the picture's width: the middle of what is yellow."""
    total = np.zeros(SIZE[0])
    for frame in frames(path):
        picture = frame.rgb().astype(int)
        yellow = np.clip(np.minimum(picture[..., 0], picture[..., 1]) - picture[..., 2] - 60, 0, None)
        total += yellow[: SIZE[1] * 3 // 4].sum(axis=0)
    assert total.sum() > 0
    return float((total * (np.arange(SIZE[0]) + 0.5)).sum() / total.sum() / SIZE[0])


def test_the_video_follows_the_sound_and_carries_it(left_speech, tmp_path):
    seen = see(left_speech, tmp_path / "out.mp4", size_wh=SIZE)
    assert same_samples(left_speech, tmp_path / "out.mp4")
    length = sum(block.shape[1] for block in audio_blocks(left_speech)) / RATE
    assert picture_info(tmp_path / "out.mp4").duration == pytest.approx(length, abs=1 / 30)
    assert seen.frames == 60
    assert read_scene(tmp_path / "out.scene.json") == seen.scene
    assert lit(tmp_path / "out.mp4") < 0.35  # 25 degrees to the left of a view 60 wide lie at 0.1


def test_the_mirrored_sound_gives_the_other_side(tmp_path):
    see(heard_at(tmp_path / "right.wav", -25.0), tmp_path / "out.mp4", size_wh=SIZE)
    assert lit(tmp_path / "out.mp4") > 0.65


def test_the_scene_can_be_changed_and_drawn_again(left_speech, tmp_path):
    seen = see(left_speech, tmp_path / "out.mp4", size_wh=SIZE)
    told = json.loads(seen.scene_file.read_text())
    for key in told["objects"][0]["keyframes"]:
        key["azimuth"], key["box"] = -25.0, [0.8, 0.3, 0.95, 0.9]
    seen.scene_file.write_text(json.dumps(told))
    with pytest.raises(InputError, match=r"out\.mp4"):
        see(left_speech, tmp_path / "out.mp4", scene=seen.scene_file, size_wh=SIZE)
    see(left_speech, tmp_path / "out.mp4", scene=seen.scene_file, size_wh=SIZE, force=True)
    assert lit(tmp_path / "out.mp4") > 0.65
    assert json.loads(seen.scene_file.read_text()) == told  # the edited file is left as it is


def test_a_scene_of_another_length_is_refused(left_speech, tmp_path):
    with pytest.raises(InputError, match=r"as long as the sound, 2\.000 s, got 3\.000 s"):
        see(left_speech, tmp_path / "out.mp4", scene=Scene(duration=3.0))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("samples", [np.zeros((RATE, 2)), np.zeros((1, 2)), np.full((RATE, 1), 0.3), np.ones((400, 2))])
def test_silence_a_click_and_an_offset_still_give_a_video(samples, tmp_path):
    soundfile.write(tmp_path / "a.wav", samples, RATE)
    seen = see(tmp_path / "a.wav", tmp_path / "out.mp4", size_wh=(64, 36))
    assert seen.frames == max(round(len(samples) / RATE * 30), 1)
    assert same_samples(tmp_path / "a.wav", tmp_path / "out.mp4")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"output": "out.gif"}, "mp4"),
        ({"fps": 0}, "frames per second"),
        ({"size_wh": (3, 3)}, "even width"),
        ({"planner": "x"}, "cues"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_left(change, said, left_speech, tmp_path):
    wish = {"output": "out.mp4", **change}
    output = tmp_path / wish.pop("output")
    with pytest.raises(ValueError, match=said):
        see(left_speech, output, **wish)
    assert not list(tmp_path.iterdir())
