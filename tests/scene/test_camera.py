"""The camera: pins, and the way there and back for both projections and any pose."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seehear.scene import Camera, CameraPose, CameraSpec, angles_to_vector, vector_to_angles

fractions = st.floats(0.001, 0.999)
poses = st.builds(
    CameraPose, time=st.just(0.0), yaw=st.floats(-180, 180), pitch=st.floats(-89, 89), roll=st.floats(-180, 180)
)
sizes = st.sampled_from([None, (640, 360), (720, 1280), (333, 111)])
perspective = st.builds(
    lambda fov, size, pose: Camera(CameraSpec(horizontal_fov=fov, size_wh=size, pose=(pose,))),
    st.floats(5, 150),
    sizes,
    poses,
)
sphere = st.builds(
    lambda pose, fov: Camera(CameraSpec(projection="equirectangular", horizontal_fov=fov, pose=(pose,))),
    poses,
    st.sampled_from([180.0, 360.0]),
)


@given(st.one_of(perspective, sphere), fractions, fractions)
def test_point_to_direction_and_back(camera, x, y):
    direction = camera.direction_of([[x, y]], 0.0)
    assert np.linalg.norm(direction) == pytest.approx(1.0)
    assert camera.point_of(direction, 0.0)[0] == pytest.approx((x, y), abs=1e-9)


@given(st.one_of(perspective, sphere), fractions, fractions, st.floats(0.01, 0.4), st.floats(0.01, 0.4))
def test_the_centre_of_a_box_is_where_its_direction_is_seen(camera, x, y, width, height):
    box = np.array([[max(x - width, 0), max(y - height, 0), min(x + width, 1), min(y + height, 1)]])
    seen = camera.point_of(camera.direction_of_box(box, 0.0), 0.0)
    assert seen == pytest.approx((box[:, :2] + box[:, 2:]) / 2, abs=1e-9)


@given(poses, st.floats(-180, 179.9), st.floats(-89, 89))
def test_to_camera_and_to_world_undo_each_other(pose, azimuth, elevation):
    camera = Camera(CameraSpec(pose=(pose,)))
    world = angles_to_vector([azimuth], [elevation])
    assert camera.to_world(camera.to_camera(world, 0.0), 0.0) == pytest.approx(world, abs=1e-12)


@pytest.mark.parametrize("fov", [30.0, 60.0, 110.0])
def test_the_left_edge_is_half_the_field_to_the_left(fov):
    camera = Camera(CameraSpec(horizontal_fov=fov, size_wh=(1280, 720)))
    azimuth, elevation = vector_to_angles(camera.direction_of([[0.0, 0.5], [1.0, 0.5], [0.5, 0.5]], 0.0))
    assert azimuth == pytest.approx([fov / 2, -fov / 2, 0.0])
    assert elevation == pytest.approx([0.0] * 3, abs=1e-12)


def test_the_top_edge_follows_the_stated_formula():
    camera = Camera(CameraSpec(horizontal_fov=60.0, size_wh=(1280, 720)))
    half = np.tan(np.deg2rad(30.0)) * 720 / 1280
    azimuth, elevation = vector_to_angles(camera.direction_of([[0.25, 0.0]], 0.0))
    assert elevation == pytest.approx(np.rad2deg(np.arctan(half * np.cos(np.deg2rad(azimuth)))))
    assert elevation[0] > 0


def test_a_full_sphere_has_its_edges_behind_and_its_top_above():
    camera = Camera(CameraSpec(projection="equirectangular", horizontal_fov=360.0, size_wh=(2000, 1000)))
    azimuth, elevation = vector_to_angles(camera.direction_of([[0.25, 0.5], [0.75, 0.5], [0.0, 0.5]], 0.0))
    assert azimuth == pytest.approx([90.0, -90.0, -180.0])
    assert elevation == pytest.approx([0.0] * 3, abs=1e-12)
    assert camera.direction_of([[0.5, 0.0]], 0.0)[0] == pytest.approx((0, 0, 1), abs=1e-12)


def test_behind_a_perspective_camera_there_is_no_point():
    assert np.isnan(Camera(CameraSpec()).point_of([[-1.0, 0.1, 0.0]], 0.0)).all()


def test_a_still_object_moves_right_in_the_picture_as_the_camera_pans_left():
    camera = Camera(CameraSpec(pose=(CameraPose(time=0.0), CameraPose(time=1.0, yaw=20.0))))
    points = camera.point_of([[1.0, 0.0, 0.0]], [0.0, 0.5, 1.0, 5.0])
    assert points.shape == (4, 2)
    assert points[0] == pytest.approx((0.5, 0.5))
    assert points[1, 0] == pytest.approx(0.5 + np.tan(np.deg2rad(10)) / (2 * np.tan(np.deg2rad(30))))
    assert points[3] == pytest.approx(points[2])


def test_a_pan_through_the_back_takes_the_short_way():
    camera = Camera(CameraSpec(pose=(CameraPose(time=0.0, yaw=170.0), CameraPose(time=1.0, yaw=-170.0))))
    ahead = camera.to_world([[1.0, 0.0, 0.0]], 0.5)
    assert ahead[0] == pytest.approx((-1, 0, 0), abs=1e-9)


@given(st.floats(10, 150), st.floats(0.0, 0.45))
def test_angular_size_of_a_level_strip_is_the_angle_between_its_edges(fov, margin):
    camera = Camera(CameraSpec(horizontal_fov=fov, size_wh=(1000, 500)))
    edges = camera.direction_of([[margin, 0.5], [1 - margin, 0.5]], 0.0)
    azimuth = vector_to_angles(edges)[0]
    size = camera.angular_size([margin, 0.4, 1 - margin, 0.6])[0]
    assert size[0] == pytest.approx(azimuth[0] - azimuth[1])


def test_the_whole_sphere_spans_360_by_180():
    camera = Camera(CameraSpec(projection="equirectangular", horizontal_fov=360.0, size_wh=(2000, 1000)))
    assert camera.angular_size([0.0, 0.0, 1.0, 1.0])[0] == pytest.approx((360.0, 180.0))
