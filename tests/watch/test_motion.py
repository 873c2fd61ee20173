"""The backend `motion` on films whose truth is known."""

import cv2
import numpy as np
import pytest

from seehear.errors import InputError
from seehear.scene import Camera, Path, vector_to_angles
from seehear.watch.motion import MotionWatch

YELLOW = (230, 230, 60)


@pytest.fixture(scope="module")
def crossing(wall, disc, film):
    back = wall()

    def draw(time: float) -> np.ndarray:
        return disc(back, (0.15 + 0.2 * time, 0.5), 0.06, YELLOW)

    return MotionWatch().watch(film(draw, 3.0)), film(draw, 3.0)


def centres(one, times: np.ndarray) -> np.ndarray:
    boxes = Path(one).box_at(times)
    return (boxes[:, :2] + boxes[:, 2:]) / 2


def test_a_disc_that_crosses_is_one_object_in_the_right_place(crossing) -> None:
    scene, _ = crossing
    (one,) = scene.objects
    times = np.linspace(0.1, 2.9, 30)
    assert np.abs(centres(one, times)[:, 0] - (0.15 + 0.2 * times)).max() < 0.01
    assert np.abs(centres(one, times)[:, 1] - 0.5).max() < 0.01
    widths = Path(one).box_at(times)[:, [0, 2]] @ [-1, 1]
    assert np.abs(widths - 0.12).max() < 0.015
    assert (one.motion, one.label, one.id) == ("crossing", None, "object_0")
    assert one.sounding == ((0.0, 3.0),)
    assert one.extra["relative_distance"][0] == 1.0
    assert all(key.distance is None for key in one.keyframes)


def test_a_steady_disc_needs_few_keyframes(crossing) -> None:
    scene, _ = crossing
    assert len(scene.objects[0].keyframes) <= 8


def test_mirrored_frames_give_the_mirrored_scene(crossing, film) -> None:
    scene, sight = crossing
    frames = {frame.time: frame.picture for frame in sight.frames(0.1)}
    twin = MotionWatch().watch(film(lambda time: np.ascontiguousarray(frames[time][:, ::-1]), 3.0))
    assert len(twin.objects) == len(scene.objects)
    for one, other in zip(scene.objects, twin.objects, strict=True):
        assert (one.id, one.motion, one.confidence, one.sounding) == (
            other.id,
            other.motion,
            other.confidence,
            other.sounding,
        )
        assert one.extra == other.extra
        for key, mirrored in zip(one.keyframes, other.keyframes, strict=True):
            assert key.time == mirrored.time
            assert key.elevation == pytest.approx(mirrored.elevation, abs=2e-3)
            assert key.azimuth == pytest.approx(-mirrored.azimuth, abs=2e-3)
            assert key.box[0] == pytest.approx(1 - mirrored.box[2], abs=2e-5)


def test_half_the_resolution_gives_the_same_angles(crossing, film, disc, wall) -> None:
    scene, sight = crossing
    frames = {
        frame.time: cv2.resize(frame.picture, (240, 135), interpolation=cv2.INTER_AREA) for frame in sight.frames(0.1)
    }
    (small,) = MotionWatch().watch(film(lambda time: frames[time], 3.0)).objects
    times = np.linspace(0.1, 2.9, 30)
    first, second = Path(scene.objects[0]).at(times), Path(small).at(times)
    assert np.abs(first.azimuth - second.azimuth).max() < 1.0
    assert np.abs(first.elevation - second.elevation).max() < 1.0


def test_a_pan_over_a_still_wall_makes_no_objects_and_the_right_pose(World, film) -> None:
    world = World()
    scene = MotionWatch().watch(film(lambda time: world.seen(yaw=15 * time - 20, pitch=2 * time), 3.0))
    moving = [one for one in scene.objects if one.motion != "still"]
    assert not moving
    ends = Camera(scene.camera).rotation_at([0.0, 2.9])
    ahead = vector_to_angles(ends @ np.array([1.0, 0.0, 0.0]))
    assert ahead[0][1] - ahead[0][0] == pytest.approx(15 * 2.9, abs=1.0)
    assert ahead[1][1] - ahead[1][0] == pytest.approx(2 * 2.9, abs=1.0)


def test_a_thing_at_rest_keeps_its_world_azimuth_while_the_camera_pans(World, film) -> None:
    world = World()
    painted = world.with_disc(4.0, -3.0, 3.5, (40, 220, 60))
    scene = MotionWatch().watch(film(lambda time: world.seen(yaw=8 * time - 4, wall=painted), 2.5))
    one = max(scene.objects, key=lambda item: item.confidence)
    place = Path(one).at(np.linspace(0.1, 2.4, 20))
    assert np.abs(place.azimuth - 8.0).max() < 1.0  # the camera begins at yaw -4, which is the world's front
    assert np.abs(place.elevation + 3.0).max() < 1.0
    assert one.motion == "still"


