"""A clip beside its world: from where it is heard, whether it is in time, and whether its scene has the true boxes."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from seehear.media.stems import Samples
from seehear.scene import Scene, vector_to_angles
from seehear.scene.direction import Array
from seehear.score.judged import Judged, heard_at
from seehear.score.score import Score
from seehear.score.windows import Windows

LAYOUT_FPS = 5.0
"""Times a second at which boxes are compared."""


class Directions(NamedTuple):
    """What is heard of a clip.

    Attributes:
        scores: of direction, and of sound against boxes.
        points: true and heard lateral angle of each object that is heard, deg.
    """

    scores: tuple[Score, ...]
    points: tuple[tuple[float, float], ...]


def directions(samples: Samples, scene: Scene, judged: Judged) -> Directions:
    """Compare a binaural clip, (2, n), with its scene.

    Args:
        samples: heard through the built-in head.
        scene: the truth.
        judged: its windows, the same for every system.
    """
    from seehear.score.alignment import aligned
    from seehear.score.direction import scores_of_windows

    windows = heard_at(samples, judged)
    given = scores_of_windows(windows, [one.id for one in judged.things], judged.layout)
    seen = aligned(windows, judged, scene)
    points = tuple(_points(windows, len(judged.things)))
    return Directions((given.azimuth, given.side, given.left_right, seen.azimuth), points)


def _points(windows: Windows, count: int) -> Iterator[tuple[float, float]]:
    known = ~np.isnan(windows.heard[:, 0])
    for number in range(count):
        mine = (windows.thing == number) & known
        if mine.any():
            weight = windows.energy[mine]
            yield _mean(windows.asked[mine], weight), _mean(windows.heard[mine], weight)


def _mean(direction: Array, weight: Array) -> float:
    return float((vector_to_angles(direction)[0] * weight).sum() / weight.sum())


def onsets_of(samples: Samples, sample_rate: int) -> Array:
    """Give the onsets of a clip's channels together, (k,) s."""
    from seehear.score import onset_times

    return onset_times(samples.mean(axis=0).astype(np.float64), sample_rate)


def in_time(
    samples: Samples, sample_rate: int, onsets: Array, peaks: Array, fps: float, duration: float
) -> list[Score]:
    """Compare a clip's onsets with the true ones, and with the times at which most moves."""
    from seehear.score import av_align_fixed, onset_f1

    mine = onsets_of(samples, sample_rate)
    return [onset_f1(mine, onsets), av_align_fixed(mine, peaks, fps=fps, duration=duration)]


def layout_scores(scene: Scene | None, truth: Scene) -> list[Score]:
    """Compare a scene's boxes with the true ones; undefined where a system has no scene."""
    from seehear.score import layout_over_time, ltsim, tracks_of
    from seehear.score.layout import LTSIM
    from seehear.score.layout_time import MEAN_IOU

    if scene is None:
        return [one.undefined("a sound alone has no boxes") for one in (MEAN_IOU, LTSIM)]
    times = layout_times(truth)
    ours, true = tracks_of(_seen(scene), times), tracks_of(_seen(truth), times)
    pictures = [[tracks.frame(i) for i in range(len(times))] for tracks in (ours, true)]
    return [layout_over_time(ours, true).mean_iou, ltsim(*pictures, empty="zero")]


def layout_times(scene: Scene) -> Array:
    """Give the times at which boxes are compared, (k,) s."""
    return np.arange(0.5 / LAYOUT_FPS, scene.duration, 1.0 / LAYOUT_FPS)


def _seen(scene: Scene) -> Scene:
    """Leave out what never has a box: a layout says nothing of it."""
    things = tuple(one for one in scene.objects if any(key.box is not None for key in one.keyframes))
    return scene.model_copy(update={"objects": things})
