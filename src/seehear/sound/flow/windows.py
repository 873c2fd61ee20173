"""Latents of any length: overlapping windows of a clip's length, one after the other, in memory that does not grow.

Every frame has one noise, wherever windows begin, so that windows start out alike where they overlap. Each step of a
window then takes over what the window before it had at that step: wholly at first, less and less in the middle third of
the overlap, not at all at its end. A network that sees no further than a third of the overlap, over all steps,
gives what it would give in one piece. Reference: ours; the blending of steps is that of Bar-Tal et al.,
"MultiDiffusion", arXiv 2302.08113, made sequential.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from seehear.errors import InputError
from seehear.sound.flow.matching import STEPS, Velocity, stepped, time_steps


class Span(NamedTuple):
    """Latent frames [start, stop)."""

    start: int
    stop: int


def spans(total: int, length: int, overlap: int) -> list[Span]:
    """Give the windows over ``total`` frames: all of ``length``, neighbours sharing ``overlap``, the last one more.

    Raises:
        InputError: no frames, or an overlap that is no part of the length.

    Example:
        >>> spans(25, 10, 4)
        [Span(start=0, stop=10), Span(start=6, stop=16), Span(start=12, stop=22), Span(start=15, stop=25)]
    """
    if total < 1 or not 0 < overlap < length:
        raise InputError(
            f"expected frames, and an overlap above 0 and below the window, got {total}, {overlap}, {length}"
        )
    if total <= length:
        return [Span(0, total)]
    starts = [*range(0, total - length, length - overlap), total - length]
    return [Span(start, start + length) for start in starts]


class SharedNoise:
    """Standard normal noise in which every frame's values depend on its number and the seed alone.

    Args:
        seed: settles all of it.
        shape: of one frame, as (batch, ..., channels) without the frames.

    Example:
        >>> noise = SharedNoise(1, (1, 4))
        >>> bool((noise(Span(0, 9))[:, 5:] == noise(Span(5, 9))).all())
        True
    """

    def __init__(self, seed: int, shape: tuple[int, ...]) -> None:
        self._seed, self._shape = seed, shape

    def __call__(self, span: Span) -> Tensor:
        """Give (batch, ..., frames, channels)."""
        frames = [
            np.random.default_rng((self._seed, at)).standard_normal(self._shape, dtype=np.float32)
            for at in range(*span)
        ]
        return torch.from_numpy(np.stack(frames, axis=-2))


def sample_windows(
    velocity_of: Callable[[Span], Velocity],
    noise: Callable[[Span], Tensor],
    total: int,
    *,
    length: int,
    overlap: int,
    steps: int = STEPS,
    solver: str = "euler",
) -> Iterator[Tensor]:
    """Sample a latent of any length.

    Args:
        velocity_of: the velocity for a window: its conditions are made when it is asked for, and forgotten after it.
        noise: (batch, ..., frames, channels) of a span, see `SharedNoise`.
        total: frames.
        length: of a window.
        overlap: of neighbours; about a quarter of the length.
        steps: of the flow.
        solver: see `seehear.sound.flow.matching.sample`.

    Yields:
        (batch, ..., frames, channels) finished frames, in order, ``total`` together.
    """
    windows = spans(total, length, overlap)
    before: _Past | None = None
    for index, span in enumerate(windows):
        states = [noise(span)]
        velocity = velocity_of(span)
        kept = None if before is None else before.weights(span, overlap).to(states[0].device)
        for number, (time, step) in enumerate(time_steps(steps, states[0].device)):
            latent = stepped(velocity, states[-1], time, step, solver=solver)
            if before is not None and kept is not None:
                latent = before.mended(latent, span, number + 1, kept)
            states.append(latent)
        stop = windows[index + 1].start if index + 1 < len(windows) else span.stop
        yield states[-1][..., : stop - span.start, :]
        before = _Past(span, states)


class _Past(NamedTuple):
    """A finished window and its latent after every step."""

    span: Span
    states: list[Tensor]

    def weights(self, span: Span, overlap: int) -> Tensor:
        """How much of it stays, (frames, 1), for each frame it shares with the next window."""
        shared = self.span.stop - span.start
        third = overlap / 3
        left = torch.arange(shared, dtype=torch.float32) - (shared - overlap)
        return (1 - (left + 0.5 - third) / third).clamp(0, 1)[:, None]

    def mended(self, latent: Tensor, span: Span, step: int, weights: Tensor) -> Tensor:
        """Put its own latent after that step into the frames shared."""
        shared = self.span.stop - span.start
        old = self.states[step][..., -shared:, :]
        new = latent[..., :shared, :]
        return torch.cat([new + weights * (old - new), latent[..., shared:, :]], dim=-2)
