"""A head for latents whose signs are chance: the last layer gives a mean and a variance, and these the velocity.

If a latent's value is normal with mean m and variance s given all that is known, what is expected of it at a point x of
the path at time t, and so the velocity, is known in closed form: v = ((1 - t) m + (t s - (1 - t)) x) / (t^2 s +
(1 - t)^2). A narrow network then need not carry every value of x through itself, only how loud the value will be; at
the start (m = 0, s = 1) its velocity is already right for noise of the latents' size. Derived from Lipman et al., arXiv
2210.02747, eq. 8, by conditioning two normal variables.
"""

import torch
from torch import Tensor

NARROWEST = 0.02
"""The least of 1 - t in the denominator."""


def gaussian_velocity(given: Tensor, latent: Tensor, time: Tensor) -> Tensor:
    """Give the velocity.

    Args:
        given: (batch, ..., 2 channels) means, then logarithms of variances.
        latent: (batch, ..., channels) on the path.
        time: (batch,) or one number, in [0, 1].

    Example:
        >>> silence = torch.tensor([[0.0, -30.0]])
        >>> gaussian_velocity(silence, torch.tensor([[0.5]]), torch.tensor([0.5])).round(decimals=2)  # to 0 in time
        tensor([[-1.]])
    """
    mean, log = given.chunk(2, dim=-1)
    at = time.expand(latent.shape[0]).reshape(-1, *[1] * (latent.ndim - 1)).to(latent.dtype)
    variance, left = log.clamp(-12.0, 4.0).exp(), 1 - at
    spread = at.square() * variance + left.clamp(min=NARROWEST).square()
    return (left * mean + (at * variance - left) * latent) / spread


def with_magnitudes(latent: Tensor) -> Tensor:
    """Give (..., 2 channels): the values, then their magnitudes, the mean of a standard normal's taken off."""
    return torch.cat([latent, latent.abs() - 0.8], dim=-1)
