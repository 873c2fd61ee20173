"""SyncNet against the original's outputs, its cepstra, and its door."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.neural

from seehear.errors import InputError  # noqa: E402
from seehear.networks import syncnet  # noqa: E402
from seehear.networks.state import unfilled  # noqa: E402
from tests.golden_case import GoldenCase  # noqa: E402


@pytest.fixture(scope="module")
def case():
    return GoldenCase("syncnet_v2")


@pytest.fixture(scope="module")
def door(case):
    return syncnet.load(case.weights())


@pytest.mark.golden
@torch.inference_mode()
def test_both_towers_are_the_originals(case, door):
    with unfilled():
        own = syncnet.SyncNet().state_dict()
    assert {key: tuple(value.shape) for key, value in own.items()} == case.shapes
    case.check("audio", door.network.hear(torch.from_numpy(case.normal("mfcc", (2, 1, 13, 20)))))
    lips = torch.from_numpy(case.normal("lips", (1, 3, 5, 224, 224)))
    case.check("lip_features", door.network.lip_features(lips))
    case.check("lips", door.network.see(lips))


def test_a_vector_for_each_frame_that_has_five(door):
    rng = np.random.default_rng(0)
    faces = rng.integers(0, 255, (7, 224, 224, 3), dtype=np.uint8)
    seen = door.see(faces)
    assert seen.shape == (3, 1024)
    np.testing.assert_allclose(seen[1:2], door.see(faces[1:6]), rtol=1e-4, atol=1e-3)
    heard = door.hear(rng.standard_normal((2, 8000)).astype(np.float32) * 0.1, 16000)
    assert heard.shape == ((49 - 20) // 4 + 1, 1024)
    with pytest.raises(InputError, match="at least 5 frames, got 3"):
        door.see(faces[:3])
    with pytest.raises(InputError, match=r"224 x 224 pixels, got \(100, 224\)"):
        door.see(faces[:, :100])
    with pytest.raises(InputError, match=r"at least 0\.215 s"):
        door.hear(np.zeros((1, 3000), np.float32), 16000)


def test_cepstra_by_hand():
    """One impulse: a flat spectrum, so every triangle holds its own sum; the lifter and the energy are plain."""
    wave = np.zeros(400)
    wave[0] = 0.5
    found = syncnet.cepstra(wave)
    assert found.shape == (13, 1)
    amplitude = round(0.5 * 32767)
    spectrum = np.abs(np.fft.rfft(amplitude * np.array([1.0, -0.97]), 512)) ** 2 / 512
    mels = np.linspace(0, 2595 * np.log10(1 + 8000 / 700), 28)
    corners = np.floor(513 * 700 * (10 ** (mels / 2595) - 1) / 16000)
    bands = []
    for low, middle, high in zip(corners, corners[1:], corners[2:], strict=False):
        weight = np.interp(np.arange(257), [low, middle, high], [0.0, 1.0, 0.0])
        bands.append(weight @ spectrum)
    places = np.arange(26)
    for k in (1, 5, 12):
        cosine = np.sqrt(2 / 26) * np.cos(np.pi * k * (places + 0.5) / 26) @ np.log(bands)
        assert found[k, 0] == pytest.approx(cosine * (1 + 11 * np.sin(np.pi * k / 22)), rel=1e-9)
    assert found[0, 0] == pytest.approx(np.log(spectrum.sum()))


def test_cepstra_of_silence_are_finite():
    assert np.isfinite(syncnet.cepstra(np.zeros(1600))).all()
