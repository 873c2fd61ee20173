"""The picture of a scene: what stands left is drawn left, for none to hundreds of objects, without global state."""

import subprocess
import sys

import cv2
import numpy as np
import pytest

from seehear.scene import Ambience, CameraPose, CameraSpec, Room, Scene
from seehear.scene.show import COLOURS, draw_scene


def thing(name, *places, sounding=((0.5, 2.0),), **more):
    """Places are (time, azimuth, distance)."""
    keys = [{"time": time, "azimuth": azimuth, "distance": distance} for time, azimuth, distance in places]
    return {"id": name, "sounding": sounding, "keyframes": keys, **more}


def drawn(scene):
    png = draw_scene(scene, dpi=60)
    assert png.startswith(b"\x89PNG")
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    assert picture.shape == (405, 720, 3)
    return picture


def columns_of(picture, colour, part=slice(0, 360)):
    """Where a colour stands in the top view, columns from 0 to 1 of the picture."""
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
    return np.flatnonzero((np.abs(picture[60:, part].astype(int) - rgb).max(axis=2) < 40).any(axis=0)) / 720


CENTRE = 0.035 + 0.465 / 2


@pytest.mark.parametrize(("azimuth", "left"), [(60.0, True), (-60.0, False)])
def test_what_stands_left_is_drawn_left(azimuth, left):
    columns = columns_of(drawn(Scene(duration=4.0, objects=[thing("a", (0, azimuth, 5.0))])), COLOURS[0])
    assert len(columns) > 3
    assert (columns < CENTRE).all() if left else (columns > CENTRE).all()


def test_a_crossing_is_drawn_from_side_to_side():
    scene = Scene(duration=4.0, objects=[thing("a", (0, 40, 5.0), (4, -40, 5.0), sounding=((0.0, 4.0),))])
    columns = columns_of(drawn(scene), COLOURS[0])
    assert columns.min() < CENTRE - 0.05
    assert columns.max() > CENTRE + 0.05


def test_bars_stand_where_the_object_sounds():
    picture = drawn(Scene(duration=4.0, objects=[thing("a", (0, 40, 5.0), sounding=((2.0, 4.0),))]))
    bar = columns_of(picture[258:358], COLOURS[0], slice(440, 720))
    half = 0.605 + 0.375 / 2 - 440 / 720
    assert bar.min() == pytest.approx(half, abs=0.01)


def test_none_and_hundreds_of_objects_are_drawn():
    drawn(Scene(duration=3.0))
    many = [thing(f"thing_{i}", (0, i * 7 % 360 - 180, 1 + i % 9), (3, i * 5 % 360 - 180, 4)) for i in range(200)]
    drawn(Scene(duration=8.0, objects=many))


@pytest.mark.parametrize("count", [1, 2, 12, 13])
def test_a_few_are_drawn(count):
    things = [
        thing(f"thing_{i}", (0, 20 * i - 100, None if i % 2 else 3.0), (3, 50 - 9 * i, 2.0)) for i in range(count)
    ]
    drawn(Scene(duration=8.0, objects=things, ambience=Ambience(label="rain")))


@pytest.mark.parametrize(
    "scene",
    [
        Scene(duration=1e-3, objects=[thing("a", (0, 10, 1e-3))]),
        Scene(duration=1e5, objects=[thing("a", (0, 10, 1e5), (9e4, 170, 2.0), (9.5e4, -170, 2.0))]),
        Scene(duration=2.0, objects=[{"id": "nowhere", "keyframes": [{"time": 0}]}]),
        Scene(duration=2.0, objects=[{"id": "up", "keyframes": [{"time": 0, "azimuth": 0, "elevation": 90}]}]),
        Scene(duration=2.0, caption="a $x^2$ {b} \\frac 日本 🐦\nline", objects=[thing("a", (0, 1, 2), label="$a 日")]),
        Scene(duration=2.0, caption="words " * 200, room=Room(size=(5, 4, 3), listener=(2, 2, 1), rt60=0.3)),
        Scene(duration=2.0, camera=CameraSpec(pose=(CameraPose(time=0), CameraPose(time=2, yaw=90))),
              objects=[thing("a", (0, 1, 2))]),
        Scene(duration=2.0, camera=CameraSpec(projection="equirectangular", horizontal_fov=360.0, size_wh=(64, 32))),
        Scene(duration=2.0, objects=[thing("through-the-head", (0, 0, 2.0), (2, -180, 2.0))]),
    ],
    ids=["short", "long", "nowhere", "overhead", "odd letters", "many words", "turning", "sphere", "head"],
)  # fmt: skip
def test_odd_scenes_are_drawn(scene):
    drawn(scene)


def test_the_same_scene_gives_the_same_bytes():
    scene = Scene(duration=4.0, objects=[thing("a", (0, 40, 5.0), (4, -40, 5.0))])
    assert draw_scene(scene, dpi=60) == draw_scene(scene, dpi=60)


def test_drawing_needs_no_pyplot_and_changes_no_settings():
    code = (
        "import sys\nfrom seehear.scene import Scene\nfrom seehear.scene.show import draw_scene\n"
        "assert 'matplotlib' not in sys.modules\nimport matplotlib\n"
        "before = matplotlib.rcParams.copy()\ndraw_scene(Scene(duration=1.0))\n"
        "assert matplotlib.rcParams.copy() == before\nassert 'matplotlib.pyplot' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True)
