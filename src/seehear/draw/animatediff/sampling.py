"""The steps from noise to latents: diffusers' own, window by window, with grounding in the first of them."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from seehear.draw.animatediff.grounding import Ground, Pipe
from seehear.draw.animatediff.windows import window_weights, windows_of

Nudge = Callable[[Tensor, Tensor, int], Tensor]
"""Latents, time step, index -> latents, before the step is taken."""


class Words(NamedTuple):
    """What frames are told, encoded.

    Attributes:
        distinct: (sentences, tokens, width) each once: a long clip has many frames and few sentences.
        index: (frames,) which of them each frame is told.
        untold: (1, tokens, width) of the negative prompt; None: not guided.
    """

    distinct: Tensor
    index: Tensor
    untold: Tensor | None

    def told(self, window: slice) -> Tensor:
        """Give what some frames are told, (frames, tokens, width)."""
        return self.distinct[self.index[window]]


def denoised(
    pipe: Pipe,
    latents: Tensor,
    words: Words,
    ground: Ground,
    *,
    steps: int,
    guidance: float,
    grounded_steps: int,
    nudge: Nudge | None = None,
    halves: bool = False,
    begin: int = 0,
    reached: Callable[[int, Tensor], None] = lambda step, latents: None,
) -> Tensor:
    """Take the steps.

    Args:
        pipe: diffusers' AnimateDiffPipeline.
        latents: (1, channels, frames, height, width): noise of unit variance, or what an earlier run had ``reached``.
        words: what frames are told.
        ground: told which frames are under way.
        steps: of the whole way.
        guidance: scale.
        grounded_steps: how many of the first steps are grounded.
        nudge: moves the latents before each of those.
        halves: predict with and without the caption one after the other, in half the memory.
        begin: index of the first step to take.
        reached: told how many steps are done, and what they gave.

    Returns:
        Latents.
    """
    scheduler = pipe.scheduler
    scheduler.set_timesteps(steps, device=pipe._execution_device)
    scheduler.set_begin_index(begin) if hasattr(scheduler, "set_begin_index") else None
    latents = latents.to(pipe._execution_device, words.distinct.dtype)
    if not begin:
        latents = latents * scheduler.init_noise_sigma
    for index, time in enumerate(scheduler.timesteps):
        if index < begin:
            continue
        ground.active = index < grounded_steps
        if ground.active and nudge is not None:
            latents = nudge(latents, time, index)
        with torch.no_grad():
            noise = _predicted(pipe, latents, time, words, ground, guidance, halves=halves)
            latents = scheduler.step(noise, time, latents, return_dict=False)[0]
        reached(index + 1, latents)
    ground.active = False
    return latents


def _predicted(
    pipe: Pipe,
    latents: Tensor,
    time: Tensor,
    words: Words,
    ground: Ground,
    guidance: float,
    *,
    halves: bool,
) -> Tensor:
    windows = windows_of(latents.shape[2])
    if len(windows) == 1:
        return _in_window(pipe, latents, time, words, ground, windows[0], guidance, halves=halves)
    total, shares = torch.zeros_like(latents), torch.zeros_like(latents[:1, :1, :, :1, :1])
    for window in windows:
        weight = window_weights(window.stop - window.start).to(latents)[None, None, :, None, None]
        noise = _in_window(pipe, latents, time, words, ground, window, guidance, halves=halves)
        total[:, :, window] += weight * noise
        shares[:, :, window] += weight
    return total / shares


def _in_window(
    pipe: Pipe,
    latents: Tensor,
    time: Tensor,
    words: Words,
    ground: Ground,
    window: slice,
    guidance: float,
    *,
    halves: bool,
) -> Tensor:
    """Predict the noise of one window, as diffusers' pipeline does."""
    ground.window = window
    told = words.told(window)
    here = pipe.scheduler.scale_model_input(latents[:, :, window], time)
    if words.untold is None:
        ground.guided, ground.blind = False, False
        return pipe.unet(here, time, encoder_hidden_states=told).sample
    untold = words.untold.expand(len(told), -1, -1)
    if halves:
        ground.guided, ground.blind = False, True
        without = pipe.unet(here, time, encoder_hidden_states=untold).sample
        ground.blind = False
        given = pipe.unet(here, time, encoder_hidden_states=told).sample
    else:
        ground.guided, ground.blind = True, False
        both = pipe.unet(torch.cat([here] * 2), time, encoder_hidden_states=torch.cat([untold, told])).sample
        without, given = both.chunk(2)
    return without + guidance * (given - without)
