"""The scene file: there and back, and every refusal in one line that names object and field."""

import copy
import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seehear.errors import InputError
from seehear.scene import Ambience, Scene, json_schema, read_scene, scene_from_json, scene_to_json

GOOD = {
    "schema": 1,
    "duration": 4.0,
    "caption": "a car passes",
    "camera": {"projection": "perspective", "horizontal_fov": 60.0, "size_wh": [1280, 720], "pose": [{"time": 0.0}]},
    "room": {"size": [5, 4, 3], "listener": [2, 2, 1.5], "rt60": 0.4},
    "ambience": {"label": "traffic", "gain_db": -12.0},
    "objects": [
        {
            "id": "car_0",
            "label": "car",
            "sounding": [[0.0, 1.0], [2.0, 4.0]],
            "extent": {"width": 10.0},
            "keyframes": [
                {"time": 0.0, "azimuth": 25.9, "distance": 9.0, "box": [0.02, 0.55, 0.14, 0.70], "state": "seen"},
                {"time": 4.0, "azimuth": -25.9, "elevation": -4.2, "distance": 9.0},
            ],
        }
    ],
    "frame_captions": [{"time": 0.0, "caption": "the car enters"}],
    "extra": {"note": [1, 2.5, None, {"deep": "ä"}]},
}


def changed(place, value):
    data = copy.deepcopy(GOOD)
    at = data
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] = value
    return json.dumps(data)


CAR = ("objects", 0)
FIRST = (*CAR, "keyframes", 0)

REFUSED = [
    (("wheels",), 4, ["wheels", "unknown field"]),
    (("schema_",), 1, ["schema_", "unknown field"]),
    ((*CAR, "colour"), "red", ["'car_0'", "colour", "unknown field"]),
    ((*FIRST, "azimut"), 3, ["'car_0'", "keyframe 0", "azimut"]),
    (("camera", "lens"), 3, ["camera.lens"]),
    (("wa\nter",), 4, ["wa ter"]),
    (("schema",), 2, ["schema 1", "got 2", "upgrade"]),
    (("schema",), 0, ["schema", "got 0"]),
    (("schema",), True, ["schema", "True"]),
    (("schema",), "1", ["schema", "'1'"]),
    (("schema",), None, ["schema", "None"]),
    (("duration",), 0.0, ["duration", "greater than 0"]),
    (("duration",), -1.0, ["duration"]),
    (("duration",), "4", ["duration", "'4'"]),
    (("duration",), True, ["duration", "True"]),
    (("caption",), 7, ["caption", "7"]),
    (("objects",), {}, ["objects"]),
    (CAR, 5, ["object 0", "5"]),
    ((*CAR, "id"), "../x", ["'../x'", "id"]),
    ((*CAR, "id"), "a/b", ["'a/b'", "id"]),
    ((*CAR, "id"), "x\n", ["id"]),
    ((*CAR, "id"), "", ["id"]),
    ((*CAR, "id"), ".hidden", ["id"]),
    ((*CAR, "id"), "a" * 5000, ["id"]),
    ((*CAR, "id"), "ambience", ["'ambience'", "taken"]),
    ((*CAR, "keyframes"), [], ["'car_0'", "keyframes"]),
    ((*CAR, "stem"), "wet", ["'car_0'", "stem", "'wet'"]),
    ((*CAR, "motion"), "flying", ["'car_0'", "motion", "'flying'"]),
    ((*CAR, "front_back"), None, ["front_back"]),
    ((*CAR, "confidence"), 1.5, ["confidence", "1.5"]),
    ((*CAR, "extent"), {"width": -1}, ["extent", "width"]),
    ((*CAR, "sounding"), [[1.0, 1.0]], ["'car_0'", "sounding", "[1.0, 1.0]"]),
    ((*CAR, "sounding"), [[2.0, 1.0]], ["'car_0'", "sounding"]),
    ((*CAR, "sounding"), [[0, 2], [1, 3]], ["'car_0'", "sounding", "overlapping"]),
    ((*CAR, "sounding"), [[2, 3], [0, 1]], ["'car_0'", "sounding", "in order"]),
    ((*CAR, "sounding"), [[-1, 3]], ["'car_0'", "sounding 0 0", "-1"]),
    ((*CAR, "sounding"), [[1, 2, 3]], ["'car_0'", "sounding"]),
    ((*FIRST, "azimuth"), 180.0, ["'car_0'", "keyframe 0", "azimuth", "180"]),
    ((*FIRST, "azimuth"), -180.1, ["azimuth", "-180.1"]),
    ((*FIRST, "elevation"), 90.5, ["elevation", "90.5"]),
    ((*FIRST, "distance"), 0.0, ["distance"]),
    ((*FIRST, "time"), -0.1, ["time", "-0.1"]),
    ((*FIRST, "time"), 4.0, ["'car_0'", "keyframe times must rise"]),
    ((*FIRST, "time"), 5.0, ["'car_0'", "keyframe times must rise"]),
    ((*FIRST, "state"), "guessed", ["state", "'guessed'"]),
    ((*FIRST, "box"), [0.5, 0.1, 0.4, 0.2], ["'car_0'", "keyframe 0", "box", "x0 < x1"]),
    ((*FIRST, "box"), [0.1, 0.2, 0.4, 0.2], ["box", "y0 < y1"]),
    ((*FIRST, "box"), [0.1, 0.2, 1.4, 0.3], ["'car_0'", "keyframe 0", "box 2", "1.4"]),
    ((*FIRST, "box"), [-0.1, 0.2, 0.4, 0.3], ["box 0", "-0.1"]),
    ((*FIRST, "box"), [0.1, 0.2, 0.4], ["box 3"]),
    (("camera", "horizontal_fov"), 180.0, ["camera", "horizontal_fov", "180"]),
    (("camera", "horizontal_fov"), 0.0, ["camera.horizontal_fov"]),
    (("camera", "size_wh"), [0, 5], ["camera.size_wh"]),
    (("camera", "size_wh"), [640, 360.5], ["camera.size_wh"]),
    (("camera", "projection"), "fisheye", ["camera.projection", "'fisheye'"]),
    (("camera", "pose"), [{"time": 1.0}, {"time": 1.0}], ["camera", "pose times must rise"]),
    (("room", "listener"), [6, 2, 1], ["room", "listener"]),
    (("room", "rt60"), 0.0, ["room.rt60"]),
    (("ambience", "gain_db"), None, ["ambience.gain_db"]),
    (("frame_captions",), [{"time": 0}], ["frame_captions", "caption"]),
]


