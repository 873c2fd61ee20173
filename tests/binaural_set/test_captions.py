"""Captions in two stages, from a server that answers by script and from recordings."""

import json

import pytest

from seehear.chat import NoAnswer
from seehear.pipelines.binaural_set import Captions, Wish, binaural_set
from seehear.pipelines.binaural_set.captions import described, rewritten
from seehear.scene import read_scene
from tests.chat.fake_server import FakeServer, good, status

from .making import recording

WISH = Wish(size_wh=(48, 48), clip_seconds=1.0, captions="recorded")


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    place = tmp_path_factory.mktemp("captions")
    recording(place / "in", "one", seconds=1.0)
    binaural_set(place / "in", place / "out", wish=WISH)
    return place / "out" / "one-0000"


def test_the_model_is_shown_pictures_and_sound_then_asked_for_the_form(clip):
    answers = [
        good("A disc hisses in the picture. A dog far off."),
        good({"visible": "a hiss.", "invisible": "a  dog"}),
    ]
    with FakeServer(answers) as server:
        caption = rewritten(server.endpoint(), described(server.endpoint(), clip))
    assert caption == "Visible sound: a hiss, Invisible sound: a dog"
    kinds = [part["type"] for part in server.requests[0]["messages"][0]["content"]]
    assert kinds == ["image_url"] * 4 + ["input_audio", "text"]
    assert "A dog far off." in json.dumps(server.requests[1]["messages"])


def test_an_answer_without_both_parts_is_asked_for_again(clip):
    with FakeServer([good({"visible": "a hiss"}), good({"visible": "a hiss", "invisible": "none"})]) as server:
        assert rewritten(server.endpoint(), "hiss") == "Visible sound: a hiss, Invisible sound: none"


def test_no_description_is_no_caption(clip):
    with FakeServer([status(400, "no")]) as server, pytest.raises(NoAnswer):
        described(server.endpoint(), clip)


def recorded(folder, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    told = {"request": {"tag": name}, "answer": {"text": text, "outcome": "answered", "form": "free"}}
    (folder / f"{name.replace(' ', '-')}.json").write_text(json.dumps(told))


def test_a_clip_without_a_caption_is_a_failure_that_a_rerun_tries_again(clip, tmp_path):
    answers, place = tmp_path / "answers", clip.parents[1] / "in"
    recorded(answers, "dataset describe", "a hiss")
    captions = Captions(f"recorded:{answers}")
    done = binaural_set(place, tmp_path / "out", wish=WISH, caption=captions)
    assert (done.made, done.failed) == (0, 1)
    assert not (tmp_path / "out" / "one-0000").exists()
    recorded(answers, "dataset rewrite", '{"visible": "a hiss", "invisible": "none"}')
    done = binaural_set(place, tmp_path / "out", wish=WISH, caption=captions)
    assert (done.made, done.failed) == (1, 0)
    scene = read_scene(tmp_path / "out" / "one-0000" / "scene.json")
    assert scene.caption == "Visible sound: a hiss, Invisible sound: none"
