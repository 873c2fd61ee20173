"""A clip's directions beside its scene's: the scores, and where each object should be and is heard."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from seehear.media.layout import Layout, layout_of
from seehear.media.stems import Samples, Stems
from seehear.scene import Path, Scene, vector_to_angles
from seehear.scene.direction import Array
from seehear.score.score import Score


class Directions(NamedTuple):
    """What is heard of a clip.

    Attributes:
        scores: of direction, and of sound against boxes.
        points: true and heard lateral angle of each object that is heard, deg.
    """

    scores: tuple[Score, ...]
    points: tuple[tuple[float, float], ...]


def directions(samples: Samples, scene: Scene, *, sample_rate: int, stems: Stems | None = None) -> Directions:
    """Compare a binaural clip, (2, n), with its scene.

    Args:
        samples: heard through the built-in head.
        scene: the truth.
        sample_rate: Hz.
        stems: of the scene's objects, to tell which one is heard where several sound.
    """
    from seehear.score import alignment_scores, direction_scores

    layout = layout_of("binaural")
    given = direction_scores(samples, scene, layout=layout, sample_rate=sample_rate, stems=stems)
    seen = alignment_scores(samples, scene, layout=layout, sample_rate=sample_rate, stems=stems)
    points = tuple(_points(samples, scene, layout, sample_rate, stems))
    return Directions((given.azimuth, given.side, given.left_right, seen.azimuth), points)


def _points(
    samples: Samples, scene: Scene, layout: Layout, sample_rate: int, stems: Stems | None
) -> Iterator[tuple[float, float]]:
    from seehear.score.windows import asked_of, heard_in, windows_of

    things = [one for one in scene.objects if one.sounding and Path(one).has_direction]
    heard = heard_in(samples, layout, sample_rate=sample_rate)
    windows = windows_of(things, asked_of(things, scene, layout, heard), scene, heard, stems=stems)
    known = ~np.isnan(windows.heard[:, 0])
    for number in range(len(things)):
        mine = (windows.thing == number) & known
        if mine.any():
            weight = windows.energy[mine]
            yield _mean(windows.asked[mine], weight), _mean(windows.heard[mine], weight)


def _mean(direction: Array, weight: Array) -> float:
    return float((vector_to_angles(direction)[0] * weight).sum() / weight.sum())
