"""Backend ``voices``: each object sounds by physical formula, driven by how it moves.

An object's label picks its voice; its path gives the speed, and what was watched gives activity and contacts. Of an
object without a known label nothing is known but its motion: it gets a neutral texture, and the scene says so.
"""

import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.errors import InputError
from seehear.media.stems import AMBIENCE, Samples
from seehear.scene import Path, Scene, SceneObject
from seehear.sound.sounded import Sounded
from seehear.voices import Drive, canonical, segments

NOMINAL_DISTANCE = 5.0
"""m; turns an angular speed into metres a second where the distance is unknown."""

RAMP = 0.010
LOOKS = 50.0
"""Looks at the path in a second."""

SMOOTHING = 0.4
"""Seconds over which speed is averaged: tracks tremble, machines do not."""

Array = NDArray[np.float64]


class Part(NamedTuple):
    """One sounding span of one object.

    Attributes:
        voice: canonical label.
        start: index of its first sample.
        drive: what moves it, times from the span's start.
        seed: of its free choices.
    """

    voice: str
    start: int
    drive: Drive
    seed: tuple[int, ...]


class VoiceStems:
    """Stems made while they are read (`media.stems.Stems`): the same samples at every reading.

    Args:
        parts: object id -> its spans, in order, not overlapping.
        sample_rate: Hz.
        length: samples of the clip.
    """

    def __init__(self, parts: Mapping[str, list[Part]], sample_rate: int, length: int) -> None:
        self._parts = dict(parts)
        self.sample_rate = sample_rate
        self.length = length
        self.channels: Mapping[str, int] = {name: 1 for name in parts}

    def blocks(self, size: int) -> Iterator[dict[str, Samples]]:
        """Give the stems ``size`` samples at a time."""
        lines = {name: _Line(parts, self.sample_rate) for name, parts in self._parts.items()}
        for start in range(0, self.length, size):
            count = min(size, self.length - start)
            read = {name: line.read(start, count) for name, line in lines.items()}
            yield {name: samples[None, :] for name, samples in read.items() if samples is not None}


class _Line:
    """Reads one object's spans from left to right."""

    def __init__(self, parts: list[Part], sample_rate: int) -> None:
        self._waiting = list(parts)
        self._sample_rate = sample_rate
        self._sound: Iterator[Samples] | None = None
        self._held = np.zeros(0, dtype=np.float32)
        self._place = 0

    def read(self, start: int, count: int) -> Samples | None:
        """Give samples [start, start + count); None where all is silent."""
        total: Samples | None = None
        while self._waiting and self._next_start() < start + count:
            part = self._waiting[0]
            if not len(self._held) and not self._pull(part):
                continue
            offset = part.start + self._place - start
            take = min(len(self._held), count - offset)
            total = np.zeros(count, dtype=np.float32) if total is None else total
            total[offset : offset + take] = self._held[:take]
            self._held, self._place = self._held[take:], self._place + take
            if offset + take == count:
                break
        return total

    def _next_start(self) -> int:
        return self._waiting[0].start + self._place

    def _pull(self, part: Part) -> bool:
        """Fetch the part's next samples; False where it has ended."""
        if self._sound is None:
            self._sound = segments(
                part.voice, part.drive, sample_rate=self._sample_rate, seed=part.seed, seconds=0.5
            )  # fmt: skip
        block = next(self._sound, None)
        if block is None:
            self._waiting.pop(0)
            self._sound, self._place = None, 0
            return False
        index = self._place + np.arange(len(block))
        last = round(part.drive.duration * self._sample_rate) - 1
        ramp = np.clip(np.minimum(index, last - index) / (RAMP * self._sample_rate), 0.0, 1.0)
        self._held = (block * ramp).astype(np.float32)
        return True


class VoiceSound:
    """Gives each object the voice of its label (`seehear.voices`)."""

    def to_stems(
        self, scene: Scene, picture: FilePath | None = None, *, seed: int = 0, sample_rate: int = 48000
    ) -> Sounded:
        """Give each object of a scene its sound by formula.

        Args:
            scene: what is where; an object without sounding spans sounds throughout. Of an object's ``extra`` it reads
                ``activity`` ({"start": s, "rate": Hz, "values": [0 to 1, ...]}) and ``contacts`` ([s, ...]).
            picture: not needed.
            seed: settles every free choice; 0 or above.
            sample_rate: Hz of the stems.

        Returns:
            The scene, with ``voice``, ``voice_reason`` and ``speed_from`` in each object's ``extra``, and mono stems.

        Raises:
            InputError: a negative seed; an ``extra`` that cannot be read (names the object).
        """
        if seed < 0:
            raise InputError(f"seed must be 0 or above, got {seed}")
        length = max(1, round(scene.duration * sample_rate))
        objects, parts = [], {}
        for thing in scene.objects:
            told, spans = _sounding(thing, scene.duration), []
            for number, (start, end) in enumerate(told.sounding):
                first, last = round(start * sample_rate), min(round(end * sample_rate), length)
                if last > first:
                    drive = drive_of(told, first / sample_rate, last / sample_rate)
                    if told.extra["voice"] == "contact" and told.extra.get("contacts") and not len(drive.contacts):
                        continue  # impacts were seen, none of them here
                    seeds = (seed, zlib.crc32(thing.id.encode()), number)
                    spans.append(Part(str(told.extra["voice"]), first, drive, seeds))
            objects.append(told)
            parts[thing.id] = spans
        bed = canonical(scene.ambience.label) if scene.ambience is not None else None
        extra = dict(scene.extra)
        if bed is not None:
            drive = Drive.still(length / sample_rate)
            parts[AMBIENCE] = [Part(bed, 0, drive, (seed, zlib.crc32(AMBIENCE.encode()), 0))]
            extra["ambience_voice"] = bed
        sounded = scene.model_copy(update={"objects": tuple(objects), "extra": extra})
        return Sounded(sounded, VoiceStems(parts, sample_rate, length))


