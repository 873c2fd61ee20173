import csv

import numpy as np
import pytest
from tests.acoustics.moving import key, pass_by, thing

from seehear.acoustics.retarded import SPEED_OF_SOUND, check_subsonic, emission_of, horizon
from seehear.errors import InputError
from seehear.scene import Path, SceneObject


@pytest.mark.parametrize(("name", "keyframes"), [
    ("passby_straight", [key(0, [5, 40, 0]), key(4, [5, -40, 0])]),
    ("passby_approach", [{"time": 0, "azimuth": 20, "distance": 31}, {"time": 3, "azimuth": 20, "distance": 1}]),
])  # fmt: skip
def test_delay_and_ratio_match_the_forty_digit_table(shared, name, keyframes):
    with (shared / "spec" / "golden_acoustics" / f"{name}.csv").open() as file:
        rows = {column: [] for column in ("time_receive", "delay", "frequency_ratio", "distance")}
        for row in csv.DictReader(file):
            for column, values in rows.items():
                values.append(float(row[column]))
    times = np.array(rows["time_receive"])
    heard = emission_of(Path(SceneObject(id="a", keyframes=keyframes)), times)
    np.testing.assert_allclose(times - heard.time, rows["delay"], rtol=0, atol=1e-9)
    np.testing.assert_allclose(heard.place.distance, rows["distance"], rtol=0, atol=1e-6)
    even = np.abs(heard.time - 3.0) > 1e-6  # the approach's kink
    np.testing.assert_allclose(heard.rate[even], np.array(rows["frequency_ratio"])[even], rtol=0, atol=1e-9)


def test_straight_path_against_the_quadratic():
    """|p + v te|^2 = c^2 (t - te)^2, the earlier root."""
    times = np.linspace(0.2, 3.8, 2000)
    heard = emission_of(Path(pass_by()), times)
    c, v = SPEED_OF_SOUND, 20.0
    a, b, d = v**2 - c**2, 2 * (c**2 * times - 40.0 * v), 25.0 + 1600.0 - c**2 * times**2
    exact = (-b + np.sqrt(b**2 - 4 * a * d)) / (2 * a)
    np.testing.assert_allclose(heard.time, exact, rtol=0, atol=1e-10)


def test_few_times_and_many_agree():
    path = Path(pass_by())
    times = np.linspace(0.0, 4.0, 3001)
    many = emission_of(path, times)
    few = np.array([emission_of(path, [t]).time[0] for t in times[::100]])
    np.testing.assert_allclose(many.time[::100], few, rtol=0, atol=1e-12)


def test_fast_wild_path_still_solves():
    rng = np.random.default_rng(3)
    keys = [key(0.1 * i, p) for i, p in enumerate(np.cumsum(rng.uniform(-15, 15, (30, 3)), axis=0) + 3.0)]
    path = Path(thing(keys))
    times = np.linspace(-0.5, 4.0, 5000)
    heard = emission_of(path, times)
    np.testing.assert_allclose(heard.time + path.at(heard.time).distance / SPEED_OF_SOUND, times, rtol=0, atol=1e-12)
    assert (np.diff(heard.time) > 0).all()


def test_supersonic_path_is_refused_by_name_and_time():
    flyer = thing([key(0, [10, 0, 0]), key(1, [20, 0, 0]), key(1.1, [120, 0, 0])], name="jet_0")
    with pytest.raises(InputError, match=r"'jet_0'.* m/s at 1\.\d+ s"):
        check_subsonic(Path(flyer), flyer)
    check_subsonic(Path(pass_by()), pass_by())


def test_horizon_bounds_the_path():
    rng = np.random.default_rng(5)
    walker = thing([key(i, rng.uniform(-30, 30, 3)) for i in range(12)])
    path = Path(walker)
    assert path.at(np.linspace(0, 12, 4000)).distance.max() <= horizon(path, walker)
