"""SpA2V layouts: the published text and our JSON, there and back, in the forms that models write them."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seehear.errors import InputError
from seehear.scene import Path, Scene
from seehear.scene.formats.spa2v import scene_from_spa2v, spa2v_from_scene

PUBLISHED = """\
Reasoning: The piano is loud on the left throughout, so it is likely on the left of the frames.
For the woman, her voice is on the right.
Video caption: a person plays a piano on the left while a woman sings on the right of a studio
Frame 1:
   Layout: [{id: 0, name: piano, box: [0.1, 0.4, 0.3, 0.8]},
            {id: 1, name: woman, box: [0.7, 0.2, 0.9, 0.9]}],
   Frame caption: the woman is preparing to start
Frame 2:
   Layout: [{id: 0, name: piano, box: [0.1, 0.4, 0.3, 0.8]}],
   Frame caption: the pianist plays
Frame 3:
   Layout: [{id: 0, name: piano, box: [0.1, 0.4, 0.3, 0.8]}, {id: 1, name: woman, box: [0.6, 0.2, 0.8, 0.9]}],
   Frame caption: both play
"""


def test_the_published_form():
    scene = scene_from_spa2v(PUBLISHED, duration=4.0)
    piano, woman = scene.objects
    assert scene.caption == "a person plays a piano on the left while a woman sings on the right of a studio"
    assert scene.extra["reasoning"].endswith("her voice is on the right.")
    assert [(one.time, one.caption) for one in scene.frame_captions] == [
        (0.0, "the woman is preparing to start"), (2.0, "the pianist plays"), (4.0, "both play")]  # fmt: skip
    assert (piano.id, piano.label, woman.id) == ("piano_0", "piano", "woman_1")
    assert [key.time for key in piano.keyframes] == [0.0, 2.0, 4.0]
    assert piano.keyframes[0].azimuth > 0 > woman.keyframes[0].azimuth, "left is positive"
    assert piano.keyframes[0].azimuth == pytest.approx(np.rad2deg(np.arctan(0.6 * np.tan(np.deg2rad(30)))))
    assert [key.box is None for key in woman.keyframes] == [False, True, False]
    assert piano.sounding == ((0.0, 4.0),)
    assert piano.keyframes[0].distance is None


@pytest.mark.parametrize(
    "change",
    [
        lambda text: f"Here is the plan.\n```\n{text}```\n",
        lambda text: text.replace("Frame 1:", "**Frame 1:**").replace("Video caption:", "### Video Caption:"),
        lambda text: text.replace("id:", '"id":').replace("name: piano", '"name": "piano"').replace("box:", "'box':"),
        lambda text: text.replace("name: woman", "name: 'woman'").replace(
            "[0.7, 0.2, 0.9, 0.9]", "(0.7, 0.2, 0.9, 0.9)"
        ),
        lambda text: text.replace("\n", "\r\n").replace("Frame caption", "frame caption"),
        lambda text: "\ufeff" + text.replace("box:", "bbox:").replace("0.4,", ".4 ,"),
        lambda text: text.replace("],\n   Frame caption", "]\n   Frame caption"),
    ],
)
def test_what_models_make_of_it(change):
    assert scene_from_spa2v(change(PUBLISHED), duration=4.0) == scene_from_spa2v(PUBLISHED, duration=4.0)


def test_pixels_need_a_canvas():
    text = "Frame 1:\n Layout: [{id: 0, name: dog, box: [0, 80, 256, 400]}]\n Frame caption: a dog"
    with pytest.raises(InputError, match=r"frame 1: .*canvas_wh"):
        scene_from_spa2v(text, duration=1.0)
    scene = scene_from_spa2v(text, duration=1.0, canvas_wh=(512, 320))
    assert scene.objects[0].keyframes[0].box == (0.0, 0.25, 0.5, 1.0), "clipped to the frame"


corner = st.integers(0, 4900).map(lambda value: value / 10000)
boxes = st.tuples(corner, corner, corner.map(lambda v: v + 0.51), corner.map(lambda v: v + 0.51))


@st.composite
def layouts(draw):
    count = draw(st.integers(1, 5))
    names = draw(st.lists(st.sampled_from(["dog", "red car", "woman"]), min_size=1, max_size=3))
    shown = [[draw(st.booleans()) for _ in names] for _ in range(count)]
    shown[0] = [True] * len(names)
    frames = [
        {
            "t": round(at / max(count - 1, 1), 6),
            "caption": draw(st.sampled_from(["it begins", "on it goes"])),
            "objects": [
                {"id": i, "name": name, "box": list(draw(boxes)), "conf": None, "sounding": draw(st.booleans())}
                for i, name in enumerate(names) if here[i]
            ],
        }
        for at, here in enumerate(shown)
    ]  # fmt: skip
    return {"duration_s": 4.0, "n_frames": count, "canvas": None, "reasoning": "so", "video_caption": "a scene",
            "frames": frames}  # fmt: skip


@given(layouts())
def test_json_there_and_back(layout):
    scene = scene_from_spa2v(json.dumps(layout))
    again = json.loads(spa2v_from_scene(scene, frames=layout["n_frames"], form="json"))
    for one, two in zip(layout["frames"], again["frames"], strict=True):
        for told, heard in zip(one["objects"], two["objects"], strict=True):
            assert heard["box"] == pytest.approx(told["box"], abs=1e-4)
            assert {k: heard[k] for k in ("id", "name", "conf")} == {k: told[k] for k in ("id", "name", "conf")}
            # the last frame has no time left in which to sound
            assert heard["sounding"] == told["sounding"] or two["t"] == 1.0
        assert two["t"] == pytest.approx(one["t"])
        assert two["caption"] == one["caption"]
    assert {k: again[k] for k in ("duration_s", "reasoning", "video_caption")} == {
        k: layout[k] for k in ("duration_s", "reasoning", "video_caption")}  # fmt: skip


@given(layouts())
def test_text_there_and_back(layout):
    scene = scene_from_spa2v(json.dumps(layout))
    text = spa2v_from_scene(scene, frames=layout["n_frames"])
    again = scene_from_spa2v(text, duration=4.0)
    assert [thing.id for thing in again.objects] == [thing.id for thing in scene.objects]
    for one, two in zip(scene.objects, again.objects, strict=True):
        for first, second in zip(one.keyframes, two.keyframes, strict=True):
            assert (first.box is None) == (second.box is None)
            if first.box is not None:
                assert second.box == pytest.approx(first.box, abs=1e-4)
                assert second.azimuth == pytest.approx(first.azimuth, abs=0.02)
    assert spa2v_from_scene(again, frames=layout["n_frames"]) == text


def test_sixteen_frames_follow_the_boxes():
    keys = [{"time": 0, "box": [0.0, 0.4, 0.2, 0.6]}, {"time": 4, "box": [0.8, 0.4, 1.0, 0.6]}]
    scene = Scene(
        duration=4.0,
        objects=[
            {"id": "car_0", "label": "car", "keyframes": keys},
            {"id": "unseen", "keyframes": [{"time": 0, "azimuth": 90}]},
        ],
    )
    data = json.loads(spa2v_from_scene(scene, form="json"))
    assert data["n_frames"] == len(data["frames"]) == 16
    assert [len(frame["objects"]) for frame in data["frames"]] == [1] * 16
    path = Path(scene.objects[0])
    for frame in data["frames"]:
        assert frame["objects"][0]["box"] == pytest.approx(path.box_at(4 * frame["t"])[0], abs=1e-4)


def crowd(count):
    keys = [{"time": 0, "box": [0.1, 0.1, 0.2, 0.2]}]
    return Scene(duration=1.0, objects=[{"id": f"one_{i}", "keyframes": keys} for i in range(count)])


def test_at_most_28_objects_in_a_frame():
    assert spa2v_from_scene(crowd(28), frames=1).count("box:") == 28
    with pytest.raises(InputError, match="at most 28 objects in a frame, got 29"):
        spa2v_from_scene(crowd(29))


def test_the_first_name_of_an_id_is_kept_and_what_lies_outside_is_absent():
    text = "Frame 1:\nLayout: [{id: 3, name: dog, box: [-0.2, 0, 0.1, 1]}]\n"
    text += "Frame 2:\nLayout: [{id: 3, name: cat, box: [1.1, 0, 1.2, 1]}]"
    (dog,) = scene_from_spa2v(text, duration=1.0).objects
    assert (dog.id, dog.label) == ("dog_3", "dog")
    assert dog.keyframes[0].box == (0.0, 0.0, 0.1, 1.0)
    assert dog.keyframes[1].box is None


ONE = "Frame 1:\nLayout: [{id: 0, name: dog, box: [0, 0, 1, 1]}]\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["frames"]),
        ("no layout here", ["frames"]),
        (ONE.replace("Frame 1", "Frame 2"), ["numbered 1, 2, 3", "[2]"]),
        (ONE + ONE.replace("Frame 1", "Frame 3"), ["[1, 3]"]),
        ("Frame 1:\nFrame caption: nothing", ["frame 1", "Layout"]),
        (ONE.replace("1, 1]", "1]"), ["frame 1", "x1, y1, x2, y2"]),
        (ONE.replace("name: dog,", ""), ["frame 1", "name"]),
        (ONE.replace("id: 0,", ""), ["frame 1", "id"]),
        (ONE.replace("}]", "}, {id: 0, name: cat, box: [0, 0, 1, 1]}]"), ["frame 1", "[0, 0]"]),
        ("{", ["JSON"]),
        ("{}", ["'frames'", "missing"]),
        ('{"frames": 3}', ["JSON"]),
        ('{"frames": []}', ["frames"]),
        ('{"frames": [{"objects": [{"id": 0, "name": "a"}]}]}', ["'box'"]),
        ('{"frames": [{"objects": [{"id": 0, "name": "a", "box": [0, 0, 1]}]}]}', ["box"]),
        ('{"frames": [{"objects": [{"id": 0, "name": "a", "box": [0, 0, NaN, 1]}]}]}', ["frame 1", "finite"]),
        ('{"frames": [{"t": 0.5, "objects": []}, {"t": 0.5, "objects": []}]}', ["rise", "0.5"]),
        ('{"frames": [{"t": 2, "objects": []}]}', ["[0, 1]"]),
    ],
)
def test_what_cannot_be_read_is_told_in_one_line(text, words):
    with pytest.raises(InputError) as caught:
        scene_from_spa2v(text, duration=1.0)
    for word in words:
        assert word in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("duration", [None, 0.0, -1.0, float("nan")])
def test_a_layout_needs_a_duration(duration):
    with pytest.raises(InputError, match="duration"):
        scene_from_spa2v(ONE, duration=duration)


@pytest.mark.parametrize("wish", [{"form": "xml"}, {"frames": 0}])
def test_what_cannot_be_written_is_refused(wish):
    with pytest.raises(InputError):
        spa2v_from_scene(Scene(duration=1.0), **wish)
