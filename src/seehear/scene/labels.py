"""How large things are as a rule: a prior for their distance in a picture."""

from typing import NamedTuple


class Size(NamedTuple):
    """Typical outside measures, metres, seen from the side."""

    height: float
    width: float
    source: str


def typical_size(label: str) -> Size | None:
    """Give the typical size of what a label names; None: unknown.

    Example:
        >>> typical_size("red car").width
        4.4
    """
    words = label.lower().replace("_", " ").replace("-", " ").split()
    for name in (" ".join(words), *reversed(words)):
        if name in SIZES:
            return SIZES[name]
    return None


SIZES = {"car": Size(1.5, 4.4, "typical"), "person": Size(1.7, 0.5, "typical")}
