import json

import numpy as np
import pytest

from seehear.errors import InputError
from seehear.listen import facts_of, to_scene
from seehear.listen.cues import scene_of
from seehear.listen.door import Wish
from seehear.listen.figures import figure_of
from seehear.listen.keyframes import visible
from seehear.scene import Camera, CameraSpec, Path, scene_to_json
from tests.listen.test_facts import MONO, WAYS, moved

RATE = 16000


def scene(motion, **options):
    return scene_of(moved(WAYS[motion], **options), Wish("", camera=CameraSpec(size_wh=(320, 180))))


def binaural_like(samples, delay, gain):
    """Two channels: the right one later and softer."""
    return np.stack([samples, gain * np.roll(samples, delay)]).astype(np.float32)


@pytest.mark.parametrize("motion", WAYS)
def test_linear_boxes_stay_within_half_a_percent_of_the_projected_path(motion):
    made = scene(motion)
    thing, camera = made.objects[0], Camera(made.camera)
    times = np.linspace(0.0, made.duration, 1999)
    boxes, place = Path(thing).box_at(times), Path(thing).at(times)
    x = camera.point_of(place.direction, times)[:, 0]
    # a box that touches no edge is centred on the path
    inner = np.isfinite(boxes).all(axis=1) & (boxes > 1e-3).all(axis=1) & (boxes < 0.999).all(axis=1)
    middle = (boxes[:, 0] + boxes[:, 2]) / 2
    if motion not in ("passing", "still"):
        assert inner.any()
    np.testing.assert_allclose(middle[inner], x[inner], atol=0.005)


def test_a_source_outside_the_view_has_no_box_and_keeps_its_direction():
    made = scene_of(moved(lambda t: (np.full_like(t, 1.0), np.full_like(t, 3.0))), Wish(""))
    assert all(key.box is None for key in made.objects[0].keyframes)
    assert made.objects[0].keyframes[0].azimuth == pytest.approx(71.6, abs=3)


def test_a_mirrored_clip_gives_mirrored_boxes():
    ours = scene("crossing")
    theirs = scene_of(
        moved(lambda t: (np.full_like(t, 9.0), 3.0 * (t - 2.0))), Wish("", camera=CameraSpec(size_wh=(320, 180)))
    )
    times = np.linspace(0.5, 3.5, 31)
    a, b = (Path(one.objects[0]).box_at(times) for one in (ours, theirs))
    np.testing.assert_allclose(a[:, 0] + b[:, 2], 1.0, atol=0.08)


def test_boxes_grow_on_approach_and_the_ground_goes_down():
    made = scene("approaching")
    boxes = Path(made.objects[0]).box_at(np.linspace(0.2, 3.8, 9))
    size = boxes[:, 2] - boxes[:, 0]
    assert (np.diff(size) > 0).all()
    assert (np.diff(boxes[:, 3]) > -1e-6).all()


def test_sixteen_keyframes_by_default_and_more_where_they_are_needed():
    made = scene("crossing")
    times = [key.time for key in made.objects[0].keyframes]
    assert set(np.round(np.linspace(0, 4, 16), 4)) <= set(times)
    still = scene("still")
    assert len(still.objects[0].keyframes) == 16
    assert len({key.box for key in still.objects[0].keyframes}) == 1


def test_without_directions_there_are_no_boxes_but_motion_and_words():
    made = scene("approaching", format=MONO)
    thing = made.objects[0]
    assert [key.box for key in thing.keyframes] == [None]
    assert thing.motion == "approaching"
    assert thing.extra["relative_distance"][0][1] > 2 * thing.extra["relative_distance"][-1][1]


def test_the_scene_can_be_written_and_says_where_its_facts_are_from():
    made = scene("passing")
    text = json.loads(scene_to_json(made))
    assert text["extra"]["format"]["kind"] == "binaural"
    extra = text["objects"][0]["extra"]
    assert {"label_confidence", "motion_confidence", "relative_distance", "closest_approach"} <= set(extra)
    assert text["objects"][0]["front_back"] == "unknown"
    assert text["caption"]


def test_passing_goes_on_behind_the_listener():
    azimuth = Path(scene("passing").objects[0]).at(np.array([0.0, 4.0])).azimuth
    assert abs(azimuth[0]) < 30
    assert abs(azimuth[1]) > 120


