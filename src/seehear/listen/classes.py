"""The eight kinds of sound that are told apart, and which of them each voice of the package belongs to."""

from seehear.voices.labels import canonical

CLASSES = ("speech", "music", "impact", "engine", "animal call", "water/noise", "alarm", "other")

VOICES: dict[str, tuple[str, ...]] = {
    "speech": ("speech", "crowd"),
    "music": ("guitar", "piano", "bell"),
    "impact": ("bounce", "clap", "clock", "contact", "door", "drum", "footsteps", "gravel", "glass", "hammer", "knock",
               "horse", "person"),
    "engine": ("airplane", "boat", "bus", "car", "drone", "fan", "helicopter", "motorcycle", "propeller plane",
               "tractor", "traffic", "train", "truck"),
    "animal call": ("bird", "cat", "cow", "cricket", "dog", "frog", "pig", "sheep"),
    "water/noise": ("rain", "stream", "surf", "pouring", "bubbles", "wind", "fire", "thunder", "applause"),
    "alarm": ("alarm", "alarm clock", "bicycle bell", "horn", "phone", "siren"),
    "other": ("friction", "skateboard", "cart", "bicycle", "laugh", "baby"),
}  # fmt: skip
"""Labels of `seehear.voices` by class."""

_CLASS_OF = {label: name for name, labels in VOICES.items() for label in labels}


def class_of(label: str | None) -> str | None:
    """Give the class that a label's sound belongs to; None: not known.

    Example:
        >>> class_of("a dog barking"), class_of("ambulance"), class_of("gizmo")
        ('animal call', 'alarm', None)
    """
    if label in CLASSES:
        return label
    name = canonical(label)
    return None if name is None else _CLASS_OF.get(name)
