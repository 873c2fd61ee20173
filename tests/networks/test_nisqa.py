"""NISQA against the original's outputs, and its door."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.neural

from seehear.errors import InputError  # noqa: E402
from seehear.networks import nisqa  # noqa: E402
from seehear.networks.state import unfilled  # noqa: E402
from tests.golden_case import GoldenCase  # noqa: E402


@pytest.mark.golden
@torch.inference_mode()
def test_nisqa_is_the_originals():
    case = GoldenCase("nisqa")
    with unfilled():
        own = nisqa.Nisqa().state_dict()
    assert {key: tuple(value.shape) for key, value in own.items()} == case.shapes
    network = nisqa.load(case.weights()).network
    wave = torch.from_numpy(case.signal("wave", 24000, 16000)[0])
    decibels = nisqa.mel_db(wave, 16000)
    case.check("mel_db", decibels)
    heard = nisqa.segmented(decibels)
    assert len(heard) == 35
    drawn = torch.from_numpy(case.normal("segments", (41, 1, 48, 15), mean=-30.0, std=15.0))
    both = torch.stack([torch.nn.functional.pad(heard, (0, 0, 0, 0, 0, 0, 0, 6)), drawn])
    lengths = torch.tensor([35, 41])
    case.check("cnn", network.framed(both, lengths))
    case.check("scores", network(both, lengths))
    alone = network(heard[None], torch.tensor([35]))
    torch.testing.assert_close(alone[0], network(both, lengths)[0], rtol=1e-4, atol=1e-4)


def test_the_door_takes_any_rate_and_refuses_what_is_too_short_or_long():
    door = nisqa.load(GoldenCase("nisqa").weights())
    wave = np.random.default_rng(0).standard_normal((2, 48000)).astype(np.float32) * 0.1
    found = door.hear(wave, 48000)
    assert np.isfinite(found).all()
    assert found == door.hear(wave, 48000)
    with pytest.raises(InputError, match="more than 2048 samples"):
        door.hear(wave[:, :2000], 16000)
    with pytest.raises(InputError, match=r"at least 0\.15 s"):
        nisqa.segmented(torch.zeros(48, 14))
    with pytest.raises(InputError, match="at most 52 s"):
        door.hear(np.zeros((1, 16000 * 60), np.float32), 16000)
