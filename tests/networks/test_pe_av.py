"""PE-AV's sound and text out of a whole model's folder, with a small random model."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.neural

from seehear.errors import InputError  # noqa: E402
from seehear.networks import pe_av  # noqa: E402
from tests.networks.test_hub_models import _Letters  # noqa: E402

SMALL = {
    "hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2,
    "num_key_value_heads": 2, "head_dim": 16,
}  # fmt: skip
DAC = {"encoder_hidden_size": 4, "hidden_size": 64, "codebook_dim": 16, "n_codebooks": 1, "decoder_hidden_size": 16}
TEXT = {
    "model_type": "modernbert", "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1,
    "num_attention_heads": 2, "vocab_size": 64, "pad_token_id": 1, "bos_token_id": 2, "eos_token_id": 3,
    "cls_token_id": 2, "sep_token_id": 3,
}  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder of the whole model in two files, without its picture encoder, and the sound model in it."""
    import json

    from safetensors.torch import save_file
    from transformers import PeAudioModel, PeAudioVideoConfig

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("pe_av")
    config = PeAudioVideoConfig(
        text_config=TEXT, audio_video_config={"audio_config": {**SMALL, "dac_config": DAC}, **SMALL}
    )
    config.save_pretrained(folder)
    model = PeAudioModel(config.audio_config).eval()
    text, rest = {}, {"video_model.proj.weight": torch.zeros(1)}
    for key, value in model.state_dict().items():
        (text if key.startswith("text_model.") else rest)[
            key if key.startswith("text_model.") else f"audio_model.{key}"
        ] = value.contiguous()
    files = {"a.safetensors": text, "b.safetensors": rest}
    for name, state in files.items():
        save_file(state, folder / name)
    held = {key: name for name, state in files.items() for key in state}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": held}))
    return folder, model


def test_sound_and_text_are_taken_out_of_the_whole(made, monkeypatch):
    folder, model = made
    monkeypatch.setattr("transformers.AutoTokenizer.from_pretrained", lambda *_, **__: _Letters())
    door = pe_av.load("pe_av_small", folder)
    for key, value in model.state_dict().items():
        assert torch.equal(door.model.state_dict()[key], value), key
    wave = np.random.default_rng(0).standard_normal((2, 24000)).astype(np.float32) * 0.1
    cosines = door.match(wave, 24000, ["a dog", "rain on tin"])
    assert cosines.shape == (2,)
    assert (np.abs(cosines) <= 1.0001).all()
    with pytest.raises(InputError, match=r"at least 0\.04 s of sound, got 0\.010 s"):
        door.match(wave[:, :240], 24000, ["a"])


def test_a_folder_that_lacks_parts_is_told(made, tmp_path):
    folder, _ = made
    (tmp_path / "config.json").write_text((folder / "config.json").read_text())
    (tmp_path / "model.safetensors").write_bytes((folder / "a.safetensors").read_bytes())
    with pytest.raises(InputError, match=r"not the weights of pe_av_small's sound and text: .* lacking"):
        pe_av.load("pe_av_small", tmp_path)
    with pytest.raises(InputError, match="expected one of pe_av_small"):
        pe_av.load("pe_av")
