"""A view out of an equirectangular picture lands where the cameras say, over the seam and the poles too."""

import numpy as np
import pytest

from seehear.errors import InputError
from seehear.media.perspective import PerspectiveView
from seehear.scene import Camera, angles_to_vector
from seehear.scene.scene import CameraPose, CameraSpec


def around(width: int, **pose: float) -> CameraSpec:
    size, poses = (width, width // 2), (CameraPose(time=0.0, **pose),)
    return CameraSpec(projection="equirectangular", horizontal_fov=360.0, size_wh=size, pose=poses)


def looking(size: int = 128, fov: float = 90.0, **pose: float) -> CameraSpec:
    return CameraSpec(horizontal_fov=fov, size_wh=(size, size), pose=(CameraPose(time=0.0, **pose),))


def blob(spec: CameraSpec, direction: np.ndarray, *, deg: float = 3.0) -> np.ndarray:
    """A picture with a soft spot around a direction."""
    width, height = spec.size_wh
    x, y = np.meshgrid((np.arange(width) + 0.5) / width, (np.arange(height) + 0.5) / height)
    rays = Camera(spec).direction_of(np.stack([x.ravel(), y.ravel()], -1), 0.0)
    apart = np.rad2deg(np.arccos(np.clip(rays @ direction, -1, 1))).reshape(height, width)
    return np.repeat((255 * np.exp(-0.5 * (apart / deg) ** 2)).round().astype(np.uint8)[..., None], 3, axis=2)


def centre(view: np.ndarray) -> np.ndarray:
    weight = view[..., 0].astype(np.float64)
    rows, columns = np.mgrid[: view.shape[0], : view.shape[1]]
    return np.array([(columns * weight).sum(), (rows * weight).sum()]) / weight.sum() + 0.5


@pytest.mark.parametrize("width", [512, 2048])
@pytest.mark.parametrize(
    ("azimuth", "elevation", "pose"),
    [
        (0.0, 0.0, {}),
        (12.0, 7.0, {"yaw": 5.0, "pitch": 3.0, "roll": 9.0}),
        (179.9, 0.0, {"yaw": 175.0}),
        (-179.0, 4.0, {"yaw": 180.0, "roll": -8.0}),
        (40.0, 89.0, {"yaw": 100.0, "pitch": 85.0}),
        (-60.0, -88.0, {"yaw": 0.0, "pitch": -90.0}),
    ],
)
def test_a_spot_lands_where_the_camera_says(width, azimuth, elevation, pose):
    source, target, direction = around(width), looking(**pose), angles_to_vector(azimuth, elevation)
    view = PerspectiveView(source, target).seen(blob(source, direction, deg=2.0), 0.0)
    asked = Camera(target).point_of(direction, 0.0)[0] * 128
    assert np.abs(centre(view) - asked).max() < 0.5


def test_a_turn_of_picture_and_camera_together_changes_nothing():
    direction = angles_to_vector(10.0, 5.0)
    plain = PerspectiveView(around(512), looking()).seen(blob(around(512), direction), 0.0)
    turned = {"yaw": 70.0, "pitch": 12.0, "roll": 20.0}
    there = Camera(around(512, **turned)).to_world(direction, 0.0)[0]
    both = PerspectiveView(around(512, **turned), looking(**turned)).seen(blob(around(512, **turned), there), 0.0)
    assert np.abs(plain.astype(int) - both).max() <= 1


@pytest.mark.parametrize("pose", [{"yaw": 180.0}, {"pitch": 90.0}, {"pitch": -90.0, "yaw": 33.0}])
def test_seam_and_poles_leave_no_mark(pose):
    even = np.full((128, 256, 3), 120, np.uint8)
    assert (PerspectiveView(around(256), looking(**pose)).seen(even, 0.0) == 120).all()
    height = np.linspace(40, 200, 128).astype(np.uint8)[:, None, None] + np.zeros((128, 256, 3), np.uint8)
    view = PerspectiveView(around(256), looking(**pose)).seen(height, 0.0)[..., 0].astype(int)
    assert np.abs(np.diff(view, axis=0)).max() <= 6
    assert np.abs(np.diff(view, axis=1)).max() <= 6


def test_a_fine_picture_is_averaged_not_picked_from():
    checks = (np.indices((512, 1024)).sum(axis=0) % 2 * 255).astype(np.uint8)[..., None].repeat(3, axis=2)
    view = PerspectiveView(around(1024), looking(size=32)).seen(checks, 0.0).astype(float)
    assert abs(view.mean() - 127.5) < 2
    assert view.std() < 20


def test_other_cameras_are_refused():
    with pytest.raises(InputError, match="equirectangular"):
        PerspectiveView(looking(), looking())
    with pytest.raises(InputError, match="perspective"):
        PerspectiveView(around(64), around(64))
