"""The commands as a user types them: look, show, render."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.clips import thuds, write_clip


def seehear(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "seehear", *map(str, words)], cwd=cwd, capture_output=True, text=True, timeout=120
    )


@pytest.mark.parametrize("verb", ["hear", "listen", "watch", "render", "show", "demo"])
def test_help_has_an_example(verb, tmp_path):
    run = seehear(verb, "--help", cwd=tmp_path)
    assert run.returncode == 0
    assert f"Example: seehear {verb}" in run.stdout


def test_look_show_and_render(tmp_path):
    write_clip(tmp_path / "disc.mp4", seconds=2.0, sound=thuds(2.0))
    watched = seehear("watch", "disc.mp4", "-o", "disc.scene.json", "--label", "car", "--json", cwd=tmp_path)
    assert watched.returncode == 0, watched.stderr
    scene = json.loads(watched.stdout)
    assert scene == json.loads((tmp_path / "disc.scene.json").read_text())
    assert seehear("show", "disc.scene.json", "-o", "disc.png", cwd=tmp_path).returncode == 0
    assert (tmp_path / "disc.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    stems = tmp_path / "stems"
    stems.mkdir()
    for one in scene["objects"]:
        soundfile.write(stems / f"{one['id']}.wav", thuds(2.0)[0], 48000)
    run = seehear(
        "render", "disc.scene.json", "--stems", "stems", "-o", "out.wav", "--layout", "7.1.4", "--json", cwd=tmp_path
    )
    assert run.returncode == 0, run.stderr
    report = json.loads(run.stdout)
    assert report["layout"] == "7.1.4"
    assert soundfile.info(tmp_path / "out.wav").channels == 12


@pytest.mark.parametrize(("azimuth", "louder"), [(60, 0), (-60, 1), (300, 1)])
def test_one_stem_from_one_side(tmp_path, azimuth, louder):
    soundfile.write(tmp_path / "bird.wav", thuds(1.0)[0], 44100)
    run = seehear("render", "--stem", "bird.wav", "--azimuth", azimuth, "-o", "out.wav", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    samples, rate = soundfile.read(tmp_path / "out.wav")
    assert rate == 48000
    power = (samples**2).mean(axis=0)
    assert 10 * np.log10(power[louder] / power[1 - louder]) > 6


def test_distance_is_level_and_delay(tmp_path):
    click = np.zeros(48000)
    click[1000] = 0.5
    soundfile.write(tmp_path / "click.wav", click, 48000, subtype="FLOAT")
    peaks = []
    for metres in (3.43, 6.86):
        out = f"{metres}.wav"
        words = ["render", "--stem", "click.wav", "--distance", metres, "-o", out, "--layout", "foa", "--no-air"]
        assert seehear(*words, cwd=tmp_path).returncode == 0
        heard = np.abs(soundfile.read(tmp_path / out)[0][:, 0])
        peaks.append((heard.argmax(), heard.max()))
    assert [peak[0] for peak in peaks] == [1000 + 480, 1000 + 960]
    assert 20 * np.log10(peaks[0][1] / peaks[1][1]) == pytest.approx(6.02, abs=0.01)


def test_a_far_stem_arrives(tmp_path):
    click = np.zeros(4800)
    click[100] = 0.5
    soundfile.write(tmp_path / "click.wav", click, 48000, subtype="FLOAT")
    words = ["render", "--stem", "click.wav", "--distance", 343, "-o", "out.wav", "--layout", "foa", "--no-air"]
    assert seehear(*words, cwd=tmp_path).returncode == 0
    heard = np.abs(soundfile.read(tmp_path / "out.wav")[0][:, 0])
    assert len(heard) == 4800 + 48000
    assert heard.argmax() == 100 + 48000


def test_one_bad_picture_of_several_does_not_stop_the_rest(tmp_path):
    for name in ("a.mp4", "c.mp4"):
        write_clip(tmp_path / name, seconds=1.0, sound=thuds(1.0))
    (tmp_path / "b.mp4").write_text("no film")
    run = seehear("hear", "a.mp4", "b.mp4", "c.mp4", "-o", "out/", "--stems", "stems", "--json", cwd=tmp_path)
    assert run.returncode == 1
    rows = json.loads(run.stdout)
    assert ["error" in row for row in rows] == [False, True, False]
    assert len(run.stderr.strip().splitlines()) == 1
    assert sorted(file.name for file in (tmp_path / "out").glob("*.mp4")) == ["a.binaural.mp4", "c.binaural.mp4"]
    assert (tmp_path / "stems" / "a" / "ambience.wav").exists() or list((tmp_path / "stems" / "a").glob("*.wav"))
