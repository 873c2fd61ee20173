"""From a shot's tracks to smooth boxes at all analysed times: what will be an object, before it has a name."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seehear.watch.regions import Detection
from seehear.watch.smoothing import smoothed
from seehear.watch.tracks import Track
from seehear.watch.working import Reals

SMOOTHED_OVER = 0.2  # seconds
_SHORTEST = 0.4  # seconds
_STEADIEST = 0.5  # share of the views in which a track must have been found
_BRIDGED = 0.5  # seconds without a detection through which a thing is still taken as seen


@dataclass(frozen=True)
class Find:
    """One thing seen in one shot.

    Attributes:
        kind: moving, salient or person.
        times: (n,) seconds, every analysed view from first to last sight.
        boxes: (n, 4) fractions of the frame, smooth, inside it.
        raw: (n, 4) fractions, as tracked.
        seen: (n,) whether it was in sight.
        energy: (n,) motion energy in the box, [0, 1].
        confidence: [0, 1].
        until: seconds, when the shot or the clip ends if it was still in sight then, else the last time.
    """

    kind: str
    times: Reals
    boxes: Reals
    raw: Reals
    seen: NDArray[np.bool_]
    energy: Reals
    confidence: float
    until: float

    @property
    def prominence(self) -> float:
        """How much of the picture it takes for how long and how surely."""
        size = np.sqrt(np.prod(self.boxes[:, 2:] - self.boxes[:, :2], axis=1)).mean()
        return float(self.confidence * size * (self.until - self.times[0] + 0.1))


def is_worth_keeping(track: Track, step: float) -> bool:
    """Say whether a track is more than a flicker; ``step`` is the time between looks in seconds."""
    times = track.table[:, 0]
    life = times[-1] - times[0] + step
    least = 4 if track.kinds["moving"] else 3
    return bool(life >= _SHORTEST and track.hits >= least and track.hits * step / life >= _STEADIEST)


def find(track: Track, clock: Reals, size_wh: tuple[int, int], end: float, looks: Mapping[str, float]) -> Find:
    """Smooth a track.

    Args:
        track: of pixels.
        clock: (m,) times of all views of the shot.
        size_wh: working size.
        end: seconds, where the shot ends.
        looks: seconds between looks for each kind.
    """
    table = track.table
    times = clock[(clock >= table[0, 0] - 1e-9) & (clock <= table[-1, 0] + 1e-9)]
    scale = np.array([*size_wh, *size_wh], float)
    raw = np.column_stack([np.interp(times, table[:, 0], table[:, k + 1]) for k in range(4)]) / scale
    pulse = np.array(track.pulse).reshape(-1, 2)
    energy = np.interp(times, pulse[:, 0], pulse[:, 1]) if len(pulse) else np.zeros(len(times))
    boxes = _framed(smoothed(times, raw, SMOOTHED_OVER))
    right = np.clip(np.searchsorted(table[:, 0], times - 1e-9), 0, len(table) - 1)
    left = np.maximum(right - 1, 0)
    apart = np.abs(table[right, 0] - times) > 1e-6
    seen = ~(apart & (table[right, 0] - table[left, 0] > _BRIDGED))
    kind = track.kind
    step = looks[kind]
    unseen = float(clock[-1] - table[-1, 0])
    stays = unseen < 0.5 * step or (unseen < max(1.2 * step, _BRIDGED) and _is_inside(boxes[-1]))
    until = end if stays else float(times[-1])
    confidence = _confidence(track, float(times[-1] - times[0]) + step, looks)
    return Find(kind, times, boxes, raw, seen, energy, confidence, until)


def still_find(found: Detection, time: float, size_wh: tuple[int, int], end: float) -> Find:
    """Take one detection in one view as a thing that stays where it is until ``end``."""
    scale = np.array([*size_wh, *size_wh], float)
    box = _framed(found.box[None] / scale)
    confidence = 0.35 * (0.15 + 0.85 * found.strength)
    return Find("salient", np.array([time]), box, box, np.array([True]), np.zeros(1), confidence, end)


def _is_inside(box: Reals) -> bool:
    return bool((box[:2] > 0.01).all() and (box[2:] < 0.99).all())


def _framed(boxes: Reals) -> Reals:
    """Clip boxes to the frame; none vanishes."""
    low = np.clip(boxes[:, :2], 0.0, 0.998)
    high = np.clip(boxes[:, 2:], low + 0.002, 1.0)
    return np.concatenate([low, high], axis=1)


def _confidence(track: Track, life: float, looks: Mapping[str, float]) -> float:
    steady = min(1.0, sum(track.kinds[name] * looks[name] for name in looks) / life)
    ceiling = {"moving": 0.9, "salient": 0.4, "person": 0.9}[track.kind]
    return float(ceiling * steady * (0.15 + 0.85 * track.strength) * (1 - np.exp(-life / 0.7)))
