"""The clip's own soundtrack, taken apart and placed: which objects sound, one stem for each, and the ambience."""

from pathlib import Path
from typing import NamedTuple, cast

import numpy as np

from seehear.errors import InputError
from seehear.media.stems import ArrayStems, Stems
from seehear.scene import Ambience, Camera, Scene, SceneObject
from seehear.sound.alone import alone, around
from seehear.sound.association import Association, Grid, associate, grid_of, unrelated
from seehear.sound.evidence import Evidence, evidence_of, noise_floor
from seehear.sound.gates import Gate, gate_of, spans_gate, swell_gate
from seehear.sound.movement import Movement, movement_of
from seehear.sound.sounded import Sounded
from seehear.sound.soundtrack import SILENCE, soundtrack_of
from seehear.sound.spans import heard_in
from seehear.sound.spectrum import Floats, transform_of
from seehear.sound.splitting import OwnStems, Track

_BED_CHANNELS = 3
_ASSUMED, _HEARD = "assumed", "heard"
_OPEN = "Which objects sound"


class OwnSound:
    """The backend ``own``."""

    def to_stems(self, scene: Scene, picture: Path | None, *, seed: int = 0, sample_rate: int = 48000) -> Sounded:
        """Take the picture file's own soundtrack apart.

        Objects whose movement does not go with the sound are moved to ``extra["unheard"]``. An object that comes with
        sounding spans (not merely assumed ones) is taken at its word. What could not be known is told in
        ``extra["unknown"]``. ``extra["start"]``, if there, is the second of the file at which the clip begins.

        Args:
            scene: what is where.
            picture: the file with the soundtrack; one without, or with digital silence, leaves nothing to be heard.
            seed: settles the random orders of the tests and the patterns that the separation starts from.
            sample_rate: Hz of the stems.

        Raises:
            InputError: no picture, or one that cannot be read.
        """
        if picture is None:
            raise InputError("sound backend 'own' takes a clip's own soundtrack apart, got no clip: choose 'voices'")
        start = float(scene.extra.get("start", 0.0))
        track = soundtrack_of(Path(picture), duration=scene.duration, sample_rate=sample_rate, start=start)
        if track is None:
            return _nothing(scene, sample_rate, "the clip has no soundtrack")
        return taken_apart(scene, track, seed=seed)


def taken_apart(scene: Scene, track: Track, *, seed: int = 0) -> Sounded:
    """Take a soundtrack apart by what is seen.

    Args:
        scene: what is where.
        track: the soundtrack, as long as the scene.
        seed: settles every free choice.
    """
    plan = _planned(scene, track, seed)
    if plan is None:
        return _nothing(scene, track.sample_rate, "the soundtrack is digital silence")
    spans, bed = heard_in(plan.stems)
    mute = {name for name, one in spans.items() if not one}
    told = _told(scene, plan.found, {name: one for name, one in spans.items() if one}, plan.note)
    ambience = (scene.ambience or Ambience()) if bed > SILENCE else None
    return Sounded(told.model_copy(update={"ambience": ambience}), plan.stems.without(mute) if mute else plan.stems)


class _Plan(NamedTuple):
    """What sounds, and how it is taken apart; the evidence for it is not kept."""

    found: dict[str, Association]
    note: str | None
    stems: OwnStems


def _planned(scene: Scene, track: Track, seed: int) -> _Plan | None:
    """Listen once and say what sounds; None for digital silence."""
    transform = transform_of(track.sample_rate)
    evidence = evidence_of(track.blocks(), transform, track.length)
    if evidence.silent:
        return None
    grid = grid_of(evidence, scene.camera.pose)
    movements = [movement_of(one, Camera(scene.camera), grid.times, scene.duration) for one in scene.objects]
    note: str | None
    if track.channels >= _BED_CHANNELS:
        found = {one.id: unrelated(one.id, grid) for one in scene.objects}
        note = f"the soundtrack has {track.channels} channels: it stays whole as the bed, no object is taken out of it"
    else:
        found, note = _found(scene, movements, grid, seed)
    gates, floor = _gates(scene, found, movements, grid, evidence)
    lateral = evidence.balance is not None
    stems = OwnStems(track, transform, gates, floor, floor_step=evidence.floor_step, seed=seed, lateral=lateral)
    return _Plan(found, note, stems)


