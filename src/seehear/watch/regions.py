"""Regions that move against the background, found in one view.

Boxes here are pixels of the working frame, ``[x0, y0, x1, y1]``, float.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from seehear.watch.background import Compared
from seehear.watch.working import LONG_SIDE, Bytes, Reals

Mask = NDArray[np.bool_]

_SMALLEST = 0.001  # share of the frame
_LARGEST = 0.8
_MOST = 12
_RIM = 4  # pixels
_THINNEST = 4  # pixels
_AROUND = 6  # pixels


@dataclass(frozen=True)
class Detection:
    """One thing found in one view.

    Attributes:
        box: (4,) pixels.
        kind: ``moving``, ``salient``, ``outlined`` or ``person``.
        strength: how sure, [0, 1].
        colours: (64,) square roots of the shares of 4 x 4 x 4 colours.
    """

    box: Reals
    kind: str
    strength: float
    colours: Reals


def difference(one: Compared) -> Bytes:
    """Give (h, w) how far the view lies outside what the background shows within a pixel or so."""
    reach = np.ones((5, 5) if one.stance.moved else (3, 3), np.uint8)
    background = _lit_alike(one.background, one.view.rgb)
    above = cv2.subtract(one.view.rgb, cv2.dilate(background, reach))
    below = cv2.subtract(cv2.erode(background, reach), one.view.rgb)
    red, green, blue = cv2.split(cv2.max(above, below))
    away = np.asarray(cv2.max(cv2.max(red, green), blue), np.uint8)
    if one.stance.moved:  # what lies at the frame's rim has hardly been seen before
        x0, y0, x1, y1 = one.view.live
        away[:, : x0 + _RIM], away[:, x1 - _RIM :], away[: y0 + _RIM], away[y1 - _RIM :] = 0, 0, 0, 0
    return away


def _lit_alike(background: Bytes, rgb: Bytes) -> Bytes:
    """Bring the background to the view's exposure: the median factor over the frame; if far from 1, over its parts."""
    thin = (slice(2, None, 6), slice(2, None, 6))
    ratio = (rgb[thin] + 8.0) / (background[thin] + 8.0)
    gain = np.clip(np.median(ratio, axis=(0, 1)), 0.4, 2.5)
    if np.abs(gain - 1).max() < 0.01:
        return background
    if np.abs(gain - 1).max() > 0.04:
        return _lit_in_parts(background, ratio, gain)
    ramp = np.clip((np.arange(256)[:, None] + 8.0) * gain - 8.0, 0, 255).round().astype(np.uint8)
    return np.asarray(cv2.LUT(background, ramp[:, None, :]), np.uint8)


def _lit_in_parts(background: Bytes, ratio: Reals, gain: Reals) -> Bytes:
    """A lens darkens its corners by another factor when the exposure changes: one factor for each of 4 x 3 parts."""
    parts = [
        [np.median(part, axis=(0, 1)) for part in np.array_split(row, 4, 1)] for row in np.array_split(ratio, 3, 0)
    ]
    factors = np.clip(np.array(parts), 0.8 * gain, 1.25 * gain).astype(np.float32)
    size = (background.shape[1], background.shape[0])
    field = cv2.resize(factors, size, interpolation=cv2.INTER_LINEAR)
    lit = cv2.multiply(background.astype(np.float32) + np.float32(8), field)
    return np.asarray(np.clip(np.asarray(lit) - np.float32(7.5), 0, 255), np.uint8)


def moving_regions(one: Compared, away: Bytes) -> list[Detection]:
    """Group what differs from the background into regions.

    Args:
        one: the view beside its background.
        away: (h, w) from `difference`.
    """
    floor = float(np.median(away[1::4, 1::4])) * 4
    weak, strong = max(12.0, floor), max(24.0, 2 * floor)
    mask = np.asarray(cv2.GaussianBlur(away, (3, 3), 0) > weak, np.uint8)
    height, width = mask.shape
    close = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * round(width / 64) + 1,) * 2)
    mask = np.asarray(cv2.morphologyEx(without_specks(mask), cv2.MORPH_CLOSE, close))
    count, marks, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    found = []
    for k in range(1, count):
        x, y, w, h, area = (int(value) for value in stats[k])
        if not _SMALLEST * width * height <= area <= _LARGEST * width * height:
            continue
        top, left = max(y - _AROUND, 0), max(x - _AROUND, 0)
        inside = (slice(top, y + h + _AROUND), slice(left, x + w + _AROUND))
        here = marks[inside] == k
        if (away[inside][here] > strong).mean() < 0.15:
            continue
        for part, cover in _cores(away[inside], here, weak):
            x0, y0 = left + part[1].start, top + part[0].start
            if _has_gone(one, (y0, x0), cover):
                continue
            spot = one.view.rgb[inside][part]
            box = np.array([x0, y0, x0 + spot.shape[1], y0 + spot.shape[0]], float)
            strength = float(np.clip((away[inside][part][cover].mean() - 10) / 40, 0, 1))
            found.append(Detection(box, "moving", strength, colour_shares(spot, cover)))
    found.sort(key=lambda region: -float(np.prod(region.box[2:] - region.box[:2])) * region.strength)
    return found[:_MOST]


