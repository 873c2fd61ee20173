"""CLAP and X-CLIP through transformers, with small random models."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.neural

from seehear.errors import InputError  # noqa: E402
from seehear.networks import clap, xclip  # noqa: E402


class _Letters:
    """A tokenizer: a number for each letter."""

    def __call__(self, texts, **options):
        from transformers import BatchEncoding

        longest = max(map(len, texts))
        rows = [[2 + ord(letter) % 40 for letter in text] + [1] * (longest - len(text)) for text in texts]
        ids = torch.tensor(rows)
        return BatchEncoding({"input_ids": ids, "attention_mask": (ids != 1).long()})


@pytest.fixture(scope="module")
def hearing():
    from transformers import ClapConfig, ClapFeatureExtractor, ClapModel

    torch.manual_seed(0)
    text = {"vocab_size": 64, "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
            "intermediate_size": 16, "max_position_embeddings": 64}  # fmt: skip
    audio = {"patch_embeds_hidden_size": 8, "depths": [1, 1], "num_attention_heads": [1, 1], "hidden_size": 16,
             "num_hidden_layers": 2, "spec_size": 256, "num_mel_bins": 64, "window_size": 8}  # fmt: skip
    config = ClapConfig(text_config=text, audio_config=audio, projection_dim=8)
    return clap.Clap(ClapModel(config).eval(), ClapFeatureExtractor(), _Letters())


def test_clap_gives_unit_vectors_and_the_same_ones_each_time(hearing):
    wave = np.random.default_rng(0).standard_normal((2, 24000 * 13)).astype(np.float32) * 0.1
    heard = hearing.hear(wave, 24000)
    assert heard.shape == (8,)
    assert np.linalg.norm(heard) == pytest.approx(1.0, abs=1e-5)
    np.testing.assert_array_equal(heard, hearing.hear(wave, 24000))
    read = hearing.read(["a dog", "rain on tin"])
    np.testing.assert_allclose(np.linalg.norm(read, axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(read[1:], hearing.read(["rain on tin"]), atol=1e-5)


def test_long_sounds_are_covered_by_windows():
    mono = np.arange(48000 * 25, dtype=np.float32)
    found = clap.windows(mono)
    assert [one[0] / 48000 for one in found] == [0.0, 7.5, 15.0]
    assert found[-1][-1] == mono[-1]
    assert [len(one) for one in clap.windows(mono[:1000])] == [1000]


def test_xclip_matches_a_video_with_texts():
    from transformers import XCLIPConfig, XCLIPModel

    torch.manual_seed(0)
    text = {"vocab_size": 64, "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
            "intermediate_size": 16, "max_position_embeddings": 40, "eos_token_id": 2}  # fmt: skip
    vision = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16,
              "image_size": 32, "patch_size": 16, "num_frames": 4, "mit_hidden_size": 16, "mit_intermediate_size": 16,
              "mit_num_hidden_layers": 1, "mit_num_attention_heads": 2}  # fmt: skip
    config = XCLIPConfig(text_config=text, vision_config=vision, projection_dim=16, prompt_num_attention_heads=2)
    door = xclip.XClip(XCLIPModel(config).eval(), _Letters())
    assert door.chosen(80) == [10, 30, 50, 70]
    assert door.chosen(1) == [0, 0, 0, 0]
    frames = np.random.default_rng(0).integers(0, 255, (4, 40, 70, 3), dtype=np.uint8)
    cosines = door.match(frames, ["a dog", "a car passes"])
    assert cosines.shape == (2,)
    assert (np.abs(cosines) <= 1.0001).all()
    with pytest.raises(InputError, match="expected 4 frames, as `chosen` names them, got 3"):
        door.match(frames[:3], ["a"])


def test_a_folder_that_is_not_theirs_is_told_in_one_line(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "clap"}')
    for load in (clap.load, xclip.load):
        with pytest.raises(InputError, match=r"cannot read (ClapModel|XCLIPModel) from") as told:
            load(tmp_path)
        assert "\n" not in str(told.value)