@pytest.mark.parametrize(("place", "value", "words"), REFUSED, ids=[f"{p[-1]}={v!s:.20}" for p, v, _ in REFUSED])
def test_a_fault_is_told_in_one_line_with_object_and_field(place, value, words):
    with pytest.raises(InputError) as caught:
        scene_from_json(changed(place, value), where="a.json")
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 300
    assert "more" not in message, "one fault only"
    for word in ["a.json", *words]:
        assert word in message


@pytest.mark.parametrize("name", ["azimuth", "elevation", "distance", "time"])
@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
def test_a_number_that_is_none_is_refused(name, number):
    text = changed((*FIRST, name), 12345.5).replace("12345.5", number)
    with pytest.raises(InputError, match="not a number a scene can hold"):
        scene_from_json(text)


@pytest.mark.parametrize("number", ["NaN", "1e999"])
def test_nor_does_extra_take_it(number):
    with pytest.raises(InputError):
        scene_from_json(changed(("extra", "note"), 12345.5).replace("12345.5", number))


@pytest.mark.parametrize(
    "text",
    ["", "   ", "{", "[1]", "3", "null", '"scene"', "{'schema': 1}", "[" * 100_000, "\x00\x01", '{"schema": 1}',
     '{"schema": 1, "duration": 1, "extra": {"a": ' + "[" * 900 + "]" * 900 + "}}",
     '{"schema": 1, "duration": 1, "extra": {"a": "\\ud800"}}',
     '{"schema": 1, "duration": 1' + "0" * 400 + "}",
     '{"schema": 1, "duration": 1' + "0" * 5000 + "}"],
    ids=lambda text: text[:12] + f"({len(text)})",
)  # fmt: skip
def test_text_that_is_no_scene_is_refused_in_one_line(text):
    with pytest.raises(InputError) as caught:
        scene_from_json(text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_two_objects_of_one_id_are_refused():
    data = copy.deepcopy(GOOD)
    data["objects"].append(data["objects"][0])
    with pytest.raises(InputError, match="'car_0' twice"):
        scene_from_json(json.dumps(data))


def test_several_faults_are_counted():
    data = copy.deepcopy(GOOD)
    data["objects"][0]["keyframes"][0].update(azimuth=300, elevation=300)
    with pytest.raises(InputError, match=r"azimuth.*\(and 1 more\)"):
        scene_from_json(json.dumps(data))


def test_files_that_cannot_be_read(tmp_path):
    for name, content in {"latin.json": b"\xff\xfe\xfa", "empty.json": b""}.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError, match=name):
            read_scene(tmp_path / name)
    with pytest.raises(InputError, match=r"nothing at .*no\.json"):
        read_scene(tmp_path / "no.json")
    with pytest.raises(InputError, match="cannot read"):
        read_scene(tmp_path)
    with pytest.raises(InputError, match="cannot read"):
        read_scene("a\x00b")


