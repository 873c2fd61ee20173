"""CLIP in open_clip's layout, against the independent implementation of transformers."""

import json

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from seehear.errors import InputError  # noqa: E402
from seehear.networks.inputs import CLIP_MEAN, CLIP_STD  # noqa: E402
from seehear.sound.flow import clip  # noqa: E402

pytestmark = pytest.mark.neural


@pytest.fixture(scope="module")
def twin():
    """A small random CLIP of transformers, and the same weights in open_clip's layout."""
    from transformers import CLIPConfig, CLIPModel

    side = {"num_hidden_layers": 2, "num_attention_heads": 2, "hidden_act": "quick_gelu"}
    config = CLIPConfig(
        text_config=side
        | {
            "hidden_size": 16,
            "intermediate_size": 64,
            "vocab_size": 200,
            "max_position_embeddings": 12,
            "eos_token_id": 191,
        },
        vision_config=side | {"hidden_size": 24, "intermediate_size": 96, "image_size": 16, "patch_size": 4},
        projection_dim=10,
    )
    model = CLIPModel(config).eval()
    made = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for value in model.parameters():
            value.copy_(torch.randn(value.shape, generator=made) * 0.3)
    return model, _open_clip(model.state_dict())


def _open_clip(theirs):
    out = {
        "visual.class_embedding": theirs["vision_model.embeddings.class_embedding"],
        "visual.positional_embedding": theirs["vision_model.embeddings.position_embedding.weight"],
        "visual.proj": theirs["visual_projection.weight"].T,
        "visual.conv1.weight": theirs["vision_model.embeddings.patch_embedding.weight"],
        "token_embedding.weight": theirs["text_model.embeddings.token_embedding.weight"],
        "positional_embedding": theirs["text_model.embeddings.position_embedding.weight"],
        "text_projection": theirs["text_projection.weight"].T,
        "logit_scale": theirs["logit_scale"],
    }
    norms = {"visual.ln_pre": "vision_model.pre_layrnorm", "visual.ln_post": "vision_model.post_layernorm"}
    for ours, name in (norms | {"ln_final": "text_model.final_layer_norm"}).items():
        out |= {f"{ours}.{part}": theirs[f"{name}.{part}"] for part in ("weight", "bias")}
    parts = {"ln_1": "layer_norm1", "ln_2": "layer_norm2", "mlp.c_fc": "mlp.fc1", "mlp.c_proj": "mlp.fc2"}
    for tower, start in (("vision", "visual."), ("text", "")):
        for layer in (0, 1):
            name, ours = f"{tower}_model.encoder.layers.{layer}", f"{start}transformer.resblocks.{layer}"
            for part in ("weight", "bias"):
                three = [theirs[f"{name}.self_attn.{one}_proj.{part}"] for one in "qkv"]
                out[f"{ours}.attn.in_proj_{part}"] = torch.cat(three)
                out[f"{ours}.attn.out_proj.{part}"] = theirs[f"{name}.self_attn.out_proj.{part}"]
                out |= {f"{ours}.{mine}.{part}": theirs[f"{name}.{other}.{part}"] for mine, other in parts.items()}
    return {key: value.clone() for key, value in out.items()}


def _loaded(state):
    network = clip.Clip(clip.sizes_of(state, head_width=12, text_head_width=8))
    clip.load_state(network, state, name="tiny")
    return network


def test_pictures_are_seen_as_transformers_sees_them(twin):
    model, state = twin
    frames = np.random.default_rng(0).integers(0, 256, (3, 16, 16, 3), dtype=np.uint8)
    images = (
        torch.from_numpy(frames).permute(0, 3, 1, 2) / 255 - torch.tensor(CLIP_MEAN).view(3, 1, 1)
    ) / torch.tensor(CLIP_STD).view(3, 1, 1)
    with torch.inference_mode():
        want = model.visual_projection(model.vision_model(images).pooler_output)
    got = clip.ClipFeatures(_loaded(state), side=16).see(frames)
    np.testing.assert_allclose(got, torch.nn.functional.normalize(want, dim=-1), atol=2e-6)


def test_texts_give_all_hidden_states_and_are_filled_with_zeros(twin, vocabulary):
    model, state = twin
    features = clip.ClipFeatures(_loaded(state), clip.tokenizer_in(vocabulary), side=16)
    tokens = features.words("a dog")
    assert tokens.tokens.tolist()[:4] == [190, 158, 189, 191]
    assert tokens.tokens.tolist()[4:] == [0] * 8
    assert tokens.cut == ""
    with torch.inference_mode():
        want = model.text_model(torch.from_numpy(tokens.tokens)[None]).last_hidden_state
    got = features.read(["a dog"])
    np.testing.assert_allclose(got, torch.nn.functional.normalize(want, dim=-1), atol=2e-6)


def test_what_does_not_fit_is_told(twin, vocabulary):
    features = clip.ClipFeatures(_loaded(twin[1]), clip.tokenizer_in(vocabulary), side=16)
    words = features.words("dog " * 10 + "do do dog")
    assert words.tokens.tolist() == [190] + [189] * 10 + [191]
    assert words.cut == "do do dog"


def test_bad_input_is_told(twin):
    with pytest.raises(InputError, match=r"vocab.json and merges.txt"):
        clip.ClipFeatures(_loaded(twin[1]), side=16).read(["a"])
    with pytest.raises(InputError, match="open_clip's layout"):
        clip.load({"a": torch.zeros(1)})


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory):
    """A folder with a small vocabulary: single letters, "do" and "dog"."""
    folder = tmp_path_factory.mktemp("vocabulary")
    letters = [chr(one) for one in range(33, 127)]
    words = [*letters, *(f"{one}</w>" for one in letters), "do", "dog</w>", "<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({word: at for at, word in enumerate(words)}))
    (folder / "merges.txt").write_text("#version: 0.2\nd o\ndo g</w>\n")
    return folder
