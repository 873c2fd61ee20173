"""Options that several commands share, so that they read alike everywhere."""

from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer

from seehear.errors import InputError

Layout = Annotated[str, typer.Option(help="binaural, stereo, 5.1, 7.1, 5.1.4, 7.1.4, foa or hoa3.")]
Hrtf = Annotated[Path | None, typer.Option(metavar="FILE.sofa", help="Your own ears instead of the built-in KEMAR.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite what exists.")]
Json = Annotated[bool, typer.Option("--json", help="Machine-readable report on stdout.")]
Air = Annotated[bool, typer.Option("--air/--no-air", help="Absorption by the air over distance.")]
Seed = Annotated[int, typer.Option(help="Same seed, same bytes.")]


def loudness_of(text: str) -> float | None:
    """Read ``--loudness``: a number of LUFS, or ``off``.

    Raises:
        InputError: neither.
    """
    if text == "off":
        return None
    try:
        return float(text)
    except ValueError:
        raise InputError(f"--loudness must be a number of LUFS or 'off', got {text!r}") from None


def size_of(text: str | None) -> tuple[int, int] | None:
    """Read ``--size``: width and height in pixels, as 1280x720.

    Raises:
        InputError: anything else.

    Example:
        >>> size_of("1280x720")
        (1280, 720)
    """
    if text is None:
        return None
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal() and len(text) < 16):
        raise InputError(f"--size must be WIDTHxHEIGHT in pixels, such as 640x360, got {text!r}")
    return int(width), int(height)


def rate_of(text: str) -> Fraction:
    """Read ``--fps``: a number or a fraction, as 25 or 30000/1001.

    Raises:
        InputError: anything else.
    """
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise InputError(f"--fps must be a number such as 25 or 30000/1001, got {text!r}") from None
