"""The codec `pca-mel`: levels of both ears are kept, axes are principal."""

import pytest

torch = pytest.importorskip("torch")

from seehear.errors import InputError  # noqa: E402
from seehear.sound.flow.mdct import MdctCodec  # noqa: E402
from seehear.sound.flow.pca_mel import PcaMelCodec  # noqa: E402

pytestmark = pytest.mark.neural


def sounds(count: int):
    made = torch.Generator().manual_seed(0)
    swell = 0.05 + torch.rand(count, 1, 16, generator=made).repeat_interleave(512, dim=2)
    return (torch.randn(count, 1, 8192, generator=made) * swell)[:, 0]


def test_the_latent_is_the_log_mel_on_its_axes():
    sound = sounds(8)
    whole = PcaMelCodec(128).fitted(sound)
    latent = whole.encode(sound)
    assert latent.shape == (8, 16, 128)
    torch.testing.assert_close(whole.log_mel(latent), whole.front(sound).transpose(1, 2), rtol=1e-3, atol=1e-3)
    few = PcaMelCodec(32).fitted(sound)
    flat = few.encode(sound).flatten(0, 1)
    torch.testing.assert_close(torch.cov(flat.T), torch.eye(32), rtol=1e-2, atol=1e-2)
    torch.testing.assert_close(flat, latent.flatten(0, 1)[:, :32], rtol=1e-2, atol=1e-2)
    assert (few.weights.diff() <= 0).all()
    assert few.weights.sum().item() == pytest.approx(1)


def test_the_mean_of_the_ears_is_a_mean_of_power():
    sound = sounds(4)
    codec = PcaMelCodec(128).fitted(sound)
    ears = torch.stack([codec.encode(sound), codec.encode(0.5 * sound)], dim=1)
    mono = codec.log_mel(codec.mono(ears))
    expected = codec.log_mel(ears[:, 0]) + 0.5 * torch.log(torch.tensor((1 + 0.25) / 2))
    torch.testing.assert_close(mono, expected, rtol=1e-2, atol=2e-2)


def test_mdct_s_mean_of_the_ears_is_the_latent_of_their_mean():
    left, right = sounds(3), sounds(6)[3:]
    codec = MdctCodec(16000)
    codec = codec.fitted(codec.encode(left))
    ears = torch.stack([codec.encode(left), codec.encode(right)], dim=1)
    torch.testing.assert_close(codec.mono(ears), codec.encode((left + right) / 2), rtol=1e-3, atol=1e-3)


def test_it_makes_no_sound():
    with pytest.raises(InputError, match="makes no sound"):
        PcaMelCodec().decode(torch.zeros(1, 4, 32))
    with pytest.raises(InputError, match="channels"):
        PcaMelCodec(200)
