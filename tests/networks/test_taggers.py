"""PANNs, VGGish and PaSST against the originals' outputs, and their doors."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.neural

from seehear.errors import InputError  # noqa: E402
from seehear.networks import panns, passt, vggish  # noqa: E402
from seehear.networks.mel import htk_bank, kaldi_bank, slaney_bank  # noqa: E402
from seehear.networks.state import unfilled  # noqa: E402
from tests.golden_case import GoldenCase  # noqa: E402

NETWORKS = {"panns_cnn14_16k": panns.Cnn14, "vggish": vggish.Vggish, "passt_s_swa": passt.Passt}


@pytest.mark.golden
@pytest.mark.parametrize("name", NETWORKS)
def test_keys_and_shapes_are_the_originals(name):
    with unfilled():
        own = NETWORKS[name]().state_dict()
    assert {key: tuple(value.shape) for key, value in own.items()} == GoldenCase(name).shapes


@pytest.mark.golden
@torch.inference_mode()
def test_panns_is_the_originals():
    case = GoldenCase("panns_cnn14_16k")
    door = panns.load(case.weights())
    wave = case.signal("wave", 32000, 16000)
    case.check("logmel", door.network.logmel(torch.from_numpy(wave)))
    heard = door.hear(wave, 16000)
    case.check("out.2048", heard.features[None])
    case.check("out.logits", heard.logits[None])
    case.check("out.clipwise_output", 1 / (1 + np.exp(-heard.logits[None].astype(np.float64))))
    twice = door.hear(np.vstack([wave, wave]), 16000)
    np.testing.assert_allclose(twice.features, heard.features, rtol=1e-4, atol=1e-5)
    with pytest.raises(InputError, match=r"at least 0\.31 s of sound, got 0\.025 s"):
        door.hear(wave[:, :400], 16000)


@pytest.mark.golden
def test_vggish_is_the_originals():
    case = GoldenCase("vggish")
    door = vggish.load(case.weights())
    wave = case.signal("wave", 48000, 16000)
    case.check("examples", vggish.examples(wave[0]))
    case.check("embedding", door.hear(wave, 16000)[None])
    with pytest.raises(InputError, match=r"at least 0\.975 s of sound, got 0\.500 s"):
        door.hear(wave[:, :8000], 16000)


@pytest.mark.golden
@torch.inference_mode()
def test_passt_is_the_originals():
    case = GoldenCase("passt_s_swa")
    weights = case.weights()
    published = {key.removeprefix("net."): value for key, value in weights.items() if key != "device_proxy"}
    door = passt.load(published)
    wave = case.signal("wave", 256000, 32000)
    padded = torch.from_numpy(np.pad(wave, ((0, 0), (0, 64000))))
    case.check("log_mel", passt.log_mel(padded), max_rel=2e-4)
    heard = door.hear(wave, 32000)
    case.check("features", heard.features[None])
    case.check("logits", heard.logits[None])


def test_banks_of_triangles_sum_to_one_between_their_ends():
    htk = htk_bank(16000, 4096, 20, 300.0, 7000.0)
    inside = slice(int(600 / 16000 * 4096), int(6000 / 16000 * 4096))
    np.testing.assert_allclose(kaldi_bank(16000, 4096, 20, 300.0, 7000.0).sum(axis=0)[inside], 1.0, atol=1e-9)
    np.testing.assert_allclose(htk.sum(axis=0)[inside], 1.0, atol=1e-9)
    assert slaney_bank(16000, 512, 64, 50.0, 8000.0).shape == (64, 257)
    areas = slaney_bank(16000, 65536, 30, 0.0, 8000.0).sum(axis=1) * 16000 / 65536
    np.testing.assert_allclose(areas, 1.0, rtol=1e-3)


def test_weights_of_another_network_are_refused():
    with pytest.raises(InputError, match="not the weights of vggish: 18 lacking"):
        vggish.load({"fc1.weight": np.zeros((2, 2), np.float32)})
