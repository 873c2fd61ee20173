"""The bed in every layout: streaming, routing, power, diffuseness, turning."""

from itertools import pairwise

import numpy as np
import pytest

from seehear.acoustics.bed import SOURCES, Bed, bed_source
from seehear.acoustics.decorrelate import decorrelation_filters, diffuse_ears, ear_coherence
from seehear.acoustics.fir import StreamingFir, fractional_delay
from seehear.acoustics.hrtf import ONSET, default_hrtf
from seehear.acoustics.panning import panner_of
from seehear.acoustics.render import Renderer
from seehear.errors import InputError
from seehear.media.layout import LAYOUTS, layout_of
from seehear.media.stems import ArrayStems
from seehear.scene import Keyframe, Scene, SceneObject
from seehear.scene.direction import angle_between, angles_to_vector, rotation_matrix

RATE = 48000
LOUDSPEAKERS = ["stereo", "5.1", "7.1", "5.1.4", "7.1.4"]
CENTRES = 1000.0 * 2.0 ** (np.arange(-13, 13) / 3)


class Ball:
    """A head of two lines: louder and earlier at the nearer ear, with an echo from the front."""

    sample_rate = RATE
    taps = 64

    def filters_at(self, direction):
        out = np.zeros((len(direction), 2, self.taps), dtype=np.float32)
        out[:, :, ONSET] = 1.0 + 0.5 * direction[:, 1:2] * np.array([1.0, -1.0])
        out[:, :, ONSET + 4] = 0.3 * direction[:, :1]
        return out

    def delay_at(self, direction):
        return -0.0875 / 343.0 * 1.5 * direction[:, 1:2] * np.array([1.0, -1.0])


def _bed(layout, source):
    return Bed(layout_of(layout), source, sample_rate=RATE, hrtf=Ball())


def _noise(source, count=9600, seed=0):
    channels = 1 if source == "mono" else LAYOUTS[source].size
    return np.random.default_rng(seed).normal(0.0, 0.2, (channels, count)).astype(np.float32)


def _power(samples):
    return float((np.asarray(samples, dtype=np.float64) ** 2).sum())