def test_a_fast_pan_that_starts_at_once_and_turns_back_is_followed(World, film) -> None:
    world = World()

    def yaw(time: float) -> float:
        return float(np.interp(time, [0.0, 0.4, 1.0, 1.6], [0.0, 0.0, 33.0, 0.0]))  # 55 deg a second

    picture = world.with_disc(14.0, 0.0, 4.0, YELLOW)
    scene = MotionWatch().watch(film(lambda time: world.seen(yaw=yaw(time), wall=picture), 1.6))
    times = np.arange(0.0, 1.5, 0.1)
    turns = Camera(scene.camera).rotation_at(times)
    found = np.rad2deg(np.arctan2(turns[:, 1, 0], turns[:, 0, 0]))
    assert np.abs(found - [yaw(time) for time in times]).max() < 1.5
    (thing,) = scene.objects
    assert np.abs(Path(thing).at(times).azimuth - 14.0).max() < 2.0


def test_a_thing_that_moves_while_the_camera_pans_moves_in_the_world(World, film) -> None:
    world = World()

    def draw(time: float) -> np.ndarray:
        return world.seen(yaw=-8 * time, wall=world.with_disc(10 - 14 * time, 0.0, 3.0, YELLOW))

    scene = MotionWatch().watch(film(draw, 2.5))
    one = max(scene.objects, key=lambda item: item.confidence)
    times = np.linspace(0.2, 2.3, 20)
    assert np.abs(Path(one).at(times).azimuth - (10 - 14 * times)).max() < 1.5
    assert one.motion == "crossing"


def test_a_zoom_is_not_a_turn_and_makes_no_objects(World, film) -> None:
    world = World()
    scene = MotionWatch().watch(film(lambda time: world.seen(zoom=1.25**time), 2.5))
    assert not [one for one in scene.objects if one.motion not in ("still", "approaching")]
    turns = Camera(scene.camera).rotation_at(np.linspace(0, 2.4, 10))
    off = np.rad2deg(np.arccos(np.clip(turns[:, 0, 0], -1, 1)))
    assert off.max() < 1.0


def test_a_short_occlusion_keeps_the_id(wall, disc, film) -> None:
    back, post = wall(), slice(225, 255)

    def draw(time: float) -> np.ndarray:
        picture = disc(back, (0.1 + 0.25 * time, 0.5), 0.025, YELLOW)
        picture[:, post] = back[:, post]
        return picture

    scene = MotionWatch().watch(film(draw, 3.0))
    (one,) = [item for item in scene.objects if item.extra["found_as"] == "moving"]
    times = np.array([0.3, 1.0, 2.2, 2.8])
    assert np.abs(centres(one, times)[:, 0] - (0.1 + 0.25 * times)).max() < 0.015


def test_a_cut_ends_every_track_and_resets_the_camera(wall, disc, film) -> None:
    first, second = wall(seed=0), wall(seed=9)[..., ::-1]

    def draw(time: float) -> np.ndarray:
        return disc(first if time < 1.5 else second, (0.2 + 0.2 * time, 0.4), 0.05, (240, 240, 240))

    scene = MotionWatch().watch(film(draw, 3.0))
    assert not [one for one in scene.objects if one.keyframes[0].time < 1.4 < 1.6 < one.keyframes[-1].time]
    assert any(one.keyframes[-1].time == pytest.approx(1.5, abs=0.11) for one in scene.objects)
    assert any(one.keyframes[0].time == pytest.approx(1.5, abs=0.11) for one in scene.objects)


def test_a_dissolve_ends_every_track(wall, disc, film) -> None:
    first, second = (
        disc(wall(seed=0), (0.3, 0.5), 0.06, YELLOW),
        disc(wall(seed=9)[..., ::-1], (0.7, 0.5), 0.06, YELLOW),
    )

    def draw(time: float) -> np.ndarray:
        share = np.clip((time - 1.5) / 1.0, 0, 1)
        return (first * (1 - share) + second * share).astype(np.uint8)

    scene = MotionWatch().watch(film(draw, 4.0))
    assert not [one for one in scene.objects if one.keyframes[0].time < 1.2 and one.keyframes[-1].time > 3.0]


def test_a_thing_that_leaves_is_followed_out_of_the_frame(wall, disc, film) -> None:
    back = wall()
    scene = MotionWatch().watch(film(lambda time: disc(back, (0.3 - 0.25 * time, 0.5), 0.05, YELLOW), 3.0))
    (one,) = [item for item in scene.objects if item.extra["found_as"] == "moving"]
    last = one.keyframes[-1]
    assert last.state == "predicted"
    assert last.box is None
    assert last.azimuth > one.keyframes[-2].azimuth > 25
    assert last.time < 2.5


