"""Directions of rendered clips against their scenes, and the laws of a spatial metric."""

import numpy as np
import pytest
import soxr

from seehear.errors import InputError
from seehear.media.layout import LAYOUTS, layout_of
from seehear.media.stems import ArrayStems
from seehear.scene import Scene
from seehear.score import direction_scores, mirrored, mirrored_scene, swap_test
from tests.score.conftest import DURATION, RATE, noise, rendered, thing

ALL = tuple(LAYOUTS)


def scored(clip, samples=None, scene=None, **options):
    given = clip.samples if samples is None else samples
    return direction_scores(given, scene or clip.scene, layout=clip.layout, sample_rate=RATE, **options)


@pytest.mark.parametrize("layout", ALL)
def test_a_rendered_clip_is_heard_where_its_scene_says(layout):
    """Within 0.5 deg standing; moving at 47 deg/s within 3 (ears: the meter's own error in 100 ms)."""
    still, moving = scored(rendered("left", layout)), scored(rendered("moving", layout))
    assert still.azimuth.value < 0.5
    assert still.angle.value < 0.5
    assert moving.azimuth.value < (3.0 if layout == "binaural" else 1.0)
    for scores in (still, moving):
        assert (scores.side.value, scores.left_right.value) == (pytest.approx(1.0, abs=0.15), 1.0)
        assert scores.azimuth.n == 1


@pytest.mark.parametrize("layout", ALL)
def test_the_swap_is_noticed(layout):
    clip = rendered("left", layout)
    given, swapped = swap_test(lambda one: scored(clip, one), clip.samples, clip.layout)
    assert swapped.azimuth.value == pytest.approx(50.0, abs=1.0)
    assert (given.side.value, swapped.side.value) == (1.0, 0.0)
    assert (given.left_right.value, swapped.left_right.value) == (1.0, 0.0)


@pytest.mark.parametrize("layout", ALL)
def test_a_mirrored_scene_swaps_the_sign(layout):
    clip = rendered("moving", layout)
    off = mirrored_scene(Scene(duration=DURATION, objects=[thing("car", [20.0, 20.0])]))
    assert off.objects[0].keyframes[0].azimuth == pytest.approx(-20.0)
    one = scored(clip, scene=off)
    other = scored(clip, mirrored(clip.samples, clip.layout), mirrored_scene(off))
    assert other.azimuth.value == pytest.approx(one.azimuth.value, abs=0.05)
    assert other.azimuth.extra["bias"] == pytest.approx(-one.azimuth.extra["bias"], abs=0.05)
    assert abs(one.azimuth.extra["bias"]) > 10.0


def test_the_bias_is_positive_too_far_left():
    right_of_it = Scene(duration=DURATION, objects=[thing("dog", [20.0])])
    score = scored(rendered("left", "5.1"), scene=right_of_it).azimuth
    assert score.extra["bias"] == pytest.approx(5.0, abs=0.1)
    assert score.value == pytest.approx(5.0, abs=0.1)


@pytest.mark.parametrize("layout", ALL)
def test_a_mono_copy_scores_exactly_chance(layout):
    kind = layout_of(layout)
    mono = np.zeros((kind.size, round(DURATION * RATE)), dtype=np.float32)
    mono[: 1 if kind.kind == "ambisonics" else 2] = noise(5)
    clip = rendered("two", layout)
    for stems in (None, clip.stems):
        scores = scored(clip, mono, stems=stems)
        for score in scores:
            assert score.value == pytest.approx(score.extra["chance"], abs=1e-6)
        assert scores.left_right.value == 0.5
    if kind.kind == "ambisonics":
        assert scored(clip, mono).azimuth.value == pytest.approx(90.0)


@pytest.mark.parametrize("layout", ["binaural", "5.1", "foa"])
def test_silence_is_undefined(layout):
    clip = rendered("left", layout)
    for score in scored(clip, np.zeros_like(clip.samples)):
        assert np.isnan(score.value)
        assert score.reason == "silence"
    empty = clip.scene.model_copy(update={"objects": ()})
    assert scored(clip, scene=empty).azimuth.reason == "no sounding object with a known place"
    part = clip.samples.copy()
    part[:, : round(RATE)] = 0.0
    two = rendered("two", layout)
    lost = scored(two, part, two.scene)
    assert (lost.azimuth.n, lost.azimuth.n_undefined) == (1, 1)
    assert "not scored: dog" in lost.azimuth.reason


