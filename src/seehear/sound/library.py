"""The user's own files, matched by name, looped without clicks or struck at contacts.

Dry mono stems. A loop has the integrated loudness of -23 LUFS, a struck sound that loudness in its loudest 400 ms; the
scene's distance law and gains come on top. Of a file longer than two minutes the first two are used.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, cast
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from seehear.errors import InputError
from seehear.media.stems import AMBIENCE, Samples, Stems
from seehear.scene import Ambience, Scene, SceneObject
from seehear.sound.looping import Loop, attack, loop_of, trimmed
from seehear.sound.matching import file_for, names_of, sound_files, words_of
from seehear.sound.movement import contact_times
from seehear.sound.sounded import Sounded
from seehear.sound.spectrum import Floats

LOUDNESS = -23.0
"""LUFS, of a channel on its own in front."""

LONGEST = 120.0
"""s of a file that are used."""

_STRUCK = 1.5
_FADE_IN, _FADE_OUT = 0.01, 0.03
_BED_NAMES = ("ambience", "ambient", "atmosphere", "background", "bed", "room tone")
_STRENGTH_DB = 2.0
_JOIN = 0.15


class LibrarySound:
    """The backend ``library:DIR``.

    Args:
        folder: of sounds, with subfolders; files and folders are named after what they sound like.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def to_stems(self, scene: Scene, picture: Path | None, *, seed: int = 0, sample_rate: int = 48000) -> Sounded:
        """Give each object the file whose name fits best.

        Words of the label are looked for first, then of the caption, then of the id; singular or plural, and other
        words for the same voice, will do. An object without a label for which there is no file stays silent: it is
        moved to ``extra["unheard"]``. Files named ambience, background or after the bed's label become the bed.

        Args:
            scene: what is where.
            picture: not used.
            seed: chooses among files that fit equally well, where each loop starts, how hard each blow is.
            sample_rate: Hz of the stems.

        Raises:
            InputError: no such folder, no sound in it, an unreadable file, or a labelled object without a file.
        """
        files = sound_files(self._folder)
        shelf = _Shelf(sample_rate)
        voices: dict[str, _Voice] = {}
        heard: list[SceneObject] = []
        unheard: list[SceneObject] = []
        for thing in scene.objects:
            file = file_for(names_of(thing), files, self._folder, key=thing.id, seed=seed)
            if file is None:
                _refuse_labelled(thing, files, self._folder)
                unheard.append(thing)
                continue
            voice = _voice(
                thing, shelf.read(file), scene.duration, sample_rate, np.random.default_rng(_key(thing, seed))
            )
            voices[thing.id] = voice
            facts = thing.extra | {"sounding": "file", "file": file.relative_to(self._folder).as_posix()}
            heard.append(thing.model_copy(update={"sounding": voice.spans(), "stem": "dry", "extra": facts}))
        bed = self._bed(scene, files, shelf, voices, seed)
        told = scene.model_copy(update={"objects": tuple(heard), "ambience": bed, "extra": _extra(scene, unheard)})
        length = max(1, round(scene.duration * sample_rate))
        return Sounded(told, cast(Stems, LibraryStems(voices, sample_rate, length)))

    def _bed(
        self, scene: Scene, files: list[Path], shelf: "_Shelf", voices: "dict[str, _Voice]", seed: int
    ) -> Ambience | None:
        """Find the bed's file, if there is one, and add its voice."""
        bed = scene.ambience or Ambience()
        wanted = [text for text in (bed.label, *_BED_NAMES) if text and words_of(text)]
        file = file_for(wanted, files, self._folder, key=AMBIENCE, seed=seed)
        if file is None:
            return None
        rng = np.random.default_rng([seed, crc32(AMBIENCE.encode())])
        voices[AMBIENCE] = _looped(shelf.read(file), ((0.0, scene.duration),), shelf.sample_rate, rng)
        return bed


