"""Mel front ends, autoencoders and vocoders: keys, shapes, and the originals' outputs."""

import json

import pytest

torch = pytest.importorskip("torch")

from tests.golden_case import FOLDER, GoldenCase  # noqa: E402

from seehear.errors import InputError  # noqa: E402
from seehear.sound.flow.bigvgan import VOCODERS, Bigvgan, low_pass, modern_names  # noqa: E402
from seehear.sound.flow.mel import MELS, MelSpectrogram  # noqa: E402
from seehear.sound.flow.vae import VAES, MelVae  # noqa: E402

pytestmark = pytest.mark.neural

VOCODER_CASES = {"16k": "bigvgan_v1_16k", "44k": "bigvgan_v2_44k"}


@pytest.fixture(autouse=True)
def _without_gradients():
    with torch.no_grad():
        yield


def _keys(name: str) -> dict[str, list[int]]:
    table = json.loads((FOLDER / "keys" / f"{name}.json").read_text())
    return {key: entry["shape"] for key, entry in table["keys"].items()}


def _shapes(module) -> dict[str, list[int]]:
    return {key: list(value.shape) for key, value in module.state_dict().items()}


def _stored(case: GoldenCase, name: str):
    return torch.from_numpy(case.stored[f"{name}.f64"].reshape(case.stored[f"{name}.shape"]))


def _watched(modules):
    seen = {}
    for name, module in modules.items():
        module.register_forward_hook(lambda _m, _i, out, name=name: seen.update({name: out}))
    return seen


@pytest.mark.golden
@pytest.mark.parametrize("rate", MELS)
def test_the_mel_front_end_is_the_original_s(rate: str):
    case = GoldenCase(f"mmaudio_mel_{rate}")
    front = MelSpectrogram(MELS[rate])
    case.check("const.mel_basis", front.basis)
    case.check(
        "log_mel", front(torch.from_numpy(case.signal("signal", MELS[rate].sample_rate, MELS[rate].sample_rate)))
    )


def test_too_short_a_sound_is_refused():
    with pytest.raises(InputError, match="more than 384 samples, got 384"):
        MelSpectrogram(MELS["16k"])(torch.zeros(1, 384))


@pytest.mark.parametrize("rate", VAES)
def test_the_autoencoder_has_the_published_keys_and_shapes(rate: str):
    with torch.device("meta"):
        assert _shapes(MelVae(VAES[rate])) == _keys(f"mmaudio_vae_{rate}")


@pytest.mark.golden
@pytest.mark.parametrize("rate", VAES)
def test_the_autoencoder_is_the_original_s(rate: str):
    case = GoldenCase(f"mmaudio_vae_{rate}")
    with torch.device("meta"):
        vae = MelVae(VAES[rate])
    state = {key: torch.from_numpy(value) for key, value in case.weights().items()}
    state |= {name: _stored(case, f"const.{name}") for name in ("data_mean", "data_std")}
    vae.load_state_dict(state, assign=True)
    vae.normalise_()
    case.check("norm.encoder.conv_in", vae.encoder.conv_in.weight)
    seen = _watched(
        {
            "encoder.down.0.downsample": vae.encoder.down[0].downsample,
            "encoder.mid.attn_1": vae.encoder.mid.attn_1,
            "decoder.mid.attn_1": vae.decoder.mid.attn_1,
            "decoder.up.1.upsample": vae.decoder.up[1].upsample,
            "decode.raw": vae.decoder,
        }
    )
    posterior = vae.encode(torch.from_numpy(case.normal("mel", (1, VAES[rate].bands, 61), -4, 2)))
    mel = vae.decode(torch.from_numpy(case.normal("z", (1, VAES[rate].latent, 24))))
    for name, value in seen.items():
        case.check(name, value)
    case.check("encode.mean", posterior.mean)
    case.check("encode.logvar", posterior.logvar)
    case.check("decode.mel", mel)


@pytest.mark.parametrize("rate", VOCODERS)
def test_the_vocoder_has_the_published_keys_and_shapes(rate: str):
    with torch.device("meta"):
        ours = _shapes(Bigvgan(VOCODERS[rate]))
    assert ours == _keys(VOCODER_CASES[rate])


@pytest.mark.golden
@pytest.mark.parametrize("rate", VOCODERS)
def test_the_vocoder_is_the_original_s(rate: str):
    case = GoldenCase(VOCODER_CASES[rate])
    with torch.device("meta"):
        vocoder = Bigvgan(VOCODERS[rate])
    filters = {key: low_pass() for key in case.shapes if key.endswith("filter")}
    weights = {_old(key): torch.from_numpy(value) for key, value in case.weights().items()}
    vocoder.load_state_dict(modern_names(weights) | filters, assign=True)
    vocoder.folded()
    case.check("const.filter_up", low_pass())
    case.check("const.filter_down", low_pass())
    seen = _watched(
        {
            "conv_pre": vocoder.conv_pre,
            "ups.0.0": vocoder.ups[0][0],
            "resblocks.0.activations.0": vocoder.resblocks[0].activations[0],
            "resblocks.0": vocoder.resblocks[0],
            "1": vocoder.resblocks[1],
            "2": vocoder.resblocks[2],
            "resblocks.17": vocoder.resblocks[17],
        }
    )
    wave = vocoder(torch.from_numpy(case.normal("mel", (1, VOCODERS[rate].bands, 20 if rate == "16k" else 26), -1)))
    seen["resblocks.0"] = seen["resblocks.0"] + seen.pop("1") + seen.pop("2")  # the original adds the other two into it
    for name, value in seen.items():
        case.check(name, value)
    case.check("wave", wave)


def _old(key: str) -> str:
    new = {".parametrizations.weight.original0": ".weight_g", ".parametrizations.weight.original1": ".weight_v"}
    for ending, other in new.items():
        key = key.replace(ending, other)
    return key
