"""From a shot's tracks to smooth boxes at all analysed times: what will be an object, before it has a name.

Centres are smoothed as directions in the world, not in the frame: what rests there rests, however the camera shakes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from seehear.watch.regions import Detection
from seehear.watch.smoothing import smoothed, without_outliers
from seehear.watch.stage import SMOOTHED_OVER, Stage
from seehear.watch.tracks import Track
from seehear.watch.working import Reals

_SHORTEST = 0.4  # seconds
_STEADIEST = 0.5  # share of the views in which a track must have been found
_BRIDGED = 0.5  # seconds without a detection through which a thing is still taken as seen
_CEILING = {"moving": 0.9, "salient": 0.4, "person": 0.9}  # the greatest confidence


@dataclass(frozen=True)
class Find:
    """One thing seen in one shot.

    Attributes:
        kind: moving, salient or person.
        times: (n,) seconds, every analysed view from first to last sight.
        boxes: (n, 4) fractions of the frame, smooth, inside it.
        path: (n, 4) as tracked: azimuth and elevation in the world in degrees, width and height of the box.
        seen: (n,) whether it was in sight.
        energy: (n,) motion energy in the box, [0, 1].
        confidence: [0, 1].
        until: seconds, when the shot or the clip ends if it was still in sight then, else the last time.
        assumed: whether only a label says that it is there.
    """

    kind: str
    times: Reals
    boxes: Reals
    path: Reals
    seen: NDArray[np.bool_]
    energy: Reals
    confidence: float
    until: float
    assumed: bool = False

    @property
    def prominence(self) -> float:
        """How much of the picture it takes for how long and how surely."""
        size = np.sqrt(np.prod(self.boxes[:, 2:] - self.boxes[:, :2], axis=1)).mean()
        return float(self.confidence * size * (self.until - self.times[0] + 0.1))

    def mirrored(self) -> "Find":
        """Give the same in the mirror image."""
        boxes = np.column_stack([1 - self.boxes[:, 2], self.boxes[:, 1], 1 - self.boxes[:, 0], self.boxes[:, 3]])
        return replace(self, boxes=boxes, path=self.path * np.array([-1.0, 1.0, 1.0, 1.0]))


def is_worth_keeping(track: Track, step: float) -> bool:
    """Say whether a track is more than a flicker; ``step`` is the time between looks in seconds."""
    times = track.table[:, 0]
    life = times[-1] - times[0] + step
    least = {"moving": 4, "outlined": 2}.get(track.way, 3)
    return bool(life >= _SHORTEST and track.hits >= least and track.hits * step / life >= _STEADIEST)


def find(track: Track, stage: Stage) -> Find:
    """Smooth a track.

    Args:
        track: of pixels.
        stage: the shot it lives in.
    """
    table = track.table
    clock = stage.clock
    times = clock[(clock >= table[0, 0] - 1e-9) & (clock <= table[-1, 0] + 1e-9)]
    path = _path(table, times, stage)
    apart = np.diff(table[:, 0])
    reach = max(SMOOTHED_OVER, 1.5 * float(np.median(apart)) if len(apart) else 0.0)
    smooth = smoothed(times, path, reach)
    centre, half = stage.points(smooth[:, :2], times), np.maximum(smooth[:, 2:], 0.002) / 2
    boxes = _framed(np.concatenate([centre - half, centre + half], axis=1))
    pulse = np.array(track.pulse).reshape(-1, 2)
    energy = np.interp(times, pulse[:, 0], pulse[:, 1]) if len(pulse) else np.zeros(len(times))
    step = stage.looks[track.kind]
    unseen = float(clock[-1] - table[-1, 0])
    stays = unseen < 0.5 * step or (unseen < max(1.2 * step, _BRIDGED) and _is_inside(boxes[-1]))
    until = stage.end if stays else float(times[-1])
    confidence = _confidence(track, float(times[-1] - times[0]) + step, stage.looks)
    return Find(track.kind, times, boxes, path, _in_sight(table[:, 0], times), energy, confidence, until)


def _path(table: Reals, times: Reals, stage: Stage) -> Reals:
    """Give azimuth and elevation in the world, width and height, (n, 4), at all times, from the rows of a track."""
    scale = np.array([*stage.size_wh, *stage.size_wh], float)
    boxes = table[:, 1:] / scale
    angles = stage.angles((boxes[:, :2] + boxes[:, 2:]) / 2, table[:, 0])
    rows = without_outliers(np.column_stack([angles, boxes[:, 2:] - boxes[:, :2]]))
    return np.column_stack([np.interp(times, table[:, 0], rows[:, k]) for k in range(4)])


def _in_sight(found: Reals, times: Reals) -> NDArray[np.bool_]:
    right = np.clip(np.searchsorted(found, times - 1e-9), 0, len(found) - 1)
    left = np.maximum(right - 1, 0)
    between = np.abs(found[right] - times) > 1e-6
    return ~(between & (found[right] - found[left] > _BRIDGED))


def still_finds(found: Sequence[Detection], time: float, size_wh: tuple[int, int], end: float) -> list[Find]:
    """Take the detections of one view as things that stay where they are until ``end``."""
    scale = np.array([*size_wh, *size_wh], float)
    rows = [(one.box / scale, "person" if one.kind == "person" else "salient", one.strength) for one in found]
    return [
        _still_find(box, kind, time, end, (0.15 + 0.85 * strength) * _CEILING[kind]) for box, kind, strength in rows
    ]


def assumed_find(end: float) -> Find:
    """A thing of which only a label knows: in the middle of the picture, until ``end``."""
    return replace(_still_find(np.array([0.3, 0.3, 0.7, 0.7]), "salient", 0.0, end, 0.05), assumed=True)


def _still_find(box: Reals, kind: str, time: float, end: float, confidence: float) -> Find:
    boxes = _framed(box[None])
    path = np.array([[0.0, 0.0, *(boxes[0, 2:] - boxes[0, :2])]])
    return Find(kind, np.array([time]), boxes, path, np.array([True]), np.zeros(1), confidence, end)


def _is_inside(box: Reals) -> bool:
    return bool((box[:2] > 0.01).all() and (box[2:] < 0.99).all())


def _framed(boxes: Reals) -> Reals:
    """Clip boxes to the frame; none vanishes."""
    low = np.clip(boxes[:, :2], 0.0, 0.998)
    high = np.clip(boxes[:, 2:], low + 0.002, 1.0)
    return np.concatenate([low, high], axis=1)


def _confidence(track: Track, life: float, looks: Mapping[str, float]) -> float:
    steady = min(1.0, sum(track.kinds[name] * looks[name] for name in looks) / life)
    return float(_CEILING[track.kind] * steady * (0.15 + 0.85 * track.strength) * (1 - np.exp(-life / 0.7)))
