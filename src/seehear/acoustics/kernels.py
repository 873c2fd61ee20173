"""The inner loops, compiled by numba on first use; import this module late (numba takes half a second).

All data are float32, all positions float64 samples. Control points stand every `CONTROL` samples.
"""

import math
from collections.abc import Callable
from typing import Any, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

from seehear.scene.direction import Array

Floats = NDArray[np.float32]

CONTROL = 64
"""Samples between control points."""

TAPS = 48
"""Taps of the delay line's sinc, 24 to either side: 110 dB to 20 kHz at 48 kHz."""

PHASES = 512
"""Rows of the delay line's table; linear in between."""


def _read(
    history: Floats,
    first: int,
    emission: Array,
    rate: Array,
    later: Array,
    start: int,
    metres: float,
    table: Floats,
    slope: Floats,
    out: Floats,
) -> None:
    taps = table.shape[1]  # not the constant: a loop of unknown length is made a vector loop, not a long line
    row, base = np.empty(CONTROL, np.int64), np.empty(CONTROL, np.int64)
    part, gain = np.empty(CONTROL, np.float32), np.empty(CONTROL, np.float32)
    lowest, highest = TAPS / 2.0, history.shape[0] - TAPS / 2.0 - 1.0  # a kinked path may overshoot between its knots
    for k in range(out.shape[0] // CONTROL):
        e0, e1, r0, r1 = emission[k], emission[k + 1], rate[k] * CONTROL, rate[k + 1] * CONTROL
        for j in range(CONTROL):
            u = j / CONTROL
            v = 1.0 - u
            emitted = e0 + (e1 - e0) * u * u * (3.0 - 2.0 * u) + u * v * (v * r0 - u * r1)
            gain[j] = 1.0 / max((start + k * CONTROL + j - emitted) * metres, 1.0)
            place = emitted - (v * later[k] + u * later[k + 1]) - first
            place = min(max(place, lowest), highest)
            whole = np.int64(place)
            phase = (place - whole) * PHASES
            row[j] = np.int64(phase)
            part[j] = np.float32(phase - row[j])
            base[j] = whole - TAPS // 2 + 1
        block = out[k * CONTROL : (k + 1) * CONTROL]
        for j in range(CONTROL):  # apart from the loop above, so that each of the two runs in vector registers
            total, share = np.float32(0.0), part[j]
            window, line, rise = history[base[j] : base[j] + taps], table[row[j]], slope[row[j]]
            for m in range(taps):
                total += window[m] * (line[m] + share * rise[m])
            block[j] = total * gain[j]


def _mix(mono: Floats, gains: Floats, out: Floats) -> None:
    for c in range(out.shape[0]):
        for k in range(mono.shape[0] // CONTROL):
            g0, g1 = gains[k, c], gains[k + 1, c]
            if g0 == 0.0 and g1 == 0.0:
                continue
            step = (g1 - g0) / np.float32(CONTROL)
            block, part = out[c, k * CONTROL : (k + 1) * CONTROL], mono[k * CONTROL : (k + 1) * CONTROL]
            for j in range(CONTROL):
                block[j] += part[j] * (g0 + step * np.float32(j))


def _lerp_row(bank: Floats, index: float, row: Floats) -> None:
    low = min(int(index), bank.shape[0] - 2)
    part = np.float32(index - low)
    for t in range(bank.shape[1]):
        row[t] = bank[low, t] + part * (bank[low + 1, t] - bank[low, t])


def _absorb(stem: Floats, first: int, knots: Array, index: Array, bank: Floats, out_first: int, out: Floats) -> None:
    taps = bank.shape[1]
    head, tail = np.empty(taps, np.float32), np.empty(taps, np.float32)
    early, late = np.empty(CONTROL, np.float32), np.empty(CONTROL, np.float32)
    lerp_row(bank, index[0], head)
    for k in range(knots.shape[0] - 1):
        lerp_row(bank, index[k + 1], tail)
        begin, end = max(math.ceil(knots[k]), out_first), min(math.ceil(knots[k + 1]), out_first + out.shape[0])
        step = np.float32(1.0 / max(knots[k + 1] - knots[k], 1e-9))
        for tile in range(begin, end, CONTROL):
            count, at = min(CONTROL, end - tile), tile - first
            early[:] = np.float32(0.0)
            late[:] = np.float32(0.0)
            for t in range(taps):
                a, b = head[t], tail[t]
                before, after = stem[at - t : at - t + count], stem[at + t : at + t + count]
                for j in range(count):
                    both = before[j] + after[j]
                    early[j] += a * both
                    late[j] += b * both
            share = np.float32((tile - knots[k]) * step)
            whole = out[tile - out_first : tile - out_first + count]
            for j in range(count):
                whole[j] = early[j] + (late[j] - early[j]) * (share + step * np.float32(j))
        head[:] = tail


def _true_peak(samples: Floats, phases: Floats, reach: float, peak: float) -> float:
    taps = phases.shape[1]
    for begin in range(0, samples.shape[0] - taps + 1, CONTROL):
        end = min(begin + CONTROL, samples.shape[0] - taps + 1)
        loudest = 0.0
        for n in range(begin, end + taps - 1):
            loudest = max(loudest, float(abs(samples[n])))
        if loudest * reach <= peak:  # no sum of these samples can pass the peak that is known already
            continue
        peak = max(peak, loudest)
        for n in range(begin, end):
            window = samples[n : n + taps]
            for p in range(phases.shape[0]):
                total = np.float32(0.0)
                for t in range(taps):
                    total += window[t] * phases[p, t]
                peak = max(peak, float(abs(total)))
    return peak


def _compiled(function: Callable[..., object]) -> Callable[..., Any]:
    """Compile on first use and keep the result beside this file, or anew in each process where nothing can be kept."""
    options: dict[str, Any] = {"fastmath": True, "nogil": True, "error_model": "numpy"}
    try:
        return cast("Callable[..., Any]", njit(cache=True, **options)(function))
    except RuntimeError:  # numba found no folder that it may write to
        return cast("Callable[..., Any]", njit(**options)(function))


read: Callable[..., None] = _compiled(_read)
"""Read a history at moving positions: Hermite between control points, windowed sinc, gain 1/max(distance, 1)."""

mix: Callable[..., None] = _compiled(_mix)
"""Add one signal to many channels, gains linear between control points."""

lerp_row: Callable[..., None] = _compiled(_lerp_row)
"""Interpolate a row of a bank."""

absorb: Callable[..., None] = _compiled(_absorb)
"""Zero-phase filtering whose taps move along a bank, linear between knots."""

true_peak: Callable[..., float] = _compiled(_true_peak)
"""The largest magnitude of the samples between the samples."""
