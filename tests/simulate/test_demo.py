"""The world `demo`: picture, sound and scene are the exact truth of each other."""

from fractions import Fraction
from itertools import islice

import numpy as np
import pytest

from seehear.errors import InputError
from seehear.scene import Camera, Path, scene_from_json, scene_to_json
from seehear.simulate import to_world, write_video
from seehear.simulate.track import projected_boxes, visible_boxes

SIZE = (640, 360)


@pytest.fixture(scope="module")
def world():
    return to_world(3, size_wh=SIZE)


def stem(world, name):
    return np.concatenate([block[name][0] for block in world.stems.blocks(48000)])


def bounds_of(mask):
    """Left, top, right, bottom of a mask of coverage in [0, 1], to a part of a pixel: where it passes one half."""
    edges = []
    for profile in (mask.max(axis=0), mask.max(axis=1)):
        inside = np.flatnonzero(profile > 0.5)
        edges.append((inside[0], inside[-1] + 1))
    (left, right), (top, bottom) = edges
    return np.array([left / mask.shape[1], top / mask.shape[0], right / mask.shape[1], bottom / mask.shape[0]])


def changed(world, time, rows):
    """How strongly the picture differs from the one at 0 s, when the car is out of sight, in some rows."""
    empty = world.stage.frame(0.0).astype(int)
    apart = np.abs(world.stage.frame(time, exposure=0.002).astype(int) - empty).max(axis=2) / 40.0
    outside = np.ones(SIZE[1], bool)
    outside[rows] = False
    apart[outside] = 0.0
    return np.clip(apart, 0, 1)


def test_the_car_is_drawn_where_its_box_says(world):
    car = Path(world.scene.object("car_0"))
    for time in (3.6, 3.75, 4.0, 4.2, 4.4):
        box = car.box_at(time)[0]
        drawn = bounds_of(changed(world, time, slice(int(0.45 * SIZE[1]), int(0.735 * SIZE[1]))))
        assert drawn[[0, 1, 2]] == pytest.approx(box[[0, 1, 2]], abs=0.005), time


def test_the_cars_centroid_moves_with_its_box(world):
    car = Path(world.scene.object("car_0"))
    times = np.array([3.6, 3.8, 4.0, 4.2, 4.4])
    boxes = car.box_at(times)
    offsets = []
    for time, box in zip(times, boxes, strict=True):
        mask = changed(world, time, slice(int(0.45 * SIZE[1]), int(0.735 * SIZE[1]))) > 0.5
        columns = (np.flatnonzero(mask.any(axis=0)) + 0.5) / SIZE[0]
        offsets.append(columns.mean() - (box[0] + box[2]) / 2)
    assert np.abs(offsets).max() < 0.005


def test_the_bird_is_drawn_where_its_box_says(world):
    """Two pictures of the bird in different places: what differs reaches from the one box's edge to the other's."""
    bird = Path(world.scene.object("bird_0"))
    times = np.linspace(0, 7.9, 800)
    boxes = bird.box_at(times)
    left, right, high = boxes[:, 0].argmin(), boxes[:, 0].argmax(), boxes[:, 1].argmin()
    frames = [world.stage.frame(float(times[at])).astype(int)[: int(0.45 * SIZE[1])] for at in (left, right, high)]
    aside = np.flatnonzero((np.abs(frames[0] - frames[1]).max(axis=2) > 30).any(axis=0))
    assert aside[0] / SIZE[0] == pytest.approx(boxes[left, 0], abs=0.005)
    assert (aside[-1] + 1) / SIZE[0] == pytest.approx(boxes[right, 2], abs=0.005)
    up = np.flatnonzero((np.abs(frames[0] - frames[2]).max(axis=2) > 30).any(axis=1))
    assert up[0] / SIZE[1] == pytest.approx(boxes[high, 1], abs=0.005)
    assert np.ptp(boxes[:, 1]) > 0.02, "hops that can be seen"
    assert np.ptp(boxes[:, 0]) > 0.05


