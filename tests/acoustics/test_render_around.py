"""What has width or no direction: wide objects in the ears, unplaced objects, the ambience."""

import numpy as np
import pytest
from tests.acoustics.moving import RATE, level_db, noise, rendered, thing

from seehear.acoustics.bed import Bed
from seehear.acoustics.ears import EarPlacer, WideEarPlacer, ear_placer
from seehear.acoustics.hrtf import default_hrtf
from seehear.errors import InputError
from seehear.media.layout import layout_of
from seehear.scene.scene import Extent


def placed(azimuth, width, layout="binaural", **fields):
    still = thing([{"time": 0, "azimuth": azimuth, "distance": 3.0}], duration=1.0, **fields)
    if width:
        still = still.model_copy(update={"extent": Extent(width=width)})
    return rendered([still], {"car": noise(1.0)}, layout, duration=1.0)[0]


def coherence(ears):
    left, right = (np.fft.rfft(one[RATE // 4 :]) for one in ears)
    frequency = np.fft.rfftfreq(len(ears[0]) - RATE // 4, 1 / RATE)
    band = (frequency > 500) & (frequency < 4000)
    best = np.abs(np.fft.irfft(np.where(band, left * right.conj(), 0)))
    power = [(np.abs(one[band]) ** 2).sum() for one in (left, right)]
    return best.max() * len(frequency) / np.sqrt(power[0] * power[1])


@pytest.mark.parametrize("width", [40.0, 120.0, 300.0])
def test_wide_object_keeps_its_level_and_loses_coherence(width):
    point, wide = placed(0.0, 0.0), placed(0.0, width)
    assert level_db(wide) == pytest.approx(level_db(point), abs=1.0)
    assert coherence(wide) < coherence(point) - 0.2


def test_wide_object_stays_on_its_side():
    left, right = (level_db(ear) for ear in placed(60.0, 40.0))
    assert left > right + 4


def test_small_extent_is_nearly_a_point():
    np.testing.assert_allclose(placed(30.0, 0.0001), placed(30.0, 0.0), atol=3e-3)
    hrtf = default_hrtf(RATE)
    assert isinstance(ear_placer(hrtf, None), EarPlacer)
    assert isinstance(ear_placer(hrtf, Extent(width=0.0)), EarPlacer)
    assert isinstance(ear_placer(hrtf, Extent(width=20.0)), WideEarPlacer)


def test_block_size_changes_nothing_for_a_wide_moving_object():
    keys = [{"time": 0, "azimuth": 50, "distance": 4}, {"time": 1, "azimuth": -30, "distance": 2}]
    wide = thing(keys, duration=1.0, extent={"width": 60.0, "height": 20.0})
    one, other = (
        rendered([wide], {"car": noise(1.0)}, "binaural", duration=1.0, size=size)[0] for size in (5000, 1 << 16)
    )
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("layout", ["binaural", "5.1", "foa"])
def test_object_without_direction_sounds_from_everywhere(layout):
    nowhere = thing([{"time": 0, "box": [0.1, 0.1, 0.2, 0.2]}], duration=1.0, gain_db=-6.0)
    heard, alone = rendered([nowhere], {"car": noise(1.0)}, layout, duration=1.0)
    bed = Bed(layout_of(layout), "mono", sample_rate=RATE).process(noise(1.0)[None] * np.float32(10 ** (-6 / 20)))
    np.testing.assert_allclose(heard, bed, atol=1e-6)
    np.testing.assert_array_equal(alone["car"], heard)


@pytest.mark.parametrize("layout", ["binaural", "stereo", "7.1.4", "hoa3"])
@pytest.mark.parametrize("channels", [1, 2, 4, 6])
def test_ambience_is_the_bed_with_its_gain(layout, channels):
    stem = np.stack([noise(1.0, seed) for seed in range(channels)])
    heard, _ = rendered([], {"ambience": stem}, layout, duration=1.0, ambience={"gain_db": -12.0})
    again, _ = rendered([], {"ambience": stem}, layout, duration=1.0, ambience={"gain_db": -12.0}, size=1000)
    np.testing.assert_array_equal(heard, again)
    source = {1: "mono", 2: "stereo", 4: "foa", 6: "5.1"}[channels]
    bed = Bed(layout_of(layout), source, sample_rate=RATE, hrtf=default_hrtf(RATE))
    padded = np.pad(stem * np.float32(10 ** (-12 / 20)), ((0, 0), (0, bed.delay)))
    np.testing.assert_allclose(heard, bed.process(padded)[:, bed.delay :], atol=2e-6)


def test_ambisonic_ambience_turns_with_the_camera():
    """A plane wave from the front, the camera turned 90 deg to the left: it is heard on the right."""
    wave = noise(1.0) * np.array([[1.0], [0.0], [0.0], [1.0]])
    camera = {"pose": [{"time": 0, "yaw": 90.0}]}
    heard, _ = rendered([], {"ambience": wave}, "foa", duration=1.0, ambience={}, camera=camera)
    np.testing.assert_allclose(heard, noise(1.0) * np.array([[1.0], [-1.0], [0.0], [0.0]]), atol=1e-6)


def test_mix_is_objects_and_bed():
    still = thing([{"time": 0, "azimuth": 30.0}], duration=1.0)
    stems = {"car": noise(1.0), "ambience": noise(1.0, 5)}
    both, alone = rendered([still], stems, "5.1", duration=1.0, ambience={})
    only, _ = rendered([], {"ambience": stems["ambience"]}, "5.1", duration=1.0, ambience={})
    np.testing.assert_allclose(both, alone["car"] + only, atol=1e-6)


@pytest.mark.parametrize(("stems", "said"), [
    ({}, r"'ambience\.wav'"),
    ({"ambience": np.ones((3, 100))}, "got 3"),
    ({"ambience": np.full(100, np.nan)}, r"'ambience\.wav'.*nan"),
])  # fmt: skip
def test_ambience_that_does_not_fit_is_refused(stems, said):
    with pytest.raises(InputError, match=said):
        rendered([], stems, "5.1", duration=1.0, ambience={})
