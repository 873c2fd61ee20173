"""How large things are as a rule: a prior for their distance in a picture.

Metres, the whole thing as it is mostly seen, from the side. Vehicles from makers' data sheets of common models, bodies
from anthropometry and breed standards, goods from what is sold; where nothing better is known the source is "typical".
Real things lie within half and twice these sizes, and so do the distances.
"""

from typing import NamedTuple


class Size(NamedTuple):
    """Typical outside measures in metres.

    Attributes:
        height: upright.
        width: across the picture, seen from the side.
        source: where the numbers come from.
    """

    height: float
    width: float
    source: str = "typical"


_SHEET = "data sheets of common models"
_BODY = "NCD-RisC, eLife 5 (2016): mean adult height 1.6 to 1.75 m"
_BREED = "breed standards"
_FIELD = "field guides"
_SOLD = "what is sold"
_RULES = "rules of the game"

SIZES: dict[str, Size] = {
    # people
    "person": Size(1.7, 0.5, _BODY),
    "man": Size(1.72, 0.52, _BODY),
    "woman": Size(1.6, 0.48, _BODY),
    "child": Size(1.15, 0.35, "WHO growth reference, six years"),
    "baby": Size(0.65, 0.35, "WHO growth standards, six months, lying"),
    "face": Size(0.23, 0.16, _BODY),
    "hand": Size(0.19, 0.1, _BODY),
    # on the road
    "car": Size(1.5, 4.4, _SHEET),
    "taxi": Size(1.5, 4.6, _SHEET),
    "van": Size(2.2, 5.3, _SHEET),
    "pickup": Size(1.8, 5.3, _SHEET),
    "truck": Size(3.5, 9.0, _SHEET),
    "bus": Size(3.1, 12.0, _SHEET),
    "tram": Size(3.5, 30.0, _SHEET),
    "train": Size(4.0, 60.0, "three coaches"),
    "locomotive": Size(4.2, 19.0, _SHEET),
    "motorcycle": Size(1.2, 2.1, _SHEET),
    "scooter": Size(1.15, 1.8, _SHEET),
    "bicycle": Size(1.05, 1.75, _SHEET),
    "tractor": Size(2.8, 4.2, _SHEET),
    "ambulance": Size(2.6, 5.8, _SHEET),
    "skateboard": Size(0.12, 0.8, _SOLD),
    # in the air and on the water
    "airplane": Size(12.0, 38.0, _SHEET),
    "helicopter": Size(3.5, 12.0, _SHEET),
    "drone": Size(0.12, 0.35, _SHEET),
    "boat": Size(2.5, 7.0, _SHEET),
    "ship": Size(30.0, 150.0),
    # animals
    "dog": Size(0.55, 0.8, _BREED),
    "puppy": Size(0.3, 0.4, _BREED),
    "cat": Size(0.28, 0.5, _BREED),
    "horse": Size(1.9, 2.4, _BREED),
    "cow": Size(1.45, 2.3, _BREED),
    "pig": Size(0.8, 1.4, _BREED),
    "sheep": Size(0.85, 1.2, _BREED),
    "goat": Size(0.8, 1.1, _BREED),
    "camel": Size(2.1, 3.0, _FIELD),
    "elephant": Size(2.9, 5.5, _FIELD),
    "lion": Size(1.1, 2.0, _FIELD),
    "bear": Size(1.1, 1.9, _FIELD),
    "wolf": Size(0.75, 1.3, _FIELD),
    "rabbit": Size(0.25, 0.35, _BREED),
    "chicken": Size(0.4, 0.4, _BREED),
    "rooster": Size(0.5, 0.5, _BREED),
    "turkey": Size(0.9, 0.9, _BREED),
    "duck": Size(0.35, 0.5, _FIELD),
    "bird": Size(0.15, 0.2, _FIELD),
    "owl": Size(0.4, 0.25, _FIELD),
    "frog": Size(0.06, 0.08, _FIELD),
    "bee": Size(0.008, 0.014, _FIELD),
    "cricket": Size(0.01, 0.025, _FIELD),
    # in the house
    "cup": Size(0.1, 0.12, _SOLD),
    "glass": Size(0.13, 0.07, _SOLD),
    "bottle": Size(0.27, 0.08, _SOLD),
    "kettle": Size(0.22, 0.28, _SOLD),
    "bowl": Size(0.08, 0.16, _SOLD),
    "plate": Size(0.03, 0.26, _SOLD),
    "toy": Size(0.12, 0.1),
    "doll": Size(0.3, 0.1, _SOLD),
    "ball": Size(0.2, 0.2),
    "clock": Size(0.28, 0.28, _SOLD),
    "phone": Size(0.15, 0.07, _SHEET),
    "telephone": Size(0.1, 0.22, _SHEET),
    "laptop": Size(0.23, 0.33, _SHEET),
    "keyboard": Size(0.03, 0.44, _SHEET),
    "television": Size(0.7, 1.2, _SHEET),
    "radio": Size(0.16, 0.28, _SOLD),
    "door": Size(2.0, 0.9, "building standards: 0.8 to 1 m by 2 to 2.1 m"),
    "chair": Size(0.85, 0.45, _SOLD),
    "fan": Size(1.2, 0.4, _SOLD),
    "washing machine": Size(0.85, 0.6, _SHEET),
    "vacuum cleaner": Size(0.3, 0.45, _SHEET),
    "hammer": Size(0.13, 0.32, _SOLD),
    "saw": Size(0.14, 0.55, _SOLD),
    # sport and music
    "football": Size(0.22, 0.22, _RULES),
    "basketball": Size(0.24, 0.24, _RULES),
    "tennis ball": Size(0.067, 0.067, _RULES),
    "guitar": Size(1.0, 0.38, _SOLD),
    "violin": Size(0.6, 0.21, _SOLD),
    "piano": Size(1.2, 1.5, _SOLD),
    "drum": Size(0.4, 0.45, _SOLD),
    "bell": Size(0.3, 0.3),
    "trumpet": Size(0.18, 0.48, _SOLD),
    # outside
    "fountain": Size(2.0, 3.0),
    "campfire": Size(0.6, 0.7),
    "siren": Size(0.2, 0.25, _SHEET),
}

_ALIASES = {
    "people": "person", "pedestrian": "person", "boy": "child", "girl": "child", "speech": "person",
    "speaker": "person",
    "automobile": "car", "lorry": "truck", "coach": "bus", "bike": "bicycle", "motorbike": "motorcycle",
    "aeroplane": "airplane", "plane": "airplane", "mug": "cup", "teapot": "kettle", "hen": "chicken", "cattle": "cow",
    "tv": "television", "smartphone": "phone", "soccer ball": "football", "streetcar": "tram", "hound": "dog",
}  # fmt: skip


def typical_size(label: str) -> Size | None:
    """Give the typical size of what a label names; None: unknown.

    The whole label counts first, then its last word that is known: "red car" is a car. A label
    with "toy" in it names a toy.

    Example:
        >>> typical_size("red car").width, typical_size("toy frog") == SIZES["toy"], typical_size("gizmo")
        (4.4, True, None)
    """
    words = label.lower().replace("_", " ").replace("-", " ").split()
    if "toy" in words:
        return SIZES["toy"]
    for name in (" ".join(words), *reversed(words)):
        for form in (name, name.removesuffix("s")):
            known = _ALIASES.get(form, form)
            if known in SIZES:
                return SIZES[known]
    return None
