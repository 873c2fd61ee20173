"""Laws of the ears: what must hold for any sound."""

import numpy as np
import pytest

from seehear.acoustics import Renderer
from seehear.errors import InputError
from seehear.listen import Heard, hear_tracks, track_spectra
from seehear.media.layout import layout_of
from seehear.media.stems import ArrayStems, Samples
from seehear.scene import Keyframe, Scene, SceneObject

RATE = 48000


def bursts(rng: np.random.Generator, seconds: float, *, rate: int = RATE, slope: float = 0.5) -> Samples:
    """Noise in syllables, falling in power with frequency."""
    count = round(seconds * rate)
    spectrum = np.fft.rfft(rng.normal(size=count)) / np.maximum(np.fft.rfftfreq(count, 1 / rate), 80.0) ** slope
    noise = np.fft.irfft(spectrum, count)
    steps = np.repeat(rng.uniform(0.0, 1.0, round(seconds * 6) + 1) ** 2, rate // 6 + 1)[:count]
    return np.asarray(0.1 * noise / noise.std() * steps, dtype=np.float32)


def binaural(*sources: tuple[float, Samples]) -> Samples:
    seconds = len(sources[0][1]) / RATE
    objects = tuple(
        SceneObject(id=f"s{i}", sounding=((0.0, seconds),), keyframes=(Keyframe(time=0.0, azimuth=a, elevation=0.0),))
        for i, (a, _) in enumerate(sources)
    )
    stems = ArrayStems({f"s{i}": one for i, (_, one) in enumerate(sources)}, RATE)
    renderer = Renderer(Scene(duration=seconds, objects=objects), layout_of("binaural"))
    return np.concatenate([block.mix for block in renderer.blocks(stems)], axis=1)


def angles(heard: Heard) -> list[float]:
    return [float(np.median(one.azimuth)) for one in heard.tracks]


@pytest.fixture(scope="module")
def one_source() -> Samples:
    return binaural((40.0, bursts(np.random.default_rng(1), 2.0)))


@pytest.fixture(scope="module")
def two_sources() -> Samples:
    rng = np.random.default_rng(2)
    return binaural((55.0, bursts(rng, 3.0)), (-30.0, bursts(rng, 3.0, slope=1.0)))


def test_one_is_one(one_source: Samples) -> None:
    heard = hear_tracks((one_source, RATE))
    assert heard.format.kind == "binaural"
    assert angles(heard) == [pytest.approx(40.0, abs=4.0)]


def test_two_are_two(two_sources: Samples) -> None:
    assert sorted(angles(hear_tracks((two_sources, RATE)))) == [pytest.approx(-30, abs=5), pytest.approx(55, abs=6)]


def test_swapped_channels_mirror(two_sources: Samples) -> None:
    straight, swapped = (hear_tracks((x, RATE)) for x in (two_sources, np.ascontiguousarray(two_sources[::-1])))
    assert len(straight.tracks) == len(swapped.tracks)
    for one, other in zip(straight.tracks, swapped.tracks, strict=True):
        np.testing.assert_allclose(one.azimuth, -other.azimuth, atol=1e-3)
        assert one.sounding == other.sounding


def test_gain_changes_no_direction(two_sources: Samples) -> None:
    straight, quiet = (hear_tracks((x, RATE)) for x in (two_sources, two_sources * np.float32(0.125)))
    for one, other in zip(straight.tracks, quiet.tracks, strict=True):
        np.testing.assert_allclose(one.azimuth, other.azimuth, atol=1e-3)
        np.testing.assert_allclose(one.level_db - other.level_db, 18.06, atol=0.05)


@pytest.mark.parametrize("samples", [np.array([[np.nan, 0.0]]), np.array([[np.inf], [0.0]]), np.zeros((32, 100))])
def test_what_cannot_be_heard_is_refused(samples: np.ndarray) -> None:
    with pytest.raises(InputError, match="expected"):
        hear_tracks((samples.astype(np.float32), RATE))


def test_spectra_share_the_mix(two_sources: Samples) -> None:
    heard = hear_tracks((two_sources, RATE))
    blocks = list(track_spectra((two_sources, RATE), heard))
    power = np.concatenate([one.power for one in blocks], axis=1)
    assert power.shape[:2] == (2, 150)
    mixed = float((two_sources.astype(np.float64) ** 2).mean())
    window = 1.5  # of Hann: mean of the sum over bins of the squares, against the mean square
    assert power.sum(axis=(0, 2)).mean() / window == pytest.approx(mixed, rel=0.1)
