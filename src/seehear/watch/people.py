"""People upright in the picture, by histograms of oriented gradients.

Reference: Dalal and Triggs, "Histograms of oriented gradients for human detection", CVPR 2005; the linear classifier
that OpenCV brings (64 x 128 pixels, the person about 96 high). It sees whole upright people, from the front or behind
better than from the side. The whole frame is searched once a second at 480 pixels; what moves is looked at closer.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from seehear.watch.regions import Detection, colour_shares
from seehear.watch.tracks import Track, overlap
from seehear.watch.working import Bytes, Reals, View

EVERY = 1.0  # seconds between looks
MISSED = "people lower than a third of the frame that do not move, or lower than a tenth, and people not wholly in view"
_SEARCHED = 480  # pixels on the long side
_BODY = 100  # pixels that a body is brought to in a closer look
_LOWEST = 0.1  # body height in a closer look, share of the frame
_SURE, _NEARLY_SURE = 0.6, 0.3  # distances from the classifier's border
_MARGIN = np.array([0.18, 0.10])  # of the window around the body, shares of its width and height
_CLOSER = 6  # looks a time


class People:
    """Finds people, and tells which of the tracked things are people."""

    def __init__(self) -> None:
        self._finder = cv2.HOGDescriptor()
        self._finder.setSVMDetector(np.asarray(cv2.HOGDescriptor.getDefaultPeopleDetector()))

    def look(self, view: View, tracks: Sequence[Track]) -> list[Detection] | None:
        """Look for people in one view.

        Args:
            view: with its large picture; without one nothing is done.
            tracks: what moves; those that are people get a vote, all a look.

        Returns:
            The people who are none of the tracks; None: not looked.
        """
        if view.large is None:
            return None
        found = self._whole(view.large, view)
        places = np.array([track.box for track in tracks]).reshape(-1, 4)
        claimed = _claims(found, places)
        near = sorted(range(len(tracks)), key=lambda i: -float(tracks[i].strength))[:_CLOSER]
        for i, track in enumerate(tracks):
            track.looks += 1
            if (claimed == i).any() or (i in near and self._is_person(view.large, places[i], view)):
                track.votes += 1
        return [one for one, owner in zip(found, claimed, strict=True) if owner < 0]

    def _whole(self, large: Bytes, view: View) -> list[Detection]:
        scale = _SEARCHED / max(large.shape)
        picture = cv2.resize(large, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        grown = view.rgb.shape[1] / picture.shape[1], view.rgb.shape[0] / picture.shape[0]
        windows = self._windows(np.asarray(picture, np.uint8), _SURE)
        return [_detection(window * [*grown, *grown], weight, view.rgb) for window, weight in windows]

    def _is_person(self, large: Bytes, place: Reals, view: View) -> bool:
        """Look at one place more closely."""
        grown = large.shape[1] / view.rgb.shape[1], large.shape[0] / view.rgb.shape[0]
        box = place * [*grown, *grown]
        width, height = box[2:] - box[:2]
        if height < _LOWEST * large.shape[0] or not 1.2 < height / max(width, 1.0) < 5.0:
            return False
        room = np.array([0.35 * height, 0.25 * height])
        x0, y0 = np.maximum(box[:2] - room, 0).astype(int)
        x1, y1 = (box[2:] + room).astype(int)
        scale = _BODY / height
        seen = large[y0:y1, x0:x1]
        if min(seen.shape[:2]) * scale < 1:  # a sliver at the frame's edge, or none of it
            return False
        part = cv2.resize(seen, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        target = (box - [x0, y0, x0, y0]) * scale
        windows = self._windows(np.asarray(part, np.uint8), _NEARLY_SURE)
        return any(float(overlap(window[None], target[None])[0, 0]) > 0.4 for window, _ in windows)

    def _windows(self, picture: Bytes, sure: float) -> list[tuple[Reals, float]]:
        """Give the bodies' boxes (4,) in pixels and the distances from the classifier's border."""
        rim = 24  # people who fill the frame have no margin in it
        framed = cv2.copyMakeBorder(picture, rim, rim, rim, rim, cv2.BORDER_REPLICATE)
        if framed.shape[0] < 128 or framed.shape[1] < 64:
            return []
        found, weights = self._finder.detectMultiScale(framed, winStride=(8, 8), scale=1.1)
        rows = [
            (np.asarray(window, float), float(weight)) for window, weight in zip(found, np.ravel(weights), strict=True)
        ]
        return [(_body(window) - rim, weight) for window, weight in rows if weight > sure]


def _body(window: Reals) -> Reals:
    return np.concatenate([window[:2] + _MARGIN * window[2:], window[:2] + (1 - _MARGIN) * window[2:]])


def _claims(found: Sequence[Detection], places: Reals) -> np.ndarray:
    """Give for each person which of the places (n, 4) is theirs, -1: none."""
    if not len(found) or not len(places):
        return np.full(len(found), -1)
    boxes = np.array([one.box for one in found])
    fits = overlap(boxes, places)
    return np.where(fits.max(axis=1) > 0.35, fits.argmax(axis=1), -1)


def _detection(box: Reals, weight: float, rgb: Bytes) -> Detection:
    height, width = rgb.shape[:2]
    x0, y0, x1, y1 = np.clip(np.round(box), 0, [width - 1, height - 1, width, height]).astype(int)
    part = rgb[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)]
    return Detection(box, "person", min(1.0, weight / 2), colour_shares(part, np.ones(part.shape[:2], bool)))
