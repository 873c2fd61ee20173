"""The camera's motion within a shot: how each view lies against a reference view, and where the camera points.

Points spread over the whole picture are followed from the reference view (Lucas-Kanade, no drift while the reference
lasts). The motion that explains most of the picture's area is the camera's; a zoom is a zoom and not a turn.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from seehear.scene import rotation_matrix
from seehear.watch.lens import Lens
from seehear.watch.working import Bytes, Reals, View

_CELLS_WH = (10, 6)
_PER_CELL = 3
_STILL = 0.35  # px: a camera that moved less since the reference view has not moved
_FLAT = 6e-5  # least eigenvalue of a corner that noise does not make
_MANY = 0.35  # share of the picture's cells that must move as one before that is the camera's motion
_AGREED = 0.7  # pixels
_OBVIOUS = 0.6  # share of the points that rest: no other motion need be tried
_WIDE = 0.15  # least spread (std) of the points that move with the camera, shares of width and height; even: 0.29
_LEAP = 6.0  # px: a shorter way from view to view is found without a guess
_ALIKE = 0.2  # least peak of the phase correlation
_PATIENCE = 1.5  # seconds without such a motion before a new reference is taken


@dataclass(frozen=True)
class Stance:
    """How one view lies in its shot.

    Attributes:
        chapter: the number of its reference view.
        warp: (3, 3) homography, reference pixels to this view's.
        link: (3, 3) homography, the former chapter's reference pixels to this chapter's.
        rotation: (3, 3) the camera's axes in the world.
        moved: whether the camera has moved since the reference view.
        sure: share of the picture's cells that agree, [0, 1].
    """

    chapter: int
    warp: Reals
    link: Reals
    rotation: Reals
    moved: bool
    sure: float


STANDING = Stance(0, np.eye(3), np.eye(3), np.eye(3), moved=False, sure=1.0)


@dataclass
class _Page:
    """A reference view and where the last view lies against it.

    Attributes:
        chapter: its number.
        detail: (h, w) what is followed.
        points: (n, 2) pixels that are followed.
        rotation: (3, 3) the camera's axes in the world then.
        link: (3, 3) the former reference's pixels to this one's.
        warp: (3, 3) this one's pixels to the last view's.
    """

    chapter: int
    detail: Bytes
    points: Reals
    rotation: Reals
    link: Reals
    warp: Reals


def _page(view: View, chapter: int, rotation: Reals, link: Reals) -> _Page:
    return _Page(chapter, _detail(view.luma), _spread_points(view.luma, view.live), rotation, link, np.eye(3))


class Steadier:
    """Follows the camera through one shot.

    Args:
        lens: of the working frame.
    """

    def __init__(self, lens: Lens) -> None:
        self._lens = lens
        self._speed: Reals = np.eye(3)
        self._rotation: Reals = np.eye(3)
        self._moved = False
        self._lost_at: float | None = None
        self._last: View | None = None
        self._page: _Page | None = None

    def step(self, view: View) -> Stance:
        """Place the next view."""
        if self._page is None:
            self._page, self._last = _page(view, 0, np.eye(3), np.eye(3)), view
            return STANDING
        stance = self._placed(view, self._page) or self._swept(view, self._page)
        self._last = view
        return stance or self._lost(view, self._page)

    def _swept(self, view: View, page: _Page) -> Stance | None:
        """Place a view that lies too far from the reference, or where the camera's speed does not lead, by the last."""
        if self._last is None:
            return None
        leap = self._leap(self._last, view)
        if leap is not None:
            self._speed = leap
            stance = self._placed(view, page, leap)
            if stance is not None:
                return stance
        if leap is None and not self._moved:
            return None
        turned = _page(self._last, page.chapter + 1, self._rotation, page.warp)
        before, self._page = self._page, turned
        stance = self._placed(view, turned, leap)
        if stance is None:
            self._page = before
        return stance

    def _leap(self, last: View, view: View) -> Reals | None:
        """Give the homography of a fast turn between two views, by phase correlation; None: there is none."""
        size = self._lens.size_wh
        first, second = (np.asarray(_detail(one.luma), np.float32) for one in (last, view))
        (x, y), alike = cv2.phaseCorrelate(first, second, np.asarray(cv2.createHanningWindow(size, cv2.CV_32F)))
        if alike < _ALIKE or np.hypot(x, y) < _LEAP:
            return None
        return self._lens.matrix(rotation_matrix(*np.rad2deg(np.arctan2([x, y], self._lens.focal))), 1.0)

    def _placed(self, view: View, page: _Page, leap: Reals | None = None) -> Stance | None:
        """Place the view against a reference, the camera having leapt since the last one; None: they do not fit."""
        before, after = self._follow(_detail(view.luma), page)
        if len(before) < 8:
            return None
        inlier, sure = _agreeing(self._expected(before, after, page, leap), after, self._lens.size_wh)
        if inlier.sum() < 8 or sure < _MANY:
            return None
        warp, turn, moved = self._fit(before[inlier], after[inlier])
        self._speed, page.warp, self._rotation = warp @ np.linalg.inv(page.warp), warp, page.rotation @ turn
        self._moved, self._lost_at = moved, None
        stance = Stance(page.chapter, warp, page.link, self._rotation, moved, sure)
        if self._worn(before[inlier], after[inlier], len(page.points)):
            self._page = _page(view, page.chapter + 1, self._rotation, warp)
        return stance

    def _expected(self, before: Reals, after: Reals, page: _Page, leap: Reals | None) -> Reals:
        """Give where the points would be had the camera stopped, or, after a leap, had it turned as most say."""
        if leap is None:
            return _through(page.warp, before)
        led = _through(leap @ page.warp, before)
        return _through(self._lens.matrix(*self._lens.turn_between(led, after)), led)

    def _lost(self, view: View, page: _Page) -> Stance:
        """Too little to go by: the camera is taken to have stopped; after a while a new reference begins."""
        stance = Stance(page.chapter, page.warp, page.link, self._rotation, moved=self._moved, sure=0.0)
        self._speed = np.eye(3)
        self._lost_at = view.time if self._lost_at is None else self._lost_at
        if view.time - self._lost_at > _PATIENCE or len(page.points) < 8:
            self._page = _page(view, page.chapter + 1, self._rotation, page.warp)
            self._lost_at = None
        return stance

    def _follow(self, luma: Bytes, page: _Page) -> tuple[Reals, Reals]:
        if not len(page.points):
            return page.points, page.points
        guess = _through(self._speed @ page.warp, page.points).astype(np.float32)
        found, status, _ = cv2.calcOpticalFlowPyrLK(
            page.detail, luma, page.points.astype(np.float32), guess.copy(),
            winSize=(13, 13), maxLevel=3, flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
            criteria=(cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 20, 0.01),
        )  # fmt: skip
        width, height = self._lens.size_wh
        points = np.asarray(found, np.float64)
        inside = (points >= 2).all(1) & (points[:, 0] < width - 2) & (points[:, 1] < height - 2)
        good = inside & (np.asarray(status).ravel() > 0)
        return page.points[good], points[good]

    def _fit(self, before: Reals, after: Reals) -> tuple[Reals, Reals, bool]:
        shift = np.median(np.hypot(*(after - before).T))
        if shift < _STILL:
            return np.eye(3), np.eye(3), False
        turn, zoom = self._lens.turn_between(before, after)
        warp = self._lens.matrix(turn, zoom)
        if len(before) >= 30:
            fitted, _ = cv2.findHomography(before, after, 0)
            free = warp if fitted is None else np.asarray(fitted, np.float64)
            if _misfit(free, before, after) < 0.8 * _misfit(warp, before, after):
                warp = free
        return warp, turn, True

    def _worn(self, before: Reals, after: Reals, count: int) -> bool:
        """Say whether the reference has become too different to go on with."""
        width = self._lens.size_wh[0]
        shift = np.median(np.hypot(*(after - before).T))
        scale = np.median(np.abs(after - after.mean(0))) / max(np.median(np.abs(before - before.mean(0))), 1e-6)
        return bool(len(before) < 0.4 * count or shift > 0.3 * width or not 0.75 < scale < 1.33)


