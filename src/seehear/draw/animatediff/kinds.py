"""The interchangeable kinds of grounding, put into a pipeline by name."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from seehear.draw.animatediff.grounding import Ground, Pipe
from seehear.draw.animatediff.regional import ground_regionally
from seehear.draw.animatediff.sampling import Nudge
from seehear.draw.animatediff.settings import Settings


class Kind(NamedTuple):
    """Grounding at work.

    Attributes:
        prompts: what frames are told; attention guidance adds the names that the captions lack.
        nudge: moves the latents before a grounded step; None: the processors do it all.
        facts: for the report.
    """

    prompts: Sequence[str]
    nudge: Nudge | None
    facts: dict[str, Any]


def grounded(
    pipe: Pipe,
    ground: Ground,
    prompts: Sequence[str],
    wish: Settings,
    weights: Mapping[str, Path],
) -> Kind:
    """Put the kind that is wished for into the pipeline; nothing where no object is seen, or no step is grounded.

    Args:
        pipe: diffusers' pipeline.
        ground: what is seen where.
        prompts: one for each frame.
        wish: the settings.
        weights: row -> where it lies.
    """
    if not wish.grounded_steps or not ground.places.ids:
        return Kind(prompts, None, {})
    ground_regionally(pipe.unet, ground)
    return Kind(prompts, None, {})
