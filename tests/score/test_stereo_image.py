"""Width, mono compatibility and dual mono by hand."""

import numpy as np
import pytest
import soxr

from seehear.media.layout import LAYOUTS, layout_of
from seehear.score import dual_mono, mirrored, mono_compatibility, width
from tests.score.conftest import noise, rendered

STEREO = layout_of("stereo")
A, B = noise(0), noise(1)


def pair(left, right):
    return np.stack([left, right]).astype(np.float32)


@pytest.mark.parametrize(("left", "right", "wide", "sum_db", "dual"), [
    (A, A, 0.0, 3.01, 1.0), (A, -A, 1.0, -100.0, 0.0), (A, 0 * A, 0.5, 0.0, 0.0), (A, B, 0.5, 0.0, 0.0),
    (A, 0.5 * A, 0.1, 2.55, 0.0),
])  # fmt: skip
def test_two_channels_by_hand(left, right, wide, sum_db, dual):
    """The last: side 1/4, mid 3/4 of a; 10 log10(2.25 / 1.25)."""
    clip = pair(left, right)
    assert width(clip, STEREO).value == pytest.approx(wide, abs=0.01)
    assert mono_compatibility(clip, STEREO).value == pytest.approx(sum_db, abs=0.06)
    assert dual_mono(clip, STEREO).value == dual


def test_faint_differences_of_lossy_coding_are_still_dual_mono():
    assert dual_mono(pair(A + 1e-4 * B, A - 1e-4 * B), STEREO).value == 1.0
    assert dual_mono(pair(A + 1e-2 * B, A - 1e-2 * B), STEREO).value == 0.0
    assert dual_mono(pair(A, 0.9 * A), STEREO).extra["side_db"] == pytest.approx(20 * np.log10(0.05 / 0.95), abs=0.01)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_has_a_width_that_a_swap_leaves(layout):
    clip = rendered("left", layout)
    own = width(clip.samples, clip.layout)
    assert 0.05 < own.value < 0.7
    assert width(mirrored(clip.samples, clip.layout), clip.layout).value == pytest.approx(own.value, rel=1e-6)
    assert dual_mono(clip.samples, clip.layout).value == 0.0


def test_ambisonics_in_closed_form():
    """A wave from the left at azimuth a: side sin^2 a of a total of 2."""
    clip = rendered("left", "foa")
    assert width(clip.samples, clip.layout).value == pytest.approx(np.sin(np.deg2rad(25.0)) ** 2 / 2, abs=1e-3)
    assert np.isnan(mono_compatibility(clip.samples, clip.layout).value)
    assert mono_compatibility(clip.samples, clip.layout).reason == "ambisonics carries its mono in W"


def test_the_lfe_has_no_say():
    clip = rendered("left", "5.1")
    loud = clip.samples.copy()
    loud[clip.layout.lfe] = 1.0
    for metric in (width, mono_compatibility, dual_mono):
        assert metric(loud, clip.layout).value == metric(clip.samples, clip.layout).value


def test_silence_is_undefined():
    for metric in (width, mono_compatibility, dual_mono):
        for clip in (np.zeros((2, 100), np.float32), np.zeros((2, 0), np.float32)):
            assert metric(clip, STEREO).reason == "silence"


def test_resampling_moves_nothing():
    clip = rendered("left", "stereo").samples
    back = soxr.resample(soxr.resample(clip.T, 48000, 44100), 44100, 48000).T
    assert width(back, STEREO).value == pytest.approx(width(clip, STEREO).value, rel=0.005)
    assert mono_compatibility(back, STEREO).value == pytest.approx(mono_compatibility(clip, STEREO).value, rel=0.005)
