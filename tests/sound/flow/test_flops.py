"""Arithmetic per step and clip, counted over the modules, against what is known of the originals."""

import pytest

torch = pytest.importorskip("torch")

from torch.utils.flop_counter import FlopCounterMode  # noqa: E402

from seehear.sound.flow.bigvgan import VOCODERS, Bigvgan  # noqa: E402
from seehear.sound.flow.mmaudio import Conditions, Features, MMAudio  # noqa: E402
from seehear.sound.flow.sizes import VARIANTS  # noqa: E402
from seehear.sound.flow.vae import VAES, MelVae  # noqa: E402

pytestmark = pytest.mark.neural

STEPS = {"small_16k": 57.3, "small_44k": 78.4, "medium_44k": 306.3, "large_44k_v2": 513.9}
CONDITIONS = {"small_16k": 4.0, "medium_44k": 13.7, "large_44k_v2": 13.7}


def _counted(call) -> float:
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        call()
    return counter.get_total_flops() / 1e9


def _shapes(variant: str):
    sizes = VARIANTS[variant]
    with torch.device("meta"):
        features = Features(torch.zeros(1, 64, 1024), torch.zeros(1, 192, 768), torch.zeros(1, 77, 1024))
        width, length = sizes.width, sizes.latent_length
        tokens = [torch.zeros(1, count, width) for count in (64, length, 77)]
        conditions = Conditions(*tokens, torch.zeros(1, width), torch.zeros(1, width))
        return MMAudio(sizes), features, conditions, torch.zeros(1, length, sizes.latent_channels), torch.zeros(1)


@pytest.mark.parametrize("variant", STEPS)
def test_a_step_costs_what_the_original_s_does(variant: str):
    network, _, conditions, latent, time = _shapes(variant)
    assert _counted(lambda: network(latent, time, conditions)) == pytest.approx(STEPS[variant], rel=0.01)


@pytest.mark.parametrize("variant", CONDITIONS)
def test_conditions_cost_what_the_original_s_do(variant: str):
    network, features, *_ = _shapes(variant)
    counted = _counted(lambda: network.conditions(features))
    assert counted == pytest.approx(CONDITIONS[variant], rel=0.0125)  # stated to one decimal: 4.0 is 3.95 to 4.05


@pytest.mark.parametrize(("rate", "frames", "encode", "decode"), [("16k", 500, 37.7, 52.6), ("44k", 690, 92.6, 129.1)])
def test_the_autoencoder_costs_what_the_original_does(rate: str, frames: int, encode: float, decode: float):
    with torch.device("meta"):
        vae = MelVae(VAES[rate])
        mel, latent = torch.zeros(1, VAES[rate].bands, frames), torch.zeros(1, VAES[rate].latent, frames // 2)
    assert _counted(lambda: vae.encode(mel)) == pytest.approx(encode, rel=0.01)
    assert _counted(lambda: vae.decode(latent)) == pytest.approx(decode, rel=0.01)


@pytest.mark.parametrize(("rate", "frames", "told"), [("16k", 500, 920), ("44k", 690, 2530)])
def test_the_vocoder_costs_what_the_original_does(rate: str, frames: int, told: float):
    with torch.device("meta"):
        vocoder, mel = Bigvgan(VOCODERS[rate]).folded(), torch.zeros(1, VOCODERS[rate].bands, frames)
    assert _counted(lambda: vocoder(mel)) == pytest.approx(told, rel=0.01)
