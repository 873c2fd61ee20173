import numpy as np
import pytest
from tests.acoustics.moving import RATE, key, level_db, noise, pass_by, rendered, sine, thing

from seehear.acoustics.air import absorption
from seehear.acoustics.hrtf import ONSET, default_hrtf
from seehear.acoustics.loudspeakers import LoudspeakerPanner
from seehear.acoustics.render import Renderer
from seehear.acoustics.retarded import SPEED_OF_SOUND
from seehear.errors import InputError
from seehear.media.layout import layout_of
from seehear.media.stems import ArrayStems
from seehear.scene import Scene, angles_to_vector

MIRRORED = ["binaural", "stereo", "5.1", "7.1", "5.1.4", "7.1.4"]


def circling(duration=4.0, sense=1.0, **fields):
    """Once around, 2 m away, a little above the ears, keyframes every 10 deg."""
    angles = sense * np.linspace(0.0, 360.0, 37)
    keys = [key(duration * i / 36, 2 * angles_to_vector(angle, 10.0)) for i, angle in enumerate(angles)]
    return thing(keys, duration=duration, **fields)


def mirrored(one):
    keys = [k.model_copy(update={"azimuth": -k.azimuth if k.azimuth > -180 else -180.0}) for k in one.keyframes]
    return one.model_copy(update={"keyframes": tuple(keys)})


@pytest.mark.parametrize("layout", MIRRORED)
@pytest.mark.parametrize("extent", [None, {"width": 40.0, "height": 10.0}])
def test_mirrored_scene_swaps_the_channels(layout, extent):
    scene = [circling(2.0, extent=extent), pass_by(2.0, name="bus")]
    stems = {"car": noise(2.0), "bus": noise(2.0, 1)}
    heard, _ = rendered(scene, stems, layout, duration=2.0)
    swapped, _ = rendered([mirrored(one) for one in scene], stems, layout, duration=2.0)
    assert np.abs(heard).max() > 0.05
    np.testing.assert_allclose(heard, swapped[list(layout_of(layout).mirror)], rtol=0, atol=1e-6)


@pytest.mark.parametrize("layout", ["5.1", "7.1", "7.1.4"])
def test_circling_source_wakes_every_ear_level_channel(layout):
    heard, _ = rendered([circling()], {"car": noise(4.0)}, layout, duration=4.0)
    spec = layout_of(layout)
    low = [i for i, elevation in enumerate(spec.elevations) if elevation == 0 and i != spec.lfe]
    for channel in low:
        assert level_db(heard[channel]) > level_db(heard[low]) - 12
        assert abs(level_db(heard[channel]) - level_db(heard[spec.mirror[channel]])) < 0.5
    assert not heard[spec.lfe].any()


@pytest.mark.parametrize("layout", ["5.1", "foa", "binaural"])
@pytest.mark.parametrize("size", [1, 700, 8192, 30000, 1 << 20])
def test_block_size_changes_no_sample(layout, size):
    duration = 0.1 if size == 1 else 1.0
    scene, stems = [pass_by(duration), circling(1.0, name="b")], {"car": noise(duration), "b": noise(duration, 1)}
    heard, alone = rendered(scene, stems, layout, duration=duration, size=size)
    whole, _ = rendered(scene, stems, layout, duration=duration)
    assert heard.shape[1] == round(duration * RATE)
    assert heard.dtype == np.float32
    np.testing.assert_array_equal(heard, whole)
    np.testing.assert_allclose(alone["car"] + alone["b"], heard, atol=1e-6)


@pytest.mark.parametrize("frequency", [1000, 5000, 10000])
def test_pass_by_through_the_renderer(frequency):
    """The W channel of ambisonics is the travelled sound itself."""
    heard, _ = rendered([pass_by()], {"car": sine(frequency, 4.0)}, "foa", duration=4.0, air=False)
    t = np.arange(4 * RATE) / RATE
    c, v = SPEED_OF_SOUND, 20.0
    a, b, d = v**2 - c**2, 2 * (c**2 * t - 40.0 * v), 25.0 + 1600.0 - c**2 * t**2
    emitted = (-b + np.sqrt(b**2 - 4 * a * d)) / (2 * a)
    wanted = np.sin(2 * np.pi * frequency * emitted) / (c * (t - emitted))
    late = t > 0.2
    error = (heard[0] - wanted)[late]
    assert 10 * np.log10((wanted[late] ** 2).sum() / (error**2).sum()) > 105
    assert not heard[:, t < 0.11].any()


