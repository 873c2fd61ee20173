"""What the picture of a scene says in words: how it was heard, what cannot be told, what each object does."""

from textwrap import shorten

from seehear.scene.scene import Scene, SceneObject

_AS_ID = str.maketrans(" /", "__")


def notes_of(scene: Scene) -> str:
    """Say how a heard scene was heard and what it cannot tell; empty for others."""
    heard, said = scene.extra.get("format"), []
    if isinstance(heard, dict) and "kind" in heard:
        said.append(f"heard as {str(heard['kind']).replace('_', ' ')} ({float(heard.get('confidence', 0.0)):.2f})")
    if any(mirrored(thing) for thing in scene.objects):
        said.append("faint: may as well be there, front and back sound alike")
    nowhere = [thing.id for thing in scene.objects if not directed(thing)]
    if nowhere:
        said.append(f"direction unknown: {', '.join(nowhere[:4])}{' …' * (len(nowhere) > 4)}")
    return shorten(" · ".join(said), 150, placeholder=" …")


def directed(thing: SceneObject) -> bool:
    """Say whether an object's direction is known at any time."""
    return any(key.azimuth is not None for key in thing.keyframes)


def mirrored(thing: SceneObject) -> bool:
    """Say whether an object may be behind as well as in front."""
    return thing.front_back == "unknown" and directed(thing)


def name_of(thing: SceneObject) -> str:
    """Give an object's id, and its label where the id does not say it."""
    worded = thing.label is None or thing.id.startswith((thing.label, thing.label.translate(_AS_ID)))
    return thing.id if worded else f"{thing.id} · {thing.label}"


def doing_of(thing: SceneObject) -> str:
    """Say what a heard object does and how surely its label is known; empty for what was not heard.

    Example:
        >>> keys = [{"time": 0}]
        >>> doing_of(SceneObject(id="a", motion="still", extra={"label_shares": {"music": 0.4}}, keyframes=keys))
        'still, perhaps music 0.40'
    """
    shares, crossing = thing.extra.get("label_shares"), thing.extra.get("crossing")
    if not (isinstance(shares, dict) and shares):
        return ""
    best = max(shares, key=lambda name: float(shares[name]))
    motion: str = thing.motion or "motion unknown"
    if isinstance(crossing, str):
        motion = f"{motion} {crossing.replace(' to ', ' → ')}"
    return f"{motion}, {'' if thing.label else 'perhaps '}{best} {float(shares[best]):.2f}"
