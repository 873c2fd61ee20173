"""Pictures at any time between the made ones: both neighbours are moved along the optical flow and blended.

The flow is DIS (Kroeger et al., ECCV 2016, as OpenCV has it), each way; what moves too far for it is cross-faded.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Flow = NDArray[np.float32]

_NEAR = 1e-6


def pictures_at(times: Iterable[float], made: Iterable[Picture], made_times: Sequence[float]) -> Iterator[Picture]:
    """Give the pictures at some times, holding two of the made ones at a time.

    Args:
        times: s, rising; before the first made picture and after the last, those are held.
        made: (height, width, 3) uint8, as many as ``made_times``, two at least.
        made_times: s, rising.
    """
    source = iter(made)
    left, right, index = next(source), next(source), 0
    flows: tuple[Flow, Flow] | None = None
    for time in times:
        while time > made_times[index + 1] + _NEAR and index + 2 < len(made_times):
            left, right, index, flows = right, next(source), index + 1, None
        share = (time - made_times[index]) / (made_times[index + 1] - made_times[index])
        if share <= _NEAR:
            yield left
        elif share >= 1 - _NEAR:
            yield right
        else:
            flows = flows or (_flow(left, right), _flow(right, left))
            yield blended(left, right, flows, share)


def blended(left: Picture, right: Picture, flows: tuple[Flow, Flow], share: float) -> Picture:
    """Give the picture between two.

    Args:
        left: the earlier one.
        right: the later one.
        flows: (height, width, 2) pixels, from the earlier to the later and back.
        share: of the way from the earlier to the later, 0 to 1.
    """
    forth = _moved(left, flows[0] * np.float32(-share))
    back = _moved(right, flows[1] * np.float32(share - 1))
    mixed = forth * np.float32(1 - share) + back * np.float32(share)
    return np.asarray(np.rint(mixed).clip(0, 255), np.uint8)


def _moved(picture: Picture, step: Flow) -> NDArray[np.float32]:
    """Look up each pixel at its own place plus the step: the flow of the place it goes to stands for where it was."""
    import cv2

    height, width = picture.shape[:2]
    across, down = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return np.asarray(
        cv2.remap(
            picture, across + step[..., 0], down + step[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        ),
        np.float32,
    )


def _flow(first: Picture, second: Picture) -> Flow:
    import cv2

    grey = [cv2.cvtColor(one, cv2.COLOR_RGB2GRAY) for one in (first, second)]
    still = np.zeros((*grey[0].shape, 2), np.float32)
    if min(grey[0].shape) < 16:
        return still
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    return np.asarray(flow.calc(grey[0], grey[1], still), np.float32)


def resized(picture: Picture, size_wh: tuple[int, int]) -> Picture:
    """Give a picture at another size."""
    import cv2

    if (picture.shape[1], picture.shape[0]) == size_wh:
        return picture
    smaller = size_wh[0] * size_wh[1] < picture.shape[0] * picture.shape[1]
    return np.asarray(
        cv2.resize(picture, size_wh, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC), np.uint8
    )