def test_a_still_toy_on_a_table_is_found(wall, disc, film) -> None:
    picture = disc(wall(), (0.6, 0.55), 0.05, (40, 220, 60))
    scene = MotionWatch().watch(film(lambda time: picture, 2.0))
    one = scene.objects[0]
    assert one.motion == "still"
    assert one.confidence <= 0.4
    assert np.abs(centres(one, np.array([1.0]))[0] - [0.6, 0.55]).max() < 0.01


def test_a_bounce_is_a_contact_at_the_right_time(wall, disc, film) -> None:
    back = wall()

    def draw(time: float) -> np.ndarray:
        return disc(back, (0.3 + 0.1 * time, 0.25 + 0.45 * abs(time - 1.27)), 0.05, YELLOW)

    scene = MotionWatch().watch(film(draw, 2.5))
    (one,) = [item for item in scene.objects if item.extra["found_as"] == "moving"]
    assert len(one.extra["contacts"]) == 1
    assert one.extra["contacts"][0] == pytest.approx(1.27, abs=0.04)


def test_activity_follows_the_motion(wall, disc, film) -> None:
    back = wall()

    def draw(time: float) -> np.ndarray:
        return disc(back, (0.2 + 0.3 * min(time, 1.5), 0.5), 0.06, YELLOW)

    scene = MotionWatch().watch(film(draw, 4.0))
    one = max(scene.objects, key=lambda item: item.confidence)
    activity = one.extra["activity"]
    times = activity["start"] + np.arange(len(activity["values"])) / activity["rate"]
    values = np.array(activity["values"])
    assert values.min() >= 0
    assert values.max() <= 1
    assert values[(times > 0.2) & (times < 1.4)].mean() > 10 * values[times > 1.8].mean()


def walker(picture: np.ndarray, x: float, y: float, height: float, stride: float) -> np.ndarray:
    """Draw the outline of a person, soft at the edges."""
    picture, colour = picture.copy(), (30, 30, 40)
    cv2.circle(picture, (int(x), int(y + 0.075 * height)), int(0.075 * height), colour, -1, cv2.LINE_AA)
    trunk = int(0.13 * height), int(0.2 * height)
    cv2.ellipse(picture, (int(x), int(y + 0.34 * height)), trunk, 0, 0, 360, colour, -1, cv2.LINE_AA)
    for side in (-1, 1):
        limbs = [((0.06, 0.5), (0.06 + stride, 1.0), 0.085), ((0.12, 0.2), (0.17, 0.5), 0.055)]
        for (x0, y0), (x1, y1), thick in limbs:
            ends = [(int(x + side * a * height), int(y + b * height)) for a, b in ((x0, y0), (x1, y1))]
            cv2.line(picture, *ends, colour, int(thick * height), cv2.LINE_AA)
    return cv2.GaussianBlur(picture, (0, 0), 0.8)


@pytest.mark.parametrize("speed", [0.0, 60.0])
def test_a_person_is_called_one_and_gets_a_distance(speed: float, wall, film) -> None:
    back = wall((480, 270)) // 2 + 90

    def draw(time: float) -> np.ndarray:
        return walker(back, 150 + speed * time, 50, 150, 0.04 + 0.02 * np.sin(8 * time))

    people = [one for one in MotionWatch().watch(film(draw, 3.2)).objects if one.label == "person"]
    assert [one.id for one in people] == ["person_0"]
    focal = 240 / np.tan(np.deg2rad(30))
    assert people[0].keyframes[0].distance == pytest.approx(1.7 * focal / 150, rel=0.3)


@pytest.mark.parametrize("case", ["black", "noise", "flicker", "speck"])
def test_nothing_comes_of_nothing(case: str, wall, disc, film) -> None:
    back, rng = wall(), np.random.default_rng(1)
    draws = {
        "black": lambda time: np.zeros((270, 480, 3), np.uint8),
        "noise": lambda time: rng.integers(100, 140, (270, 480, 3), dtype=np.uint8),
        "flicker": lambda time: disc(back, (0.5, 0.5), 0.05, YELLOW) if 1.0 <= time < 1.2 else back,
        "speck": lambda time: disc(back, (0.2 + 0.2 * time, 0.5), 0.004, YELLOW),
    }
    scene = MotionWatch().watch(film(draws[case], 2.0))
    assert [one for one in scene.objects if one.confidence > 0.2] == []
    assert scene.extra["unknown"]


