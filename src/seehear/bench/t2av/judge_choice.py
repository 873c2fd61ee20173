"""Judges as they are named on the command line: ``[NAME=]ADDRESS[#MODEL]``, ``recorded:DIR`` or ``human:FILE.csv``."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from seehear.bench.t2av.budget import FREE, Prices
from seehear.bench.t2av.evidence import PLAIN, Send
from seehear.bench.t2av.judging import WORKERS, AskedJudge, HumanJudge
from seehear.chat import Recorder, open_endpoint
from seehear.errors import InputError


@dataclass(frozen=True)
class Terms:
    """What all asked judges have in common; attributes as of `AskedJudge`, and where answers are recorded."""

    send: Send = PLAIN
    prices: Prices = FREE
    budget: float | None = None
    workers: int = WORKERS
    record: Path | None = None
    tell: Callable[[str], None] = field(default=lambda text: None, compare=False)


def judges_of(given: Sequence[str], terms: Terms) -> tuple[AskedJudge | HumanJudge, ...]:
    """Open judges.

    Args:
        given: as named; each may itself be several, separated by commas.
        terms: of all that are asked.

    Raises:
        InputError: a name that cannot be read, two of one name, or an address, folder or file that cannot be used.

    Example:
        >>> judges_of(["human:ratings.csv"], Terms())[0].name
        'human'
    """
    names = [part.strip() for one in given for part in one.split(",") if part.strip()]
    found = [_judge(one, number, terms) for number, one in enumerate(names)]
    if len({one.name for one in found}) != len(found):
        raise InputError("expected each judge with a name of its own: write NAME=ADDRESS#MODEL")
    return tuple(found)


def prices_of(text: str) -> Prices:
    """Read ``IN,OUT``, money for a million tokens.

    Raises:
        InputError: not two numbers of at least 0.

    Example:
        >>> prices_of("1.25,10")
        Prices(prompt=1.25, answer=10.0)
    """
    if not text:
        return FREE
    try:
        prompt, answer = (float(part) for part in text.split(","))
    except ValueError:
        prompt = answer = -1.0
    if not (0 <= prompt < float("inf") and 0 <= answer < float("inf")):
        raise InputError(f"--price must be IN,OUT for a million tokens each, such as 1.25,10, got {text!r}")
    return Prices(prompt, answer)


def _judge(given: str, number: int, terms: Terms) -> AskedJudge | HumanJudge:
    name, address = _named(given)
    if address.startswith("human:"):
        return HumanJudge(name or "human", Path(address.removeprefix("human:")))
    place, _, model = address.partition("#")
    chat = open_endpoint(place, model=model)
    if terms.record is not None and not place.startswith("recorded:"):
        terms.record.mkdir(parents=True, exist_ok=True)
        chat = Recorder(chat, terms.record)
    shown = name or (Path(place.removeprefix("recorded:")).name if place.startswith("recorded:") else model)
    return AskedJudge(
        shown or f"judge{number + 1}", chat, terms.send, terms.prices, terms.budget, terms.workers, 0.0, terms.tell
    )


def _named(given: str) -> tuple[str, str]:
    name, sign, rest = given.partition("=")
    known = ("recorded:", "human:", "http://", "https://")
    return (name.strip(), rest.strip()) if sign and not given.startswith(known) else ("", given)