def without_specks(mask: Bytes) -> Bytes:
    """Leave out of a mask (h, w) what holds no square of 2 x 2; the rest stays in place: even kernels shift."""
    square = np.ones((2, 2), np.uint8)
    return np.asarray(cv2.dilate(cv2.erode(mask, square, anchor=(0, 0)), square, anchor=(1, 1)), np.uint8)


def _cores(away: Bytes, here: Mask, weak: float) -> list[tuple[tuple[slice, slice], Mask]]:
    """Cut a region down to its core: a shadow, a glow or a change of light is weak beside what causes it.

    Args:
        away: (h, w) difference in the region's box and a little around.
        here: (h, w) the region.
        weak: the threshold that found it.

    Returns:
        For every part of the core its place in the box and its mask.
    """
    thin = away[here]
    thin = np.sort(thin[:: max(1, thin.size // 500)])
    core = here & (away > max(weak, 0.3 * float(thin[int(0.85 * thin.size)])))
    joined = cv2.morphologyEx(core.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    count, marks, stats, _ = cv2.connectedComponentsWithStats(np.asarray(joined), connectivity=8)
    smallest = max(0.1 * stats[1:, 4].max(initial=0), _SMALLEST * LONG_SIDE**2 / 2)
    parts = [
        k
        for k in range(1, count)
        if stats[k, 4] >= smallest and stats[k, 2:4].min() >= _THINNEST and _stands_clear(away, np.asarray(marks) == k)
    ]
    places = [(slice(y, y + h), slice(x, x + w)) for x, y, w, h, _ in stats[parts].tolist()]
    return [(place, marks[place] == k) for k, place in zip(parts, places, strict=True)]


def _has_gone(one: Compared, place: tuple[int, int], cover: Mask) -> bool:
    """Say whether the edge of a region is the background's and not the view's: what stood there has left.

    Args:
        one: the view beside its background.
        place: y, x of the mask's corner in the view.
        cover: (h, w) the region's mask.
    """
    top, left = max(place[0] - 2, 0), max(place[1] - 2, 0)
    room = (slice(top, place[0] + cover.shape[0] + 2), slice(left, place[1] + cover.shape[1] + 2))
    mask = np.zeros(one.view.luma[room].shape, np.uint8)
    mask[place[0] - top :, place[1] - left :][: cover.shape[0], : cover.shape[1]] = cover
    rim = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))) > 0
    edges = [
        np.asarray(cv2.morphologyEx(picture[room][..., 1].copy(), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)))[
            rim
        ].mean()
        for picture in (one.view.rgb, one.background)
    ]
    return bool(edges[0] < 0.7 * edges[1])


def _stands_clear(away: Bytes, mask: Mask) -> bool:
    """Say whether the difference ends with the region; a glow fades instead."""
    cover = mask.astype(np.uint8)
    ring = np.asarray(cv2.dilate(cover, np.ones((9, 9)))) > np.asarray(cv2.dilate(cover, np.ones((3, 3))))
    return not ring.any() or float(away[ring].mean()) < 0.5 * float(away[mask].mean())


def colour_shares(rgb: Bytes, mask: Mask) -> Reals:
    """Give (64,) square roots of the shares of 4 x 4 x 4 colours where ``mask`` (h, w) holds."""
    thin = slice(None, None, 2 if mask.size > 2000 else 1)
    picked = rgb[thin, thin][mask[thin, thin]].astype(np.int64) >> 6
    counts = np.bincount(picked @ np.array([16, 4, 1]), minlength=64).astype(np.float64)
    return np.asarray(np.sqrt(counts / max(counts.sum(), 1.0)))
