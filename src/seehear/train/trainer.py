"""One run's state and its steps: AdamW under a warmed-up cosine, clipped gradients, averaged weights.

A step's noise is drawn from (seed, step, device), so a state and its number are all that a run goes on from. Reference:
Loshchilov and Hutter, "Decoupled weight decay regularization", arXiv 1711.05101.
"""

import copy
import math
from collections.abc import Iterable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from seehear.errors import BackendFailed
from seehear.train.batches import Batches
from seehear.train.config import Config
from seehear.train.crowd import ALONE, Crowd

BETAS = (0.9, 0.95)
_VALIDATION = 2**40  # of the noise that validation hears: no step has it


class Done(NamedTuple):
    """One step: its loss, the gradient's norm before it was clipped, the learning rate."""

    loss: float
    norm: float
    rate: float


class Trainer:
    """A network being trained.

    Args:
        network: has ``loss(batch, generator) -> Tensor``, one number.
        batches: of the run.
        config: of the run.
        device: what it is trained on.
        crowd: the processes that train it together.
    """

    def __init__(
        self, network: nn.Module, batches: Batches, config: Config, *, device: str = "cpu", crowd: Crowd = ALONE
    ) -> None:
        self.network = network.to(device).train()
        self.average = copy.deepcopy(network).float().eval().requires_grad_(False)
        self.step, self.config = 0, config
        self._batches, self._crowd, self._device = batches, crowd, torch.device(device)
        self._weights = [one for one in network.parameters() if one.requires_grad]
        self._optimiser = torch.optim.AdamW(
            self._weights, lr=config.rate, betas=BETAS, weight_decay=config.weight_decay
        )
        self._half = precision_of(config.precision, self._device) is torch.bfloat16

    def advance(self) -> Done:
        """Take one step.

        Raises:
            BackendFailed: the loss or its gradient is no number; weights and averages are as they were.
        """
        config, crowd = self.config, self._crowd
        rate = rate_at(self.step, config)
        for group in self._optimiser.param_groups:
            group["lr"] = rate
        self._optimiser.zero_grad(set_to_none=True)
        generator = self._noise(self.step)
        parts = self._batches.parts(self.step, config.accumulate * crowd.size)
        loss = torch.zeros((), device=self._device)
        for part in parts[crowd.rank :: crowd.size]:
            with self._autocast():
                one = self.network.loss(self._batches.of(part), generator) / config.accumulate
            one.backward()
            loss += one.detach()
        crowd.average_([loss, *(weight.grad for weight in self._weights if weight.grad is not None)])
        norm = nn.utils.clip_grad_norm_(self._weights, config.clip)
        self._finite(loss, norm)
        self._optimiser.step()
        self.step += 1
        self._averaged()
        return Done(loss.item(), float(norm), rate)

    def validated(self, batches: Batches, count: int) -> float:
        """Give the averaged weights' loss on the first ``count`` worlds; the same noise every time."""
        generator, total = self._noise(_VALIDATION), 0.0
        for start in range(0, count, batches.size):
            indices = range(start, min(start + batches.size, count))
            with torch.no_grad(), self._autocast():
                total += float(self.average.loss(batches.of(indices), generator)) * len(indices)
        return total / count

    def state(self) -> dict[str, Any]:
        """Give everything that the next step depends on."""
        return {
            "step": self.step,
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self._optimiser.state_dict(),
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self._optimiser.load_state_dict(state["optimiser"])
        self.step = int(state["step"])

    def _noise(self, step: int) -> torch.Generator:
        number = (self.config.seed * 2**21 + self._crowd.rank) * 2**41 + step
        return torch.Generator().manual_seed(number % 2**63)

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self._device.type, torch.bfloat16, enabled=self._half)

    def _finite(self, loss: Tensor, norm: Tensor) -> None:
        if not bool(torch.isfinite(loss) & torch.isfinite(norm)):
            raise BackendFailed(
                f"the loss at step {self.step} is {loss.item()}, its gradient's norm {float(norm)}: the last good "
                "checkpoint stays; lower the rate, or go on in float32"
            )

    def _averaged(self) -> None:
        keep = min(self.config.decay, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for kept, new in zip(_tensors(self.average), _tensors(self.network), strict=True):
                if kept.is_floating_point():
                    kept.lerp_(new.float(), 1 - keep)
                else:
                    kept.copy_(new)


def rate_at(step: int, config: Config) -> float:
    """Give a step's learning rate: up in a line, then down half a cosine.

    Example:
        >>> config = Config(rate=1.0, warmup=10, steps=110, rate_end=0.1)
        >>> [round(rate_at(step, config), 3) for step in (0, 9, 60, 110)]
        [0.1, 1.0, 0.55, 0.1]
    """
    if step < config.warmup:
        return config.rate * (step + 1) / config.warmup
    through = min((step - config.warmup) / max(config.steps - config.warmup, 1), 1.0)
    return config.rate * (config.rate_end + (1 - config.rate_end) * (1 + math.cos(math.pi * through)) / 2)


def precision_of(name: str, device: torch.device) -> torch.dtype:
    """Give what a run computes in: ``auto`` is bfloat16 where a GPU has it."""
    if name == "auto":
        name = "bfloat16" if device.type == "cuda" and torch.cuda.is_bf16_supported() else "float32"
    return torch.bfloat16 if name == "bfloat16" else torch.float32


def _tensors(network: nn.Module) -> Iterable[Tensor]:
    return [*network.parameters(), *network.buffers()]