def test_a_file_reads_back_with_or_without_a_byte_order_mark(tmp_path):
    scene = scene_from_json(json.dumps(GOOD))
    for encoding in ("utf-8", "utf-8-sig"):
        file = tmp_path / "übung 'eins'.json"
        file.write_text(scene_to_json(scene), encoding=encoding)
        assert read_scene(file) == scene


def test_unknown_stays_unknown():
    scene = scene_from_json(json.dumps(GOOD))
    data = json.loads(scene_to_json(scene))
    assert data["objects"][0]["keyframes"][0]["elevation"] is None
    assert data["objects"][0]["keyframes"][1]["box"] is None
    assert data["ambience"]["caption"] is None
    assert data["schema"] == 1


@pytest.mark.parametrize("value", [float("nan"), float("inf"), np.float32(1), np.zeros(2), "\ud800", {1, 2}])
def test_extra_that_json_cannot_hold_is_refused_on_writing(value):
    with pytest.raises(InputError, match="extra") as caught:
        scene_to_json(Scene(duration=1.0, extra={"a": value}))
    assert "\n" not in str(caught.value)


def test_a_scene_does_not_change():
    scene = scene_from_json(json.dumps(GOOD))
    with pytest.raises(ValueError, match="frozen"):
        scene.duration = 5.0
    assert scene.model_copy(update={"duration": 5.0}).duration == 5.0
    assert scene.duration == 4.0
    assert scene.object("car_0").label == "car"
    with pytest.raises(KeyError):
        scene.object("dog_0")


names = st.from_regex(r"\A[A-Za-z0-9_-][A-Za-z0-9_.-]{0,20}\Z").filter(lambda name: name != "ambience")
words = st.none() | st.text(st.characters(codec="utf-8"), max_size=20)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3)
    ),
    max_leaves=5,
)


@st.composite
def scenes(draw):
    ordered = st.lists(st.floats(0, 1e4), min_size=1, max_size=4, unique=True).map(sorted)
    corner = st.floats(0, 0.49)
    boxes = st.none() | st.tuples(corner, corner, st.floats(0.5, 1), st.floats(0.5, 1))
    objects = []
    for name in draw(st.lists(names, max_size=3, unique=True)):
        keyframes = [
            {
                "time": time,
                "azimuth": draw(st.none() | st.floats(-180, 179.99)),
                "elevation": draw(st.none() | st.floats(-90, 90)),
                "distance": draw(st.none() | st.floats(1e-3, 1e4)),
                "box": draw(boxes),
                "state": draw(st.sampled_from(["seen", "predicted", None])),
            }
            for time in draw(ordered)
        ]
        edges = draw(ordered)
        spans = tuple(zip(edges[::2], edges[1::2], strict=False))
        objects.append(
            {
                "id": name,
                "label": draw(words),
                "sounding": spans,
                "keyframes": keyframes,
                "extra": {"a": draw(json_values)},
            }
        )
    return Scene(
        duration=draw(st.floats(1e-3, 1e4)), caption=draw(words), objects=objects, extra={"b": draw(json_values)}
    )


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=60)
@given(scenes())
def test_json_there_and_back(scene):
    text = scene_to_json(scene)
    again = scene_from_json(text)
    assert again == scene
    assert scene_to_json(again) == text


def test_the_published_schema_is_the_models(request):
    file = request.config.rootpath / "docs/reference/scene.schema.json"
    assert json.loads(file.read_text(encoding="utf-8")) == json_schema(), "make it anew: seehear.scene.json_schema()"


def test_the_schema_asks_for_what_the_reader_asks_for():
    assert set(json_schema()["required"]) == {"schema", "duration"}
    assert json_schema()["additionalProperties"] is False


def test_defaults_are_silent_about_what_is_unknown():
    scene = Scene(duration=1.0, ambience=Ambience())
    assert scene.room is None
    assert scene.camera.horizontal_fov == 60.0
    assert scene.objects == ()
