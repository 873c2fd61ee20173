"""The best of several samples: the one in which a detector finds the objects where the scene has them.

A sample's score is the mean, over a few frames and the objects seen in them, of 1 less the distance between the found
and the scene's box centre across the frame, in widths of the frame; an object that is not found counts 0.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from seehear.draw.animatediff.places import Places
from seehear.errors import InputError

Picture = NDArray[np.uint8]
_LOOKED_AT = 8
"""Frames of each sample that the detector sees, evenly spread."""


class Found(NamedTuple):
    """One thing that a detector found.

    Attributes:
        label: one of those asked for.
        score: 0 to 1.
        box: fractions of the frame, xyxy.
    """

    label: str
    score: float
    box: tuple[float, float, float, float]


Detector = Callable[[Picture, Sequence[str]], Sequence[Found]]
"""A picture and the labels to look for -> what is found."""


class Chosen(NamedTuple):
    """What was kept.

    Attributes:
        sample: its index.
        latents: its.
        scores: of all samples, 0 to 1; empty without a detector.
    """

    sample: int
    latents: Tensor
    scores: list[float]


def check_detector(given: Any) -> Detector | None:  # noqa: ANN401 - a function, a name, a folder
    """Give the detector that was asked for.

    Raises:
        InputError: neither a function, nor a row of the weights table, nor a folder.
    """
    if given is None or callable(given):
        return given
    from seehear.draw.animatediff.detector import named_detector

    return named_detector(given)


def best_of(
    indices: Iterable[int],
    sample: Callable[[int], Tensor],
    pictures: Callable[[Tensor], Iterator[Picture]],
    places: Places,
    detector: Detector | None,
) -> Chosen:
    """Make the samples and keep the best; the first of equals.

    Args:
        indices: of the samples.
        sample: makes one.
        pictures: decodes one.
        places: what should be seen where.
        detector: None: the first sample is kept.
    """
    best: Chosen | None = None
    scores: list[float] = []
    for index in indices:
        latents = sample(index)
        if detector is not None:
            scores.append(layout_score(pictures(latents), places, detector))
        if best is None or (scores and scores[-1] > max(scores[:-1])):
            best = Chosen(index, latents, scores)
    if best is None:
        raise InputError("expected one sample or more, got none")
    return best


def layout_score(pictures: Iterable[Picture], places: Places, detector: Detector) -> float:
    """Score a sample, 0 to 1; 1 where nothing should be seen.

    Args:
        pictures: all of them, in order.
        places: what should be seen where.
        detector: looks at some of them.
    """
    frames = len(places.times)
    looked_at = set(np.linspace(0, frames - 1, min(_LOOKED_AT, frames)).round().astype(int).tolist())
    kept: list[float] = []
    all_seen = np.asarray(np.isfinite(places.boxes[..., 0]))
    for index, picture in enumerate(pictures):
        if index not in looked_at:
            continue
        seen = all_seen[:, index]
        labels = [label for label, there in zip(places.labels, seen, strict=True) if there]
        if labels:
            found = detector(picture, list(dict.fromkeys(labels)))
            kept += _matched(labels, places.boxes[seen, index], found)
    return float(np.mean(kept)) if kept else 1.0


def _matched(labels: Sequence[str], boxes: NDArray[np.float64], found: Sequence[Found]) -> list[float]:
    """Score each object: things of one label are paired so that the centres lie nearest in all."""
    from scipy.optimize import linear_sum_assignment

    scores = [0.0] * len(labels)
    for label in dict.fromkeys(labels):
        own = [index for index, one in enumerate(labels) if one == label]
        theirs = sorted((one for one in found if one.label == label), key=lambda one: -one.score)[: len(own)]
        if not theirs:
            continue
        centres = np.array([(one.box[0] + one.box[2]) / 2 for one in theirs])
        near = 1 - np.abs((boxes[own, 0] + boxes[own, 2])[:, None] / 2 - centres)
        rows, columns = linear_sum_assignment(near, maximize=True)
        for row, column in zip(rows, columns, strict=True):
            scores[own[row]] = float(max(near[row, column], 0.0))
    return scores
