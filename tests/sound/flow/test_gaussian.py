"""The closed form of a normal latent's velocity, and what is learned of it before any noise."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from seehear.sound.flow.gaussian import Normal, Prior  # noqa: E402
from seehear.sound.flow.matching import between_ears, sample  # noqa: E402

pytestmark = pytest.mark.neural


def test_the_velocity_is_what_is_expected_given_the_point():
    """Against the regression line of many drawn pairs."""
    rng = np.random.default_rng(0)
    mean, deviation, time = 0.7, 1.8, 0.35
    noise, sound = rng.standard_normal(400_000), mean + deviation * rng.standard_normal(400_000)
    x = (1 - time) * noise + time * sound
    slope, offset = np.polyfit(x, sound - noise, 1)
    normal = Normal(torch.tensor([[mean]]), torch.tensor([[2 * np.log(deviation)]]))
    for point in (-1.0, 0.0, 2.0):
        found = normal.velocity(torch.tensor([[point]]), torch.tensor([time]))
        assert found.item() == pytest.approx(slope * point + offset, abs=0.02)


def test_following_it_gives_the_distribution():
    noise = torch.randn(20_000, 1, generator=torch.Generator().manual_seed(0))
    normal = Normal(torch.full((1, 1), -0.5), torch.full((1, 1), np.log(0.09)))
    made = sample(lambda x, t: normal.velocity(x, t), noise, steps=100)
    assert made.mean().item() == pytest.approx(-0.5, abs=0.02)
    assert made.std().item() == pytest.approx(0.3, abs=0.02)
    assert torch.corrcoef(torch.cat([made, noise], dim=1).T)[0, 1] > 0.999


def test_the_prior_learns_levels_by_likelihood():
    torch.manual_seed(0)
    prior = Prior(4, 3, signed=False, parts=8)
    conditions = torch.tensor([[1.0, 0, 0, 0], [0, 1.0, 0, 0]])[:, None].expand(-1, 4, -1)
    truth = torch.tensor([[1.0, 0.3, 0.1], [0.1, 0.1, 1.5]])[:, None]
    optimiser = torch.optim.Adam(prior.parameters(), lr=5e-2)
    for _ in range(80):
        loss = prior(conditions).surprise(truth.expand(-1, 4, -1))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    found = (0.5 * prior(conditions).log).exp().mean(dim=1)
    assert ((found / truth[:, 0]).log().abs() < 0.3).all()


def test_a_difference_of_the_ears_that_is_wrong_costs():
    latents = torch.randn(2, 2, 8, 32, generator=torch.Generator().manual_seed(1))
    latents[:, 1] *= 0.25
    level = torch.full((2, 2, 8, 32), 0.0)
    right = Normal(torch.zeros_like(level), level.clone())
    right.log[:, 1] -= 2 * np.log(4)
    wrong = Normal(torch.zeros_like(level), right.log.flip(1))
    assert right.apart(latents) < 0.3 < 10 < wrong.apart(latents)
    means = Normal(latents, level)
    weights = torch.full((32,), 1 / 32)
    assert means.apart(latents, weights) == 0
    assert means.apart(latents.flip(1), weights) > 1


def test_ears_have_as_much_noise_in_common_as_is_asked():
    drawn = torch.randn(1, 3, 100_000, generator=torch.Generator().manual_seed(2))
    for common in (0.0, 0.5, 1.0):
        ears = between_ears(drawn, common)[0]
        assert torch.corrcoef(ears)[0, 1].item() == pytest.approx(common, abs=0.02)
        assert ears.std(dim=1).tolist() == pytest.approx([1, 1], abs=0.02)
