"""How loud each object is over time, as a picture can show it: 0 to 1."""

from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seehear.errors import InputError
from seehear.media.audio import audio_blocks, audio_info
from seehear.media.stems import Stems
from seehear.scene import Path, Scene, SceneObject
from seehear.scene.direction import Array

HOP = 0.02
"""Seconds between levels; shorter than a picture at 30 a second."""

_RANGE = 36.0  # dB below an object's own peak that still shows
_HOPS_READ = 500
_EVEN = 0.6  # shown while an object sounds and nothing says how loud


class Loudness(NamedTuple):
    """One object's.

    Attributes:
        times: (n,) seconds, rising.
        shown: (n,) 0 silent to 1 its loudest.
    """

    times: Array
    shown: Array

    def at(self, times: Array) -> Array:
        """Give 0 to 1 at (n,) seconds; nothing before the first and after the last."""
        return np.asarray(np.interp(times, self.times, self.shown, left=0.0, right=0.0))


def shown_of_levels(times: Array, level_db: Array) -> Loudness:
    """Map levels, (n,) dB, to what is shown: the loudest to 1, what is 36 dB below it to 0.

    Example:
        >>> shown_of_levels(np.array([0.0, 1.0, 2.0]), np.array([-20.0, -38.0, -90.0])).shown.tolist()
        [1.0, 0.5, 0.0]
    """
    finite = np.isfinite(level_db)
    top = level_db[finite].max() if finite.any() else 0.0
    return Loudness(times, np.clip(1 + (np.where(finite, level_db, -np.inf) - top) / _RANGE, 0.0, 1.0))


def loudness_of_stems(scene: Scene, stems: Stems) -> dict[str, Loudness]:
    """Read the objects' stems, block by block, and say how loud each is; objects without a stem are left out.

    Raises:
        InputError: a stem is damaged, or holds what is no number.
    """
    hop = max(round(HOP * stems.sample_rate), 1)
    names = [one.id for one in scene.objects if one.id in stems.channels]
    found: dict[str, list[Array]] = {name: [] for name in names}
    for block in stems.blocks(_HOPS_READ * hop):
        count = max((one.shape[1] for one in block.values()), default=0)
        for name in names:
            samples = block[name][0] if name in block else np.zeros(count, np.float32)
            if not np.isfinite(samples).all():
                raise InputError(f"expected finite samples in the stem of {name!r}, got infinite ones or not-a-number")
            found[name].append(_hop_levels(samples, hop))
    return {name: _shown(levels, hop / stems.sample_rate) for name, levels in found.items() if levels}


def loudness_of_sound(path: FilePath | str) -> Loudness:
    """Read a file's sound, block by block, and say how loud all of it is.

    Raises:
        InputError: it cannot be read.
    """
    info = audio_info(path)
    if info is None:
        raise InputError(f"expected a file with sound, got '{path}' that has none")
    hop = max(round(HOP * info.sample_rate), 1)
    blocks = audio_blocks(path, size=_HOPS_READ * hop)
    return _shown([_hop_levels(np.sqrt((block**2).mean(axis=0)), hop) for block in blocks], hop / info.sample_rate)


def _shown(levels: list[Array], hop: float) -> Loudness:
    joined = np.concatenate(levels)
    return shown_of_levels(np.asarray((np.arange(len(joined)) + 0.5) * hop, np.float64), joined)


def _hop_levels(block: NDArray[np.float32], hop: int) -> Array:
    padded = np.zeros(-(-len(block) // hop) * hop)
    padded[: len(block)] = block
    power = (padded.reshape(-1, hop) ** 2).mean(axis=1)
    return np.asarray(10 * np.log10(np.maximum(power, 1e-20)))


def levels_at(thing: SceneObject, path: Path, known: Mapping[str, Loudness], times: Array) -> Array:
    """Give what is shown of an object at (n,) seconds, (n,) 0 to 1: 0 outside its spans."""
    levels = known[thing.id].at(times) if thing.id in known else np.full(len(times), _EVEN)
    return np.where(path.sounds_at(times), levels, 0.0)
