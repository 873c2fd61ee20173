"""What the planner is given, and the switches that take parts of it away to see what they are worth."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from seehear.errors import InputError

ABLATIONS: dict[str, dict[str, Any]] = {
    "no-reasoning": {"reasoning": False},
    "no-examples": {"examples": "none"},
    "random-examples": {"examples": "random"},
    "facts-only": {"sound": False, "facts": True},
    "sound-only": {"facts": False, "sound": True},
    "copy-nearest": {"copy": True},
}
"""By name: facts without sound, sound without facts, and the control that asks no model at all."""


@dataclass(frozen=True)
class Planning:
    """How a layout is planned.

    Attributes:
        reasoning: whether the model is taught the cues and asked to reason before it answers.
        examples: which examples go before the question: the nearest, random ones, or none.
        shots: how many examples.
        facts: whether the measured facts are told.
        sound: whether the sound is attached.
        per_ear: attach left and right as two mono sounds: many models fold what they hear to one channel.
        copy: no model: the nearest example's own layout is the answer.
        keyframes: of the layout.
        temperature: of the model.

    Raises:
        InputError: neither facts nor sound, no keyframes, or too many of them.
    """

    reasoning: bool = True
    examples: Literal["nearest", "random", "none"] = "nearest"
    shots: int = 3
    facts: bool = True
    sound: bool = True
    per_ear: bool = False
    copy: bool = False
    keyframes: int = 16
    temperature: float = 0.5

    def __post_init__(self) -> None:  # noqa: D105 - told in the class
        if not (self.facts or self.sound):
            raise InputError("expected the planner to be given facts or sound, got neither: drop --no-attach-sound")
        if not 2 <= self.keyframes <= 64:
            raise InputError(f"a layout is planned at 2 to 64 keyframes, got {self.keyframes}")
        if not 0 <= self.shots <= 16:
            raise InputError(f"expected 0 to 16 examples, got {self.shots}")


def ablated(planning: Planning, names: Iterable[str]) -> Planning:
    """Take away what each of these ablations takes away.

    Raises:
        InputError: no such ablation, or two that contradict each other.

    Example:
        >>> ablated(Planning(), ["no-reasoning", "no-examples"]).examples
        'none'
    """
    changes: dict[str, Any] = {}
    for name in names:
        if name not in ABLATIONS:
            raise InputError(f"ablation must be one of {', '.join(sorted(ABLATIONS))}, got {name!r}")
        for part, value in ABLATIONS[name].items():
            if changes.setdefault(part, value) != value:
                raise InputError(f"ablation {name!r} contradicts another one given")
    return replace(planning, **changes)
