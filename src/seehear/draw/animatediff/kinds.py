"""The interchangeable kinds of grounding, put into a pipeline by name."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from seehear.draw.animatediff.attention import Guide, naming_prompts
from seehear.draw.animatediff.encoding import frame_words
from seehear.draw.animatediff.grounding import Ground, Pipe
from seehear.draw.animatediff.regional import ground_regionally
from seehear.draw.animatediff.sampling import Nudge, Words
from seehear.draw.animatediff.settings import MIGC, Settings
from seehear.draw.animatediff.shading import ground_by_shading, load_modules
from seehear.weights import row_of


class Kind(NamedTuple):
    """Grounding at work.

    Attributes:
        prompts: what frames are told; attention guidance adds the names that the captions lack.
        words: the same, encoded.
        nudge: moves the latents before a grounded step; None: the processors do it all.
        facts: for the report; energies are added as steps are taken.
    """

    prompts: Sequence[str]
    words: Words
    nudge: Nudge | None
    facts: dict[str, Any]


def grounded(pipe: Pipe, ground: Ground, prompts: Sequence[str], wish: Settings, weights: Mapping[str, Path]) -> Kind:
    """Put the kind that is wished for into the pipeline; nothing where no object is seen, or no step is grounded.

    Args:
        pipe: diffusers' pipeline.
        ground: what is seen where.
        prompts: one for each frame.
        wish: the settings.
        weights: row -> where it lies.

    Raises:
        InputError: weights of MIGC that do not fit.
    """
    guided, kind = wish.guidance > 1, wish.grounding
    if not wish.grounded_steps or not ground.places.ids:
        return Kind(prompts, frame_words(pipe, prompts, wish.negative, guided=guided), None, {})
    if kind == "attention":
        named = naming_prompts(pipe, prompts, ground.places)
        words = frame_words(pipe, named, wish.negative, guided=guided)
        guide = Guide(pipe, ground, named, words)
        return Kind(named, words, guide, {"energy": guide.watch.told})
    if kind == "migc":
        modules = load_modules(pipe.unet, weights.get(MIGC, wish.grounding_weights))
        wish.tell(f"MIGC's weights: {row_of(MIGC).terms}")
        ground_by_shading(pipe, ground, modules, seed=wish.seed)
    else:
        ground_regionally(pipe.unet, ground)
    return Kind(prompts, frame_words(pipe, prompts, wish.negative, guided=guided), None, {})
