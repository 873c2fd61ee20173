"""Closed worlds to train on: rendered once by worker processes, kept as shards on disk, read without loading them.

A shard is one uncompressed ``.npz`` of `SIZE` worlds: ``frames`` uint8 (n, 102, 64, 64, 3), ``sound`` int16 (n, 2,
65536) at 16 kHz, ``peak`` float32 (n,) by which the sound is to be multiplied, ``scene`` the scenes as JSON. World i of
seed s is the world i of ``seehear simulate --preset closed --seed s``; the same bytes whoever renders it. Held-back
worlds come from seeds of `HELD_BACK` on, which no training set can have.
"""

import hashlib
import json
import struct
import zipfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from seehear.engine import engine_of
from seehear.errors import InputError, SeehearError
from seehear.media.atomic import written_whole
from seehear.media.set_folder import opened_set
from seehear.scene import Scene, scene_from_json, scene_to_json
from seehear.simulate import DEFAULTS, PRESETS
from seehear.simulate.closed import KINDS, caption_slots
from seehear.simulate.dataset import rng_of
from seehear.simulate.world import made

SIZE = 64
"""Worlds in a shard."""

BYTES = 102 * 64 * 64 * 3 + 2 * 65536 * 2
"""Of a world."""

WORDS = ("", "|", *sorted(KINDS))
"""What a caption's words are numbered by; 0: none."""

SLOTS = 8
PRESET, SETTINGS, SCHEMA = "closed", "worlds.json", 1
_STEREO_PEAK = np.float32(32767)

Progress = Callable[[str, float], None]


class Picked(NamedTuple):
    """Some worlds, out of the shards.

    Attributes:
        frames: uint8 (n, 102, 64, 64, 3) RGB.
        words: int64 (n, 8) words of the captions, see `WORDS`.
        samples: float32 (n, 2, 65536) at 16 kHz, left ear first.
    """

    frames: np.ndarray
    words: np.ndarray
    samples: np.ndarray


class Worlds:
    """A set of worlds on disk.

    Args:
        files: of the shards, in order.
        count: worlds of them to use, from the first.

    Raises:
        InputError: a shard is truncated or of another kind, or there are fewer worlds.
    """

    def __init__(self, files: Sequence[Path], *, count: int) -> None:
        self.files, self.count = list(files), count
        self._shards = [_mapped(file) for file in files]
        self._places = [(one, row) for one, shard in enumerate(self._shards) for row in range(len(shard["peak"]))]
        if len(self._places) < count:
            raise InputError(f"expected {count} worlds, got {len(self._places)} in {len(self.files)} shards")

    def __len__(self) -> int:
        """Give how many."""
        return self.count

    def picked(self, indices: Sequence[int], *, frames: bool = True) -> Picked:
        """Give some worlds, copied out of their shards; without their frames where they are not asked for."""
        where = [self._places[index] for index in indices]
        parts = [self._shards[one] for one, _ in where]
        shown = np.zeros((len(where), 0), np.uint8)
        if frames:
            shown = np.stack([part["frames"][row] for part, (_, row) in zip(parts, where, strict=True)])
        sound = np.stack([part["sound"][row] for part, (_, row) in zip(parts, where, strict=True)])
        peaks = np.array([part["peak"][row] for part, (_, row) in zip(parts, where, strict=True)], np.float32)
        words = np.stack([words_of(json.loads(bytes(self._scene(one, row)))["caption"]) for one, row in where])
        return Picked(shown, words, sound.astype(np.float32) * (peaks / _STEREO_PEAK)[:, None, None])

    def moment(self, index: int, frame: int, *, hop: int) -> tuple[np.ndarray, np.ndarray]:
        """Give a frame and the one before it (2, 64, 64, 3), and the frame's ``hop`` samples (2, hop)."""
        one, row = self._places[index]
        part, start = self._shards[one], min(frame * hop, 65536 - hop)
        sound = part["sound"][row, :, start : start + hop].astype(np.float32)
        return np.array(part["frames"][row, frame - 1 : frame + 1]), sound * (part["peak"][row] / _STEREO_PEAK)

    def told(self, index: int) -> dict[str, Any]:
        """Give a world's scene as plain JSON."""
        return json.loads(self._scene(*self._places[index]))

    def scene(self, index: int) -> Scene:
        """Give a world's scene, its whole truth."""
        return scene_from_json(bytes(self._scene(*self._places[index])).decode())

    def digest(self) -> str:
        """Give a hash of the worlds: of the checksums that the shards hold of their contents."""
        whole = hashlib.sha256(str(self.count).encode())
        for file in self.files:
            with zipfile.ZipFile(file) as archive:
                whole.update(json.dumps([[one.filename, one.CRC] for one in archive.infolist()]).encode())
        return whole.hexdigest()

    def _scene(self, shard: int, row: int) -> bytes:
        return self._shards[shard]["scene"][row]


