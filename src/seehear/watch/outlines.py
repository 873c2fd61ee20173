"""Things by their outline in one picture: small patches are joined by likeness, and every join is weighed as a thing.

A thing has an edge all around, does not run out of the picture, is compact, not too small, and stands out in colour.
Patches come from a watershed of the picture; the most alike neighbours are joined first, over and over, so that
windows, wheels and sheet metal at last become a car.

References: Uijlings et al., "Selective search for object recognition", IJCV 104 (2013), sections 3.1 and 3.2;
Alexe et al., "Measuring the objectness of image windows", PAMI 34 (2012).
"""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from seehear.watch.regions import Detection, colour_shares
from seehear.watch.salient import colour_distance, small_of
from seehear.watch.tracks import inside, overlap
from seehear.watch.working import Bytes, Reals

_PATCH = 10  # pixels between the patches' seeds
_BINS = 10  # of each colour axis
_TURNS = 8  # directions of the texture
_SMALLEST, _LARGEST = 0.01, 0.6  # shares of the picture
_FLAT = 16  # levels between darkest and brightest below which there is no outline
_SHARP = 24.0  # slope of a clear edge at least: a step of about 6 units of colour
_FAINTEST, _NEAREST_BEST = 0.22, 0.4  # least worth, and least share of the best one's

Marks = NDArray[np.int64]
Places = NDArray[np.int64]


class _Patches(NamedTuple):
    """The joins of patches: the first n rows are the patches themselves, each later one the join of two.

    Attributes:
        member: (m, n) which patches belong.
        area: (m,) pixels.
        box: (m, 4) pixels.
    """

    member: NDArray[np.bool_]
    area: Reals
    box: Reals


class _Borders(NamedTuple):
    """What lies between patches: shared lengths and edge strengths (n, n), and the length along the frame (n,)."""

    length: Reals
    strength: Reals
    frame: Reals


