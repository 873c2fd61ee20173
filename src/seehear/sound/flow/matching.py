"""Flow matching: the straight path from noise to sound, its training loss, and guided sampling along it.

x(t) = (1 - t) noise + t sound, velocity = sound - noise; time runs from 0 (noise) to 1 (sound). Reference: Lipman et
al., "Flow matching for generative modeling", arXiv 2210.02747; logit-normal times: Esser et al., arXiv 2403.03206.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, Protocol

import torch
from torch import Tensor

from seehear.errors import InputError

STEPS, STRENGTH = 25, 4.5
"""Published defaults: Euler steps, and the strength of guidance."""

Velocity = Callable[[Tensor, Tensor], Tensor]
"""(batch, ...) latent and (batch,) time to velocity."""


class Steerable(Protocol):
    """Conditions of which two can be stacked along the batch."""

    def beside(self, other: Any) -> Any:  # noqa: ANN401 - each network has its own conditions
        """Give both, one after the other."""
        ...


class Guided:
    """The velocity of a network under classifier-free guidance: w * conditional + (1 - w) * empty.

    Both are computed in one batch, out of conditions that were prepared once.

    Args:
        network: (latent, time, conditions) -> velocity.
        conditions: of the clip.
        empty: conditions of nothing, of the same shapes; None = no guidance.
        strength: w; at 1 or below the empty side is not computed.
        dtype: what the network computes in (its weights must be cast to it); None = the latent's.
        in_one_batch: False runs the two sides one after the other: half the memory.

    Reference: Ho and Salimans, "Classifier-free diffusion guidance", arXiv 2207.12598.
    """

    def __init__(
        self,
        network: Callable[..., Tensor],
        conditions: Steerable,
        empty: Steerable | None = None,
        *,
        strength: float = STRENGTH,
        dtype: torch.dtype | None = None,
        in_one_batch: bool = True,
    ) -> None:
        self._network, self._strength, self._dtype = network, strength, dtype
        self._conditions, self._empty = conditions, empty if strength > 1 else None
        self._both = conditions.beside(self._empty) if self._empty is not None and in_one_batch else None

    def __call__(self, latent: Tensor, time: Tensor) -> Tensor:
        """Give the velocity, in the latent's own type."""
        x = latent if self._dtype is None else latent.to(self._dtype)
        if self._both is not None:
            given, free = self._network(torch.cat([x, x]), torch.cat([time, time]), self._both).chunk(2)
        elif self._empty is not None:
            given, free = self._network(x, time, self._conditions), self._network(x, time, self._empty)
        else:
            return self._network(x, time, self._conditions).to(latent.dtype)
        given, free = given.to(latent.dtype), free.to(latent.dtype)
        return self._strength * given + (1 - self._strength) * free


def sample(velocity: Velocity, noise: Tensor, *, steps: int = STEPS, solver: str = "euler") -> Tensor:
    """Follow a velocity from noise at time 0 to sound at time 1, in equal steps.

    Args:
        velocity: of a latent at a time.
        noise: (batch, ...) standard normal.
        steps: how many; ``euler`` asks the velocity once a step, ``midpoint`` and ``heun`` twice.
        solver: ``euler`` (first order), ``midpoint`` or ``heun`` (second order).

    Returns:
        (batch, ...) the latent at time 1.

    Raises:
        InputError: no step, or no such solver.

    Example:
        >>> sample(lambda x, t: x, torch.ones(1, 1), steps=100, solver="midpoint").round(decimals=2)
        tensor([[2.7200]])

    Reference: Hairer, Norsett, Wanner, "Solving Ordinary Differential Equations I", section II.1.
    """
    latent = noise
    for time, step in time_steps(steps, noise.device):
        latent = stepped(velocity, latent, time, step, solver=solver)
    return latent


def time_steps(steps: int, device: torch.device | None = None) -> Iterator[tuple[Tensor, Tensor]]:
    """Give each step's time and length.

    Raises:
        InputError: no step.
    """
    if steps < 1:
        raise InputError(f"expected at least 1 step, got {steps}")
    for start, end in pairwise(torch.linspace(0, 1, steps + 1, device=device)):
        yield start, end - start


