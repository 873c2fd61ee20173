"""What is going to happen, told before it does: files, terms, steps, memory, time; and one line where memory ends."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import torch

from seehear.draw.animatediff.places import LEAST_FRAMES, Places
from seehear.draw.animatediff.settings import Settings
from seehear.draw.animatediff.windows import windows_of
from seehear.errors import BackendFailed
from seehear.weights import row_of
from seehear.weights.row import size_in_words

_LIVE = 24
"""Tensors of the widest layer that are alive at once: skips, keys, values, what the next layer is made of."""

_FIRST_WIDTH = 320


class Plan(NamedTuple):
    """What is planned.

    Attributes:
        lines: in sentences.
        memory: bytes at the peak, estimated.
        calls: of the UNet, in all.
    """

    lines: tuple[str, ...]
    memory: int
    calls: int


def planned(wish: Settings, places: Places, made_wh: tuple[int, int], weights: Mapping[str, Path], pipe: Any) -> Plan:  # noqa: ANN401
    """Say what a wish comes to.

    Args:
        wish: the settings.
        places: what is seen.
        made_wh: pixels that pictures are made at.
        weights: row -> where it lies.
        pipe: diffusers' pipeline, loaded.
    """
    frames = len(places.times)
    windows = len(windows_of(frames))
    calls = wish.samples * wish.steps * windows * (2 if wish.low_memory else 1)
    memory = peak_memory(pipe, made_wh, wish)
    rate = (frames - 1) / float(places.times[-1])
    told = [_terms(name, place, wish) for name, place in weights.items()]
    kept = f", {wish.grounding} grounding in the first {wish.grounded_steps}" if wish.grounded_steps else ""
    told.append(
        f"{frames} frames of {made_wh[0]} x {made_wh[1]} ({rate:.1f} a second) in {windows} window(s) of "
        f"{LEAST_FRAMES}, {len(places.ids)} objects seen; {wish.samples} sample(s) of {wish.steps} steps "
        f"({wish.sampler}, guidance {wish.guidance:g}){kept}: {calls} passes of the UNet on {pipe._execution_device}"
    )
    told.append(f"memory: about {size_in_words(memory)} at the peak (estimated); time: told after the first step")
    return Plan(tuple(told), memory, calls)


def _terms(name: str, place: Path, wish: Settings) -> str:
    row = row_of(name)
    given = {"stable_diffusion_v1_5": wish.checkpoint, "animatediff_v1_5_3": wish.motion}.get(name)
    terms = "its own terms; not known here" if given is not None else row.terms
    return f"{name}: '{place}' ({terms})"


def peak_memory(pipe: Any, made_wh: tuple[int, int], wish: Settings) -> int:  # noqa: ANN401 - diffusers' class
    """Estimate bytes at the peak: the networks, and what one pass of the UNet holds; a rule of thumb."""
    parts = [getattr(pipe, name) for name in ("unet", "vae", "text_encoder")]
    sizes = [sum(value.numel() * value.element_size() for value in part.parameters()) for part in parts]
    element = next(pipe.unet.parameters()).element_size()
    halves = 1 if wish.low_memory or wish.guidance <= 1 else 2
    width = pipe.unet.config.block_out_channels[0] if hasattr(pipe.unet.config, "block_out_channels") else _FIRST_WIDTH
    cells = (made_wh[0] // 8) * (made_wh[1] // 8)
    held = _LIVE * halves * LEAST_FRAMES * cells * width * element
    if wish.grounding == "attention":
        held *= 4  # what the gradient needs is kept
    return (max(sizes) if wish.low_memory else sum(sizes)) + held


class Clock:
    """Tells after the first step how long the rest will take."""

    def __init__(self, wish: Settings, steps: int) -> None:
        from time import monotonic

        self._now, self._tell, self._steps, self._told = monotonic, wish.tell, steps, False
        self._begin = monotonic()

    def step(self) -> None:
        """One step is done."""
        took = self._now() - self._begin
        if not self._told and self._steps > 1:
            self._told = True
            self._tell(f"first step took {took:.1f} s: about {in_words(took * (self._steps - 1))} to go")


def in_words(seconds: float) -> str:
    """Give a time as one reads it.

    Example:
        >>> in_words(42), in_words(600), in_words(9000)
        ('42 s', '10 min', '2.5 h')
    """
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


@contextmanager
def enough_memory(wish: Settings, made_wh: tuple[int, int]) -> Iterator[None]:
    """Turn the end of memory into one line that says what to lower.

    Raises:
        BackendFailed: memory came to its end.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not _is_memory(error):
            raise
        ways = [] if wish.low_memory else ["add --low-memory"]
        ways += [f"make smaller pictures than {made_wh[0]} x {made_wh[1]} with --size"]
        if wish.grounding == "attention":
            ways.append("take --grounding regional")
        raise BackendFailed(f"memory came to its end: {', or '.join(ways)}", raw=str(error)) from error


def _is_memory(error: BaseException) -> bool:
    told = str(error).lower()
    known = ("out of memory", "can't allocate memory", "not enough memory", "alloc_cpu")
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or any(one in told for one in known)
