"""The codec that keeps every sample, against a transform written out by its sums."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from seehear.errors import InputError  # noqa: E402
from seehear.sound.flow.mdct import MdctCodec  # noqa: E402

pytestmark = pytest.mark.neural


def _noise(batch: int, samples: int):
    return torch.randn(batch, samples, generator=torch.Generator().manual_seed(7))


def _lapped(samples: np.ndarray, hop: int) -> np.ndarray:
    """Inner products of (frames * hop,) samples with the windowed cosines themselves, in float64."""
    frames = len(samples) // hop
    out = np.zeros((frames, hop))
    for frame in range(frames):
        for at in range(-hop // 2, hop + hop // 2):
            place = frame * hop + at
            if not 0 <= place < len(samples):
                continue
            rising = np.sin(np.pi / (2 * hop) * (at + hop / 2 + 0.5)) if at < hop / 2 else 1.0
            falling = np.cos(np.pi / (2 * hop) * (at - hop / 2 + 0.5)) if at >= hop / 2 else 1.0
            if frame == 0 and at < hop / 2:
                rising = 1.0
            if frame == frames - 1 and at >= hop / 2:
                falling = 1.0
            bands = np.arange(hop) + 0.5
            out[frame] += samples[place] * rising * falling * np.cos(np.pi / hop * (at + 0.5) * bands)
    return out * np.sqrt(2 / hop)


def test_coefficients_are_the_windowed_cosines():
    samples = _noise(1, 5 * 8)
    codec = MdctCodec(8000, hop=8, power=1.0)
    np.testing.assert_allclose(codec.encode(samples)[0], _lapped(samples[0].double().numpy(), 8), atol=1e-5)


@pytest.mark.parametrize("rate", [16000, 44100, 48000])
def test_reconstruction_is_perfect(rate: int):
    codec = MdctCodec(rate)
    samples = _noise(2, 40 * codec.hop) * torch.logspace(-3, 0, 40 * codec.hop)
    error = codec.decode(codec.encode(samples)) - samples
    assert 10 * torch.log10(samples.square().mean() / error.square().mean()) >= 110


def test_energy_is_kept():
    samples = _noise(3, 20 * 256)
    assert float(MdctCodec(16000, power=1.0).encode(samples).square().sum() / samples.square().sum()) == pytest.approx(
        1
    )


def test_a_fitted_codec_has_bands_of_one_size_and_still_reconstructs():
    samples = torch.cumsum(_noise(2, 100 * 64), dim=1) * 0.01
    codec = MdctCodec(4000, hop=64)
    fitted = codec.fitted(codec.encode(samples))
    size = fitted.encode(samples).flatten(0, 1).square().mean(dim=0).sqrt()
    assert float((size - 1).abs().max()) < 1e-3
    error = fitted.decode(fitted.encode(samples)) - samples
    assert 10 * torch.log10(samples.square().mean() / error.square().mean()) >= 90


def test_a_delay_between_the_ears_survives():
    """40 us at 16 kHz: two thirds of a sample, by the phase of the cross spectrum."""
    from scipy.fft import irfft, rfft, rfftfreq

    left = _noise(1, 16384)[0].double().numpy()
    frequency = rfftfreq(len(left), 1 / 16000)
    right = irfft(rfft(left) * np.exp(-2j * np.pi * frequency * 40e-6), len(left))
    codec = MdctCodec(16000)
    heard = codec.decode(codec.encode(torch.from_numpy(np.stack([left, right])).float())).double().numpy()
    cross = np.angle(rfft(heard[0]) * rfft(heard[1]).conj())
    band = (frequency > 100) & (frequency < 7000)
    delay = np.sum(cross[band] * frequency[band]) / (2 * np.pi * np.sum(frequency[band] ** 2))
    assert abs(delay - 40e-6) < 0.1e-6


def test_bad_input_is_told():
    with pytest.raises(InputError, match="even hop"):
        MdctCodec(16000, hop=7)
    with pytest.raises(InputError, match=r"expected \(batch, samples\)"):
        MdctCodec(16000).encode(torch.zeros(2, 0))
