"""DOVER against the original's outputs, and its door."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.neural

from seehear.errors import InputError  # noqa: E402
from seehear.networks import dover, fragment_swin  # noqa: E402
from seehear.networks.state import unfilled  # noqa: E402
from tests.golden_case import GoldenCase  # noqa: E402


@pytest.fixture(scope="module")
def case():
    return GoldenCase("dover")


@pytest.fixture(scope="module")
def door(case):
    return dover.load(case.weights())


@pytest.mark.golden
@torch.inference_mode()
def test_both_halves_are_the_originals(case, door):
    with unfilled():
        own = dover.Dover().state_dict()
    assert {key: tuple(value.shape) for key, value in own.items()} == case.shapes
    for half in ("technical", "aesthetic"):
        frames = torch.from_numpy(case.normal(half, (1, 3, 32, 224, 224)))
        scores = getattr(door.network, half)(frames)
        case.check(f"{half}.score_map", scores)
        case.check(f"{half}.score", scores.mean())


@pytest.mark.golden
@torch.inference_mode()
def test_the_first_layers_are_the_originals(case, door):
    frames = torch.from_numpy(case.normal("technical", (1, 3, 32, 224, 224)))
    case.check("technical.patch_embed", door.network.technical_backbone.patch_embed(frames).permute(0, 4, 1, 2, 3))


def test_windows_are_cut_and_pasted_back():
    x = torch.arange(16 * 14 * 14).view(1, 16, 14, 14, 1).float()
    windows = fragment_swin._cut(x)
    assert windows.shape == (1, 2 * 2 * 2, 392, 1)
    assert windows[0, 1, 0, 0] == 7
    assert torch.equal(fragment_swin._pasted(windows, (16, 14, 14)), x)


def test_frames_are_chosen_without_chance_and_evenly():
    technical, aesthetic = dover.technical_frames(240), dover.aesthetic_frames(240)
    assert (len(technical), len(aesthetic)) == (96, 32)
    assert technical[:2] == [8, 10]
    assert technical[32] == 88
    assert aesthetic[:2] == [2, 9]
    assert max(dover.technical_frames(50)) < 50
    assert dover.aesthetic_frames(10) == [0] * 32


def test_fragments_are_pieces_of_the_frame():
    frames = np.random.default_rng(0).integers(0, 255, (2, 448, 672, 3), dtype=np.uint8)
    pasted = dover.fragments(frames)
    assert pasted.shape == (3, 2, 224, 224)
    back = pasted[:, 1].permute(1, 2, 0).numpy() * np.array(dover._STD) + np.array(dover._MEAN)
    # 64 x 96 parts: 16 pixels in from the top, 32 from the left
    np.testing.assert_allclose(back[:32, :32], frames[1, 16:48, 32:64], atol=1e-3)
    np.testing.assert_allclose(back[-32:, -32:], frames[1, 400:432, 608:640], atol=1e-3)
    assert dover.fragments(frames[:, :100, :60]).shape == (3, 2, 224, 224)


def test_the_scale_is_the_logistic_curve_at_any_score():
    found = dover.scaled(0.1107 + 0.07355, -0.08285 - 2 * 0.03774)
    logistic = [1 / (1 + np.exp(-value)) for value in (1.0, -2.0, 0.6104 - 2 * 0.3896)]
    assert found == pytest.approx(logistic)
    assert dover.scaled(1e4, -1e4)[:2] == (1.0, 0.0)


def test_the_door_averages_and_refuses():
    class Plain(torch.nn.Module):
        def technical(self, frames):
            assert frames.shape == (1, 3, 32, 224, 224)
            return torch.full((1, 1, 16, 7, 7), 0.1107)

        def aesthetic(self, frames):
            return torch.full((1, 1, 16, 7, 7), -0.08285)

    critic = dover.VideoCritic(Plain())
    frames = np.zeros((96, 40, 60, 3), np.uint8)
    assert critic.see(frames, frames[:32]) == pytest.approx((0.5, 0.5, 0.5), abs=1e-5)
    with pytest.raises(InputError, match="expected 96 and 32 frames, got 32 and 32"):
        critic.see(frames[:32], frames[:32])
