"""Clipping that coding and turning down have hidden."""

import numpy as np
import pytest

from seehear.errors import InputError
from seehear.media.layout import layout_of
from seehear.score.cut_tops import flat_tops

STEREO, RATE = layout_of("stereo"), 48000


def noise(seconds=1.0):
    return (0.1 * np.random.default_rng(4).normal(size=(2, int(seconds * RATE)))).astype(np.float32)


def test_a_tone_by_hand_and_clipping_at_any_level():
    tone = np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE).astype(np.float32) * np.ones((2, 1), np.float32)
    # a sine is above 0.85 of its peak for 2 arccos(0.85) / pi of the time
    assert flat_tops(0.3 * tone, STEREO, sample_rate=RATE).value == pytest.approx(2 * np.arccos(0.85) / np.pi, abs=0.01)
    clean = flat_tops(noise(), STEREO, sample_rate=RATE).value
    cut = np.clip(noise() * 10, -0.4, 0.4)
    assert clean < 0.02
    assert flat_tops(cut, STEREO, sample_rate=RATE).value > 0.5
    assert flat_tops(0.01 * cut, STEREO, sample_rate=RATE).value > 0.5


def test_one_clipped_channel_is_enough_and_silence_is_undefined():
    half = noise()
    half[1] = np.clip(half[1] * 10, -0.4, 0.4)
    assert flat_tops(half, STEREO, sample_rate=RATE).value > 0.5
    silent = flat_tops(np.zeros((2, RATE), np.float32), STEREO, sample_rate=RATE)
    assert np.isnan(silent.value)
    assert silent.reason
    with pytest.raises(InputError):
        flat_tops(np.zeros((1, RATE), np.float32), STEREO, sample_rate=RATE)