@pytest.mark.parametrize("size_wh", [(1, 1), (1, 300), (300, 1), (7, 5)])
def test_tiny_pictures_end_well(size_wh: tuple[int, int], film) -> None:
    picture = np.full((size_wh[1], size_wh[0], 3), 90, np.uint8)
    assert MotionWatch().watch(film(lambda time: picture, 1.0)).camera.size_wh == size_wh


def test_one_frame_of_video_ends_well(wall, disc, film) -> None:
    picture = disc(wall(), (0.6, 0.55), 0.05, (40, 220, 60))
    scene = MotionWatch().watch(film(lambda time: picture, 1 / 30))
    assert scene.duration == pytest.approx(1 / 30)
    assert scene.objects


def test_directions_come_from_the_boxes_through_the_camera(crossing) -> None:
    scene, _ = crossing
    camera = Camera(scene.camera)
    for key in scene.objects[0].keyframes:
        azimuth, elevation = vector_to_angles(camera.direction_of_box(key.box, key.time)[0])
        assert key.azimuth == pytest.approx(float(azimuth), abs=0.01)
        assert key.elevation == pytest.approx(float(elevation), abs=0.01)


def test_spread_widens_the_azimuth(crossing, film) -> None:
    scene, sight = crossing
    frames = {frame.time: frame.picture for frame in sight.frames(0.1)}
    wide = MotionWatch().watch(film(lambda time: frames[time], 3.0, spread=2.0))
    assert wide.extra["spread"] == 2.0
    first, second = scene.objects[0].keyframes[0], wide.objects[0].keyframes[0]
    assert second.azimuth == pytest.approx(2 * first.azimuth, abs=0.01)
    assert second.box == first.box


def test_a_label_gives_a_name_and_a_distance(crossing, film) -> None:
    _, sight = crossing
    frames = {frame.time: frame.picture for frame in sight.frames(0.1)}
    (one,) = MotionWatch().watch(film(lambda time: frames[time], 3.0, labels=("car",))).objects
    assert (one.id, one.label) == ("car_0", "car")
    assert all(key.distance is not None for key in one.keyframes)
    (named,) = MotionWatch().watch(film(lambda time: frames[time], 3.0, labels=("object_0=toy frog",))).objects
    assert named.label == "toy frog"
    assert named.id == "toy_frog_0"


def test_equirectangular_pictures_have_wide_angles(crossing, film) -> None:
    _, sight = crossing
    frames = {frame.time: frame.picture for frame in sight.frames(0.1)}
    whole = {"projection": "equirectangular", "horizontal_fov": 360.0}
    (one,) = MotionWatch().watch(film(lambda time: frames[time], 3.0, **whole)).objects
    assert one.keyframes[0].azimuth == pytest.approx((0.5 - 0.15) * 360, abs=3)


def test_a_label_for_what_is_not_seen_is_put_in_the_middle_and_says_so(film) -> None:
    grey = np.full((90, 160, 3), 128, np.uint8)
    (one,) = MotionWatch().watch(film(lambda time: grey, 2.0, labels=("dog",))).objects
    assert (one.id, one.label) == ("dog_0", "dog")
    assert one.confidence < 0.1
    assert "assumed" in one.extra["place"]
    assert one.keyframes[0].azimuth == pytest.approx(0.0, abs=0.01)
    assert one.sounding == ((0.0, 2.0),)


def test_a_label_for_an_object_that_there_is_not_is_an_error(film) -> None:
    grey = np.full((90, 160, 3), 128, np.uint8)
    with pytest.raises(InputError, match="object_7=car"):
        MotionWatch().watch(film(lambda time: grey, 2.0, labels=("object_7=car",)))


def test_what_leaves_its_place_leaves_nothing_behind(wall, disc, film) -> None:
    back = wall()

    def draw(time: float) -> np.ndarray:
        return disc(back, (0.3 + 0.35 * max(0.0, min(time - 8.0, 1.5)), 0.5), 0.06, YELLOW)

    scene = MotionWatch().watch(film(draw, 9.8))
    boxes = np.array([Path(one).box_at([9.5])[0] for one in scene.objects])
    assert not (boxes[:, 0] < 0.4).any()
    assert (boxes[:, 0] > 0.7).any()


def test_a_thing_that_sways_is_one_object(wall, film) -> None:
    back = wall()

    def draw(time: float) -> np.ndarray:
        picture = back.copy()
        x = 240 + 10 * np.sin(3 * time)
        cv2.ellipse(picture, (int(x), 140), (50, 70), 0, 0, 360, (90, 140, 210), -1, cv2.LINE_AA)
        return picture

    scene = MotionWatch().watch(film(draw, 3.0))
    (one,) = [item for item in scene.objects if item.confidence > 0.15]
    box = Path(one).box_at([1.5])[0]
    assert box == pytest.approx([0.4, 0.26, 0.6, 0.78], abs=0.04)
