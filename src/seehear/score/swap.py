"""The left-right mirror of a clip, and what a metric says of it: the test that no metric in common use passes.

A metric that scores a swapped clip as the clip itself cannot hear left from right.
"""

from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

import numpy as np

from seehear.acoustics.ambisonics import degree_of_channels
from seehear.errors import InputError
from seehear.media.layout import Layout
from seehear.media.stems import Samples
from seehear.scene import Scene
from seehear.scene.direction import wrap_azimuth
from seehear.scene.scene import Keyframe

T = TypeVar("T")


class Swapped(NamedTuple, Generic[T]):
    """What `swap_test` gives.

    Attributes:
        given: the metric's answer to the clip.
        swapped: its answer to the clip's mirror image.
    """

    given: T
    swapped: T


def swap_test(metric: Callable[[Samples], T], samples: Samples, layout: Layout) -> Swapped[T]:
    """Score a clip and its left-right mirror image.

    Args:
        metric: takes samples of the layout, such as ``lambda clip: direction_scores(clip, scene, ...)``.
        samples: (layout.size, n).
        layout: of the samples.

    Raises:
        InputError: another number of channels than the layout's.
    """
    return Swapped(metric(samples), metric(mirrored(samples, layout)))


def mirrored(samples: Samples, layout: Layout) -> Samples:
    """Swap left and right: channels change places with their twins; ambisonic channels that are odd in y change sign.

    Example:
        >>> from seehear.media.layout import layout_of
        >>> mirrored(np.array([[1.0], [2.0], [3.0], [4.0]], dtype=np.float32), layout_of("foa")).ravel().tolist()
        [1.0, -2.0, 3.0, 4.0]
    """
    check_channels(samples, layout)
    if layout.kind != "ambisonics":
        return samples[list(layout.mirror)]
    degree = degree_of_channels(layout.order)
    odd = np.arange(layout.size) < degree * degree + degree
    return np.asarray(np.where(odd[:, None], -samples, samples), dtype=samples.dtype)


def mirrored_scene(scene: Scene) -> Scene:
    """Swap a scene's left and right: directions, boxes, and the camera's yaw and roll."""
    things = tuple(
        one.model_copy(update={"keyframes": tuple(_mirrored_key(key) for key in one.keyframes)})
        for one in scene.objects
    )
    pose = tuple(one.model_copy(update={"yaw": -one.yaw, "roll": -one.roll}) for one in scene.camera.pose)
    return scene.model_copy(update={"objects": things, "camera": scene.camera.model_copy(update={"pose": pose})})


def check_channels(samples: Samples, layout: Layout) -> None:
    """Refuse samples that are not the layout's.

    Raises:
        InputError: another shape than (layout.size, n), or samples that are not finite.
    """
    if samples.ndim != 2 or samples.shape[0] != layout.size:
        raise InputError(f"expected {layout.name} samples of shape ({layout.size}, n), got shape {samples.shape}")
    if not np.isfinite(samples).all():
        raise InputError("expected finite samples, got nan or infinity: repair the clip first")


def _mirrored_key(key: Keyframe) -> Keyframe:
    azimuth = None if key.azimuth is None else float(wrap_azimuth(-key.azimuth))
    box = None if key.box is None else (1.0 - key.box[2], key.box[1], 1.0 - key.box[0], key.box[3])
    return key.model_copy(update={"azimuth": azimuth, "box": box})
