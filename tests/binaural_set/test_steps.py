"""Each published step by itself."""

from itertools import pairwise

import numpy as np
import pytest

from seehear.acoustics.ambisonics import spherical_harmonics
from seehear.errors import InputError
from seehear.pipelines.binaural_set.camera_path import Wander, camera_path, main_direction
from seehear.pipelines.binaural_set.filters import left_right_difference, silent_share, static_share, voice_share
from seehear.pipelines.binaural_set.objects import later_camera, projected_box, seen_objects
from seehear.scene import Camera, CameraPose, CameraSpec, Path, Scene, SceneObject, angle_between, angles_to_vector

AROUND = CameraSpec(projection="equirectangular", horizontal_fov=360.0, size_wh=(720, 360))


@pytest.mark.parametrize(("azimuth", "elevation"), [(0, 0), (75, 20), (-170, -35), (10, 80)])
def test_the_main_direction_is_where_the_sound_is(azimuth, elevation):
    rng, direction = np.random.default_rng(0), angles_to_vector(azimuth, elevation)
    field = spherical_harmonics(direction, 1)[:, None] * rng.standard_normal(4000)
    weaker = spherical_harmonics(angles_to_vector(azimuth + 90), 1)[:, None] * rng.standard_normal(4000) * 0.02
    found = main_direction((field + weaker).astype(np.float32))
    assert float(angle_between(found.vector, direction)) < 3.0
    assert 4.0 < found.contrast_db < 5.0


def test_silence_has_no_main_direction():
    assert main_direction(np.zeros((4, 100), np.float32)).contrast_db == 0.0


def test_camera_paths_stay_within_their_ranges():
    rng, wander = np.random.default_rng(0), Wander()
    still = 0
    for _ in range(200):
        azimuth, elevation = rng.uniform(-180, 180), rng.uniform(-60, 60)
        pose = camera_path(angles_to_vector(azimuth, elevation), 8.0, wander=wander, rng=rng)
        still += len(pose) == 1
        turns = Camera(CameraSpec(pose=pose)).rotation_at(np.linspace(0, 8, 81))
        yaw = np.rad2deg(np.unwrap(np.arctan2(turns[:, 1, 0], turns[:, 0, 0])))
        assert abs((yaw[0] - azimuth + 180) % 360 - 180) <= wander.yaw_offset + 1e-3
        assert np.abs(np.diff(yaw)).max() <= wander.yaw_rate * 0.1 + 1e-3
        assert all(abs(one.pitch) <= 30 and abs(one.roll) <= 10 for one in pose)
    assert 30 <= still <= 70  # of 200, a quarter


def test_a_fast_drift_goes_the_way_it_is_drawn():
    pose = camera_path(
        angles_to_vector(0.0), 8.0, wander=Wander(yaw_rate=90.0, still=0.0), rng=np.random.default_rng(3)
    )
    steps = [(b.yaw - a.yaw + 180) % 360 - 180 for a, b in pairwise(pose)]
    assert all(abs(step) <= 90.01 for step in steps)


def test_ranges_that_no_axis_has_are_refused():
    with pytest.raises(InputError, match="yaw_offset"):
        camera_path(angles_to_vector(0.0), 1.0, wander=Wander(yaw_offset=200.0), rng=np.random.default_rng(0))


def test_silence_is_counted_in_windows():
    tone = np.concatenate([np.zeros(8000), 0.1 * np.ones(2000)]).astype(np.float32)
    assert silent_share(tone, 10000, below_dbfs=-35.0) == pytest.approx(0.8)
    assert silent_share(0.01 * tone, 10000, below_dbfs=-35.0) == 1.0


def test_still_pictures_repeat():
    rng = np.random.default_rng(0)
    still = [np.full((8, 8), 100, np.uint8)] * 5
    moving = [rng.integers(0, 255, (8, 8)).astype(np.uint8) for _ in range(5)]
    assert static_share(still, below=5.0) == 1.0
    assert static_share(moving, below=5.0) == 0.0
    assert static_share([*still, *moving], below=5.0) == pytest.approx(4 / 9)


def test_the_ears_difference_is_0_for_one_sound_and_1_for_one_ear():
    sound = np.random.default_rng(0).standard_normal(100).astype(np.float32)
    assert left_right_difference(np.stack([sound, sound])) == 0.0
    assert left_right_difference(np.stack([sound, 0 * sound])) == pytest.approx(1.0)
    assert left_right_difference(np.zeros((2, 10), np.float32)) == 0.0
    assert left_right_difference(np.stack([3 * sound, 0.5 * sound])) == left_right_difference(
        np.stack([6 * sound, sound])
    )


