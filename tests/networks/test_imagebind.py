"""ImageBind-huge, tower by tower, against the original's outputs, and its door."""

import json

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.neural

from seehear.errors import InputError  # noqa: E402
from seehear.networks import binding  # noqa: E402
from seehear.networks.imagebind import TOWERS, ImageBind  # noqa: E402
from seehear.networks.state import unfilled  # noqa: E402
from tests.golden_case import GoldenCase  # noqa: E402


@pytest.fixture(scope="module")
def case():
    return GoldenCase("imagebind_huge")


def _tower(case, name):
    return binding.load(case.weights(lambda key: key.split(".")[1] == name), towers=(name,))


@pytest.mark.golden
def test_keys_and_shapes_are_the_originals(case):
    with unfilled():
        own = ImageBind().state_dict()
    wanted = {key: shape for key, shape in case.shapes.items() if key.split(".")[1] in TOWERS}
    assert {key: tuple(value.shape) for key, value in own.items()} == wanted


@pytest.mark.golden
@torch.inference_mode()
def test_sight_is_the_originals(case):
    network = _tower(case, "vision").network
    case.check("vision", network.see(torch.from_numpy(case.normal("vision", (1, 3, 224, 224)))))
    clips = torch.from_numpy(case.normal("video", (1, 2, 3, 2, 224, 224)))
    case.check("vision_two_clips", network.see(clips[0]).mean(dim=0, keepdim=True))


@pytest.mark.golden
@torch.inference_mode()
def test_sound_is_the_originals(case):
    door = _tower(case, "audio")
    clips = torch.from_numpy(case.normal("audio", (1, 3, 1, 128, 204), std=0.5))
    case.check("audio", door.network.hear(clips[0]).mean(dim=0, keepdim=True))
    heard = door.hear(case.signal("wave", 30000, 10000, 2), 10000)
    assert heard.shape == (1024,)
    assert 10.0 < np.linalg.norm(heard) <= 20.001
    with pytest.raises(InputError, match=r"at least 0\.025 s"):
        door.hear(np.zeros((1, 100), np.float32), 16000)


@pytest.mark.golden
@torch.inference_mode()
def test_text_is_the_originals(case):
    network = _tower(case, "text").network
    tokens = torch.zeros(1, 77, dtype=torch.int64)
    tokens[0, 0], tokens[0, 12] = 49406, 49407
    tokens[0, 1:12] = torch.from_numpy(case.integers("text", (11,), 256, 49000))
    case.check("text", network.read(tokens))


def test_fifteen_views_of_five_clips():
    frames = np.zeros((80, 20, 40, 3), np.uint8)
    frames[:, :, :20] = 255
    frames[50:] = 128
    chosen = binding.chosen(80, fps=10.0)
    seen = binding.views(frames[chosen])
    assert seen.shape == (15, 3, 2, 224, 224)
    left, middle, right = (float(view[0, 0].mean()) for view in seen[:3])
    assert left > middle > right
    assert float(seen[-1].std(dim=(1, 2, 3)).max()) < 1e-5
    assert binding.chosen(1, fps=10.0) == [0] * 10
    assert binding.views(frames[chosen].transpose(0, 2, 1, 3).copy()).shape == (15, 3, 2, 224, 224)
    with pytest.raises(InputError, match="positive frame rate"):
        binding.chosen(10, fps=0.0)


def test_a_pure_tone_lies_in_its_band():
    time = np.arange(32000) / 16000
    picture = binding.pictures(np.sin(2 * np.pi * 1000 * time).astype(np.float32))[0, 0]
    mel = 1127 * np.log(1 + np.array([20.0, 1000.0, 8000.0]) / 700)
    band = (mel[1] - mel[0]) / (mel[2] - mel[0]) * 129 - 1
    assert abs(int(picture[:, :198].mean(dim=1).argmax()) - band) <= 1
    assert torch.allclose(picture[:, 198:], torch.tensor(4.268 / 9.138))


def test_text_becomes_numbers_and_is_cut(tmp_path):
    letters = [chr(97 + i) for i in range(26)]
    words = ["<|startoftext|>", "<|endoftext|>", *letters, *(f"{one}</w>" for one in letters)]
    (tmp_path / "vocab.json").write_text(json.dumps({word: i for i, word in enumerate(words)}))
    (tmp_path / "merges.txt").write_text("#version: 0.2\n")
    numbers = binding.tokens(["a B", "ab " * 50], tmp_path)
    assert numbers.shape == (2, 77)
    assert numbers[0, :5].tolist() == [0, words.index("a</w>"), words.index("b</w>"), 1, 0]
    assert 1 not in numbers[1].tolist()


def test_wrong_towers_and_weights_are_refused():
    with pytest.raises(InputError, match="expected towers of"):
        binding.load({}, towers=("smell",))
    with pytest.raises(InputError, match="not the weights of imagebind_huge: 176 lacking"):
        binding.load({"modality_heads.vision.2.weight": np.zeros((1, 1))}, towers=("audio",))
