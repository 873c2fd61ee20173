"""Tracks: detections of one thing joined over time (Kalman prediction, Hungarian assignment).

Centres and sizes are predicted at constant speed in the steadied picture: the camera's own motion is applied to the
prediction first. Reference: Kalman, "A new approach to linear filtering and prediction problems", J. Basic Eng. 1960;
Kuhn, "The Hungarian method for the assignment problem", Naval Research Logistics 1955.
"""

from array import array
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linear_sum_assignment

from seehear.watch.regions import Detection
from seehear.watch.working import Reals

_PROVEN = 4  # detections
_DEAREST = 0.85
_REST = np.eye(3)
_KINDS = ("moving", "salient", "outlined", "person")


@dataclass
class Track:
    """One thing over time.

    Attributes:
        rows: time and box (pixels) of every view in which it was found, five numbers each.
        pulse: time and motion energy in its box, [0, 1], at every view while it lived.
        kinds: how often it was found in each way.
        looks: how often it was looked at for a person.
        votes: how often it was one.
        state: (2, 4) box as centre and size, and its speed a second.
        spread: (2, 2) covariance of position and speed, the same for all four.
    """

    number: int
    rows: "array[float]" = field(default_factory=lambda: array("d"))
    pulse: "array[float]" = field(default_factory=lambda: array("d"))
    kinds: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_KINDS, 0))
    strength: float = 0.0
    looks: int = 0
    votes: int = 0
    colours: Reals = field(default_factory=lambda: np.zeros(64))
    state: Reals = field(default_factory=lambda: np.zeros((2, 4)))
    spread: Reals = field(default_factory=lambda: np.eye(2))
    seen: float = 0.0
    now: float = 0.0

    @property
    def hits(self) -> int:
        """In how many views it was found."""
        return len(self.rows) // 5

    @property
    def way(self) -> str:
        """In which way it was found most often."""
        return max(self.kinds, key=lambda name: self.kinds[name])

    @property
    def kind(self) -> str:
        """As what it was found: a person, else moving, if in a quarter of the detections; else salient."""
        if self.kinds["person"] >= 0.25 * self.hits or (self.votes >= 2 and self.votes >= 0.3 * self.looks):
            return "person"
        return "moving" if self.kinds["moving"] >= 0.25 * self.hits else "salient"

    @property
    def span(self) -> tuple[float, float]:
        """First and last time it was found, seconds."""
        return self.rows[0], self.rows[-5]

    @property
    def table(self) -> Reals:
        """(hits, 5) time and box."""
        return np.array(self.rows).reshape(-1, 5)

    @property
    def box(self) -> Reals:
        """(4,) where it is expected now."""
        centre, half = self.state[0, :2], np.maximum(self.state[0, 2:], 2.0) / 2
        return np.concatenate([centre - half, centre + half])

    def predict(self, time: float, warp: Reals) -> None:
        """Move on to ``time``; ``warp`` (3, 3) carries the last view's pixels into this one's."""
        step = time - self.now
        self.now = time
        self.state[0] += step * self.state[1] * np.array([1, 1, 0.5, 0.5])
        if (warp != _REST).any():
            self.state[0, :2], scale = _carried(warp, self.state[0, :2])
            self.state[:, 2:] *= scale
            self.state[1, :2] *= scale
        move = np.array([[1.0, step], [0.0, 1.0]])
        jolt = (4.0 + 0.6 * float(self.state[0, 2:].mean())) ** 2  # px a second squared: larger things, larger steps
        noise = jolt * np.array([[step**3 / 3, step**2 / 2], [step**2 / 2, step]])
        self.spread = move @ self.spread @ move.T + noise

    def update(self, found: Detection) -> None:
        """Take in a detection of this view."""
        seen = np.concatenate([(found.box[:2] + found.box[2:]) / 2, found.box[2:] - found.box[:2]])
        if not self.hits:
            self.state[0], self.colours = seen, found.colours
            self.spread = np.diag([4.0, 4.0 * float(seen[2:].mean()) ** 2])
        size = float(seen[2:].mean())
        gain = self.spread[:, 0] / (self.spread[0, 0] + (1.0 + 0.03 * size) ** 2)
        self.state += gain[:, None] * (seen - self.state[0])
        self.spread = self.spread - np.outer(gain, self.spread[0])
        self.colours = 0.9 * self.colours + 0.1 * found.colours
        self.strength += (found.strength - self.strength) / (self.hits + 1)
        self.kinds[found.kind] += 1
        self.seen = self.now
        self.rows.extend([self.now, *found.box])


def _carried(warp: Reals, point: Reals) -> tuple[Reals, float]:
    """Carry a point through a homography; give it and the scale around it."""
    around = np.array([[0.0, 0.0], [5.0, 0.0], [0.0, 5.0]]) + point
    lifted = np.column_stack([around, np.ones(3)]) @ warp.T
    moved = lifted[:, :2] / lifted[:, 2:]
    scale = np.sqrt(abs(np.linalg.det(moved[1:] - moved[0])) / 25)
    return moved[0], float(np.clip(scale, 0.5, 2.0))


def overlap(first: Reals, second: Reals) -> Reals:
    """Give intersection over union, (n, m), of boxes (n, 4) and (m, 4)."""
    shared = _shared(first, second)
    one, other = _area(first)[:, None], _area(second)[None]
    return np.asarray(shared / np.maximum(one + other - shared, 1e-9))