def _found(scene: Scene, movements: list[Movement], grid: Grid, seed: int) -> tuple[dict[str, Association], str | None]:
    """Say which objects sound; a note where none does."""
    found = associate(movements, grid, seed=seed)
    found |= alone(movements, found, grid)
    for one in scene.objects:
        # spans that came from here are only a memory of the movement's own evidence
        if _is_given(one) and not (found[one.id].sounds and one.extra.get("sounding") == _HEARD):
            found[one.id] = unrelated(one.id, grid)._replace(sounds=True, cue="given", p_value=0.0, confidence=1.0)
    if any(one.sounds for one in found.values()):
        return found, None
    if not scene.objects:
        return found, "nothing seen moves: the whole soundtrack is ambience"
    return found, "no movement seen goes with the soundtrack: the whole of it is ambience (an off-screen source?)"


def _is_given(one: SceneObject) -> bool:
    """Whether the scene itself says when the object sounds."""
    return bool(one.sounding) and not str(one.extra.get("sounding", "")).startswith(_ASSUMED)


def _gates(
    scene: Scene, found: dict[str, Association], movements: list[Movement], grid: Grid, evidence: Evidence
) -> tuple[dict[str, Gate], Floats]:
    """Give the gates of what sounds, and the noise floor that none of it belongs to."""
    gates: dict[str, Gate] = {}
    floor = noise_floor(evidence)
    for thing, one in zip(scene.objects, movements, strict=True):
        told = found[one.id]
        swell = None
        if told.sounds and told.cue == "level":
            times = grid.times[around(one, grid)]
            swell = swell_gate(one, (float(times[0]), float(times[-1])), evidence)
        if swell is not None:
            gates[one.id], share = swell
            floor = floor * share
        elif told.sounds and told.cue == "given":
            gates[one.id] = spans_gate(thing.sounding, evidence)
        elif told.sounds:
            gates[one.id] = gate_of(told, one, evidence)
    return gates, floor


def _told(
    scene: Scene, found: dict[str, Association], spans: dict[str, tuple[tuple[float, float], ...]], note: str | None
) -> Scene:
    """Write down what was found: the objects that sound with their spans, the others in ``extra``."""
    heard, unheard = [], []
    for one in scene.objects:
        facts = {**one.extra, "association": _facts(found[one.id])}
        if one.id in spans:
            update = {
                "sounding": spans[one.id],
                "stem": "as_heard",
                "gain_db": 0.0,
                "extra": facts | {"sounding": _HEARD},
            }
            heard.append(one.model_copy(update=update))
        else:
            unheard.append(one.model_copy(update={"sounding": (), "extra": facts}).model_dump(mode="json"))
    extra = dict(scene.extra)
    # what the watching room had to leave open is settled here
    unknown = [one for one in extra.pop("unknown", []) if not str(one).startswith(_OPEN)]
    if unheard:
        extra["unheard"] = [*extra.get("unheard", []), *unheard]
    if note:
        unknown.append(note)
    if unknown:
        extra["unknown"] = unknown
    return scene.model_copy(update={"objects": tuple(heard), "extra": extra})


def _facts(found: Association) -> dict[str, object]:
    side = None if found.side is None else round(found.side, 3)
    return {
        "cue": found.cue, "correlation": round(found.correlation, 3), "lag": round(found.lag, 3),
        "p_value": float(f"{found.p_value:.2g}"), "side": side, "confidence": round(found.confidence, 2),
    }  # fmt: skip


def _nothing(scene: Scene, sample_rate: int, note: str) -> Sounded:
    """A scene in which nothing is heard."""
    found = {one.id: Association(one.id, False, "none", 0.0, 0.0, 1.0, None, np.zeros(0), 0.0) for one in scene.objects}
    told = _told(scene, found, {}, note).model_copy(update={"ambience": None})
    silence = ArrayStems({}, sample_rate, max(1, round(scene.duration * sample_rate)))
    return Sounded(told, cast(Stems, silence))