class LibraryStems:
    """Mono stems out of files; see `seehear.media.stems.Stems`."""

    def __init__(self, voices: "Mapping[str, _Voice]", sample_rate: int, length: int) -> None:
        self._voices = dict(voices)
        self.sample_rate = sample_rate
        self.length = length
        self.channels: Mapping[str, int] = dict.fromkeys(self._voices, 1)

    def blocks(self, size: int) -> Iterator[dict[str, Samples]]:
        """Give the stems ``size`` samples at a time."""
        for start in range(0, self.length, size):
            stop = min(start + size, self.length)
            found = {name: voice.between(start, stop) for name, voice in self._voices.items()}
            yield {name: one[None] for name, one in found.items() if one.any()}


class _Shelf:
    """Files read, each once, folded to one channel."""

    def __init__(self, sample_rate: int) -> None:
        self.sample_rate = sample_rate
        self._read: dict[Path, Floats] = {}

    def read(self, file: Path) -> Floats:
        """Give (n,) samples.

        Raises:
            InputError: not readable, or silent.
        """
        if file not in self._read:
            from seehear.media.audio import audio_blocks

            blocks = audio_blocks(file, sample_rate=self.sample_rate, end=LONGEST)
            folded = [block.mean(axis=0, dtype=np.float32) for block in blocks]
            samples = np.concatenate(folded) if folded else np.zeros(0, dtype=np.float32)
            if not samples.any():
                raise InputError(f"expected sound in '{file}', got silence: take it out of the folder")
            self._read[file] = samples
        return self._read[file]


class _Voice(NamedTuple):
    """A loop that plays in spans, or blows at times; what is not used is empty."""

    sample_rate: int
    loop: Loop | None
    offset: int
    sounding: tuple[tuple[float, float], ...]
    blow: Floats
    blows: tuple[tuple[int, float], ...]

    def spans(self) -> tuple[tuple[float, float], ...]:
        """When it sounds, s."""
        return self.sounding

    def between(self, start: int, stop: int) -> Floats:
        """Give samples [start, stop)."""
        out = np.zeros(stop - start, dtype=np.float32)
        for begin, gain in self.blows:
            a, b = max(start, begin), min(stop, begin + len(self.blow))
            if a < b:
                out[a - start : b - start] += np.float32(gain) * self.blow[a - begin : b - begin]
        if self.loop is not None:
            gains = self._gains(start, stop)
            if gains.any():
                out += gains * self.loop.between(start + self.offset, stop + self.offset)
        return out

    def _gains(self, start: int, stop: int) -> Floats:
        """1 inside the spans, with raised cosines at their ends."""
        gains = np.zeros(stop - start, dtype=np.float32)
        for begin, end in self.sounding:
            first, last = round(begin * self.sample_rate), round(end * self.sample_rate)
            a, b = max(start, first), min(stop, last)
            if a < b:
                at = np.arange(a, b)
                rise = np.clip((at - first + 1) / (_FADE_IN * self.sample_rate), 0, 1)
                fall = np.clip((last - at) / (_FADE_OUT * self.sample_rate), 0, 1)
                gains[a - start : b - start] = (0.5 - 0.5 * np.cos(np.pi * np.minimum(rise, fall))).astype(np.float32)
        return gains


def _voice(thing: SceneObject, samples: Floats, duration: float, sample_rate: int, rng: np.random.Generator) -> _Voice:
    """Blows at the contacts where there are some and the file is short; else a loop in the spans."""
    contacts = contact_times(thing)
    contacts = contacts[(contacts >= 0) & (contacts < duration)]
    short = trimmed(samples)
    if len(contacts) and len(short) < _STRUCK * sample_rate:
        return _struck(short, contacts, duration, sample_rate, rng)
    spans = thing.sounding or _in_view(thing, duration)
    return _looped(samples, spans, sample_rate, rng)


