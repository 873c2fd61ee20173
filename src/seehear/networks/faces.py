"""Faces followed through a clip and cut out as SyncNet wants them.

Detector: OpenCV's cascade of frontal faces, which comes with it and needs no weights of its own; it misses faces that
are turned away, small or dark, so that a clip may have none. Tracks and cuts follow the published evaluation: a face is
followed while its boxes overlap by half, a track lasts more than 50 frames and is at least 100 pixels high, its cut is
1.8 boxes wide, its place smoothed over 13 frames.

References: Viola and Jones, "Rapid object detection using a boosted cascade of simple features", CVPR 2001; Chung and
Zisserman, "Out of time", 2016, and its published pipeline.
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seehear.networks.inputs import Frames, checked_frames

Array = NDArray[np.float64]
SIDE = 224
_OVERLAP, _GAP, _LEAST_FRAMES, _LEAST_PIXELS = 0.5, 10, 50, 100.0
_SCALE = 0.4
_SMOOTH = 13
_WIDTH = 640


@dataclass
class Track:
    """One face over time.

    Attributes:
        indices: frames in which it was found, rising.
        boxes: ``xyxy`` in pixels, one for each.
    """

    indices: list[int] = field(default_factory=list)
    boxes: list[Array] = field(default_factory=list)

    def filled(self) -> tuple[NDArray[np.int64], Array]:
        """Give every frame from the first to the last, (n,), and its box, (n, 4), linear where it was not found."""
        every = np.arange(self.indices[0], self.indices[-1] + 1)
        boxes = np.stack(self.boxes)
        return every, np.stack([np.interp(every, self.indices, boxes[:, i]) for i in range(4)], axis=1)


def find_faces(frames: Frames) -> list[list[Array]]:
    """Give the boxes of every frame, ``xyxy`` in pixels."""
    import cv2

    cascades = Path(cv2.__file__).parent / "data"
    detector = cv2.CascadeClassifier(str(cascades / "haarcascade_frontalface_default.xml"))
    found = []
    for frame in frames:
        scale = min(1.0, _WIDTH / frame.shape[1])
        grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
        small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        boxes = np.asarray(detector.detectMultiScale(small, 1.1, 5, minSize=(40, 40)), dtype=np.float64).reshape(-1, 4)
        found.append([np.array([x, y, x + w, y + h]) / scale for x, y, w, h in boxes])
    return found


def follow(found: list[list[Array]]) -> list[Track]:
    """Join the boxes of neighbouring frames into tracks; short and small ones are left out."""
    tracks: list[Track] = []
    for index, boxes in enumerate(found):
        free = list(boxes)
        for track in tracks:
            if not free or index - track.indices[-1] > _GAP:
                continue
            shares = [_overlap(track.boxes[-1], box) for box in free]
            best = int(np.argmax(shares))
            if shares[best] > _OVERLAP:
                track.indices.append(index)
                track.boxes.append(free.pop(best))
        tracks += [Track([index], [box]) for box in free]
    return [one for one in tracks if _is_kept(one)]


def cut_face(frames: Frames, track: Track) -> Frames:
    """Cut a face out of its frames, uint8 (n, 224, 224, 3); outside the frame is grey.

    Args:
        frames: the clip's, uint8 (n, height, width, 3).
        track: of a face in them.
    """
    import cv2
    from scipy.signal import medfilt

    every, boxes = track.filled()
    half = medfilt(np.maximum(boxes[:, 3] - boxes[:, 1], boxes[:, 2] - boxes[:, 0]) / 2, _SMOOTH)
    across = medfilt((boxes[:, 0] + boxes[:, 2]) / 2, _SMOOTH)
    down = medfilt((boxes[:, 1] + boxes[:, 3]) / 2, _SMOOTH)
    cut = []
    for index, size, x, y in zip(every, half, across, down, strict=True):
        size = max(size, 1.0)  # the filter's ends fall to zero
        edge = int(size * (1 + 2 * _SCALE))
        padded = np.pad(frames[index], ((edge, edge), (edge, edge), (0, 0)), constant_values=110)
        x, y, wide = x + edge, y + edge, size * (1 + _SCALE)
        face = padded[int(y - size) : int(y + size * (1 + 2 * _SCALE)), int(x - wide) : int(x + wide)]
        cut.append(cv2.resize(face, (SIDE, SIDE)))
    return np.stack(cut)


def faces(frames: Frames) -> list[tuple[int, Frames]]:
    """Give every face of a clip: the frame it begins at, and its cuts, uint8 (n, 224, 224, 3).

    Args:
        frames: uint8 (n, height, width, 3), 25 per second.

    Raises:
        InputError: no frames.
    """
    tracks = follow(find_faces(checked_frames(frames)))
    return [(track.indices[0], cut_face(frames, track)) for track in tracks]


def _is_kept(track: Track) -> bool:
    boxes = np.stack(track.boxes)
    span = track.indices[-1] - track.indices[0] + 1
    return span > _LEAST_FRAMES and float((boxes[:, 2:] - boxes[:, :2]).mean()) >= _LEAST_PIXELS


def _overlap(a: Array, b: Array) -> float:
    inside = np.maximum(0.0, np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])).prod()
    return float(inside / ((a[2:] - a[:2]).prod() + (b[2:] - b[:2]).prod() - inside))