@pytest.mark.parametrize("seed", range(4))
def test_linear_boxes_follow_the_projected_path(seed):
    world = to_world(seed, size_wh=(64, 36))
    camera = Camera(world.scene.camera)
    for thing in world.scene.objects:
        path, times = Path(thing), np.linspace(0, 8, 4001)
        size = (3.8, 1.5) if thing.id == "car_0" else metres_of(thing.keyframes[0], camera)
        truth = visible_boxes(projected_boxes(camera, path.at(times).position, size, times))
        linear = path.box_at(times)
        both = np.isfinite(truth).all(axis=1) & np.isfinite(linear).all(axis=1)
        assert both.sum() > 600, "in sight for more than a second"
        assert np.abs(truth - linear)[both].max() < 0.005
        differ = np.isfinite(truth).all(axis=1) != np.isfinite(linear).all(axis=1)
        assert differ.sum() <= 8, "in sight at the same times, to 16 ms"


def metres_of(key, camera):
    depth = key.distance * np.cos(np.deg2rad(key.elevation)) * np.cos(np.deg2rad(key.azimuth))
    span = 2 * depth * np.tan(np.deg2rad(camera.spec.horizontal_fov) / 2)
    width, height = camera.spec.size_wh
    return (key.box[2] - key.box[0]) * span, (key.box[3] - key.box[1]) * span * height / width


def test_the_scene_is_as_told(world):
    car, bird = (Path(world.scene.object(name)) for name in ("car_0", "bird_0"))
    start, end = car.at([0.0, 8.0]).position
    assert start[1] == pytest.approx(30.0, abs=1e-4)
    assert end[1] == pytest.approx(-30.0, abs=1e-4)
    assert 8.0 < start[0] < 10.5
    speed = -car.velocity_at(np.linspace(0, 8, 400))[:, 1]
    assert speed == pytest.approx(np.full(400, 60.0 / 8.0), rel=1e-3), "from left to right, at constant speed"
    place = bird.at(np.linspace(0, 8, 400))
    assert place.azimuth.min() > 17
    assert place.azimuth.max() < 27
    assert place.elevation.min() > 5
    assert np.nanmin(bird.box_at(np.linspace(0, 8, 400))[:, 0]) > 0.0, "in sight throughout"
    assert scene_from_json(scene_to_json(world.scene)) == world.scene


def test_chirps_begin_where_the_beak_opens_and_the_bird_hops(world):
    sound = np.abs(stem(world, "bird_0"))
    loud = np.convolve(sound, np.ones(240) / 240, "same") > 0.01
    onsets = np.flatnonzero(np.diff(loud.astype(int)) == 1) / 48000
    assert len(onsets) >= 8
    bird = Path(world.scene.object("bird_0"))
    rest = float(bird.at(0.0).position[0, 2])
    times = np.arange(0, 8, 0.001)
    up = bird.at(times).position[:, 2] > rest + 0.002
    hops = times[1:][np.diff(up.astype(int)) == 1]
    assert hops == pytest.approx(onsets, abs=0.012)
    spans = world.scene.object("bird_0").sounding
    for onset in onsets:
        assert any(start - 0.005 <= onset < end for start, end in spans)
    quiet = ~bird.sounds_at(np.arange(len(sound)) / 48000)
    assert sound[quiet].max() == 0.0
    # the picture: what changes about the head just after an onset
    box = bird.box_at(0.0)[0] * [*SIZE, *SIZE]
    x0, y0, x1, y1 = (int(value) for value in box)
    still, singing = (
        world.stage.frame(time)[y0:y1, x0:x1].astype(int) for time in (onsets[0] - 0.05, onsets[0] + 0.05)
    )
    assert np.abs(still - singing).max() > 60
    assert np.array_equal(still, world.stage.frame(0.0)[y0:y1, x0:x1])