def outlined_regions(rgb: Bytes, live: tuple[int, int, int, int], most: int = 3) -> list[Detection]:
    """Find the few things with the clearest outline.

    Args:
        rgb: (h, w, 3).
        live: x0, y0, x1, y1 in pixels, the part without black bars.
        most: how many.

    Returns:
        Detections in pixels of ``rgb``, the best first.
    """
    made = small_of(rgb, live)
    if made is None:
        return []
    small = made.picture
    if min(small.shape[:2]) < 2 * _PATCH or int(small.max()) - int(small.min()) < _FLAT:
        return []
    smooth = np.asarray(cv2.bilateralFilter(small, 5, 25, 3), np.uint8)
    lab = np.asarray(cv2.cvtColor(smooth.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float64)
    marks = _watershed(smooth)
    borders = _borders(marks, lab)
    patches = _joined(marks, lab, borders)
    worth = _worth(patches, borders, marks, colour_distance(small))
    found = []
    for k in _best(patches.box, worth, most):
        bx0, by0, bx1, by1 = (int(value) for value in patches.box[k])
        mask = patches.member[k][marks[by0:by1, bx0:bx1]]
        box = made.placed(patches.box[k] / np.tile(small.shape[1::-1], 2))
        strength = float(np.clip((worth[k] - 0.15) / 0.6, 0, 1))
        found.append(Detection(box, "outlined", strength, colour_shares(small[by0:by1, bx0:bx1], mask)))
    return found


def _watershed(smooth: Bytes) -> Marks:
    """Cut the picture into patches around the flattest place of every square of a grid; (h, w) numbers from 0."""
    height, width = smooth.shape[:2]
    rough = np.asarray(cv2.morphologyEx(smooth, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)), np.int64).sum(axis=2)
    seeds = np.zeros((height, width), np.int32)
    for count, (y, x) in enumerate(np.ndindex(height // _PATCH, width // _PATCH)):
        top, left = y * _PATCH, x * _PATCH
        flat = int(rough[top : top + _PATCH, left : left + _PATCH].argmin())
        seeds[top + flat // _PATCH, left + flat % _PATCH] = count + 1
    marks = np.asarray(cv2.watershed(smooth, seeds), np.int32)
    for _ in range(2):  # the lines between patches go to a neighbour
        marks = np.where(marks <= 0, np.asarray(cv2.dilate(marks.astype(np.float32), np.ones((3, 3)))), marks)
    return np.unique(marks, return_inverse=True)[1].reshape(height, width).astype(np.int64)


def _borders(marks: Marks, lab: Reals) -> _Borders:
    count = int(marks.max()) + 1
    slopes = [cv2.Sobel(lab[..., c], cv2.CV_64F, *way) for c in range(3) for way in ((1, 0), (0, 1))]
    edge = np.sqrt(np.sum([np.asarray(slope) ** 2 for slope in slopes], axis=0))
    edge /= max(float(np.percentile(edge, 90)), _SHARP)
    length, strength = np.zeros(count * count), np.zeros(count * count)
    for one, other in (
        ((slice(None), slice(None, -1)), (slice(None), slice(1, None))),
        ((slice(None, -1),), (slice(1, None),)),
    ):
        apart = marks[one] != marks[other]
        pairs = marks[one][apart] * count + marks[other][apart]
        length += np.bincount(pairs, minlength=count * count)
        strength += np.bincount(pairs, np.maximum(edge[one], edge[other])[apart], minlength=count * count)
    rim = np.concatenate([marks[0], marks[-1], marks[:, 0], marks[:, -1]])
    square = [table.reshape(count, count) for table in (length, strength)]
    return _Borders(square[0] + square[0].T, square[1] + square[1].T, np.bincount(rim, minlength=count).astype(float))


def _features(marks: Marks, lab: Reals, area: Reals) -> Reals:
    """Give each patch's shares of colours and of edge directions, (n, 38), scaled so that sums of distances count."""
    count = len(area)
    bounds = ((0.0, 100.0), (-60.0, 60.0), (-60.0, 60.0))
    tables: list[Reals] = []
    for axis, (low, high) in enumerate(bounds):
        level = np.clip((lab[..., axis] - low) / (high - low) * _BINS, 0, _BINS - 1).astype(np.int64)
        counts = np.bincount((marks * _BINS + level).ravel(), minlength=count * _BINS).astype(float)
        tables.append(counts.reshape(count, _BINS) / 6.0)
    across, down = (np.asarray(cv2.Sobel(lab[..., 0], cv2.CV_64F, *way), float) for way in ((1, 0), (0, 1)))
    turn = ((np.arctan2(down, across) / (2 * np.pi) + 0.5) * _TURNS).astype(np.int64) % _TURNS
    weight = np.hypot(across, down).ravel() / 120.0
    turns = np.bincount((marks * _TURNS + turn).ravel(), weight, count * _TURNS)
    tables.append(np.asarray(turns, float).reshape(count, _TURNS))
    return np.concatenate(tables, axis=1) / area[:, None]


def _joined(marks: Marks, lab: Reals, borders: _Borders) -> _Patches:
    """Join the most alike neighbours until one is left."""
    count, (height, width) = int(marks.max()) + 1, marks.shape
    grown = 2 * count - 1
    area, member = np.zeros(grown), np.zeros((grown, count), bool)
    area[:count], member[:count] = np.bincount(marks.ravel(), minlength=count), np.eye(count, dtype=bool)
    traits = np.zeros((grown, 3 * _BINS + _TURNS))
    traits[:count] = _features(marks, lab, area[:count])
    box = np.zeros((grown, 4))
    box[:count] = _boxes(marks, count)
    length, strength, alike = np.zeros((grown, grown)), np.zeros((grown, grown)), np.full((grown, grown), -np.inf)
    length[:count, :count], strength[:count, :count] = borders.length, borders.strength
    live, frame = np.arange(grown) < count, np.array([width, height, width, height], float)
    first, second = np.nonzero(np.triu(borders.length))
    alike[first, second] = _alike(first, second, area / marks.size, traits, box / frame)
    alike[first, second] -= np.minimum(borders.strength[first, second] / borders.length[first, second], 1.5)
    for k in range(count, grown):
        i, j = divmod(int(alike[:k, :k].argmax()), k)
        share = area[[i, j]] / area[[i, j]].sum()
        area[k], traits[k], member[k] = area[i] + area[j], share @ traits[[i, j]], member[i] | member[j]
        box[k] = np.concatenate([np.minimum(box[i, :2], box[j, :2]), np.maximum(box[i, 2:], box[j, 2:])])
        for table in (length, strength):
            table[k] = table[i] + table[j]
            table[:, k] = table[k]
        live[i] = live[j] = False
        alike[i], alike[j], alike[:, i], alike[:, j] = -np.inf, -np.inf, -np.inf, -np.inf
        near = np.flatnonzero(live[:k] & (length[k, :k] > 0))
        edge = np.minimum(strength[k, near] / length[k, near], 1.5)
        alike[near, k] = _alike(near, k, area / marks.size, traits, box / frame) - edge
        live[k] = True
    return _Patches(member, area, box)


def _boxes(marks: Marks, count: int) -> Reals:
    y, x = np.divmod(np.arange(marks.size), marks.shape[1])
    box = np.tile([np.inf, np.inf, 0.0, 0.0], (count, 1))
    for column, (join, values) in enumerate(
        [(np.minimum, x), (np.minimum, y), (np.maximum, x + 1), (np.maximum, y + 1)]
    ):
        join.at(box[:, column], marks.ravel(), values)
    return box


def _alike(one: Places, other: Places | int, area: Reals, traits: Reals, box: Reals) -> Reals:
    """Say how alike regions are: traits, small ones first, no holes in what they make.

    Areas and boxes are of a picture of area 1.
    """
    apart = np.abs(traits[one] - traits[other]).sum(axis=1)
    size = np.maximum(box[one, 2:], box[other, 2:]) - np.minimum(box[one, :2], box[other, :2])
    return np.asarray(-apart - size[:, 0] * size[:, 1])


def _worth(patches: _Patches, borders: _Borders, marks: Marks, distance: Reals) -> Reals:
    """Weigh every join, (m,): about 0.3 for something, 1 for a clear thing."""
    member = patches.member.astype(float)
    outer = 1.0 - member
    height, width = marks.shape
    count = member.shape[1]
    length = ((member @ borders.length) * outer).sum(axis=1)
    strength = ((member @ borders.strength) * outer).sum(axis=1)
    frame = member @ borders.frame
    colour = np.bincount(
        marks.ravel(), np.clip(distance / max(float(np.percentile(distance, 99)), 1.5), 0, 1).ravel(), count
    )
    rest = np.maximum(marks.size - patches.area, 1)
    stands_out = (member @ colour) / patches.area - (outer @ colour) / rest
    box = patches.box / [width, height, width, height]
    share = patches.area / marks.size
    sides = (box[:, :2] <= 0.01).sum(axis=1) + (box[:, 2:] >= 0.99).sum(axis=1)
    away = (((box[:, :2] + box[:, 2:]) / 2 - 0.5) ** 2).sum(axis=1)
    filled = np.minimum(1, patches.area / np.prod(patches.box[:, 2:] - patches.box[:, :2], axis=1) / 0.65)
    outline = np.minimum(strength / np.maximum(length, 1), 1.5) * np.exp(-3 * frame / np.maximum(length + frame, 1))
    worth = outline * 0.6**sides * filled * np.exp(-away / (2 * 0.3**2)) * (0.5 + np.maximum(stands_out, 0))
    worth *= np.clip(np.sqrt(share) / 0.35, 0.2, 1)
    return np.where((share > _SMALLEST) & (share < _LARGEST), worth, 0.0)


def _best(boxes: Reals, worth: Reals, most: int) -> list[int]:
    kept: list[int] = []
    for k in np.argsort(-worth, kind="stable").tolist():
        if len(kept) == most or worth[k] < max(_FAINTEST, _NEAREST_BEST * worth.max()):
            break
        one, others = boxes[k][None], boxes[kept]
        clear = overlap(one, others).max(initial=0) < 0.3 and inside(one, others).max(initial=0) < 0.6
        if clear and inside(others, one).max(initial=0) < 0.8:
            kept.append(k)
    return kept
