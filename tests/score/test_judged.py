"""The windows that a world's truth gives: one object alone, the same for every system; and the laws in them."""

from functools import cache

import numpy as np
import pytest
import soxr

from seehear.acoustics.render import Renderer
from seehear.media.layout import layout_of
from seehear.media.stems import ArrayStems
from seehear.scene import Room, Scene
from seehear.score import alignment_scores, direction_scores, judged_windows, mirrored, mirrored_scene
from tests.score.conftest import CAMERA, DURATION, RATE, noise, rendered, thing

MANY = ("binaural", "stereo", "7.1.4", "foa")


@cache
def judged_of(name, layout):
    clip = rendered(name, layout)
    return judged_windows(clip.scene, clip.stems, layout=clip.layout, sample_rate=RATE)


def scored(clip, judged, samples=None, scene=None):
    given = clip.samples if samples is None else samples
    options = {"layout": clip.layout, "sample_rate": RATE, "judged": judged}
    scene = scene or clip.scene
    return direction_scores(given, scene, **options), alignment_scores(given, scene, **options)


def test_only_windows_of_one_object_are_judged():
    """Two equal noises overlap from 0.6 to 0.9 s: no window there, and each object has its own before and after."""
    clip, judged = rendered("two", "binaural"), judged_of("two", "binaural")
    middle = (judged.start + judged.size / 2) / RATE
    assert not ((middle > 0.63) & (middle < 0.88)).any()
    assert set(judged.thing[middle < 0.6]) == {0}
    assert set(judged.thing[middle > 0.95]) == {1}
    assert (middle < 0.6).sum() >= 22
    assert [one.id for one in judged.things] == [one.id for one in clip.scene.objects]


@pytest.mark.parametrize("layout", MANY)
def test_identity_is_perfect_and_the_swap_is_noticed(layout):
    clip, judged = rendered("two", layout), judged_of("two", layout)
    direction, seen = scored(clip, judged)
    assert direction.azimuth.value < 0.5
    assert (direction.side.value, direction.left_right.value) == (1.0, 1.0)
    assert seen.azimuth.value < 0.5
    assert (seen.within.value, seen.on_screen.value) == (1.0, 1.0)
    swapped, seen = scored(clip, judged, mirrored(clip.samples, clip.layout))
    assert swapped.azimuth.value == pytest.approx(48.0, abs=1.0)
    assert (swapped.side.value, swapped.left_right.value) == (0.0, 0.0)
    assert seen.azimuth.value == pytest.approx(48.0, abs=1.0)
    assert seen.within.value == 0.0


@pytest.mark.parametrize("layout", MANY)
def test_a_mirrored_scene_swaps_the_sign(layout):
    clip = rendered("left", layout)
    off = Scene(duration=DURATION, camera=CAMERA, objects=[thing("dog", [15.0])])
    options = {"layout": clip.layout, "sample_rate": RATE}
    one = scored(clip, judged_windows(off, clip.stems, **options), scene=off)[0].azimuth
    other_scene = mirrored_scene(off)
    turned = judged_windows(other_scene, clip.stems, **options)
    other = scored(clip, turned, mirrored(clip.samples, clip.layout), other_scene)[0].azimuth
    assert other.value == pytest.approx(one.value, abs=0.05)
    assert other.extra["bias"] == pytest.approx(-one.extra["bias"], abs=0.05)
    assert one.extra["bias"] > 9.0


@pytest.mark.parametrize("layout", MANY)
def test_a_mono_copy_scores_exactly_chance(layout):
    kind = layout_of(layout)
    mono = np.zeros((kind.size, round(DURATION * RATE)), dtype=np.float32)
    mono[: 1 if kind.kind == "ambisonics" else 2] = noise(5)
    direction, seen = scored(rendered("two", layout), judged_of("two", layout), mono)
    assert direction.left_right.value == 0.5
    for score in (*direction, seen.azimuth, seen.within, seen.on_screen):
        assert score.value == pytest.approx(score.extra["chance"], abs=1e-6)


def test_silence_is_undefined_and_a_part_is_left_out():
    clip, judged = rendered("two", "binaural"), judged_of("two", "binaural")
    for score in (one for part in scored(clip, judged, np.zeros_like(clip.samples)) for one in part):
        assert np.isnan(score.value)
        assert score.reason == "silence"
    part = clip.samples.copy()
    part[:, : round(0.95 * RATE)] = 0.0
    azimuth = scored(clip, judged, part)[0].azimuth
    assert (azimuth.n, azimuth.n_undefined) == (1, 1)
    assert "not scored: dog" in azimuth.reason