def drive_of(thing: SceneObject, start: float, end: float) -> Drive:
    """Give what moves an object's sound during one span.

    Args:
        thing: the object; `VoiceSound.to_stems` names the keys of ``extra`` that are read.
        start: seconds.
        end: seconds.

    Returns:
        The drive, its times from ``start``.

    Raises:
        InputError: an ``extra`` that cannot be read.
    """
    count = max(int((end - start) * LOOKS) + 1, 2)
    times = np.linspace(start, end, count)
    contacts = _contacts(thing)
    inside = contacts[(contacts >= start) & (contacts < end)]
    return Drive(end - start, times - start, _speed(thing, times), _activity(thing, times), inside - start)


def _sounding(thing: SceneObject, duration: float) -> SceneObject:
    """Settle an object's voice and spans, and say why."""
    voice, reason = _voice(thing)
    path = Path(thing)
    source = "unknown"
    if path.has_distance:
        source = "velocity"
    elif path.has_direction:
        source = f"angular speed at a nominal {NOMINAL_DISTANCE:g} m"
    extra = {**thing.extra, "voice": voice, "voice_reason": reason, "speed_from": source}
    spans = tuple((start, min(end, duration)) for start, end in thing.sounding if start < duration)
    return thing.model_copy(update={"extra": extra, "sounding": spans or ((0.0, duration),)})


def _voice(thing: SceneObject) -> tuple[str, str]:
    voice = canonical(thing.label)
    if voice is not None:
        return voice, f"label {thing.label!r}"
    known = f"label {thing.label!r} has no voice" if thing.label else "nothing is known but its motion"
    if len(_contacts(thing)):
        return "contact", f"{known}: a neutral contact texture at the impacts seen"
    return "friction", f"{known}: a neutral friction texture driven by its motion"


def _speed(thing: SceneObject, times: Array) -> Array:
    """Give (n,) m/s; by the angle at a nominal distance where the distance is unknown."""
    path = Path(thing)
    if not path.has_direction:
        return np.zeros(len(times))
    speed = np.linalg.norm(path.velocity_at(times), axis=1)
    if not np.isfinite(speed).all():
        step = 0.5 / LOOKS
        before, after = path.at(times - step).direction, path.at(times + step).direction
        turn = 2 * np.arcsin(np.clip(np.linalg.norm(after - before, axis=1) / 2, 0, 1))
        speed = np.where(np.isfinite(speed), speed, NOMINAL_DISTANCE * turn / (2 * step))
    width = min(round(SMOOTHING * LOOKS / 2), len(times) - 1)
    window = np.hanning(2 * width + 3)[1:-1]
    smooth = np.convolve(np.pad(speed, width, mode="edge"), window / window.sum(), mode="valid")
    return np.clip(smooth, 0.0, 300.0)


def _activity(thing: SceneObject, times: Array) -> Array:
    given = thing.extra.get("activity")
    if given is None:
        return np.ones(len(times))
    try:
        values = np.asarray(given["values"], dtype=np.float64)
        stamps = float(given["start"]) + np.arange(len(values)) * (1 / float(given["rate"]))
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        raise InputError(
            f"extra 'activity' must be {{start, rate, values}}, got {str(given)[:60]} (object {thing.id!r})"
        ) from None
    if values.ndim != 1 or not len(values) or not np.isfinite(values).all() or not np.isfinite(stamps).all():
        raise InputError(f"extra 'activity' must hold finite values in one row (object {thing.id!r})")
    return np.clip(np.interp(times, stamps, values), 0.0, 1.0)


def _contacts(thing: SceneObject) -> Array:
    try:
        contacts = np.asarray(thing.extra.get("contacts") or [], dtype=np.float64)
    except (TypeError, ValueError):
        contacts = np.array([np.nan])
    if contacts.ndim != 1 or not np.isfinite(contacts).all():
        raise InputError(f"extra 'contacts' must be a list of seconds (object {thing.id!r})")
    return np.sort(contacts)
