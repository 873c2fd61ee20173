"""What each frame is told in words: the scene's caption, the frame's own, or both, as SpA2V's ablation has them.

Reference: SpA2V, Table 2, "Mix", "Global", "Local". How "Mix" mixes is not published; here the two are joined by a
comma.
"""

from collections.abc import Sequence

from seehear.draw.animatediff.places import Places
from seehear.scene import Scene

_THIRD = 1 / 3


def frame_prompts(scene: Scene, places: Places, conditioning: str) -> list[str]:
    """Give one prompt for each frame.

    Args:
        scene: its captions are taken where it has them; else they are made of the labels and boxes.
        places: what is seen where in each frame.
        conditioning: mix, global or local.

    Example:
        >>> from seehear.draw.animatediff.places import places_of
        >>> scene = Scene(duration=1.0, caption="a street", frame_captions=[{"time": 0.5, "caption": "a car comes"}])
        >>> frame_prompts(scene, places_of(scene, [0.0, 0.5]), "mix")
        ['a street', 'a street, a car comes']
    """
    whole = scene.caption or _all_named(scene, places)
    local = [_local(scene, places, index) for index in range(len(places.times))]
    if conditioning == "global":
        return [whole] * len(local)
    if conditioning == "local":
        return [one or whole for one in local]
    return [f"{whole}, {one}" if one else whole for one in local]


def _all_named(scene: Scene, places: Places) -> str:
    named = _listed([*places.labels])
    around = scene.ambience.caption or scene.ambience.label if scene.ambience else None
    return f"{named}, {around}" if around and named else named or around or "an empty place"


def _local(scene: Scene, places: Places, index: int) -> str:
    """The caption in force at the frame's time; where the scene has none at all, what is seen on which side."""
    if scene.frame_captions:
        told = [one.caption for one in scene.frame_captions if one.time <= places.times[index] + 1e-9]
        return told[-1] if told else ""
    words = []
    for label, box in zip(places.labels, places.boxes[:, index], strict=True):
        if box[2] > box[0]:  # not-a-number is not seen
            middle = (box[0] + box[2]) / 2
            side = "on the left" if middle < _THIRD else "on the right" if middle > 1 - _THIRD else "in the middle"
            words.append(f"{label} {side}")
    return ", ".join(words)


def _listed(names: Sequence[str]) -> str:
    distinct = list(dict.fromkeys(names))
    return " and ".join(filter(None, [", ".join(distinct[:-1]), *distinct[-1:]]))
