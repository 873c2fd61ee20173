"""DCASE labels: there and back in every variant, and bad rows by their line number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seehear.errors import InputError
from seehear.scene import CameraPose, CameraSpec, Scene
from seehear.scene.formats.dcase import CLASSES_2023, HEADER, dcase_from_scene, scene_from_dcase

frames, classes, sources = st.integers(0, 60), st.integers(0, 12), st.integers(0, 3)
azimuths, elevations, centimetres = st.integers(-180, 179), st.integers(-89, 89), st.integers(1, 3000)
front = st.integers(-90, 90)


def text_of(rows, head=""):
    return head + "".join(",".join(map(str, row)) + "\n" for row in sorted(set(rows)))


def unique(*columns, by=3):
    """Rows that differ in frame, class and source; or twins, with ``by`` 5."""
    return st.lists(st.tuples(frames, classes, sources, *columns), min_size=1, max_size=40, unique_by=lambda r: r[:by])


@given(unique(azimuths, elevations, centimetres))
def test_there_and_back_with_distance(rows):
    assert dcase_from_scene(scene_from_dcase(text_of(rows))) == text_of(rows)


@given(unique(azimuths, elevations))
def test_there_and_back_without_distance(rows):
    scene = scene_from_dcase(text_of(rows))
    assert all(key.distance is None for thing in scene.objects for key in thing.keyframes)
    assert dcase_from_scene(scene, variant="2020") == text_of(rows)


@given(unique(front, centimetres, st.integers(0, 1)))
def test_there_and_back_in_stereo(rows):
    text = text_of(rows, HEADER + "\n")
    scene = scene_from_dcase(text)
    assert all(thing.front_back == "unknown" for thing in scene.objects)
    assert all(key.elevation is None for thing in scene.objects for key in thing.keyframes)
    assert dcase_from_scene(scene, variant="2025") == text


@given(unique(azimuths, elevations, centimetres, by=5))
def test_twins_in_a_frame_are_kept(rows):
    assert dcase_from_scene(scene_from_dcase(text_of(rows))) == text_of(rows)


def test_what_a_row_means():
    scene = scene_from_dcase("10,1,0,-50,30,181\n11,1,0,-50,30,181\n\n14,6,0,90,0,200\n")
    speech, steps = scene.objects
    assert scene.duration == 1.5
    assert (speech.id, speech.label, speech.sounding) == ("male-speech_0", "male speech", ((1.0, 1.2),))
    assert speech.keyframes[0].time == 1.05
    assert speech.keyframes[0].distance == pytest.approx(1.81)
    assert speech.keyframes[0].azimuth == -50
    assert steps.sounding == ((1.4, 1.5),)
    assert steps.keyframes[0].azimuth == 90, "left"


def test_twins_are_carried_on_where_they_are_nearest():
    scene = scene_from_dcase("0,0,0,10,0\n0,0,0,100,0\n1,0,0,98,0\n1,0,0,12,0\n")
    assert [[key.azimuth for key in thing.keyframes] for thing in scene.objects] == [[10, 12], [100, 98]]
    assert [thing.id for thing in scene.objects] == ["female-speech_0", "female-speech_0.2"]


def test_a_thing_at_rest_needs_two_keyframes():
    text = "".join(f"{frame},0,0,20,5,300\n" for frame in range(50))
    scene = scene_from_dcase(text)
    assert len(scene.objects[0].keyframes) == 2
    assert dcase_from_scene(scene) == text


def test_the_callers_classes_and_duration():
    scene = scene_from_dcase("0,1,0,0,0\n", classes=["dog", "Großer Hund/2"], duration=60.0)
    assert scene.duration == 60.0
    assert scene.objects[0].label == "Großer Hund/2"
    assert dcase_from_scene(scene, classes=["DOG", "großer hund/2"], variant="2020") == "0,1,0,0,0\n"
    same = scene_from_dcase("0,0,0,0,0\n0,1,0,5,0\n", classes=["a b", "a-b"])
    assert len({thing.id for thing in same.objects}) == 2


def test_no_rows():
    assert scene_from_dcase("", duration=5.0).objects == ()
    assert scene_from_dcase(HEADER, duration=5.0).objects == ()
    assert dcase_from_scene(Scene(duration=1.0)) == ""
    assert dcase_from_scene(Scene(duration=1.0), variant="2025") == HEADER + "\n"
    with pytest.raises(InputError, match="duration"):
        scene_from_dcase("")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0,0,0,10\n", ["line 1", "5 or 6 columns", "got 4"]),
        ("0,0,0,10,0\n0,0,0,10,0,100\n", ["line 2", "expected 5 columns", "got 6"]),
        ("0,0,0,10,0\n\n0,13,0,10,0\n", ["line 3", "class", "0 to 12", "13"]),
        ("-1,0,0,10,0\n", ["line 1", "frame", "-1"]),
        ("0.5,0,0,10,0\n", ["line 1", "frame", "0.5"]),
        ("1e30,0,0,10,0\n", ["line 1", "frame"]),
        ("0,0,-2,10,0\n", ["line 1", "source", "-2"]),
        ("0,0,0,190,0\n", ["line 1", "azimuth", "190"]),
        ("0,0,0,10,-91\n", ["line 1", "elevation", "-91"]),
        ("0,0,0,nan,0\n", ["line 1", "azimuth", "nan"]),
        ("0,0,0,inf,0\n", ["line 1", "azimuth", "inf"]),
        ("0,0,0,left,0\n", ["line 1", "azimuth", "'left'"]),
        ("0,0,0,10,0,0\n", ["line 1", "distance", "above 0 cm"]),
        ("0,0,0,10,0,-5\n", ["line 1", "distance"]),
        ("time,what\n0,0,0,1,1\n", ["line 1", "header", "time,what"]),
        (f"{HEADER}\n0,0,0,10,100,2\n", ["line 2", "onscreen", "2"]),
        (f"{HEADER}\n0,0,0,10,100\n", ["line 2", "6 columns"]),
    ],
)
def test_a_bad_row_is_told_by_its_line(text, words):
    with pytest.raises(InputError) as caught:
        scene_from_dcase(text)
    for word in words:
        assert word in str(caught.value)
    assert "\n" not in str(caught.value)


def thing(label="bell", **more):
    base = {"id": "it", "label": label, "sounding": [[0, 0.5]]}
    return {**base, "keyframes": [{"time": 0, "azimuth": 10, "distance": 2.0}], **more}


@pytest.mark.parametrize(
    ("one", "word"),
    [
        (thing("kazoo"), "kazoo"),
        (thing(None), "label"),
        (thing(keyframes=[{"time": 0}]), "azimuth"),
        (thing(keyframes=[{"time": 0, "azimuth": 3}]), "distance"),
        (thing(extra={"source": "me"}), "source"),
    ],
)
def test_an_object_that_makes_no_row_is_told_by_its_id(one, word):
    with pytest.raises(InputError, match="'it'") as caught:
        dcase_from_scene(Scene(duration=1.0, objects=[one]))
    assert word in str(caught.value)


def test_an_unknown_variant_is_refused():
    with pytest.raises(InputError, match="2020, 2024, 2025"):
        dcase_from_scene(Scene(duration=1.0), variant="2019")


def test_directions_are_as_heard_and_the_screen_is_the_cameras():
    camera = CameraSpec(pose=(CameraPose(time=0.0, yaw=40.0),))
    scene = Scene(
        duration=0.1,
        camera=camera,
        objects=[thing(), thing(id="back", keyframes=[{"time": 0, "azimuth": -160, "distance": 1.0}])],
    )
    assert dcase_from_scene(scene) == "0,11,0,-30,0,200\n0,11,1,160,0,100\n"
    stereo = dcase_from_scene(scene, variant="2025")
    assert stereo == f"{HEADER}\n0,11,0,-30,200,1\n0,11,1,20,100,0\n"


def test_silent_objects_make_no_rows():
    assert dcase_from_scene(Scene(duration=1.0, objects=[thing("kazoo", sounding=[])])) == ""


def test_the_thirteen_classes():
    assert len(CLASSES_2023) == 13
    assert CLASSES_2023[6] == "footsteps"
    assert CLASSES_2023[12] == "knock"
