import numpy as np
import pytest
from tests.acoustics.moving import RATE, pass_by

from seehear.acoustics.delay_line import REACH, History, read_moving
from seehear.acoustics.retarded import SPEED_OF_SOUND, emission_of
from seehear.scene import Path


@pytest.mark.parametrize("frequency", [200, 1000, 2000, 5000, 10000, 15000])
def test_pass_by_tone_against_the_analytic_signal(frequency):
    """20 m/s at 5 m: the wanted 100 dB with margin, 1 to 10 kHz and beyond."""
    path = Path(pass_by())
    first = -RATE // 4
    tone = np.sin(2 * np.pi * frequency * np.arange(first, 4 * RATE + 100) / RATE).astype(np.float32)
    controls = emission_of(path, np.arange(0, 4 * RATE // 64 + 1) * 64 / RATE)
    heard = read_moving(
        tone, first, controls.time * RATE, controls.rate, start=0, metres=SPEED_OF_SOUND / RATE
    )  # fmt: skip
    exact = emission_of(path, np.arange(len(heard)) / RATE)
    wanted = np.sin(2 * np.pi * frequency * exact.time) / np.maximum(exact.place.distance, 1.0)
    late = np.arange(len(heard)) > 0.2 * RATE  # what left before time 0 left a source at rest: a kink
    error = (heard - wanted)[late]
    assert 10 * np.log10((wanted[late] ** 2).sum() / (error**2).sum()) > 110


def test_reading_at_whole_samples_changes_nothing():
    samples = np.random.default_rng(0).standard_normal(400).astype(np.float32)
    even = np.array([100.0, 164.0, 228.0])
    heard = read_moving(samples, 0, even, np.ones(3), start=0, metres=0.0)
    np.testing.assert_allclose(heard, samples[100:228], atol=2e-6)


def test_later_delays_further():
    samples = np.random.default_rng(0).standard_normal(400).astype(np.float32)
    even = np.array([100.0, 164.0, 228.0])
    heard = read_moving(samples, 0, even, np.ones(3), start=0, metres=0.0, later=np.full(3, 7.0))
    np.testing.assert_allclose(heard, samples[93:221], atol=2e-6)


def test_positions_beyond_the_history_are_held_inside_it():
    samples = np.ones(200, dtype=np.float32)
    heard = read_moving(samples, 0, np.array([-500.0, 900.0]), np.array([30.0, 30.0]), start=0, metres=0.0)
    np.testing.assert_allclose(heard, 1.0, atol=1e-5)


def test_history_is_zero_outside_and_forgets():
    history = History(keep=100)
    for start in range(0, 1000, 50):
        history.append(np.arange(start, start + 50, dtype=np.float32))
    np.testing.assert_array_equal(history.view(870, 1010), np.r_[np.arange(870, 1000), np.zeros(10)])
    assert not history.view(-20, 0).any()
    assert history.view(800, 810).any() == 0.0
    assert len(history.view(2000, 2000 + REACH)) == REACH
    assert not history.silent
    for _ in range(3):
        history.append(np.zeros(50, dtype=np.float32))
    assert history.silent
