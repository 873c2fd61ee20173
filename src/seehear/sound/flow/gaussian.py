"""Heads that give a normal distribution in place of a velocity, and what is known of it before any noise is seen.

If a latent's value is normal with mean m and variance s given all that is known, what is expected of it at a point x of
the path at time t, and so the velocity, is known in closed form: v = ((1 - t) m + (t s - (1 - t)) x) / (t^2 s +
(1 - t)^2). A narrow network then need not carry every value of x through itself, only how loud the value will be. What
picture and words alone say is a prior, a small layer on the conditions, which learns by likelihood without any noise;
the network adds to its mean and to the logarithm of its variance. Derived from Lipman et al., arXiv 2210.02747, eq. 8,
by conditioning two normal variables.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from seehear.sound.flow.layers import GatedFeedForward

NARROWEST = 0.02
"""The least of 1 - t in the denominator."""

LEAST, MOST = -7.0, 3.0
"""Of the logarithm of a variance; latents have variance 1 on the whole."""


AUDIBLE = 0.05
"""Power of both ears together from which their difference counts."""


class Normal(NamedTuple):
    """Normal distributions.

    Attributes:
        mean: any shape.
        log: logarithm of the variance, the same shape.
    """

    mean: Tensor
    log: Tensor

    def moved(self, given: Tensor) -> "Normal":
        """Move by (..., 2 channels): the mean in deviations, then the logarithm, by 2 at most.

        Bounded, so that what is heard of a difference between the ears stays near what the conditions say of it.
        """
        mean, log = given.chunk(2, dim=-1)
        return Normal(self.mean + mean * (0.5 * self.log).exp(), self.log + 2 * torch.tanh(log / 2))

    def surprise(self, latent: Tensor) -> Tensor:
        """Give the negative log likelihood of a latent, one number, up to a constant."""
        return 0.5 * (self.log + (latent - self.mean).square() * (-self.log).exp()).mean()

    def apart(self, latents: Tensor, weights: Tensor | None = None) -> Tensor:
        """Give how wrong the difference between two ears is, one number.

        Likelihood alone says little of a difference that is small beside the level itself.

        Args:
            latents: the true ones, (batch, 2, frames, channels).
            weights: (channels,) of the squared errors of the means, sum 1; None: signs are not foreseen, and the
                logarithms of power are compared, over 4 frames and 16 channels at a time, where there is any.
        """
        if weights is not None:
            return ((self.mean.diff(dim=1) - latents.diff(dim=1)).square() @ weights).mean()
        mine, theirs = (_power(one) for one in (self.log.exp(), latents.square()))
        gap = mine.log().diff(dim=1) - theirs.log().diff(dim=1)
        there = (theirs.sum(dim=1, keepdim=True) > AUDIBLE).to(gap.dtype)
        return (gap.square() * there).sum() / there.sum().clamp(min=1.0)

    def velocity(self, latent: Tensor, time: Tensor) -> Tensor:
        """Give the velocity at a point of the path.

        Args:
            latent: (batch, ...) on the path.
            time: (batch,) or one number, in [0, 1].

        Example:
            >>> silence = Normal(torch.zeros(1, 1), torch.full((1, 1), -30.0))
            >>> silence.velocity(torch.tensor([[0.5]]), torch.tensor([0.5])).round(decimals=2)  # to 0 in time
            tensor([[-1.]])
        """
        at = time.expand(latent.shape[0]).reshape(-1, *[1] * (latent.ndim - 1)).to(latent.dtype)
        variance, left = self.log.clamp(LEAST - 3, MOST + 1).exp(), 1 - at
        spread = at.square() * variance + left.clamp(min=NARROWEST).square()
        return (left * self.mean + (at * variance - left) * latent) / spread


class Prior(nn.Module):
    """What the conditions alone say of a latent.

    Args:
        width: of the conditions.
        channels: of the latent.
        signed: whether signs are foreseen; else the mean is 0, and the variance a sum of ``parts`` spectra, each as
            loud as the conditions say: powers add up.
        parts: how many.
    """

    def __init__(self, width: int, channels: int, *, signed: bool, parts: int = 48) -> None:
        super().__init__()
        self.norm, self.mixed = nn.LayerNorm(width), GatedFeedForward(width, 3)
        self.out = nn.Linear(width, 2 * channels if signed else parts)
        self.spectra = None if signed else nn.Parameter(0.5 * torch.randn(parts, channels))

    def forward(self, conditions: Tensor) -> Normal:
        """Give the distribution (..., frames, channels) of conditions (..., frames, width)."""
        flat = self.norm(conditions).flatten(0, -3)
        found = self.out(flat + self.mixed(flat)).unflatten(0, conditions.shape[:-2])
        if self.spectra is None:
            mean, log = found.chunk(2, dim=-1)
            return Normal(mean, log.clamp(LEAST, MOST))
        loud = (found.clamp(-12, 6) - math.log(self.spectra.shape[0])).exp() @ self.spectra.clamp(-9, 6).exp()
        log = (loud + math.exp(LEAST)).log()
        return Normal(torch.zeros_like(log), log.clamp(max=MOST))


def _power(values: Tensor) -> Tensor:
    """Average (batch, 2, frames, channels) over 4 frames and 16 channels, with a little more."""
    return functional.avg_pool2d(values, (4, min(16, values.shape[-1]))) + 0.1 * AUDIBLE


def with_magnitudes(latent: Tensor) -> Tensor:
    """Give (..., 2 channels): the values, then their magnitudes, the mean of a standard normal's taken off."""
    return torch.cat([latent, latent.abs() - 0.8], dim=-1)
