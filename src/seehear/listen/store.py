"""A folder of examples for the planner: scenes with their sound, found again by nearest neighbours.

Every folder below DIR that holds ``scene.json`` and a sound is one example: what ``seehear simulate -o DIR`` writes, or
your own annotated clips. Its sound is ``mix.binaural.*`` if there is one, else the first ``mix.*``, else the only sound
file. ``"extra": {"group": "take 7"}`` in a scene says which recording it is from. What was measured is kept in
``DIR/examples.index.npz`` and measured anew only where a file has changed.

Examples of one recording are one group: those with the same user group, and those whose traces overlap (another cut,
sides swapped, reversed: see `seehear.listen.fingerprint`). What is of the query's own recording is never given.
"""

import json
import logging
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from seehear.errors import InputError
from seehear.listen.attachment import LONGEST, clip_of
from seehear.listen.embedding import Measured, distances, embedding_of
from seehear.listen.fingerprint import KIN_FROM, Trace, kinship, trace_of
from seehear.media import AudioClip, written_whole
from seehear.scene import Scene, read_scene
from seehear.scene.direction import Array

INDEX = "examples.index.npz"
_SOUNDS = (".wav", ".flac", ".ogg", ".mp3", ".m4a", ".aac", ".opus")
_VERSION = 1

Measure = Callable[[Path], Measured]


class Example(NamedTuple):
    """One example.

    Attributes:
        name: of its folder, relative to the store's.
        sound: the file.
        scene: what is where in it.
        lines: the measured facts in words.
        group: examples of one recording have one number.
        user_group: what the user said; None: nothing.
    """

    name: str
    sound: Path
    scene: Scene
    lines: tuple[str, ...]
    group: int
    user_group: str | None


class Query(NamedTuple):
    """A clip that examples are looked for.

    Attributes:
        embedding: (171,).
        trace: of its sound.
        group: the recording it is from, as the user says; None: unknown.
    """

    embedding: Array
    trace: Trace
    group: str | None = None


class _Entry(NamedTuple):
    stamp: str
    lines: tuple[str, ...]
    user_group: str | None
    embedding: Array
    trace: Trace


class ExampleStore:
    """The examples of a folder; measured when opened, where they are not yet.

    Args:
        folder: see the module.
        measure: gives a sound file's facts; None: `seehear.listen.facts.facts_of`.
        progress: told how far the measuring is, 0 to 1.

    Attributes:
        examples: in the order of their names.
        skipped: folders that could not be used, and why.

    Raises:
        InputError: no such folder, or no example in it that can be used.
    """

    def __init__(
        self,
        folder: Path | str,
        *,
        measure: Measure | None = None,
        progress: Callable[[str, float], None] = lambda stage, done: None,
    ) -> None:
        self.folder = Path(folder)
        if not self.folder.is_dir():
            raise InputError(f"expected a folder of examples, got '{folder}'")
        self.skipped: list[str] = []
        known, pairs = _read_index(self.folder / INDEX)
        entries: dict[str, _Entry] = {}
        self._scenes: dict[str, tuple[Scene, Path]] = {}
        places = sorted(file.parent for file in self.folder.rglob("scene.json"))
        for number, place in enumerate(places):
            progress("examples", number / len(places))
            name = place.relative_to(self.folder).as_posix()
            try:
                entries[name] = self._entry(place, name, known.get(name), measure or _facts_of)
            except InputError as error:
                self.skipped.append(f"{name}: {error}")
        if not entries:
            why = f" ({self.skipped[0]})" if self.skipped else ""
            raise InputError(
                f"expected folders with scene.json and a sound in '{folder}', got none that can be used{why}"
            )
        fresh = {name for name, entry in entries.items() if entry is not known.get(name)}
        pairs = {pair for pair in pairs if not fresh & set(pair) and set(pair) <= set(entries)}
        pairs |= _kin_pairs(entries, fresh)
        if fresh or set(known) != set(entries):
            _write_index(self.folder / INDEX, entries, pairs)
        self._entries = list(entries.values())
        groups = _groups(entries, pairs)
        self.examples = [
            Example(name, self._scenes[name][1], self._scenes[name][0], entry.lines, groups[name], entry.user_group)
            for name, entry in entries.items()
        ]

    def nearest(self, query: Query, count: int) -> list[Example]:
        """Give the nearest examples that are not of the query's own recording, nearest first."""
        free = self._free(query)
        if not free:
            return []
        apart = distances(query.embedding, np.stack([self._entries[index].embedding for index in free]))
        return [self.examples[free[index]] for index in np.argsort(apart, kind="stable")[:count]]

    def random(self, query: Query, count: int, *, rng: np.random.Generator) -> list[Example]:
        """Give random examples that are not of the query's own recording."""
        free = self._free(query)
        return [self.examples[index] for index in rng.permutation(free)[:count]]

    def own_groups(self, query: Query) -> set[int]:
        """Give the groups that the query belongs to: nothing of them is ever given."""
        kin = kinship(query.trace, [entry.trace for entry in self._entries]) >= KIN_FROM
        said = [query.group is not None and one.user_group == query.group for one in self.examples]
        return {one.group for one, near, same in zip(self.examples, kin, said, strict=True) if near or same}

    def _free(self, query: Query) -> list[int]:
        own = self.own_groups(query)
        return [index for index, one in enumerate(self.examples) if one.group not in own]

    def _entry(self, place: Path, name: str, kept: _Entry | None, measure: Measure) -> _Entry:
        scene = read_scene(place / "scene.json")
        if not any(key.box for thing in scene.objects for key in thing.keyframes):
            raise InputError("its scene has no object with a box")
        if scene.duration > LONGEST:
            raise InputError(f"an example lasts at most {LONGEST:g} s, got {scene.duration:g}")
        sound = _sound_in(place)
        self._scenes[name] = (scene, sound)
        group = scene.extra.get("group")
        stamp = _stamp(place / "scene.json", sound)
        if kept is not None and kept.stamp == stamp:
            return kept
        measured = measure(sound)
        clip = clip_of(sound)
        user_group = None if group is None else str(group)
        return _Entry(stamp, measured.lines, user_group, embedding_of(clip, measured), trace_of(clip))


