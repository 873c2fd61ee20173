"""Heard against seen: rendered clips and the boxes their camera sees."""

import numpy as np
import pytest

from seehear.media.layout import layout_of
from seehear.scene import CameraPose, Scene
from seehear.score import alignment_scores, mirrored
from tests.score.conftest import CAMERA, DURATION, RATE, noise, rendered, thing

MANY = ("binaural", "stereo", "5.1", "7.1.4", "foa")


def scored(clip, samples=None, scene=None, **options):
    given = clip.samples if samples is None else samples
    return alignment_scores(given, scene or clip.scene, layout=clip.layout, sample_rate=RATE, **options)


@pytest.mark.parametrize("layout", MANY)
def test_a_rendered_clip_is_heard_where_it_is_seen(layout):
    """A few deg while moving: the box is linear between keyframes, sound arrives 9 ms late."""
    got = scored(rendered("moving", layout))
    assert got.azimuth.value < 3.5
    assert got.correlation.value > 0.99
    assert got.within.value > 0.95
    assert got.on_screen.value == 1.0


@pytest.mark.parametrize("layout", MANY)
def test_the_swap_is_noticed(layout):
    clip = rendered("moving", layout)
    got = scored(clip, mirrored(clip.samples, clip.layout))
    assert got.correlation.value < -0.99
    assert got.azimuth.value > 25.0
    assert got.within.value < 0.35
    assert got.on_screen.value == scored(clip).on_screen.value  # both edges are as far away: blind to a swap


@pytest.mark.parametrize("layout", MANY)
def test_a_mono_copy_scores_exactly_chance(layout):
    kind = layout_of(layout)
    mono = np.zeros((kind.size, round(DURATION * RATE)), dtype=np.float32)
    mono[: 1 if kind.kind == "ambisonics" else 2] = noise(5)
    got = scored(rendered("moving", layout), mono)
    for score in got:
        assert score.value == pytest.approx(score.extra["chance"], abs=1e-6)
    assert got.correlation.value == 0.0


def test_silence_and_blind_scenes_are_undefined():
    clip = rendered("left", "foa")
    for score in scored(clip, np.zeros_like(clip.samples)):
        assert np.isnan(score.value)
        assert score.reason == "silence"
    unseen = Scene(duration=DURATION, camera=CAMERA, objects=[thing("dog", [25.0], boxed=False)])
    assert scored(clip, scene=unseen).azimuth.reason == "no sounding object with a known place"
    assert scored(clip).correlation.reason == "no box moves"
    around = clip.scene.model_copy(
        update={"camera": CAMERA.model_copy(update={"projection": "equirectangular", "horizontal_fov": 360.0})}
    )
    assert scored(clip, scene=around).on_screen.reason == "the picture is all around"


@pytest.mark.parametrize("layout", ["7.1", "foa"])
def test_off_screen_is_told_from_on_screen(layout):
    """Seen within +-45 deg: an object behind is off, one at 25 deg on; heard the other way round both are wrong."""
    left, behind = rendered("left", layout), rendered("behind", layout)
    assert scored(left).on_screen.value == scored(behind).on_screen.value == 1.0
    assert scored(left, behind.samples).on_screen.value == 0.0
    assert scored(behind, left.samples).on_screen.value == 0.0


def test_the_camera_turns_the_boxes():
    """The camera looks 20 deg left: what stands at 25 is seen, and heard, at 5."""
    clip = rendered("left", "foa")
    turned = CAMERA.model_copy(update={"pose": (CameraPose(time=0.0, yaw=20.0),)})
    scene = clip.scene.model_copy(update={"camera": turned})
    box = clip.scene.objects[0].keyframes[0].box
    seen = float(np.rad2deg(np.arctan(1 - (box[0] + box[2]))))
    assert seen == pytest.approx(25.0, abs=1e-6)
    assert scored(clip, scene=scene).azimuth.value < 0.5  # boxes and ears turn together


def test_a_box_elsewhere_is_missed_by_as_much():
    clip = rendered("left", "foa")
    other = clip.scene.model_copy(update={"objects": tuple(rendered("moving", "foa").scene.objects)})
    got = scored(clip, scene=other)
    boxes = np.array([key.box for key in other.objects[0].keyframes])
    seen = np.rad2deg(np.arctan(1 - (boxes[:, 0] + boxes[:, 2])))
    assert got.azimuth.value == pytest.approx(np.abs(25.0 - seen).mean(), abs=2.0)
    assert got.within.value == pytest.approx((np.abs(25.0 - seen) < 5.0 + 4.7).mean(), abs=0.1)
    assert got.correlation.value == pytest.approx(0.0, abs=0.4)


def test_object_order_does_not_matter():
    clip = rendered("two", "5.1")
    turned = clip.scene.model_copy(update={"objects": clip.scene.objects[::-1]})
    one, other = (scored(clip, scene=scene, stems=clip.stems) for scene in (clip.scene, turned))
    assert one.azimuth.value == pytest.approx(other.azimuth.value, abs=1e-9)
    assert one.azimuth.per_item == other.azimuth.per_item[::-1]
    assert one.azimuth.value < 1.0