def test_one_stem_for_each_object_and_the_bed(world):
    assert set(world.stems.channels) == {"car_0", "bird_0", "ambience"}
    assert set(world.stems.channels.values()) == {1}
    assert world.stems.length == 8 * 48000
    for name in world.stems.channels:
        samples = stem(world, name)
        assert samples.dtype == np.float32
        assert np.isfinite(samples).all()
        assert 0.02 < np.abs(samples).max() <= 1.0, name


def test_same_seed_same_bytes_other_seed_other_world():
    first, again, other = (to_world(seed, size_wh=(160, 90), duration=2.0) for seed in (5, 5, 6))
    assert first.scene == again.scene != other.scene
    for one, two in zip(first.frames(), again.frames(), strict=True):
        assert np.array_equal(one, two)
    assert np.array_equal(stem(first, "car_0"), stem(again, "car_0"))
    assert not np.array_equal(stem(first, "car_0"), stem(other, "car_0"))
    generated = to_world(np.random.default_rng(5), size_wh=(160, 90), duration=2.0)
    assert generated.scene == first.scene


def test_another_size_or_frame_rate_is_the_same_scene():
    small, large = to_world(1, size_wh=(160, 90), fps=10, duration=2.0), to_world(1, size_wh=(640, 360), duration=2.0)
    assert small.scene.objects == large.scene.objects
    assert large.scene.camera.size_wh == (640, 360)
    assert (small.frame_count, large.frame_count) == (20, 50)
    assert np.array_equal(stem(small, "bird_0"), stem(large, "bird_0"))
    fine = large.stage.frame(1.0).reshape(90, 4, 160, 4, 3).mean(axis=(1, 3))
    assert np.abs(fine - small.stage.frame(1.0)).mean() < 6.0, "the same picture, smaller"


def test_frames_are_rgb_and_fresh(world):
    one, two = islice(world.frames(), 2)
    assert one.shape == (SIZE[1], SIZE[0], 3)
    assert one.dtype == np.uint8
    assert one is not two
    assert one[2, SIZE[0] // 2, 2] > one[2, SIZE[0] // 2, 0], "a blue sky: RGB, not BGR"


@pytest.mark.parametrize("size", [(16, 16), (333, 187), (90, 160)])
def test_any_size_is_drawn(size):
    world = to_world(0, size_wh=size, duration=1.0)
    assert next(world.frames()).shape == (size[1], size[0], 3)


@pytest.mark.parametrize(
    "setting", [{"preset": "nope"}, {"size_wh": (4, 4)}, {"duration": 0.0}, {"duration": float("nan")}, {"fps": 0},
     {"sample_rate": 10}],
)  # fmt: skip
def test_a_setting_no_world_can_have_is_refused(setting):
    with pytest.raises(InputError) as caught:
        to_world(0, **setting)
    assert next(iter(setting)) in str(caught.value)


def test_the_video_holds_the_frames(tmp_path):
    import av

    world = to_world(2, size_wh=(320, 180), fps=Fraction(30000, 1001), duration=1.0)
    write_video(tmp_path / "w.mp4", world.frames(), world.fps)
    with av.open(str(tmp_path / "w.mp4")) as container:
        read = [(frame.time, frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]
    assert len(read) == world.frame_count
    for index, ((time, picture), truth) in enumerate(zip(read, world.frames(), strict=True)):
        assert time == pytest.approx(float(index / world.fps), abs=1e-4)
        assert np.abs(picture.astype(int) - truth).mean() < 6.0


@pytest.mark.parametrize(
    "frames", [[], [np.zeros((9, 16, 3), np.uint8)], [np.zeros((s, 16, 3), np.uint8) for s in (8, 16)]]
)
def test_frames_that_make_no_video_are_refused_and_leave_nothing(tmp_path, frames):
    with pytest.raises(InputError):
        write_video(tmp_path / "w.mp4", frames, Fraction(25))
    assert list(tmp_path.iterdir()) == []