def inside(first: Reals, second: Reals) -> Reals:
    """Give what share of each of the boxes (n, 4) lies in each of the boxes (m, 4)."""
    return np.asarray(_shared(first, second) / np.maximum(_area(first)[:, None], 1e-9))


def paired_inside(first: Reals, second: Reals) -> Reals:
    """Give what share, (n,), of each of the boxes (n, 4) lies in its partner (n, 4)."""
    return np.asarray(_met(first, second) / np.maximum(_area(first), 1e-9))


def paired_overlap(first: Reals, second: Reals) -> Reals:
    """Give intersection over union, (n,), of boxes (n, 4) with their partners (n, 4)."""
    shared = _met(first, second)
    return np.asarray(shared / np.maximum(_area(first) + _area(second) - shared, 1e-9))


def _met(first: Reals, second: Reals) -> Reals:
    size = np.minimum(first[:, 2:], second[:, 2:]) - np.maximum(first[:, :2], second[:, :2])
    return np.asarray(np.prod(np.maximum(size, 0), axis=1))


def _area(boxes: Reals) -> Reals:
    return np.asarray(np.prod(np.maximum(boxes[:, 2:] - boxes[:, :2], 0), axis=1))


def _shared(first: Reals, second: Reals) -> Reals:
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    return np.asarray(np.prod(np.maximum(high - low, 0), axis=2))


class Tracker:
    """Joins the detections of one shot into tracks.

    Args:
        patience: seconds without a detection before a track ends; a third of it while it has few.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._live: list[Track] = []
        self._count = 0

    def step(self, time: float, warp: Reals, found: list[Detection] | None) -> list[Track]:
        """Take in one view; gives the tracks that ended with it.

        Args:
            time: seconds.
            warp: (3, 3) carries the last view's pixels into this one's.
            found: the detections; None: not looked for in this view.
        """
        for track in self._live:
            track.predict(time, warp)
        if found is None:
            return []
        rows, columns = self._assign(found)
        for row, column in zip(rows, columns, strict=True):
            self._live[row].update(found[column])
        for column in sorted(set(range(len(found))) - {int(column) for column in columns}):
            self._count += 1
            track = Track(self._count, now=time)
            track.update(found[column])
            self._live.append(track)
        return self._ended(time)

    @property
    def live(self) -> list[Track]:
        """The tracks that go on."""
        return list(self._live)

    def finish(self) -> list[Track]:
        """Give the tracks still alive: the shot is over."""
        ended, self._live = self._live, []
        return ended

    def feel(self, total: np.ndarray) -> None:
        """Note the motion energy in the box of every live track.

        Args:
            total: (h + 1, w + 1) integral of the levels by which the view differs from the last one; 48 make 1.
        """
        for track in self._live:
            track.pulse.extend([track.now, _mean_within(total, track.box) / 48])

    def _assign(self, found: list[Detection]) -> tuple[np.ndarray, np.ndarray]:
        if not self._live or not found:
            return np.zeros(0, int), np.zeros(0, int)
        cost = self._costs(found)
        rows, columns = linear_sum_assignment(cost)
        cheap = cost[rows, columns] < _DEAREST
        return rows[cheap], columns[cheap]

    def _costs(self, found: list[Detection]) -> Reals:
        places = np.array([track.box for track in self._live])
        boxes = np.array([one.box for one in found])
        size = np.sqrt(np.maximum(_area(places)[:, None], _area(boxes)[None]))
        centres = (places[:, None, :2] + places[:, None, 2:] - boxes[None, :, :2] - boxes[None, :, 2:]) / 2
        distance = np.hypot(*np.moveaxis(centres, -1, 0)) / (size + 4)
        ratio = np.abs(np.log(np.maximum(_area(places)[:, None], 1) / np.maximum(_area(boxes)[None], 1)))
        alike = np.array([[float(track.colours @ one.colours) for one in found] for track in self._live])
        cost = 0.5 * (1 - overlap(places, boxes)) + 0.3 * distance + 0.1 * ratio + 0.3 * (1 - alike)
        return np.asarray(np.where(distance > 1.5, 9.0, cost))

    def _ended(self, time: float) -> list[Track]:
        def over(track: Track) -> bool:
            return time - track.seen > self._patience / (1 if track.hits >= _PROVEN else 3)

        ended = [track for track in self._live if over(track)]
        self._live = [track for track in self._live if not over(track)]
        return ended


def _mean_within(total: np.ndarray, box: Reals) -> float:
    """Give the mean over a box of what ``total`` (h + 1, w + 1) is the integral of; at most 48."""
    height, width = total.shape[0] - 1, total.shape[1] - 1
    x0, y0, x1, y1 = (int(value) for value in box.tolist())
    x0, y0 = min(max(x0, 0), width - 1), min(max(y0, 0), height - 1)
    x1, y1 = min(max(x1, x0 + 1), width), min(max(y1, y0 + 1), height)
    summed = int(total[y1, x1]) - int(total[y0, x1]) - int(total[y1, x0]) + int(total[y0, x0])
    return float(min(48.0, summed / ((x1 - x0) * (y1 - y0))))
