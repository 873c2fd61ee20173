"""What one recording is: its length, its picture, and how its ambisonic channels are ordered and weighed."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np

from seehear.acoustics.foa_order import CONVENTIONS, Verdict, band_covariance, detect_convention
from seehear.errors import InputError
from seehear.media.audio import audio_blocks, audio_info
from seehear.media.picture import frames, picture_info
from seehear.media.sa3d import read_sa3d
from seehear.media.stems import Samples
from seehear.pipelines.binaural_set.sources import Source
from seehear.scene.direction import Array
from seehear.score.foa_map import map_of_covariance, solid_angles

AMBISONICS: Final = ("auto", *CONVENTIONS)
CHANNELS: Final = (4, 9, 16)
LOOKED_AT: Final = 30.0
"""s of a recording from which its convention is told."""

_ASPECT: Final = 0.06  # by how much a picture may be wider or narrower than 2:1
_EVERY: Final = 0.4  # s between the pictures compared


def survey(source: Source, *, ambisonics: str = "auto") -> dict[str, Any]:
    """Look a recording over.

    Args:
        source: where it is.
        ambisonics: one of `AMBISONICS`: the convention, or ``auto``.

    Returns:
        A row: name, duration (s that both picture and sound have), fps, size_wh, channels, sample_rate, and
        ``ambisonics`` with convention, confidence, basis, ratio_db and runner_up.

    Raises:
        InputError: no picture of all directions (2:1), no sound, or sound of other than 4, 9 or 16 channels.
    """
    picture = picture_info(source.picture)
    width, height = picture.size_wh
    if picture.kind != "video" or picture.duration is None:
        raise InputError(f"expected a video, got the {picture.kind} '{source.picture}'")
    if abs(width / height / 2 - 1) > _ASPECT:
        raise InputError(
            f"expected an equirectangular picture (2:1), got {width}x{height} in '{source.picture}': convert it first"
        )
    sound = audio_info(source.sound)
    if sound is None:
        raise InputError(f"expected ambisonic sound in '{source.sound}' or a .wav of its name beside it, got no sound")
    if sound.channels not in CHANNELS:
        raise InputError(
            f"expected ambisonic sound of 4, 9 or 16 channels in '{source.sound}', got {sound.channels}: "
            "binaural sound of all directions cannot be made of it"
        )
    ends = [one for one in (picture.duration, sound.duration) if one is not None]
    verdict = told_convention(source, sound.sample_rate, ambisonics)
    return {
        "name": source.name, "duration": round(min(ends), 6), "fps": str(picture.fps or 25), "size_wh": [width, height],
        "channels": sound.channels, "sample_rate": sound.sample_rate, "ambisonics": verdict._asdict(),
    }  # fmt: skip


def told_convention(source: Source, sample_rate: int, asked: str) -> Verdict:
    """Give a recording's convention: the user's word, the file's, or what the evidence says.

    Args:
        source: the recording.
        sample_rate: Hz of its sound.
        asked: one of `AMBISONICS`.

    Raises:
        InputError: an unknown convention, or no sound.
    """
    if asked not in AMBISONICS:
        raise InputError(f"ambisonics must be one of {', '.join(AMBISONICS)}, got {asked!r}")
    if asked != "auto":
        return Verdict(asked, 1.0, "told")
    if source.sound.suffix.lower() in (".mp4", ".mov", ".m4v") and _says_ambix(source.sound):
        return Verdict("acn-sn3d", 1.0, "file")
    blocks = list(audio_blocks(source.sound, end=LOOKED_AT))
    if not blocks:
        raise InputError(f"expected sound in '{source.sound}', got 0 samples")
    covariance = band_covariance(np.concatenate(blocks, axis=1), sample_rate)
    return detect_convention(covariance, picture=_agreement(source.picture))


def read_field(source: Source, start: float, duration: float, *, sample_rate: int) -> Samples:
    """Read a stretch of a recording's sound, (K, n) as it comes, exactly as long as asked; silence past its end."""
    count = round(duration * sample_rate)
    blocks = list(audio_blocks(source.sound, sample_rate=sample_rate, start=start, end=start + duration))
    if not blocks:
        raise InputError(f"expected sound from {start:g} s on in '{source.sound}', got none")
    field = np.concatenate(blocks, axis=1)[:, :count]
    return np.pad(field, ((0, 0), (0, count - field.shape[1])))


def change_map(picture: Path, *, seconds: float = LOOKED_AT) -> Array | None:
    """Give how much a picture of all directions changes in each direction, (90, 180) as `energy_map` has it.

    Returns:
        Mean absolute difference of grey between looks; None where nothing changes.
    """
    import cv2

    small = (
        cv2.resize(one.luma(), (180, 90), interpolation=cv2.INTER_AREA).astype(np.float64)
        for one in frames(picture, end=seconds, every=_EVERY)
    )
    total = np.zeros((90, 180))
    for before, after in pairwise(small):
        total += np.abs(after - before)
    return total if total.max() > 0 else None


def _agreement(picture: Path) -> Callable[[Array], float] | None:
    """Give a measure of how well a field goes with the picture: how high its energy map is where the picture changes.

    In standard deviations of the map over the sphere, over sqrt(3): for one source, the cosine between it and what
    moves.
    """
    changes = change_map(picture)
    if changes is None:
        return None
    area = solid_angles()
    seen = area * np.maximum(changes - np.median(changes), 0.0)  # coding changes a picture a little everywhere
    seen /= max(float(seen.sum()), 1e-12)

    def measure(covariance: Array) -> float:
        heard = map_of_covariance(covariance)
        heard = heard - (area * heard).sum()
        spread = float(np.sqrt(3.0 * (area * heard**2).sum()))
        return float(np.clip((seen * heard).sum() / spread, -1.0, 1.0)) if spread > 0 else 0.0

    return measure


def _says_ambix(file: Path) -> bool:
    """Whether an `SA3D` box says ACN, SN3D, channels in their order."""
    told = read_sa3d(file)
    return told is not None and (told.ordering, told.normalization) == (0, 0) and (
        told.channel_map == tuple(range(len(told.channel_map)))
    )  # fmt: skip
