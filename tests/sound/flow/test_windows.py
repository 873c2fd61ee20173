"""Any length: windows that join without a seam."""

from itertools import pairwise

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from seehear.errors import InputError  # noqa: E402
from seehear.sound.flow.codec import decoded  # noqa: E402
from seehear.sound.flow.matching import Guided, sample  # noqa: E402
from seehear.sound.flow.mdct import MdctCodec  # noqa: E402
from seehear.sound.flow.mmaudio import MMAudio  # noqa: E402
from seehear.sound.flow.sizes import FlowSizes  # noqa: E402
from seehear.sound.flow.windows import SharedNoise, Span, sample_windows, spans  # noqa: E402

pytestmark = pytest.mark.neural


@pytest.fixture(autouse=True)
def _without_gradients():
    with torch.inference_mode():
        yield


@pytest.mark.parametrize("total", [1, 9, 10, 11, 16, 25, 100])
def test_windows_cover_every_frame(total: int):
    made = spans(total, 10, 4)
    assert made[0].start == 0
    assert made[-1].stop == total
    for one, other in pairwise(made):
        assert one.start < other.start <= one.stop - 4


@pytest.mark.parametrize("solver", ["euler", "midpoint"])
@pytest.mark.parametrize("total", [40, 48, 101, 131])
def test_a_network_of_short_sight_gives_what_it_gives_in_one_piece(total: int, solver: str):
    made = torch.Generator().manual_seed(0)
    kernel = torch.randn(5, 5, 3, generator=made) * 0.4

    def velocity(x, time):
        y = torch.nn.functional.conv1d(x.transpose(1, 2), kernel, padding=1).transpose(1, 2)
        return torch.tanh(y) * (1 + time[:, None, None])

    noise = SharedNoise(3, (2, 5))
    pieces = sample_windows(lambda span: velocity, noise, total, length=48, overlap=24, steps=4, solver=solver)
    whole = sample(velocity, noise(Span(0, total)), steps=4, solver=solver)
    torch.testing.assert_close(torch.cat(list(pieces), dim=1), whole, rtol=1e-5, atol=1e-5)


def clicks(sound: np.ndarray, joints: list[int], reach: int) -> float:
    """The detector: the largest second difference within ``reach`` samples of a joint over the 99.9th percentile of
    all of them, in dB. A step in the waveform or its slope stands out; below 6 dB is no click."""
    bend = np.abs(np.diff(sound, 2, axis=-1)).max(axis=0)
    near = np.concatenate([np.arange(max(0, at - reach), min(len(bend), at + reach)) for at in joints])
    return float(20 * np.log10(bend[near].max() / np.quantile(bend, 0.999)))


def level_jump(sound: np.ndarray, joints: list[int], span: int) -> float:
    """Mean level of ``span`` samples after the joints against those before, over all joints and channels, in dB."""
    after = np.mean([np.mean(sound[:, at : at + span] ** 2) for at in joints])
    before = np.mean([np.mean(sound[:, at - span : at] ** 2) for at in joints])
    return float(abs(10 * np.log10(after / before)))


@pytest.fixture(scope="module")
def long_sound():
    """Windows of a small network's sound, low-passed, each channel with its own noise; and the joints."""
    with torch.inference_mode():
        return _long_sound(overlap=16)


def _long_sound(*, overlap: int):
    sizes = FlowSizes(32, 1, 1, 1, 16, 64, 8, 16, 8, 32, 8, 8, 5)
    network = MMAudio(sizes)
    made = torch.Generator().manual_seed(4)
    for name, value in network.named_parameters():
        wide = 1.0 if name.startswith("final_layer") else 0.5
        value.copy_(
            torch.randn(value.shape, generator=made) * wide * (value[0].numel() ** -0.5 if value.ndim > 1 else 0.1)
        )
    conditions, empty = network.empty_conditions(1, 64).repeated(4), network.empty_conditions(1, 64).repeated(4)
    velocity = Guided(network, conditions, empty, strength=2.0)
    total = 640
    pieces = sample_windows(lambda span: velocity, SharedNoise(8, (4, 16)), total, length=64, overlap=overlap, steps=8)
    codec = MdctCodec(1600, hop=16, power=1.0, scale=torch.exp(-torch.arange(16.0)))
    latents = list(pieces)
    assert sum(piece.shape[1] for piece in latents) == total
    sound = torch.cat(list(decoded(codec, iter(latents))), dim=1).numpy()
    assert sound.shape == (4, total * 16)
    return sound, [span.start * 16 for span in spans(total, 64, overlap)[1:]]


def test_joints_are_not_heard(long_sound):
    sound, joints = long_sound
    middles = [at + 8 * 16 for at in joints]
    for places in (joints, middles, [at + 16 * 16 for at in joints[:-1]]):
        assert level_jump(sound, places, 32 * 16) <= 0.5
        assert clicks(sound, places, 3) < 6


def test_the_detector_hears_a_click(long_sound):
    sound, joints = long_sound
    broken = sound.copy()
    broken[:, joints[3] :] += 4 * sound.std()
    assert clicks(broken, joints, 3) > 6


@pytest.mark.parametrize("lengths", [[7], [1] * 9, [2, 5, 1, 8], [40, 3]])
def test_sound_decoded_in_pieces_is_that_of_the_whole(lengths: list[int]):
    codec = MdctCodec(16000, hop=8)
    latent = torch.randn(2, sum(lengths), 8, generator=torch.Generator().manual_seed(1))
    got = torch.cat(list(decoded(codec, latent.split(lengths, dim=1))), dim=1)
    torch.testing.assert_close(got, codec.decode(latent), rtol=1e-5, atol=1e-5)


def test_memory_does_not_grow_with_length():
    """Of a long sound no more than the window before and the one at work are alive."""
    import weakref

    alive: list[weakref.ref] = []

    def noise(span: Span):
        made = torch.zeros(1, span.stop - span.start, 4)
        alive.append(weakref.ref(made))
        return made

    most = 0
    pieces = sample_windows(lambda span: lambda x, t: x + 1, noise, 2000, length=40, overlap=10, steps=3)
    for _ in decoded(MdctCodec(8000, hop=4), pieces):
        most = max(most, sum(one() is not None for one in alive))
    assert len(alive) > 60
    assert most <= 3


def test_bad_windows_are_refused():
    with pytest.raises(InputError, match="an overlap above 0 and below the window, got 10, 8, 8"):
        spans(10, 8, 8)