def words_of(caption: str) -> np.ndarray:
    """Give a caption's (8,) word numbers.

    Raises:
        InputError: a word that no closed world has.

    Example:
        >>> words_of("burst | hiss").tolist()
        [2, 1, 6, 0, 0, 0, 0, 0]
    """
    slots = caption_slots(caption, slots=SLOTS)
    strange = sorted(set(slots) - set(WORDS))
    if strange:
        raise InputError(f"expected a closed world's caption, words out of {', '.join(WORDS[1:])}, got {strange[0]!r}")
    return np.array([WORDS.index(word) for word in slots], np.int64)


def rendered(
    place: Path | str,
    count: int,
    *,
    seed: int,
    jobs: int = 1,
    size: int | None = None,
    progress: Progress = lambda stage, done: None,
) -> Worlds:
    """Give a set of closed worlds; what is not on disk is rendered first, a shard that is broken again.

    Args:
        place: folder of the sets; a set of a seed has a folder in it.
        count: worlds.
        seed: of the set; from `HELD_BACK` on for worlds that are never trained on.
        jobs: worker processes; changes no byte.
        size: worlds in a shard; None: `SIZE`.
        progress: told how far it is.

    Raises:
        InputError: no world, a negative seed, a folder that holds something else, a full disk.
        SeehearError: a world could not be rendered.
    """
    size = SIZE if size is None else size
    if count < 1 or seed < 0 or size < 1:
        raise InputError(f"expected at least 1 world and a seed of 0 or more, got {count} and {seed}")
    told = {"schema": SCHEMA, "preset": PRESET, "seed": seed, "size": size}
    folder = opened_set(
        Path(place) / f"seed-{seed}", told, settings=SETTINGS, what="worlds", left=".none", clear=_kept, force=False
    )
    files = [folder / f"{number:06d}.npz" for number in range(-(-count // size))]
    missing = [number for number, file in enumerate(files) if not _whole(file)]
    work = partial(_write_shard, folder.resolve(), seed, size)
    for done, outcome in enumerate(engine_of("local", jobs=jobs).map(work, missing), start=1):
        if outcome.value is None:
            raise SeehearError(f"shard {outcome.number} of '{folder}' could not be rendered: {outcome.error}")
        progress("worlds", done / len(missing))
    return Worlds(files, count=count)


def _write_shard(folder: Path, seed: int, size: int, number: int) -> int:
    frames, sound, peaks, scenes = [], [], [], []
    for index in range(number * size, (number + 1) * size):
        world = made(PRESET, PRESETS, DEFAULTS[PRESET], rng=rng_of(seed, PRESET, index))
        mix = world.mixes(("binaural",))["binaural"]
        peak = np.float32(max(np.abs(mix).max(initial=0.0), 1e-9))
        frames.append(np.stack(list(world.frames())))
        sound.append(np.rint(mix / peak * _STEREO_PEAK).astype(np.int16))
        peaks.append(peak)
        scenes.append(scene_to_json(world.scene).encode())
    with written_whole(folder / f"{number:06d}.npz", force=True) as beside:
        np.savez(
            beside, frames=np.stack(frames), sound=np.stack(sound), peak=np.array(peaks), scene=np.array(scenes, "S")
        )
    return number


def _whole(file: Path) -> bool:
    """Whether a shard is there and complete; a truncated one has lost the directory at its end."""
    return file.is_file() and zipfile.is_zipfile(file)


def _mapped(file: Path) -> dict[str, np.ndarray]:
    """Map a shard's arrays into memory; nothing is read until it is used.

    Raises:
        InputError: truncated, or not a shard.
    """
    try:
        with zipfile.ZipFile(file) as archive, file.open("rb") as raw:
            found: dict[str, np.ndarray] = {}
            for one in archive.infolist():
                raw.seek(one.header_offset)
                name, extra = struct.unpack("<26xHH", raw.read(30))
                raw.seek(name + extra, 1)
                version = np.lib.format.read_magic(raw)
                header = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
                shape, _, kind = header[version](raw)
                found[one.filename.removesuffix(".npy")] = np.memmap(file, kind, "r", raw.tell(), shape)
    except (OSError, ValueError, KeyError, struct.error, zipfile.BadZipFile) as error:
        raise InputError(f"expected a shard of worlds, got '{file}' ({error}): remove it, it is made again") from None
    if not {"frames", "sound", "peak", "scene"} <= set(found):
        raise InputError(f"expected a shard of worlds, got '{file}' without them: remove it, it is made again")
    return found


def _kept(place: Path) -> None:
    """Shards are never cleared."""