def stepped(velocity: Velocity, latent: Tensor, time: Tensor, step: Tensor, *, solver: str = "euler") -> Tensor:
    """Take one step from a latent at a time.

    Raises:
        InputError: no such solver.
    """
    if solver not in _SOLVERS:
        raise InputError(f"expected a solver out of {', '.join(_SOLVERS)}, got {solver!r}")
    return _SOLVERS[solver](velocity, latent, time.expand(len(latent)), step)


def _euler(velocity: Velocity, latent: Tensor, time: Tensor, step: Tensor) -> Tensor:
    return latent + step * velocity(latent, time)


def _midpoint(velocity: Velocity, latent: Tensor, time: Tensor, step: Tensor) -> Tensor:
    halfway = latent + step / 2 * velocity(latent, time)
    return latent + step * velocity(halfway, time + step / 2)


def _heun(velocity: Velocity, latent: Tensor, time: Tensor, step: Tensor) -> Tensor:
    first = velocity(latent, time)
    return latent + step / 2 * (first + velocity(latent + step * first, time + step))


_SOLVERS: dict[str, Callable[[Velocity, Tensor, Tensor, Tensor], Tensor]] = {
    "euler": _euler,
    "heun": _heun,
    "midpoint": _midpoint,
}


def draw_times(batch: int, generator: torch.Generator | None = None) -> Tensor:
    """Draw (batch,) times for training: the logistic function of standard normals."""
    return torch.sigmoid(torch.randn(batch, generator=generator))


def between(noise: Tensor, sound: Tensor, time: Tensor) -> Tensor:
    """Give the path's point (batch, ...) at (batch,) times."""
    at = time.reshape(-1, *[1] * (sound.ndim - 1))
    return (1 - at) * noise + at * sound


def flow_loss(velocity: Velocity, sound: Tensor, noise: Tensor, time: Tensor) -> Tensor:
    """Give the mean squared error of the velocity on the path, one number.

    Args:
        velocity: of the network being trained.
        sound: (batch, ...) normalised latents.
        noise: the same shape, standard normal.
        time: (batch,), see `draw_times`.
    """
    return (velocity(between(noise, sound, time), time) - (sound - noise)).square().mean()


def left_out(batch: int, probability: float = 0.1, generator: torch.Generator | None = None) -> Tensor:
    """Draw which samples of a batch lose a condition in training, bool (batch,)."""
    return torch.rand(batch, generator=generator) < probability


def between_ears(noise: Tensor, common: float) -> Tensor:
    """Give both ears' noise, standard normal, of which a share is the same.

    Args:
        noise: (batch, 3, ...) standard normal: what is common, and what is each ear's own.
        common: share of the power, in [0, 1].

    Returns:
        (batch, 2, ...).

    Example:
        >>> between_ears(torch.tensor([[[1.0], [5.0], [-5.0]]]), 1.0).tolist()
        [[[1.0], [1.0]]]
    """
    return common**0.5 * noise[:, :1] + (1 - common) ** 0.5 * noise[:, 1:]


def both_ways(own: Velocity, mirrored: Velocity) -> Velocity:
    """Give a velocity that turns round with the picture: the mean of a clip's and its mirror image's, ears swapped.

    Where both ears begin from one noise, the mirrored picture then gives exactly the swapped ears. Twice the work.

    Args:
        own: of (batch, 2, ...) latents, both ears, for the clip.
        mirrored: the same network's for the clip with its picture mirrored.

    Example:
        >>> even = both_ways(lambda x, t: x, lambda x, t: 3 * x)
        >>> even(torch.tensor([[[1.0], [2.0]]]), torch.zeros(1)).tolist()
        [[[2.0], [4.0]]]
    """
    return lambda latent, time: 0.5 * (own(latent, time) + mirrored(latent.flip(1), time).flip(1))
