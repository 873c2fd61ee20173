"""A clip to sound: the frames taken, the windows, and what the user is told."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from seehear.errors import InputError  # noqa: E402
from seehear.sound.flow.clip import Words  # noqa: E402
from seehear.sound.flow.conditions import Extractors, Rate, pooled, sampled, shown_in, unchanging  # noqa: E402
from seehear.sound.flow.generate import STILL, Maker, Sampling  # noqa: E402
from seehear.sound.flow.matching import sample  # noqa: E402
from seehear.sound.flow.mdct import MdctCodec  # noqa: E402
from seehear.sound.flow.mmaudio import MMAudio  # noqa: E402
from seehear.sound.flow.sizes import FlowSizes  # noqa: E402
from seehear.sound.flow.visaudio import EarSizes, ViSAudio  # noqa: E402

pytestmark = pytest.mark.neural

SECOND = 100  # latent frames of the test codec
FLOW = FlowSizes(32, 2, 1, 1, 4, 100, 3, 8, 6, 24, 8, 7, 5)
CODEC = MdctCodec(400, hop=4)


class Still:
    """A frame whose grey level is 40 times its time in seconds."""

    def __init__(self, time: float, level: int | None = None) -> None:
        self.time, self.level = time, round(40 * time) if level is None else level

    def rgb(self):
        return np.full((6, 8, 3), self.level, np.uint8)


class Clip:
    side = 4

    def see(self, frames):
        return frames[:, 0, 0].astype(np.float32) / 100

    def read(self, texts):
        return np.full((len(texts), 5, 7), len(texts[0]), np.float32)

    def words(self, text):
        return Words(np.zeros(5, np.int64), text[20:])


class Sync:
    def see(self, frames):
        segments = (len(frames) - 16) // 8 + 1
        return np.repeat(frames[: segments * 8, 0, 0, :1], 6, axis=1).astype(np.float32) / 100


class Maps:
    def see(self, frames):
        return np.repeat(frames[:, ::128, ::128, :1], 5, axis=3).astype(np.float32) / 100


def _filled(network):
    made = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for value in network.parameters():
            value.copy_(torch.randn(value.shape, generator=made) * 0.2)
    return network.eval()


def _shown(start: float, duration: float, fps: float = 30.0, level: int | None = None):
    first = max(0, int(start * fps) - 3)
    return [Still(at / fps, level) for at in range(first, int((start + duration) * fps) + 4)]


def test_every_tick_takes_the_nearest_frame():
    rate = Rate(8, lambda one: one[:1, :1])
    times = np.sort(np.random.default_rng(0).uniform(0, 2, 50))
    taken = sampled([Still(one, at) for at, one in enumerate(times)], {"a": rate}, start=0.25, duration=1.5)["a"]
    ticks = 0.25 + np.arange(12) / 8
    assert taken[:, 0, 0, 0].tolist() == [int(np.abs(times - tick).argmin()) for tick in ticks]


def test_the_last_frame_is_held_and_none_is_an_error():
    rate = {"a": Rate(10, lambda one: one[:1, :1])}
    assert sampled([Still(0.0, 7)], rate, start=3, duration=1)["a"].ravel().tolist() == [7] * 30
    with pytest.raises(InputError, match=r"expected pictures from 3.00 s on"):
        sampled([], rate, start=3, duration=1)


def test_frames_of_a_real_film(tmp_path):
    from fractions import Fraction

    from seehear.media.film import write_video

    pictures = [np.full((32, 48, 3), 4 * at, np.uint8) for at in range(50)]
    write_video(tmp_path / "film.mp4", pictures, Fraction(25))
    shown = shown_in(tmp_path / "film.mp4", start=1.0, duration=0.8)
    taken = sampled(shown, {"a": Rate(5, lambda one: one[:1, :1])}, start=1.0, duration=0.8)["a"][:, 0, 0, 0]
    assert np.abs(taken.astype(int) - [100, 120, 140, 160]).max() <= 3


def test_maps_are_averaged():
    maps = np.arange(2 * 4 * 4, dtype=np.float32).reshape(2, 4, 4, 1)
    np.testing.assert_allclose(pooled(maps, 2)[0, :, 0], [2.5, 4.5, 10.5, 12.5])


def test_a_film_without_change_is_known():
    assert unchanging(np.full((5, 4, 4, 3), 9, np.uint8))
    assert not unchanging(np.stack([np.full((4, 4, 3), level, np.uint8) for level in (9, 9, 12)]))


def test_a_short_clip_is_sampled_in_one_piece():
    network = _filled(MMAudio(FLOW))
    maker = Maker(network, CODEC, Extractors(Clip(), Sync()))
    got = np.concatenate(list(maker.sounds(_shown, 0.9, sampling=Sampling(steps=3, seed=4, strength=1.0))), axis=1)
    assert got.shape == (1, 360)
    from seehear.sound.flow.matching import Guided
    from seehear.sound.flow.windows import SharedNoise, Span

    with torch.inference_mode():
        seen = sampled(_shown(0, 0.9), maker.extractors.rates(), start=0, duration=0.9)
        features = maker.extractors.features(seen, network.empty_string_feat[None])
        noise = SharedNoise(4, (1, 4))(Span(0, 90))
        latent = sample(Guided(network, network.conditions(features, 90)), noise, steps=3)
        want = CODEC.decode(network.unnormalised(latent))
    np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("eared", [False, True])
@pytest.mark.parametrize("duration", [0.7, 1.0, 3.33])
def test_any_length_comes_out(eared: bool, duration: float):
    sizes = EarSizes(FLOW, spatial_dim=5, spatial_cells=4, spatial_length=4)
    network = _filled(ViSAudio(sizes) if eared else MMAudio(FLOW))
    maker = Maker(network, CODEC, Extractors(Clip(), Sync(), Maps() if eared else None, cells=2))
    sampling = Sampling(steps=2, seed=1)
    blocks = list(maker.sounds(_shown, duration, "a dog", sampling=sampling))
    sound = np.concatenate(blocks, axis=1)
    assert sound.shape == (2 if eared else 1, round(duration * 400))
    assert np.isfinite(sound).all()
    assert sound.std() > 0
    again = np.concatenate(list(maker.sounds(_shown, duration, "a dog", sampling=sampling)), axis=1)
    np.testing.assert_array_equal(sound, again)
    other = np.concatenate(list(maker.sounds(_shown, duration, "a cat barks", sampling=sampling)), axis=1)
    assert np.abs(sound - other).max() > 0


def test_half_precision_stays_close():
    plain, half = (
        Maker(_filled(MMAudio(FLOW)), CODEC, Extractors(Clip(), Sync()), half=half) for half in (False, True)
    )
    sampling = Sampling(steps=2, strength=1.0)
    one, other = (np.concatenate(list(maker.sounds(_shown, 1.0, sampling=sampling)), 1) for maker in (plain, half))
    assert other.dtype == np.float32
    assert np.sqrt(np.mean((one - other) ** 2)) < 0.1 * one.std()


def test_what_the_user_should_know_is_told():
    maker = Maker(_filled(MMAudio(FLOW)), CODEC, Extractors(Clip(), Sync()))
    notes = []
    still = lambda start, duration: _shown(start, duration, level=50)  # noqa: E731
    list(maker.sounds(still, 3.0, "a caption that is too long", sampling=Sampling(steps=1), told=notes.append))
    assert notes == ["the caption is longer than the text window; left out: 'o long'", STILL]


def test_less_than_one_segment_is_refused():
    maker = Maker(_filled(MMAudio(FLOW)), CODEC, Extractors(Clip(), Sync()))
    with pytest.raises(InputError, match=r"at least 0.64 s of picture, got 0.60 s"):
        list(maker.sounds(_shown, 0.6))


def test_a_codec_of_another_size_is_refused():
    with pytest.raises(InputError, match="a codec of 4 channels, got one of 8"):
        Maker(MMAudio(FLOW), MdctCodec(400, hop=8), Extractors(Clip(), Sync()))