def _detail(luma: Bytes) -> Bytes:
    """Take the slow changes out of a picture, so that a change of exposure is not a motion."""
    slow = cv2.blur(luma, (31, 31))
    return np.asarray(cv2.addWeighted(luma, 2.0, slow, -2.0, 128.0), np.uint8)


def _spread_points(luma: Bytes, live: tuple[int, int, int, int]) -> Reals:
    """Give the best corners of every cell of the picture, (n, 2) pixels: flat regions have a say too."""
    strength = np.asarray(cv2.cornerMinEigenVal(luma, 5), np.float64)
    strength[(strength < np.asarray(cv2.dilate(strength, np.ones((5, 5)))))] = 0
    inner = np.zeros_like(strength)
    inner[live[1] + 5 : live[3] - 5, live[0] + 5 : live[2] - 5] = 1
    height, width = luma.shape
    y, x = np.nonzero(strength * inner > _FLAT)
    cell = x * _CELLS_WH[0] // width + _CELLS_WH[0] * (y * _CELLS_WH[1] // height)
    order = np.lexsort((-strength[y, x], cell))
    first = np.searchsorted(cell[order], cell[order])
    best = order[np.arange(len(order)) - first < _PER_CELL]
    return np.column_stack([x[best], y[best]]).astype(np.float64)


