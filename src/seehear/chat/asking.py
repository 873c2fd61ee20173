"""The two ways to ask: for words, and for data that passes a check."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Generic, NamedTuple, TypeVar, cast

import numpy as np
from pydantic import BaseModel, ValidationError

from seehear.chat.answer import Answer, NoAnswer, Usage, one_line
from seehear.chat.cache import AnswerCache
from seehear.chat.endpoint import Chat
from seehear.chat.message import Message, Request, said
from seehear.chat.repair import parsed_json

T = TypeVar("T")

_QUOTED = 20_000
"""Characters of a bad answer that are shown to the model again."""


class Checked(NamedTuple, Generic[T]):
    """An answer that passed its check.

    Attributes:
        value: what the check gave.
        answer: the model's last words.
        repairs: what was repaired in them.
        errors: what was wrong with the answers before, in order.
        usage: tokens of all tries; None: the server did not say.
    """

    value: T
    answer: Answer
    repairs: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    usage: Usage | None = None


def ask(
    endpoint: Chat, request: Request, *, cache: AnswerCache | None = None, rng: np.random.Generator | None = None
) -> Answer:
    """Ask for words.

    Args:
        endpoint: who.
        request: what.
        cache: looked up first; answers (not refusals) are kept in it.
        rng: draws the jitter of waits.

    Returns:
        The answer, or the refusal: see its ``outcome``.

    Raises:
        NoAnswer: the endpoint gave none.
    """
    key = request.content_hash(endpoint.address, endpoint.model) if cache else ""
    kept = cache.get(key) if cache else None
    if kept is not None:
        return kept
    answer = endpoint.answer(request, rng=rng)
    if cache and answer.outcome == "answered":
        cache.put(key, answer)
    return answer


def ask_json(
    endpoint: Chat,
    messages: Sequence[Message],
    *,
    check: Callable[[dict[str, Any]], T] | type[T],
    schema: dict[str, Any] | None = None,
    retries: int = 3,
    temperature: float | None = None,
    seed: int | None = None,
    max_tokens: int | None = None,
    tag: str | None = None,
    cache: AnswerCache | None = None,
    rng: np.random.Generator | None = None,
) -> Checked[T]:
    """Ask for data: parse, repair (see `seehear.chat.repair`), check; where that fails, tell the model and ask again.

    Args:
        endpoint: who.
        messages: the conversation; on a retry, the bad answer and the error follow as further turns.
        check: takes the data, gives the value; raises ValueError (so also InputError) with words for the model.
            Or a pydantic model.
        schema: JSON schema to ask for; None: the pydantic model's own, else none.
        retries: how often it is asked again after the first time.
        temperature: of every try.
        seed: of the first try; a retry adds 1 to it.
        max_tokens: longest answer.
        tag: for recordings; a retry adds " #2" and so on.
        cache: only an answer that passed the check is kept.
        rng: draws the jitter of waits.

    Raises:
        NoAnswer: the endpoint gave none; refused; or never passed the check: ``raw`` keeps its last words.
    """
    if schema is None and isinstance(check, type) and issubclass(check, BaseModel):
        schema = check.model_json_schema()
    first = Request(tuple(messages), temperature, seed, schema, max_tokens, tag)
    key = first.content_hash(endpoint.address, endpoint.model) if cache else ""
    kept = cache.get(key) if cache else None
    if kept is not None:
        passed = _checked(kept, _checker(check))
        if isinstance(passed, Checked):
            return passed
    return _conversed(endpoint, first, _checker(check), retries, (cache, key), rng)


def _conversed(
    endpoint: Chat,
    first: Request,
    check: Callable[[dict[str, Any]], T],
    retries: int,
    keep: tuple[AnswerCache | None, str],
    rng: np.random.Generator | None,
) -> Checked[T]:
    request, spent = first, Usage(0, 0)
    errors: list[str] = []
    for turn in range(retries + 1):
        answer = endpoint.answer(request, rng=rng)
        spent = spent + (answer.usage or Usage(0, 0))
        total = spent if sum(spent) else None
        if answer.outcome == "refused":
            raise NoAnswer(
                f"{endpoint.model} refused: {one_line(answer.text) or 'no words'}",
                failure="refused",
                raw=answer.text,
                usage=total,
            )
        passed = _checked(answer, check)
        if isinstance(passed, Checked):
            if keep[0] is not None:
                keep[0].put(keep[1], answer)
            return passed._replace(errors=tuple(errors), usage=total)
        errors.append(passed)
        request = _again(first, answer, errors[-1], turn + 2)
    raise NoAnswer(
        f"{endpoint.model} gave no usable answer in {retries + 1} tries; the last: {errors[-1]}",
        failure="bad",
        raw=answer.text,
        usage=total,
    )


def _again(first: Request, answer: Answer, error: str, turn: int) -> Request:
    """The first conversation, the bad answer, and what is wrong with it; only the last bad one, to stay short."""
    told = f"Your answer cannot be used: {error}\nAnswer again, whole, with this put right, as one JSON object."
    turns = (said("assistant", answer.text[:_QUOTED] or "(no words)"), said("user", told))
    return replace(
        first,
        messages=(*first.messages, *turns),
        seed=None if first.seed is None else first.seed + turn - 1,
        tag=None if first.tag is None else f"{first.tag} #{turn}",
    )


def _checker(check: Callable[[dict[str, Any]], T] | type[T]) -> Callable[[dict[str, Any]], T]:
    if isinstance(check, type) and issubclass(check, BaseModel):
        return cast(Callable[[dict[str, Any]], T], check.model_validate)
    return cast(Callable[[dict[str, Any]], T], check)


def _checked(answer: Answer, check: Callable[[dict[str, Any]], T]) -> Checked[T] | str:
    """What passed the check, or what is wrong."""
    if answer.outcome == "cut":
        return "it was cut off at the longest length: be shorter"
    try:
        data, repairs = parsed_json(answer.text)
        return Checked(check(data), answer, repairs, (), answer.usage)
    except ValidationError as error:
        return _first_errors(error)
    except (ValueError, RecursionError) as error:
        return one_line(str(error), 600)


def _first_errors(error: ValidationError) -> str:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    lines = [f"{'.'.join(str(place) for place in one['loc']) or 'answer'}: {one['msg']}" for one in found[:5]]
    more = f"; and {len(found) - 5} more" if len(found) > 5 else ""
    return one_line("; ".join(lines), 600) + more
