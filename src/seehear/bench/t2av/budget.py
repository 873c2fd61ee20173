"""What judging costs: the plan before, the purse during.

Tokens are estimated: words / 0.75, a picture by its size, sound by its seconds; money at the given prices. The server's
own count, where it gives one, is what is booked.

Reference: the rules of thumb of hosted models as of 2026: 258 tokens a picture of up to 768 px, 32 tokens a second of
sound.
"""

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from seehear.bench.t2av.evidence import Send, size_of
from seehear.bench.t2av.prompts import Prompt
from seehear.bench.t2av.rubrics import REALISM_KEYS, checklist_text, realism_text
from seehear.chat import Usage
from seehear.errors import InputError

PICTURE_TOKENS, SOUND_TOKENS = 258, 32
ANSWER_TOKENS = 90
"""Of one reason with its score."""


class Prices(NamedTuple):
    """Money for a million tokens, in and out; 0 where it is not known."""

    prompt: float = 0.0
    answer: float = 0.0

    def of(self, usage: Usage) -> float:
        """Give what some tokens cost."""
        return (usage.prompt_tokens * self.prompt + usage.completion_tokens * self.answer) / 1e6


FREE = Prices()


class Plan(NamedTuple):
    """What is to come.

    Attributes:
        clips: to be judged.
        requests: at least; a bad answer costs one more.
        usage: tokens, estimated.
        money: at the prices.
    """

    clips: int
    requests: int
    usage: Usage
    money: float

    def told(self) -> str:
        """Give the plan in one line."""
        return (
            f"{self.clips} clips, {self.requests} requests, about {self.usage.prompt_tokens / 1e6:.2f} M tokens in and "
            f"{self.usage.completion_tokens / 1e6:.2f} M out, {self.money:.2f} at the given prices"
        )


def planned(jobs: Sequence[tuple[Path | None, Mapping[str, Any], Prompt]], send: Send, prices: Prices) -> Plan:
    """Estimate what judging some clips takes, without reading them."""
    requests = tokens_in = tokens_out = 0
    for path, row, prompt in jobs:
        frames, seconds = size_of(path or Path(), row, send)
        shown = frames * PICTURE_TOKENS + round(seconds * SOUND_TOKENS) + 250
        texts = [realism_text(), *([checklist_text(prompt.questions)] if prompt.questions else [])]
        requests += len(texts)
        tokens_in += sum(shown + round(len(text.split()) / 0.75) for text in texts)
        tokens_out += ANSWER_TOKENS * (len(prompt.questions) + len(REALISM_KEYS))
    usage = Usage(tokens_in, tokens_out)
    return Plan(len(jobs), requests, usage, prices.of(usage))


class Budget:
    """A purse shared by threads.

    Args:
        most: money; None: any.
        prices: of tokens.
    """

    def __init__(self, most: float | None, prices: Prices) -> None:
        self._most, self._prices, self._lock = most, prices, threading.Lock()
        self._usage, self._answers, self._uncounted = Usage(0, 0), 0, 0

    def check(self, plan: Plan) -> None:
        """Refuse a plan that costs more than there is.

        Raises:
            InputError: it does; or there is a budget and no prices.
        """
        if self._most is None:
            return
        if not any(self._prices):
            raise InputError("--budget needs prices: give --price IN,OUT per million tokens")
        if plan.money > self._most:
            raise InputError(f"judging would cost about {plan.money:.2f}, over the budget of {self._most:g}: raise "
                             "--budget, choose fewer prompts with --only, or send fewer frames")  # fmt: skip

    def spend_allowed(self) -> None:
        """Refuse a further request once the budget is spent.

        Raises:
            InputError: it is.
        """
        with self._lock:
            if self._most is not None and self._prices.of(self._usage) >= self._most:
                raise InputError(f"the budget of {self._most:g} is spent: a rerun with a higher one goes on")

    def spend(self, usage: Usage | None) -> None:
        """Book an answer's tokens."""
        with self._lock:
            self._answers += 1
            self._uncounted += usage is None
            self._usage = self._usage + (usage or Usage(0, 0))

    def told(self, plan: Plan) -> dict[str, Any]:
        """Give plan and truth, for the report."""
        return {
            "planned": {"clips": plan.clips, "requests": plan.requests, "tokens_in": plan.usage.prompt_tokens,
                        "tokens_out": plan.usage.completion_tokens, "money": round(plan.money, 4)},
            "spent": {"answers": self._answers, "answers_without_count": self._uncounted,
                      "tokens_in": self._usage.prompt_tokens, "tokens_out": self._usage.completion_tokens,
                      "money": round(self._prices.of(self._usage), 4)},
        }  # fmt: skip
