"""MMAudio's transformer: keys, shapes, and the original's outputs."""

import json

import pytest

torch = pytest.importorskip("torch")

from tests.golden_case import FOLDER, GoldenCase  # noqa: E402

from seehear.sound.flow.matching import Guided, sample  # noqa: E402
from seehear.sound.flow.mmaudio import Features, MMAudio  # noqa: E402
from seehear.sound.flow.sizes import VARIANTS  # noqa: E402

pytestmark = pytest.mark.neural


@pytest.fixture(autouse=True)
def _without_gradients():
    with torch.inference_mode():
        yield


def _network(case: GoldenCase, variant: str) -> MMAudio:
    with torch.device("meta"):
        network = MMAudio(VARIANTS[variant])
    network.load_state_dict({k: torch.from_numpy(v) for k, v in case.weights().items()}, strict=True, assign=True)
    return network.eval()


def _inputs(case: GoldenCase, network: MMAudio):
    sizes = network.sizes
    features = Features(
        torch.from_numpy(case.normal("clip_f", (1, 64, 1024))),
        torch.from_numpy(case.normal("sync_f", (1, 192, 768))),
        torch.from_numpy(case.normal("text_f", (1, 77, 1024))),
    )
    return torch.from_numpy(case.normal("latent", (1, sizes.latent_length, sizes.latent_channels))), features


@pytest.mark.parametrize("variant", VARIANTS)
def test_keys_and_shapes_are_those_of_the_published_files(variant: str):
    table = json.loads((FOLDER / "keys" / f"mmaudio_{variant}.json").read_text())
    with torch.device("meta"):
        ours = {key: list(value.shape) for key, value in MMAudio(VARIANTS[variant]).state_dict().items()}
    assert ours == {key: entry["shape"] for key, entry in table["keys"].items()}


@pytest.mark.golden
@pytest.mark.timeout(900)  # a thousand million weights are made; a busy machine takes its time
@pytest.mark.parametrize("variant", ["small_16k", "small_44k", "large_44k_v2"])
def test_the_flow_is_the_original_s(variant: str):
    case = GoldenCase(f"mmaudio_{variant}")
    network = _network(case, variant)
    latent, features = _inputs(case, network)
    tolerance = {"max_rel": 5e-4, "rms_rel": 1e-4} if variant.endswith("v2") else {}
    time = torch.tensor([0.3])
    seen = {}
    watched = {
        "audio_input_proj": network.audio_input_proj,
        "fused_blocks.0": network.fused_blocks[0],
        "fused_blocks.last": network.fused_blocks[-1],
    }
    for name, module in watched.items():
        module.register_forward_hook(lambda _m, _i, out, name=name: seen.update({name: out}))
    conditions = network.conditions(features)
    original = ("clip_f", "sync_f", "text_f", "clip_f_c", "text_f_c")
    for name, value in zip(original, conditions, strict=True):
        case.check(f"cond.{name}", value)
    case.check("t_embed", network.t_embed(time), **tolerance)
    flow = network(latent, time, conditions)
    for name, value in seen.items():
        case.check(name, value, **tolerance)
    case.check("flow", flow, **tolerance)
    if variant == "small_16k":
        _guidance_and_steps(case, network, latent, features)


def _guidance_and_steps(case: GoldenCase, network: MMAudio, latent, features) -> None:
    time = torch.tensor([0.3])
    conditions, empty = network.conditions(features), network.empty_conditions(1)
    case.check("empty.flow", network(latent, time, empty))
    guided = Guided(network, conditions, empty)
    case.check("cfg.flow", guided(latent, time))
    apart = Guided(network, conditions, empty, in_one_batch=False)(latent, time)
    torch.testing.assert_close(apart, guided(latent, time), rtol=1e-4, atol=1e-4)
    generated = sample(guided, latent, steps=3)
    case.check("euler3", generated)
    case.check("euler3.unnormalised", network.unnormalised(generated))
    torch.testing.assert_close(network.normalised(network.unnormalised(generated)), generated)
    short = network.conditions(Features(features.clip[:, :32], features.sync[:, :96], features.text), 125)
    case.check("short.flow", network(latent[:, :125], time, short))
