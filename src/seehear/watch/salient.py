"""Things that stand out from what surrounds them, in one picture: by colour against the picture's sides and the rest.

A place stands out if its colour is far from the colours met along at least two sides of the frame: sky, road or table
run out of the picture on several sides, a thing on one at most. Regions of the map at several heights are weighed by
their contrast to the ring around them, their size and place; the best that do not overlap are kept.

References: Zhang et al., "Minimum barrier salient object detection at 80 FPS", ICCV 2015 (contrast to the image
boundary, section 4); Cheng et al., "Global contrast based salient region detection", CVPR 2011.
"""

from typing import NamedTuple

import cv2
import numpy as np

from seehear.watch.regions import Detection, Mask, colour_shares, without_specks
from seehear.watch.tracks import inside, overlap
from seehear.watch.working import Bytes, Reals

LONG_SIDE = 160
"""Pixels of the small picture that is searched."""

_COLOURS = 3  # mean colours a side
_POINTS = 150  # a side
_SMALLEST, _LARGEST = 0.004, 0.45  # shares of the frame
_FAINTEST = 0.08
_LEVELS = (0.25, 0.35, 0.45, 0.55, 0.7)


class Salient(NamedTuple):
    """One thing that stands out.

    Attributes:
        box: (4,) fractions of the frame.
        worth: how much it stands out, [0, 1].
        mask: (h, w) of the small picture, cut to the box.
    """

    box: Reals
    worth: float
    mask: Mask


class Small(NamedTuple):
    """The part of a picture without black bars, made small.

    Attributes:
        picture: (h, w, 3), `LONG_SIDE` pixels at most.
        origin: (4,) the part's corner in pixels of the whole picture, twice.
        size: (4,) its width and height there, twice.
    """

    picture: Bytes
    origin: Reals
    size: Reals

    def placed(self, box: Reals) -> Reals:
        """Give a box, fractions of the part, in pixels of the whole picture, (4,)."""
        return np.asarray(box * self.size + self.origin)


