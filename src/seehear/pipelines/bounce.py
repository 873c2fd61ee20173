"""From rendered blocks to a file: loudness measured on the way through, the gain applied on the way out."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from seehear.acoustics.loudness import LoudnessMeter
from seehear.errors import InputError
from seehear.media.layout import Layout
from seehear.media.stems import Samples

CEILING_DBTP = -1.0
BLOCK = 1 << 15


class Level(NamedTuple):
    """The gain for an output and what it comes to.

    Attributes:
        gain_db: to apply.
        loudness_lufs: after the gain; None: too short or silent to say.
        true_peak_dbtp: after the gain; None: silent.
        warning: "" or why the target was not met.
    """

    gain_db: float
    loudness_lufs: float | None
    true_peak_dbtp: float | None
    warning: str


class Bounce:
    """Rendered sound kept in an unnamed file beside the output until its loudness is known.

    The file has no name, so nothing can be left behind; memory does not grow with length.

    Args:
        layout: of the samples.
        sample_rate: Hz.
        folder: where the file lies; None: the system's place.
    """

    def __init__(self, layout: Layout, *, sample_rate: int, folder: Path | None) -> None:
        self._layout = layout
        self._folder = folder or Path(tempfile.gettempdir())
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by close()
        self._meter = LoudnessMeter(layout, sample_rate)

    def add(self, block: Samples) -> None:
        """Measure the next block, (channels, n), and keep it."""
        self.measure(block)
        try:
            self._file.write(np.ascontiguousarray(block.T, dtype=np.float32).tobytes())
        except OSError as error:
            raise InputError(f"cannot write beside the output in '{self._folder}': {error.strerror}") from None

    def measure(self, block: Samples) -> None:
        """Measure the next block without keeping it."""
        self._meter.add(block)

    def level(self, target_lufs: float | None, *, fixed_db: float = 0.0) -> Level:
        """Choose the gain: to the target, or ``fixed_db``; lowered where the true peak would pass -1 dBTP.

        Without a target the true peak may reach full scale before anything is lowered: what was asked is given.
        """
        loudness, peak = self._meter.integrated(), self._meter.true_peak_db()
        gain, ceiling = fixed_db, 0.0
        warning = ""
        if target_lufs is not None:
            ceiling = CEILING_DBTP
            gain = target_lufs - loudness if loudness is not None else fixed_db
            warning = "" if loudness is not None else "too short or too quiet to measure a loudness: no gain applied"
        if np.isfinite(peak) and peak + gain > ceiling + 1e-9:
            gain, wanted = CEILING_DBTP - peak, gain
            warning = f"lowered by {wanted - gain:.1f} dB to keep the true peak at {CEILING_DBTP:g} dBTP"
        heard = None if loudness is None else loudness + gain
        return Level(gain, heard, peak + gain if np.isfinite(peak) else None, warning)

    def blocks(self, gain_db: float) -> Iterator[Samples]:
        """Give the sound back, (channels, n) at a time, with the gain applied."""
        gain = np.float32(10 ** (gain_db / 20))
        self._file.flush()
        self._file.seek(0)
        width = 4 * self._layout.size
        while raw := self._file.read(width * BLOCK):
            yield np.frombuffer(raw, dtype=np.float32).reshape(-1, self._layout.size).T * gain

    def close(self) -> None:
        """Let the file go."""
        self._file.close()
