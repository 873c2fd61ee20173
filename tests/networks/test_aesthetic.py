"""The aesthetic head against the original's outputs, and the door with a small encoder."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.neural

from seehear.errors import InputError  # noqa: E402
from seehear.networks import aesthetic  # noqa: E402
from seehear.networks.state import unfilled  # noqa: E402
from tests.golden_case import GoldenCase  # noqa: E402


@pytest.mark.golden
@torch.inference_mode()
def test_the_head_is_the_originals():
    case = GoldenCase("aesthetic_v2_5_head")
    with unfilled():
        own = aesthetic.AestheticHead().state_dict()
    assert {key: tuple(value.shape) for key, value in own.items()} == case.shapes
    embedding = torch.from_numpy(case.normal("embedding", (4, 1152)))
    head = aesthetic.load_head(case.weights())
    case.check("score_of_normalised", head(torch.nn.functional.normalize(embedding, dim=-1)))


def test_the_door_scores_pictures_and_refuses_another_encoder(tmp_path):
    from transformers import SiglipVisionConfig, SiglipVisionModel

    sizes = {"num_hidden_layers": 1, "num_attention_heads": 2, "image_size": 384, "patch_size": 192}
    for width in (1152, 64):
        config = SiglipVisionConfig(hidden_size=width, intermediate_size=32, **sizes)
        SiglipVisionModel(config).save_pretrained(tmp_path / str(width))
    weights = GoldenCase("aesthetic_v2_5_head").weights()
    door = aesthetic.load(weights, encoder=tmp_path / "1152")
    frames = np.random.default_rng(0).integers(0, 255, (2, 30, 50, 3), dtype=np.uint8)
    scores = door.see(frames)
    assert scores.shape == (2,)
    assert np.isfinite(scores).all()
    assert scores[0] != scores[1]
    with pytest.raises(InputError, match="expected SigLIP of width 1152"):
        aesthetic.load(weights, encoder=tmp_path / "64")