def test_distance_law_and_delay():
    near, far = (
        rendered([thing([{"time": 0, "azimuth": 0, "distance": d}], duration=1.0)], {"car": noise(1.0)}, "foa",
                 duration=1.0, air=False)[0][0]
        for d in (3.43, 6.86)
    )  # fmt: skip
    assert level_db(far[RATE // 4 :]) - level_db(near[RATE // 4 : -480]) == pytest.approx(-6.02, abs=0.05)
    np.testing.assert_allclose(far[960:], near[480:-480] / 2, atol=1e-6)
    touching, metre = (
        rendered([thing([{"time": 0, "azimuth": 0, "distance": d}], duration=1.0)], {"car": noise(1.0)}, "foa",
                 duration=1.0, air=False)[0][0]
        for d in (0.5, 1.0)
    )  # fmt: skip
    assert level_db(touching) == pytest.approx(level_db(metre), abs=0.05)


def test_air_dulls_what_is_far():
    still = thing([{"time": 0, "azimuth": 0, "distance": 60.0}], duration=1.0)
    damped, clear = (
        rendered([still], {"car": sine(8000, 1.0)}, "foa", duration=1.0, air=air)[0][0][RATE // 2 :]
        for air in (True, False)
    )
    assert level_db(damped) - level_db(clear) == pytest.approx(-0.105290926 * 60.0, abs=0.02)


def test_air_takes_from_an_approaching_tone_what_is_heard_not_what_is_emitted():
    """30 m/s towards the listener: 8 kHz are heard, and absorbed, as 8767 Hz."""
    coming = thing([key(0.0, [100.0, 0.0, 0.0]), key(2.0, [40.0, 0.0, 0.0])], duration=2.0)
    damped, clear = (
        rendered([coming], {"car": sine(8000, 2.0)}, "foa", duration=2.0, air=air)[0][0][RATE : RATE + 960]
        for air in (True, False)
    )
    emitted = (1.01 - 100 / SPEED_OF_SOUND) / (1 - 30 / SPEED_OF_SOUND)
    wanted = float(absorption(8000 / (1 - 30 / SPEED_OF_SOUND))) * (100 - 30 * emitted)
    assert level_db(clear) - level_db(damped) == pytest.approx(wanted, abs=0.1)


@pytest.mark.parametrize("fields", [{"stem": "as_heard"}, {}])
def test_as_heard_and_unknown_distance_only_get_a_direction(fields):
    place = {"time": 0, "azimuth": 40.0} | ({"distance": 20.0} if fields else {})
    heard, _ = rendered([thing([place], duration=1.0, **fields)], {"car": noise(1.0)}, "5.1", duration=1.0)
    gains = LoudspeakerPanner(layout_of("5.1")).gains(angles_to_vector([40.0]))[0]
    np.testing.assert_allclose(heard, gains[:, None] * noise(1.0), atol=1e-6)


def test_world_stays_put_while_the_camera_pans():
    camera = {"pose": [{"time": 0, "yaw": 0}, {"time": 1, "yaw": 60}]}
    still = thing([{"time": 0, "azimuth": 30.0}], duration=1.0)
    heard, _ = rendered([still], {"car": noise(1.0)}, "foa", duration=1.0, camera=camera)
    for time, azimuth in ((0.0, 30.0), (0.5, 0.0), (0.99, -29.4)):
        at = slice(round(time * RATE), round(time * RATE) + 200)
        w, y, _, x = heard[:, at]
        assert np.rad2deg(np.arctan2((w * y).sum(), (w * x).sum())) == pytest.approx(azimuth, abs=0.3)


def test_the_listener_turns_at_the_time_of_hearing():
    """Sound from 343 m arrives at 1.9 s and 30 deg per second of yaw later: 57 deg to the right, not 27."""
    camera = {"pose": [{"time": 0, "yaw": 0}, {"time": 2, "yaw": 60}]}
    far = thing([{"time": 0, "azimuth": 0.0, "distance": 343.0}], duration=2.0)
    heard, _ = rendered([far], {"car": noise(2.0)}, "foa", duration=2.0, camera=camera, air=False)
    w, y, _, x = heard[:, round(1.9 * RATE) : round(1.9 * RATE) + 100]
    assert np.rad2deg(np.arctan2((w * y).sum(), (w * x).sum())) == pytest.approx(-57.0, abs=0.2)


def test_heard_where_it_was_when_it_sounded():
    """A crossing 343 m away is heard one second late, at the direction it had then."""
    crossing = thing(
        [{"time": 0, "azimuth": 10.0, "distance": 343.0}, {"time": 3, "azimuth": -10.0, "distance": 343.0}],
        duration=3.0,
    )
    heard, _ = rendered([crossing], {"car": noise(3.0)}, "foa", duration=3.0, air=False)
    assert not heard[:, : RATE - 2000].any()
    w, y, _, x = heard[:, 2 * RATE : 2 * RATE + 400]
    assert np.rad2deg(np.arctan2((w * y).sum(), (w * x).sum())) == pytest.approx(10 - 20 / 3, abs=0.1)


def test_spans_gate_the_stem_with_short_fades_outside():
    gated = thing([{"time": 0, "azimuth": 0.0}], duration=1.0, sounding=[[0.25, 0.5]], gain_db=-6.0)
    heard = rendered([gated], {"car": np.ones(RATE)}, "foa", duration=1.0)[0][0]
    level = np.float32(10 ** (-6 / 20))
    np.testing.assert_allclose(heard[12000:24000], level, rtol=1e-6)
    assert not heard[: 12000 - 240].any()
    assert not heard[24000 + 241 :].any()
    np.testing.assert_allclose(heard[12000 - 120], level / 2, rtol=0.02)


def test_ears_ring_out_after_the_sound():
    """The same click alone, and with nothing after it in the stem: the filters' tail is not cut at a block's end."""
    click = np.zeros(2 * RATE)
    click[8192 - 20] = 1.0
    near = thing([{"time": 0, "azimuth": 50.0, "distance": 1.0}], duration=2.0)
    ended, _ = rendered([near], {"car": click[:8192]}, "binaural", duration=2.0)
    going, _ = rendered([near], {"car": click + 1e-9}, "binaural", duration=2.0)
    assert np.abs(ended[:, 8192:]).max() > 0.01
    np.testing.assert_allclose(ended, going, atol=1e-6)


def test_ears_hear_the_measured_set_at_its_own_direction():
    """A click 343 samples' worth away, at 40 deg: delay and filter of the set, at the right time."""
    click = np.zeros(RATE)
    click[1000] = 1.0
    place = {"time": 0, "azimuth": 40.0, "distance": SPEED_OF_SOUND / 480}
    heard, _ = rendered([thing([place], duration=1.0)], {"car": click}, "binaural", duration=1.0, air=False)
    hrtf = default_hrtf(RATE)
    delay, filters = hrtf.delay_at(angles_to_vector([40.0]))[0], hrtf.filters_at(angles_to_vector([40.0]))[0]
    frequency = np.fft.rfftfreq(RATE, 1 / RATE)
    for ear in range(2):
        late = (1000 + 100 - ONSET) / RATE + delay[ear]
        wanted = np.fft.irfft(np.fft.rfft(filters[ear], RATE) * np.exp(-2j * np.pi * frequency * late))
        error = np.abs(np.fft.rfft(heard[ear] - wanted))[100:18000]
        assert error.max() < 1e-3 * np.abs(np.fft.rfft(wanted))[100:18000].max()


def test_stereo_stem_folds_to_its_mean():
    stems = {"car": np.stack([noise(1.0), noise(1.0, 1)])}
    heard, _ = rendered([thing([{"time": 0, "azimuth": 0.0}], duration=1.0)], stems, "foa", duration=1.0)
    np.testing.assert_allclose(heard[0], stems["car"].mean(axis=0), atol=1e-7)


def test_silent_objects_are_listed_and_zero():
    silent = thing([{"time": 0, "azimuth": 0.0}], sounding=[], name="tree")
    _, alone = rendered([silent, pass_by(1.0)], {"car": noise(1.0)}, "5.1", duration=1.0)
    assert not alone["tree"].any()


@pytest.mark.parametrize(("stems", "said"), [
    ({}, r"'car\.wav'"),
    ({"car": np.ones(100), "dog": np.ones(100)}, r"no object 'dog'"),
    ({"car": np.r_[np.ones(4800), np.nan, np.ones(100)]}, r"'car\.wav'.*nan.*0\.100 s"),
    ({"car": np.r_[np.ones(4800), np.inf, np.ones(100)]}, r"'car\.wav'.*inf"),
])  # fmt: skip
def test_stems_that_do_not_fit_are_refused(stems, said):
    with pytest.raises(InputError, match=said):
        rendered([thing([{"time": 0, "azimuth": 0.0}], duration=1.0)], stems, "5.1", duration=1.0)


def test_wrong_rate_and_supersonic_paths_are_refused():
    scene = Scene(duration=1.0, objects=[thing([{"time": 0, "azimuth": 0.0}], duration=1.0)])
    with pytest.raises(InputError, match="48000 Hz, got 44100"):
        Renderer(scene, layout_of("5.1")).blocks(ArrayStems({"car": np.ones(10)}, 44100))
    fast = Scene(duration=1.0, objects=[thing([key(0, [1, 0, 0]), key(0.5, [300, 0, 0])], name="jet")])
    with pytest.raises(InputError, match="'jet' to move slower than sound"):
        Renderer(fast, layout_of("5.1"))