def query_of(clip: AudioClip, measured: Measured, *, group: str | None = None) -> Query:
    """Make a query of a clip at 16 kHz and its facts."""
    return Query(embedding_of(clip, measured), trace_of(clip), group)


def _facts_of(sound: Path) -> Measured:
    from seehear.listen.facts import facts_of

    measured: Measured = facts_of(sound)
    return measured


def _sound_in(place: Path) -> Path:
    found = sorted(file for file in place.iterdir() if file.suffix.lower() in _SOUNDS)
    mixes = [file for file in found if file.name.startswith("mix.")]
    chosen = [file for file in mixes if file.name.startswith("mix.binaural.")] or mixes or found
    if not chosen or (not mixes and len(found) > 1):
        raise InputError(f"expected mix.* or one sound file beside its scene.json, got {[file.name for file in found]}")
    return chosen[0]


def _stamp(*files: Path) -> str:
    told = [(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    return json.dumps(told)


def _kin_pairs(entries: dict[str, _Entry], fresh: Iterable[str]) -> set[tuple[str, str]]:
    """Pairs of overlapping traces of which at least one is new."""
    pairs: set[tuple[str, str]] = set()
    names, new = list(entries), set(fresh)
    for index, name in enumerate(names):
        others = [other for other in names[:index] if name in new or other in new]
        agreement = kinship(entries[name].trace, [entries[other].trace for other in others])
        pairs |= {(other, name) for other, near in zip(others, agreement, strict=True) if near >= KIN_FROM}
    return pairs


def _groups(entries: dict[str, _Entry], pairs: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Number the groups: joined by pairs and by the user's word."""
    root = {name: name for name in entries}

    def top(name: str) -> str:
        while root[name] != name:
            root[name] = root[root[name]]
            name = root[name]
        return name

    first: dict[str, str] = {}
    for name, entry in entries.items():
        if entry.user_group is not None:
            root[top(name)] = top(first.setdefault(entry.user_group, name))
    for one, other in pairs:
        root[top(other)] = top(one)
    numbers = {name: index for index, name in enumerate(entries)}
    return {name: numbers[top(name)] for name in entries}


def _read_index(file: Path) -> tuple[dict[str, _Entry], set[tuple[str, str]]]:
    """What was measured before; nothing where the file is not there or damaged."""
    try:
        with np.load(file, allow_pickle=False) as kept:
            head = json.loads(str(kept["head"]))
            if head["version"] != _VERSION:
                return {}, set()
            ends = np.cumsum([one["samples"] for one in head["examples"]])[:-1]
            traces = np.split(kept["traces"], ends)
            rows: list[dict[str, Any]] = head["examples"]
            entries = {
                one["name"]: _Entry(one["stamp"], tuple(one["lines"]), one["group"], vector, trace)
                for one, vector, trace in zip(rows, kept["embeddings"], traces, strict=True)
            }
            return entries, {(str(one), str(other)) for one, other in head["kin"]}
    except (OSError, ValueError, KeyError, TypeError, EOFError):
        return {}, set()


def _write_index(file: Path, entries: dict[str, _Entry], pairs: Iterable[tuple[str, str]]) -> None:
    rows = [
        {"name": name, "stamp": one.stamp, "lines": list(one.lines), "group": one.user_group, "samples": len(one.trace)}
        for name, one in entries.items()
    ]
    head = json.dumps({"version": _VERSION, "examples": rows, "kin": sorted(pairs)})
    kept: Sequence[_Entry] = list(entries.values())
    try:
        with written_whole(file, force=True) as beside:
            np.savez_compressed(
                beside,
                head=np.array(head),
                embeddings=np.stack([one.embedding for one in kept]),
                traces=np.concatenate([one.trace for one in kept]),
            )
    except InputError as error:
        logging.getLogger(__name__).warning("the examples are measured anew next time: %s", error)