def small_of(rgb: Bytes, live: tuple[int, int, int, int]) -> Small | None:
    """Make a picture's live part small; None where it is under 16 pixels.

    Args:
        rgb: (h, w, 3).
        live: x0, y0, x1, y1 in pixels, the part without black bars.
    """
    x0, y0, x1, y1 = live
    part = rgb[y0:y1, x0:x1]
    if min(part.shape[:2]) < 16:
        return None
    scale = LONG_SIDE / max(part.shape[:2])
    picture = np.asarray(cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    return Small(picture, np.array([x0, y0, x0, y0], float), np.array([x1 - x0, y1 - y0, x1 - x0, y1 - y0], float))


def salient_regions(rgb: Bytes, live: tuple[int, int, int, int], most: int = 4) -> list[Detection]:
    """Find the few things that stand out most.

    Args:
        rgb: (h, w, 3).
        live: x0, y0, x1, y1 in pixels, the part without black bars.
        most: how many.

    Returns:
        Detections in pixels of ``rgb``, the best first.
    """
    small = small_of(rgb, live)
    if small is None:
        return []
    return [
        Detection(small.placed(one.box), "salient", one.worth, colour_shares(_cut(small.picture, one.box), one.mask))
        for one in _best(_candidates(small.picture), most)
    ]


def _cut(small: Bytes, box: Reals) -> Bytes:
    height, width = small.shape[:2]
    x0, y0, x1, y1 = np.round(box * [width, height, width, height]).astype(int)
    return small[y0:y1, x0:x1]


def colour_distance(small: Bytes) -> Reals:
    """Give (h, w) how far each colour is from those of the picture's sides: the mean of the middle two of four."""
    lab = np.asarray(cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)
    lab = lab * np.array([0.6, 1.0, 1.0], np.float32)  # light and shade count less than colour
    deep_y, deep_x = max(2, lab.shape[0] // 20), max(2, lab.shape[1] // 20)
    sides = [side.reshape(-1, 3) for side in (lab[:, :deep_x], lab[:, -deep_x:], lab[:deep_y], lab[-deep_y:])]
    picked = np.stack([side[np.linspace(0, len(side) - 1, _POINTS).astype(int)] for side in sides])
    models = _side_colours(picked).reshape(-1, 6)
    squares = _squares(lab.reshape(-1, 3), models).reshape(-1, len(sides), _COLOURS)
    away = np.sort(np.sqrt(np.maximum(squares.min(axis=2), 0)), axis=1)
    smooth = cv2.GaussianBlur(((away[:, 1] + away[:, 2]) / 2).reshape(lab.shape[:2]), (0, 0), 1.0)
    return np.asarray(smooth, np.float64)


def _squares(points: np.ndarray, model: np.ndarray) -> np.ndarray:
    """Give the squared distance, (n, m), of points (n, 3) to means in their own spread, rows of ``model`` (m, 6)."""
    mean, weight = model[:, :3], model[:, 3:] ** -2
    return np.asarray(points**2 @ weight.T - 2 * points @ (mean * weight).T + (mean**2 * weight).sum(1))


def _side_colours(points: np.ndarray) -> np.ndarray:
    """Give the mean colours of sides and their spread, at least 6 units, (s, 3, 6), from points (s, n, 3) of each.

    A few steps of k-means from points spread along the brightness: the same answer each time.
    """
    order = np.argsort(points.sum(2), axis=1, kind="stable")
    begin = order[:, np.linspace(0, points.shape[1] - 1, _COLOURS * 2 + 1).astype(int)[1::2]]
    middle = np.take_along_axis(points, begin[..., None], axis=1)
    spread = np.full_like(middle, 6.0)
    for _ in range(4):
        nearest = ((points[:, :, None] - middle[:, None]) ** 2).sum(-1).argmin(2)
        mine = (nearest[:, None] == np.arange(_COLOURS)[:, None]).astype(points.dtype)  # (s, 3, n)
        count = mine.sum(2, keepdims=True)
        share = mine / np.maximum(count, 1)
        middle = np.where(count > 0, share @ points, middle)
        spread = np.where(count > 0, np.sqrt(np.maximum(share @ points**2 - middle**2, 36.0)), 6.0)
    return np.concatenate([middle, spread], axis=2).astype(points.dtype)


def _candidates(small: Bytes) -> list[Salient]:
    away = colour_distance(small)
    top = float(np.percentile(away, 99))
    if top < 1.5:
        return []
    height = np.clip(away / top, 0, 1)
    found = []
    for level in _LEVELS:
        opened = without_specks((height > level).astype(np.uint8))
        mask = np.asarray(cv2.morphologyEx(opened, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)))
        count, marks, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
        for k in range(1, count):
            if _SMALLEST * mask.size <= stats[k, 4] <= _LARGEST * mask.size:
                found.append(_weighed(height, np.asarray(marks), k, stats[k], min(1.0, top / 4)))
    return found


def _weighed(height: Reals, marks: np.ndarray, k: int, stats: np.ndarray, absolute: float) -> Salient:
    x, y, w, h, area = (int(value) for value in stats)
    rows, columns = height.shape
    margin_x, margin_y = max(3, w // 4), max(3, h // 4)
    ring = (slice(max(0, y - margin_y), y + h + margin_y), slice(max(0, x - margin_x), x + w + margin_x))
    here, cover = height[ring], marks[ring] == k
    within = float((here * cover).sum()) / area
    contrast = within - float((here * ~cover).sum()) / max(here.size - area, 1)
    box = np.array([x / columns, y / rows, (x + w) / columns, (y + h) / rows])
    sides = (x <= 1) + (y <= 1) + (x + w >= columns - 1) + (y + h >= rows - 1)
    centre = (box[:2] + box[2:]) / 2 - 0.5
    middle = float(np.exp(-(centre @ centre) / (2 * 0.35**2)))
    size = float(np.clip(np.sqrt(area / (rows * columns)) / 0.12, 0.5, 1.0))
    filled = min(1.0, area / (w * h) / 0.6) ** 2
    filled *= min(1.0, 3.0 * min(w, h) / max(w, h))
    worth = max(contrast, 0.0) * (0.4 + 0.6 * middle) * size * filled * 0.5**sides * absolute
    return Salient(box, float(min(1.0, worth)), marks[y : y + h, x : x + w] == k)


def _best(found: list[Salient], most: int) -> list[Salient]:
    kept: list[Salient] = []
    for one in sorted(found, key=lambda item: -item.worth):
        if len(kept) == most or one.worth <= _FAINTEST:
            break
        others = np.array([other.box for other in kept]).reshape(-1, 4)
        here = one.box[None]
        if not len(kept) or (overlap(here, others).max() < 0.3 and inside(here, others).max() < 0.7):
            kept.append(one)
    return kept