def _struck(
    samples: Floats, contacts: NDArray[np.float64], duration: float, sample_rate: int, rng: np.random.Generator
) -> _Voice:
    lead = attack(samples)
    level = 10 ** ((LOUDNESS - _loudest(samples, sample_rate)) / 20)
    gains = level * 10 ** (rng.uniform(-_STRENGTH_DB, _STRENGTH_DB, len(contacts)) / 20)
    begins = np.round(contacts * sample_rate).astype(int) - lead
    spans: list[tuple[float, float]] = []
    for begin in begins:
        start, end = max(0.0, begin / sample_rate), min(duration, (begin + len(samples)) / sample_rate)
        if spans and start <= spans[-1][1] + _JOIN:
            spans[-1] = (spans[-1][0], end)
        elif end > start:
            spans.append((start, end))
    blows = tuple((int(begin), float(gain)) for begin, gain in zip(begins, gains, strict=True))
    return _Voice(sample_rate, None, 0, tuple(spans), samples, blows)


def _looped(
    samples: Floats, spans: tuple[tuple[float, float], ...], sample_rate: int, rng: np.random.Generator
) -> _Voice:
    loop = loop_of(samples, sample_rate)
    level = np.float32(10 ** ((LOUDNESS - _loudness(loop.samples, sample_rate)) / 20))
    offset = int(rng.integers(len(loop.samples)))
    empty = np.zeros(0, dtype=np.float32)
    return _Voice(sample_rate, loop._replace(samples=loop.samples * level), offset, spans, empty, ())


def _in_view(thing: SceneObject, duration: float) -> tuple[tuple[float, float], ...]:
    """From the first keyframe to the last; one keyframe alone holds for the whole clip."""
    first, last = thing.keyframes[0].time, min(thing.keyframes[-1].time, duration)
    return ((first, last),) if last > first else ((0.0, duration),)


def _blocks(samples: Floats, sample_rate: int) -> NDArray[np.float64]:
    """K-weighted power of every 400 ms, 100 ms apart (ITU-R BS.1770-4); a shorter sound is filled up with silence."""
    from scipy.signal import sosfilt

    from seehear.acoustics.loudness import k_weighting

    size, hop = round(0.4 * sample_rate), round(0.1 * sample_rate)
    padded = np.pad(samples.astype(np.float64), (0, max(0, size - len(samples))))
    total = np.cumsum(np.concatenate([[0.0], np.asarray(sosfilt(k_weighting(sample_rate), padded)) ** 2]))
    starts = np.arange(0, len(padded) - size + 1, hop)
    return np.asarray((total[starts + size] - total[starts]) / size)


def _loudest(samples: Floats, sample_rate: int) -> float:
    return float(-0.691 + 10 * np.log10(_blocks(samples, sample_rate).max() + 1e-12))


def _loudness(samples: Floats, sample_rate: int) -> float:
    """Integrated loudness with the relative gate, LUFS."""
    power = _blocks(samples, sample_rate)
    gated = power[power >= 0.1 * power.mean()]
    return float(-0.691 + 10 * np.log10(gated.mean() + 1e-12))


def _refuse_labelled(thing: SceneObject, files: list[Path], folder: Path) -> None:
    if thing.label is None:
        return
    seen = ", ".join(file.relative_to(folder).as_posix() for file in files[:8]) + (", ..." if len(files) > 8 else "")
    wanted = ", ".join(repr(name) for name in names_of(thing))
    raise InputError(
        f"expected a sound for object {thing.id!r} in '{folder}', named after {wanted}, got {seen}: "
        f"add one, or leave the object out (--mute {thing.id})"
    )


def _extra(scene: Scene, unheard: list[SceneObject]) -> dict[str, object]:
    if not unheard:
        return scene.extra
    silent = [one.model_copy(update={"sounding": ()}).model_dump(mode="json") for one in unheard]
    note = f"no label, so no file to match: {', '.join(one.id for one in unheard)}"
    return {
        **scene.extra,
        "unheard": [*scene.extra.get("unheard", []), *silent],
        "unknown": [*scene.extra.get("unknown", []), note],
    }


def _key(thing: SceneObject, seed: int) -> list[int]:
    return [seed, crc32(thing.id.encode())]
