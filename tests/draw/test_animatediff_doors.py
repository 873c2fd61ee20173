"""What the backend says before any network is there."""

from importlib.util import find_spec

import pytest

from seehear.cli.animating import Drawing
from seehear.draw import to_video
from seehear.errors import InputError, MissingBackend
from seehear.scene import Scene


@pytest.mark.skipif(find_spec("torch") is not None, reason="the extra is installed")
def test_without_the_extra_the_command_to_install_it_is_told(tmp_path):
    with pytest.raises(MissingBackend, match=r"draw backend 'animatediff' needs .*: pip install 'seehear\[neural\]'"):
        to_video(Scene(duration=1.0), tmp_path / "a.mp4", backend="animatediff")
    assert list(tmp_path.iterdir()) == []


def test_its_choices_are_refused_for_another_backend():
    with pytest.raises(InputError, match="--grounding-steps is for --backend animatediff, got --backend storyboard"):
        Drawing("storyboard", {}, {"grounding_steps": 0.5, "low_memory": False}, seed=0)
    assert Drawing("storyboard", {"labels": True}, {"steps": None}, seed=1).choices == {"labels": True, "seed": 1}
    assert Drawing("animatediff", {"labels": True}, {"steps": 3}, seed=1).choices["steps"] == 3
