"""From a label and a drive to samples: level, band, ramps, and blocks of any length."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from seehear.errors import InputError
from seehear.voices.catalogue import CATALOGUE, Row, voice_of
from seehear.voices.drive import Array, Drive, checked
from seehear.voices.labels import canonical, labels
from seehear.voices.stage import Stage

Samples = NDArray[np.float32]

RAMP = 0.005
TOP = 0.8
"""Peaks above this are rounded off, so that none passes 1; no voice reaches it under its nominal drive."""


def make(label: str, drive: Drive, *, sample_rate: int = 48000, rng: np.random.Generator) -> Samples:
    """Give the sound of a label under a drive.

    Args:
        label: one of `labels`, or a phrase that `canonical` knows.
        drive: what moves it.
        sample_rate: Hz, at least 8000.
        rng: settles every free choice: the same state, the same bytes.

    Returns:
        (n,) samples, n = round(duration · sample_rate), peak at most 1, at 1 m.

    Raises:
        InputError: an unknown label (names the known ones), or a drive that cannot be used.

    Example:
        >>> make("bell", Drive.still(0.5), sample_rate=16000, rng=np.random.default_rng(1)).shape
        (8000,)
    """
    seed = [int(number) for number in rng.integers(0, 2**32, size=4)]
    return np.concatenate(list(segments(label, drive, sample_rate=sample_rate, seed=seed)))


def segments(
    label: str, drive: Drive, *, sample_rate: int = 48000, seed: int | Sequence[int], seconds: float = 20.0
) -> Iterator[Samples]:
    """Give the sound of a label, ``seconds`` at a time, in bounded memory.

    The state of every oscillator and filter is carried from block to block, so there are no joints: the samples are
    the same whatever ``seconds`` is.

    Args:
        label: one of `labels`, or a phrase that `canonical` knows.
        drive: what moves it.
        sample_rate: Hz, at least 8000.
        seed: settles every free choice.
        seconds: length of a block; the last may be shorter.

    Raises:
        InputError: as `make`, at once, before the first block.
    """
    row = _row(label)
    if sample_rate < 8000:
        raise InputError(f"sample_rate must be at least 8000 Hz, got {sample_rate}")
    drive = checked(drive)
    drive = drive._replace(speed=np.minimum(drive.speed, row.fastest))
    stage = Stage(drive, sample_rate, [seed] if isinstance(seed, int) else list(seed))
    if stage.length < 1:
        raise InputError(f"a sound of {drive.duration} s at {sample_rate} Hz has no samples: make it longer")
    return _cut(_mastered(row, stage), max(round(seconds * sample_rate), 1))


def level_db(label: str) -> float:
    """Give a label's integrated loudness at 1 m under its nominal drive, LUFS.

    Example:
        >>> level_db("helicopter") > level_db("car") > level_db("footsteps") > level_db("clock")
        True
    """
    return _row(label).level_db


def nominal_drive(label: str, duration: float) -> Drive:
    """Give the drive under which a label's level is stated."""
    return Drive.still(duration, speed=_row(label).speed)


def _row(label: str) -> Row:
    name = canonical(label)
    if name is None:
        raise InputError(f"label must be one of {', '.join(labels())}, got {label!r}")
    return CATALOGUE[name]


def _mastered(row: Row, stage: Stage) -> Iterator[Samples]:
    """Bring a voice to its level, keep it between 20 Hz and 0.4 of the rate, ramp its ends."""
    from seehear.voices.filters import highpass, last_lowpass

    rate = stage.sample_rate
    high, low = highpass(20.0, rate), last_lowpass()
    gain = 10 ** (row.gain_db / 20)
    left = stage.length
    for start, block in zip(range(0, stage.length, stage.chunk), voice_of(row).play(stage), strict=True):
        block = low(high(gain * block))[: min(left, stage.chunk)]
        left -= len(block)
        index = np.arange(start, start + len(block))
        ramp = np.minimum(np.minimum(index, stage.length - 1 - index) / (RAMP * rate), 1.0)
        yield (rounded(block) * ramp).astype(np.float32)


def rounded(samples: Array) -> Array:
    """Leave what is below 0.8 as it is and press what is above smoothly under 1."""
    size = np.abs(samples)
    if size.max(initial=0.0) <= TOP:
        return samples
    pressed = TOP + (1 - TOP) * np.tanh((size - TOP) / (1 - TOP))
    return np.asarray(np.where(size > TOP, np.sign(samples) * pressed, samples))


def _cut(blocks: Iterator[Samples], size: int) -> Iterator[Samples]:
    held: list[Samples] = []
    count = 0
    for block in blocks:
        held.append(block)
        count += len(block)
        while count >= size:
            whole = np.concatenate(held)
            yield whole[:size]
            held, count = [whole[size:]], count - size
    if count:
        yield np.concatenate(held)