@pytest.mark.parametrize("layout", MANY)
def test_resampling_moves_nothing(layout):
    """48 to 44.1 to 48 kHz: at most 0.2 deg."""
    clip, judged = rendered("two", layout), judged_of("two", layout)
    back = soxr.resample(soxr.resample(clip.samples.T, 48000, 44100), 44100, 48000).T
    before, after = (scored(clip, judged, one) for one in (None, np.ascontiguousarray(back)))
    assert after[0].azimuth.value == pytest.approx(before[0].azimuth.value, abs=0.2)
    assert after[1].azimuth.value == pytest.approx(before[1].azimuth.value, abs=0.2)


def test_object_order_does_not_matter():
    clip = rendered("two", "binaural")
    turned = clip.scene.model_copy(update={"objects": clip.scene.objects[::-1]})
    other = judged_windows(turned, clip.stems, layout=clip.layout, sample_rate=RATE)
    one, two = scored(clip, judged_of("two", "binaural")), scored(clip, other, scene=turned)
    assert one[0].azimuth.value == pytest.approx(two[0].azimuth.value, abs=1e-9)
    assert one[0].azimuth.per_item == two[0].azimuth.per_item[::-1]
    assert one[1].azimuth.per_item == two[1].azimuth.per_item[::-1]


@cache
def in_a_room():
    """Three knocks in a live room, from 35 deg."""
    room = Room(size=(5.0, 4.0, 2.8), listener=(2.0, 2.0, 1.5), rt60=0.6)
    scene = Scene(duration=DURATION, camera=CAMERA, room=room, objects=[thing("dog", [35.0], distance=2.0)])
    knocks = np.zeros(round(DURATION * RATE), dtype=np.float32)
    for number, start in enumerate((0.1, 0.5, 0.9)):
        burst = noise(number, 0.08) * np.exp(-np.linspace(0, 6, round(0.08 * RATE)))
        knocks[round(start * RATE) :][: len(burst)] = burst
    stems = ArrayStems({"dog": knocks}, RATE)
    layout = layout_of("binaural")
    mix = np.concatenate([one.mix for one in Renderer(scene, layout, sample_rate=RATE).blocks(stems)], axis=1)
    return mix, scene, stems, layout


def test_a_room_is_heard_through_by_its_first_sound():
    mix, scene, stems, layout = in_a_room()
    options = {"layout": layout, "sample_rate": RATE}
    judged = judged_windows(scene, stems, **options)
    with_truth = direction_scores(mix, scene, **options, judged=judged).azimuth.value
    alone = direction_scores(mix, scene, **options).azimuth.value
    assert with_truth < 4.0
    assert alone > with_truth + 3.0, alone


def test_what_is_off_screen_is_not_charged_to_what_is_seen():
    """A seen dog at 28 deg and an unseen bell at -120: their overlap, and the bell alone, say nothing of the dog."""
    away = thing("bell", [-120.0], sounding=[[0.6, DURATION]], boxed=False)
    dog = thing("dog", [28.0], sounding=[[0.0, 0.9]])
    scene = Scene(duration=DURATION, camera=CAMERA, objects=[dog, away])
    stems = ArrayStems({"dog": noise(0), "bell": 4 * noise(1)}, RATE, round(DURATION * RATE))
    for name in ("7.1", "foa", "binaural"):
        layout = layout_of(name)
        clip = np.concatenate([one.mix for one in Renderer(scene, layout, sample_rate=RATE).blocks(stems)], axis=1)
        judged = judged_windows(scene, stems, layout=layout, sample_rate=RATE)
        for given in ({}, {"stems": stems}, {"judged": judged}):
            got = alignment_scores(clip, scene, layout=layout, sample_rate=RATE, **given)
            assert got.azimuth.value < 2.0, (name, given)
            assert (got.azimuth.n, got.azimuth.n_undefined) == (1, 0)


def test_no_object_no_window():
    clip = rendered("left", "binaural")
    empty = clip.scene.model_copy(update={"objects": ()})
    judged = judged_windows(empty, ArrayStems({}, RATE, RATE), layout=clip.layout, sample_rate=RATE)
    assert len(judged.start) == 0
    assert scored(clip, judged, scene=empty)[0].azimuth.reason == "no sounding object with a known place"
