"""`seehear score`: the same numbers as the functions', undefined with a reason, bad input in a line."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from tests.clips import thuds, write_clip
from typer.testing import CliRunner

from seehear.cli.app import app
from seehear.errors import InputError
from seehear.media.audio import read_audio
from seehear.media.layout import layout_of
from seehear.media.write import SoundWriter
from seehear.pipelines import Beside, score_clip
from seehear.pipelines.scoring import GROUPS, catalogue
from seehear.scene import read_scene
from seehear.score import direction_scores, mirrored
from seehear.simulate import write_worlds


@pytest.fixture(scope="module")
def worlds(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("score") / "worlds"
    options = {"size_wh": (160, 90), "fps": 12, "duration": 1.5, "preset": "demo", "seed": 3}
    write_worlds(folder, 2, layouts=("binaural", "foa"), **options)
    return folder


def scored(*words: object) -> dict:
    run = CliRunner().invoke(app, ["score", *map(str, words), "--json"])
    assert run.exit_code == 0, run.output
    return json.loads(run.stdout)


def refused(*words: object) -> str:
    run = CliRunner().invoke(app, ["score", *map(str, words)])
    assert run.exit_code == 1
    (line,) = run.stderr.strip().splitlines()
    assert line.startswith("error: ")
    return line


def test_a_clip_alone_has_its_signal_and_its_sides(worlds):
    told = scored(worlds / "000000" / "mix.binaural.flac")
    names = [one.name for group in ("signal", "sides") for one in catalogue()[group]]
    assert list(told["clips"][0]["scores"]) == names
    assert told["mean"]["loudness"]["n"] == 1


@pytest.mark.parametrize("layout", ["binaural", "foa"])
def test_a_scene_adds_directions_that_are_the_functions_own(worlds, layout):
    folder = worlds / "000000"
    clip = folder / f"mix.{layout}.flac"
    found = scored(clip, "--truth", folder / "scene.json")["clips"][0]["scores"]
    sound = read_audio(clip)
    scene = read_scene(folder / "scene.json")
    own = direction_scores(sound.samples, scene, layout=layout_of(layout), sample_rate=sound.sample_rate)
    for score in own:
        assert found[score.name]["value"] == pytest.approx(score.value)
        assert found[score.name]["extra"]["chance"] == pytest.approx(score.extra["chance"])
    swapped = mirrored(sound.samples, layout_of(layout))
    other = direction_scores(swapped, scene, layout=layout_of(layout), sample_rate=sound.sample_rate)
    assert found["swapped_azimuth_error"]["value"] == pytest.approx(other.azimuth.value)
    assert found["swapped_azimuth_error"]["value"] > found["azimuth_error"]["value"]


def test_with_its_stems_a_clip_is_judged_where_one_object_is_alone(worlds):
    folder = worlds / "000000"
    strict = Beside(truth=folder / "scene.json", stems=folder / "stems")
    scores = {one.name: one for one in score_clip(folder / "mix.binaural.flac", strict, metrics=["direction"])}
    assert scores["azimuth_error"].value < 5.0
    assert "nearest" not in scores["azimuth_error"].reason


def test_a_clip_is_its_own_best_reference(worlds):
    clip = worlds / "000000" / "mix.foa.flac"
    found = {one.name: one.value for one in score_clip(clip, Beside(reference=clip), metrics=["reference"])}
    assert (found["loudness_error"], found["si_sdr"]) == (0.0, 100.0)
    assert found["energy_map_cc"] == pytest.approx(1.0)
    assert math.isnan(found["ild_error"])


def test_what_is_missing_is_nan_with_its_reason(worlds):
    clip = worlds / "000000" / "mix.binaural.flac"
    told = scored(clip, "--metrics", "azimuth_error,si_sdr", "--metrics", "width")["clips"][0]["scores"]
    assert list(told) == ["width", "azimuth_error", "si_sdr"]
    assert (told["azimuth_error"]["value"], told["azimuth_error"]["n"]) == (None, 0)
    assert told["azimuth_error"]["reason"] == "needs a scene: the truth, or a watched one"
    assert told["si_sdr"]["reason"] == "needs a reference clip"
    assert "nan" in CliRunner().invoke(app, ["score", str(clip), "--metrics", "si_sdr"]).stderr


def test_several_clips_have_means_with_intervals(worlds):
    clips = [worlds / name / "mix.binaural.flac" for name in ("000000", "000001")]
    scenes = [word for clip in clips for word in ("--truth", clip.parent / "scene.json")]
    told = scored(*clips, *scenes, "--metrics", "azimuth_error")
    values = [one["scores"]["azimuth_error"]["value"] for one in told["clips"]]
    mean = told["mean"]["azimuth_error"]
    assert mean["value"] == pytest.approx(np.mean(values))
    assert min(values) <= mean["low"] <= mean["high"] <= max(values)
    assert mean["n"] == 2


def test_a_watched_clip_needs_no_scene(tmp_path):
    clip = write_clip(tmp_path / "disc.mp4", seconds=1.0, sound=np.repeat(thuds(1.0)[:1], 2, axis=0))
    told = scored(clip, "--watch")["clips"][0]["scores"]
    assert "seen_azimuth_error" in told


def test_every_group_is_there():
    assert tuple(catalogue()) == GROUPS
    names = [one.name for group in catalogue().values() for one in group]
    assert len(names) == len(set(names))


def test_bad_input_is_one_line(worlds, tmp_path):
    folder = worlds / "000000"
    clip, scene = folder / "mix.binaural.flac", folder / "scene.json"
    assert "no.wav" in refused("no.wav")
    assert "--metrics" in refused(clip, "--metrics", "moon")
    assert "once for each of 1 clips, got 2" in refused(clip, "--truth", scene, "--truth", scene)
    assert "both" in refused(clip, "--truth", scene, "--watch")
    assert "expected 4 channels (foa)" in refused(clip, "--layout", "foa")
    assert "reference of 2 channels" in refused(clip, "--reference", folder / "mix.foa.flac")
    assert "add the truth" in refused(clip, "--stems", folder / "stems")
    with SoundWriter(tmp_path / "long.wav", layout_of("binaural")) as writer:
        writer.write(np.zeros((2, 3 * 48000), dtype=np.float32))
    assert "the scene lasts 1.50 s" in refused(tmp_path / "long.wav", "--truth", scene)


def test_a_mono_clip_has_no_sides(tmp_path):
    import soundfile

    soundfile.write(tmp_path / "mono.wav", np.zeros(4800), 48000)
    with pytest.raises(InputError, match="a mono clip has no sides"):
        score_clip(tmp_path / "mono.wav")
