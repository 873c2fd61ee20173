"""The moving filter: what it computes, however the signal is cut, and without clicks."""

import sys

import numpy as np
import pytest

from seehear.acoustics.binaural import HOP, EarFilter
from seehear.acoustics.hrtf import Hrtf, default_hrtf
from seehear.errors import InputError
from seehear.scene import angles_to_vector

RATE = 48000


def report(numbers):
    """Show what was measured beside what was asked, with ``pytest -rA``."""
    sys.stdout.write(f"{numbers}\n")


def noise(hops, seed=0):
    return 0.1 * np.random.default_rng(seed).standard_normal((2, hops * HOP)).astype(np.float32)


def circle(hops, speed=180.0, elevation=10.0):
    return angles_to_vector(speed * np.arange(hops + 1) * HOP / RATE, elevation)


def in_blocks(ears, direction, cut, hrtf=None):
    moving, out = EarFilter(hrtf or default_hrtf()), []
    for start in range(0, len(direction) - 1, cut):
        stop = min(start + cut, len(direction) - 1)
        out.append(moving.process(ears[:, start * HOP : stop * HOP], direction[start : stop + 1]))
    return np.concatenate([*out, moving.flush()], axis=1)


def by_definition(ears, direction, hrtf):
    """Every sample through the filter interpolated at its own time, in float64."""
    filters = hrtf.filters_at(direction).astype(np.float64)
    out = np.zeros((2, ears.shape[1] + hrtf.taps - 1))
    for n in range(ears.shape[1]):
        hop, rest = divmod(n, HOP)
        now = filters[hop] + (filters[min(hop + 1, len(filters) - 1)] - filters[hop]) * (rest / HOP)
        out[:, n : n + hrtf.taps] += ears[:, n, None] * now
    return out


@pytest.mark.parametrize("speed", [0.0, 900.0])
def test_each_sample_meets_the_filter_of_its_own_time(speed):
    ears, direction = noise(6), circle(6, speed)
    expected = by_definition(ears, direction, default_hrtf())
    assert np.abs(in_blocks(ears, direction, 6) - expected).max() < 1e-6


def test_the_result_does_not_depend_on_how_the_signal_is_cut():
    ears, direction = noise(60), circle(60)
    direction[20:45] = direction[20]  # stands still for a while: another way through the code
    whole = in_blocks(ears, direction, 60)
    for cut in (1, 3, 7, 32):
        assert np.abs(in_blocks(ears, direction, cut) - whole).max() < 1e-6


def test_it_is_causal_and_exact_for_an_impulse():
    hrtf, at = default_hrtf(), angles_to_vector([[40.0]], [[0.0]])[0]
    ears = np.zeros((2, 4 * HOP), dtype=np.float32)
    ears[:, 300] = 1.0
    out = in_blocks(ears, np.repeat(at, 5, axis=0), 2)
    assert not out[:, :300].any() or np.abs(out[:, :300]).max() < 1e-7
    assert np.abs(out[:, 300 : 300 + hrtf.taps] - hrtf.filters_at(at)[0]).max() < 1e-6


def test_a_circling_source_does_not_click():
    """A 500 Hz tone round the head in 2 s: nothing above 3 kHz, and no splatter beside what a slow circle has."""
    hrtf, hops = default_hrtf(), 375
    time = np.arange(hops * HOP) / RATE
    turn = angles_to_vector(180.0 * time, 0.0)
    late = np.concatenate([hrtf.delay_at(part) for part in np.array_split(turn, 20)])
    ears = (0.5 * np.sin(2 * np.pi * 500.0 * (time[:, None] - late))).T.astype(np.float32)
    out = in_blocks(ears, circle(hops, 180.0, 0.0), 64)[:, 2 * HOP : hops * HOP]
    power = np.abs(np.fft.rfft(out * np.blackman(out.shape[1]))) ** 2
    frequency = np.fft.rfftfreq(out.shape[1], 1 / RATE)
    splatter = 10 * np.log10(power[:, frequency > 3000].max(axis=1) / power.max(axis=1))
    beside = 10 * np.log10(power[:, np.abs(frequency - 500) > 250].max(axis=1) / power.max(axis=1))
    report(f"circling tone: above 3 kHz {splatter.max():.0f} dB, beyond 250 Hz from it {beside.max():.0f} dB")
    assert splatter.max() < -100
    assert beside.max() < -70


def test_mirrored_sources_swap_the_ears():
    ears, direction = noise(20), circle(20)
    left, right = in_blocks(ears, direction, 5), in_blocks(ears[::-1], direction * [1, -1, 1], 5)
    assert np.abs(left - right[::-1]).max() < 1e-6


def test_silence_costs_nothing_and_rings_out():
    moving = EarFilter(default_hrtf())
    moving.process(noise(4), circle(4))
    ringing = moving.process(np.zeros((2, 4 * HOP), dtype=np.float32), circle(4))
    assert np.abs(ringing[:, :100]).max() > 1e-4
    assert not ringing[:, default_hrtf().taps :].any()
    assert not moving.flush().any()
    assert not moving.process(np.zeros((2, 4 * HOP), dtype=np.float32), circle(4)).any()


@pytest.mark.parametrize("taps", [200, 700, 1500])
def test_sets_of_any_length_work(taps):
    rng, azimuth = np.random.default_rng(4), np.arange(0.0, 360.0, 30.0)
    responses = rng.standard_normal((12, 2, taps)) * np.exp(-np.arange(taps) / 60.0)
    hrtf = Hrtf("noise", angles_to_vector(azimuth), responses, response_rate=RATE)
    ears, direction = 0.1 * noise(5), circle(5, 900.0, 0.0)
    assert np.abs(in_blocks(ears, direction, 2, hrtf) - by_definition(ears, direction, hrtf)).max() < 1e-6


def test_lengths_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="control points"):
        EarFilter(default_hrtf()).process(noise(2), circle(3))
