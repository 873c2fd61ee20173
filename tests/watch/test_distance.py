"""Distance from apparent size: exact for a thing of typical size, and no jump where the frame cuts it."""

import numpy as np
import pytest

from seehear.scene import Camera, CameraSpec
from seehear.scene.labels import typical_size
from seehear.watch.distance import FASTEST, distances

CAMERA = Camera(CameraSpec(horizontal_fov=60.0, size_wh=(1280, 720)))
TIMES = np.arange(0.0, 2.0, 0.08)


def boxes(metres, *, middle=0.5, turned=1.0):
    """A thing of typical size at the picture's middle height, ``turned`` times as wide as from the side."""
    size = typical_size("car")
    half = np.tan(np.deg2rad(30.0))
    wide = size.width * turned / metres / (2 * half)
    high = size.height / metres / (2 * half * 9 / 16)
    return np.clip(np.stack([middle - wide / 2, 0.5 - high / 2, middle + wide / 2, 0.5 + high / 2], -1), 0, 1)


def test_a_thing_of_typical_size_is_where_it_is():
    metres = np.linspace(9.0, 20.0, len(TIMES))
    assert distances("car", boxes(metres), TIMES, CAMERA) == pytest.approx(metres, rel=0.03)


@pytest.mark.parametrize("turned", [1.0, 0.4])
def test_no_jump_where_the_frame_cuts_it(turned):
    """A car turned to us drives out of the picture sideways, 10 m deep: its range grows with the angle."""
    middle = np.linspace(0.5, 1.05, len(TIMES))
    found = distances("car", boxes(np.full(len(TIMES), 10.0), middle=middle, turned=turned), TIMES, CAMERA)
    assert np.abs(np.diff(np.log(found))).max() < 0.05
    wanted = np.hypot(1.0, (2 * np.minimum(middle, 0.95) - 1) * np.tan(np.deg2rad(30.0)))
    assert found / found[0] == pytest.approx(wanted, rel=0.05)


def test_what_is_never_whole_has_no_distance():
    cut = np.tile([0.9, 0.0, 1.0, 1.0], (len(TIMES), 1))
    assert distances("car", cut, TIMES, CAMERA) is None


def test_an_unknown_thing_has_no_distance():
    assert distances(None, boxes(np.full(len(TIMES), 10.0)), TIMES, CAMERA) is None


def test_a_size_that_cannot_be_trusted_makes_no_rocket():
    metres = np.where(np.arange(len(TIMES)) % 12 < 6, 5.0, 120.0)
    found = distances("car", boxes(metres), TIMES, CAMERA)
    if found is not None:
        assert np.abs(np.diff(found)).max() / 0.08 <= FASTEST
