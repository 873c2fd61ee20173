"""What is laid over the drawings: glow, name, corners, arrows to what is out of sight, captions, a view from above."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from seehear.draw.lettering import WHITE, Words, words
from seehear.draw.sprite import Texture, blend, stain
from seehear.scene.direction import Array

Pixels = NDArray[np.uint8]

GLOW = (255, 196, 64)
"""RGB of what sounds."""

_QUIET = (196, 200, 206)
_GLASS, _GLASS_COVER = (40, 48, 66), 176  # of a card: what stands behind it shows through
_GLOW_TEXELS = 96
_SPREAD = 1.5  # of the glow: times the box
_LEAST_GLOW, _MOST_GLOW = 0.06, 0.09  # of the picture's height


def glow(picture: Pixels, box: Array, shown: float) -> None:
    """Light up around a box, (4,) pixels, by 0 to 1; the glow swells with the loudness."""
    if shown <= 0.01:
        return
    centre, half = (box[:2] + box[2:]) / 2, (box[2:] - box[:2]) / 2
    swell = np.minimum(half * (_SPREAD - 1 + 0.35 * shown), _MOST_GLOW * picture.shape[0] * (0.7 + 0.3 * shown))
    half = np.maximum(half + swell, _LEAST_GLOW * picture.shape[0] * (0.6 + 0.6 * shown))
    around = np.concatenate([centre - half, centre + half])
    stain(picture, _glow_texture(), around, GLOW, opacity=0.25 + 0.6 * shown)


@lru_cache(maxsize=1)
def _glow_texture() -> Texture:
    away = (np.arange(_GLOW_TEXELS) + 0.5) / (_GLOW_TEXELS / 2) - 1
    radius = np.hypot(away[None], away[:, None])
    alpha = np.clip(1 - radius, 0, 1) ** 1.3
    ring = np.exp(-(((radius - 0.82) / 0.035) ** 2))
    cover = np.clip(alpha * 0.75 + 0.8 * ring, 0, 1)
    return _cover_alone((255 * cover).astype(np.uint8))


def shadow(picture: Pixels, box: Array) -> None:
    """Darken the ground under a box."""
    width, height = box[2] - box[0], box[3] - box[1]
    low = min(0.16 * height, 0.12 * width)
    under = np.array([box[0] - 0.04 * width, box[3] - low, box[2] + 0.04 * width, box[3] + low])
    stain(picture, _shadow_texture(), under, (0, 0, 0))


@lru_cache(maxsize=1)
def _shadow_texture() -> Texture:
    away = (np.arange(64) + 0.5) / 32 - 1
    cover = 130 * np.clip(1 - np.hypot(away[None], away[:, None]), 0, 1) ** 0.8
    return _cover_alone(cover.astype(np.uint8))


def _cover_alone(cover: Pixels) -> Texture:
    """A texture to stain with."""
    return Texture(
        np.zeros((*cover.shape, 3), np.uint8), cover, (0.0, 0.0, float(cover.shape[1]), float(cover.shape[0]))
    )


def corners(picture: Pixels, box: Array, *, sounds: bool) -> None:
    """Mark the four corners of a box, (4,) pixels, on its edge pixels."""
    height, width = picture.shape[:2]
    x0, y0 = (int(np.floor(value + 0.5)) for value in box[:2])
    x1, y1 = (int(np.ceil(value - 0.5)) - 1 for value in box[2:])
    arm = max(min((x1 - x0) // 4, (y1 - y0) // 4, height // 40), 1)
    colour = GLOW if sounds else _QUIET
    for x, inward_x in ((x0, 1), (x1, -1)):
        for y, inward_y in ((y0, 1), (y1, -1)):
            if 0 <= y < height:
                first, last = sorted((x, x + inward_x * arm))
                picture[y, max(first, 0) : max(last + 1, 0)] = colour
            if 0 <= x < width:
                first, last = sorted((y, y + inward_y * arm))
                picture[max(first, 0) : max(last + 1, 0), x] = colour


def put(picture: Pixels, text: Words, left: float, top: float) -> None:
    """Put set words, moved as little as keeps them inside the picture."""
    height, width = text.cover.shape
    x = int(np.clip(round(left), 0, max(picture.shape[1] - width, 0)))
    y = int(np.clip(round(top), 0, max(picture.shape[0] - height, 0)))
    under = picture[y : y + height, x : x + width]
    blend(under, text.colours[: under.shape[0], : under.shape[1]], text.cover[: under.shape[0], : under.shape[1]])


def name(picture: Pixels, label: str, box: Array, *, sounds: bool) -> None:
    """Write what a thing is above its box."""
    line = letter_height(picture)
    text = words(label, line, picture.shape[1] // 3, colour=GLOW if sounds else _QUIET)
    put(picture, text, (box[0] + box[2] - text.cover.shape[1]) / 2, box[1] - text.cover.shape[0] - 2)


def caption(picture: Pixels, text: str, *, high: bool = False) -> None:
    """Write a sentence along the lower edge, or the upper one."""
    line = round(1.25 * letter_height(picture))
    plate = words(text, line, round(0.92 * picture.shape[1]), lines=2)
    place = line // 2 if high else picture.shape[0] - plate.cover.shape[0] - line // 2
    put(picture, plate, (picture.shape[1] - plate.cover.shape[1]) / 2, place)


def letter_height(picture: Pixels) -> int:
    """Pixels of a line of small print."""
    return max(picture.shape[0] // 32, 9)


def arrow(picture: Pixels, label: str, bearing: tuple[float, float], row: int, shown: float) -> None:
    """Point from the picture's edge to what sounds out of sight.

    Args:
        picture: changed in place.
        label: what it is.
        bearing: deg as the camera sees it: azimuth, +90 is left, and elevation.
        row: how many arrows this edge has already.
        shown: how loud, 0 to 1.
    """
    height, width = picture.shape[:2]
    size = max(height // 22, 6) * (0.8 + 0.5 * shown)
    azimuth, elevation = bearing
    behind = abs(azimuth) > 135
    text = words(f"{label} (behind)" if behind else label, letter_height(picture), width // 3, colour=GLOW)
    step = 1.7 * text.cover.shape[0]
    if behind:
        tip = np.array([width / 2 * (1 - 0.8 * np.sin(np.deg2rad(azimuth))), height - 0.19 * height - step * row])
        _wedge(picture, tip, (0.0, 1.0), size)
        put(picture, text, tip[0] - text.cover.shape[1] / 2, tip[1] - 2.2 * size - text.cover.shape[0])
        return
    side = -1.0 if azimuth > 0 else 1.0
    down = float(np.clip(0.5 - elevation / 90, 0.15, 0.7)) * height + step * row
    tip = np.array([0.012 * width if side < 0 else 0.988 * width, down])
    _wedge(picture, tip, (side, 0.0), size)
    put(
        picture,
        text,
        tip[0] - (text.cover.shape[1] if side > 0 else 0) - side * 2.2 * size,
        down - text.cover.shape[0] / 2,
    )


def _wedge(picture: Pixels, tip: Array, ahead: tuple[float, float], size: float) -> None:
    forward = np.asarray(ahead)
    aside = np.array([-forward[1], forward[0]])
    outline = [
        tip,
        tip - 1.7 * size * forward + size * aside,
        tip - 1.1 * size * forward,
        tip - 1.7 * size * forward - size * aside,
    ]
    points = np.round(np.array(outline) * 16).astype(np.int32)
    cv2.fillPoly(picture, [points], GLOW, lineType=cv2.LINE_AA, shift=4)
    cv2.polylines(picture, [points], True, (40, 30, 10), lineType=cv2.LINE_AA, shift=4)


def unseen(picture: Pixels, label: str, point: Array, shown: float) -> None:
    """Ring the place, (2,) pixels, where something sounds that is inside the picture but not to be seen."""
    radius = max(picture.shape[0] / 40, 5) * (1 + shown)
    centre = tuple(int(value) for value in np.round(point * 16))
    for start in range(0, 360, 30):
        cv2.ellipse(picture, centre, (round(radius * 16),) * 2, 0, start, start + 16, GLOW, 2, cv2.LINE_AA, 4)
    text = words(label, letter_height(picture), picture.shape[1] // 3, colour=GLOW)
    put(picture, text, point[0] - text.cover.shape[1] / 2, point[1] - radius - text.cover.shape[0] - 2)


def somewhere(picture: Pixels, label: str, row: int, shown: float) -> None:
    """Name what sounds, in the upper left corner, when nothing says from where."""
    line = round(1.4 * letter_height(picture))
    text = words(f"{label}: direction unknown", line, picture.shape[1] // 2, colour=GLOW)
    top = line * (0.6 + 1.5 * row)
    put(picture, text, 2.0 * line, top)
    middle = top + text.cover.shape[0] / 2
    reach = line * (0.35 + 0.65 * shown)
    glow(picture, np.array([line - reach / 2, middle - reach / 2, line + reach / 2, middle + reach / 2]), shown)


def card(label: str | None, aspect: float = 1.0) -> Texture:
    """Give the stand-in for what the cast has no drawing of: sound waves and its name on tinted glass with a rim.

    Args:
        label: what it is; None: unknown.
        aspect: width over height of the card.
    """
    width, height = (round(192 * side) for side in (max(min(aspect, 4.0), 1.0), max(min(1 / aspect, 4.0), 1.0)))
    canvas = np.full((height, width, 3), _GLASS, np.uint8)
    drawn = np.zeros((height, width), np.uint8)
    cv2.rectangle(drawn, (0, 0), (width - 1, height - 1), 255, 5)
    x, y = width // 2 - 32, round(0.42 * height)
    for radius in (22, 38, 54):
        cv2.ellipse(drawn, (x + 6, y), (radius, radius), 0, -45, 45, 255, 7, cv2.LINE_AA)
    cv2.circle(drawn, (x, y), 10, 255, -1, cv2.LINE_AA)
    canvas = np.asarray(cv2.addWeighted(canvas, 1.0, cv2.merge([drawn] * 3), 0.65, 0.0), np.uint8)
    cover = cv2.max(np.full((height, width), _GLASS_COVER, np.uint8), drawn)
    if label:
        text = words(label, 30, width - 20, plate=0.0, lines=2)
        left, top = (width - text.cover.shape[1]) // 2, height - text.cover.shape[0] - 12
        put(canvas, text, left, top)
        under = cover[top : top + text.cover.shape[0], left : left + text.cover.shape[1]]
        under[...] = cv2.max(under, np.ascontiguousarray(text.cover[: under.shape[0], : under.shape[1]]))
    colours = cv2.multiply(canvas, cv2.merge([cover] * 3), scale=1 / 255)
    return Texture(np.asarray(colours, np.uint8), np.asarray(cover, np.uint8), (0.0, 0.0, float(width), float(height)))


def from_above(picture: Pixels, spots: list[tuple[float, float | None, float]], half_view: float) -> None:
    """Draw a small view from above in the upper right corner.

    Args:
        picture: changed in place.
        spots: of each thing: azimuth as the camera sees it (deg), metres or None, how loud (0 to 1).
        half_view: deg from the middle of the view to its edge.
    """
    height, width = picture.shape[:2]
    radius = max(height // 9, 12)
    centre = np.array([width - 1.25 * radius, 1.25 * radius])
    part = picture[: int(2.5 * radius), max(int(width - 2.5 * radius), 0) :]
    part[...] = cv2.convertScaleAbs(part, alpha=0.45)
    _dot(picture, centre, radius, (200, 204, 212), 1)
    for angle in (-half_view, half_view):
        ray = np.array([np.sin(np.deg2rad(angle)), -np.cos(np.deg2rad(angle))]) * radius
        ends = [tuple(int(v) for v in np.round(point)) for point in (centre, centre + ray)]
        cv2.line(picture, ends[0], ends[1], (140, 146, 158), 1, cv2.LINE_AA)
    reach = max([far for _, far, _ in spots if far is not None], default=1.0)
    for azimuth, far, shown in spots:
        share = 0.95 if far is None else 0.12 + 0.83 * far / max(reach, 1e-6)
        place = centre + radius * share * np.array([-np.sin(np.deg2rad(azimuth)), -np.cos(np.deg2rad(azimuth))])
        _dot(picture, place, radius * (0.05 + 0.06 * shown), GLOW if shown > 0.01 else _QUIET, -1)
    _dot(picture, centre, radius * 0.06, WHITE, -1)


def _dot(picture: Pixels, centre: Array, radius: float, colour: tuple[int, int, int], thickness: int) -> None:
    place = tuple(int(value) for value in np.round(centre * 16))
    cv2.circle(picture, place, max(round(radius * 16), 16), colour, thickness, cv2.LINE_AA, 4)