@pytest.mark.parametrize("layout", ["binaural", "stereo", "7.1.4", "foa"])
def test_resampling_moves_nothing(layout):
    """48 to 44.1 to 48 kHz: at most 0.2 deg, and 0.5 %."""
    clip = rendered("moving", layout)
    there = soxr.resample(clip.samples.T, 48000, 44100)
    back = soxr.resample(there, 44100, 48000).T
    before, after = scored(clip), scored(clip, np.ascontiguousarray(back))
    assert after.azimuth.value == pytest.approx(before.azimuth.value, abs=0.2)
    assert after.angle.value == pytest.approx(before.angle.value, abs=0.2)
    assert after.side.value == pytest.approx(before.side.value, rel=0.005)


@pytest.mark.parametrize("layout", ["binaural", "5.1", "foa"])
def test_object_order_does_not_matter(layout):
    clip = rendered("two", layout)
    turned = clip.scene.model_copy(update={"objects": clip.scene.objects[::-1]})
    for stems in (None, clip.stems):
        for one, other in zip(scored(clip, stems=stems), scored(clip, scene=turned, stems=stems), strict=True):
            assert one.value == pytest.approx(other.value, abs=1e-9)
            assert one.per_item == other.per_item[::-1]


@pytest.mark.parametrize("layout", ["binaural", "stereo", "5.1", "hoa3"])
def test_with_stems_only_windows_that_one_object_owns_are_judged(layout):
    """Two equal noises overlap for 0.3 s: without stems those windows go to the nearest, with them to none."""
    clip = rendered("two", layout)
    loose, strict = scored(clip), scored(clip, stems=clip.stems)
    assert "against the nearest of several objects" in loose.azimuth.reason
    assert strict.azimuth.reason == ""
    assert strict.azimuth.value < 0.6
    assert loose.azimuth.value > strict.azimuth.value


def test_the_stronger_object_is_judged_where_it_drowns_the_other():
    clip = rendered("two", "foa")
    quiet = {one.id: noise(i) * (0.001 if one.id == "bell" else 1.0) for i, one in enumerate(clip.scene.objects)}
    only_dog = rendered("left", "foa").samples
    stems = ArrayStems(quiet, RATE, round(DURATION * RATE))
    scores = direction_scores(only_dog, clip.scene, layout=clip.layout, sample_rate=RATE, stems=stems)
    assert scores.azimuth.per_item[0] == pytest.approx(3.0, abs=0.1)  # heard at 25, asked at 28, until 0.9 s


def test_elevation_counts_where_the_layout_has_it():
    foa, flat = rendered("high", "foa"), rendered("high", "5.1")
    assert scored(foa).angle.value < 0.1
    low = Scene(duration=DURATION, objects=[thing("bird", [60.0], boxed=False)])
    assert scored(foa, scene=low).angle.value == pytest.approx(40.0, abs=0.1)
    assert scored(foa, scene=low).azimuth.value < 0.1
    assert scored(flat, scene=low).angle.value == pytest.approx(scored(flat).angle.value, abs=1e-6)


def test_ears_and_stereo_fold_front_and_back():
    front = Scene(duration=DURATION, objects=[thing("dog", [40.0])])
    ears = rendered("behind", "binaural")
    assert scored(ears, scene=front).azimuth.value == pytest.approx(scored(ears).azimuth.value, abs=1e-6)
    surround = rendered("behind", "7.1")
    assert scored(surround).azimuth.value < 0.5
    assert scored(surround, scene=front).azimuth.value > 90.0


def test_a_clip_of_other_channels_is_refused():
    clip = rendered("left", "stereo")
    with pytest.raises(InputError, match="expected foa samples"):
        direction_scores(clip.samples, clip.scene, layout=layout_of("foa"), sample_rate=RATE)
    with pytest.raises(InputError, match="finite"):
        scored(clip, clip.samples * np.float32("nan"))
