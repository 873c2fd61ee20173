import numpy as np

from seehear.scene import Path
from seehear.watch.motion import MotionWatch


def test_a_disc_that_crosses_is_one_object_in_the_right_place(wall, disc, film):
    back = wall()

    def draw(time: float) -> np.ndarray:
        return disc(back, (0.15 + 0.2 * time, 0.5), 0.06, (230, 230, 60))

    scene = MotionWatch().watch(film(draw, 3.0))
    (one,) = scene.objects
    times = np.linspace(0.2, 2.8, 20)
    boxes = Path(one).box_at(times)
    centre = (boxes[:, 0] + boxes[:, 2]) / 2
    assert np.abs(centre - (0.15 + 0.2 * times)).max() < 0.01
    assert np.abs(boxes[:, 2] - boxes[:, 0] - 0.12).max() < 0.02
    assert one.motion == "crossing"
    assert one.label is None
    assert one.id == "object_0"
    assert one.sounding == ((0.0, 3.0),)
