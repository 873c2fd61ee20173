"""Bad input: one clear line, exit 1, nothing written."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.clips import thuds, write_clip

SCENE = {
    "schema": 1,
    "duration": 1.0,
    "objects": [{"id": "dog", "sounding": [[0.0, 1.0]], "keyframes": [{"time": 0.0, "azimuth": 30.0}]}],
}


def seehear(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "seehear", *map(str, words)], cwd=cwd, capture_output=True, text=True, timeout=120
    )


def refused(run: subprocess.CompletedProcess[str], *expected: str) -> None:
    lines = run.stderr.strip().splitlines()
    assert run.returncode == 1, run.stderr
    assert len(lines) == 1, run.stderr
    assert lines[0].startswith("error: ")
    for word in expected:
        assert word in lines[0]


@pytest.fixture(scope="session")
def clip(tmp_path_factory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clip") / "disc.mp4", seconds=1.0, sound=thuds(1.0))


@pytest.fixture
def here(tmp_path: Path, clip: Path):
    """A folder that must hold the same files after the command as before."""
    (tmp_path / "disc.mp4").write_bytes(clip.read_bytes())
    (tmp_path / "dog.wav").write_bytes(b"")
    soundfile.write(tmp_path / "dog.wav", thuds(1.0)[0], 48000, subtype="FLOAT")
    before = None
    yield tmp_path, lambda: {file.name: file.read_bytes() for file in sorted(tmp_path.rglob("*")) if file.is_file()}
    assert before is None


def check(here, words, *expected):
    folder, files = here
    before = files()
    refused(seehear(*words, cwd=folder), *expected)
    assert files() == before


def test_no_such_file(here):
    check(here, ["hear", "nowhere.mp4", "-o", "out.wav"], "nowhere.mp4")


@pytest.mark.parametrize(
    "name", ["text.mp4", "empty.mp4", "truncated.mp4", "empty.png", "broken.jpg", "empty.gif", "folder.mp4"]
)
def test_not_media(here, name):
    folder, _ = here
    content = {
        "text.mp4": b"This is no film.\n" * 50,
        "truncated.mp4": (folder / "disc.mp4").read_bytes()[:4000],
        "broken.jpg": b"\xff\xd8\xff\xe0" + b"\x00" * 300,
    }.get(name, b"")
    if name == "folder.mp4":
        (folder / name).mkdir()
    else:
        (folder / name).write_bytes(content)
    check(here, ["hear", name, "-o", "out.wav"], name)


def test_a_video_without_frames(here):
    folder, _ = here
    soundfile.write(folder / "sound.wav", thuds(1.0)[0], 48000)
    check(here, ["hear", "sound.wav", "-o", "out.wav"], "sound.wav")


def test_a_stem_of_zero_length(here):
    folder, _ = here
    soundfile.write(folder / "none.wav", np.zeros(0, dtype=np.float32), 48000)
    check(here, ["render", "--stem", "none.wav", "-o", "out.wav"], "none.wav")


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_samples_that_are_no_numbers(here, bad):
    folder, _ = here
    samples = thuds(1.0)[0]
    samples[20000] = bad
    soundfile.write(folder / "bad.wav", samples, 48000, subtype="FLOAT")
    check(here, ["render", "--stem", "bad.wav", "-o", "out.wav"], "bad.wav")


def test_output_exists(here):
    folder, _ = here
    (folder / "out.wav").write_bytes(b"precious")
    check(here, ["hear", "disc.mp4", "-o", "out.wav"], "out.wav", "--force")


def test_output_scene_exists(here):
    folder, _ = here
    (folder / "out.scene.json").write_bytes(b"precious")
    check(here, ["hear", "disc.mp4", "-o", "out.wav"], "out.scene.json", "--force")


def test_output_folder_missing(here):
    check(here, ["hear", "disc.mp4", "-o", "no/such/out.wav"], "no/such")


def test_output_is_the_picture(here):
    check(here, ["hear", "disc.mp4", "-o", "disc.mp4", "--force"], "disc.mp4")


def test_output_of_unknown_kind(here):
    check(here, ["hear", "disc.mp4", "-o", "out.xyz"], "out.xyz", ".wav")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full device")
def test_disk_full(here):
    folder, files = here
    before = files()
    run = subprocess.run(
        ["bash", "-c", f"ulimit -f 100; exec {sys.executable} -m seehear hear disc.mp4 -o out.wav --layout 7.1.4"],
        cwd=folder, capture_output=True, text=True,
    )  # fmt: skip
    refused(run, "cannot write")
    assert files() == before


@pytest.mark.parametrize(
    ("words", "known"),
    [
        (["--layout", "9.1"], "7.1.4"),
        (["--sound", "magic"], "voices"),
        (["--sound", "library:"], "library:DIR"),
        (["--projection", "fisheye"], "equirectangular"),
        (["--only", "cat"], "cat"),
        (["--label", "object_77=dog"], "object_77"),
        (["--fov", "0"], "fov"),
        (["--fov", "nan"], "fov"),
        (["--spread", "-1"], "spread"),
        (["--start", "5", "--end", "2"], "end"),
        (["--start", "99"], "start"),
        (["--loudness", "loud"], "loudness"),
        (["--hrtf", "disc.mp4"], "disc.mp4"),
        (["--stream", "--layout", "7.1.4", "--keep-original"], "keep-original"),
    ],
)
def test_unknown_choices_name_the_known_ones(here, words, known):
    check(here, ["hear", "disc.mp4", "-o", "out.wav", *words], known)


def test_layout_that_the_container_cannot_hold(here):
    check(here, ["hear", "disc.mp4", "-o", "out.flac", "--layout", "7.1.4"], ".wav")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"colour": 1}, "colour"),
        ({"schema": 2}, "upgrade"),
        ({"objects": [{**SCENE["objects"][0], "sounding": []}]}, "dog"),
        ({"objects": [{**SCENE["objects"][0], "keyframes": [{"time": 0, "box": [0.5, 0.1, 1.4, 0.9]}]}]}, "dog"),
        ({"objects": [{**SCENE["objects"][0], "id": "../../evil"}]}, "id"),
        ({"objects": [{**SCENE["objects"][0], "keyframes": []}]}, "dog"),
        ({"objects": [{**SCENE["objects"][0], "id": "cat"}]}, "cat.wav"),
        ({"extra": {"gain_db": "loud"}}, "gain_db"),
    ],
)
def test_scenes_that_cannot_be(here, change, expected):
    folder, _ = here
    (folder / "bad.scene.json").write_text(json.dumps({**SCENE, **change}))
    check(here, ["render", "bad.scene.json", "--stems", ".", "-o", "out.wav"], expected)


def test_scene_given_to_hear_is_checked_too(here):
    folder, _ = here
    (folder / "bad.scene.json").write_text(json.dumps({**SCENE, "objects": [{**SCENE["objects"][0], "sounding": []}]}))
    check(here, ["hear", "disc.mp4", "--scene", "bad.scene.json", "-o", "out.wav"], "dog")


def test_a_scene_of_another_length_is_refused(here):
    folder, _ = here
    (folder / "long.scene.json").write_text(json.dumps({**SCENE, "duration": 60.0}))
    check(here, ["hear", "disc.mp4", "--scene", "long.scene.json", "-o", "out.wav"], "60")


def test_wrong_usage_is_exit_2(here):
    folder, files = here
    before = files()
    assert seehear("hear", "--no-such-option", cwd=folder).returncode == 2
    assert seehear("no-such-verb", cwd=folder).returncode == 2
    assert files() == before


def test_debug_shows_the_traceback(here):
    folder, _ = here
    assert "Traceback" in seehear("hear", "nowhere.mp4", "-o", "out.wav", "--debug", cwd=folder).stderr


def test_ctrl_c_leaves_nothing(here):
    folder, files = here
    long = write_clip(folder / "long.mp4", seconds=20.0, sound=thuds(20.0))
    before = files()
    run = subprocess.Popen(
        [sys.executable, "-m", "seehear", "hear", long.name, "-o", "out.mp4", "--stems", "stems"],
        cwd=folder, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    time.sleep(2.5)
    run.send_signal(signal.SIGINT)
    stderr = run.communicate(timeout=60)[1]
    assert run.returncode == 1, stderr
    assert stderr.strip().splitlines()[-1].startswith("error: stopped")
    assert files() == before
    assert not (folder / "stems").exists()


@pytest.mark.parametrize("name", ["a b.mp4", 'it\'s "quoted".mp4', "Füße 猫.mp4", "-dash.mp4"])
def test_odd_names_work(here, name):
    folder, _ = here
    (folder / name).write_bytes((folder / "disc.mp4").read_bytes())
    run = seehear("hear", f"./{name}", "-o", f"./{name}.out.wav", cwd=folder)
    assert run.returncode == 0, run.stderr
    assert (folder / f"{name}.out.wav").stat().st_size > 48000