def _through(matrix: Reals, points: Reals) -> Reals:
    lifted = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return np.asarray(lifted[:, :2] / lifted[:, 2:])


def _misfit(matrix: Reals, before: Reals, after: Reals) -> float:
    return float(np.hypot(*(_through(matrix, before) - after).T).mean())


def _agreeing(expected: Reals, found: Reals, size_wh: tuple[int, int]) -> tuple[np.ndarray, float]:
    """Find the shift, turn and zoom that most cells of the picture agree on.

    Args:
        expected: (n, 2) pixels, where the points would be had the camera stopped.
        found: (n, 2) pixels, where they are.
        size_wh: working size.

    Returns:
        (n,) bool, the points that agree, and the share of cells that do.
    """
    cell = (
        found[:, 0] * _CELLS_WH[0] // size_wh[0] + _CELLS_WH[0] * (found[:, 1] * _CELLS_WH[1] // size_wh[1])
    ).astype(int)
    _, cell, count = np.unique(cell, return_inverse=True, return_counts=True)
    start, end = expected @ [1, 1j], found @ [1, 1j]
    still = np.abs(start - end) < _AGREED
    if still.mean() > _OBVIOUS:
        return still, 1.0
    scale, shift = _hypotheses(start, end)
    error = np.abs(scale[:, None] * start + shift[:, None] - end)
    slack = _AGREED + 0.04 * np.abs((scale[:, None] - 1) * start + shift[:, None])
    agree = error < slack
    share = (agree / count[cell]) @ np.eye(len(count))[cell]
    votes = np.sqrt(share).sum(1)
    votes[0] *= 1.1  # a camera at rest is likelier than one that follows something
    best = int(votes.argmax())
    wide = np.std(found[agree[best]], axis=0) / size_wh if agree[best].any() else np.zeros(2)
    sure = float(votes[best] / len(count))
    return agree[best], sure if best == 0 or (wide > _WIDE).all() else 0.0


def _hypotheses(start: np.ndarray, end: np.ndarray, tries: int = 90) -> tuple[np.ndarray, np.ndarray]:
    """Give similarities ``scale * z + shift`` (complex) through pairs of points; the first is rest."""
    rng = np.random.default_rng(len(start))
    one, two = rng.integers(0, len(start), (2, tries))
    apart = np.abs(start[one] - start[two]) > 20
    one, two = one[apart], two[apart]
    scale = (end[one] - end[two]) / (start[one] - start[two])
    near = np.abs(scale - 1) < 0.3
    shift = end[one] - scale * start[one]
    return np.concatenate([[1.0], scale[near]]), np.concatenate([[0.0], shift[near]])