def test_speech_is_told_from_other_sounds(shared):
    from seehear.media import read_audio

    for file in sorted((shared / "data" / "dry").iterdir()):
        clip = read_audio(file)
        share = voice_share(clip.samples[0], clip.sample_rate)
        assert (share > 0.5) == file.name.startswith("speech"), file.name


def test_noise_and_tones_are_no_speech():
    rng = np.random.default_rng(0)
    time = np.arange(48000) / 16000
    for sound in (rng.standard_normal(48000), np.sin(2 * np.pi * 150 * time), np.sign(np.sin(2 * np.pi * 100 * time))):
        assert voice_share(0.1 * sound.astype(np.float32), 16000) == 0.0


def test_a_box_is_where_the_other_camera_sees_it():
    source, target = Camera(AROUND), Camera(CameraSpec(horizontal_fov=90.0, size_wh=(200, 200), pose=(
        CameraPose(time=0.0, yaw=20.0, pitch=5.0, roll=-3.0),)))  # fmt: skip
    middle = source.point_of(angles_to_vector(30.0, 8.0), 0.0)[0]
    box = np.concatenate([middle - 0.01, middle + 0.01])
    seen = np.array(projected_box(box, 0.0, source, target))
    asked = target.point_of(angles_to_vector(30.0, 8.0), 0.0)[0]
    assert np.abs((seen[:2] + seen[2:]) / 2 - asked).max() < 0.002
    level = Camera(CameraSpec(horizontal_fov=90.0, size_wh=(200, 200)))
    wide = np.array([0.5 - 80 / 360, 0.48, 0.5 - 30 / 360, 0.52])  # from 80 to 30 deg: the view ends at 45
    cut = np.array(projected_box(wide, 0.0, source, level))
    assert cut[[0, 2]] == pytest.approx([0.0, 0.5 - np.tan(np.deg2rad(30)) / 2], abs=1e-4)
    rise = np.tan(np.deg2rad(0.02 * 180)) / np.cos(np.deg2rad(45)) / 2  # at the view's edge, not beyond it
    assert cut[[1, 3]] == pytest.approx([0.5 - rise, 0.5 + rise], abs=1e-3)
    behind = source.point_of(angles_to_vector(-160.0), 0.0)[0]
    assert projected_box(np.concatenate([behind - 0.01, behind + 0.01]), 0.0, source, target) is None


def test_objects_keep_their_directions_and_times():
    keys = [
        {
            "time": t,
            "azimuth": a,
            "elevation": 0.0,
            "distance": 5.0,
            "box": [0.49 - a / 360, 0.48, 0.51 - a / 360, 0.52],
        }
        for t, a in ((0.0, 60.0), (4.0, -60.0))
    ]
    thing = SceneObject(id="car", sounding=((0.5, 3.5),), keyframes=keys)
    target = CameraSpec(horizontal_fov=90.0, size_wh=(200, 200))
    there = seen_objects(Scene(duration=4.0, camera=AROUND, objects=(thing,)), AROUND, target, start=1.0, duration=2.0,
                         fps=25.0)[0]  # fmt: skip
    times = np.linspace(0.0, 2.0, 41)
    apart = angle_between(Path(there).at(times).direction, Path(thing).at(times + 1.0).direction)
    assert apart.max() < 0.1
    assert there.sounding == ((0.0, 2.0),)
    boxes = Path(there).box_at(times)
    asked = np.array([projected_box(box, 0.0, Camera(AROUND), Camera(target)) or [np.nan] * 4
                      for box in Path(thing).box_at(times + 1.0)])  # fmt: skip
    assert np.nanmax(np.abs(boxes - asked)) < 0.005


def test_a_later_camera_looks_where_it_looked_then():
    spec = AROUND.model_copy(update={"pose": (CameraPose(time=0.0, yaw=170.0), CameraPose(time=4.0, yaw=-150.0))})
    later = later_camera(spec, 1.0, 2.0)
    times = np.linspace(0.0, 2.0, 9)
    assert np.allclose(Camera(later).rotation_at(times), Camera(spec).rotation_at(times + 1.0), atol=1e-6)
    assert later_camera(AROUND, 3.0, 2.0).pose == (CameraPose(time=0.0),)
