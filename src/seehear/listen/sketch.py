"""A source's power spectra, boiled down as they come: what labels, tilt and pitch are read from.

Works block by block in bounded memory: an hour leaves some numbers for every eight seconds, and spectra a quarter of a
second long of the two minutes around the loudest: nobody passes by for longer. Power in linear units, frequency in Hz,
time in seconds.
"""

from typing import NamedTuple

import numpy as np

from seehear.listen.features import FEATURES, Floats, Frames, chunk_features, frame_rows
from seehear.scene.direction import Array

CHUNK = 8.0
"""Seconds that one set of features describes."""

SLOW = 0.25
"""Seconds that one spectrum of the slow spectrogram covers."""

LONGEST = 480
"""Slow spectra that are kept: two minutes."""

PER_OCTAVE = 48
LOWEST, HIGHEST = 180.0, 7200.0
"""Hz, the slow spectrogram's range."""


class Sketch(NamedTuple):
    """What is kept of one source.

    Attributes:
        features: (c, f) one row for each chunk in which the source is heard; columns as `features.FEATURES`.
        weight: (c,) seconds of sound in each chunk.
        time: (s,) seconds, of the slow spectra, `LONGEST` around the loudest at most.
        spectra: (s, b) power on a log-frequency axis, `PER_OCTAVE` bins an octave from `LOWEST` up.
    """

    features: Array
    weight: Array
    time: Array
    spectra: Array


class Sketcher:
    """Takes one source's power spectra block by block.

    Args:
        sample_rate: Hz.
        bins: of a spectrum, 0 Hz to half the sample rate, both counted.
    """

    def __init__(self, sample_rate: int, bins: int) -> None:
        self._frames = Frames(sample_rate, bins)
        self._onto_log = _log_axis(sample_rate, bins)
        self._held: list[Floats] = []
        self._times: list[Array] = []
        self._count = 0
        self._rows: list[Array] = []
        self._weights: list[float] = []
        self._slow: dict[int, tuple[float, float, Floats]] = {}

    def add(self, times: Array, power: Floats) -> None:
        """Take (n,) times and (n, bins) power spectra, later than all before."""
        if not len(times):
            return
        power = np.asarray(power, dtype=np.float32)
        self._held.append(frame_rows(power, self._frames))
        self._times.append(np.asarray(times, dtype=np.float64))
        self._count += len(times)
        self._add_slow(times, power)
        if self._times[-1][-1] - self._times[0][0] >= CHUNK:
            self._close()

    def done(self) -> Sketch:
        """Give what was kept."""
        self._close()
        slots = self._around_loudest()
        width = self._onto_log.shape[1]
        rows = np.array(self._rows).reshape(-1, len(FEATURES))
        time = np.array([self._slow[slot][0] / self._slow[slot][1] for slot in slots])
        spectra = np.array([self._slow[slot][2] for slot in slots]).reshape(-1, width)
        return Sketch(rows, np.array(self._weights), time, spectra)

    def _around_loudest(self) -> list[int]:
        slots = list(self._slow)
        loudest = max(range(len(slots)), key=lambda place: float(self._slow[slots[place]][2].sum()), default=0)
        first = max(min(loudest - LONGEST // 2, len(slots) - LONGEST), 0)
        return slots[first : first + LONGEST]

    def _forget(self) -> None:
        """Let go of slow spectra that can no longer be near the loudest: neither near it so far nor among the last."""
        slots = list(self._slow)
        if len(slots) > 2 * LONGEST:
            kept = {*self._around_loudest(), *slots[-LONGEST:]}
            self._slow = {slot: self._slow[slot] for slot in slots if slot in kept}

    def _close(self) -> None:
        self._forget()
        if self._count < 3:
            return
        times, rows = np.concatenate(self._times), np.concatenate(self._held)
        self._held, self._times, self._count = [], [], 0
        found = chunk_features(times, rows, self._frames)
        if found is not None:
            self._rows.append(found.values)
            self._weights.append(found.seconds)

    def _add_slow(self, times: Array, power: Floats) -> None:
        slots = (np.asarray(times) / SLOW).astype(np.int64)
        cuts = np.flatnonzero(np.diff(slots)) + 1
        for part in np.split(np.arange(len(slots)), cuts):
            mean = power[part].sum(axis=0) @ self._onto_log
            slot = int(slots[part[0]])
            time, count, before = self._slow.get(slot, (0.0, 0.0, np.zeros_like(mean)))
            self._slow[slot] = (time + float(np.sum(times[part])), count + len(part), before + mean)


def sketch_of(times: Array, power: Floats, sample_rate: int) -> Sketch:
    """Sketch one source's whole spectra, (n,) times and (n, bins) power."""
    sketcher = Sketcher(sample_rate, power.shape[1])
    step = 400
    for start in range(0, len(times), step):
        sketcher.add(times[start : start + step], power[start : start + step])
    return sketcher.done()


def _log_axis(sample_rate: int, bins: int) -> Floats:
    """Give the (bins, b) matrix of linear interpolation onto the log-frequency axis; zero above what there is."""
    top = min(HIGHEST, 0.45 * sample_rate)
    count = max(int(np.log2(top / LOWEST) * PER_OCTAVE), 1) + 1
    place = LOWEST * 2.0 ** (np.arange(count) / PER_OCTAVE) / (sample_rate / 2) * (bins - 1)
    low = np.clip(np.floor(place).astype(np.int64), 0, bins - 2)
    matrix = np.zeros((bins, count), dtype=np.float32)
    matrix[low, np.arange(count)] = 1.0 - (place - low)
    matrix[low + 1, np.arange(count)] = place - low
    return matrix
