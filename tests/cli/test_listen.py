import json

import numpy as np
import soundfile
from tests.cli.test_commands import seehear


def test_a_sound_becomes_a_scene_and_a_picture(tmp_path):
    rng = np.random.default_rng(1)
    noise = rng.normal(scale=0.1, size=32000)
    soundfile.write(tmp_path / "left.wav", np.stack([noise, 0.4 * noise], axis=1), 16000)
    run = seehear("listen", "left.wav", "-o", "scene.json", "--json", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    scene = json.loads(run.stdout)
    assert scene == json.loads((tmp_path / "scene.json").read_text())
    assert scene["objects"][0]["keyframes"][0]["azimuth"] > 5
    assert scene["extra"]["format"]["kind"] == "panned"
    again = seehear("listen", "left.wav", "-o", "scene.json", cwd=tmp_path)
    assert again.returncode == 1
    assert "--force" in again.stderr
    assert seehear("show", "scene.json", "-o", "scene.png", cwd=tmp_path).returncode == 0
