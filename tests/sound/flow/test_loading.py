"""Weights into the networks: what fits, and what is said of what does not."""

import json

import pytest

torch = pytest.importorskip("torch")

from tests.golden_case import FOLDER  # noqa: E402

from seehear.errors import InputError  # noqa: E402
from seehear.sound.flow import loading  # noqa: E402
from seehear.sound.flow.bigvgan import Bigvgan, VocoderSizes  # noqa: E402
from seehear.sound.flow.mdct import MdctCodec  # noqa: E402
from seehear.sound.flow.mmaudio import MMAudio  # noqa: E402
from seehear.sound.flow.sizes import VARIANTS, FlowSizes  # noqa: E402
from seehear.sound.flow.visaudio import EarSizes, ViSAudio  # noqa: E402
from seehear.weights import MissingWeights  # noqa: E402

pytestmark = pytest.mark.neural

FLOW = FlowSizes(64, 2, 1, 1, 8, 40, 12, 8, 10, 24, 8, 14, 9)


def _hollow(name: str):
    """A published state dict of the right shapes that takes no memory."""
    table = json.loads((FOLDER / "keys" / f"{name}.json").read_text())
    return {key: torch.zeros(()).expand(entry["shape"]) for key, entry in table["keys"].items()}


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_published_network_is_loaded_and_recognised(variant: str):
    state = _hollow(f"mmaudio_{variant}")
    stale = {"latent_rot": torch.zeros(1), "clip_rot": torch.zeros(1), "t_embed.freqs": torch.zeros(1)}
    network = loading.load_mmaudio(variant, state | stale)
    assert loading.parameters(network) == sum(value.numel() for value in state.values())
    assert loading.recognised(state) == variant


def test_another_network_s_weights_are_told_apart():
    with pytest.raises(InputError, match="expected the weights of MMAudio small_16k, got those of large_44k_v2"):
        loading.load_mmaudio("small_16k", _hollow("mmaudio_large_44k_v2"))
    with pytest.raises(
        InputError, match=r"not the weights of MMAudio small_16k: 251 lacking \(sync_pos_emb, .* 57 too many"
    ):
        loading.load_mmaudio("small_16k", _hollow("mmaudio_vae_16k"))


def test_keys_that_lack_or_are_too_many_are_named():
    state = _hollow("mmaudio_small_16k")
    del state["latent_mean"]
    with pytest.raises(InputError, match=r"1 lacking \(latent_mean\); 1 too many \(stray\)"):
        loading.load_mmaudio("small_16k", state | {"stray": torch.zeros(1)})


def test_a_truncated_file_is_refused(tmp_path):
    whole, cut = tmp_path / "whole.pth", tmp_path / "cut.pth"
    torch.save({"latent_mean": torch.zeros(1000)}, whole)
    cut.write_bytes(whole.read_bytes()[:2000])
    with pytest.raises(InputError, match="truncated"):
        loading.load_mmaudio("small_16k", cut)


def test_without_weights_the_way_to_them_is_told(tmp_path, monkeypatch):
    for name in ("SEEHEAR_WEIGHTS", "HF_HUB_CACHE", "HF_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    with pytest.raises(MissingWeights, match=r"seehear weights fetch mmaudio_small_16k .*601 MB.*CC-BY-NC-4.0"):
        loading.load_mmaudio("small_16k")


def test_a_vocoder_is_loaded_in_every_form(monkeypatch):
    monkeypatch.setitem(loading.VOCODERS, "16k", VocoderSizes(4, 8, (2, 2), (4, 4), False))
    made = Bigvgan(loading.VOCODERS["16k"])
    apart = {key: value for key, value in made.state_dict().items() if not key.endswith("filter")}
    ends = ((".parametrizations.weight.original0", ".weight_g"), (".parametrizations.weight.original1", ".weight_v"))
    old = {f"vocoder.{key.replace(*ends[0]).replace(*ends[1])}": value.clone() for key, value in apart.items()}
    apart = {key: value.clone() for key, value in apart.items()}
    mel = torch.randn(1, 4, 9)
    want = made.folded()(mel)
    folded = {key: value.clone() for key, value in made.state_dict().items()}
    for state in (apart, old, folded):
        torch.testing.assert_close(loading.load_vocoder("16k", state)(mel), want)


@pytest.mark.parametrize("eared", [False, True])
def test_a_network_of_ours_comes_back_as_it_was(tmp_path, eared: bool):
    network = ViSAudio(EarSizes(FLOW, reading="C", spatial_dim=5, spatial_cells=4)) if eared else MMAudio(FLOW)
    codec = MdctCodec(16000, hop=8, scale=torch.arange(1.0, 9.0))
    file = tmp_path / "ours.safetensors"
    loading.save_network(file, network, codec, facts={"steps": 3})
    kept = loading.load_network(file)
    assert type(kept.network) is type(network)
    assert kept.facts == {"steps": 3}
    assert torch.equal(kept.codec.scale, codec.scale)
    for key, value in network.state_dict().items():
        assert torch.equal(kept.network.state_dict()[key], value)
    size = file.stat().st_size
    loading.save_network(file, network, "16k", half=True)
    assert file.stat().st_size < 0.6 * size
    assert loading.load_network(file).rate == "16k"


def test_a_stranger_s_file_is_no_network_of_ours(tmp_path):
    from safetensors.torch import save_file

    save_file({"a": torch.zeros(1)}, tmp_path / "a.safetensors")
    with pytest.raises(InputError, match="expected a network that seehear trained"):
        loading.load_network(tmp_path / "a.safetensors")