def test_visible_clips_and_drops_slivers():
    boxes = visible(np.array([[-0.5, 0.1, 0.5, 0.4], [0.995, 0.1, 1.5, 0.4], [np.nan] * 4]))
    np.testing.assert_allclose(boxes[0], [0.0, 0.1, 0.5, 0.4])
    assert np.isnan(boxes[1:]).all()


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"keyframes": 1}, "keyframes"),
        ({"horizontal_fov": 180.0}, "horizontal_fov"),
        ({"projection": "round"}, "projection"),
        ({"start": 2.0, "end": 1.0}, "start"),
        ({"size_wh": (0, 3)}, "size_wh"),
    ],
)
def test_options_are_refused_in_one_line(options, word):
    with pytest.raises(InputError, match=word):
        to_scene((np.zeros((1, 10), np.float32), RATE), **options)


NOISE = np.random.default_rng(0).normal(scale=0.1, size=2 * RATE).astype(np.float32)
ODD = {
    "silence": np.zeros((2, RATE), np.float32),
    "one sample": np.full((2, 1), 0.5, np.float32),
    "constant": np.full((2, RATE), 0.3, np.float32),
    "one ear dead": np.stack([NOISE, np.zeros_like(NOISE)]),
    "clipped": np.clip(binaural_like(20 * NOISE, 4, 0.8), -1, 1),
    "mono": NOISE[None],
    "same twice": np.stack([NOISE, NOISE]),
}


@pytest.mark.parametrize("kind", ODD)
def test_odd_sounds_give_a_scene_that_can_be_written(kind):
    made = to_scene((ODD[kind], RATE))
    scene_to_json(made)
    assert made.duration == pytest.approx(ODD[kind].shape[1] / RATE)
    if kind == "silence":
        assert made.objects == ()
        assert made.caption == "silence"
        assert "nothing sounds" in made.extra["unknown"]
    if kind in ("mono", "same twice", "one ear dead"):
        assert all(key.azimuth is None for one in made.objects for key in one.keyframes)
        assert any("cannot be known" in line for line in made.extra["unknown"])
        assert len(made.objects) == 1


def test_nan_is_refused():
    with pytest.raises(InputError, match="finite"):
        to_scene((np.full((2, 100), np.nan, np.float32), RATE))


def test_times_count_from_the_start_asked_for():
    samples = np.concatenate([np.zeros(2 * RATE, np.float32), NOISE])
    made = to_scene((np.stack([samples, 0.5 * samples]), RATE), start=1.0)
    assert made.duration == pytest.approx(3.0)
    start, end = made.objects[0].sounding[0]
    assert start == pytest.approx(1.0, abs=0.15)
    assert end == pytest.approx(3.0, abs=0.15)


def test_a_failing_backend_falls_back_only_when_asked(monkeypatch):
    from seehear.errors import BackendFailed
    from seehear.listen import door

    class Failing:
        def listen(self, wish):
            raise BackendFailed("no words came", raw="")

    real = door.BACKENDS.load
    monkeypatch.setattr(door.BACKENDS, "load", lambda name: Failing if name == "mllm" else real(name))
    clip = (NOISE[None], RATE)
    with pytest.raises(BackendFailed):
        to_scene(clip, backend="mllm")
    made = to_scene(clip, backend="mllm", fallback="cues")
    assert "no words came" in made.extra["fallback"]


def test_measured_facts_are_not_measured_again(monkeypatch):
    sound = (binaural_like(np.random.default_rng(3).normal(scale=0.1, size=24000), 10, 0.7), 48000)
    facts, wanted = facts_of(sound), to_scene(sound)
    monkeypatch.setattr("seehear.listen.cues.facts_of", None)
    assert to_scene(sound, facts=facts) == wanted


def test_what_stands_still_stands_where_the_camera_sees_the_floor():
    source = facts_of((np.random.default_rng(4).normal(scale=0.1, size=(2, 24000)).astype(np.float32), 48000)).sources[
        0
    ]
    still = source._replace(motion="still", approach=None, label="speech")
    square, wide = (CameraSpec(horizontal_fov=60.0, size_wh=size) for size in ((256, 256), (1280, 720)))
    near, far = (figure_of(still, one).near for one in (square, wide))
    assert near == pytest.approx(1.6 / np.tan(np.pi / 6) + 0.8)
    assert near < far <= 7.0
    unnamed = figure_of(still._replace(label=None, label_shares={"speech": 0.5, "animal call": 0.5}), square)
    assert figure_of(still._replace(label="animal call"), square).height < unnamed.height < 1.7
