"""What one may ask of the backend, checked once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seehear.errors import InputError

GROUNDINGS = ("regional", "attention", "migc", "none")
CONDITIONINGS = ("mix", "global", "local")
SAMPLERS = ("ddim", "euler")

CHECKPOINT, MOTION, MIGC = "stable_diffusion_v1_5", "animatediff_v1_5_3", "migc_sd14"
"""Rows of the weights table."""

MOST_OBJECTS = 28
"""Slots of a MIGC module; the other kinds of grounding keep to it too."""

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Settings:
    """How to make a video.

    Attributes:
        checkpoint: a Stable Diffusion 1.x folder in the hub's layout; None: where `seehear weights` keeps it.
        motion: a motion adapter's folder; None: likewise.
        grounding: how pictures are held to the boxes: regional, attention, migc or none.
        grounding_steps: share of the steps in which they are, 0 to 1; published: 25 of 50.
        grounding_weights: MIGC's file; None: where `seehear weights` keeps it.
        conditioning: what a frame is told: mix (the scene's caption and the frame's), global or local.
        samples: how many videos are made of which the best is kept; more than 1 needs a detector.
        detector: a weights row, a folder of an OWLv2 or Grounding DINO model, or a function; see `detector`.
        steps: of the sampler.
        guidance: classifier-free guidance scale; 1 and less: without.
        sampler: ddim or euler.
        negative: what pictures should not be.
        rate: pictures made a second, at least; 16 pictures in any case; those between are interpolated.
        made_size: pixels, width and height in multiples of 8, at which pictures are made; None: near 512 x 320 in area
            and near the asked shape.
        low_memory: slices and tiles, halves each step, keeps idle networks off the accelerator; slower.
        device: cpu, cuda, mps; None: the best there is.
        seed: same seed, same pictures on the same machine.
        work: a folder in which what was reached is kept, to go on from; None: nothing is kept.
        tell: told the plan and what happens, in sentences.
        report: told what was made: samples, scores, the kept one.
    """

    checkpoint: Path | str | None = None
    motion: Path | str | None = None
    grounding: str = "regional"
    grounding_steps: float = 0.5
    grounding_weights: Path | str | Mapping[str, Any] | None = None
    conditioning: str = "mix"
    samples: int = 1
    detector: Any = None
    steps: int = 25
    guidance: float = 7.5
    sampler: str = "ddim"
    negative: str = "low quality, blurry, deformed, text, watermark"
    rate: float = 8.0
    made_size: tuple[int, int] | None = None
    low_memory: bool = False
    device: str | None = None
    seed: int = 0
    work: Path | str | None = None
    tell: Tell = lambda line: None
    report: Callable[[dict[str, Any]], None] = lambda report: None

    def __post_init__(self) -> None:
        """Check what was asked."""
        for name, value, known in (
            ("grounding", self.grounding, GROUNDINGS),
            ("conditioning", self.conditioning, CONDITIONINGS),
            ("sampler", self.sampler, SAMPLERS),
        ):
            if value not in known:
                raise InputError(f"expected a {name} out of {', '.join(known)}, got {value!r}")
        for name, number, least, most in (
            ("samples", self.samples, 1, 64),
            ("steps", self.steps, 1, 1000),
            ("guidance", self.guidance, 0, 100),
            ("grounding steps (a share)", self.grounding_steps, 0, 1),
            ("rate", self.rate, 0, 60),
        ):
            if not least <= number <= most:  # not-a-number fails too
                raise InputError(f"expected {name} from {least} to {most}, got {number}")
        if self.samples > 1 and self.detector is None:
            raise InputError(
                f"expected a detector to choose among {self.samples} samples, got none: "
                "add --detector owlv2_base, or leave --samples 1"
            )
        if self.made_size is not None and any(side % 8 or not 64 <= side <= 2048 for side in self.made_size):
            raise InputError(f"expected sides in multiples of 8 from 64 to 2048 pixels, got {self.made_size}")

    @property
    def grounded_steps(self) -> int:
        """How many of the first steps are held to the boxes."""
        return 0 if self.grounding == "none" else round(self.grounding_steps * self.steps)

    def size_for(self, asked_wh: tuple[int, int]) -> tuple[int, int]:
        """Give the size to make pictures at: near the asked shape, of at most about 512 x 320 pixels.

        Example:
            >>> Settings().size_for((512, 320)), Settings().size_for((1280, 720)), Settings().size_for((64, 64))
            ((512, 320), (576, 320), (64, 64))
        """
        return self.made_size or _near(asked_wh)


def _near(asked_wh: tuple[int, int]) -> tuple[int, int]:
    from itertools import product
    from math import log

    width, height = asked_wh
    area = min(width * height, 512 * 320)
    sides = range(64, 1025, 64)

    def away(size: tuple[int, int]) -> float:
        return 4 * abs(log(size[0] * height / (size[1] * width))) + abs(log(size[0] * size[1] / area))

    return min(product(sides, sides), key=away)
