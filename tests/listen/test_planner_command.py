"""The planner as a user types it, against the fake server: real facts, files on the disk, no key anywhere."""

import json
from typing import NamedTuple

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from seehear.chat import Recorder
from seehear.cli.app import app
from seehear.listen import to_scene
from tests.chat import fake_server as fake
from tests.chat.fake_server import KEY, FakeServer, good
from tests.listen.test_planner import RATE, layout, noise, write_example


@pytest.fixture
def place(tmp_path, monkeypatch):
    for seed in range(2):
        write_example(tmp_path / "examples" / f"e{seed}", noise(seed), label=f"thing{seed}", x=0.1 * seed)
    soundfile.write(tmp_path / "clip.wav", noise(77).T, RATE)
    monkeypatch.setenv("SEEHEAR_CHAT_KEY", KEY)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


class Run(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


def listen(place, *words):
    done = CliRunner().invoke(app, ["listen", "clip.wav", "-o", "scene.json", *map(str, words)])
    return Run(done.exit_code, done.stdout, done.stderr)


def test_a_scene_by_a_model_and_the_key_is_nowhere(place):
    with FakeServer([good(layout(6))]) as server:
        words = ("--backend", "mllm", "--endpoint", server.address, "--model", "m", "--examples", "examples",
                 "--keyframes", 6, "--force")  # fmt: skip
        runs = [listen(place, *words), listen(place, *words, "--json")]
    assert [run.returncode for run in runs] == [0, 0], runs[0].stderr
    assert len(server.requests) == 1, "the second time comes from the cache"
    assert server.headers[0]["Authorization"] == f"Bearer {KEY}"
    scene = json.loads((place / "scene.json").read_text())
    assert scene == json.loads(runs[1].stdout)
    assert scene["extra"]["planner"]["cached"]
    assert scene["objects"][0]["label"] == "car"
    told = server.requests[0]["messages"][-1]["content"][1]["text"]
    assert "Source 1: " in told
    assert "deg" in told
    for file in place.rglob("*"):
        assert file.is_dir() or KEY.encode() not in file.read_bytes(), file
    assert all(KEY not in run.stdout + run.stderr for run in runs)


def test_a_failure_is_one_line_and_keeps_the_last_words(place):
    with FakeServer([good("I would rather not say.")] * 4) as server:
        run = listen(place, "--backend", "mllm", "--endpoint", server.address, "--model", "m", "--ablation",
                     "no-examples", "--no-attach-sound")  # fmt: skip
    assert run.returncode == 1
    assert run.stderr.strip().splitlines()[-1].startswith("error: m gave no usable answer in 4 tries")
    assert (place / "scene.reply.txt").read_text() == "I would rather not say."
    assert not (place / "scene.json").exists()


def test_fallback_is_said_in_the_scene(place):
    with FakeServer([fake.echoing_key()]) as server:
        run = listen(place, "--backend", "mllm", "--endpoint", server.address, "--model", "m", "--ablation",
                     "no-examples", "--fallback", "cues")  # fmt: skip
    assert run.returncode == 0, run.stderr
    text = (place / "scene.json").read_text()
    assert "401" in json.loads(text)["extra"]["fallback"]
    assert KEY not in text + run.stdout + run.stderr


def test_options_of_the_model_without_it_are_refused(place):
    run = listen(place, "--examples", "examples")
    assert run.returncode == 1
    assert "--backend mllm" in run.stderr


def test_a_recorded_conversation_plays_back_on_the_command_line(place):
    with FakeServer([good("nothing of use"), good(layout(4))]) as server:
        recorder = Recorder(server.endpoint(), place / "tape")
        choices = {"endpoint": recorder, "ablation": ["no-examples"]}
        recorded = to_scene(place / "clip.wav", backend="mllm", keyframes=4, choices=choices)
    run = listen(place, "--backend", "mllm", "--endpoint", "recorded:tape", "--ablation", "no-examples",
                 "--keyframes", 4, "--cache", "off")  # fmt: skip
    assert run.returncode == 0, run.stderr
    scene = json.loads((place / "scene.json").read_text())
    assert scene["extra"]["planner"]["errors"] == recorded.extra["planner"]["errors"] != []
    assert [thing["id"] for thing in scene["objects"]] == [thing.id for thing in recorded.objects]


@pytest.mark.parametrize(
    ("samples", "rate"),
    [(noise(1)[:1], RATE), (np.zeros((2, 8000)), 8000), (noise(1)[:, :1], RATE), (noise(1)[[0, 0]], 8000),
     (np.repeat(noise(1), 2, axis=0), RATE)],
    ids=["mono", "silence", "one sample", "dual mono at 8 kHz", "four channels"],
)  # fmt: skip
def test_odd_sounds_are_planned_too(place, samples, rate):
    soundfile.write(place / "clip.wav", samples.T, rate)
    with FakeServer([good(layout(4))]) as server:
        run = listen(place, "--backend", "mllm", "--endpoint", server.address, "--model", "m", "--examples", "examples",
                     "--keyframes", 4)  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert json.loads((place / "scene.json").read_text())["objects"]
    assert len(server.requests) == 1


def test_a_sound_that_is_too_long_is_refused(place):
    soundfile.write(place / "clip.wav", np.zeros((130 * 8000, 1)), 8000)
    run = listen(place, "--backend", "mllm", "--endpoint", "http://127.0.0.1:9/v1", "--model", "m", "--ablation",
                 "no-examples")  # fmt: skip
    assert (run.returncode, "at most 120 s" in run.stderr) == (1, True)
