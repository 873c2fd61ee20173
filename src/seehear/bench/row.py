"""A row: one item's scores, plain JSON, numbers rounded to what they mean so that the same item gives the same bytes.

``{"index", "id", "scores": {system: {metric: value or null}}, "reasons": {system: {metric: why undefined}},
"points": {system: [[true, heard], ...]}, "labels": [...]}``; points are lateral angles in degrees, + = left, one for
each object that is heard. ``judged`` counts the windows that directions rest on, and their objects. A failed item has
``"failed"`` in place of the scores.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from seehear.score.score import Score

DIGITS = 6


class RowMaker:
    """Collects an item's scores.

    Args:
        name: of the item.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._scores: dict[str, dict[str, float | None]] = {}
        self._reasons: dict[str, dict[str, str]] = {}
        self._points: dict[str, list[list[float]]] = {}
        self._labels: list[str] = []
        self._windows: dict[str, int] = {}

    def score(self, system: str, scores: Iterable[Score]) -> None:
        """Take a system's scores; an undefined one is kept as null with its reason."""
        mine = self._scores.setdefault(system, {})
        for one in scores:
            known = math.isfinite(one.value)
            mine[one.name] = round(one.value, DIGITS) if known else None
            if not known:
                self._reasons.setdefault(system, {})[one.name] = one.reason

    def points(self, system: str, pairs: Iterable[tuple[float, float]]) -> None:
        """Take true and heard lateral angles, deg, one pair for each object."""
        self._points[system] = [[round(a, 2), round(b, 2)] for a, b in pairs]

    def part(self, system: str) -> dict[str, Any]:
        """Give what one system has of the row."""
        held = (("scores", self._scores), ("reasons", self._reasons), ("points", self._points))
        return {name: all_of[system] for name, all_of in held if system in all_of}

    def take(self, system: str, part: Mapping[str, Any]) -> None:
        """Take a system's part, as `part` gave it."""
        self._scores[system] = dict(part["scores"])
        self._points[system] = list(part.get("points", []))
        if "reasons" in part:
            self._reasons[system] = dict(part["reasons"])

    def windows(self, windows: int, objects: int) -> None:
        """Take how many windows the directions rest on, and how many objects they speak of."""
        self._windows = {"windows": windows, "objects": objects}

    def labels(self, labels: Iterable[str]) -> None:
        """Take what the item shows."""
        self._labels = list(labels)

    def row(self) -> dict[str, Any]:
        """Give the row."""
        return {
            "id": self._name,
            "labels": self._labels,
            "scores": self._scores,
            "reasons": self._reasons,
            "points": self._points,
            **({"judged": self._windows} if self._windows else {}),
        }


def value_of(row: Mapping[str, Any], system: str, metric: str) -> float:
    """Give one number of a row; nan where it is undefined or the item failed."""
    value = row.get("scores", {}).get(system, {}).get(metric)
    return math.nan if value is None else float(value)
