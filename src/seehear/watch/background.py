"""What stands still behind everything: the median of views taken around a time, steadied.

Views are held back a few seconds, so that what leaves a place later is known not to belong to it.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import cv2
import numpy as np

from seehear.watch.steadying import Stance
from seehear.watch.working import Bytes, Reals, View

_REACH = 5.0  # seconds looked back and ahead
_SAMPLES = 9
_BLOCK = 1.0  # seconds served by one background


class Compared(NamedTuple):
    """A view beside what stands still behind it.

    Attributes:
        view: the view.
        stance: its place in the shot.
        background: (h, w, 3) uint8, in the view's pixels.
        before: (h, w) uint8, the last view's luma in this view's pixels.
        warp: (3, 3) carries the last view's pixels into this one's.
    """

    view: View
    stance: Stance
    background: Bytes
    before: Bytes
    warp: Reals


def compared(steadied: Iterable[tuple[View, Stance]]) -> Iterator[Compared]:
    """Set every view of one shot beside its background, some seconds late."""
    past: deque[tuple[View, Stance]] = deque()
    waiting: deque[tuple[View, Stance]] = deque()
    links: dict[int, Reals] = {}
    for view, stance in steadied:
        links[stance.chapter] = stance.link
        waiting.append((view, stance))
        if view.time - waiting[0][0].time >= _BLOCK + _REACH:
            yield from _serve(past, waiting, links)
    while waiting:
        yield from _serve(past, waiting, links)


def _serve(
    past: deque[tuple[View, Stance]], waiting: deque[tuple[View, Stance]], links: dict[int, Reals]
) -> Iterator[Compared]:
    begin = waiting[0][0].time
    block = [one for one in waiting if one[0].time < begin + _BLOCK]
    middle = block[len(block) // 2]
    background = _median(_samples([*past, *waiting]), middle, links)
    for view, stance in block:
        last, last_stance = past[-1] if past else (view, stance)
        step = _between(last_stance, stance, links)
        yield Compared(
            view,
            stance,
            _warped(background, _between(middle[1], stance, links), view.rgb, middle[0].live),
            _warped(last.luma, step, view.luma, last.live),
            np.eye(3) if step is None else step,
        )
        past.append(waiting.popleft())
    while past and past[0][0].time < begin + _BLOCK - _REACH:
        past.popleft()
    for chapter in [one for one in links if past and one < past[0][1].chapter]:
        del links[chapter]


def _samples(window: list[tuple[View, Stance]]) -> list[tuple[View, Stance]]:
    places = np.unique(np.linspace(0, len(window) - 1, _SAMPLES).round().astype(int))
    return [window[i] for i in places]


def _between(first: Stance, second: Stance, links: dict[int, Reals]) -> Reals | None:
    """Give the homography of the first view's pixels to the second's; None: they coincide."""
    if first.chapter == second.chapter and not first.moved and not second.moved:
        return None
    chain: Reals = np.eye(3)
    low, high = sorted((first.chapter, second.chapter))
    for chapter in range(low + 1, high + 1):
        chain = links[chapter] @ chain
    if first.chapter > second.chapter:
        chain = np.asarray(np.linalg.inv(chain), np.float64)
    return np.asarray(second.warp @ chain @ np.linalg.inv(first.warp))


def _warped(picture: Bytes, move: Reals | None, beneath: Bytes, live: tuple[int, int, int, int]) -> Bytes:
    """Move the live part of a picture; where it does not reach, ``beneath`` shows."""
    if move is None:
        return picture
    size = (picture.shape[1], picture.shape[0])
    moved = cv2.warpPerspective(picture, move, size, flags=cv2.INTER_LINEAR)
    x0, y0, x1, y1 = live[0] + 2, live[1] + 2, live[2] - 3, live[3] - 3
    corners = np.array([[x0, y0, 1], [x1, y0, 1], [x1, y1, 1], [x0, y1, 1]]) @ move.T
    reach = np.zeros(picture.shape[:2], np.uint8)
    if (corners[:, 2] > 1e-6).all():
        outline = np.clip(corners[:, :2] / corners[:, 2:], -9999, 9999)
        cv2.fillConvexPoly(reach, np.round(outline).astype(np.int32), 255)
    under = beneath.copy()
    cv2.copyTo(moved, reach, under)
    return under


def _median(samples: list[tuple[View, Stance]], middle: tuple[View, Stance], links: dict[int, Reals]) -> Bytes:
    under, goal = middle[0].rgb, middle[1]
    stack = [_warped(view.rgb, _between(stance, goal, links), under, view.live) for view, stance in samples]
    return np.asarray(np.median(np.stack(stack), axis=0), np.uint8) if len(stack) < 9 else _median_of_nine(stack)


def _median_of_nine(stack: list[Bytes]) -> Bytes:
    """The middle one of nine, by exchanges (Paeth, Graphics Gems 1990: 19 of them)."""
    p = list(stack)
    pairs = "12 45 78 01 34 67 12 45 78 03 58 47 36 14 25 47 42 64 42"
    for a, b in ((int(pair[0]), int(pair[1])) for pair in pairs.split()):
        p[a], p[b] = np.minimum(p[a], p[b]), np.maximum(p[a], p[b])
    return np.asarray(p[4], np.uint8)
