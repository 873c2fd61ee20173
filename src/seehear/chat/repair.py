r"""From a model's words to JSON, with repairs that cannot change a value.

Repaired, and nothing else:

1. what a reasoning model thinks aloud first, up to ``</think>``, is dropped;
2. code fences and prose around the one JSON object are dropped;
3. a comma before a closing bracket is dropped.

Not repaired, since it could give a wrong number: an answer that breaks off, several objects, a key given twice, NaN and
infinity, single quotes, comments. These are errors, which the model is told.

Strings lose what cannot be written as UTF-8 and what a terminal would obey.
"""

import json
import re
from math import isfinite
from typing import Any, NamedTuple

from seehear.chat.answer import clean, one_line
from seehear.errors import InputError

LONGEST = 1_000_000
"""Characters of an answer that are looked at."""

_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*+"?|,(?=\s*[}\]])', re.DOTALL)


_BRACKETS = re.compile(r'[{}]|"(?:[^"\\]|\\.)*+"?', re.DOTALL)


class Parsed(NamedTuple):
    """An answer as data.

    Attributes:
        data: the object.
        repairs: what was repaired, in words; empty: it was clean.
    """

    data: dict[str, Any]
    repairs: tuple[str, ...] = ()


def parsed_json(text: str) -> Parsed:
    r"""Read the one JSON object in a model's answer.

    Raises:
        InputError: there is none, more than one, or one that cannot be read; the message can be told to the model.

    Example:
        >>> parsed_json('Sure! ```json\n{"score": 4,}\n```')
        Parsed(data={'score': 4}, repairs=('text around the JSON dropped', 'trailing comma dropped'))
    """
    if len(text) > LONGEST:
        raise InputError(f"expected an answer of at most {LONGEST} characters, got {len(text)}")
    body, repairs = text.strip().lstrip("\ufeff"), []
    if "</think>" in body:
        body = body.rpartition("</think>")[2].strip()
        repairs.append("thoughts before the answer dropped")
    found = _objects(body)
    if not found:
        raise InputError(f"expected one whole JSON object, got {one_line(text, 80)!r}")
    if len(found) > 1:
        raise InputError(f"expected one JSON object, got {len(found)}: give only the final one")
    if found[0] != body:
        repairs.append("text around the JSON dropped")
    tidy = _TOKENS.sub(lambda token: "" if token[0] == "," else token[0], found[0])
    if tidy != found[0]:
        repairs.append("trailing comma dropped")
    return Parsed(_loaded(tidy), tuple(repairs))


def _loaded(text: str) -> dict[str, Any]:
    try:
        data = _cleaned(json.loads(text, parse_constant=_no_constant, parse_float=_finite, object_pairs_hook=_once))
    except RecursionError:
        raise InputError("expected plain JSON, got brackets nested too deep") from None
    except ValueError as error:
        raise InputError(f"expected valid JSON: {one_line(str(error))}") from None
    if not isinstance(data, dict):
        raise InputError("expected one JSON object")
    return data


def _objects(text: str) -> list[str]:
    """The outermost {...} of a text, in one pass; quotes count only inside of them."""
    found: list[str] = []
    at = text.find("{")
    while at >= 0:
        end = _object_end(text, at)
        found.append(text[at:end])
        at = text.find("{", end)
    return found


def _object_end(text: str, start: int) -> int:
    depth = 0
    for token in _BRACKETS.finditer(text, start):
        depth += {"{": 1, "}": -1}.get(token[0], 0)
        if depth == 0:
            return token.end()
    raise InputError("expected one whole JSON object, got one that breaks off: give it whole, and shorter")


def _cleaned(data: object) -> object:
    if isinstance(data, str):
        return clean(data)
    if isinstance(data, list):
        return [_cleaned(one) for one in data]
    if isinstance(data, dict):
        return {clean(name): _cleaned(one) for name, one in data.items()}
    return data


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not isfinite(number):
        raise ValueError(f"{one_line(digits, 20)} is too large a number")
    return number


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        raise ValueError("a key is given twice")
    return data