def _in_bands(filters):
    """Give, per third octave from 50 Hz to 16 kHz, the mean cross-spectra (bands, channels, channels)."""
    spectrum = np.fft.rfft(filters, 1 << 16)
    frequency = np.fft.rfftfreq(1 << 16, 1 / RATE)
    bands = [(frequency >= c * 2 ** (-1 / 6)) & (frequency < c * 2 ** (1 / 6)) for c in CENTRES]
    return np.array([(spectrum[:, b] @ spectrum[:, b].conj().T).real / b.sum() for b in bands])


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("source", SOURCES)
def test_blocks_may_be_cut_anywhere(layout, source):
    """Asked: the same to 1e-6, still and turning."""
    samples = _noise(source)
    once, cut = _bed(layout, source), _bed(layout, source)
    cuts = [0, 0, 1, 8, 500, 512, 4000, 9600]
    parts = [cut.process(samples[:, a:b]) for a, b in pairwise(cuts)]
    whole = once.process(samples)
    assert whole.shape == (LAYOUTS[layout].size, 9600)
    assert whole.dtype == np.float32
    np.testing.assert_allclose(np.concatenate(parts, axis=1), whole, atol=1e-6)

    def turning(start, end):
        return rotation_matrix(np.linspace(start, end, (end - start) // 480 + 1) / 9600 * 30.0)

    once, cut = _bed(layout, source), _bed(layout, source)
    parts = [cut.process(samples[:, a : a + 2400], turning(a, a + 2400)) for a in range(0, 9600, 2400)]
    np.testing.assert_allclose(np.concatenate(parts, axis=1), once.process(samples, turning(0, 9600)), atol=1e-6)


@pytest.mark.parametrize("name", LOUDSPEAKERS)
def test_mono_becomes_diffuse_on_loudspeakers(name):
    layout, samples = layout_of(name), _noise("mono", 48000)
    out = _bed(name, "mono").process(np.pad(samples, ((0, 0), (0, 2000))))
    assert abs(10 * np.log10(_power(out) / _power(samples))) < 0.3
    heard = [i for i in range(layout.size) if i != layout.lfe]
    each = 10 * np.log10([_power(out[i]) * len(heard) / _power(samples) for i in heard])
    assert np.abs(each).max() < 0.3
    assert layout.lfe is None or not out[layout.lfe].any()
    twins = [(i, layout.mirror[i]) for i in heard if layout.mirror[i] > i]
    assert max(abs(np.corrcoef(out[i], out[j])[0, 1]) for i, j in twins) < 0.2


@pytest.mark.parametrize("count", [2, 5, 7, 9, 11, 16])
def test_decorrelation_filters_are_flat_short_and_uncorrelated(count):
    filters = decorrelation_filters(count, RATE)
    assert filters.shape[1] <= 0.030 * RATE
    spectra = _in_bands(filters)
    power = np.diagonal(spectra, axis1=1, axis2=2)
    assert np.abs(10 * np.log10(power)).max() < 1.0
    off = np.abs(spectra[:, ~np.eye(count, dtype=bool)])
    root = np.sqrt((off**2).mean(axis=1))
    assert root[CENTRES >= 900].max() < 0.3
    assert root[CENTRES >= 3900].max() < 0.15
    broadband = filters @ filters.T - np.eye(count)
    assert np.abs(broadband).max() < 0.1


def test_two_ears_hear_a_diffuse_field():
    """Jacobsen and Roisin 2000: real coherence sin(kd) / (kd); the mean over each third octave, within 0.15."""
    spectra = _in_bands(diffuse_ears(RATE))
    power = np.diagonal(spectra, axis1=1, axis2=2)
    assert np.abs(10 * np.log10(power)).max() < 1.0
    edges = [np.linspace(c * 2 ** (-1 / 6), c * 2 ** (1 / 6), 50) for c in CENTRES]
    wanted = [np.mean([ear_coherence(f) for f in band]) for band in edges]
    assert np.abs(spectra[:, 0, 1] / np.sqrt(power.prod(axis=1)) - wanted).max() < 0.15
    samples = _noise("mono", 48000)
    out = Bed(layout_of("binaural"), "mono", sample_rate=RATE).process(np.pad(samples, ((0, 0), (0, 2000))))
    for ear in out:
        assert abs(10 * np.log10(_power(ear) / _power(samples))) < 0.3


@pytest.mark.parametrize("name", ["foa", "hoa3"])
def test_mono_becomes_isotropic_ambisonics(name):
    """A diffuse field of power 1 has power 1 / (2l + 1) in each SN3D channel, and no correlation between channels."""
    samples = _noise("mono", 48000)
    out = _bed(name, "mono").process(np.pad(samples, ((0, 0), (0, 2000)))).astype(np.float64)
    degree = np.floor(np.sqrt(np.arange(len(out))))
    level = 10 * np.log10((out**2).sum(axis=1) / _power(samples) * (2 * degree + 1))
    assert np.abs(level).max() < 0.3
    assert np.abs(np.corrcoef(out) - np.eye(len(out))).max() < 0.15


def test_the_same_filters_in_every_run():
    filters = decorrelation_filters.__wrapped__(5, RATE)
    np.testing.assert_array_equal(filters, decorrelation_filters(5, RATE))


@pytest.mark.parametrize("layout", ["stereo", "binaural"])
def test_stereo_is_left_alone(layout):
    samples = _noise("stereo")
    turned = rotation_matrix(70.0)
    bed = Bed(layout_of(layout), "stereo", sample_rate=RATE)
    np.testing.assert_array_equal(bed.process(samples), samples)
    np.testing.assert_array_equal(bed.process(samples, turned), samples)


@pytest.mark.parametrize("name", LOUDSPEAKERS[1:])
def test_stereo_plays_from_left_and_right(name):
    samples = _noise("stereo")
    out = _bed(name, "stereo").process(samples)
    np.testing.assert_array_equal(out[:2], samples)
    assert not out[2:].any()


@pytest.mark.parametrize("name", [*LOUDSPEAKERS, "foa", "hoa3"])
def test_the_same_layout_is_left_alone(name):
    samples = _noise(name)
    np.testing.assert_array_equal(_bed(name, name).process(samples), samples)


@pytest.mark.parametrize("layout", ["5.1", "7.1", "5.1.4", "7.1.4", "foa", "hoa3"])
@pytest.mark.parametrize("source", ["5.1", "7.1", "5.1.4", "7.1.4"])
def test_surround_goes_to_its_own_angles(layout, source):
    given, wanted = layout_of(source), layout_of(layout)
    out = _bed(layout, source).process(np.eye(given.size, dtype=np.float32))
    gains = panner_of(wanted).gains(angles_to_vector(given.azimuths, given.elevations))
    gains[given.lfe] = 0.0
    if wanted.lfe is not None:
        gains[given.lfe, wanted.lfe] = 1.0
    np.testing.assert_allclose(out.T, gains, atol=1e-6)


def test_surround_to_stereo_is_the_standard_down_mix():
    """ITU-R BS.775-3, table 2: C, Ls and Rs at -3 dB; LFE left out."""
    out = _bed("stereo", "5.1").process(np.eye(6, dtype=np.float32))
    half = 0.5**0.5
    np.testing.assert_allclose(out, [[1, 0, half, 0, half, 0], [0, 1, half, 0, 0, half]], atol=1e-7)


def test_more_orders_are_added_and_fewer_cut():
    samples = _noise("hoa3")
    np.testing.assert_array_equal(_bed("foa", "hoa3").process(samples), samples[:4])
    out = _bed("hoa3", "foa").process(samples[:4])
    np.testing.assert_array_equal(out[:4], samples[:4])
    assert not out[4:].any()


@pytest.mark.parametrize("source", ["5.1", "foa", "hoa3", "stereo"])
def test_a_listener_turned_left_hears_the_bed_turned_right(source):
    """A plane wave or channel at +30 deg, the listener turned by 50: heard at -20 by the intensity vector."""
    samples = np.zeros_like(_noise(source))
    if source in ("foa", "hoa3"):
        samples[:] = panner_of(layout_of(source)).gains(angles_to_vector([30.0])).T
    else:
        samples[0] = 1.0
    out = _bed("foa", source).process(samples, rotation_matrix(50.0))
    assert angle_between(out[[3, 1, 2], -1], angles_to_vector(-20.0)) < 1e-4


def test_a_turn_given_alone_is_reached_without_a_jump():
    bed, samples = _bed("7.1.4", "5.1"), np.ones((6, 4800), dtype=np.float32)
    first, second = bed.process(samples), bed.process(samples, rotation_matrix(90.0))
    third = bed.process(samples, rotation_matrix(90.0))
    assert np.abs(np.diff(np.concatenate([first, second, third], axis=1), axis=1)).max() < 0.01
    np.testing.assert_allclose(third, third[:, :1].repeat(4800, axis=1), atol=1e-7)


def test_speakers_are_heard_through_their_own_filters():
    samples = np.zeros((6, 400), dtype=np.float32)
    samples[4, 0] = 1.0
    bed = _bed("binaural", "5.1")
    out = bed.process(samples).astype(np.float64)
    u, head = angles_to_vector([110.0]), Ball()
    late = head.delay_at(u)[0] * RATE + bed.delay - ONSET
    for ear in (0, 1):
        expected = np.convolve(head.filters_at(u)[0, ear], fractional_delay(late[ear], 200))
        np.testing.assert_allclose(out[ear, :263], expected, atol=2e-5)
    assert not Bed(layout_of("binaural"), "5.1", sample_rate=RATE, hrtf=Ball()).process(_only_lfe()).any()


def _only_lfe():
    samples = np.zeros((6, 400), dtype=np.float32)
    samples[3] = 1.0
    return samples


def test_turned_speakers_end_where_the_turn_ends():
    impulse = np.zeros((6, 4800), dtype=np.float32)
    impulse[0, 0] = 1.0
    turned, still = _bed("binaural", "5.1"), _bed("binaural", "5.1")
    turned.process(np.zeros((6, 4800), dtype=np.float32), rotation_matrix(np.linspace(0.0, 60.0, 50)))
    np.testing.assert_array_equal(
        turned.process(impulse, rotation_matrix(60.0)), still.process(impulse, rotation_matrix(60.0))
    )


@pytest.mark.parametrize(("source", "within"), [("foa", 0.25), ("hoa3", 0.1)])
def test_ambisonics_reach_the_ears_as_the_speaker_would(source, within):
    """Well below the order's limit, 0.6 and 1.5 kHz, the virtual speakers add up to the direction's own response."""
    order = layout_of(source).order
    limit = min(1500.0, 624.0 * order) / 2
    for azimuth in (0.0, 40.0, 90.0, -150.0):
        u = angles_to_vector([azimuth])
        samples = np.zeros((layout_of(source).size, 1024), dtype=np.float32)
        samples[:, 0] = panner_of(layout_of(source)).gains(u)[0]
        bed, head = _bed("binaural", source), Ball()
        spectrum = np.fft.rfft(bed.process(samples).astype(np.float64))
        frequency = np.fft.rfftfreq(1024, 1 / RATE)
        late = head.delay_at(u)[0][:, None] + (bed.delay - ONSET) / RATE
        wanted = np.fft.rfft(head.filters_at(u)[0], 1024) * np.exp(-2j * np.pi * frequency * late)
        heard = frequency < limit
        assert np.abs(spectrum - wanted)[:, heard].max() < within * np.abs(wanted[:, heard]).max()


def test_ambisonic_power_at_the_ears_is_the_heads_own():
    """A diffuse field in ambisonics has the head's diffuse power at every frequency (Zaunschirm et al. 2018)."""
    from seehear.acoustics.ambisonics import degree_of_channels, sphere_quadrature
    from seehear.acoustics.virtual_speakers import ambisonic_filters

    points, area = sphere_quadrature(30)
    own = np.einsum("q,qef->f", area, np.abs(np.fft.rfft(Ball().filters_at(points), 1024)) ** 2)
    for order in (1, 3):
        spectrum = np.fft.rfft(ambisonic_filters(Ball(), order), 1024)
        power = np.einsum("k,ekf->f", 1 / (2 * degree_of_channels(order) + 1), np.abs(spectrum) ** 2)
        error = np.abs(10 * np.log10(power / own))
        assert error[:430].max() < 0.3


def test_channel_counts_say_what_a_bed_is():
    assert [bed_source(n) for n in (1, 2, 4, 6, 8, 10, 12, 16)] == [
        "mono", "stereo", "foa", "5.1", "7.1", "5.1.4", "7.1.4", "hoa3",
    ]  # fmt: skip
    assert [bed_source(LAYOUTS[name].size, LAYOUTS[name].mask) for name in LOUDSPEAKERS] == LOUDSPEAKERS


@pytest.mark.parametrize(("channels", "mask"), [(0, 0), (3, 0), (4, 0x33), (5, 0x37), (9, 0), (8, 0xFF), (16, 0x1)])
def test_other_channel_counts_are_refused(channels, mask):
    with pytest.raises(InputError, match="1 mono, 2 stereo, 4 foa"):
        bed_source(channels, mask)


def test_bad_beds_are_refused():
    with pytest.raises(InputError, match="bed source must be one of mono, stereo"):
        Bed(layout_of("5.1"), "quad", sample_rate=RATE)
    with pytest.raises(InputError, match="give hrtf="):
        Bed(layout_of("binaural"), "5.1", sample_rate=RATE)
    with pytest.raises(InputError, match="must be at 44100 Hz, got 48000"):
        Bed(layout_of("binaural"), "foa", sample_rate=44100, hrtf=Ball())
    with pytest.raises(InputError, match=r"must be \(6, n\) samples, got \(2, 3\)"):
        _bed("stereo", "5.1").process(np.zeros((2, 3), dtype=np.float32))
    for rotation in (np.zeros((3, 3)), np.full((3, 3), np.nan), np.eye(4), np.zeros((0, 3, 3))):
        with pytest.raises(InputError, match="rotation must"):
            _bed("stereo", "5.1").process(_noise("5.1"), rotation)


def test_a_streaming_filter_is_a_convolution():
    rng = np.random.default_rng(2)
    filters, samples = rng.normal(size=(2, 3, 50)), rng.normal(size=(3, 700))
    fir = StreamingFir(2, 50)
    out = np.concatenate([fir.process(samples[:, a : a + 37], filters) for a in range(0, 700, 37)], axis=1)
    wanted = [sum(np.convolve(samples[i], filters[o, i])[:700] for i in range(3)) for o in range(2)]
    np.testing.assert_allclose(out, wanted, atol=1e-12)


def test_a_bed_lines_up_with_what_is_rendered():
    """A soundtrack's left channel and an object at +30 deg reach the ears alike, once `delay` is cut off."""
    impulse = np.zeros((1, 4096), dtype=np.float32)
    impulse[0, 2000] = 1.0
    thing = SceneObject(
        id="a", label="car", sounding=((0.0, 0.08),), stem="as_heard",
        keyframes=(Keyframe(time=0.0, azimuth=30.0, elevation=0.0),),
    )  # fmt: skip
    ears = layout_of("binaural")
    scene = Scene(duration=0.08, objects=(thing,))
    rendered = [block.mix for block in Renderer(scene, ears).blocks(ArrayStems({"a": impulse}, RATE, 3800))]
    bed = Bed(ears, "5.1", sample_rate=RATE, hrtf=default_hrtf(RATE))
    surround = np.zeros((6, 4096), dtype=np.float32)
    surround[0] = impulse
    heard = bed.process(surround)[:, bed.delay :][:, :3800]
    wanted = np.concatenate(rendered, axis=1)
    assert np.abs(heard - wanted).max() < 1e-3 * np.abs(wanted).max()
